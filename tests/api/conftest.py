"""The whole application on each database, its clock in the test's hand, and two people who use it.

Nothing here belongs to a single test.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.person import Person

from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.database import Database

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
def clock() -> FrozenClock:
    """Monday noon; a test sets `at`."""
    return FrozenClock(datetime(2026, 3, 2, 12, tzinfo=UTC))


@pytest.fixture
def app(database: Database, database_url: str, clock: FrozenClock, tmp_path: Path) -> FastAPI:
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    return create_app(settings, database=database, clock=clock)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        yield client


@pytest.fixture
async def ada(client: httpx2.AsyncClient) -> Person:
    return await Person.registered(client, "ada")


@pytest.fixture
async def eve(client: httpx2.AsyncClient) -> Person:
    return await Person.registered(client, "eve")
