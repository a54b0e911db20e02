"""Conflicts: opened where nothing may be written without a person, and decided by one.

Which fields conflict the domain says; a decision is written by the same handlers as any change.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.perform import Conditions, Door, Outcome
from waymark.actions.several import Several, perform_several
from waymark.domain.conflicts import SyncConflict
from waymark.domain.documents import encoded
from waymark.domain.merge import Seen, edited_since, merged
from waymark.domain.neighbour_documents import ConflictDocument
from waymark.domain.records import Record
from waymark.domain.vocabulary import Operation
from waymark.errors import Conflict, Invalid, NotFound, Problem
from waymark.queries.conflicts import CONFLICTS, conflict_body, conflict_document
from waymark.store.journal import micros
from waymark.store.sync_statements import CONFLICTS_OF
from waymark.store.work import Work
from waymark.sync.commands import Change, ResolveConflict
from waymark.sync.kinds import Kind, missing, wire_name
from waymark.sync.reading import find_image, parsed
from waymark.sync.registry import KINDS

R = TypeVar("R", bound=Record)


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict as it was decided, and the record as it stands with that."""

    conflict: ConflictDocument
    record: msgspec.Raw


class Before(msgspec.Struct, frozen=True):
    """What a device had seen of a record, and its JSON if that is not the record as it is now."""

    base: Seen = Seen()
    body: str | None = None
    is_current: bool = False


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision asks to be done with the record."""

    writes: Mapping[str, Any] = {}
    is_removed: bool = False
    is_restored: bool = False


# Opening -------------------------------------------------------------------------------------


async def opened(
    work: Work,
    kind: Kind[R],
    record: R,
    change: Change,
    *,
    edits: Mapping[str, Any] | None,
    fields: Sequence[str],
    seen: Before,
    client_id: str | None,
) -> SyncConflict:
    """Keep a change as a conflict instead of writing it; the record says so of itself.

    `edits` are what the device edited, None for a deletion; `fields` those that stand against it. Said
    again it is the same conflict; the same device's next edit of the record becomes part of it.
    """
    names = tuple(wire_name(kind.changing, field) for field in fields)
    local = None if edits is None else _told(kind, edits)
    operation: Operation = "delete" if edits is None else "update"
    for known in await open_conflicts(work, kind.entity, record.id):
        if known.operation != operation:
            continue
        if known.local == local:
            return known
        if known.local is not None and local is not None and client_id and known.client_id == client_id:
            after = replace(
                known,
                local=encoded({**parsed(known.local), **parsed(local)}),
                fields=tuple(dict.fromkeys([*known.fields, *names])),
                edited_at=change.edited_at,
            )
            return work.put_noun(CONFLICTS, after, before=known)
    base = await kind.body(work, record) if seen.is_current else seen.body
    if record.sync_status != "conflict":
        record = await kind.mark(work, record, "conflict")
    fresh = SyncConflict(
        user_id=work.user_id,
        id=str(uuid7()),
        created_at=work.now,
        updated_at=work.now,
        entity=kind.entity,
        entity_id=record.id,
        operation=operation,
        fields=names,
        base=base,
        server=await kind.body(work, record),
        local=local,
        server_version=record.version,
        edited_at=change.edited_at,
        client_id=client_id,
    )
    return work.put_noun(CONFLICTS, fresh)


async def open_conflicts(work: Work, entity: str, record_id: str) -> list[SyncConflict]:
    """The open conflicts of one record, the latest first."""
    found = await work.all(CONFLICTS_OF, entity=entity, entity_id=record_id)
    return [each for each in found if each.status == "open"]


def _told(kind: Kind[Any], edits: Mapping[str, Any]) -> str:
    """Edits as JSON, in the names that clients know."""
    return encoded({wire_name(kind.changing, field): value for field, value in edits.items()})


# Deciding ------------------------------------------------------------------------------------


async def resolve(door: Door, user_id: str, conditions: Conditions, command: ResolveConflict) -> Outcome:
    """Decide a conflict, whichever device asks; every other device sees it close.

    NotFound for an unknown one. Conflict when it is decided already, and when the record moved on: then
    the conflict is brought up to date and comes in `context`.
    """

    async def script(several: Several) -> Outcome | Problem:
        conflict = await _asked(several.work(), command)
        kind = KINDS[conflict.entity]
        record = await kind.find(several.work(), conflict.entity_id)
        if record is None:
            raise NotFound
        if _is_behind(kind, record, conflict, command.server_version):
            fresh = await several.perform(_brought_up, kind, record, conflict)
            context = {"conflict": parsed(conflict_body(fresh.result))}
            return Conflict("The record was changed meanwhile: look again, then decide.", context=context)
        plan = await _planned(several.work(), kind, record, conflict, command)
        if plan.is_restored:
            await several.perform(kind.restore, record)
        done = await several.perform(_decided, kind, conflict, command, plan)
        body = done.find_body(kind.entity, record.id) or await kind.body(several.work(), record)
        return Outcome(
            data=encoded(
                Resolved(
                    conflict=conflict_document(done.result),
                    record=msgspec.Raw(body.encode()),
                )
            )
        )

    return await perform_several(door, user_id, conditions, script)


async def _asked(work: Work, command: ResolveConflict) -> SyncConflict:
    """The open conflict that a command names."""
    if command.conflict_id is not None:
        named = await work.one(CONFLICTS.by_id, id=command.conflict_id)
        found = [] if named is None else [named]
    elif command.entity is not None and command.id is not None:
        found = await work.all(CONFLICTS_OF, entity=command.entity, entity_id=command.id)
    else:
        raise Invalid.of("conflictId", "required", "Give conflictId, or entity and id.")
    if not found:
        raise missing("conflictId" if command.conflict_id is not None else "id")
    for conflict in found:
        if conflict.status == "open":
            return conflict
    raise Conflict("This conflict is decided already.", context={"conflict": parsed(conflict_body(found[0]))})


def _is_behind(kind: Kind[R], record: R, conflict: SyncConflict, version: int | None) -> bool:
    """Whether the record is another than the one decided about.

    Without the version that a client saw: whether one of the fields in question was edited since.
    """
    if version is not None:
        return record.version != version
    was_deleted = parsed(conflict.server)["showStatus"] == "deleted"
    if was_deleted != (record.show_status == "deleted"):
        return True
    edits = {wire_name(kind.changing, field): edit for field, edit in kind.provenance(record).items()}
    return any(edits[name][0] > conflict.server_version for name in conflict.fields if name in edits)


async def _brought_up(work: Work, kind: Kind[R], record: R, conflict: SyncConflict) -> SyncConflict:
    """The conflict with the record as it is by now."""
    after = replace(conflict, server=await kind.body(work, record), server_version=record.version)
    return conflict if after == conflict else work.put_noun(CONFLICTS, after, before=conflict)


async def _planned(
    work: Work, kind: Kind[R], record: R, conflict: SyncConflict, command: ResolveConflict
) -> _Plan:
    is_gone = record.show_status == "deleted"
    local = None if conflict.local is None else kind.said(record, parsed(conflict.local))
    match command.resolution:
        case "use_server":
            return _Plan()
        case "use_local" if local is None:
            return _Plan(is_removed=not is_gone)
        case "use_local":
            return _Plan(writes=local or {}, is_restored=is_gone)
        case "merge":
            data = kind.said(record, command.data or {})
            return await _merging(work, kind, record, conflict, local, data)


async def _merging(
    work: Work,
    kind: Kind[R],
    record: R,
    conflict: SyncConflict,
    local: Mapping[str, Any] | None,
    data: Mapping[str, Any],
) -> _Plan:
    """The later edit of each field, money too, with `data` on top.

    A record stays against its deletion by an edit that came later, or by what `data` says it shall be.
    """
    server, provenance = await kind.server(work, record), kind.provenance(record)
    edited_at = micros(conflict.edited_at)
    if local is None:
        later = edited_since(
            kind.fields(record), base=Seen(), server=server, provenance=provenance, edited_at=edited_at
        )
        is_removed = not later and not data and record.show_status != "deleted"
        return _Plan(writes=data, is_removed=is_removed)
    if record.deleted_at is not None and record.show_status == "deleted":
        if not data and edited_at <= micros(record.deleted_at):
            return _Plan()
        return _Plan(writes={**local, **data}, is_restored=True)
    outcome = merged(
        replace(kind.rules, manual=frozenset()),
        base=_base_of(kind, conflict),
        server=server,
        local=local,
        provenance=provenance,
        edited_at=edited_at,
    )
    return _Plan(writes={**outcome.writes, **data})


def _base_of(kind: Kind[Any], conflict: SyncConflict) -> Seen:
    if conflict.base is None:
        return Seen()
    body = parsed(conflict.base)
    return Seen(seq=body.get("version"), image=find_image(kind.changing, conflict.base))


async def _decided(
    work: Work, kind: Kind[R], conflict: SyncConflict, command: ResolveConflict, plan: _Plan
) -> SyncConflict:
    """The decision written: the record, what it says of itself, and the conflict closed."""
    others = [
        each
        for each in await open_conflicts(work, conflict.entity, conflict.entity_id)
        if each.id != conflict.id
    ]
    if not others:
        work.sync_statuses[conflict.entity, conflict.entity_id] = "synced"
    record = await kind.find(work, conflict.entity_id)
    if record is None:
        raise NotFound
    server = await kind.server(work, record)
    writes = {field: value for field, value in plan.writes.items() if server.get(field) != value}
    if plan.is_removed:
        await kind.remove(work, record)
    elif writes:
        await kind.change(work, record, writes)
    await work.settle()
    is_written = any((row.entity, row.id) == (kind.entity, record.id) for row in work.journalled)
    if not others and not is_written and record.sync_status != "synced":
        await kind.mark(work, record, "synced")
    after = replace(conflict, status="resolved", resolution=command.resolution, resolved_at=work.now)
    return work.put_noun(CONFLICTS, after, before=conflict)
