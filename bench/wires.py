"""Thousands of raw WebSocket clients in one process, and when each of them got which frame.

Nothing is judged here; which server is on the other side is told.
"""

import asyncio
import gc
import resource
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from typing import NamedTuple, cast

import msgspec
import uvloop

from bench.load import UnexpectedAnswer, request

HANDSHAKES_AT_ONCE = 100
TEXT, PING, PONG = 0x81, 0x89, 0x8A
"""First bytes of frames."""
PATIENCE_SECONDS = 120


class Hall(msgspec.Struct, frozen=True):
    """Where sockets are opened, how many, and what makes the server send one frame to all of them."""

    name: str
    port: int
    path: str
    sockets: int
    trigger: bytes
    """A request."""
    trigger_port: int
    first_frames: int = 0
    """How many frames a new socket gets by itself."""
    says: str = ""
    """What a client says then, which is not answered."""


class FanOut(msgspec.Struct, frozen=True):
    """For every round, the seconds from the trigger to the last frame of it on each socket, sorted."""

    rounds: Sequence[Sequence[float]]
    memory_before: int
    memory_after: int
    """Resident KiB of the server without and with the sockets."""


def run(halls: Sequence[Hall], rounds: int) -> dict[str, FanOut]:
    """Fill every hall, then trigger each in turn, another one first each time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()  # a collection here would look like a pause of the server
    try:
        return uvloop.run(_run(halls, rounds))
    finally:
        gc.enable()


async def _run(halls: Sequence[Hall], rounds: int) -> dict[str, FanOut]:
    filled = {hall.name: await _Filled.opened(hall) for hall in halls}
    for number in range(rounds):
        turn = number % len(halls)
        for hall in (*halls[turn:], *halls[:turn]):
            await filled[hall.name].trigger()
    for one in filled.values():
        one.close()
    return {name: FanOut(one.rounds, one.before, one.after) for name, one in filled.items()}


class _Filled:
    """A hall with its sockets open."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.rounds: list[list[float]] = []
        self.before = self.after = 0
        self._wires: list[_Wire] = []

    @classmethod
    async def opened(cls, hall: Hall) -> "_Filled":
        self = cls(hall)
        self.before = await memory(hall.port)
        for first in range(0, hall.sockets, HANDSHAKES_AT_ONCE):
            count = min(HANDSHAKES_AT_ONCE, hall.sockets - first)
            self._wires += await asyncio.gather(*(self._wire() for _ in range(count)))
        await asyncio.sleep(1)
        self.after = await memory(hall.port)
        await self.trigger()  # to warm up
        self.rounds.clear()
        return self

    async def trigger(self) -> float:
        """The seconds until the trigger was answered."""
        started = perf_counter()
        arrivals = asyncio.gather(*(wire.after(1) for wire in self._wires))
        _, answered = await asked(self.hall.trigger_port, self.hall.trigger)
        async with asyncio.timeout(PATIENCE_SECONDS):
            self.rounds.append(sorted(at - started for at in await arrivals))
        return answered - started

    def close(self) -> None:
        for wire in self._wires:
            wire.transport.close()

    async def _wire(self) -> "_Wire":
        hall, loop = self.hall, asyncio.get_running_loop()
        _, wire = await loop.create_connection(_Wire, "127.0.0.1", hall.port)
        ready = wire.after(hall.first_frames)
        wire.transport.write(
            f"GET {hall.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            await wire.opened
            await ready
        if hall.says:
            wire.say(hall.says)
        return wire


class _Wire(asyncio.Protocol):
    """One socket: it counts the frames that come and answers nothing."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self._awaited: asyncio.Future[float] | None = None
        self._missing_frames = 0
        self._held = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own, of the same shape

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.opened, self._awaited):
            if future is not None and not future.done():
                future.set_exception(exc or UnexpectedAnswer("the server closed a socket"))

    def say(self, text: str) -> None:
        self._say(TEXT, text.encode())

    def _say(self, kind: int, said: bytes) -> None:
        # Masked, as clients must, with a mask that changes nothing.
        self.transport.write(bytes([kind, 0x80 | len(said), 0, 0, 0, 0]) + said)

    def after(self, frames: int) -> "asyncio.Future[float]":
        """The moment at which so many more frames have arrived."""
        self._awaited = asyncio.get_running_loop().create_future()
        self._missing_frames = frames
        if self.transport.is_closing():
            self._awaited.set_exception(UnexpectedAnswer("the server closed a socket"))
        elif not frames:
            self._awaited.set_result(perf_counter())
        return self._awaited

    def data_received(self, data: bytes) -> None:
        if self._missing >= len(data):  # the middle of a frame
            self._missing -= len(data)
            if not self._missing:
                self._arrived()
            return
        data = self._held + data[self._missing :]
        if self._missing:
            self._missing = 0
            self._arrived()
        if not self.opened.done():
            head, separator, data = data.partition(b"\r\n\r\n")
            if not separator:
                self._held = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise UnexpectedAnswer(head[:300].decode("latin-1"))
            self.opened.set_result(None)
        self._held = self._read(data)

    def _read(self, data: bytes) -> bytes:
        """Count what is there; the beginning of a frame that is not is given back."""
        while len(data) >= 2:
            length, start = data[1], 2
            if length >= 126:
                start = 4 if length == 126 else 10
                if len(data) < start:
                    return data
                length = int.from_bytes(data[2:start])
            if len(data) - start < length:
                if data[0] != TEXT:
                    return data
                self._missing = length - (len(data) - start)
                return b""
            if data[0] == TEXT:
                self._arrived()
            elif data[0] == PING:
                self._say(PONG, data[start : start + length])
            data = data[start + length :]
        return data

    def _arrived(self) -> None:
        self._missing_frames -= 1
        if not self._missing_frames and self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(perf_counter())


async def asked(port: int, sent: bytes) -> tuple[bytes, float]:
    """The answer to one request, whose status must be a success, and when it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    if head[9:10] != b"2":
        raise UnexpectedAnswer(head[:300].decode("latin-1"))
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = await reader.readexactly(int(length.partition(b":")[2]))
    at = perf_counter()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return body, at


async def memory(port: int) -> int:
    """Resident KiB of the server."""
    body, _ = await asked(port, request("GET", "/bench/memory"))
    return int(body)


class Arrival(NamedTuple):
    """Seconds from sending the trigger to its answer, and to its frame on a socket."""

    answered: float
    told: float


def arrivals(hall: Hall, times: int, pause_seconds: float) -> list[Arrival]:
    """On a single socket, again and again."""

    async def measured() -> list[Arrival]:
        filled = await _Filled.opened(hall)
        found: list[Arrival] = []
        for _ in range(times):
            answered = await filled.trigger()
            found.append(Arrival(answered, filled.rounds[-1][0]))
            await asyncio.sleep(pause_seconds)
        filled.close()
        return found

    return uvloop.run(measured())
