"""The guard: where a target's host leads, and that none of it is inside.

What an address may be is the domain's to say; connecting is sending.py's.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import TypeAlias

from waymark.domain.targets import Address, Allowed, Target

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port → every address it has, as text; OSError or UnicodeError when it has none."""


class TargetRefused(Exception):
    """There is no address to call. Whether it is inside or nowhere is not told: that would map networks."""


async def resolved(host: str, port: int) -> list[str]:
    """What the machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


class Guard:
    """Looks a host up once and gives the addresses to connect to: nobody may look it up again."""

    def __init__(self, allowed: Allowed, resolve: Resolve = resolved) -> None:
        self.allowed = allowed
        self._resolve = resolve

    async def addresses(self, target: Target) -> list[Address]:
        """Where to connect, in the resolver's order; TargetRefused when any of it is inside."""
        if target.address is not None:
            return [target.address]
        try:
            texts = await self._resolve(target.host, target.port)
            # An address with a zone is link-local; ip_address takes it, so it is told by its sign.
            addresses = [ip_address(text) for text in dict.fromkeys(texts) if "%" not in text]
        except (OSError, ValueError):
            raise TargetRefused from None
        are_fine = target.is_free or all(map(self.allowed.takes, addresses))
        if not addresses or len(addresses) < len(set(texts)) or not are_fine:
            raise TargetRefused
        return addresses
