"""The whole application with a database that can be made to fail, two people, and a clock in hand.

The stage on which a safeguard is looked at, intact or switched off.
"""

from pathlib import Path

import httpx2
from tests.api.person import Person
from tests.durability.failing import FailingDatabase

from waymark.app import Application, create_app
from waymark.clock import FrozenClock, instant
from waymark.settings import Settings
from waymark.store.database import Database


class Stage:
    """`enter` lets Ada and Eve in; `database` is the real one, without failures."""

    ada: Person
    eve: Person

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.url = url
        self.database = database
        self.failing = FailingDatabase(database)
        self.clock = FrozenClock(instant("2026-03-02T12:00:00Z"))
        secret = "a secret of at least thirty-two characters"
        settings = Settings.load(data_dir=folder, database_url=url, secret=secret, rate_limits=False)
        self._app = create_app(settings, database=self.failing, clock=self.clock)
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._app), base_url="http://test/api/v1"
        )

    @property
    def services(self) -> Application:
        services: Application = self._app.state.services
        return services

    async def enter(self) -> None:
        self.ada = await Person.registered(self._client, "ada")
        self.eve = await Person.registered(self._client, "eve")

    async def close(self) -> None:
        await self._client.aclose()
