"""Check-ins: what a fact may say, what it gets by default, and what it moves (CONTRACT §3, DOMAIN §§1, 2).

Mending and undoing have a file of their own.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.api.person import COUNT, SAVING, WEIGHT, Person, code_of, data_of, fields_of, parsed, shown

from waymark.clock import FrozenClock

CHECK_IN_FIELDS = {
    *("id", "userId", "showStatus", "syncStatus", "version", "createdAt", "updatedAt", "deletedAt"),
    *("goalId", "value", "unit", "mode", "note", "link", "sourceType", "sourceId", "dateKey"),
}


async def test_answer(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    response = await ada("POST", f"/goals/{goal['id']}/check-in", {"value": 40})
    told = data_of(response)
    fact, after = told["checkIn"], told["goal"]
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/goals/{goal['id']}/check-ins/{fact['id']}"
    assert told.keys() == {"checkIn", "goal", "milestonesReached", "insights"}
    assert fact.keys() == CHECK_IN_FIELDS
    assert shown(fact, "goalId", "userId", "value", "mode", "sourceType", "sourceId", "dateKey") == [
        goal["id"],
        ada.user["id"],
        40,
        "increment",
        "manual",
        None,
        "2026-03-02",
    ]
    assert shown(fact, "note", "link", "showStatus", "deletedAt") == [None, None, "active", None]
    assert shown(after, "currentValue", "checkInCount", "lastCheckInAt") == [40, 1, fact["createdAt"]]
    assert after == await ada.now(goal)
    assert await ada.get(f"/goals/{goal['id']}/check-ins") == [fact]
    alone = await ada("GET", response.headers["Location"].removeprefix("/api/v1"))
    assert data_of(alone) == fact
    assert alone.headers["ETag"] == f'"{fact["version"]}"'


REFUSED: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    (COUNT, {}, {"value"}),
    (COUNT, {"value": None}, {"value"}),
    (COUNT, {"value": 1.5}, {"value"}),
    (COUNT, {"value": True}, {"value"}),
    (COUNT, {"value": "1_000"}, {"value"}),
    (COUNT, {"value": 1, "unit": "kg"}, {"unit"}),
    (COUNT, {"value": 1, "dateKey": "2026-03-04"}, {"dateKey"}),
    (COUNT, {"value": 1, "dateKey": "1899-12-31"}, {"dateKey"}),
    (COUNT, {"value": 1, "dateKey": "2026-2-1"}, {"dateKey"}),
    (COUNT, {"value": 1, "mode": "set"}, {"mode"}),
    (COUNT, {"value": 1, "note": "x" * 5001}, {"note"}),
    (COUNT, {"value": 1, "sourceType": "task"}, {"sourceType"}),
    (COUNT, {"value": 1, "link": {"type": "url"}}, {"link.url"}),
    (COUNT, {"value": 1, "link": {"type": "url", "url": "ftp://x"}}, {"link.url"}),
    (COUNT, {"value": 1, "link": {"type": "task", "url": "https://x.org"}}, {"link.id", "link.url"}),
    (COUNT, {"value": 1, "link": {"type": "page", "id": str(uuid4())}}, {"link.type"}),
    (COUNT, {"value": 1, "link": "https://x.org"}, {"link"}),
    (SAVING, {"value": 0.001}, {"value"}),
    (SAVING, {"value": 1, "unit": "EUR"}, {"unit"}),
    (WEIGHT, {"value": -1}, {"value"}),
    (WEIGHT, {"value": 1, "unit": "hours"}, {"unit"}),
    ({}, {"value": 1}, {"value"}),
    ({}, {"unit": "kg", "note": "x"}, {"unit"}),
    (COUNT, {"value": 1.5, "unit": "kg", "dateKey": "2026-03-04"}, {"value", "unit", "dateKey"}),
]


async def test_refusals(ada: Person) -> None:
    goals: dict[str, dict[str, Any]] = {}
    found = []
    for definition, body, _ in REFUSED:
        kind = definition.get("metricType", "none")
        goal = goals[kind] = goals.get(kind) or await ada.goal(**definition)
        found.append(fields_of(await ada("POST", f"/goals/{goal['id']}/check-in", body)))
    assert found == [fields for _, _, fields in REFUSED]
    assert [await ada.now(goal) for goal in goals.values()] == list(goals.values())


async def test_values_of_an_increment_may_be_anything(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    for value in (10, 0, -3, "-0"):
        await ada.check_in(goal, value)
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [7, 4]


async def test_below_nothing_and_beyond_the_target(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    told = await ada.check_in(goal, -30)
    assert shown(told["goal"], "currentValue", "progressPercent", "rawPercent") == [-30, 0, -30]
    told = await ada.check_in(goal, 180)
    assert shown(told["goal"], "currentValue", "progressPercent", "rawPercent") == [150, 100, 150]


async def test_never_quite_there(ada: Person) -> None:
    goal = await ada.goal(**{**COUNT, "targetValue": 1_000_000})
    told = await ada.check_in(goal, 999_999)
    assert shown(told["goal"], "progressPercent", "rawPercent") == [Decimal("99.99"), Decimal("99.99")]
    assert (await ada.check_in(goal, 1))["goal"]["progressPercent"] == 100


async def test_decreasing_and_neutral(ada: Person) -> None:
    down = await ada.goal(metricType="count", initialValue=50, targetValue=10)
    assert shown((await ada.check_in(down, 10))["goal"], "currentValue", "progressPercent") == [40, 25]
    either = await ada.goal(**COUNT, direction="neutral")
    await ada.check_in(either, -30)
    assert shown((await ada.check_in(either, 20))["goal"], "currentValue", "progressPercent") == [50, 50]


async def test_a_distance_instead_of_the_target(ada: Person) -> None:
    goal = await ada.goal(**COUNT, progressTargetValue=40)
    assert (await ada.check_in(goal, 10))["goal"]["progressPercent"] == 25


async def test_a_unit_of_the_same_kind(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT)
    told = await ada.check_in(goal, 200, unit="lb")
    assert shown(told["checkIn"], "value", "unit") == [200, "lb"]
    assert told["goal"]["currentValue"] == Decimal("90.718474")
    hours = await ada.goal(metricType="duration", unit="hours", targetValue=10)
    assert (await ada.check_in(hours, 90, unit="minutes"))["goal"]["currentValue"] == Decimal("1.5")


async def test_money_in_its_own_currency(ada: Person) -> None:
    goal = await ada.goal(**SAVING)
    assert (await ada.check_in(goal, 5, unit="USD"))["goal"]["currentValue"] == 5


async def test_mode_of_one_fact(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 5)
    told = await ada.check_in(goal, 60, mode="measure")
    assert told["checkIn"]["mode"] == "measure"
    assert told["goal"]["currentValue"] == 60
    assert (await ada.check_in(goal, 5))["goal"]["currentValue"] == 65


async def test_back_dating(ada: Person) -> None:
    """Facts are folded in the order of their days, whenever they were told."""
    goal = await ada.goal(**WEIGHT)
    await ada.check_in(goal, 90)
    told = await ada.check_in(goal, 91, dateKey="2026-02-01")
    assert told["goal"]["currentValue"] == 90
    assert (await ada.check_in(goal, 89, dateKey="2026-03-03"))["goal"]["currentValue"] == 89
    assert (await ada.check_in(goal, 88))["goal"]["currentValue"] == 89
    days = [shown(each, "dateKey", "value") for each in await ada.get(f"/goals/{goal['id']}/check-ins")]
    assert days == [["2026-03-03", 89], ["2026-03-02", 88], ["2026-03-02", 90], ["2026-02-01", 91]]


async def test_back_dating_reaches_a_milestone_earlier(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    first = await ada.check_in(goal, 50)
    assert first["goal"]["milestones"][0]["completedAt"] == first["checkIn"]["createdAt"]
    early = await ada.check_in(goal, 60, dateKey="2026-02-01")
    assert early["goal"]["milestones"][0]["completedAt"] == early["checkIn"]["createdAt"]


@pytest.mark.parametrize(
    "body",
    [{"note": "walked"}, {"link": {"type": "url", "url": "https://example.org/a?b=1"}}, {}],
)
async def test_without_a_value(ada: Person, body: dict[str, Any]) -> None:
    goal = await ada.goal()
    told = await ada.check_in(goal, **body)
    fact = told["checkIn"]
    assert shown(fact, "value", "unit", "note", "link") == [None, None, body.get("note"), body.get("link")]
    assert shown(told["goal"], "checkInCount", "progressPercent") == [1, 0]


@pytest.mark.parametrize("kind", ["task", "habit", "transaction", "focus_session"])
async def test_links_to_what_is_not_ones_own(ada: Person, kind: str) -> None:
    goal = await ada.goal(**COUNT)
    body = {"value": 1, "link": {"type": kind, "id": str(uuid4())}}
    response = await ada("POST", f"/goals/{goal['id']}/check-in", body)
    assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
    assert [fault["field"] for fault in parsed(response)["error"]["details"]] == ["link.id"]
    assert await ada.now(goal) == goal


async def test_own_id(ada: Person, eve: Person) -> None:
    goal, hers = await ada.goal(**COUNT), await eve.goal(**COUNT)
    own = str(uuid4())
    assert (await ada.check_in(goal, 1, id=own.upper()))["checkIn"]["id"] == own
    response = await ada("POST", f"/goals/{goal['id']}/check-in", {"value": 1, "id": own})
    assert code_of(response) == (409, "RESOURCE_ALREADY_EXISTS")
    assert (await eve.check_in(hers, 9, id=own))["checkIn"]["value"] == 9
    assert (await ada.now(goal))["currentValue"] == 1


async def test_only_where_they_belong(ada: Person, eve: Person) -> None:
    goal, other = await ada.goal(**COUNT), await ada.goal(**COUNT)
    fact = (await ada.check_in(goal, 1))["checkIn"]
    for person, path in (
        (ada, f"/goals/{other['id']}/check-ins/{fact['id']}"),
        (ada, f"/goals/{goal['id']}/check-ins/{uuid4()}"),
        (ada, f"/goals/{goal['id']}/check-ins/nope"),
        (eve, f"/goals/{goal['id']}/check-ins/{fact['id']}"),
    ):
        for method, body in (("GET", None), ("PATCH", {"value": 2}), ("DELETE", None)):
            assert code_of(await person(method, path, body)) == (404, "RESOURCE_NOT_FOUND")
    assert code_of(await eve("POST", f"/goals/{goal['id']}/check-in", {"value": 1}))[0] == 404
    assert code_of(await eve("GET", f"/goals/{goal['id']}/check-ins"))[0] == 404


async def test_history(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}/check-ins"
    for value in range(1, 6):
        await ada.check_in(goal, value, dateKey=f"2026-03-0{1 + value % 2}")
        clock.at += timedelta(minutes=1)

    async def values(**params: Any) -> list[int]:
        return [each["value"] for each in await ada.get(path, **params)]

    assert await values() == [5, 3, 1, 4, 2]
    assert await values(sortOrder="asc") == [2, 4, 1, 3, 5]
    assert await values(sortBy="createdAt") == [5, 4, 3, 2, 1]
    assert await values(dateFrom="2026-03-02") == [5, 3, 1]
    assert await values(dateTo="2026-03-01") == [4, 2]
    assert await values(sourceType="manual", limit=2, page=2) == [1, 4]
    assert await values(sourceType="task") == []
