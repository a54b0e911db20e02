"""The database fails at the n-th call of a write, for every write and every n: nothing of it is there.

Routes are found in the application; the last attempt of each, which no failure met, must succeed.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.person import PASSWORD
from tests.api.tables import contents
from tests.api.test_every_write import Write, name_of, prepared, writes
from tests.durability.failing import FailingDatabase

from waymark.app import create_app
from waymark.clock import FrozenClock, RealClock
from waymark.settings import Settings
from waymark.store.database import Database

pytestmark = pytest.mark.slow


OF_TWO_STEPS = {"POST /webhooks/{record_id}/test"}
"""What is noted before it is sent to somebody else, and once more with what came of it."""


@pytest.fixture
def failing(database: Database) -> FailingDatabase:
    return FailingDatabase(database)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(RealClock().now())


@pytest.fixture
def app(failing: FailingDatabase, database_url: str, clock: FrozenClock, tmp_path: Path) -> FastAPI:
    secret = "a secret of at least thirty-two characters"
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=secret, rate_limits=False)
    return create_app(settings, database=failing, clock=clock)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        yield client


async def fitting(write: Write) -> Any:
    """The body for routes whose example is somebody else's: those that begin and prolong sessions."""
    logging_in = {"email": write.person.user["email"], "password": PASSWORD}
    match write.path:
        case "/auth/register":
            return {"email": "new@example.com", "password": PASSWORD}
        case "/auth/login":
            return logging_in
        case "/auth/refresh":
            session = await write.person.data("POST", "/auth/login", logging_in)
            return {"refreshToken": session["refreshToken"]}
        case _:
            return write.body


async def test_a_failed_write_leaves_nothing(
    app: FastAPI, client: httpx2.AsyncClient, clock: FrozenClock, database: Database, failing: FailingDatabase
) -> None:
    walked, failures = writes(app), 0
    for route in walked:
        name, write = name_of(route), await prepared(app, client, clock, route)
        write.body = await fitting(write)
        before, number = await contents(database), 1
        while True:
            failing.arm(number)
            answer = await write(key="once" if route.is_retryable else None)
            if not failing.has_failed:
                break
            assert (answer.status_code, "Retry-After" in answer.headers) == (503, True), (name, answer.text)
            if name not in OF_TWO_STEPS:
                assert await contents(database) == before, (name, number)
            number += 1
        failing.disarm()
        assert answer.status_code == route.status, (name, answer.text)
        assert await contents(database) != before, name
        failures += number - 1
    assert failures > 5 * len(walked), "calls were failed at all"
