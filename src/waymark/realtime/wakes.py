"""The bell: who follows a user's journal hears that it grew, wherever on the database that happened.

It carries ids and no content; what happened is read from the journal, so a lost ring costs only time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Protocol

import structlog

from waymark.errors import Unavailable
from waymark.store.database import Database
from waymark.store.follow_statements import HEADS_OF
from waymark.store.hints import Hints

RETRY_SECONDS: Final = 1.0


class Listener(Protocol):
    """Who hears a user's bell."""

    @property
    def seq(self) -> int:
        """How far it has read: who looks for lost rings calls only for what lies beyond."""

    def ring(self) -> None:
        """The journal may have grown; called in the event loop, and must not wait."""


class Ear(asyncio.Event):
    """Set when the journal of its user may have grown. Clear it, read, and only then wait for it."""

    seq = 0

    def ring(self) -> None:
        self.set()


class Bell:
    """One per process. `ring` goes to everybody here at once, and through the hints to other processes."""

    def __init__(self, database: Database, hints: Hints) -> None:
        self._database = database
        self.hints = hints
        self._ears: dict[str, set[Listener]] = {}
        self._callbacks: list[Callable[[str | None], None]] = []
        self._untold: set[str] = set()
        self._has_untold = asyncio.Event()
        self._must_look = asyncio.Event()
        self._is_running = False

    def ring(self, user_id: str) -> None:
        """The user's journal has grown: called after the commit, by who committed."""
        self._heard(user_id)
        if self._is_running:
            self._untold.add(user_id)
            self._has_untold.set()

    def on_any(self, callback: Callable[[str | None], None]) -> None:
        """Have `callback` called with every user whose bell rings; None: anybody's journal may have grown."""
        self._callbacks.append(callback)

    @contextmanager
    def listen(self, user_id: str) -> Iterator[Ear]:
        """An ear for this user's bell. Begin to listen before reading, or what comes between is missed."""
        ear = Ear()
        self.attach(user_id, ear)
        try:
            yield ear
        finally:
            self.detach(user_id, ear)

    def attach(self, user_id: str, ear: Listener) -> None:
        """Let an ear hear; `listen` does it for as long as a block lasts."""
        self._ears.setdefault(user_id, set()).add(ear)

    def detach(self, user_id: str, ear: Listener) -> None:
        ears = self._ears[user_id]
        ears.discard(ear)
        if not ears:
            del self._ears[user_id]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Exchange hints with other processes for as long as the block lasts."""
        works = (self._listen, self._tell, self._look)
        tasks = [asyncio.create_task(_kept_up(work), name=f"bell {work.__name__}") for work in works]
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False
            if self._untold:
                await self.hints.tell(self._untold)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, user_id: str) -> None:
        for ear in tuple(self._ears.get(user_id, ())):
            ear.ring()
        for callback in self._callbacks:
            callback(user_id)

    def _overheard(self, user_id: str | None) -> None:
        if user_id is None:
            self._must_look.set()
        else:
            self._heard(user_id)

    async def _listen(self) -> None:
        await self.hints.listen(self._overheard)

    async def _tell(self) -> None:
        while await self._has_untold.wait():
            self._has_untold.clear()
            # What is rung while this batch is on its way becomes the next one.
            user_ids, self._untold = self._untold, set()
            await self.hints.tell(user_ids)

    async def _look(self) -> None:
        """Ring for those whose journal reaches further than their listeners have read."""
        while await self._must_look.wait():
            self._must_look.clear()
            for callback in self._callbacks:
                callback(None)
            with suppress(Unavailable):
                for user_id, seq in await self._database.all(HEADS_OF, user_ids=list(self._ears)):
                    for ear in tuple(self._ears.get(user_id, ())):
                        if ear.seq < seq:
                            ear.ring()


async def _kept_up(work: Callable[[], Awaitable[None]]) -> None:
    """Do it until cancelled, whatever happens: without the bell, followers would wait for polls for ever."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  # nobody above could do more than try again
            structlog.get_logger().error("the bell failed and goes on", exc_info=error)
        await asyncio.sleep(RETRY_SECONDS)
