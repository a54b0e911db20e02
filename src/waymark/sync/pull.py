"""Pulls: what is new to a device since some place in the journal, or all that stands, page by page.

Nothing is written, and what was stored as JSON goes out as it is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from waymark.domain.digests import shown
from waymark.domain.documents import encoded
from waymark.domain.records import Head
from waymark.domain.vocabulary import ENTITIES, Operation
from waymark.errors import NotFound
from waymark.realtime.cursor import place_of, position
from waymark.store.database import Database, Reader
from waymark.store.follow_statements import MARK
from waymark.store.journal import EPOCH
from waymark.store.standing import digests_of
from waymark.store.statements import HEAD
from waymark.store.sync_statements import NEXT_TXN, PAGE, PAGE_OF, REST, REST_OF

DEFAULT_ROWS: Final = 500
MAX_ROWS: Final = 1_000


class PulledChange(msgspec.Struct, frozen=True, rename="camel"):
    """One record as a change left it; `data` is the record as GET gives it. `seq` orders changes."""

    entity: str
    id: str
    operation: Operation
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


async def pulled(database: Database, user_id: str, asked: Asked) -> str:
    """A page of the journal as JSON, from one snapshot of the database; a transaction is never split.

    Raises Invalid on `since`, CursorGone when what followed it is gone.
    """

    async def page(reader: Reader) -> PullReply:
        since = await position(reader, user_id, asked.since)
        head = await reader.one(HEAD, user_id=user_id)
        if head is None:
            raise NotFound
        rows, covered = await _rows(reader, head, since, asked)
        place = await place_of(reader, user_id, covered)
        return PullReply(
            changes=_coalesced(rows),
            server_time=await time_of(reader, head, covered),
            cursor=place.cursor,
            has_more=covered < head.seq,
            digest=msgspec.UNSET if covered < head.seq else await digest(reader, head, asked.entities),
        )

    return encoded(await database.snapshot(page))


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


async def _rows(
    reader: Reader, head: Head, since: int, asked: Asked
) -> tuple[Sequence[tuple[Any, ...]], int]:
    """The rows of a page up to the end of a transaction, and the seq that they cover."""
    of_page: dict[str, Any] = {"user_id": head.user_id, "seq": since, "limit": asked.limit}
    if asked.entities is None:
        rows = await reader.all(PAGE, **of_page)
    else:
        rows = await reader.all(PAGE_OF, **of_page, entities=list(asked.entities))
    if len(rows) < asked.limit:
        return rows, head.seq
    last, txn = rows[-1][:2]
    following = await reader.one(NEXT_TXN, user_id=head.user_id, seq=last, txn=txn)
    end = head.seq if following is None else following[0] - 1
    if end > last:
        of_rest: dict[str, Any] = {"user_id": head.user_id, "seq": last, "last": end}
        if asked.entities is None:
            rows += await reader.all(REST, **of_rest)
        else:
            rows += await reader.all(REST_OF, **of_rest, entities=list(asked.entities))
    return rows, end


def _coalesced(rows: Sequence[tuple[Any, ...]]) -> list[PulledChange]:
    """Each record once, as the last of its rows has it; what was made on the page stays made."""
    latest: dict[tuple[str, str], PulledChange] = {}
    for seq, _, at, entity, record_id, operation, version, body in rows:
        key = (entity, record_id)
        before = latest.pop(key, None)
        if before is not None and before.operation == "create" and operation == "update":
            operation = "create"  # noqa: PLW2901  # the same row, said of the page
        latest[key] = PulledChange(entity, record_id, operation, msgspec.Raw(body.encode()), version, at, seq)
    return list(latest.values())
