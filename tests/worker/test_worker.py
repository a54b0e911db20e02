"""The worker itself: jobs run when they are due or poked, survive failures, and end cleanly."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from waymark.clock import FrozenClock
from waymark.errors import Unavailable
from waymark.worker import Job, Worker

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_ONCE = 0.01


class Counted:
    """A job that counts its runs; the first ones may fail."""

    def __init__(self, *failures: Exception, due_in: timedelta | None = None, seconds: float = 0) -> None:
        self.runs: list[datetime] = []
        self.ended = 0
        self._failures = list(failures)
        self._due_in = due_in
        self._seconds = seconds
        self._ran = asyncio.Event()

    async def run_once(self, now: datetime) -> datetime | None:
        self.runs.append(now)
        self._ran.set()
        if self._failures:
            raise self._failures.pop(0)
        await asyncio.sleep(self._seconds)
        self.ended += 1
        return None if self._due_in is None else now + self._due_in

    async def has_run(self, times: int) -> None:
        async with asyncio.timeout(60):
            while len(self.runs) < times:
                self._ran.clear()
                await self._ran.wait()


def job(name: str, counted: Counted, *, longest_wait_seconds: float = 60) -> Job:
    return Job(name, counted.run_once, FrozenClock(NOW), longest_wait_seconds)


async def test_a_job_runs_at_once_and_when_poked() -> None:
    counted, other = Counted(), Counted()
    worker = Worker([job("one", counted), job("other", other)])
    async with worker.running():
        await counted.has_run(1)
        worker.poke("one")
        await counted.has_run(2)
    assert (len(counted.runs), len(other.runs)) == (2, 1)
    assert counted.runs[0] == NOW


async def test_a_poke_during_a_run_is_not_lost() -> None:
    counted = Counted(seconds=0.05)
    worker = Worker([job("one", counted)])
    async with worker.running():
        await counted.has_run(1)
        worker.poke("one")
        await counted.has_run(2)


async def test_a_job_runs_when_it_is_due() -> None:
    soon, past = Counted(due_in=timedelta(milliseconds=5)), Counted(due_in=timedelta(-1))
    async with Worker([job("soon", soon), job("past", past)]).running():
        await soon.has_run(3)
        await past.has_run(3)


async def test_a_job_looks_again_by_itself() -> None:
    """Without a due moment, and with one far away: a clock may jump."""
    unknown, far = Counted(), Counted(due_in=timedelta(days=9))
    jobs = [
        job("unknown", unknown, longest_wait_seconds=AT_ONCE),
        job("far", far, longest_wait_seconds=AT_ONCE),
    ]
    async with Worker(jobs).running():
        await unknown.has_run(3)
        await far.has_run(3)


@pytest.mark.parametrize("failure", [Unavailable("gone"), RuntimeError("a bug")])
async def test_a_failed_job_runs_again(failure: Exception) -> None:
    failing, other = Counted(failure, failure), Counted(due_in=timedelta())
    worker = Worker([job("failing", failing), job("other", other)], first_retry_seconds=AT_ONCE)
    async with worker.running():
        await failing.has_run(3)
        await other.has_run(3)
    assert worker.failures == {"failing": 2, "other": 0}
    assert worker.runs["failing"] >= 1


async def test_no_poke_hurries_a_failed_job() -> None:
    failing = Counted(Unavailable("gone"))
    worker = Worker([job("failing", failing)], first_retry_seconds=60)
    async with worker.running():
        await failing.has_run(1)
        for _ in range(20):
            worker.poke("failing")
            await asyncio.sleep(0)
        assert len(failing.runs) == 1


async def test_stopping_lets_a_run_finish() -> None:
    slow = Counted(seconds=0.1)
    async with Worker([job("slow", slow)]).running():
        await slow.has_run(1)
    assert (len(slow.runs), slow.ended) == (1, 1)
