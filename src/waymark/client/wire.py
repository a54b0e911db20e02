"""Plans: what a client does, as requests that it yields and answers that it is sent; and who carries them.

A plan knows no network, so the same one serves threads, event loops and simulations. No path is known here.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import httpx2
import msgspec

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 30.0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request below the address of the API, to be sent after a pause."""

    method: str
    path: str
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    after_seconds: float = 0.0


class Response(msgspec.Struct, frozen=True):
    """Its answer; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class NoAnswer(Exception):
    """Nobody knows whether the request arrived: the connection failed, or the answer was lost."""


Plan: TypeAlias = Generator[Request, Response, T]


class Wire:
    """Carries out plans, waiting for each answer; for programs without an event loop."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def __call__(self, plan: Plan[T]) -> T:
        """Raises whatever the plan does not mend."""
        step: Callable[[], Request] = partial(next, plan)
        while True:
            try:
                request = step()
            except StopIteration as end:
                result: T = end.value
                return result
            time.sleep(request.after_seconds)
            try:
                answer = self._http.request(request.method, request.path, **_options(request))
            except httpx2.TransportError as error:
                step = partial(plan.throw, NoAnswer(str(error)))
            else:
                step = partial(plan.send, _response(answer))


class AsyncWire:
    """The same on an event loop."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def __call__(self, plan: Plan[T]) -> T:
        """Raises whatever the plan does not mend."""
        step: Callable[[], Request] = partial(next, plan)
        while True:
            try:
                request = step()
            except StopIteration as end:
                result: T = end.value
                return result
            await asyncio.sleep(request.after_seconds)
            try:
                answer = await self._http.request(request.method, request.path, **_options(request))
            except httpx2.TransportError as error:
                step = partial(plan.throw, NoAnswer(str(error)))
            else:
                step = partial(plan.send, _response(answer))


def _options(request: Request) -> dict[str, Any]:
    return {"params": dict(request.params), "headers": dict(request.headers), "content": request.body}


def _response(answer: httpx2.Response) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, answer.content)
