"""Everything arrives: at a receiver that fails and dies at random, from couriers killed at any moment.

Signed, and under the same id however often it came.
"""

import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from tests.api.person import COUNT, Person
from tests.api.tables import journal
from tests.hypothesis_profiles import IS_SOAK
from tests.webhooks.receiver import Got, Receiver, receiving, status
from tests.webhooks.round import Round, hooked

from waymark.domain.webhooks import Patience
from waymark.store.database import Database

ROOT = Path(__file__).parents[2]
EVENTS = 1_000 if IS_SOAK else 100
DEATHS = 20 if IS_SOAK else 4
KILLS = 20 if IS_SOAK else 2
SEED = 20_260_302
LONGEST_SECONDS = 90
"""For a part of the events: several times what it takes when the machine is busy."""
PATIENT = Patience(
    waits=(timedelta(milliseconds=50),) * 200,
    longest_rest=timedelta(milliseconds=50),
)

pytestmark = pytest.mark.slow


class Moody:
    """Fails three times in ten: says so, hangs up before it has read anything of it, or after it has."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.taken: Counter[str] = Counter()

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        mood = self._random.random()
        if mood < 0.1:
            await status(self._random.choice([500, 503, 429, 404]))(got, writer)
        elif mood < 0.2:
            writer.transport.abort()
        else:
            self.taken[got.id] += 1
            if mood < 0.3:
                writer.transport.abort()
            else:
                await asyncio.sleep(self._random.uniform(0, 0.02))
                await status(200)(got, writer)


async def make_events(ada: Person, count: int) -> set[int]:
    """Check-ins, one after the other; their seqs."""
    goal = await ada.goal("A count", **COUNT)
    return {(await ada.check_in(goal, 1))["checkIn"]["version"] for _ in range(count)}


async def test_everything_arrives_at_a_receiver_that_fails_and_dies(
    ada: Person, round_: Round, database: Database
) -> None:
    moments = random.Random(SEED)
    moody = Moody(SEED)
    async with receiving() as receiver:
        receiver.answering = moody
        hook = await hooked(ada, receiver, entities=["goal_check_ins"])

        async def die() -> None:
            for death in range(DEATHS):
                await receiver.has_got(len(receiver.got) + moments.randint(1, EVENTS // DEATHS // 2))
                await receiver.kill()
                await asyncio.sleep(moments.uniform(0, 0.2) if death % 2 else 0)
                await receiver.start()

        dying = asyncio.create_task(die())
        telling = asyncio.create_task(make_events(ada, EVENTS))
        courier = round_.another(patience=PATIENT)
        while not (telling.done() and dying.done()):
            await round_.until_idle(courier)
            await asyncio.sleep(0.01)
        await round_.until_idle(courier)
        await check(ada, database, receiver, hook["secret"], await telling)
        assert moody.taken.keys() == {got.id for got in receiver.got}
        assert len(receiver.got) > EVENTS * 1.2


async def check(ada: Person, database: Database, receiver: Receiver, secret: str, seqs: set[int]) -> None:
    """Every event came, signed; none that is not in the journal; each under one id."""
    rows = {row.seq: row.body for row in await journal(database, ada.user["id"])}
    ids: dict[int, set[str]] = {}
    for got in receiver.got:
        got.verify(secret)
        ids.setdefault(got.frame["seq"], set()).add(got.id)
        assert got.body.decode().count(rows[got.frame["seq"]]) == 1
    assert ids.keys() == seqs
    assert {len(each) for each in ids.values()} == {1}


class CourierProcess:
    """The courier of courier_process.py, which may be killed."""

    def __init__(self, url: str, folder: Path) -> None:
        program = [sys.executable, "-m", "tests.webhooks.courier_process", url, str(folder)]
        self._process = subprocess.Popen(program, cwd=ROOT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


class Careful:
    """Works on each event for a while, and has taken it only if its sender still waits for the answer."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._taken = asyncio.Condition()
        self.ids: set[str] = set()

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._random.uniform(0, 0.05))
        if got.is_awaited:
            async with self._taken:
                self.ids.add(got.id)
                self._taken.notify_all()
            await status(200)(got, writer)

    async def has_taken(self, count: int) -> None:
        """Returns when it has taken so many different events."""
        async with asyncio.timeout(LONGEST_SECONDS), self._taken:
            await self._taken.wait_for(lambda: len(self.ids) >= count)


async def test_everything_arrives_from_couriers_that_are_killed(
    ada: Person, database: Database, database_url: str, tmp_path: Path
) -> None:
    """Two at a time, of which the older one is killed."""
    moments = random.Random(SEED)
    async with receiving() as receiver:
        receiver.answering = careful = Careful(SEED)
        hook = await hooked(ada, receiver, entities=["goal_check_ins"])
        seqs = await make_events(ada, EVENTS)
        with ExitStack() as held:
            couriers = [held.enter_context(CourierProcess(database_url, tmp_path)) for _ in range(2)]
            for kill in range(KILLS):
                await careful.has_taken((kill + 1) * EVENTS // (KILLS + 1))
                await asyncio.sleep(moments.uniform(0, 0.1))
                couriers[kill].kill()
                couriers.append(held.enter_context(CourierProcess(database_url, tmp_path)))
            await careful.has_taken(EVENTS)
        await check(ada, database, receiver, hook["secret"], seqs)
