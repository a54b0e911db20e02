"""Rate limits: how many calls an account or address has left, kept in leases of permits.

What is counted and where the windows are kept is told from outside; no header is written here.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from waymark.errors import RateLimited

Kind: TypeAlias = Literal["read", "write", "sync", "auth"]

WINDOW_SECONDS: Final = 60
_LEASES_PER_WINDOW: Final = 20
"""A node takes 5 % of a limit at once: one visit to the shared windows per so many calls."""


class Grant(NamedTuple):
    """Permits handed out of a window (0: it is used up), what is left in it, and when it ends."""

    permits: int
    left: int
    ends_at: float


class Windows(Protocol):
    """Where the windows are: one per key, from its first call for WINDOW_SECONDS."""

    def now(self) -> float:
        """Seconds on the clock that the windows end by."""

    async def take(self, key: str, permits: int, limit: int) -> tuple[int, int, float]:
        """Up to `permits` of what the key's window has left, as a Grant; one that has ended begins anew."""


class OwnWindows:
    """Windows of a single process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._windows: dict[str, Grant] = {}
        """The last grant of each; in the order in which they began and will end."""

    async def take(self, key: str, permits: int, limit: int) -> Grant:
        now = self.now()
        _drop_ended(self._windows, now)
        window = self._windows.setdefault(key, Grant(0, limit, now + WINDOW_SECONDS))
        permits = min(permits, window.left)
        self._windows[key] = grant = Grant(permits, window.left - permits, window.ends_at)
        return grant


class Standing(NamedTuple):
    """For the X-RateLimit headers: the limit, what is left of it, and seconds until it is whole again."""

    limit: int
    remaining: int
    reset_seconds: int


class _Lease:
    __slots__ = ("ends_at", "left_behind", "permits")

    def __init__(self, grant: Grant) -> None:
        self.permits = grant.permits
        self.left_behind = grant.left
        self.ends_at = grant.ends_at


class Limits:
    """The limits in force. Several nodes over the same windows keep one limit, never more.

    A node that stops with permits in hand takes them along: at most 5 % of a limit go unused so.
    """

    def __init__(self, per_minute: Mapping[Kind, int], windows: Windows) -> None:
        """An empty `per_minute` switches every limit off."""
        self.per_minute = per_minute
        self._windows = windows
        self._leases: dict[str, _Lease] = {}

    async def hit(self, kind: Kind, key: str) -> Standing | None:
        """Count one call; None when this kind has no limit. Raises RateLimited with its retry_after."""
        limit = self.per_minute.get(kind)
        if limit is None:
            return None
        now = self._windows.now()
        name = f"{kind}:{key}"
        lease = self._leases.get(name)
        if lease is None or lease.ends_at <= now or (lease.permits == 0 and lease.left_behind > 0):
            lease = await self._leased(kind, name, limit)
        wait = max(1, math.ceil(lease.ends_at - now))
        if lease.permits == 0:
            raise RateLimited(retry_after=wait)
        lease.permits -= 1
        return Standing(limit, lease.permits + lease.left_behind, wait)

    async def _leased(self, kind: Kind, name: str, limit: int) -> _Lease:
        permits = 1 if kind == "auth" else max(1, limit // _LEASES_PER_WINDOW)
        lease = _Lease(Grant(*await self._windows.take(name, permits, limit)))
        _drop_ended(self._leases, self._windows.now())
        held = self._leases.get(name)
        if held is not None and held.ends_at == lease.ends_at:
            # Calls that waited for the windows together pool what each was given.
            lease.permits += held.permits
        self._leases[name] = lease
        return lease


def _drop_ended(windows: dict[str, Any], now: float) -> None:
    """Take out what has ended: it stands first, for every window lasts as long as the others."""
    while windows and windows[first := next(iter(windows))].ends_at <= now:
        del windows[first]
