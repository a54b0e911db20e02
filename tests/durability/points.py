"""A program: `waymark serve`, again for each line of input, which kills itself at a named moment if told to.

What it imports it imports once; every server is forked from there. A header `x-drill: commit:before 7` on any
request lays the fuse: the seventh time that moment comes, the process is gone. The product knows nothing of
it.
"""

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar

import apsw
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from waymark import app
from waymark.__main__ import main
from waymark.actions.perform import Door
from waymark.cli import serve
from waymark.store import sqlite
from waymark.store.database import Change, Database, Transaction
from waymark.store.statement import Statement
from waymark.store.statements import LOCK_HEAD

T = TypeVar("T")

STEPS: Final = ("request", "lock", "apply", "commit", "wake", "reply")
"""What a write does: it is read, waits for its owner's lock, sends its rows, …"""
HEADER: Final = b"x-drill"
SYNCHRONOUS: Final = "DRILL_SYNCHRONOUS"
"""A variable of the environment: another value of SQLite's pragma than the product's, to see what is lost."""
BEGUN: Final = "begun "
GONE: Final = "gone"
"""What is said of each server: its process, before anything of its own, and its end."""
WHOLE: Final = "waymark.whole"
"""The extension by which an answer is written at once; see web/whole.py."""


class Fuse:
    """The moment at which this process ends, once it was laid."""

    def __init__(self) -> None:
        self._point = ""
        self._left = 0

    def lay(self, told: bytes) -> None:
        self._point, left = told.decode().split()
        self._left = int(left)

    def at(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    async def around(self, step: str, call: Callable[[], Awaitable[T]]) -> T:
        self.at(f"{step}:before")
        result = await call()
        self.at(f"{step}:after")
        return result


FUSE: Final = Fuse()


class _Transaction:
    """The real one, but for the moments before and after its lock and its batch."""

    def __init__(self, inner: Transaction) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        call = partial(self._inner.one, statement, **params)
        return await (FUSE.around("lock", call) if statement is LOCK_HEAD else call())

    async def apply(self, changes: list[Change]) -> None:
        await FUSE.around("apply", partial(self._inner.apply, changes))


class _Database:
    """The real one, but for the moments before and after a commit."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        async def unit(tx: Transaction) -> T:
            result = await body(_Transaction(tx))  # type: ignore[arg-type]  # the rest by __getattr__
            FUSE.at("commit:before")
            return result

        result = await self._inner.write(unit)
        FUSE.at("commit:after")
        return result


class _Watched:
    """The application, but for the moments before and after a write is read and answered."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == HEADER:
                FUSE.lay(value)
        if scope["method"] == "POST":
            whole = scope["extensions"][WHOLE]
            scope["extensions"][WHOLE] = lambda *answer: FUSE.around("reply", partial(whole, *answer))
            await self._inner(scope, lambda: FUSE.around("request", receive), send)
        else:
            await self._inner(scope, receive, send)


def _wake(inner: Callable[[str], None], user_id: str) -> None:
    FUSE.at("wake:before")
    inner(user_id)
    FUSE.at("wake:after")


def _served(inner: Callable[[Any], uvicorn.Config], application: Any) -> uvicorn.Config:
    door: Door = application.state.services.door
    door.wake = partial(_wake, door.wake)
    config = inner(application)
    config.app = _Watched(application)
    return config


def _connected(inner: Callable[[Any], Database], settings: Any) -> _Database:
    return _Database(inner(settings))


def _careless(inner: Callable[[Any], apsw.Connection], path: Any) -> apsw.Connection:
    connection = inner(path)
    connection.pragma("synchronous", os.environ[SYNCHRONOUS])
    return connection


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve_for_each_line() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "served", partial(_served, serve.served))
        patch.setattr(app, "connected", partial(_connected, app.connected))
        if SYNCHRONOUS in os.environ:
            patch.setattr(sqlite, "connection_to", partial(_careless, sqlite.connection_to))
        for _line in sys.stdin:
            child = os.fork()
            if child == 0:
                _say(f"{BEGUN}{os.getpid()}")
                main(["serve", "--port", "0"])
            os.waitpid(child, 0)
            _say(GONE)


if __name__ == "__main__":
    serve_for_each_line()
