"""The worker: jobs that nobody asks for, each run when it wants to be and when it is poked.

What a job does its action knows; no rule, no table and no network is here. Several workers may run
the same jobs at once: each job takes what it does in a transaction, so that nothing is done twice.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from waymark.clock import Clock
from waymark.errors import Unavailable

GRACE_SECONDS: Final = 3.0
"""What a job under way gets to finish when the worker stops; with that of requests it fits into ten."""
FIRST_RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 30.0
_SHORTEST_WAIT_SECONDS: Final = 0.01
"""So that a job which finds no end leaves the processor to others."""


class Job(NamedTuple):
    """Something to be done again and again."""

    name: str
    run_once: Callable[[datetime], Awaitable[datetime | None]]
    """Does what is due at an instant of the job's clock, and tells when more will be; None: unknown."""
    clock: Clock
    longest_wait_seconds: float = 30.0
    """After that it looks again by itself, so that a lost poke, or a moved clock, costs only time."""
    stop: Callable[[], None] | None = None
    """Told when the worker stops, for a job whose one run may last."""


class Worker:
    """Runs its jobs beside each other; none waits for another, none is ended by another's failure."""

    def __init__(self, jobs: Sequence[Job], *, first_retry_seconds: float = FIRST_RETRY_SECONDS) -> None:
        self._jobs = jobs
        self._first_retry_seconds = first_retry_seconds
        self._poked = {job.name: asyncio.Event() for job in jobs}
        self._stopped = asyncio.Event()
        self.runs = Counter({job.name: 0 for job in jobs})
        """Finished, by the job's name."""
        self.failures = Counter({job.name: 0 for job in jobs})

    def poke(self, name: str) -> None:
        """There is something new for the job of that name, which therefore runs now, or once more."""
        self._poked[name].set()

    def stop(self) -> None:
        """Let every job finish what it is at, and start nothing more."""
        self._stopped.set()
        for job in self._jobs:
            self._poked[job.name].set()
            if job.stop is not None:
                job.stop()

    async def run(self) -> None:
        """Run until `stop`."""
        async with asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._kept(job), name=f"job {job.name}")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run beside the body, and be stopped at its end."""
        task = asyncio.create_task(self.run(), name="worker")
        try:
            yield
        finally:
            self.stop()
            # Past the grace it is cancelled: what is under way is undone by its own transaction.
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await task

    async def _kept(self, job: Job) -> None:
        failures, poked = 0, self._poked[job.name]
        while not self._stopped.is_set():
            poked.clear()
            try:
                due_at = await job.run_once(job.clock.now())
            except Exception as error:  # noqa: BLE001  # whatever it is, the other jobs and its own next run go on
                _tell(job, error)
                self.failures[job.name] += 1
                seconds = min(LONGEST_RETRY_SECONDS, self._first_retry_seconds * 2**failures)
                failures += 1
                await _passed(self._stopped, seconds)
            else:
                failures = 0
                self.runs[job.name] += 1
                await _passed(poked, _wait_seconds(job, due_at))


def _wait_seconds(job: Job, due_at: datetime | None) -> float:
    if due_at is None:
        return job.longest_wait_seconds
    seconds = (due_at - job.clock.now()).total_seconds()
    return max(_SHORTEST_WAIT_SECONDS, min(job.longest_wait_seconds, seconds))


async def _passed(event: asyncio.Event, seconds: float) -> None:
    # Not `wait_for`: on Python 3.11 it swallows a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _tell(job: Job, error: Exception) -> None:
    log = structlog.get_logger().bind(job=job.name)
    if isinstance(error, Unavailable):
        log.warning("a job must wait for the database", reason=error.message)
    else:
        log.error("a job failed and will run again", exc_info=error)
