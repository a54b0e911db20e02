"""Mending and undoing check-ins: the goal stands as though the fact had always been so, or never.

The history that a goal has had is compared with the one it would have had.
"""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.api.person import COUNT, PACED, WEIGHT, Person, code_of, data_of, fields_of, shown

from waymark.clock import FrozenClock

MARKS = [{"title": "half", "targetPercent": 50}, {"title": "all", "targetPercent": 100}]


def standing(goal: dict[str, Any]) -> dict[str, Any]:
    """A goal without what tells that it was written again."""
    milestones = [without(each, "version", "updatedAt") for each in goal["milestones"]]
    return {**without(goal, "version", "updatedAt"), "milestones": milestones}


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


def path_of(fact: dict[str, Any]) -> str:
    return f"/goals/{fact['goalId']}/check-ins/{fact['id']}"


async def undone(ada: Person, fact: dict[str, Any]) -> dict[str, Any]:
    gone: dict[str, Any] = await ada.data("DELETE", path_of(fact))
    return gone


async def test_answer(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    fact = (await ada.check_in(goal, 5))["checkIn"]
    gone = await undone(ada, fact)
    assert without(gone, "showStatus", "deletedAt", "version", "updatedAt") == without(
        fact, "showStatus", "deletedAt", "version", "updatedAt"
    )
    assert gone["showStatus"] == "deleted"
    assert gone["deletedAt"] is not None
    assert await ada.get(f"/goals/{goal['id']}/check-ins") == []
    assert await ada.get(f"/goals/{goal['id']}/check-ins", showStatus="deleted") == [gone]
    for method in ("GET", "DELETE"):
        assert code_of(await ada(method, path_of(fact))) == (404, "RESOURCE_NOT_FOUND")


DOWN = {"direction": "decrease", "metricType": "custom", "unit": "km", "initialValue": 90, "targetValue": 0}


@pytest.mark.parametrize("definition", [WEIGHT, PACED, DOWN])
async def test_undo_is_as_if_it_had_never_been(ada: Person, definition: dict[str, Any]) -> None:
    goal = await ada.goal(**definition, milestones=MARKS)
    before = [standing(goal)]
    facts = []
    for value, day in ((40, "2026-03-02"), (7, "2026-02-27"), (45, "2026-02-28"), (80, "2026-03-02")):
        told = await ada.check_in(goal, value, dateKey=day)
        facts.append(told["checkIn"])
        before.append(standing(told["goal"]))
    for fact in reversed(facts):
        assert standing(await ada.now(goal)) == before.pop()
        await undone(ada, fact)
    assert standing(await ada.now(goal)) == before.pop()


async def test_undo_in_any_order(ada: Person) -> None:
    """After each undo the goal equals one that only ever had the facts that are left."""
    for order in permutations(range(3)):
        await undone_in(ada, order)


async def undone_in(ada: Person, order: tuple[int, ...]) -> None:
    goal = await ada.goal(**PACED, milestones=MARKS)
    facts = [(await ada.check_in(goal, value))["checkIn"] for value in (30, 40, 50)]
    for done, index in enumerate(order, start=1):
        await undone(ada, facts[index])
        left = [facts[i] for i in sorted(set(range(3)) - set(order[:done]))]
        now = await ada.now(goal)
        total = sum(fact["value"] for fact in left)
        assert shown(now, "currentValue", "checkInCount", "progressPercent") == [
            total,
            len(left),
            min(total, 100),
        ]
        assert now["lastCheckInAt"] == (left[-1]["createdAt"] if left else None)
        reached = []
        for needs in (50, 100):
            sums = [sum(each["value"] for each in left[: n + 1]) for n in range(len(left))]
            reached.append(next((left[n]["createdAt"] for n, v in enumerate(sums) if v >= needs), None))
        assert [each["completedAt"] for each in now["milestones"]] == reached


async def test_a_dip_keeps_a_milestone_and_undo_takes_it_back(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT, milestones=MARKS)
    told = await ada.check_in(goal, 86)
    assert [each["title"] for each in told["milestonesReached"]] == ["half"]
    dip = await ada.check_in(goal, 95)
    assert dip["goal"]["progressPercent"] == 0
    assert dip["goal"]["milestones"][0] == told["goal"]["milestones"][0]
    again = await ada.check_in(goal, 85)
    assert again["milestonesReached"] == []
    await undone(ada, told["checkIn"])
    half = (await ada.now(goal))["milestones"][0]
    assert half["completedAt"] == again["checkIn"]["createdAt"]
    await undone(ada, again["checkIn"])
    assert (await ada.now(goal))["milestones"][0]["completedAt"] is None


async def test_a_measurement_between_increments(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    for value in (5, 6):
        await ada.check_in(goal, value)
    counted = await ada.check_in(goal, 50, mode="measure")
    await ada.check_in(goal, 7)
    assert (await ada.now(goal))["currentValue"] == 57
    await undone(ada, counted["checkIn"])
    assert (await ada.now(goal))["currentValue"] == 18


async def test_the_first_measurement_of_a_goal_without_a_beginning(ada: Person) -> None:
    goal = await ada.goal(metricType="weight", unit="kg", targetValue=80, direction="decrease")
    first = await ada.check_in(goal, 100)
    await ada.check_in(goal, 90)
    assert (await ada.now(goal))["progressPercent"] == 50
    await undone(ada, first["checkIn"])
    assert shown(await ada.now(goal), "initialValue", "currentValue", "progressPercent") == [90, 90, 0]


async def test_mending(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT, milestones=MARKS)
    first = (await ada.check_in(goal, 60, note="typo"))["checkIn"]
    clock.at += timedelta(minutes=1)
    mended = await ada.data("PATCH", path_of(first), {"value": 6})
    moved = {name for name in first if first[name] != mended[name]}
    assert moved == {"value", "version", "updatedAt"}
    assert data_of(await ada("GET", path_of(first))) == mended
    now = await ada.now(goal)
    assert shown(now, "currentValue", "lastCheckInAt") == [6, first["createdAt"]]
    assert now["milestones"][0]["completedAt"] is None
    back = await ada.data("PATCH", path_of(first), {"value": "60", "note": None})
    assert shown(back, "value", "note") == [60, None]
    assert (await ada.now(goal))["milestones"][0]["completedAt"] == first["createdAt"]


async def test_mending_moves_a_fact_to_another_day(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT)
    first = (await ada.check_in(goal, 90))["checkIn"]
    await ada.check_in(goal, 91)
    assert (await ada.now(goal))["currentValue"] == 91
    await ada.data("PATCH", path_of(first), {"dateKey": "2026-03-03"})
    assert (await ada.now(goal))["currentValue"] == 90
    await ada.data("PATCH", path_of(first), {"dateKey": "2026-02-03"})
    assert (await ada.now(goal))["currentValue"] == 91
    points = (await ada.get(f"/goals/{goal['id']}/series", bucket="day"))["points"]
    assert shown(points[0], "from", "value") == ["2026-02-03", 90]


async def test_mending_unit_mode_and_link(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT)
    fact = (await ada.check_in(goal, 198))["checkIn"]
    mended = await ada.data("PATCH", path_of(fact), {"unit": "lb"})
    assert mended["unit"] == "lb"
    assert str((await ada.now(goal))["currentValue"]) == "89.811289"
    link = {"type": "url", "url": "https://example.org/scale"}
    assert (await ada.data("PATCH", path_of(fact), {"link": link, "unit": "kg"}))["link"] == link
    mended = await ada.data("PATCH", path_of(fact), {"link": None, "mode": "increment", "value": 2})
    assert shown(mended, "link", "mode") == [None, "increment"]
    assert (await ada.now(goal))["currentValue"] == 90  # a decrease goal's increments subtract


async def test_mending_nothing(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    told = await ada.check_in(goal, 5, note="five")
    assert await ada.data("PATCH", path_of(told["checkIn"]), {}) == told["checkIn"]
    assert await ada.data("PATCH", path_of(told["checkIn"]), {"value": 5}) == told["checkIn"]
    assert await ada.now(goal) == told["goal"]


async def test_refused_mends(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    told = await ada.check_in(goal, 5)
    for body, fields in (
        ({"value": None}, {"value"}),
        ({"value": 1.5, "dateKey": "2026-03-04"}, {"value", "dateKey"}),
        ({"dateKey": None}, {"dateKey"}),
        ({"unit": "kg"}, {"unit"}),
        ({"link": {"type": "url"}}, {"link.url"}),
        ({"sourceType": "task", "createdAt": "2026-03-01T00:00:00Z"}, {"sourceType", "createdAt"}),
        ({"id": told["checkIn"]["id"]}, {"id"}),
    ):
        assert fields_of(await ada("PATCH", path_of(told["checkIn"]), body)) == fields
    assert await ada.now(goal) == told["goal"]


async def test_facts_of_a_completed_goal_can_be_mended(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    fact = (await ada.check_in(goal, 5))["checkIn"]
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    await ada.data("PATCH", path_of(fact), {"value": 50})
    now = await ada.now(goal)
    assert shown(now, "status", "currentValue", "progressPercent", "rawPercent") == ["completed", 50, 100, 50]


async def test_auto_complete(ada: Person) -> None:
    goal = await ada.goal(**COUNT, autoComplete=True)
    await ada.check_in(goal, 99)
    last = await ada.check_in(goal, 1)
    assert shown(last["goal"], "status", "completedDate", "progressPercent") == [
        "completed",
        "2026-03-02",
        100,
    ]
    await undone(ada, last["checkIn"])
    assert shown(await ada.now(goal), "status", "completedDate", "progressPercent") == ["active", None, 99]


async def test_auto_complete_stays_while_another_fact_had_reached_it(ada: Person) -> None:
    goal = await ada.goal(**COUNT, autoComplete=True)
    small = await ada.check_in(goal, 1)
    assert (await ada.check_in(goal, 100))["goal"]["status"] == "completed"
    await undone(ada, small["checkIn"])
    assert (await ada.now(goal))["status"] == "completed"


async def test_completed_by_hand_stays_completed(ada: Person) -> None:
    goal = await ada.goal(**COUNT, autoComplete=True)
    fact = (await ada.check_in(goal, 50))["checkIn"]
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    await undone(ada, fact)
    assert shown(await ada.now(goal), "status", "progressPercent") == ["completed", 100]
