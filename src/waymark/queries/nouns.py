"""Reading neighbours: one, and lists, for every noun alike.

How a kind is shown its own query says.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from waymark.domain.days import local_day
from waymark.domain.documents import joined
from waymark.domain.records import Record
from waymark.errors import NotFound
from waymark.store.database import Reader
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.nouns import Noun
from waymark.store.statements import OWNER

R = TypeVar("R", bound=Record)


async def today_of(reader: Reader, user_id: str, now: datetime) -> date:
    """The user's local day at an instant."""
    owner = await reader.one(OWNER, user_id=user_id)
    if owner is None:
        raise NotFound
    return local_day(now, owner.timezone, owner.day_starts_at)


async def standing(reader: Reader, noun: Noun[R], user_id: str, record_id: str) -> R:
    """The record, unless it is unknown or deleted."""
    record = await reader.one(noun.by_id, user_id=user_id, id=record_id)
    if record is None or record.show_status == "deleted":
        raise NotFound
    return record


async def one(reader: Reader, noun: Noun[R], user_id: str, record_id: str, now: datetime) -> tuple[str, str]:
    """A record's JSON and ETag."""
    record = await standing(reader, noun, user_id, record_id)
    today = await today_of(reader, user_id, now)
    (body,) = await noun.shown(reader, user_id, today, [record])
    return body, noun.etag(record, today)


async def listed(
    reader: Reader,
    noun: Noun[R],
    cursors: Cursors,
    user_id: str,
    asked: Asked,
    given: Mapping[str, Any],
    *,
    show_status: str,
    now: datetime,
) -> tuple[str, ListMeta]:
    """A page of a noun's records as a JSON array."""
    today = await today_of(reader, user_id, now)
    rows, meta, _ = await noun.listing.rows(
        reader, cursors, user_id, asked, given, within={"show_status": show_status}, today=today
    )
    bodies = await noun.shown(reader, user_id, today, [noun.record_of(row) for row in rows])
    return joined(bodies), meta
