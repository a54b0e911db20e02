"""A receiver of webhooks on this machine that fails as it is told, and remembers what it was sent.

Signatures are verified with the official library, as a receiver would.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, Self, TypeAlias

from standardwebhooks import Webhook

HOST = "127.0.0.1"


class Got(NamedTuple):
    """One request as it came."""

    head: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def frame(self) -> Any:
        return json.loads(self.body)

    @property
    def is_awaited(self) -> bool:
        """Whether its sender is still there for the answer."""
        return not self.reader.at_eof()

    def verify(self, secret: str) -> None:
        """Raises WebhookVerificationError unless it is signed with the secret, and now."""
        Webhook(secret).verify(self.body, self.headers)


Answering: TypeAlias = Callable[[Got, asyncio.StreamWriter], Awaitable[None]]


def status(code: int, *headers: str) -> Answering:
    """An empty answer with that status."""
    lines = [f"HTTP/1.1 {code} Thus", "Content-Length: 0", "Connection: close", *headers]

    async def answered(_got: Got, writer: asyncio.StreamWriter) -> None:
        if not writer.is_closing():
            writer.write("\r\n".join([*lines, "", ""]).encode())
            await writer.drain()

    return answered


class Receiver:
    """Counts connections, keeps requests, answers as `answering` does."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.host = host
        self.port = port
        self._tls = tls
        self.connections = 0
        self.got: list[Got] = []
        self.answering: Answering = status(204)
        self._came = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/hook?of=ada"

    @property
    def frames(self) -> list[Any]:
        return [got.frame for got in self.got]

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._served, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def has_got(self, count: int) -> None:
        """Returns when so many requests have come, in all."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.got) >= count)

    async def kill(self) -> None:
        """Gone at once: connections are reset, whatever they were at."""
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
            headers = {
                name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)
            }
            got = Got(first, headers, await reader.readexactly(int(headers["content-length"])), reader)
            async with self._came:
                self.got.append(got)
                self._came.notify_all()
            await self.answering(got, writer)
        self._writers.discard(writer)
        writer.close()


@asynccontextmanager
async def receiving(
    host: str = HOST, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    receiver = await Receiver(host, port, tls).start()
    try:
        yield receiver
    finally:
        await receiver.kill()
