"""Forgetting what has outlived its use: old journal rows, kept answers, sessions that ended, limits.

What a follower or a webhook may still ask for stays; whoever asks for more is told that it is gone.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from waymark.actions.perform import Door
from waymark.clock import Clock
from waymark.store.database import Transaction
from waymark.store.pruning_statements import (
    FORGET_JOURNAL,
    FORGET_KEYS,
    FORGET_REFRESH_TOKENS,
    FORGET_SESSIONS,
    FORGET_WINDOWS,
    LAST_OUTLIVED,
    PRUNABLE,
    RAISE_FLOOR,
)
from waymark.store.statements import LOCK_HEAD
from waymark.store.webhook_statements import STILL_NEEDED_AFTER

JOURNAL_DAYS: Final = 30
"""How long the journal remembers (SYNC), and with it the answers to what sync pushed."""
KEY_HOURS: Final = 24
"""How long the answer to an idempotency key of REST is kept (CONTRACT §1)."""
EVERY: Final = timedelta(hours=1)
USERS_AT_ONCE: Final = 100
ROWS_AT_ONCE: Final = 5_000
_BEFORE_ALL: Final = str(UUID(int=0))


async def prune(door: Door, real: Clock, now: datetime, *, rows_at_once: int = ROWS_AT_ONCE) -> datetime:
    """Forget what is outlived at an instant of the data's clock, user by user; when to do it again.

    `real` tells when sessions and limits end.
    """
    limits = {
        "journal_before": now - timedelta(days=JOURNAL_DAYS),
        "keys_before": now - timedelta(hours=KEY_HOURS),
        "now": real.now(),
    }
    after = _BEFORE_ALL
    while True:
        users = await door.database.all(PRUNABLE, after=after, limit=USERS_AT_ONCE, **limits)
        for (after,) in users:
            await _prune_user(door, after, limits, rows_at_once)
        if len(users) < USERS_AT_ONCE:
            break

    async def forget_windows(tx: Transaction) -> None:
        await tx.run(FORGET_WINDOWS, now=limits["now"])

    await door.database.write(forget_windows)
    return now + EVERY


async def _prune_user(door: Door, user_id: str, limits: dict[str, datetime], rows_at_once: int) -> None:
    """In batches, each a transaction of its own, so that none holds the user's lock for long."""

    async def batch(tx: Transaction) -> bool:
        return await _pruned(tx, user_id, limits, rows_at_once)

    while await door.database.write(batch):
        pass


async def _pruned(tx: Transaction, user_id: str, limits: dict[str, datetime], rows_at_once: int) -> bool:
    """Forget a batch of one user's; whether there is more of it."""
    head = await tx.one(LOCK_HEAD, user_id=user_id)
    if head is None:
        return False
    before, now = limits["journal_before"], limits["now"]
    until = head.floor + rows_at_once
    row = await tx.one(LAST_OUTLIVED, user_id=user_id, floor=head.floor, until=until, journal_before=before)
    needed = [seq for (seq,) in await tx.all(STILL_NEEDED_AFTER, user_id=user_id) if seq is not None]
    outlived = head.floor if row is None or row[0] is None else int(row[0])
    floor: int = min([outlived, *needed])
    if floor > head.floor:
        # The floor moves with what is below it: no cursor is ever taken that could not be followed.
        await tx.run(FORGET_JOURNAL, user_id=user_id, floor=floor)
        await tx.run(RAISE_FLOOR, user_id=user_id, floor=floor)
    await tx.run(FORGET_KEYS, user_id=user_id, journal_before=before, keys_before=limits["keys_before"])
    await tx.run(FORGET_REFRESH_TOKENS, user_id=user_id, now=now)
    await tx.run(FORGET_SESSIONS, user_id=user_id, now=now)
    return floor == until
