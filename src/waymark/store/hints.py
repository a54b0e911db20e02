"""Hints: word that a user's journal has grown, carried between the processes that share a database.

A hint may be late, lost or idle: whoever hears one reads the journal, and nothing else is trusted.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import asyncpg

from waymark.errors import Unavailable
from waymark.store import postgres, sqlite

Heard: TypeAlias = Callable[[str | None], None]
"""Takes the id of the user whose journal grew; None: look for yourself, it may have been anybody's."""

CHANNEL: Final = "waymark_wakes"
IDS_IN_A_NOTICE: Final = 200
"""PostgreSQL takes payloads below 8,000 bytes; an id and its comma are 37."""
SQLITE_POLL_SECONDS: Final = 0.5
POSTGRES_POLL_SECONDS: Final = 5.0
FIRST_RETRY_SECONDS: Final = 0.1


class Hints(Protocol):
    """One process's ear and mouth among those that share its database."""

    async def listen(self, heard: Heard) -> None:
        """Pass on what others say, until cancelled; whatever fails is tried again."""

    async def tell(self, user_ids: Collection[str]) -> None:
        """Say to the others whose journals grew; returns at once when they cannot be reached."""


class SQLiteHints:
    """Notices that somebody wrote to the file, such as a command beside the server."""

    def __init__(self, path: Path, poll_seconds: float = SQLITE_POLL_SECONDS) -> None:
        self._path = path
        self.poll_seconds = poll_seconds

    async def listen(self, heard: Heard) -> None:
        connection = None
        seen: object = None
        try:
            while True:
                with suppress(Unavailable), sqlite.in_our_words():
                    connection = connection or sqlite.connection_to(self._path)
                    version = connection.pragma("data_version")
                    if version != seen:
                        seen = version
                        heard(None)
                await asyncio.sleep(self.poll_seconds)
        finally:
            if connection is not None:
                connection.close()

    async def tell(self, user_ids: Collection[str]) -> None:
        """The file itself tells."""


class PostgresHints:
    """LISTEN and NOTIFY on one connection of its own: a pooler in between would swallow them.

    Said after the commit, in a transaction of its own: inside, NOTIFY would make every commit queue for
    one lock. Every `poll_seconds` listeners look for themselves, so that a lost notice costs only time.
    """

    def __init__(self, url: str, poll_seconds: float = POSTGRES_POLL_SECONDS) -> None:
        self._url = url
        self.poll_seconds = poll_seconds
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._speaking = asyncio.Lock()

    async def listen(self, heard: Heard) -> None:
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            try:
                self._connection = await postgres.connection_to(self._url)
                retry_seconds = FIRST_RETRY_SECONDS
                await self._followed(self._connection, heard)
            except (Unavailable, TimeoutError):
                heard(None)
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(2 * retry_seconds, self.poll_seconds)
            finally:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None

    async def _followed(self, connection: "asyncpg.Connection[asyncpg.Record]", heard: Heard) -> None:
        """Pass on what the connection brings; Unavailable when it is lost."""
        own, is_lost = connection.get_server_pid(), asyncio.Event()

        def noticed(_connection: object, pid: int, _channel: str, payload: object) -> None:
            if pid != own:
                for user_id in str(payload).split(","):
                    heard(user_id)

        connection.add_termination_listener(lambda _: is_lost.set())
        with postgres.in_our_words():
            await connection.add_listener(CHANNEL, noticed)
            while not is_lost.is_set():
                heard(None)
                with suppress(TimeoutError):
                    # Not `wait_for`: on Python 3.11 it swallows a cancellation that comes with the loss.
                    async with asyncio.timeout(self.poll_seconds):
                        await is_lost.wait()
                # A peer that vanished without a word is found out only by asking it.
                async with self._speaking:
                    await connection.execute("SELECT 1", timeout=self.poll_seconds)

    async def tell(self, user_ids: Collection[str]) -> None:
        with suppress(Unavailable, TimeoutError):
            connection = self._connection
            if connection is not None:
                # One statement at a time: a second one on the connection would be refused, and its word lost.
                async with self._speaking:
                    await self._said(connection, user_ids)
                return
            # A command that writes and ends, or a server between two connections.
            connection = await postgres.connection_to(self._url)
            try:
                await self._said(connection, user_ids)
            finally:
                connection.terminate()

    async def _said(
        self, connection: "asyncpg.Connection[asyncpg.Record]", user_ids: Collection[str]
    ) -> None:
        remaining = iter(user_ids)
        with postgres.in_our_words():
            while notice := ",".join(islice(remaining, IDS_IN_A_NOTICE)):
                await connection.execute(
                    "SELECT pg_notify($1, $2)", CHANNEL, notice, timeout=self.poll_seconds
                )
