"""Devices: a copy that works offline, and its exchange with the server when there is one.

`Device` waits, `AsyncDevice` is awaited; both read and change their copy at once.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import websockets
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

from waymark.client.access import AsyncWaymark, Waymark
from waymark.client.calls import Calls
from waymark.client.following import Following, Told
from waymark.client.replica import Clock, Conflict, Document, Replica
from waymark.client.store import Store
from waymark.client.syncing import Synced, Syncing
from waymark.client.wire import NoAnswer
from waymark.domain.vocabulary import Resolution
from waymark.errors import TokenInvalid, Unavailable

LONGEST_PAUSE_SECONDS: Final = 30.0
LOST: Final = (OSError, NoAnswer, Unavailable, websockets.WebSocketException)


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class _Local(Replica):
    """The part of a device that needs no server."""

    def __init__(
        self,
        calls: Calls,
        store: Store | Path | str,
        clock: Clock | None,
        new_id: Callable[[], str],
        on_conflict: Callable[[Conflict], None],
        on_change: Callable[[str, str], None],
    ) -> None:
        super().__init__(
            store if isinstance(store, Store) else Store(store),
            clock or _MachineClock(),
            new_id=new_id,
            on_conflict=on_conflict,
            on_change=on_change,
        )
        self._calls = calls
        self._syncing = Syncing(calls, self)

    def _following(self) -> Following:
        if self._calls.tokens is None:
            raise TokenInvalid
        return Following(self, self._calls.tokens.access_token)

    def close(self) -> None:
        self.store.close()


class Device(_Local):
    """A device of one person, its copy in a file of its own."""

    def __init__(
        self,
        waymark: Waymark,
        store: Store | Path | str,
        *,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        on_conflict: Callable[[Conflict], None] = lambda _: None,
        on_change: Callable[[str, str], None] = lambda _entity, _id: None,
    ) -> None:
        super().__init__(waymark.calls, store, clock, new_id, on_conflict, on_change)
        self._waymark = waymark

    def sync(self) -> Synced:
        """Send what waits, take in what is new. Raises NoAnswer or a Problem; nothing is lost by that."""
        return self._waymark.run(self._syncing.sync())

    def resolve(self, conflict: Conflict, resolution: Resolution, **fields: Any) -> Document:
        """Decide a conflict; `fields` override what merging takes."""
        return self._waymark.run(self._syncing.resolve(conflict, resolution, fields))

    def follow(self, until: Callable[[], bool] = lambda: False) -> None:
        """Stay up to date until told to end, which is asked after every frame; mends what breaks."""
        pause = 0.0
        while not until():
            try:
                self.sync()
                if self._followed(until):
                    pause = 0.0
                    continue
            except LOST:
                pass
            pause = min(2 * pause + 0.5, LONGEST_PAUSE_SECONDS)
            time.sleep(pause)

    def _followed(self, until: Callable[[], bool]) -> bool:
        """One connection; whether it came to live before it ended."""
        following, has_lived = self._following(), False
        with connect(_socket_of(self._waymark.address), compression=None, max_size=None) as socket:
            socket.send(following.hello())
            try:
                for text in socket:
                    told = following.hear(str(text))
                    has_lived |= told == "live"
                    if until() or _ends(told, self):
                        break
            except websockets.ConnectionClosed:
                pass
        return has_lived


class AsyncDevice(_Local):
    """The same on an event loop."""

    def __init__(
        self,
        waymark: AsyncWaymark,
        store: Store | Path | str,
        *,
        clock: Clock | None = None,
        new_id: Callable[[], str] = lambda: str(uuid4()),
        on_conflict: Callable[[Conflict], None] = lambda _: None,
        on_change: Callable[[str, str], None] = lambda _entity, _id: None,
    ) -> None:
        super().__init__(waymark.calls, store, clock, new_id, on_conflict, on_change)
        self._waymark = waymark
        self._one_at_a_time = asyncio.Lock()

    async def sync(self) -> Synced:
        """Send what waits, take in what is new. Raises NoAnswer or a Problem; nothing is lost by that."""
        async with self._one_at_a_time:
            return await self._waymark.run(self._syncing.sync())

    async def resolve(self, conflict: Conflict, resolution: Resolution, **fields: Any) -> Document:
        """Decide a conflict; `fields` override what merging takes."""
        async with self._one_at_a_time:
            return await self._waymark.run(self._syncing.resolve(conflict, resolution, fields))

    async def follow(self) -> None:
        """Stay up to date until cancelled; lost connections are mended."""
        pause = 0.0
        while True:
            try:
                await self.sync()
                if await self._followed():
                    pause = 0.0
                    continue
            except LOST:
                pass
            pause = min(2 * pause + 0.5, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _followed(self) -> bool:
        """One connection; whether it came to live before it ended."""
        following, has_lived = self._following(), False
        async with connect_async(
            _socket_of(self._waymark.address), compression=None, max_size=None
        ) as socket:
            await socket.send(following.hello())
            try:
                async for text in socket:
                    told = following.hear(str(text))
                    has_lived |= told == "live"
                    if _ends(told, self):
                        break
            except websockets.ConnectionClosed:
                pass
        return has_lived


def _ends(told: Told, replica: Replica) -> bool:
    """Whether to begin anew, with a snapshot where the stream cannot go on from here."""
    if told == "snapshot":
        replica.begin_snapshot()
    return told in {"begin again", "snapshot"}


def _socket_of(address: str) -> str:
    return f"ws{address.removeprefix('http')}/ws"
