"""Pulls: what is new to a device since some place in the journal, or all that stands, page by page.

Nothing is written, and what was stored as JSON goes out as it is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from waymark.domain.digests import shown
from waymark.domain.documents import ENCODER
from waymark.domain.records import Head
from waymark.domain.vocabulary import ENTITIES, Operation
from waymark.realtime.cursor import head_of, place_in, position_in
from waymark.store.database import Database, Reader
from waymark.store.follow_statements import MARK
from waymark.store.journal import EPOCH
from waymark.store.standing import digests_of
from waymark.store.sync_statements import LAST_OF, NEXT_TXN, PAGE, PAGE_OF, ROW_AT

DEFAULT_ROWS: Final = 500
MAX_ROWS: Final = 1_000
_CREATE, _UPDATE = b'{"operation":"create"', b'{"operation":"update"'
"""How changes begin."""


class PulledChange(msgspec.Struct, frozen=True, rename="camel"):
    """One record as a change left it; `data` is the record as GET gives it. `seq` orders changes."""

    operation: Operation
    entity: str
    id: str
    data: msgspec.Raw
    version: int
    server_updated_at: datetime
    seq: int


class PullReply(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A page of changes, each record once, and where to go on.

    `cursor` is for the next pull; `serverTime`, the time of the page's last row, serves as well. `digest`
    comes with the last page: of every entity, what a device that holds the same computes.
    """

    changes: list[PulledChange]
    server_time: datetime
    cursor: str
    has_more: bool
    digest: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of the journal is asked for; `entities` None: all."""

    since: str
    limit: int
    entities: tuple[str, ...] | None


async def pulled(database: Database, user_id: str, asked: Asked) -> list[bytes]:
    """A page of the journal as JSON in pieces, from one snapshot of the database; no transaction is split.

    Raises Invalid on `since`, CursorGone when what followed it is gone.
    """

    async def page(reader: Reader) -> list[bytes]:
        head = await head_of(reader, user_id)
        since = await position_in(reader, head, asked.since)
        covered = await _end(reader, head, since, asked)
        changes = await _changes(reader, user_id, since, covered, asked.entities)
        place = await place_in(reader, head, covered)
        reply = PullReply(
            changes=[],
            server_time=await time_of(reader, head, covered),
            cursor=place.cursor,
            has_more=covered < head.seq,
            digest=msgspec.UNSET if covered < head.seq else await digest(reader, head, asked.entities),
        )
        return _filled(reply, changes)

    return await database.snapshot(page)


def _filled(reply: PullReply, changes: Sequence[bytes]) -> list[bytes]:
    """An empty page with these changes in it, in pieces: put together once, however long they are."""
    separated = [b","] * (2 * len(changes) - 1)
    separated[::2] = changes
    begin = b'{"changes":['
    return [begin, *separated, ENCODER.encode(reply).removeprefix(begin)]


async def time_of(reader: Reader, head: Head, seq: int) -> datetime:
    """The `serverTime` of a place: pulling since it goes on there too."""
    if seq == head.seq:
        return head.at
    mark = await reader.one(MARK, user_id=head.user_id, seq=seq)
    return EPOCH if mark is None else mark.at


async def digest(reader: Reader, head: Head, entities: Sequence[str] | None) -> dict[str, str]:
    """The digest of each entity at the head, as clients see it."""
    digests = head.digests
    if digests is None:
        digests = await digests_of(reader, head.user_id)
    return {name: shown(digests.get(name, 0)) for name in entities or ENTITIES}


async def _end(reader: Reader, head: Head, since: int, asked: Asked) -> int:
    """The seq up to which a page covers the journal: the end of a transaction."""
    if asked.entities is None:
        # Seqs have no gaps.
        last = await reader.one(ROW_AT, user_id=head.user_id, seq=since + asked.limit)
    else:
        of_page = {"entities": list(asked.entities), "before": asked.limit - 1}
        last = await reader.one(LAST_OF, user_id=head.user_id, seq=since, **of_page)
    if last is None:
        return head.seq
    seq, txn = last
    following = await reader.one(NEXT_TXN, user_id=head.user_id, seq=seq, txn=txn)
    return head.seq if following is None else following[0] - 1


async def _changes(
    reader: Reader, user_id: str, since: int, last: int, entities: Sequence[str] | None
) -> list[bytes]:
    """The changes between two seqs as JSON, each record once."""
    between: dict[str, Any] = {"user_id": user_id, "seq": since, "last": last}
    if entities is None:
        return await reader.folded(_coalesced, PAGE, **between)
    return await reader.folded(_coalesced, PAGE_OF, **between, entities=list(entities))


def _coalesced(rows: Iterable[tuple[Any, ...]]) -> list[bytes]:
    """Each record once, as the last of its rows has it; what was made on the page stays made."""
    latest: dict[str, bytes] = {}
    for record, change in rows:
        before = latest.pop(record, None)
        if before is not None and before.startswith(_CREATE) and change.startswith(_UPDATE):
            change = _CREATE + change.removeprefix(_UPDATE)  # noqa: PLW2901  # the same row, said of the page
        latest[record] = change
    return list(latest.values())
