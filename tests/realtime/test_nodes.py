"""Several processes on one database: what one writes, those who follow on another one see, whatever breaks.

Healing polls are switched off where they would hide that hints fail, and hints where polls should help.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tests.api.person import COUNT, Document, Person
from tests.cluster import Cluster
from tests.realtime.site import PATIENCE, SECRET, Line, Site

from waymark.actions.commands import CreateGoal
from waymark.actions.goals import create_goal
from waymark.app import Application
from waymark.settings import Settings
from waymark.store.hints import Heard, Hints, PostgresHints, SQLiteHints

NEVER = 3_600.0


def hints_of(services: Application) -> PostgresHints | SQLiteHints:
    hints = services.bell.hints
    assert isinstance(hints, PostgresHints | SQLiteHints)
    return hints


def without_polls(services: Application) -> None:
    hints_of(services).poll_seconds = NEVER


def polling(services: Application) -> None:
    hints_of(services).poll_seconds = 0.1


class Mute:
    """Hears and says nothing to anybody."""

    def __init__(self, hints: Hints) -> None:
        self._hints = hints

    async def listen(self, heard: Heard) -> None:
        await self._hints.listen(heard)

    async def tell(self, user_ids: Collection[str]) -> None:
        """Lost."""


def mute(services: Application) -> None:
    services.bell.hints = Mute(services.bell.hints)


async def all_of(site: Site, person: Person, line: Line) -> list[int]:
    """The seqs told to the line once it has heard of everything."""
    async with asyncio.timeout(PATIENCE):
        await line.reach(await site.head(person))
    return [frame["seq"] for frame in line.frames]


async def test_a_check_in_on_one_node_is_seen_on_the_other(postgres_url: str, tmp_path: Path) -> None:
    async with (
        Site.running(postgres_url, tmp_path, prepare=without_polls) as one,
        Site.running(postgres_url, tmp_path, prepare=without_polls) as other,
    ):
        ada = await Person.registered(one.client, "ada")
        async with other.followed(ada) as far, one.followed(ada) as near:
            goal = await ada.goal(**COUNT)
            for value in range(30):
                await ada.check_in(goal, value)
            whole = list(range(1, await one.head(ada) + 1))
            assert await all_of(other, ada, far) == whole
            assert await all_of(one, ada, near) == whole


async def test_many_users_in_one_notice(postgres_url: str, tmp_path: Path) -> None:
    """More than fit into a payload of 8,000 bytes, rung together."""
    async with (
        Site.running(postgres_url, tmp_path, prepare=without_polls) as one,
        Site.running(postgres_url, tmp_path, prepare=without_polls) as other,
    ):
        heard: set[str | None] = set()
        other.services.bell.on_any(heard.add)
        users = {f"0198c0de-7a11-7c3e-9d52-{number:012}" for number in range(1_000)}
        async with asyncio.timeout(PATIENCE):
            while missing := users - heard:
                for user_id in missing:
                    one.services.bell.ring(user_id)
                await asyncio.sleep(0.1)


async def test_lost_notices_are_healed(postgres_url: str, tmp_path: Path) -> None:
    async with (
        Site.running(postgres_url, tmp_path, prepare=mute) as one,
        Site.running(postgres_url, tmp_path, prepare=polling) as other,
    ):
        ada = await Person.registered(one.client, "ada")
        async with other.followed(ada) as line:
            for _ in range(3):
                await ada.goal(**COUNT)
            assert await all_of(other, ada, line) == [1, 2, 3]


async def test_a_listener_that_loses_its_connection_finds_it_again(postgres_url: str, tmp_path: Path) -> None:
    """What was said meanwhile it looks up; from then on it hears again."""
    async with (
        Site.running(postgres_url, tmp_path, prepare=without_polls) as one,
        Site.running(postgres_url, tmp_path, prepare=without_polls) as other,
    ):
        ada = await Person.registered(one.client, "ada")
        goal = await ada.goal(**COUNT)
        operator = await asyncpg.connect(postgres_url)
        async with other.followed(ada, since=goal["updatedAt"]) as line:
            for value in range(12):
                if value % 4 == 0:
                    await operator.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND query ~ 'LISTEN|pg_notify|SELECT 1'"
                        " AND pid <> pg_backend_pid()"
                    )
                await written(ada, goal, value)
            assert await all_of(other, ada, line) == list(range(2, await one.head(ada) + 1))
        await operator.close()


async def test_the_database_may_restart(postgres_url: str, cluster: Cluster, tmp_path: Path) -> None:
    async with Site.running(postgres_url, tmp_path, prepare=polling) as site:
        ada = await Person.registered(site.client, "ada")
        goal = await ada.goal(**COUNT)
        async with site.followed(ada, since=goal["updatedAt"]) as line:
            for value in range(2):
                await asyncio.to_thread(cluster.stop)
                await asyncio.to_thread(cluster.start)
                await written(ada, goal, value)
            assert await all_of(site, ada, line) == list(range(2, await site.head(ada) + 1))


async def written(ada: Person, goal: Document, value: int) -> None:
    """A check-in, asked for again while the database is not there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await ada(
                "POST", f"/goals/{goal['id']}/check-in", {"value": value}, Idempotency_Key=f"key-{value}"
            )
            if answer.status_code == 201:
                return
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)


@asynccontextmanager
async def beside(url: str, folder: Path) -> AsyncIterator[Application]:
    """What a command beside the server makes of the same settings."""
    application = Application(Settings.load(data_dir=folder, database_url=url, secret=SECRET))
    await application.database.open()
    async with application.bell.running():
        yield application
    await application.database.close()


async def test_a_command_beside_the_server_is_noticed(database_url: str, tmp_path: Path) -> None:
    """On SQLite because the file tells; on PostgreSQL because the command says so before it ends."""
    is_postgres = database_url.startswith("postgres")
    prepare = without_polls if is_postgres else polling
    async with Site.running(database_url, tmp_path, prepare=prepare) as site:
        ada = await Person.registered(site.client, "ada")
        async with site.followed(ada) as line:
            for number in range(1, 4):
                async with beside(database_url, tmp_path) as command:
                    body = CreateGoal.model_validate({"title": f"goal {number}"})
                    await command.door.perform(ada.user["id"], create_goal, body)
                async with asyncio.timeout(PATIENCE):
                    await line.reach(number)
