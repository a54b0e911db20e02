"""Who pushes: how far a device had seen the journal, and which of its pushes came before.

No change is looked at here.
"""

from datetime import datetime
from typing import Final

import msgspec

from waymark.errors import CursorGone, Invalid
from waymark.realtime.cursor import place_of, position
from waymark.store.database import Put, Reader
from waymark.store.follow_statements import MARK
from waymark.store.journal import EPOCH
from waymark.store.statements import ANSWER
from waymark.store.sync_statements import CLIENT, Client
from waymark.store.sync_tables import sync_clients
from waymark.sync.commands import PushChanges

MAX_BEYOND: Final = 1_000
"""How many pushes may overtake one that never came; then it is taken for lost."""
CHANGE_KEY: Final = " change:"
PUSH_KEY: Final = " push:"
"""Keys of sync begin with a space, which none of REST's can have."""


class Device(msgspec.Struct, frozen=True):
    """A device as one push shows it."""

    client_id: str | None = None
    seen_seq: int | None = None
    """Everything up to there it had seen; None: nobody knows."""
    own: set[int] = msgspec.field(default_factory=set)
    """Seqs that this push made itself: no news to the device."""


class ClientRow(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    client_id: str
    watermark: int
    beyond: tuple[int, ...]
    updated_at: datetime


class Place(msgspec.Struct, frozen=True):
    """Where in the journal a device may go on, in both forms."""

    server_time: datetime
    cursor: str


async def seen_by(reader: Reader, user_id: str, command: PushChanges) -> int | None:
    """How far the device had seen the journal; Invalid for what no device was ever given."""
    if command.last_synced_at is None:
        return None
    try:
        return await position(reader, user_id, command.last_synced_at)
    except CursorGone:
        return None
    except Invalid as problem:
        (fault,) = problem.details
        raise Invalid.of("lastSyncedAt", fault.code, fault.message) from None


async def place_for(reader: Reader, user_id: str, seen_seq: int | None) -> Place:
    """From where pulling misses nothing: where the device was, else where the journal ends now."""
    place = await place_of(reader, user_id, seen_seq)
    mark = await reader.one(MARK, user_id=user_id, seq=place.seq)
    return Place(EPOCH if mark is None else mark.at, place.cursor)


def key_of(command: PushChanges, place: int, key: str | None) -> str | None:
    """Under which the result of a change is kept: its own key, else its place in a numbered push."""
    if key is not None:
        return CHANGE_KEY + key
    marker = marker_of(command)
    return None if marker is None else f"{marker}:{place}"


def marker_of(command: PushChanges) -> str | None:
    """The key that says that a numbered push was answered, for as long as its results are kept."""
    if command.client_id is None or command.client_seq is None:
        return None
    return f"{PUSH_KEY}{command.client_id}:{command.client_seq}"


async def is_forgotten(reader: Reader, user_id: str, command: PushChanges) -> bool:
    """Whether this push was answered so long ago that its results are gone: it must not be done again.

    While they are remembered they tell by themselves which of its changes came before.
    """
    marker = marker_of(command)
    if marker is None:
        return False
    client = await reader.one(CLIENT, user_id=user_id, client_id=command.client_id)
    seq = command.client_seq or 0
    if client is None or (seq > client.watermark and seq not in client.beyond):
        return False
    return await reader.one(ANSWER, user_id=user_id, key=marker) is None


async def answered(reader: Reader, user_id: str, command: PushChanges, now: datetime) -> Put | None:
    """How far the device's pushes came with this one."""
    if command.client_id is None or command.client_seq is None:
        return None
    known = await reader.one(CLIENT, user_id=user_id, client_id=command.client_id) or Client(0, ())
    watermark, beyond = with_seq(known.watermark, known.beyond, command.client_seq)
    row = ClientRow(
        user_id=user_id,
        client_id=command.client_id,
        watermark=watermark,
        beyond=beyond,
        updated_at=now,
    )
    return Put(sync_clients, [row])


def with_seq(watermark: int, beyond: tuple[int, ...], seq: int) -> tuple[int, tuple[int, ...]]:
    """The contiguous watermark, and those beyond it, with one more."""
    waiting = sorted({*beyond, seq})[-MAX_BEYOND:] if seq > watermark else list(beyond)
    if len(waiting) == MAX_BEYOND:
        watermark = max(watermark, waiting[0] - 1)
    while waiting and waiting[0] <= watermark + 1:
        watermark = max(watermark, waiting.pop(0))
    return watermark, tuple(waiting)
