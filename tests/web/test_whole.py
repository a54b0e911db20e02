"""Answers over a real connection: one packet each, in order, and the connection as HTTP/1.1 has it.

What is in an answer is said elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from tests.web.sample import ID, Services, sample

from waymark.cli.serve import served

LINE = f"/api/v1/things/{ID}"


@asynccontextmanager
async def speaking(*origins: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the sample application as `serve` serves it, to pages of these origins too."""
    config = served(sample(Services(), cors_origins=origins))
    config.host, config.port, config.lifespan = "127.0.0.1", 0, "off"
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await server.shutdown()


def request(method: str = "GET", more: str = "", version: str = "1.1") -> bytes:
    head = f"{method} {LINE} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer full\r\n{more}\r\n"
    return head.encode()


async def answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head, await reader.readexactly(length) if has_body else b""


async def test_an_answer_is_one_packet() -> None:
    async with speaking() as (reader, writer):
        for _ in range(5):
            writer.write(request())
            packet = await reader.read(65_536)
            assert packet.startswith(b"HTTP/1.1 200 OK\r\n")
            assert packet.endswith(b'"error":null}')


async def test_requests_sent_ahead_are_answered_in_their_order() -> None:
    async with speaking() as (reader, writer):
        writer.write(b"".join(request(more=f"X-Request-Id: r{number}\r\n") for number in range(20)))
        for number in range(20):
            head, _ = await answer(reader)
            assert f"x-request-id: r{number}\r\n".encode() in head


async def test_head_has_the_length_and_no_body() -> None:
    async with speaking() as (reader, writer):
        writer.write(request("HEAD") + request())
        head, _ = await answer(reader, has_body=False)
        same, body = await answer(reader)
        assert f"content-length: {len(body)}\r\n".encode() in head
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert same.startswith(b"HTTP/1.1 200 OK")


async def test_a_connection_ends_when_the_client_wants_it_to() -> None:
    for asked in (request(more="Connection: close\r\n"), request(version="1.0")):
        async with speaking() as (reader, writer):
            writer.write(asked)
            head, _ = await answer(reader)
            assert b"connection: close\r\n" in head
            assert await reader.read() == b""


async def test_pages_of_other_origins_may_read_every_answer() -> None:
    async with speaking("https://app.test") as (reader, writer):
        for more in ("", "Authorization: Bearer none\r\n"):
            writer.write(request(more=f"Origin: https://app.test\r\n{more}"))
            head, _ = await answer(reader)
            assert b"access-control-allow-origin: https://app.test\r\n" in head
            assert b"access-control-expose-headers: ETag" in head
        writer.write(request(more="Origin: https://evil.test\r\n"))
        head, _ = await answer(reader)
        assert b"access-control-allow-origin" not in head
