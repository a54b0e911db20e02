"""uvicorn's connections, made small and quick for thousands that mostly wait, and quick to let go of.

What is said on them, and who may open them, is not known here.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

from waymark.web.whole import WholeAnswers

Write: TypeAlias = Callable[[bytes], bool]
"""Writes a frame as `framed` made it, unless it would have to wait: then False, and nothing is written."""

WRITE: Final = "waymark.write"
"""Key in a socket's `extensions` of its `Write`."""
FAREWELL_SECONDS: Final = 4.0
"""What a client gets to read what it was sent before the server stopped."""
MAX_HEAD_BYTES: Final = 65_536
"""What the head of a request, or what comes behind its body, may have beyond its first packet."""
_TEXT: Final = 0x81
"""The first byte of a text in one frame (RFC 6455 §5.2)."""


def framed(payload: bytes) -> bytes:
    """A text in UTF-8 as a server's frame: without mask, so the same bytes for every client."""
    length = len(payload)
    if length < 126:  # noqa: PLR2004  # from here on the length needs two bytes, or eight
        return bytes((_TEXT, length)) + payload
    if length < 1 << 16:
        return bytes((_TEXT, 126)) + length.to_bytes(2) + payload
    return bytes((_TEXT, 127)) + length.to_bytes(8) + payload


class Answers(WholeAnswers):
    """For requests: no head without end fills the memory, no answer left unread holds up the server's end."""

    _kept = 0
    """Bytes that the parser took since the request began, or since its body went on."""

    def data_received(self, data: bytes) -> None:
        request = self.scope
        self._kept += len(data)
        super().data_received(data)
        if self.scope is not request:
            self._kept = 0
        elif self._kept > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_body(self, body: bytes) -> None:
        self._kept = 0
        super().on_body(body)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self._let_go)

    def _let_go(self) -> None:
        if self.flow.write_paused:
            self.transport.abort()


class Sockets(WebSocketsSansIOProtocol):
    """A WebSocket. A quarter of what one holds by itself are queues for many, and a handshake long over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue: Any = _Messages()
        self.writable: Any = _Gate()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["extensions"][WRITE] = self._write  # type: ignore[assignment]  # ours is no dict

    def start_keepalive(self) -> None:
        """Called when the handshake is over: nobody looks at its request and response again."""
        super().start_keepalive()
        del self.request, self.response

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)

    def _write(self, data: bytes) -> bool:
        if self.writable.is_closed or self.close_sent or self.conn.state is not OPEN:
            return False
        self.transport.write(data)
        return True


class _Messages:
    """What uvicorn uses of asyncio.Queue, for a single reader."""

    __slots__ = ("_held", "_reader")

    def __init__(self) -> None:
        self._held: deque[Any] | None = None
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        if self._held is None:
            self._held = deque()
        self._held.append(message)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Any:
        while not self._held:
            # An empty deque holds a block of 64 places.
            self._held = None
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._held.popleft()

    def empty(self) -> bool:
        return not self._held


class _Gate:
    """What uvicorn uses of asyncio.Event; `is_closed` while a client does not read."""

    __slots__ = ("_waiting", "is_closed")

    def __init__(self) -> None:
        self.is_closed = False
        self._waiting: list[asyncio.Future[None]] = []

    def set(self) -> None:
        self.is_closed = False
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    def clear(self) -> None:
        self.is_closed = True

    async def wait(self) -> None:
        while self.is_closed:
            passed = asyncio.get_running_loop().create_future()
            self._waiting.append(passed)
            await passed
