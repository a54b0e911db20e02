"""Merging what a device edited offline with what became of the record meanwhile (SYNC "Merge").

Values in, values out: which fields to write, and which nobody but a person can decide.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

Values: TypeAlias = Mapping[str, Any]
"""Field → value; a set is a tuple, or None for an empty one."""
Edit: TypeAlias = tuple[int, int]
"""The seq of the last edit of a field, and its edit time in µs since 1970: `Record.provenance`."""

_TICK: Final = timedelta(microseconds=1)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How the fields of one kind of record are merged; those not named are plain: the later edit wins."""

    groups: tuple[tuple[str, ...], ...] = ()
    """Fields that move whole, never half."""
    sets: frozenset[str] = frozenset()
    """Merged three-way: what one side added is added, what one took out goes."""
    links: frozenset[str] = frozenset()
    """Sets of ties to other records, which keep no provenance of their own."""
    manual: frozenset[str] = frozenset()
    """What only a person decides when both sides edited it: money."""

    def units(self, fields: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """The fields in what moves together, each unit once, whole."""
        group_of = {field: group for group in self.groups for field in group}
        yield from dict.fromkeys(group_of.get(field, (field,)) for field in fields)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the device had seen of the record when it edited it."""

    seq: int | None = None
    """How far it had seen the journal; None: nobody knows, so every edit of the server may be news to it."""
    at: datetime | None = None
    image: Values | None = None
    """The record as it stood then; None where that is unknown or no longer remembered."""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of one change."""

    writes: dict[str, Any]
    """Fields to be written, with their values."""
    edits: dict[str, Any]
    """What the device edited and what is not so already."""
    contested: tuple[str, ...] = ()
    """Fields that both sides edited; decided by time, or as a union."""
    undecided: tuple[str, ...] = ()
    """Manual fields that both sides edited: nothing may be written until a person decided."""


def edit_time(
    local: datetime | None, *, skew: timedelta, base_at: datetime | None, now: datetime
) -> datetime:
    """When an edit was made, by the server's clock; one that tells no time was made now.

    Corrected by `skew` (receipt − the device's time) and clamped to (time of base, now], so that a wrong
    clock neither stops sync nor wins from the future.
    """
    if local is None:
        return now
    try:
        corrected = local + skew
    except OverflowError:
        corrected = now if skew > timedelta(0) else local
    if base_at is not None:
        corrected = max(corrected, base_at + _TICK)
    return min(corrected, now)


def merged(
    rules: Rules,
    *,
    base: Seen,
    server: Values,
    local: Values,
    provenance: Mapping[str, Edit],
    edited_at: int,
) -> Merged:
    """Each field of `local` against `server`: deterministic, and merging the outcome again changes nothing.

    `provenance` is of the server's fields, by their names here; `edited_at` in µs since 1970, corrected.
    A field that was never edited has had one value only, so whoever edits it has seen that.
    """
    edits = {
        field: value
        for field, value in local.items()
        if not _is_same(value, server.get(field)) and not _is_seen(field, value, base)
    }
    writes: dict[str, Any] = {}
    contested: list[str] = []
    undecided: list[str] = []
    for unit in rules.units(edits):
        given = [field for field in unit if field in edits]
        moved = [field for field in unit if _is_moved(field, base, server, provenance)]
        if given[0] in rules.sets | rules.links:
            (field,) = given
            value, is_contested = _three_way(
                base, server, edits[field], field, is_moved=bool(moved) or field in rules.links
            )
            if not _is_same(value, server.get(field)):
                writes[field] = value
            contested += given if is_contested else []
        elif not moved:
            writes |= {field: edits[field] for field in given}
        elif rules.manual.intersection(unit):
            undecided += given
        else:
            contested += given
            if edited_at > max(provenance[field][1] for field in moved):
                writes |= _whole(unit, base, server, local)
    if undecided:
        writes, contested = {}, []
    return Merged(writes=writes, edits=edits, contested=tuple(contested), undecided=tuple(undecided))


def edited_since(
    fields: Iterable[str], *, base: Seen, server: Values, provenance: Mapping[str, Edit], edited_at: int
) -> tuple[str, ...]:
    """Which fields were edited without the device having seen it, so that it must not delete the record.

    Without a base: those edited later than the device decided.
    """
    if base.seq is None:
        return tuple(field for field in fields if field in provenance and provenance[field][1] > edited_at)
    return tuple(field for field in fields if _is_moved(field, base, server, provenance))


def _is_moved(field: str, base: Seen, server: Values, provenance: Mapping[str, Edit]) -> bool:
    """Whether the server's value may be news to the device."""
    if field not in provenance or (base.seq is not None and provenance[field][0] <= base.seq):
        return False
    return base.image is None or field not in base.image or not _is_same(base.image[field], server.get(field))


def _is_seen(field: str, value: Any, base: Seen) -> bool:
    return base.image is not None and field in base.image and _is_same(base.image[field], value)


def _is_same(one: Any, other: Any) -> bool:
    """Equal, a missing set and an empty one too; order and repeats make no other set."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        return set(one or ()) == set(other or ())
    return bool(one == other)


def _three_way(
    base: Seen, server: Values, local: Any, field: str, *, is_moved: bool
) -> tuple[tuple[Any, ...], bool]:
    """The set after both sides' edits, and whether both had any; a union where the base is unknown."""
    theirs, mine = tuple(server.get(field) or ()), tuple(local or ())
    if base.image is not None and field in base.image:
        before: tuple[Any, ...] = tuple(base.image[field] or ())
    else:
        before = () if is_moved else theirs
    kept = [item for item in theirs if item in mine or item not in before]
    added = [item for item in mine if item not in theirs and item not in before]
    return tuple(dict.fromkeys([*kept, *added])), set(before) != set(theirs)


def _whole(unit: tuple[str, ...], base: Seen, server: Values, local: Values) -> dict[str, Any]:
    """A unit as the device had it: its edits, and beside them what it had seen."""
    had = {**(base.image or {}), **local}
    return {
        field: had[field] for field in unit if field in had and not _is_same(had[field], server.get(field))
    }
