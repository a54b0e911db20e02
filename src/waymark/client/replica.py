"""A device's own copy: what it reads, changes and keeps without a server.

A record is shown as last synced, with the changes that wait laid over it. Nothing is sent here.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, Literal, Protocol, TypeAlias
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from waymark.client.nouns import wired
from waymark.client.store import Store, StoredChange, StoredRecord
from waymark.domain.days import format_instant
from waymark.domain.digests import shown, total
from waymark.domain.documents import encoded
from waymark.domain.vocabulary import Operation
from waymark.errors import NotFound

Document: TypeAlias = dict[str, Any]
"""A record as JSON has it, with exact numbers; one that was never synced has only what was told."""
LocalStatus: TypeAlias = Literal["local", "pending", "synced", "conflict"]

MAX_CHANGES: Final = 500
MAX_BYTES: Final = 800_000
"""Of one push, so that its body stays below what a server takes."""

_TARGET: Final = (
    *("metricType", "unit", "initialValue", "targetValue", "progressTargetValue"),
    *("direction", "checkInMode", "startDate", "targetDate"),
)
TOGETHER: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "goals": (("status", "completedDate"), _TARGET),
    "goal_milestones": (("targetPercent", "targetValue"),),
    "goal_check_ins": (("value", "unit", "mode"),),
    "habit_completions": (("status", "value"),),
}
"""Fields that merging moves whole: whoever edits one has looked at all of them."""


class Clock(Protocol):
    """The device's clock, right or wrong; `now()` is an aware UTC datetime."""

    def now(self) -> datetime: ...


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A change that waits; `is_sent`: it was sent, and no answer came yet."""

    key: str
    entity: str
    id: str
    operation: Operation
    data: Document
    is_sent: bool


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A change that the server rejected, with its error. It is kept until `forget` or `again`."""

    key: str
    entity: str
    id: str
    operation: Operation
    data: Document
    error: Document


