"""The day turns: the same GET has a new pace and a new ETag, and nothing else is written.

Zones and `dayStartsAt` decide which day it is (DOMAIN §8); the clock is an argument.
"""

from datetime import UTC, datetime, timedelta

from tests.api.person import COUNT, PACED, Person, data_of, fields_of, shown
from tests.api.tables import journal

from waymark.clock import FrozenClock
from waymark.store.database import Database


async def test_tomorrow(ada: Person, clock: FrozenClock, database: Database) -> None:
    goal = await ada.goal(**PACED)
    await ada.check_in(goal, 10)
    path = f"/goals/{goal['id']}"
    today = await ada("GET", path)
    head = await journal(database, ada.user["id"])
    clock.at += timedelta(days=1)
    tomorrow = await ada("GET", path)
    before, after = data_of(today), data_of(tomorrow)
    assert {name for name in before if before[name] != after[name]} == {"pace"}
    assert shown(before["pace"], "expectedValue", "daysLeft") == [5, 19]
    assert shown(after["pace"], "expectedValue", "daysLeft") == [10, 18]
    assert tomorrow.headers["ETag"] == f'"{before["version"]}-2026-03-03"'
    assert await journal(database, ada.user["id"]) == head
    clock.at -= timedelta(days=1)
    assert (await ada("GET", path)).content == today.content


async def test_lists_and_summary_turn_with_the_day(ada: Person, clock: FrozenClock) -> None:
    goals = [await ada.goal(f"{number}", **PACED) for number in range(3)]
    assert await ada.get("/goals", paceStatus="overdue") == []
    clock.at = datetime(2026, 3, 22, 0, tzinfo=UTC)
    late = await ada.get("/goals", paceStatus="overdue", sortOrder="asc")
    assert late == [await ada.now(goal) for goal in goals]
    clock.at -= timedelta(days=2)
    assert await ada.get("/goals", paceStatus="overdue") == []
    clock.at += timedelta(days=2)
    assert (await ada.get("/goals/summary"))["byPace"] == {"overdue": 3}


async def test_a_goal_written_on_another_day(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**PACED)
    clock.at += timedelta(days=4)
    told = await ada.check_in(goal, 1)
    assert told["checkIn"]["dateKey"] == "2026-03-06"
    assert told["goal"]["pace"]["expectedValue"] == 25


async def test_explanations_are_of_the_day(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**PACED)
    clock.at += timedelta(days=1)
    assert (await ada.get(f"/goals/{goal['id']}/progress"))["asOf"] == "2026-03-03"
    points = (await ada.get(f"/goals/{goal['id']}/series", bucket="day"))["points"]
    assert points[-1]["to"] == "2026-03-03"


async def test_whose_day_it_is(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}"
    for zone, starts_at, at, day in (
        ("UTC", 0, "2026-03-02T23:59:59", "2026-03-02"),
        ("Asia/Tashkent", 0, "2026-03-02T19:00:00", "2026-03-03"),
        ("Asia/Tashkent", 0, "2026-03-02T18:59:59", "2026-03-02"),
        ("Asia/Tashkent", 4, "2026-03-02T22:59:59", "2026-03-02"),
        ("Asia/Tashkent", 4, "2026-03-02T23:00:00", "2026-03-03"),
        ("America/Los_Angeles", 0, "2026-03-02T07:59:59", "2026-03-01"),
        ("Pacific/Kiritimati", 0, "2026-03-02T10:00:00", "2026-03-03"),
        ("Pacific/Pago_Pago", 0, "2026-03-02T10:59:59", "2026-03-01"),
        ("Europe/Berlin", 3, "2026-03-29T00:59:59", "2026-03-28"),
        ("Europe/Berlin", 3, "2026-03-29T01:00:00", "2026-03-29"),
    ):
        await ada.data("PATCH", "/users/me", {"timezone": zone, "dayStartsAt": starts_at})
        clock.at = datetime.fromisoformat(f"{at}+00:00")
        assert (await ada.check_in(goal, 1))["checkIn"]["dateKey"] == day, zone
        assert (await ada("GET", path)).headers["ETag"].endswith(f'-{day}"')
        tomorrow = datetime.fromisoformat(day) + timedelta(days=1)
        await ada.check_in(goal, 1, dateKey=f"{tomorrow:%Y-%m-%d}")
        too_late = {"value": 1, "dateKey": f"{tomorrow + timedelta(days=1):%Y-%m-%d}"}
        assert fields_of(await ada("POST", f"{path}/check-in", too_late)) == {"dateKey"}


async def test_moving_between_zones(ada: Person) -> None:
    """Documents follow the traveller both ways; days that were stored stay."""
    goal = await ada.goal(**PACED)
    fact = (await ada.check_in(goal, 1))["checkIn"]
    path = f"/goals/{goal['id']}"
    for zone, day, expected in (
        ("Pacific/Kiritimati", "2026-03-03", 10),
        ("Pacific/Pago_Pago", "2026-03-02", 5),
        ("UTC", "2026-03-02", 5),
    ):
        await ada.data("PATCH", "/users/me", {"timezone": zone})
        response = await ada("GET", path)
        assert response.headers["ETag"].endswith(f'-{day}"')
        assert data_of(response)["pace"]["expectedValue"] == expected
        assert (await ada.get("/goals"))[0] == data_of(response)
        assert (await ada.get(f"{path}/check-ins/{fact['id']}"))["dateKey"] == "2026-03-02"


async def test_a_day_that_starts_later(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**PACED)
    await ada.data("PATCH", "/users/me", {"dayStartsAt": 13})
    assert (await ada("GET", f"/goals/{goal['id']}")).headers["ETag"].endswith('-2026-03-01"')
    clock.at += timedelta(hours=1)
    assert (await ada("GET", f"/goals/{goal['id']}")).headers["ETag"].endswith('-2026-03-02"')
