"""Databases for tests: whatever asks for `database` runs on both, each time on a fresh one.

No test may skip one of the two; the last lines of a run say how many ran on each.
"""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.cluster import Cluster

from waymark.store.connect import connect
from waymark.store.database import Database
from waymark.store.migrate import migrate

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this test process, with a migrated database `waymark`."""
    cluster = Cluster.started()
    asyncio.run(migrate(cluster.create("waymark")))
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "waymark.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite."""
    request.node.user_properties.append(("database", "sqlite"))
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'waymark.db')}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, cluster: Cluster) -> str:
    """A migrated, empty PostgreSQL database."""
    request.node.user_properties.append(("database", "postgresql"))
    asyncio.run(_emptied(cluster.url("waymark")))
    return cluster.url("waymark")


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


async def _emptied(url: str) -> None:
    """A fresh database costs half a second; but every row hangs on a user, and emptying takes no time."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.execute("TRUNCATE users, rate_windows CASCADE")
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, migrated and empty."""
    database = connect(database_url)
    await database.open()
    yield database
    await database.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = Counter(
        dict(report.user_properties)["database"]
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call" and "database" in dict(report.user_properties)
    )
    if ran:
        terminalreporter.write_line(", ".join(f"{dialect}: {ran[dialect]}" for dialect in DIALECTS))
