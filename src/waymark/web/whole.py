"""Answers written whole: the status line, headers and body of one that is there already, in one piece.

ASGI has two messages for it, which uvicorn sends as two packets. Nothing is read or decided here.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from starlette.types import Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

Pairs: TypeAlias = list[tuple[bytes, bytes]]
Whole: TypeAlias = Callable[[int, Pairs, bytes], Awaitable[None]]

_EXTENSION: Final = "waymark.whole"
"""Key in the scope's `extensions` of a `Whole`."""


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's protocol, offering its applications to write an answer at once."""

    _running: RequestResponseCycle
    """The request being answered: one at a time, however many are sent ahead."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        # Not the cycle's own method: it holds the scope, and both would wait for the garbage collector.
        cycle.scope["extensions"] = {_EXTENSION: self._write_whole}  # type: ignore[dict-item]  # ours is no dict
        super()._start_asgi_task(cycle, app)

    async def _write_whole(self, status: int, headers: Pairs, body: bytes) -> None:
        """What the cycle's `send` does of both messages; of our own headers, none needs to be checked."""
        cycle = self._running
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        parts = [STATUS_LINE[status]]
        for name, value in (*cycle.default_headers, *headers):
            parts += (name, b": ", value, b"\r\n")
        parts += (b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)
        cycle.response_started = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"".join(parts))
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()


def in_parts(scope: Scope) -> None:
    """Have the answer come through `send`, for those who add to it on its way."""
    scope.get("extensions", {}).pop(_EXTENSION, None)


async def answer(scope: Scope, send: Send, status: int, headers: Pairs, body: bytes) -> None:
    """Send an answer whose headers have its content-length, the shortest way that the server offers."""
    whole: Whole | None = scope.get("extensions", {}).get(_EXTENSION)
    if whole is not None:
        await whole(status, headers, body)
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
