"""A backup under load, restored, and a device that knows more: see restoring.py. The soak does it often."""

import asyncio
import shutil
from pathlib import Path

import pytest
from tests.cluster import Cluster
from tests.conftest import DIALECTS
from tests.drills.restoring import restored
from tests.hypothesis_profiles import IS_SOAK

from waymark.store.migrate import migrate

pytestmark = pytest.mark.slow


@pytest.fixture(params=DIALECTS)
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A migrated, empty database, and another one to restore into."""
    request.node.user_properties.append(("database", request.param))
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        first: str = request.getfixturevalue("postgres_url")
        if "restored" in cluster.sql("SELECT datname FROM pg_database"):
            cluster.drop("restored")
        second = cluster.create("restored")
        asyncio.run(migrate(second))
        return first, second
    template: Path = request.getfixturevalue("sqlite_template")
    copies = [shutil.copy(template, tmp_path / name) for name in ("first.db", "second.db")]
    return f"sqlite:///{copies[0]}", f"sqlite:///{copies[1]}"


@pytest.mark.parametrize("turn", range(20 if IS_SOAK else 1))
async def test_a_device_that_knows_more(turn: int, addresses: tuple[str, str], tmp_path: Path) -> None:  # noqa: ARG001  # again and again
    found = await restored(*addresses, tmp_path)
    assert found.lost == 0
