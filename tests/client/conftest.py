"""The whole application on each database, and clients of it inside this process: as for goals."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.conftest import ada, app, client, clock, eve
from tests.api.person import Person

from waymark.client import AsyncDevice, AsyncWaymark
from waymark.clock import FrozenClock

__all__ = ["ada", "app", "client", "clock", "eve"]

Devices: TypeAlias = Callable[[], AsyncDevice]


@pytest.fixture
async def waymark(app: FastAPI, ada: Person) -> AsyncIterator[AsyncWaymark]:
    """The API as Ada."""
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test/api/v1")
    async with AsyncWaymark("http://test", ada.token, http=http) as waymark:
        yield waymark


@pytest.fixture
def device(waymark: AsyncWaymark, clock: FrozenClock) -> Devices:
    """Makes devices of Ada's, with the clock of the data."""
    return lambda: AsyncDevice(waymark, ":memory:", clock=clock)
