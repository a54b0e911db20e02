"""Cursors: where in a user's journal a follower is, as a text that only we read.

A cursor is no secret and no right: it is held against the journal of whoever presents it.
"""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol

from waymark.domain.days import parse_instant
from waymark.domain.records import Head
from waymark.domain.refusal import Refusal
from waymark.errors import CursorGone, Invalid, NotFound
from waymark.store.columns import microseconds
from waymark.store.database import Reader
from waymark.store.follow_statements import MARK, MARK_AT
from waymark.store.statements import HEAD

_FORM: Final = struct.Struct(">B8s8sQ8s")
"""Version, whose, which epoch, seq, check of the row at that seq."""
_VERSION: Final = 1
_LENGTH: Final = 44
_UNCHECKED: Final = bytes(8)


class Row(Protocol):
    """What a cursor checks of a journal row: in a log that went another way, it differs."""

    @property
    def seq(self) -> int: ...
    @property
    def txn(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def id(self) -> str: ...


class Place(NamedTuple):
    """Somewhere in a journal: everything up to `seq` is behind it, and `cursor` says so to a client."""

    seq: int
    cursor: str


class Cursors:
    """Makes the cursors of one user's journal, which keeps its epoch until a backup is restored."""

    def __init__(self, user_id: str, epoch: str) -> None:
        self._whose = _digest(user_id)
        self._epoch = _digest(epoch)

    def after(self, row: Row) -> str:
        """The cursor right behind a row."""
        return self._made(row.seq, _check(row))

    def at_floor(self, seq: int) -> str:
        """The cursor before everything the journal still holds; 0 before its first row ever."""
        return self._made(seq, _UNCHECKED)

    def _made(self, seq: int, check: bytes) -> str:
        return urlsafe_b64encode(_FORM.pack(_VERSION, self._whose, self._epoch, seq, check)).decode()


def cursor_of(head: Head, row: Row) -> str:
    """The cursor right behind a row of the journal with that head."""
    return Cursors(head.user_id, head.epoch).after(row)


async def place_of(reader: Reader, user_id: str, seq: int | None = None) -> Place:
    """The place behind the row `seq`, by default the last one.

    Raises CursorGone when that row is pruned or not there yet, NotFound for an erased user.
    """
    return await place_in(reader, await head_of(reader, user_id), seq)


async def place_in(reader: Reader, head: Head, seq: int | None = None) -> Place:
    """As `place_of`, in the journal with that head."""
    seq = head.seq if seq is None else seq
    if seq == head.floor:
        return Place(seq, Cursors(head.user_id, head.epoch).at_floor(seq))
    row = await reader.one(MARK, user_id=head.user_id, seq=seq)
    if row is None:
        raise CursorGone
    return Place(seq, cursor_of(head, row))


async def position(reader: Reader, user_id: str, since: str) -> int:
    """The seq up to which a follower has everything, from a cursor or a `serverTime` that it was given.

    Raises Invalid (on `since`) for what is neither, or another user's; CursorGone when what followed it
    is pruned, or was never in this journal; NotFound for an erased user. (SYNC "Cursor and pull")
    """
    return await position_in(reader, await head_of(reader, user_id), since)


async def position_in(reader: Reader, head: Head, since: str) -> int:
    """As `position`, in the journal with that head."""
    if ":" in since:
        return await _position_at(reader, head, since)
    whose, epoch, seq, check = _read(since)
    if whose != _digest(head.user_id):
        raise _refused()
    if epoch != _digest(head.epoch) or not head.floor <= seq <= head.seq:
        raise CursorGone
    # The row at the floor is pruned with those before it; all that follows it is there.
    if seq > head.floor:
        row = await reader.one(MARK, user_id=head.user_id, seq=seq)
        if row is None or _check(row) != check:
            raise CursorGone
    return seq


async def _position_at(reader: Reader, head: Head, since: str) -> int:
    try:
        at = parse_instant(since)
    except Refusal:
        raise _refused() from None
    if at > head.at:
        # None of this journal's, but maybe of one that went on after its backup was made.
        raise CursorGone
    if at == head.at:
        return head.seq
    row = await reader.one(MARK_AT, user_id=head.user_id, at=at)
    if row is None and head.floor:
        raise CursorGone
    return 0 if row is None else row.seq


async def head_of(reader: Reader, user_id: str) -> Head:
    """How far a user's journal reaches; NotFound for an erased user."""
    head = await reader.one(HEAD, user_id=user_id)
    if head is None:
        raise NotFound
    return head


def _read(text: str) -> tuple[bytes, bytes, int, bytes]:
    try:
        raw = urlsafe_b64decode(text) if len(text) == _LENGTH else b""
        version, whose, epoch, seq, check = _FORM.unpack(raw)
    except (ValueError, struct.error):
        raise _refused() from None
    # Decoding is lenient; what does not encode to itself again was never ours.
    if version != _VERSION or urlsafe_b64encode(raw).decode() != text:
        raise _refused()
    return whose, epoch, seq, check


def _refused() -> Invalid:
    return Invalid.of("since", "invalid", "A cursor or serverTime as it was given to you; else leave it out.")


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def _check(row: Row) -> bytes:
    return _digest(f"{row.seq} {row.txn} {microseconds(row.at)} {row.id}")
