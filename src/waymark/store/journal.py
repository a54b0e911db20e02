"""What a journal row says of a change: which fields, in wire spelling, and since when.

Appending rows is Work's; reading them is follow's. Nothing here touches a database.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from waymark.domain.records import Record

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BORN = "createdAt"
"""Key in a record's provenance: when a person made it, if that was before it came here."""

UNSEEN = frozenset(
    {
        "version",
        "updated_at",
        "provenance",
        "status_before",
        "show_before",
        "auto_completed",
        "value_given",
        "paused_seconds",
        "paused_at",
        "archived_by_goal",
        "reached_on",
        "completed_by_hand",
        "subject_id",
        "bucket",
        "is_withdrawn",
    }
)
"""Columns that are ours alone: bookkeeping that no client sees or edits."""

WIRE_NAMES = {
    "start_on": "startDate",
    "target_on": "targetDate",
    "completed_on": "completedDate",
    "due_on": "dueDate",
    "ordinal": "order",
    "target": "to",
    "source": "from",
    "end_on": "endDate",
    "quoted_on": "date",
    "paid_on": "paymentDate",
    "happened_on": "date",
    "link_type": "link",
    "link_id": "link",
    "link_url": "link",
}


@cache
def wire_name(column: str) -> str:
    """Column → the name clients know it by."""
    head, *rest = column.split("_")
    return WIRE_NAMES.get(column) or head + "".join(word.capitalize() for word in rest)


def changed_fields(before: Record, after: Record) -> tuple[str, ...]:
    """Wire names of the fields in which two states of a record differ, in column order."""
    names = (
        wire_name(name)
        for name in after.__struct_fields__
        if name not in UNSEEN and getattr(before, name) != getattr(after, name)
    )
    return tuple(dict.fromkeys(names))


def born(seq: int, at: datetime | None) -> dict[str, tuple[int, int]]:
    """Provenance of a new record, made by the change `seq`: empty, or when it was made if that was before.

    Fields are not in it: one without an edit has had one value only.
    """
    return {} if at is None else {BORN: (seq, micros(at))}


def edited(
    provenance: Mapping[str, tuple[int, int]], fields: Iterable[str], seq: int, at: datetime
) -> dict[str, tuple[int, int]]:
    """Provenance after these fields were edited at `at` by the change `seq`."""
    return {**provenance, **dict.fromkeys(fields, (seq, micros(at)))}


def micros(instant: datetime) -> int:
    """µs since 1970: how provenance keeps time."""
    return (instant - EPOCH) // timedelta(microseconds=1)
