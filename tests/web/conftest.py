"""A client of the sample application, inside this process.

Nothing here belongs to a single test.
"""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from tests.web.sample import Services, sample


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return sample(services)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Bears the token that may do everything."""
    transport = httpx2.ASGITransport(app=app)
    headers = {"Authorization": "Bearer full"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client
