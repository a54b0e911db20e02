"""Rate-limit windows that all nodes share: one row per key, counted by one statement.

How many calls are allowed is told from outside; nothing here belongs to a user.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case
from sqlalchemy.dialects.postgresql import insert

from waymark.store.database import Database, Transaction
from waymark.store.schema import rate_windows
from waymark.store.statement import Row, Statement

WINDOW: Final = timedelta(seconds=60)
_ONLY: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""A key has one window at a time, so its start is no part of its identity."""

_ended = rate_windows.c.expires_at <= bindparam("now", type_=rate_windows.c.expires_at.type)
_permits = bindparam("permits", type_=rate_windows.c.used.type)
_ends_at = bindparam("ends_at", type_=rate_windows.c.expires_at.type)

TAKE: Final[Statement[Row]] = Statement(
    insert(rate_windows)
    .values(key=bindparam("key"), window_start=bindparam("window_start"), used=_permits, expires_at=_ends_at)
    .on_conflict_do_update(
        index_elements=[rate_windows.c.key, rate_windows.c.window_start],
        set_={
            "used": case((_ended, _permits), else_=rate_windows.c.used + _permits),
            "expires_at": case((_ended, _ends_at), else_=rate_windows.c.expires_at),
        },
    )
    .returning(rate_windows.c.used, rate_windows.c.expires_at)
)


class SharedWindows:
    """Windows kept in the database."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        """`now` is Unix time, which the nodes agree on."""
        self._database = database
        self.now = now

    async def take(self, key: str, permits: int, limit: int) -> tuple[int, int, float]:
        """Up to `permits` of what the key's window has left, what is left then, and its end (Unix time)."""
        at = datetime.fromtimestamp(self.now(), UTC)

        async def taken(transaction: Transaction) -> list[Row]:
            return await transaction.all(
                TAKE, key=key, window_start=_ONLY, permits=permits, now=at, ends_at=at + WINDOW
            )

        ((used, ends_at),) = await self._database.write(taken)
        # `used` also counts what was asked for in vain: what it was before tells what is granted.
        granted = max(0, min(permits, limit - (used - permits)))
        return granted, max(0, limit - used), ends_at.timestamp()
