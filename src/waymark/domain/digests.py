"""A digest of what somebody holds: equal digests mean equal records, whatever way they came.

Sums of hashes, so that order does not matter and one record's change costs one addition.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

MODULUS: Final = 2**64


def weight(record_id: str, version: int) -> int:
    """What one record adds: the first 8 bytes, big-endian, of SHA-256 of `<id>:<version>` in ASCII."""
    return int.from_bytes(sha256(f"{record_id}:{version}".encode()).digest()[:8], "big")


def total(records: Iterable[tuple[str, int]]) -> int:
    """The digest of (id, version) pairs: the sum of their weights, modulo 2⁶⁴."""
    return sum(weight(*record) for record in records) % MODULUS


def shown(digest: int) -> str:
    """A digest as clients see it: 16 hexadecimal digits, lower case."""
    return f"{digest:016x}"