class Conflict(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What only a person decides; `local` None: this device, or another, deleted the record."""

    id: str
    entity: str
    entity_id: str
    status: str
    operation: Operation
    fields: tuple[str, ...]
    base: Document | None
    server: Document
    local: Document | None
    server_version: int


class Replica:
    """Reading and changing, at once and offline.

    `on_conflict` hears of every conflict that opens, on whichever device it came up; `on_change` of every
    record that another device or the server changed.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        on_conflict: Callable[[Conflict], None] = lambda _: None,
        on_change: Callable[[str, str], None] = lambda _entity, _id: None,
    ) -> None:
        self.store = store
        self.clock = clock
        self._new_id = new_id
        self._on_conflict = on_conflict
        self._on_change = on_change
        self._told: list[Callable[[], None]] = []
        with store.transaction():
            if store.find_fact("client") is None:
                store.put_fact("client", new_id())

    @property
    def client_id(self) -> str:
        return self.store.find_fact("client") or ""

    # Reading ------------------------------------------------------------------------------

    def find(self, entity: str, record_id: str) -> Document | None:
        """The record as this device has it, its `syncStatus` local, pending, synced or conflict."""
        record = self.store.find_record(entity, record_id)
        return _view(record, self.store.waiting(entity, record_id))

    def get(self, entity: str, record_id: str) -> Document:
        """Likewise; raises NotFound."""
        found = self.find(entity, record_id)
        if found is None:
            raise NotFound
        return found

    def all(self, entity: str) -> list[Document]:
        """Those that stand, by id."""
        bases = {record.id: record for record in self.store.standing(entity)}
        waiting = sorted(self.store.waiting(entity), key=lambda change: change.id)
        changes = {record_id: list(each) for record_id, each in groupby(waiting, lambda it: it.id)}
        views = (
            _view(bases.get(record_id), changes.get(record_id, ()))
            for record_id in sorted({*bases, *changes})
        )
        return [view for view in views if view is not None]

    def pending(self) -> list[Pending]:
        """Changes that the server has not answered yet, in their order."""
        return [Pending(**_told(change), is_sent=change.push is not None) for change in self.store.waiting()]

    def conflicts(self) -> list[Conflict]:
        """Those that are open."""
        found = [_conflict(record.body) for record in self.store.standing("sync_conflicts")]
        return [conflict for conflict in found if conflict.status == "open"]

    def refused(self) -> list[Refused]:
        return [
            Refused(**_told(change), error=parsed(change.error or "{}")) for change in self.store.refused()
        ]

    def digest(self) -> dict[str, str]:
        """What this device holds of each entity, summed up as the server does."""
        rows = sorted(self.store.versions())
        return {
            entity: shown(total((record_id, version) for _, record_id, version in group))
            for entity, group in groupby(rows, lambda row: row[0])
        }

    # Changing -----------------------------------------------------------------------------

    def create(self, entity: str, *, id: str | None = None, **fields: Any) -> str:  # noqa: A002  # as it is called everywhere
        """A new record; its id, under which the server will know it too."""
        record_id = id or self._new_id()
        self._add(entity, record_id, "create", wired(fields))
        return record_id

    def edit(self, entity: str, record_id: str, **fields: Any) -> None:
        """Some fields of a record; raises NotFound."""
        self.get(entity, record_id)
        self._add(entity, record_id, "update", wired(fields))

    def delete(self, entity: str, record_id: str) -> None:
        """A record that nobody else has heard of is forgotten; raises NotFound."""
        view = self.get(entity, record_id)
        if view["syncStatus"] != "local" or self.store.find_record(entity, record_id) is not None:
            self._add(entity, record_id, "delete", {})
            return
        with self.store.transaction():
            for change in self.store.waiting(entity, record_id):
                self.store.drop_change(change.place)

    def forget(self, key: str) -> None:
        """Let a refused change go."""
        for change in self.store.refused():
            if change.key == key:
                self.store.drop_change(change.place)

    def again(self, key: str, **fields: Any) -> None:
        """Try a refused change again, mended by some fields."""
        for change in self.store.refused():
            if change.key == key:
                with self.store.transaction():
                    self.store.drop_change(change.place)
                    data = encoded({**parsed(change.data), **wired(fields)})
                    self.store.add_change(
                        replace(change, key=self._new_id(), data=data, push=None, error=None)
                    )

    def _add(self, entity: str, record_id: str, operation: Operation, data: Document) -> None:
        record = self.store.find_record(entity, record_id)
        view = self.find(entity, record_id) or {}
        names = {name: None for field in data for name in _with(entity, field)}
        if operation == "delete":
            names = dict.fromkeys(view)
        with self.store.transaction():
            self.store.add_change(
                StoredChange(
                    place=0,
                    key=self._new_id(),
                    entity=entity,
                    id=record_id,
                    operation=operation,
                    data=encoded(data),
                    seen=encoded({name: view.get(name) for name in names}),
                    base_version=None if record is None else record.version,
                    made_at=format_instant(self.clock.now()),
                    push=None,
                    error=None,
                )
            )

    # Hearing ------------------------------------------------------------------------------

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """One transaction; who asked to be told is told after it."""
        self._told = []
        with self.store.transaction():
            yield
        for tell in self._told:
            tell()

    def hear(self, entity: str, document: Mapping[str, Any], *, is_own: bool = False) -> None:
        """A record as the server has it, unless a later state of it is known."""
        round_ = self.round
        known = self.store.find_record(entity, document["id"])
        if known is not None and known.round == round_ and known.version > document["version"]:
            return
        is_news = known is None or known.version != document["version"]
        is_deleted = document.get("showStatus") == "deleted"
        self.store.put_record(
            StoredRecord(entity, document["id"], document["version"], is_deleted, round_, encoded(document))
        )
        if not is_news:
            return
        if entity == "sync_conflicts" and document["status"] == "open":
            was_open = known is not None and _conflict(known.body).status == "open"
            if not was_open:
                conflict = _conflict(encoded(document))
                self._told.append(lambda: self._on_conflict(conflict))
        elif not is_own:
            self._told.append(lambda: self._on_change(entity, document["id"]))

    # Where it stands ----------------------------------------------------------------------

    @property
    def cursor(self) -> str | None:
        return self.store.find_fact("cursor")

    @cursor.setter
    def cursor(self, cursor: str | None) -> None:
        self.store.put_fact("cursor", cursor)

    @property
    def round(self) -> int:
        """How many snapshots were begun."""
        return int(self.store.find_fact("round") or 0)

    @property
    def is_in_snapshot(self) -> bool:
        return self.store.find_fact("sweeping") is not None

    def begin_snapshot(self) -> None:
        """Hold nothing for true but what comes from here on. Changes that wait stay.

        What they were made from may be of a history that is gone, so they name no base any more.
        """
        with self.store.transaction():
            if self.cursor is not None:
                for change in self.store.waiting():
                    self.store.put_change(replace(change, base_version=None))
            self.cursor = None
            self.store.put_fact("round", str(self.round + 1))
            self.store.put_fact("sweeping", "yes")

    def end_snapshot(self) -> None:
        """All of it came: what it did not tell of is gone."""
        self.store.sweep(self.round)
        self.store.put_fact("sweeping", None)


def parsed(text: str) -> Document:
    """A JSON object with exact numbers."""
    found: Document = json.loads(text, parse_float=Decimal)
    return found


def is_seen(change: StoredChange, record: Mapping[str, Any]) -> bool:
    """Whether the person who made it had seen in its fields what the record holds there."""
    return all(record.get(name) == value for name, value in parsed(change.seen).items() if name not in _OWN)


_OWN: Final = frozenset(
    {"userId", "createdAt", "version", "updatedAt", "syncStatus", "showStatus", "deletedAt"}
    | {"progressPercent", "rawPercent", "currentValue", "pace", "stats", "milestones"}
    | {"checkInCount", "lastCheckInAt", "financeContributionCount"}
)
"""What the server says of a record by itself, facts among it: nobody edits that."""


def _with(entity: str, field: str) -> Sequence[str]:
    return next((group for group in TOGETHER.get(entity, ()) if field in group), (field,))


def _view(record: StoredRecord | None, changes: Sequence[StoredChange]) -> Document | None:
    view = None if record is None or record.is_deleted else parsed(record.body)
    for change in changes:
        match change.operation:
            case "create":
                view = {**(view or {}), **parsed(change.data), "id": change.id}
            case "update" if view is not None:
                view |= parsed(change.data)
            case "delete":
                view = None
    if view is None or not changes:
        return view
    status: LocalStatus = "local" if all(change.push is None for change in changes) else "pending"
    return {**view, "syncStatus": "conflict" if view.get("syncStatus") == "conflict" else status}


def _told(change: StoredChange) -> dict[str, Any]:
    return {
        "key": change.key,
        "entity": change.entity,
        "id": change.id,
        "operation": change.operation,
        "data": parsed(change.data),
    }


def _conflict(body: str) -> Conflict:
    return msgspec.convert(parsed(body), Conflict)
