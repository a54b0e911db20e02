"""DOMAIN's worked numbers, from the first request to the last answer.

Rules in isolation are tested with the domain; here the whole way of a write is walked.
"""

from datetime import UTC, datetime
from decimal import Decimal

from tests.api.person import SAVING, WEIGHT, Person, shown

from waymark.clock import FrozenClock


async def test_weight(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT)
    await ada.check_in(goal, "90.5")
    told = await ada.check_in(goal, 91.0)
    assert shown(told["goal"], "currentValue", "progressPercent", "rawPercent", "checkInCount") == [
        91,
        Decimal("8.33"),
        Decimal("8.33"),
        2,
    ]
    assert await ada.now(goal) == told["goal"]


async def test_saving(ada: Person) -> None:
    goal = await ada.goal(**SAVING)
    for amount in (150, 0.1, "0.2"):
        await ada.check_in(goal, amount)
    assert shown(await ada.now(goal), "currentValue", "progressPercent") == [
        Decimal("150.3"),
        Decimal("15.03"),
    ]


async def test_saving_in_another_currency(ada: Person) -> None:
    goal = await ada.goal(**{**SAVING, "currency": "UZS", "targetValue": 1_200_000})
    told = await ada.check_in(goal, 500_000)
    assert told["goal"]["progressPercent"] == Decimal("41.67")


async def test_debt(ada: Person) -> None:
    goal = await ada.goal(**{**SAVING, "currency": "UZS", "initialValue": 5_000_000, "targetValue": 0})
    told = await ada.check_in(goal, 1_250_000)
    assert shown(told["goal"], "direction", "currentValue", "progressPercent") == ["decrease", 3_750_000, 25]


async def test_blank_milestones(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT, milestones=[{"title": f"step {step}"} for step in range(4)])
    assert [
        shown(each, "order", "fromPercent", "targetPercent", "targetValue") for each in goal["milestones"]
    ] == [
        [1, 0, 25, 89],
        [2, 25, 50, 86],
        [3, 50, 75, 83],
        [4, 75, 100, 80],
    ]


async def test_milestone_between_two_cents(ada: Person) -> None:
    goal = await ada.goal(
        **{**SAVING, "targetValue": 1200}, milestones=[{"title": "a third", "targetPercent": 33.33}]
    )
    assert goal["milestones"][0]["targetValue"] == Decimal("399.96")
    assert (await ada.check_in(goal, 399.95))["milestonesReached"] == []
    told = await ada.check_in(goal, 0.01)
    assert [each["id"] for each in told["milestonesReached"]] == [goal["milestones"][0]["id"]]
    assert told["milestonesReached"] == told["goal"]["milestones"]
    assert told["goal"]["milestones"][0]["completedAt"] == told["checkIn"]["createdAt"]


async def test_pace(ada: Person, clock: FrozenClock) -> None:
    clock.at = datetime(2026, 1, 6, 12, tzinfo=UTC)
    goal = await ada.goal(
        metricType="count", targetValue=100, startDate="2026-01-01", targetDate="2026-01-11"
    )
    for day in range(2, 6):
        await ada.check_in(goal, 8, dateKey=f"2026-01-0{day}")
    told = await ada.check_in(goal, 8)
    assert told["goal"]["pace"] == {
        "status": "behind",
        "requiredPerDay": 12,
        "actualPerDay": 8,
        "expectedValue": 50,
        "expectedPercent": 50,
        "daysLeft": 5,
        "safeDays": -1,
        "nextNeeded": {"amount": 10, "by": "2026-01-06"},
        "projectedDate": "2026-01-14",
        "projectedValue": 80,
        "confidence": 1,
    }


async def test_unmeasured(ada: Person) -> None:
    """The mean of the sources present; without tasks and habits those are the ticked milestones."""
    goal = await ada.goal(milestones=[{"title": f"step {step}"} for step in range(4)])
    assert goal["progressPercent"] == 0
    for milestone in goal["milestones"][:3]:
        await ada.data("PATCH", f"/goals/{goal['id']}/milestones/{milestone['id']}", {"completed": True})
    assert (await ada.now(goal))["progressPercent"] == 75
