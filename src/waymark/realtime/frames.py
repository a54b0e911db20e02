"""What goes over a stream: every frame of the server and of its clients, as types and as bytes.

These types make the AsyncAPI document. Who gets which frame, and when, is not known here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import jiter
import msgspec

from waymark.domain.days import format_instant
from waymark.domain.documents import encoded
from waymark.domain.records import JournalRow
from waymark.domain.text import TextError, parse_uuid
from waymark.domain.vocabulary import ENTITIES, Operation
from waymark.errors import Fault, Invalid, MalformedRequest, Problem

Event: TypeAlias = Literal["entity:updated", "insight:new", "reminder"]
Pack: TypeAlias = Callable[[bytes], bytes]
"""What a wire makes of a frame's JSON."""

MAX_IDS: Final = 1_000
"""How many ids one stream may follow; a frame of 64 KiB names more."""


class Close(IntEnum):
    """Why the server closes a stream."""

    GOING_AWAY = 1012
    BINARY = 1003
    TRY_AGAIN = 1013
    MALFORMED = 4400
    NO_ACCESS = 4401
    NOT_ALLOWED = 4403
    NO_HELLO = 4408
    TOO_FAR_BEHIND = 4409
    TOO_MANY = 4429


CLOSE_REASONS: Final[dict[Close, str]] = {
    Close.GOING_AWAY: "The server stops or restarts; come back with your cursor.",
    Close.BINARY: "Only text frames are taken.",
    Close.TRY_AGAIN: "The database does not answer; come back with your cursor.",
    Close.MALFORMED: "That was no JSON object, or no `hello` where one was due, or `since` was not a cursor.",
    Close.NO_ACCESS: "The token is invalid, expired or revoked.",
    Close.NOT_ALLOWED: "The token does not allow reading.",
    Close.NO_HELLO: "No `hello` came within 5 s.",
    Close.TOO_FAR_BEHIND: "You read too slowly and what you missed will not be sent; take a fresh snapshot.",
    Close.TOO_MANY: "Too many frames, or too many streams of one user.",
}


# What the server says ------------------------------------------------------------------------


