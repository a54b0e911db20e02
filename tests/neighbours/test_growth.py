"""What one more transaction costs the database, however many there are: counted, so no clock is asked.

The same in time, beside 20,000, `make bench` tells (worlds).
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import apsw
import httpx2
import pytest
from bench.fill import import_transactions
from tests.api.conftest import SECRET
from tests.api.person import Document, Person
from tests.neighbours.counting import Asked, CountingDatabase
from tests.neighbours.money import moved

from waymark.actions.perform import Door
from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.database import Database

pytestmark = pytest.mark.anyio
GROWING = (
    "budget_entries",
    "goal_check_ins",
    "goal_day_totals",
    "goal_finance_contributions",
    "journal",
    "transactions",
)
"""Tables with a row per transaction, or per day of it; `AND`: more than the user is searched by."""
LONG_AGO = timedelta(days=60)
"""The pace window of 30 days is empty in every history: what it reads is bounded, but not the same."""


@pytest.fixture
def counting(database: Database) -> CountingDatabase:
    return CountingDatabase(database)


@pytest.fixture
async def client(
    counting: CountingDatabase, database_url: str, clock: FrozenClock, tmp_path: Path
) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    app = create_app(settings, database=counting, clock=clock)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://test/api/v1"
    ) as client:
        yield client


async def saver(person: Person, door: Door, clock: FrozenClock, length: int) -> Document:
    """A goal that saves, whose budget has a history of one transaction a day."""
    saving = {"goalType": "financial", "metricType": "amount", "currency": "USD", "financeMode": "save"}
    goal = await person.goal(f"After {length}", **saving, targetValue=1_000_000)
    last = clock.at.date() - LONG_AGO
    days = [(last - timedelta(days=number), 3, "saved") for number in range(length)]
    await door.perform(person.user["id"], import_transactions, goal["linkedBudgetId"], days[::-1])
    return goal


async def test_a_transaction_costs_the_same_however_many_there_are(
    ada: Person, database: Database, counting: CountingDatabase, clock: FrozenClock
) -> None:
    costs: dict[int, list[Asked]] = {}
    for length in (10, 2_000):
        goal = await saver(ada, Door(database, clock), clock, length)
        budget = f"/budgets/{goal['linkedBudgetId']}"
        tries = []
        for _ in range(3):
            asked = []
            counting.begin()
            assert (await ada.now(goal))["financeContributionCount"] == length
            asked.append(counting.begin())
            assert (await ada.get(budget))["spentAmount"] == 3 * length
            asked.append(counting.begin())
            made = await moved(ada, 5, currency="USD", budgetId=goal["linkedBudgetId"])
            asked.append(counting.begin())
            await ada.data("DELETE", f"/transactions/{made['id']}")
            tries.append([*asked, counting.begin()])
        # Now and then a request also looks at its session again.
        costs[length] = [min(each) for each in zip(*tries, strict=True)]
    assert costs[10] == costs[2_000], costs
    assert max(each.read for each in costs[10]) < 50


async def test_no_statement_of_a_transaction_looks_at_all_of_them(
    ada: Person, counting: CountingDatabase, clock: FrozenClock, sqlite_url: str
) -> None:
    """SQLite has no statistics to choose by, and says beforehand how it will find the rows."""
    goal = await saver(ada, Door(counting, clock), clock, 1)
    counting.statements.clear()
    made = await moved(ada, 5, currency="USD", budgetId=goal["linkedBudgetId"])
    await ada.data("PATCH", f"/transactions/{made['id']}", {"amount": 6})
    await ada.data("DELETE", f"/transactions/{made['id']}")
    with apsw.Connection(sqlite_url.removeprefix("sqlite:///"), flags=apsw.SQLITE_OPEN_READONLY) as plain:
        for statement in counting.statements:
            text = statement.compiled("sqlite").text
            plan = plain.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?")).fetchall()
            for step in (str(row[-1]) for row in plan):
                is_of_many = any(f" {name} " in step for name in GROWING)
                assert not is_of_many or " AND " in step, (step, text)
