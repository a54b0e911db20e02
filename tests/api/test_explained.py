"""What explains a goal: `progress`, `stats`, `series` and the summary of all (CONTRACT §3).

Charts are held against a computation of their own, with exact decimals and no totals.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from tests.api.person import COUNT, PACED, SAVING, WEIGHT, Person, fields_of, shown

from waymark.clock import FrozenClock

TICKS = [{"title": f"number {number}"} for number in range(3)]


@pytest.mark.parametrize(
    ("definition", "value", "ticked", "rule", "percent"),
    [
        (COUNT, 25, 0, "metric", "25"),
        (COUNT, 180, 0, "metric", "100"),
        (COUNT, -20, 0, "metric", "0"),
        ({}, None, 0, "mean", "0"),
        ({"milestones": TICKS}, None, 2, "mean", "66.67"),
        ({**COUNT, "milestones": TICKS, "progressWeights": {"metric": 1, "milestones": 2}}, 50, 1, "weighted",
         "38.89"),
        ({**COUNT, "milestones": TICKS, "progressWeights": {"metric": 1, "milestones": 1, "tasks": 5}}, 1, 1,
         "weighted", "17.17"),
        ({**COUNT, "targetValue": 3, "progressWeights": {"finance": 7}}, 1, 0, "weighted", "33.33"),
        ({**COUNT, "targetValue": 7, "milestones": TICKS,
          "progressWeights": {"metric": "0.1", "milestones": 3}}, 5, 2, "weighted", "66.82"),
    ],
)  # fmt: skip
async def test_points_add_up(
    ada: Person, definition: dict[str, Any], value: int | None, ticked: int, rule: str, percent: str
) -> None:
    goal = await ada.goal(**definition)
    path = f"/goals/{goal['id']}"
    if value is not None:
        await ada.check_in(goal, value)
    for milestone in goal["milestones"][:ticked]:
        await ada.data("PATCH", f"{path}/milestones/{milestone['id']}", {"completed": True})
    now, told = await ada.now(goal), await ada.get(f"{path}/progress")
    assert shown(told, "goalId", "asOf", "rule") == [goal["id"], "2026-03-02", rule]
    assert told["progressPercent"] == now["progressPercent"] == Decimal(percent)
    assert told["rawPercent"] == now["rawPercent"]
    assert sum(term["points"] for term in told["terms"]) == Decimal(percent)
    await ada.data("POST", f"{path}/complete")
    told = await ada.get(f"{path}/progress")
    assert shown(told, "progressPercent", "rule") == [100, "override"]
    assert sum(term["points"] for term in told["terms"]) == 100
    overrides = [term["points"] for term in told["terms"] if term["source"] == "override"]
    assert overrides == ([100 - Decimal(percent)] if percent != "100" else [])


async def test_a_term_names_its_facts(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT)
    facts = [(await ada.check_in(goal, value))["checkIn"] for value in (91, 89)]
    (term,) = (await ada.get(f"/goals/{goal['id']}/progress"))["terms"]
    assert shown(term, "source", "value", "target", "percent", "weight", "points", "count") == [
        "metric",
        89,
        80,
        25,
        1,
        25,
        2,
    ]
    assert term["latest"] == [
        {"id": fact["id"], "at": fact["createdAt"], "amount": fact["value"]} for fact in facts[::-1]
    ]


async def test_stats(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    stats = await ada.get(f"/goals/{goal['id']}/stats")
    assert stats == goal["stats"]
    assert stats == {
        "financialProgressPercent": None,
        "habitsProgressPercent": None,
        "tasksProgressPercent": None,
        "focusMinutesLast30": 0,
        "focusMinutesTotal": 0,
        "totalTasks": 0,
        "completedTasks": 0,
        "totalHabits": 0,
    }


async def test_buckets_without_facts_carry_the_state_on(ada: Person) -> None:
    goal = await ada.goal(**COUNT, startDate="2026-02-20", targetDate="2026-03-02")
    await ada.check_in(goal, 10, dateKey="2026-02-22")
    await ada.check_in(goal, 5, dateKey="2026-02-25")
    await ada.check_in(goal, -2, dateKey="2026-02-25")
    points = (await ada.get(f"/goals/{goal['id']}/series", bucket="day"))["points"]
    assert [(point["from"][8:], point["value"], point["added"]) for point in points] == [
        ("20", 0, 0),
        ("21", 0, 0),
        ("22", 10, 10),
        ("23", 10, 0),
        ("24", 10, 0),
        ("25", 13, 3),
        ("26", 13, 0),
        ("27", 13, 0),
        ("28", 13, 0),
        ("01", 13, 0),
        ("02", 13, 0),
    ]
    assert all(point["from"] == point["to"] for point in points)
    assert [point["expected"] for point in points] == list(range(0, 101, 10))
    assert {point["target"] for point in points} == {100}
    assert points[2]["bySource"] == {"manual": 10}


async def test_weeks_start_on_monday(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    params = {"bucket": "week", "from": "2026-02-25", "to": "2026-03-10"}
    points = (await ada.get(f"/goals/{goal['id']}/series", **params))["points"]
    assert [shown(point, "from", "to") for point in points] == [
        ["2026-02-25", "2026-03-01"],
        ["2026-03-02", "2026-03-08"],
        ["2026-03-09", "2026-03-10"],
    ]


@pytest.mark.parametrize("definition", [SAVING, WEIGHT, {**COUNT, "direction": "neutral"}])
async def test_months_against_a_computation_of_their_own(ada: Person, definition: dict[str, Any]) -> None:
    random = Random(2_808)
    goal = await ada.goal(**definition, startDate="2025-06-15")
    facts: list[tuple[date, Decimal]] = []
    places = 0 if definition["metricType"] == "count" else 2
    for _ in range(40):
        day = date(2025, 6, 15) + timedelta(days=random.randrange(260))
        value = Decimal(random.randrange(1, 9_999)).scaleb(-places)
        await ada.check_in(goal, str(value), dateKey=day.isoformat())
        facts.append((day, value))
    facts.sort(key=lambda fact: fact[0])
    series = await ada.get(f"/goals/{goal['id']}/series")
    expected, month = [], date(2025, 6, 1)
    before = value = Decimal(goal["initialValue"])
    while month <= date(2026, 3, 2):
        end = month.replace(day=monthrange(month.year, month.month)[1])
        within = [amount for day, amount in facts if month <= day <= end]
        if within:
            value = within[-1] if definition is WEIGHT else before + sum(within)
        expected.append(
            [
                max(month, date(2025, 6, 15)).isoformat(),
                min(end, date(2026, 3, 2)).isoformat(),
                value,
                value - before,
                {"manual": value - before},
            ]
        )
        before, month = value, end + timedelta(days=1)
    assert [
        shown(point, "from", "to", "value", "added", "bySource") for point in series["points"]
    ] == expected
    assert (await ada.now(goal))["currentValue"] == value


async def test_a_part_of_the_history(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 10, dateKey="2025-12-24")
    await ada.check_in(goal, 5, dateKey="2026-02-10")
    path = f"/goals/{goal['id']}/series"
    points = (await ada.get(path, **{"from": "2026-01-10", "to": "2026-02-09"}))["points"]
    assert [shown(point, "from", "to", "value", "added") for point in points] == [
        ["2026-01-10", "2026-01-31", 10, 0],
        ["2026-02-01", "2026-02-09", 10, 0],
    ]
    points = (await ada.get(path, **{"from": "2020-01-01", "to": "2020-01-31"}))["points"]
    assert [point["value"] for point in points] == [0]


async def test_bounds_of_a_series(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}/series"
    first = date(2026, 3, 2) - timedelta(days=3_660)
    params = {"from": first.isoformat(), "to": "2026-03-02"}
    assert (await ada.get(path, **params))["points"][-1]["to"] == "2026-03-02"
    too_early = {**params, "from": (first - timedelta(days=1)).isoformat()}
    assert fields_of(await ada("GET", path, params=too_early)) & {"from", "to"}
    for wrong, field in (
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2026-02-29"}, "from"),
        ({"to": "1899-12-31"}, "to"),
        ({"bucket": "year"}, "bucket"),
        ({"tz": "UTC"}, "tz"),
    ):
        assert fields_of(await ada("GET", path, params=wrong)) == {field}


async def test_marks_and_projection(ada: Person) -> None:
    goal = await ada.goal(**PACED, milestones=[{"title": "half", "targetPercent": 50}])
    told = await ada.check_in(goal, 50)
    series = await ada.get(f"/goals/{goal['id']}/series")
    assert shown(series, "goalId", "bucket") == [goal["id"], "month"]
    assert series["milestones"] == [
        {"id": goal["milestones"][0]["id"], "targetValue": 50, "completedAt": told["checkIn"]["createdAt"]}
    ]
    assert series["targetChanges"] == [{"from": "2026-03-02", "targetValue": 100, "targetDate": "2026-03-21"}]
    pace = told["goal"]["pace"]
    assert series["projection"] == [
        {"date": pace["projectedDate"], "value": 100},
        {"date": "2026-03-21", "value": pace["projectedValue"]},
    ]


async def test_a_goal_without_a_metric_has_a_chart_without_points(ada: Person) -> None:
    goal = await ada.goal()
    await ada.check_in(goal, note="began")
    series = await ada.get(f"/goals/{goal['id']}/series")
    assert shown(series, "points", "targetChanges", "milestones") == [[], [], []]


async def test_summary(ada: Person, eve: Person, clock: FrozenClock) -> None:
    empty = await ada.get("/goals/summary")
    assert shown(empty, "byPace", "meanProgressPercent", "attention", "deadlines") == [{}, None, [], []]
    await eve.goal()
    late = await ada.goal("late", **PACED)
    await ada.check_in(late, 1)
    soon = await ada.goal("soon", **COUNT, targetDate="2026-04-01")
    await ada.check_in(soon, 50, dateKey="2026-03-03")
    for step in ("pause", "complete", "archive"):
        goal = await ada.goal(step, **COUNT, targetDate="2026-05-01")
        await ada.data("POST", f"/goals/{goal['id']}/{step}")
    await ada.data("DELETE", f"/goals/{(await ada.goal('gone'))['id']}")
    clock.at = datetime(2026, 3, 11, tzinfo=UTC)
    summary = await ada.get("/goals/summary")
    behind, ahead = (await ada.now(late))["pace"], (await ada.now(soon))["pace"]
    assert summary["counts"] == {"active": 2, "paused": 1, "completed": 1, "archived": 1}
    assert summary["byPace"] == {"ahead": 1, "behind": 1}
    assert [behind["status"], ahead["status"]] == ["behind", "ahead"]
    assert summary["meanProgressPercent"] == Decimal("25.5")
    assert summary["attention"] == [
        {
            "goalId": late["id"],
            "title": "late",
            "paceStatus": "behind",
            "safeDays": behind["safeDays"],
            "nextNeeded": behind["nextNeeded"],
        }
    ]
    assert [shown(each, "title", "targetDate", "daysLeft") for each in summary["deadlines"]] == [
        ["late", "2026-03-21", 10],
        ["soon", "2026-04-01", 21],
    ]