class Change(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to one entity. `data` is the entity as GET gives it, of a deleted one its last state."""

    entity: str
    id: str
    operation: Operation
    data: dict[str, Any]


class Journalled(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every frame says that comes from the journal."""

    prev_seq: int
    """Seq of the frame before this one on this stream: nothing that you follow lies between them."""
    seq: int
    txn: int
    """Seq of the first change of the same transaction."""
    cursor: str
    """Come back with it as `since`, and you get what follows this frame."""
    version: int
    updated_at: datetime
    origin: str
    """Who caused it: api, sync, import, cli, mcp, clock, worker."""


class EntityUpdated(
    Journalled, frozen=True, kw_only=True, rename="camel", tag_field="event", tag="entity:updated"
):
    """An entity was created, changed or deleted."""

    data: Change


class InsightNew(Journalled, frozen=True, kw_only=True, rename="camel", tag_field="event", tag="insight:new"):
    """A rule fired, or somebody wrote an insight. `data` is the insight."""

    data: dict[str, Any]


class Reminder(Journalled, frozen=True, kw_only=True, rename="camel", tag_field="event", tag="reminder"):
    """A deadline or a milestone is due. `data` is the insight that says so."""

    data: dict[str, Any]


class Position(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Up to where this stream has told you everything that you follow."""

    cursor: str
    seq: int


class Start(Position, frozen=True, kw_only=True, rename="camel"):
    """Where a stream begins, which its first frame's `prevSeq` repeats."""

    resumed: bool
    """What follows your cursor comes now."""
    reset: bool
    """It cannot come: take a fresh snapshot, keeping your own pending edits."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="ready"):
    """You are let in."""

    data: Start


class Live(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="live"):
    """All that was missed has been sent; from here on frames come as things happen."""

    data: Position


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="pong"):
    """The answer to `ping`. Its cursor moves on even while nothing that you follow happens."""

    data: Position


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong: `code` is one of the stable error codes."""

    code: str
    message: str
    details: tuple[Fault, ...] = ()


class ErrorFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="error"):
    """Something you sent was not taken, or the stream ends for the reason given."""

    data: Refused


ServerFrame: TypeAlias = EntityUpdated | InsightNew | Reminder | Ready | Live | Pong | ErrorFrame


class _Kind(msgspec.Struct):
    kind: str


_KIND: Final = msgspec.json.Decoder(_Kind)


class Frame:
    """A journal row on its way out: the same for all who follow it, save for what they got before."""

    __slots__ = ("_after", "_before", "_packed", "cursor", "entity", "event", "id", "seq")

    def __init__(self, row: JournalRow, cursor: str) -> None:
        self.seq = row.seq
        self.entity = row.entity
        self.id = row.id
        self.cursor = cursor
        self.event: Event = "entity:updated"
        data = row.body
        if row.entity == "insights" and row.operation == "create":
            self.event = "reminder" if _KIND.decode(row.body).kind == "reminder" else "insight:new"
        else:
            data = (
                f'{{"entity":"{row.entity}","id":"{row.id}","operation":"{row.operation}","data":{row.body}}}'
            )
        # As bytes: one emoji makes Python keep a text at four bytes for every character.
        self._before = f'{{"event":"{self.event}","data":{data},"prevSeq":'.encode()
        self._after = (
            f',"seq":{row.seq},"txn":{row.txn},"cursor":"{cursor}","version":{row.version}'
            f',"updatedAt":"{format_instant(row.at)}","origin":"{row.origin}"}}'
        ).encode()
        self._packed: dict[Pack, tuple[int, bytes]] = {}

    @property
    def size(self) -> int:
        """About how many bytes it has."""
        return len(self._before)

    def json(self, prev_seq: int) -> bytes:
        """Its JSON for a stream whose last frame was `prev_seq`."""
        return b"%b%d%b" % (self._before, prev_seq, self._after)

    def text(self, prev_seq: int) -> str:
        """The same as text."""
        return self.json(prev_seq).decode()

    def packed(self, prev_seq: int, pack: Pack) -> bytes:
        """What a wire makes of the JSON, made once for all who got the same frame before."""
        made = self._packed.get(pack)
        if made is None or made[0] != prev_seq:
            made = self._packed[pack] = prev_seq, pack(self.json(prev_seq))
        return made[1]


def frame_of(row: JournalRow, cursor: str, prev_seq: int) -> bytes:
    """The bytes of one journal row as sockets, events and webhooks carry it."""
    return Frame(row, cursor).json(prev_seq)


def error_text(problem: Problem) -> str:
    """The frame that tells a client of a failure."""
    return encoded(
        ErrorFrame(data=Refused(code=problem.code, message=problem.message, details=problem.details))
    )


# What a client says --------------------------------------------------------------------------


class _FromClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="event"):
    pass


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An access token or API token."""

    token: str


class Introduction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who you are, and from where on you want to hear; without `since`, from now on."""

    token: str
    since: str | None = None


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Some entities, some ids, or both."""

    entities: Sequence[str] | None = None
    ids: Sequence[str] | None = None


class Hello(_FromClient, frozen=True, kw_only=True, tag="hello"):
    """The first frame, within 5 s, unless the token came with the address."""

    data: Introduction


class Subscribe(_FromClient, frozen=True, kw_only=True, tag="subscribe"):
    """Follow only these entities, or only these ids, or only these ids of these entities.

    A stream follows everything until its first `subscribe`; further ones add to what is followed.
    """

    data: Selection


class Unsubscribe(_FromClient, frozen=True, kw_only=True, tag="unsubscribe"):
    """Follow these entities and ids no more; without any, follow everything again."""

    data: Selection = Selection()


class Presence(_FromClient, frozen=True, kw_only=True, tag="presence:active"):
    """Somebody is there. Taken, and not answered."""

    data: dict[str, Any] | None = None


class Ping(_FromClient, frozen=True, kw_only=True, tag="ping"):
    """Are you there? Answered by `pong`."""

    data: dict[str, Any] | None = None


class Renewal(_FromClient, frozen=True, kw_only=True, tag="auth"):
    """Stay beyond the end of the token by showing a newer one of the same user."""

    data: Credentials


ClientFrame: TypeAlias = Hello | Subscribe | Unsubscribe | Presence | Ping | Renewal


def client_frame(text: str) -> ClientFrame:
    """What a client said.

    Raises MalformedRequest for what is no JSON object or has a key twice, Invalid for an object that is
    no frame of ours.
    """
    try:
        given = jiter.from_json(text.encode(), catch_duplicate_keys=True)
    except (ValueError, UnicodeEncodeError):
        raise MalformedRequest from None
    if not isinstance(given, dict):
        raise MalformedRequest
    try:
        frame: ClientFrame = msgspec.convert(given, ClientFrame)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise Invalid.of(path.strip(".`") or "event", "invalid", f"{message}.") from None
    return frame


class Chosen(NamedTuple):
    """Entities and ids that a client named; None: none of that kind."""

    entities: frozenset[str] | None
    ids: frozenset[str] | None


def chosen(selection: Selection) -> Chosen:
    """What a client named; Invalid for entities that are none, and ids that are none."""
    faults: list[Fault] = []
    ids: list[str] = []
    for place, name in enumerate(selection.entities or ()):
        if name not in ENTITIES:
            faults.append(Fault(f"data.entities[{place}]", "invalid", f"One of {', '.join(ENTITIES)}."))
    for place, text in enumerate(selection.ids or ()):
        try:
            ids.append(parse_uuid(text))
        except TextError as refusal:
            faults.append(Fault(f"data.ids[{place}]", refusal.code, refusal.message))
    if faults:
        raise Invalid(details=faults)
    return Chosen(
        None if selection.entities is None else frozenset(selection.entities),
        None if selection.ids is None else frozenset(ids),
    )
