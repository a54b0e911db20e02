"""The streams that are open on this node: who may open one, and what ends many at once.

What is said on a stream is the conversation's; which clients may come at all, the web's.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from waymark.clock import Clock
from waymark.errors import RateLimited, TokenExpired
from waymark.realtime.conversation import (
    FRAMES_AT_ONCE,
    FRAMES_PER_SECOND,
    Bearer,
    Conversation,
    Ended,
)
from waymark.realtime.follow import Journals
from waymark.realtime.frames import Close

HELLO_SECONDS: Final = 5.0
RECHECK_SECONDS: Final = 30
"""How long a token that another node revoked keeps its streams here; this node's own end at once."""
ROOM_AGAIN_SECONDS: Final = 30

Authenticate: TypeAlias = Callable[[str], Awaitable[Bearer]]
Count: TypeAlias = Callable[[str], Awaitable[object]]


class Streams:
    """Every conversation of this node."""

    def __init__(
        self,
        journals: Journals,
        authenticate: Authenticate,
        count: Count,
        clock: Clock,
        *,
        per_user: int,
        hello_seconds: float = HELLO_SECONDS,
        recheck_seconds: int = RECHECK_SECONDS,
    ) -> None:
        """`count` takes a new stream off its user's rate limit; `clock` is the machine's."""
        self.journals = journals
        self.hello_seconds = hello_seconds
        self._authenticate = authenticate
        self._count_call = count
        self.clock = clock
        self._per_user = per_user
        self.recheck_seconds = recheck_seconds
        self.frames_sent = 0
        self._open: dict[str, set[Conversation]] = {}
        self._checks: set[asyncio.Task[None]] = set()
        self._is_open = False

    async def authenticate(self, token: str) -> Bearer:
        return await self._authenticate(token)

    def count(self, user_id: str) -> int:
        """How many streams of this user are open."""
        return len(self._open.get(user_id, ()))

    @property
    def total(self) -> int:
        """How many are open."""
        return sum(map(len, self._open.values()))

    def check_room(self, user_id: str) -> None:
        """RateLimited when this user has as many streams as one may have."""
        if self.count(user_id) >= self._per_user:
            raise RateLimited(f"At most {self._per_user} streams at once.", retry_after=ROOM_AGAIN_SECONDS)

    async def admit(self, conversation: Conversation) -> None:
        """See Host."""
        await self._count_call(conversation.user_id)
        self.check_room(conversation.user_id)
        if not self._is_open:
            raise Ended(Close.GOING_AWAY)
        self._open.setdefault(conversation.user_id, set()).add(conversation)

    def dismiss(self, conversation: Conversation) -> None:
        """See Host."""
        own = self._open[conversation.user_id]
        own.discard(conversation)
        if not own:
            del self._open[conversation.user_id]

    def recheck(self, user_id: str) -> None:
        """One of this user's tokens was revoked: end the streams that were opened with it."""
        self._check(list(self._open.get(user_id, ())))

    def stop(self) -> None:
        """End every stream, and open no more: the server stops."""
        self._is_open = False
        for conversation in list(self._all()):
            conversation.end(Ended(Close.GOING_AWAY))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be open for as long as the block lasts, and keep the time: tokens end, or are revoked elsewhere."""
        self._is_open = True
        task = asyncio.create_task(self._keep_time(), name="streams")
        try:
            yield
        finally:
            self.stop()
            for each in (task, *self._checks):
                each.cancel()
            await asyncio.gather(task, *self._checks, return_exceptions=True)

    async def _keep_time(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            now = self.clock.now().timestamp()
            for conversation in list(self._all()):
                allowance = conversation.allowance + FRAMES_PER_SECOND
                conversation.allowance = min(FRAMES_AT_ONCE, allowance)
                expires_at = conversation.bearer.expires_at
                if expires_at is not None and expires_at <= now:
                    conversation.end(Ended(Close.NO_ACCESS, TokenExpired()))
            if seconds % self.recheck_seconds == 0:
                self._check(list(self._all()))

    def _all(self) -> Iterator[Conversation]:
        return (each for own in self._open.values() for each in own)

    def _check(self, conversations: list[Conversation]) -> None:
        async def checked() -> None:
            for conversation in conversations:
                await conversation.check_token()

        task = asyncio.create_task(checked(), name="tokens")
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)
