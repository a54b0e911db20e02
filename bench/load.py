"""The load generator: raw HTTP/1.1 over kept connections, each sending its next request when answered.

It measures and judges nothing beyond the status; it knows neither Waymark nor the baseline.
"""

import asyncio
import gc
import re
from collections.abc import Sequence
from time import perf_counter, process_time
from typing import cast

import msgspec
import uvloop

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
GRACE_SECONDS = 60
"""How long answers may be outstanding after the last request went out."""


class UnexpectedAnswer(Exception):
    """A server answered something else than it should: its speed means nothing."""


class Job(msgspec.Struct, frozen=True):
    """What to send: one lane per connection, each with its own requests.

    With `seconds` a lane repeats its requests until the time is over, without it sends each once.
    """

    port: int
    lanes: Sequence[Sequence[bytes]]
    status: int
    seconds: float | None = None


class Outcome(msgspec.Struct, frozen=True):
    """Answers received, the time from the first request to the last answer, and how busy we were."""

    answered: int
    seconds: float
    busy: float
    """Share of that time that the generator itself computed: near 1, it measured itself."""

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


def request(method: str, path: str, *, token: str = "", body: bytes = b"") -> bytes:
    """The bytes of one request."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def run(job: Job) -> Outcome:
    """Do the job in this process; raises UnexpectedAnswer."""
    gc.disable()  # a collection here would look like a pause of the server
    try:
        return uvloop.run(_run(job))
    finally:
        gc.enable()


async def _run(job: Job) -> Outcome:
    loop = asyncio.get_running_loop()
    lanes = [_Lane(requests, job, loop.create_future()) for requests in job.lanes if requests]
    for lane in lanes:
        await loop.create_connection(lambda lane=lane: lane, "127.0.0.1", job.port)  # type: ignore[misc]  # a default in a lambda
    started, computed = perf_counter(), process_time()
    until = None if job.seconds is None else started + job.seconds
    for lane in lanes:
        lane.start(until)
    limit = None if job.seconds is None else job.seconds + GRACE_SECONDS
    try:
        async with asyncio.timeout(limit):
            await asyncio.gather(*(lane.done for lane in lanes))
    finally:
        for lane in lanes:
            lane.close()
    computed = process_time() - computed
    seconds = max(lane.answered_at for lane in lanes) - started
    return Outcome(sum(lane.answered for lane in lanes), seconds, computed / seconds)


class _Lane(asyncio.Protocol):
    """One connection, one request under way at a time."""

    def __init__(self, requests: Sequence[bytes], job: Job, done: "asyncio.Future[None]") -> None:
        self.done = done
        self.answered = 0
        self.answered_at = 0.0
        self._requests = requests
        self._status = b"%d" % job.status
        self._until: float | None = None
        self._head = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own, of the same shape

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or UnexpectedAnswer("the server closed the connection"))

    def start(self, until: float | None) -> None:
        self._until = until
        self._send()

    def close(self) -> None:
        self._transport.close()

    def _send(self) -> None:
        self._transport.write(self._requests[self.answered % len(self._requests)])

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            length = LENGTH.search(self._head, 0, end)
            if self._head[9:12] != self._status or length is None:
                self._fail()
                return
            self._missing = int(length[1]) - (len(self._head) - end - 4)
            self._head = b""
        if not self._missing:
            self._next()

    def _next(self) -> None:
        self.answered_at = perf_counter()
        self.answered += 1
        if self._until is None:
            is_over = self.answered == len(self._requests)
        else:
            is_over = self.answered_at >= self._until
        if not is_over:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)

    def _fail(self) -> None:
        if not self.done.done():
            self.done.set_exception(UnexpectedAnswer(self._head[:600].decode("utf-8", "replace")))
