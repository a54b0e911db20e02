"""The whole application on each database, and two people with the same belongings who never met.

Nothing here belongs to a single test.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from tests.adversarial.people import Owner
from tests.adversarial.surface import Surface

from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.database import Database

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
def clock() -> FrozenClock:
    """Noon of a day on which every example of the document is right."""
    return FrozenClock(datetime(2026, 3, 10, 12, tzinfo=UTC))


@pytest.fixture
def app(database: Database, database_url: str, clock: FrozenClock, tmp_path: Path) -> FastAPI:
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    return create_app(settings, database=database, clock=clock)


@pytest.fixture
def surface(app: FastAPI) -> Surface:
    return Surface.of(app)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """One that hears of a failure as a client does: as an answer, not as an exception."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def ada(client: httpx2.AsyncClient, surface: Surface) -> Owner:
    return await Owner.settled(client, "ada", surface)


@pytest.fixture
async def eve(client: httpx2.AsyncClient, surface: Surface) -> Owner:
    return await Owner.settled(client, "eve", surface)
