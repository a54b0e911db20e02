"""The whole application on a real port inside this process, and clients that follow it.

What a test expects of the frames it says itself; the prevSeq chain is held for every one.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeAlias

import httpx2
import websockets
from fastapi import FastAPI
from tests.api.person import Person
from websockets.asyncio.client import ClientConnection

from waymark.app import Application, create_app
from waymark.cli.serve import Server, listening, served
from waymark.clock import Clock
from waymark.settings import Settings
from waymark.store.statements import HEAD

Frame: TypeAlias = dict[str, Any]

SECRET = "a secret of at least thirty-two characters"
PATIENCE = 20.0
"""Seconds that anything may take on a busy machine."""
JOURNALLED = ("entity:updated", "insight:new", "reminder")


class Line:
    """One client's socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.ready: Frame
        self.frames: list[Frame] = []
        """What came from the journal."""
        self.seq = 0
        self.cursor = ""

    async def next(self) -> Frame:
        """The next frame; the chain of prevSeq must not break."""
        async with asyncio.timeout(PATIENCE):
            frame: Frame = json.loads(await self.socket.recv(), parse_float=Decimal)
        if frame["event"] in JOURNALLED:
            assert frame["prevSeq"] == self.seq, frame
            assert frame["seq"] > self.seq, frame
            self.seq, self.cursor = frame["seq"], frame["cursor"]
            self.frames.append(frame)
        elif frame["event"] == "ready":
            self.ready = frame["data"]
            self.seq, self.cursor = self.ready["seq"], self.ready["cursor"]
        return frame

    async def until(self, event: str) -> Frame:
        """The next frame of that event."""
        while (frame := await self.next())["event"] != event:
            pass
        return frame

    async def reach(self, seq: int) -> list[Frame]:
        """Read on to that seq; all that came from the journal so far."""
        while self.seq < seq:
            await self.next()
        return self.frames

    async def say(self, event: str, **data: Any) -> None:
        await self.socket.send(json.dumps({"event": event, "data": data}))

    async def covered(self) -> int:
        """Up to where the stream says that it has told everything."""
        await self.say("ping")
        pong: int = (await self.until("pong"))["data"]["seq"]
        return pong

    async def ended(self) -> tuple[list[str], int | None]:
        """Read to the end: the codes of errors on the way, and the code of the close."""
        errors: list[str] = []
        try:
            while True:
                frame = await self.next()
                if frame["event"] == "error":
                    errors.append(frame["data"]["code"])
        except websockets.ConnectionClosed as closed:
            return errors, None if closed.rcvd is None else int(closed.rcvd.code)


class Site:
    """A running application and how to reach it."""

    def __init__(self, app: FastAPI, server: Server, port: int) -> None:
        self.app = app
        self.services: Application = app.state.services
        self.server = server
        self.port = port
        self.client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=PATIENCE)

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        url: str,
        folder: Path,
        clock: Clock | None = None,
        prepare: Callable[[Application], None] = lambda _: None,
        **chosen: Any,
    ) -> AsyncIterator[Self]:
        """`prepare` changes what it is made of before it starts."""
        chosen = {"rate_limits": False, "secret": SECRET, "worker": False, "port": 0, **chosen}
        settings = Settings.load(data_dir=folder, database_url=url, **chosen)
        app = create_app(settings, clock=clock)
        prepare(app.state.services)
        server = Server(served(app), "", app.state.services.streams.stop)
        listener = listening(settings)
        task = asyncio.create_task(server.serve([listener]))
        while not server.started:
            await asyncio.sleep(0.01)
            if task.done():
                task.result()
        site = cls(app, server, listener.getsockname()[1])
        try:
            yield site
        finally:
            await site.client.aclose()
            server.should_exit = True
            await task

    async def head(self, person: Person) -> int:
        """Seq of the last thing that happened to this person's data."""
        head = await self.services.database.one(HEAD, user_id=person.user["id"])
        assert head is not None
        return head.seq

    async def caught_up(self, line: Line, person: Person) -> list[Frame]:
        """What the line was told since the last time, with everything that happened until now."""
        head = await self.head(person)
        async with asyncio.timeout(PATIENCE):
            while await line.covered() < head:
                continue
        told, line.frames = line.frames, []
        return told

    @asynccontextmanager
    async def opened(self, path: str = "/ws", **options: Any) -> AsyncIterator[Line]:
        """A socket on which nothing was said yet."""
        async with websockets.connect(
            f"ws://127.0.0.1:{self.port}{path}", compression=None, max_size=None, **options
        ) as socket:
            yield Line(socket)

    @asynccontextmanager
    async def followed(
        self, person: Person, since: str | None = None, *, live: bool = True
    ) -> AsyncIterator[Line]:
        """A socket of this person, ready, and by default live too."""
        async with self.opened() as line:
            data = {"token": person.token} if since is None else {"token": person.token, "since": since}
            await line.say("hello", **data)
            await line.until("ready")
            if live:
                await line.until("live")
            yield line
