"""uvicorn's connections, which at the end of the server do not wait for clients that read nothing.

What is said on them is not known here.
"""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from waymark.web.whole import WholeAnswers

FAREWELL_SECONDS: Final = 4.0
"""What a client gets to read what it was sent before the server stopped."""


class Answers(WholeAnswers):
    """A connection for requests."""

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self._let_go)

    def _let_go(self) -> None:
        if self.flow.write_paused:
            self.transport.abort()


class Sockets(WebSocketsSansIOProtocol):
    """A WebSocket."""

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)
