"""A site on each database, its data's clock in the test's hand, and two people who use it.

Nothing here belongs to a single test.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.api.person import Person
from tests.realtime.site import Site

from waymark.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    """Monday noon; a test sets `at`."""
    return FrozenClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Site]:
    async with Site.running(database_url, tmp_path, clock) as site:
        yield site


@pytest.fixture
async def ada(site: Site) -> Person:
    return await Person.registered(site.client, "ada")


@pytest.fixture
async def eve(site: Site) -> Person:
    return await Person.registered(site.client, "eve")
