"""What the clock brings is found by workers: once, in the owner's own days, however many they are."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.conftest import SECRET
from tests.api.person import COUNT, Person
from tests.api.tables import contents, journal
from tests.insights.said import insights

from waymark.actions import waking
from waymark.actions.perform import Door
from waymark.actions.settlement import Settlement
from waymark.actions.waking import wake_due
from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.connect import connect
from waymark.store.database import Database

HOUR = timedelta(hours=1)


@pytest.fixture
def door(app: FastAPI) -> Door:
    told: Door = app.state.services.door
    return told


@pytest.fixture
async def other_door(database_url: str, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[Door]:
    """A second node on the same database."""
    database = connect(database_url)
    await database.open()
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    app = create_app(settings, database=database, clock=clock)
    yield app.state.services.door
    await database.close()


async def test_a_goal_due_in_8_days_across_the_change_to_summer_time(
    client: httpx2.AsyncClient, clock: FrozenClock, door: Door, other_door: Door, database: Database
) -> None:
    """Two workers, hour by hour: each event once, at the owner's midnight on either side of 29 March."""
    clock.at = datetime(2026, 3, 26, 12, tzinfo=UTC)
    zone = "Europe/Berlin"
    bea = await Person.registered(client, "bea", timezone=zone)
    goal = await bea.goal(**COUNT, startDate="2026-03-26", targetDate="2026-04-03")
    while clock.at < datetime(2026, 4, 6, tzinfo=UTC):
        clock.at += HOUR
        await asyncio.gather(wake_due(door, clock.at), wake_due(other_door, clock.at))
    rows = [row for row in await journal(database, bea.user["id"]) if row.entity == "insights"]
    assert all(row.origin == "clock" for row in rows)
    said = {each["id"]: each for each in await insights(bea, goalId=goal["id"])}
    assert len(rows) == len({row.id for row in rows}) == len(said)
    times = [(said[row.id]["rule"], row.at.replace(microsecond=0)) for row in rows]
    assert [each for each in times if each[0] != "pace_behind"] == [
        ("deadline_near", datetime(2026, 3, 26, 23, tzinfo=UTC)),
        ("deadline_near", datetime(2026, 4, 1, 22, tzinfo=UTC)),
        ("deadline_due", datetime(2026, 4, 2, 22, tzinfo=UTC)),
        ("overdue", datetime(2026, 4, 3, 22, tzinfo=UTC)),
    ]


async def test_the_next_moment(ada: Person, clock: FrozenClock, door: Door) -> None:
    """The next midnight for what moves daily, the exact day for what does not, never for what is over."""
    assert await wake_due(door, clock.at) is None
    idle = await ada.goal(**COUNT)
    assert await wake_due(door, clock.at) == midnight(2026, 3, 16)
    paced = await ada.goal(**COUNT, startDate="2026-03-01", targetDate="2026-06-01")
    assert await wake_due(door, clock.at) == midnight(2026, 3, 3)
    await ada.data("POST", f"/goals/{paced['id']}/complete", {})
    assert await wake_due(door, clock.at) == midnight(2026, 3, 16)
    await ada.check_in(idle, 1, dateKey="2026-03-01")
    assert await wake_due(door, clock.at) == midnight(2026, 3, 15)
    await ada.data("POST", f"/goals/{idle['id']}/pause")
    assert await wake_due(door, clock.at) is None
    await ada.goal(**COUNT, startDate="2026-05-01", targetDate="2026-06-01")
    assert await wake_due(door, clock.at) == midnight(2026, 5, 1)


async def test_habits_are_looked_at_daily(ada: Person, clock: FrozenClock, door: Door) -> None:
    habit = await ada.data("POST", "/habits", {"title": "Read"})
    goal = await ada.goal(linkedHabitIds=[habit["id"]])
    await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": "done"})
    assert (await ada.now(goal))["progressPercent"] == 100
    assert await wake_due(door, clock.at) == midnight(2026, 3, 3)
    clock.at = datetime(2026, 3, 4, 1, tzinfo=UTC)
    assert await wake_due(door, clock.at) == midnight(2026, 3, 5)
    rows = await journal(door.database, ada.user["id"])
    assert (rows[-1].entity, rows[-1].origin) == ("goals", "clock")
    assert (await ada.now(goal))["progressPercent"] == 50


