"""One pushed change as one command: made, merged, taken for done, or kept as a conflict.

How fields are merged the domain says; how a kind of record is written, its handlers.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from waymark.domain.merge import Edit, Seen, edit_time, edited_since, merged
from waymark.domain.records import Record
from waymark.domain.vocabulary import ChangeStatus
from waymark.errors import CursorGone, Invalid
from waymark.queries.conflicts import conflict_body
from waymark.realtime.cursor import position
from waymark.store.journal import micros
from waymark.store.sync_statements import IMAGE_AT, IMAGE_BEFORE
from waymark.store.work import Work
from waymark.sync.commands import Change
from waymark.sync.conflicts import Before, opened
from waymark.sync.devices import Device
from waymark.sync.kinds import Kind, born_at, missing
from waymark.sync.reading import find_image

R = TypeVar("R", bound=Record)

_UNKNOWN = Seen()


class Verdict(msgspec.Struct, frozen=True):
    """What became of a change: of which record it is true, and the JSON of the conflict that it opened."""

    status: ChangeStatus
    record_id: str
    conflict: str | None = None


async def make(work: Work, kind: Kind[Any], change: Change, device: Device) -> Verdict:
    """Make one change. Raises what the handlers raise; then nothing of it may stay."""
    if change.edited_at < work.at:
        work.edited_at = change.edited_at
    record = await kind.find(work, change.id)
    if change.operation == "create":
        if record is not None:
            return await _merged(work, kind, record, change, device)
        if kind.is_derived(change):
            return Verdict("noop", change.id)
        twin = await kind.find_twin(work, change)
        if twin is not None:
            return await _joined(work, kind, twin, change)
        await kind.create(work, change)
        return Verdict("applied", change.id)
    if record is None and change.operation == "update":
        # A device may not know yet that another's record of the same took the place of its own.
        with suppress(Invalid):
            record = await kind.find_twin(work, change)
    if record is None:
        raise missing("id")
    if change.operation == "update":
        return await _merged(work, kind, record, change, device)
    return await _removed(work, kind, record, change, device)


async def _merged(work: Work, kind: Kind[R], record: R, change: Change, device: Device) -> Verdict:
    """An edit, or a creation that came before, against what became of the record meanwhile."""
    local, server = kind.said(record, change.data), await kind.server(work, record)
    seen = await _seen(work, kind, record, server, change, device)
    change = _timed(work, change, seen.base)
    provenance = kind.provenance(record)
    own = {field for field, (seq, _) in provenance.items() if seq in device.own}
    outcome = merged(
        kind.rules,
        base=_without(seen.base, own),
        server=server,
        local=local,
        provenance={field: edit for field, edit in provenance.items() if field not in own},
        edited_at=micros(change.edited_at),
    )
    if not outcome.edits:
        return Verdict("noop", record.id)
    is_gone = record.show_status == "deleted"
    if is_gone and seen.base.seq is not None and seen.base.seq >= record.version:
        raise missing("id")
    if is_gone or outcome.undecided:
        conflict = await opened(
            work,
            kind,
            record,
            change,
            edits=outcome.edits,
            fields=outcome.undecided or tuple(outcome.edits),
            seen=seen,
            client_id=device.client_id,
        )
        return Verdict("conflict", record.id, conflict_body(conflict))
    if outcome.writes:
        await kind.change(work, record, outcome.writes)
    return Verdict("merged" if outcome.contested else "applied", record.id)


async def _joined(work: Work, kind: Kind[R], twin: R, change: Change) -> Verdict:
    """Two devices made the same without each other: the first id is kept, the later edit wins."""
    local, server = kind.said(twin, change.data), await kind.server(work, twin)
    edited_at = micros(change.edited_at)
    if twin.show_status == "deleted":
        if twin.deleted_at is None or edited_at > micros(twin.deleted_at):
            await kind.change(work, twin, {**server, **local})
        return Verdict("merged", twin.id)
    born: Edit = (twin.version, born_at(twin))
    outcome = merged(
        kind.rules,
        base=_UNKNOWN,
        server=server,
        local=local,
        provenance={**dict.fromkeys(server, born), **kind.provenance(twin)},
        edited_at=edited_at,
    )
    if outcome.writes:
        await kind.change(work, twin, outcome.writes)
    return Verdict("merged", twin.id)


async def _removed(work: Work, kind: Kind[R], record: R, change: Change, device: Device) -> Verdict:
    if record.show_status == "deleted":
        return Verdict("noop", record.id)
    server = await kind.server(work, record)
    seen = await _seen(work, kind, record, server, change, device)
    change = _timed(work, change, seen.base)
    fields = edited_since(
        kind.fields(record),
        base=seen.base,
        server=server,
        provenance={
            field: edit for field, edit in kind.provenance(record).items() if edit[0] not in device.own
        },
        edited_at=micros(change.edited_at),
    )
    if fields:
        conflict = await opened(
            work,
            kind,
            record,
            change,
            edits=None,
            fields=fields,
            seen=seen,
            client_id=device.client_id,
        )
        return Verdict("conflict", record.id, conflict_body(conflict))
    await kind.remove(work, record)
    return Verdict("applied", record.id)


async def _seen(
    work: Work, kind: Kind[R], record: R, server: Mapping[str, Any], change: Change, device: Device
) -> Before:
    """What the device had seen of the record.

    By the version that it names, by how far it had seen the journal, by the version in a whole record, or
    by when it made the record itself.
    """
    seq = change.base_version
    if seq is None:
        seq = device.seen_seq
    if seq is None:
        seq = _told_version(change)
    if seq is None and change.operation == "create":
        seq = await _creation(work, record)
    if seq is None or seq > work.head.seq:
        return Before()
    if seq >= record.version:
        return Before(Seen(seq=seq, at=record.updated_at, image=server), is_current=True)
    row = await work.one(IMAGE_AT, seq=seq)
    if row is None or (row.entity, row.id) != (kind.entity, record.id):
        row = await work.one(IMAGE_BEFORE, entity=kind.entity, id=record.id, seq=seq)
    if row is None:
        return Before(Seen(seq=seq))
    return Before(Seen(seq=seq, at=row.at, image=find_image(kind.changing, row.body)), row.body)


async def _creation(work: Work, record: Record) -> int | None:
    """The seq of the row that made the record; None when it is no longer remembered."""
    with suppress(CursorGone):
        return await position(work.reader, work.user_id, record.created_at.isoformat())
    return None


def _without(base: Seen, own: set[str]) -> Seen:
    """A base without the fields that the same push edited already: it was made from those edits."""
    if base.image is None or not own:
        return base
    return replace(base, image={field: value for field, value in base.image.items() if field not in own})


def _told_version(change: Change) -> int | None:
    """The version that a whole record tells of itself: it is what the device was given last."""
    version = change.data.get("version")
    is_version = isinstance(version, int) and not isinstance(version, bool) and version > 0
    return version if is_version else None


def _timed(work: Work, change: Change, base: Seen) -> Change:
    """The change not before what it was made from."""
    edited_at = edit_time(change.edited_at, skew=timedelta(0), base_at=base.at, now=work.at)
    work.edited_at = edited_at if edited_at < work.at else None
    return replace(change, edited_at=edited_at)
