"""The whole application on each database, a receiver on this machine, and a courier in the test's hand.

Its patience is short, so that three days of trying again fit into a test.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from tests.api.conftest import SECRET, ada, client, clock, eve
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.round import Round

from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.domain.webhooks import Patience
from waymark.settings import Settings
from waymark.store.database import Database

__all__ = ["ada", "client", "clock", "eve"]

QUICK = Patience(
    waits=(timedelta(milliseconds=20),) * 9,
    longest_asked=timedelta(milliseconds=300),
    longest_rest=timedelta(milliseconds=20),
)


@pytest.fixture
def app(database: Database, database_url: str, clock: FrozenClock, tmp_path: Path) -> FastAPI:
    settings = Settings.load(
        data_dir=tmp_path,
        database_url=database_url,
        secret=SECRET,
        rate_limits=False,
        webhook_allow=("127.0.0.1/32",),
    )
    return create_app(settings, database=database, clock=clock)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def round_(app: FastAPI) -> Round:
    return Round(app.state.services, QUICK)