async def test_leaving_something_off(ada: Person, clock: FrozenClock, door: Door) -> None:
    """A habit to quit is kept by doing nothing: the clock finds its streaks."""
    await ada.data("POST", "/habits", {"title": "No smoking", "countingType": "quit"})
    assert await wake_due(door, clock.at) == midnight(2026, 3, 9)
    said: dict[int, date] = {}
    while clock.at < datetime(2026, 4, 10, tzinfo=UTC):
        clock.at += timedelta(1)
        await wake_due(door, clock.at)
        for each in await insights(ada):
            said.setdefault(each["payload"]["length"], clock.at.date())
    assert said == {7: date(2026, 3, 9), 30: date(2026, 4, 1)}


async def test_nothing_due_writes_nothing(ada: Person, clock: FrozenClock, door: Door) -> None:
    await ada.goal(**COUNT, startDate="2026-03-01", targetDate="2026-06-01")
    before = await contents(door.database)
    await wake_due(door, clock.at)
    assert await contents(door.database) == before


async def test_another_zone_moves_the_moment(ada: Person, clock: FrozenClock, door: Door) -> None:
    await ada.goal(**COUNT)
    assert await wake_due(door, clock.at) == midnight(2026, 3, 16)
    await ada.data("PATCH", "/users/me", {"timezone": "Pacific/Kiritimati"})
    assert await wake_due(door, clock.at) == datetime(2026, 3, 15, 10, tzinfo=UTC)


async def test_one_users_failure_holds_up_no_other(
    ada: Person, eve: Person, clock: FrozenClock, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    goals = [await person.goal(**COUNT) for person in (ada, eve)]
    refresh = Settlement.refresh

    async def failing(self: Settlement) -> None:
        if self.goal.id == goals[0]["id"]:
            raise ZeroDivisionError
        await refresh(self)

    clock.at = datetime(2026, 3, 20, tzinfo=UTC)
    with monkeypatch.context() as patch:
        patch.setattr(Settlement, "refresh", failing)
        assert await wake_due(door, clock.at) == clock.at
        assert await wake_due(door, clock.at) is None
        assert [each["rule"] for each in await insights(eve)] == ["stalled"]
    assert await wake_due(door, clock.at) is None
    assert [each["rule"] for each in await insights(ada)] == ["stalled"]


async def test_more_than_one_transaction_holds(
    ada: Person, clock: FrozenClock, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await ada.goal(**COUNT)
    clock.at = datetime(2026, 3, 20, tzinfo=UTC)
    monkeypatch.setattr(waking, "AT_ONCE", 2)
    for left in (3, 1, 0):
        next_at = await wake_due(door, clock.at)
        assert (next_at is not None and next_at <= clock.at) == bool(left)
    assert len(await insights(ada)) == 5


@pytest.mark.parametrize("is_on", [True, False])
async def test_serving_wakes_unless_told_not_to(
    database_url: str, clock: FrozenClock, tmp_path: Path, *, is_on: bool
) -> None:
    settings = Settings.load(
        data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False, worker=is_on
    )
    app = create_app(settings, clock=clock)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
            ada = await Person.registered(client, "ada")
            await ada.goal(**COUNT)
        clock.at = datetime(2026, 3, 20, tzinfo=UTC)
        services = app.state.services
        services.worker.poke("clock")
        seqs = {(await journal(services.database, ada.user["id"]))[-1].seq}
        for _ in range(100 if is_on else 5):
            await asyncio.sleep(0.1)
            seqs.add((await journal(services.database, ada.user["id"]))[-1].seq)
            if len(seqs) > 1:
                break
    assert len(seqs) == (2 if is_on else 1)


def midnight(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
