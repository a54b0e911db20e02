"""Workers as processes of their own: two at once, one of them killed at any moment, say everything once.

`kill -9` and no polite end: what a worker was at is undone by its transaction, and done by the other.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
import sqlalchemy as sa
from tests.api.conftest import SECRET

from waymark.actions.accounts import new_user, open_account
from waymark.actions.commands import CreateGoal
from waymark.actions.goals import create_goal
from waymark.actions.perform import Door
from waymark.clock import FrozenClock
from waymark.store.database import Database
from waymark.store.schema import journal
from waymark.store.statement import Statement

USERS, GOALS = 20, 5
BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)
AFTER_ALL = "2026-03-10T12:00:00Z"
SOON = {"title": "soon", "startDate": "2026-03-01", "targetDate": "2026-03-05"}

NEWS = Statement(
    sa.select(journal.c.user_id, journal.c.id, journal.c.origin).where(journal.c.entity == "insights")
)


class Workers:
    """Processes on one database whose clock is a file."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        self._clock = folder / "clock"
        self.turn("2026-03-02T12:00:00Z")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
            "WAYMARK_DATABASE_URL": url,
            "WAYMARK_DATA_DIR": str(folder),
            "WAYMARK_SECRET": SECRET,
            "WAYMARK_CLOCK_FILE": str(self._clock),
        }
        self.running: list[subprocess.Popen[str]] = []

    def turn(self, at: str) -> None:
        """Set every worker's clock."""
        draft = self._folder / "draft"
        draft.write_text(at)
        draft.rename(self._clock)

    def launch(self) -> subprocess.Popen[str]:
        with (self._folder / "worker.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "waymark", "worker"],
                env=self._environment,
                cwd=self._folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(database_url, tmp_path)
    yield workers
    workers.end()


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "The worker is running.\n"


async def prepared(database: Database) -> None:
    """Goals of several people, due in three days."""
    door = Door(database, FrozenClock(BEGUN))
    for number in range(USERS):
        user = new_user(BEGUN, f"person-{number}@example.com", None)
        await open_account(door, user)
        for _ in range(GOALS):
            command = CreateGoal.model_validate(SOON)
            await door.perform(user.id, create_goal, command)


async def count(database: Database) -> int:
    return len(await database.all(NEWS))


@pytest.mark.slow
async def test_two_workers_and_one_killed(database: Database, workers: Workers) -> None:
    """Every goal is told of as overdue once, whoever found it and whoever was killed over it."""
    await prepared(database)
    before = await count(database)
    assert before == USERS * GOALS  # the deadline is near from the beginning
    killed, other = workers.launch(), workers.launch()
    ready(killed)
    ready(other)
    workers.turn(AFTER_ALL)
    with anyio.fail_after(60):
        while await count(database) == before:  # noqa: ASYNC110  # what other processes do is only seen by looking
            await anyio.sleep(0.005)
        killed.send_signal(signal.SIGKILL)
        while await count(database) < 2 * before:  # noqa: ASYNC110  # likewise
            await anyio.sleep(0.05)
    await anyio.sleep(2)  # time for whatever would be too much
    news = await database.all(NEWS)
    assert Counter(origin for *_, origin in news) == {"api": before, "clock": before}
    assert set(Counter((user_id, id_) for user_id, id_, _ in news).values()) == {1}
    other.send_signal(signal.SIGTERM)
    assert other.wait(60) == 0
