"""Migrating: once, whoever calls and how often; all of it or nothing.

What the migrated schema looks like is in test_schema.py.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cluster import Cluster

from waymark.errors import Unavailable
from waymark.store.connect import connect, sqlite_path
from waymark.store.migrate import migrate, pending
from waymark.store.sqlite import connection_to

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a schema."""
    request.node.user_properties.append(("database", request.param))
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'waymark.db'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    yield cluster.create("empty")
    cluster.drop("empty")


def execute(url: str, text: str, cluster: Cluster) -> str:
    """Run one statement behind everybody's back; its first column."""
    if url.startswith("postgresql"):
        return cluster.sql(text, "empty")
    path = sqlite_path(url)
    path.parent.mkdir(exist_ok=True)
    connection = connection_to(path)
    rows = connection.execute(text).fetchall()
    connection.close()
    return "\n".join(str(row[0]) for row in rows)


def tables(url: str, cluster: Cluster) -> set[str]:
    catalogue = (
        TABLES if url.startswith("sqlite") else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return set(execute(url, catalogue, cluster).split())


async def test_twice_is_once(empty_url: str) -> None:
    steps = await pending(empty_url)
    assert steps[0] == "0001"
    assert await migrate(empty_url) == steps
    assert await migrate(empty_url) == await pending(empty_url) == []
    database = connect(empty_url)
    await database.open()
    await database.check()
    await database.close()


async def test_one_that_is_ahead_of_us_lacks_nothing(empty_url: str, cluster: Cluster) -> None:
    await migrate(empty_url)
    execute(empty_url, "UPDATE alembic_version SET version_num = '9999'", cluster)
    assert await pending(empty_url) == await migrate(empty_url) == []
    assert execute(empty_url, "SELECT version_num FROM alembic_version", cluster).strip() == "9999"


async def test_two_nodes_starting_together(empty_url: str) -> None:
    steps = await pending(empty_url)
    program = "import asyncio, sys, waymark.store.migrate as m; print(asyncio.run(m.migrate(sys.argv[1])))"
    command = [sys.executable, "-c", program, empty_url]
    nodes = [await asyncio.create_subprocess_exec(*command, stdout=PIPE) for _ in range(2)]
    printed = [(await node.communicate())[0].decode().strip() for node in nodes]
    assert sorted(printed) == sorted([str(steps), "[]"])


async def test_one_that_breaks_off_leaves_nothing(empty_url: str, cluster: Cluster) -> None:
    """`journal` is in the way of a later step of the same transaction."""
    execute(empty_url, "CREATE TABLE journal (x INTEGER)", cluster)
    with pytest.raises(Exception, match="journal"):
        await migrate(empty_url)
    assert tables(empty_url, cluster) == {"journal"}
    execute(empty_url, "DROP TABLE journal", cluster)
    assert await migrate(empty_url)
    assert {"users", "journal", "goal_documents", "alembic_version"} <= tables(empty_url, cluster)


async def test_nothing_to_migrate_where_nothing_answers() -> None:
    with pytest.raises(Unavailable):
        await migrate("postgresql://postgres@127.0.0.1:1/waymark")
    with pytest.raises(Unavailable):
        await pending("postgresql://postgres@127.0.0.1:1/waymark")
