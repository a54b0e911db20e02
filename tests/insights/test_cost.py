"""Looking for something to say costs a check-in nothing, unless there is something."""

from pathlib import Path

import httpx2
import pytest
from tests.api.conftest import SECRET
from tests.api.person import PACED, Person
from tests.durability.failing import FailingDatabase

from waymark.actions import settlement
from waymark.app import create_app
from waymark.settings import Settings
from waymark.store.database import Database


async def test_a_plain_check_in_asks_the_database_no_more(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = FailingDatabase(database)
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    transport = httpx2.ASGITransport(app=create_app(settings, database=counting))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        ada = await Person.registered(client, "ada")
        goal = await ada.goal(**PACED)
        calls = []
        for value in (1, 1, 1, 25, 1):
            before = counting.calls
            told = await ada.check_in(goal, value)
            calls.append((counting.calls - before, len(told["insights"])))
        (_, _), (plain, none), (again, _), (telling, one), (after, _) = calls
        assert (plain, none) == (again, 0) == (after, 0)
        assert (telling, one) == (plain + 1, 1)
        monkeypatch.setattr(settlement, "notice", _nothing)
        before = counting.calls
        await ada.check_in(goal, 1)
        assert counting.calls - before == plain


async def _nothing(*_: object) -> list[str]:
    """As if nothing were ever worth saying."""
    return []
