"""Snapshots: all that stands of a user, page by page, behind a cursor that was read first.

So nothing that happens meanwhile is lost: it follows in the journal. Nothing is written here.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from waymark.actions.fresh import refresh_all
from waymark.actions.perform import Door
from waymark.domain.documents import encoded
from waymark.domain.vocabulary import ENTITIES
from waymark.errors import Invalid
from waymark.queries.nouns import today_of
from waymark.realtime.cursor import Place, head_of, place_in, position_in
from waymark.store.database import Reader
from waymark.store.journal import EPOCH
from waymark.store.listing import Cursors
from waymark.store.standing import ENTITY_TABLES, ROWS
from waymark.sync.pull import PulledChange, PullReply, digest, time_of
from waymark.sync.showing import MOVING, SHOWN

_MARK: Final = "s."
"""What tells a place in a snapshot from one in the journal."""
_BEFORE_ALL: Final = "00000000-0000-0000-0000-000000000000"


class _At(msgspec.Struct, frozen=True):
    """Where a snapshot goes on: the journal's cursor when it began, and the last record shown."""

    begun: str
    entity: str
    after: str


def is_in_snapshot(since: str) -> bool:
    """Whether it goes on with a snapshot."""
    return since.startswith(_MARK)


async def snapshot(
    door: Door,
    cursors: Cursors,
    user_id: str,
    since: str | None,
    limit: int,
    entities: tuple[str, ...] | None,
) -> str:
    """A page of what stands, deleted records left out, as JSON; its last `cursor` is the journal's.

    Until then `serverTime` is the beginning of time: from there on nothing is missed, whoever forgets the
    cursor. Raises Invalid on `since`, CursorGone when the journal has gone on without it.
    """
    now = door.clock.now()
    scope = f"snapshot {user_id} {entities}".encode()
    at = None if since is None else _read(cursors, scope, since)
    if at is None:
        await refresh_all(door, user_id, now)

    async def page(reader: Reader) -> PullReply:
        head = await head_of(reader, user_id)
        if at is None:
            begun = await place_in(reader, head)
        else:
            begun = Place(await position_in(reader, head, at.begun), at.begun)
        today = await today_of(reader, user_id, now)
        changes, end = await _standing(reader, user_id, today, at, limit, entities)
        if end is not None:
            place = _MARK + cursors.made(scope, [begun.cursor, *end])
            return PullReply(changes=changes, server_time=EPOCH, cursor=place, has_more=True)
        is_behind = begun.seq < head.seq
        return PullReply(
            changes=changes,
            server_time=await time_of(reader, head, begun.seq),
            cursor=begun.cursor,
            has_more=is_behind,
            digest=msgspec.UNSET if is_behind else await digest(reader, head, entities),
        )

    return encoded(await door.database.snapshot(page))


def _read(cursors: Cursors, scope: bytes, since: str) -> _At:
    try:
        return _At(*cursors.values(scope, since.removeprefix(_MARK), (str, str, str)))
    except Invalid as problem:
        (fault,) = problem.details
        raise Invalid.of("since", fault.code, fault.message) from None


async def _standing(
    reader: Reader, user_id: str, today: date, at: _At | None, limit: int, entities: Sequence[str] | None
) -> tuple[list[PulledChange], tuple[str, str] | None]:
    """Records behind a place, and the place behind the last of them; None when there are no more."""
    wanted: list[str] = [
        name for name in ENTITIES if name in ENTITY_TABLES and name in (entities or ENTITIES)
    ]
    after = _BEFORE_ALL
    if at is not None:
        wanted, after = wanted[wanted.index(at.entity) :], at.after
    changes: list[PulledChange] = []
    for entity in wanted:
        changes += await _page(reader, user_id, today, entity, after, limit - len(changes))
        if len(changes) == limit:
            return changes, (entity, changes[-1].id)
        after = _BEFORE_ALL
    return changes, None


async def _page(
    reader: Reader, user_id: str, today: date, entity: str, after: str, limit: int
) -> list[PulledChange]:
    rows = await reader.all(ROWS[entity], user_id=user_id, after=after, limit=limit)
    unknown = [str(row[0]) for row in rows if entity in MOVING or row[3] is None]
    bodies = await SHOWN[entity](reader, user_id, today, unknown) if unknown else {}
    return [
        PulledChange(
            "create",
            entity,
            record_id,
            msgspec.Raw((bodies.get(record_id) or body).encode()),
            version,
            updated_at,
            version,
        )
        for record_id, version, updated_at, body in rows
    ]
