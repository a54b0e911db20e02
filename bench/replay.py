"""A captured transaction run again by the bare driver, on a copy of the database.

Arguments are made before the clock runs, so that only the driver and the database are timed.
"""

import asyncio
import itertools
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

import apsw
import asyncpg
import uvloop

from bench.capture import Template, Transcript, calls

BURST = 40
"""Transactions of one connection between two looks at the clock."""


class Replayed(NamedTuple):
    transactions: int
    seconds: float
    next_step: int


def sqlite(
    path: str, people: Sequence[Sequence[Template]], step: int, seconds: float, *, group: int
) -> Replayed:
    """One connection, `group` transactions of different people in each commit."""
    connection = apsw.Connection(path)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    done, elapsed = 0, 0.0
    turns = itertools.cycle(people)
    while elapsed < seconds:
        batch = [calls(next(turns), step + index // len(people))[1:-1] for index in range(group)]
        step += 1 + group // len(people)
        started = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        for transaction in batch:
            for sql, arguments in transaction:
                connection.execute(sql, arguments).fetchall()
        connection.execute("COMMIT")
        elapsed += perf_counter() - started
        done += group
    connection.close()
    return Replayed(done, elapsed, step)


def postgresql(url: str, people: Sequence[Sequence[Template]], step: int, seconds: float) -> Replayed:
    """One connection per person, all at once."""
    return uvloop.run(_postgresql(url, people, step, seconds))


async def _postgresql(url: str, people: Sequence[Sequence[Template]], step: int, seconds: float) -> Replayed:
    connections = [await asyncpg.connect(url) for _ in people]
    done, elapsed = 0, 0.0
    while elapsed < seconds:
        bursts = [[calls(person, step + index) for index in range(BURST)] for person in people]
        step += BURST
        started = perf_counter()
        await asyncio.gather(*map(_burst, connections, bursts))
        elapsed += perf_counter() - started
        done += BURST * len(people)
    for connection in connections:
        await connection.close()
    return Replayed(done, elapsed, step)


async def _burst(connection: "asyncpg.Connection[asyncpg.Record]", burst: Sequence[Transcript]) -> None:
    for transaction in burst:
        for sql, arguments in transaction:
            if arguments:
                await connection.fetch(sql, *arguments)
            else:
                await connection.execute(sql)
