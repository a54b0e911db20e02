"""Sockets and server-sent events: what carries a conversation over HTTP, and who may begin one.

What is said on them is not known here.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from typing import Annotated, Final, Protocol, TypeAlias
from urllib.parse import parse_qs

from pydantic import Field
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from waymark.actions.fields import Id, Parameters, Several
from waymark.domain.vocabulary import Entity
from waymark.errors import CursorGone, RateLimited
from waymark.realtime.conversation import Conversation, Gone
from waymark.realtime.cursor import position
from waymark.realtime.frames import MAX_IDS, Chosen, Close, Frame
from waymark.realtime.streams import Streams
from waymark.web.asyncapi import document
from waymark.web.call import Call, Services
from waymark.web.connections import WRITE, Write, framed
from waymark.web.envelope import ENCODER
from waymark.web.route import Router

EVENT_STREAM: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 20.0
"""Proxies cut what is silent for a minute, some for half of one."""
RETRY_MILLISECONDS: Final = 2_000
MAX_CURSOR: Final = 100


class LiveServices(Services, Protocol):
    """What these routes use of the application."""

    streams: Streams
    cors_origins: Sequence[str]
    heartbeat_seconds: float


Request: TypeAlias = Call[LiveServices]


class SocketWire:
    """Frames as text messages of a WebSocket."""

    __slots__ = ("_receive", "_send", "_write")

    def __init__(self, receive: Receive, send: Send, write: Write | None) -> None:
        """`write` is the short way that our own server offers."""
        self._receive = receive
        self._send = send
        self._write = write

    async def receive(self) -> str | bytes | None:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    async def send(self, _event: str, text: str, _cursor: str | None = None) -> None:
        await self._sent({"type": "websocket.send", "text": text})

    async def pass_on(self, frame: Frame, prev_seq: int) -> None:
        if not self.pass_on_at_once(frame, prev_seq):
            await self._sent({"type": "websocket.send", "text": frame.text(prev_seq)})

    def pass_on_at_once(self, frame: Frame, prev_seq: int) -> bool:
        return self._write is not None and self._write(frame.packed(prev_seq, framed))

    async def close(self, code: Close) -> None:
        await self._sent({"type": "websocket.close", "code": code.value})

    async def _sent(self, message: Message) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError):
            raise Gone from None


class EventWire:
    """Frames as events of a stream on which only the server speaks (HTML Living Standard, 9.2)."""

    __slots__ = ("_heartbeat_seconds", "_receive", "_send")

    def __init__(self, receive: Receive, send: Send, heartbeat_seconds: float) -> None:
        self._heartbeat_seconds = heartbeat_seconds
        self._receive = receive
        self._send = send

    async def receive(self) -> str | None:
        """Asks for a sign of life from time to time, as the client would if it could speak."""
        while True:
            try:
                async with asyncio.timeout(self._heartbeat_seconds):
                    message = await self._receive()
            except TimeoutError:
                return '{"event":"ping"}'
            if message["type"] == "http.disconnect":
                return None

    async def send(self, event: str, text: str, cursor: str | None = None) -> None:
        # Without data it is no event, but its id counts from then on.
        body = ":\n" if event == "pong" else f"event: {event}\ndata: {text}\n"
        await self._write(f"id: {cursor}\n{body}\n" if cursor else f"{body}\n")

    async def pass_on(self, frame: Frame, prev_seq: int) -> None:
        await self.send(frame.event, frame.text(prev_seq), frame.cursor)

    def pass_on_at_once(self, _frame: Frame, _prev_seq: int) -> bool:
        return False

    async def close(self, _: Close) -> None:
        await self._write("", more=False)

    async def begin(self) -> None:
        await self._write(f"retry: {RETRY_MILLISECONDS}\n\n")

    async def _write(self, text: str, *, more: bool = True) -> None:
        try:
            await self._send({"type": "http.response.body", "body": text.encode(), "more_body": more})
        except (OSError, RuntimeError):
            raise Gone from None


class EventStream(Response):
    """A response that goes on for as long as its conversation does."""

    media_type = EVENT_STREAM

    def __init__(self, call: Request, query: "FollowParameters") -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        # Proxies that buffer would keep events back.
        self.init_headers({"x-accel-buffering": "no"})
        self._streams = call.services.streams
        self._heartbeat_seconds = call.services.heartbeat_seconds
        self._token = call.any_token
        # What a browser remembers is newer than the address that it was opened with.
        self._since = call.header("Last-Event-ID") or query.since
        self._wanted = Chosen(_set(query.entities), _set(query.ids))

    async def check(self, user_id: str) -> None:
        """Raise what can be said before the stream begins."""
        self._streams.check_room(user_id)
        if self._since is not None:
            with suppress(CursorGone):
                await position(self._streams.journals.database, user_id, self._since)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        wire = EventWire(receive, send, self._heartbeat_seconds)
        with suppress(Gone):
            await wire.begin()
            await Conversation(self._streams, wire).hold(self._token, self._since, self._wanted)


class FollowParameters(Parameters):
    """From where on, and what; and the token, for browsers, whose EventSource sends no header."""

    since: Annotated[str, Field(max_length=MAX_CURSOR)] | None = None
    entities: Several[Entity] | None = None
    ids: Annotated[Several[Id], Field(max_length=MAX_IDS)] | None = None
    token: str | None = None
    access_token: Annotated[str | None, Field(alias="access_token")] = None


router = Router(
    tag="events", about="What happens, as it happens: server-sent events, and sockets beside them."
)


@router.get(
    "/api/v1/events",
    media_type=EVENT_STREAM,
    errors=(RateLimited,),
    takes_token_in_query=True,
    example="retry: 2000\n\n"
    "id: AQ…\nevent: ready\n"
    'data: {"event":"ready","data":{"cursor":"AQ…","seq":41,"resumed":false,"reset":false}}\n\n',
)
@router.get("/events", media_type=EVENT_STREAM, takes_token_in_query=True, include_in_schema=False)
async def follow_events(call: Request, query: FollowParameters) -> Response:
    """Follow everything that happens, as server-sent events.

    Each event's data is the frame that a socket gets, its id the cursor to come back with: `Last-Event-ID`,
    which browsers send by themselves, wins over `since`. A cursor that is too old gets `ready` with
    `reset`. `/asyncapi.json` describes every frame.
    """
    stream = EventStream(call, query)
    await stream.check(call.user_id)
    return stream


@cache
def _described() -> bytes:
    return ENCODER.encode(document())


@router.get("/asyncapi.json", public=True, include_in_schema=False)
async def get_asyncapi(_: Request) -> Response:
    """The AsyncAPI 3 document."""
    return Response(_described(), media_type="application/json")


def _set(given: Iterable[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application of a WebSocket that its client opened."""
    services: LiveServices = scope["app"].state.services
    await receive()
    token, since, is_welcome = _asked(scope, services.cors_origins)
    if not is_welcome:
        await send({"type": "websocket.close"})  # answered as 403 (RFC 6455 §4.2.2)
        return
    await send({"type": "websocket.accept"})
    wire = SocketWire(receive, send, scope["extensions"].get(WRITE))
    # Nobody asks again, and thousands of these wait at once.
    scope["headers"] = []
    await Conversation(services.streams, wire).hold(token, since)


def _asked(scope: Scope, cors_origins: Sequence[str]) -> tuple[str | None, str | None, bool]:
    """The token and cursor that came with the address, and whether its page may open sockets here."""
    headers = dict(scope["headers"])
    query = parse_qs(scope["query_string"].decode("latin-1"))
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    given = query.get("token") or ([token.strip()] if scheme.lower() == "bearer" else [None])
    is_welcome = is_own(headers.get(b"origin"), headers.get(b"host"), cors_origins)
    return given[0], query.get("since", [None])[0], is_welcome


def is_own(origin: bytes | None, host: bytes | None, allowed: Sequence[str]) -> bool:
    """Whether a page of this origin may open a socket; programs, which name none, may."""
    if origin is None or "*" in allowed:
        return True
    page = origin.decode("latin-1")
    # Behind a proxy the scheme that we see is not the one by which the page was loaded.
    return page in allowed or (host is not None and page.partition("://")[2] == host.decode("latin-1"))


SOCKETS: Final = {"/ws": socket, "/api/v1/ws": socket}
"""Where sockets are opened."""
