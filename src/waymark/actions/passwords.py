"""Passwords as argon2id hashes, made and compared beside the event loop.

Which account a password belongs to is not known here.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's recommendation for argon2id: 19 MiB, two passes, one lane."""
_THREADS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Few: a wave of log-ins may take neither every core nor 19 MiB each."""


async def hash_of(password: str) -> str:
    """The hash to keep."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password of that hash. Without a hash it is not, after the same time."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _is_password, password_hash, password)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _is_password(password_hash: str | None, password: str) -> bool:
    try:
        _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
