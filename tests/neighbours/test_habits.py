"""Habits, their days, and what they move in goals: rates by worked numbers, and the ledger by day.

What a day is worth is the domain's and has tables of its own.
"""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.api.person import COUNT, Person, code_of, fields_of, parsed, shown

from waymark.clock import FrozenClock

NUMERIC = {"completionMode": "numeric", "targetPerDay": 10, "unit": "pages"}


async def habit(ada: Person, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = await ada.data("POST", "/habits", {"title": "Read", **fields})
    return made


async def say(ada: Person, habit: dict[str, Any], status: str = "done", **fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = await ada.data(
        "POST", f"/habits/{habit['id']}/complete", {"status": status, **fields}
    )
    return told


async def rate_of(ada: Person, goal: dict[str, Any]) -> Any:
    return (await ada.now(goal))["stats"]["habitsProgressPercent"]


async def test_a_habit_shows_its_days_and_its_goals(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal("Well read")
    made = await habit(ada, goalId=goal["id"])
    assert shown(made, "goalId", "linkedGoalIds", "streakCurrent", "streakBest", "completionRate30d") == [
        goal["id"],
        [goal["id"]],
        0,
        0,
        None,
    ]
    assert made["goals"] == [{"id": goal["id"], "title": "Well read", "progressPercent": 0}]
    for status in ("done", "done", "miss", "done"):
        told = await say(ada, made, status)
        assert shown(told["completion"], "dateKey", "status") == [clock.at.date().isoformat(), status]
        clock.at += timedelta(days=1)
    now = await ada.get(f"/habits/{made['id']}")
    assert shown(now, "streakCurrent", "streakBest", "completionRate30d") == [1, 2, 75]
    assert now["goals"][0]["progressPercent"] == 75  # settled for today, though nobody read the goal
    assert await rate_of(ada, goal) == 75
    stats = await ada.get(f"/habits/{made['id']}/stats")
    assert stats == {
        "streakCurrent": 1,
        "streakBest": 2,
        "completionRate30d": 75,
        "scheduled30": 4,
        "done30": 3,
        "skipped30": 0,
        "total": 3,
    }


async def test_history_is_one_row_a_day(ada: Person) -> None:
    made = await habit(ada, **NUMERIC)
    for day, value in (("2026-02-27", 5), ("2026-03-01", 12), ("2026-02-28", 10)):
        await say(ada, made, value=value, dateKey=day)
    first = (await say(ada, made, value=3, dateKey="2026-02-27"))["completion"]
    await say(ada, made, "skip", dateKey="2026-02-27", id=made["id"])  # another device: the first id is kept
    path = f"/habits/{made['id']}/history"
    days = await ada.get(path)
    assert [(each["dateKey"], each["status"], each["value"]) for each in days] == [
        ("2026-03-01", "done", 12),
        ("2026-02-28", "done", 10),
        ("2026-02-27", "skip", None),
    ]
    assert days[-1]["id"] == first["id"]
    assert [each["dateKey"] for each in await ada.get(path, dateFrom="2026-02-28", dateTo="2026-02-28")] == [
        "2026-02-28"
    ]
    page = await ada("GET", path, params={"limit": 2})
    rest = await ada.get(path, cursor=parsed(page)["meta"]["nextCursor"], limit=2)
    assert [each["dateKey"] for each in rest] == ["2026-02-27"]
    gone = await ada.data("DELETE", f"{path}/{days[0]['id']}")
    assert gone["showStatus"] == "deleted"
    assert code_of(await ada("DELETE", f"{path}/{days[0]['id']}")) == (404, "RESOURCE_NOT_FOUND")
    assert (await ada.get(f"/habits/{made['id']}"))["streakBest"] == 1
    again = await say(ada, made, dateKey="2026-03-01")
    assert again["completion"]["id"] == days[0]["id"]
    assert again["streakBest"] == 2


async def test_the_rate_of_goals(ada: Person, clock: FrozenClock) -> None:
    """Four habits: their mean; a skipped day is on neither side, a paused habit leaves the mean."""
    goal = await ada.goal()
    done, half, quitting = [
        await habit(ada, linkedGoalIds=[goal["id"]], countingType=kind)
        for kind in ("create", "create", "quit")
    ]
    weekly = await habit(ada, goalId=goal["id"], frequency="weekly", timesPerWeek=7)
    clock.at += timedelta(days=1)
    for each, statuses in ((done, ("done", "skip")), (half, ("done", "miss")), (weekly, ("done", "done"))):
        for status, day in zip(statuses, ("2026-03-02", "2026-03-03"), strict=True):
            await say(ada, each, status, dateKey=day)
    await say(ada, quitting, "miss")
    # 100, 50, 50 (2 March unsaid is kept), 100
    assert await rate_of(ada, goal) == 75
    await ada.data("PATCH", f"/habits/{half['id']}", {"status": "paused"})
    assert str(await rate_of(ada, goal)) == "83.33"
    await ada.data("PATCH", f"/habits/{half['id']}", {"status": "active"})
    await ada.data("DELETE", f"/habits/{quitting['id']}")
    assert str(await rate_of(ada, goal)) == "83.33"
    now = await ada.now(goal)
    assert shown(now, "progressPercent", "linkedHabitIds") == [
        now["stats"]["habitsProgressPercent"],
        [done["id"], half["id"], weekly["id"]],
    ]
    progress = await ada.get(f"/goals/{goal['id']}/progress")
    assert [(term["source"], term["percent"], term["points"]) for term in progress["terms"]] == [
        ("habits", now["progressPercent"], now["progressPercent"])
    ]


async def test_the_window_moves_with_the_day(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal()
    made = await habit(ada, goalId=goal["id"])
    await say(ada, made)
    tag = (await ada("GET", f"/habits/{made['id']}")).headers["ETag"]
    clock.at += timedelta(days=2)
    assert (await ada("GET", f"/habits/{made['id']}", If_None_Match=tag)).status_code == 200
    assert await rate_of(ada, goal) == 50  # yesterday was missed, today may still be done
    assert [each["progressPercent"] for each in await ada.get("/goals")] == [50]
    clock.at += timedelta(days=28)
    assert await rate_of(ada, goal) == 0


async def test_what_a_numeric_habit_gives(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    made = await habit(ada, **NUMERIC)
    await say(ada, made, value=5, dateKey="2026-02-28")
    await say(ada, made, dateKey="2026-03-01")  # done without a value: the target
    await say(ada, made, "miss", value=4, dateKey="2026-02-27")
    linked = await ada.data("PUT", f"/goals/{goal['id']}/habits/{made['id']}", {"contribution": 2})
    assert shown(linked, "goalId", "habitId", "contribution") == [goal["id"], made["id"], 2]
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [30, 2]
    assert await rate_of(ada, goal) is None  # it is in the ledger, not in the mean
    facts = await ada.get(f"/goals/{goal['id']}/check-ins")
    assert [shown(each, "dateKey", "value", "sourceType", "sourceId", "mode") for each in facts] == [
        ["2026-03-01", 20, "habit", made["id"], "increment"],
        ["2026-02-28", 10, "habit", made["id"], "increment"],
    ]
    assert code_of(await ada("DELETE", f"/goals/{goal['id']}/check-ins/{facts[0]['id']}")) == (
        409,
        "CONFLICT",
    )
    await ada.data("PATCH", f"/habits/{made['id']}", {"targetPerDay": 20})
    assert (await ada.now(goal))["currentValue"] == 50
    assert (await ada.now(goal))["milestones"][0]["completedAt"] is not None
    await say(ada, made, value=11, dateKey="2026-03-01")
    assert (await ada.now(goal))["currentValue"] == 32
    assert (await ada.now(goal))["milestones"][0]["completedAt"] is None
    await say(ada, made, "skip", dateKey="2026-02-28")
    assert (await ada.now(goal))["currentValue"] == 22
    await ada.data("PUT", f"/goals/{goal['id']}/habits/{made['id']}", {"contribution": 3})
    assert (await ada.now(goal))["currentValue"] == 33
    # Without the contribution its rate of 30 days counts; it was created today, and nothing is said of today.
    await ada.data("PUT", f"/goals/{goal['id']}/habits/{made['id']}")
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [0, 0]


async def test_undo_in_any_order(ada: Person) -> None:
    for order in permutations(range(3)):
        goal = await ada.goal(**COUNT, linkedHabitIds=[])
        made = await habit(ada, **NUMERIC)
        await ada.data("PUT", f"/goals/{goal['id']}/habits/{made['id']}", {"contribution": 1})
        days = [
            (await say(ada, made, value=value, dateKey=day))["completion"]
            for value, day in ((7, "2026-03-01"), (11, "2026-03-02"), (13, "2026-02-27"))
        ]
        left = 31
        for index in order:
            await ada.data("DELETE", f"/habits/{made['id']}/history/{days[index]['id']}")
            left -= days[index]["value"]
            assert (await ada.now(goal))["currentValue"] == left
        assert shown(await ada.now(goal), "checkInCount", "lastCheckInAt") == [0, None]


async def test_linked_goals_are_a_set(ada: Person) -> None:
    one, two, three = [await ada.goal(title) for title in ("one", "two", "three")]
    made = await habit(ada, goalId=one["id"], linkedGoalIds=[two["id"], one["id"]])
    assert set(made["linkedGoalIds"]) == {one["id"], two["id"]}
    path = f"/habits/{made['id']}"
    moved = await ada.data("PATCH", path, {"goalId": three["id"]})
    assert set(moved["linkedGoalIds"]) == {two["id"], three["id"]}
    assert (await ada.now(one))["linkedHabitIds"] == []
    moved = await ada.data("PATCH", path, {"linkedGoalIds": [one["id"]]})
    assert shown(moved, "goalId", "linkedGoalIds") == [None, [one["id"]]]
    assert [(await ada.now(each))["linkedHabitIds"] for each in (one, two, three)] == [[made["id"]], [], []]
    assert (await ada.data("PATCH", path, {"linkedGoalIds": [one["id"]]}))["version"] == moved["version"]
    assert (await ada.data("PATCH", path, {"linkedGoalIds": None}))["linkedGoalIds"] == []


async def test_deleting_and_restoring(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    made = await habit(ada, **NUMERIC, goalId=goal["id"])
    await ada.data("PUT", f"/goals/{goal['id']}/habits/{made['id']}", {"contribution": 1})
    await say(ada, made, value=9)
    gone = await ada.data("DELETE", f"/habits/{made['id']}")
    assert shown(gone, "showStatus", "goalId", "linkedGoalIds") == ["deleted", None, []]
    assert shown(await ada.now(goal), "currentValue", "linkedHabitIds") == [0, []]
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "Write"}),
        ("POST", "/complete", {"status": "done"}),
        ("GET", "/history", None),
        ("GET", "/stats", None),
    ):
        assert code_of(await ada(method, f"/habits/{made['id']}{path}", body)) == (404, "RESOURCE_NOT_FOUND")
    back = await ada.data("POST", f"/habits/{made['id']}/restore")
    assert shown(back, "showStatus", "linkedGoalIds", "streakCurrent") == ["active", [], 0]
    assert code_of(await ada("POST", f"/habits/{made['id']}/restore")) == (409, "INVALID_STATE")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"frequency": "daily", "daysOfWeek": [1]}, {"daysOfWeek"}),
        ({"frequency": "custom"}, {"daysOfWeek"}),
        ({"frequency": "custom", "daysOfWeek": [7]}, {"daysOfWeek[0]"}),
        ({"frequency": "weekly", "timesPerWeek": 8}, {"timesPerWeek"}),
        ({"targetPerDay": 3}, {"targetPerDay"}),
        ({"completionMode": "numeric", "targetPerDay": 0}, {"targetPerDay"}),
        ({"streakCurrent": 3, "createdOn": "2026-01-01"}, {"streakCurrent", "createdOn"}),
    ],
)
async def test_refused_habits(ada: Person, body: dict[str, Any], fields: set[str]) -> None:
    assert fields_of(await ada("POST", "/habits", {"title": "Read", **body})) == fields
    assert await ada.get("/habits") == []


async def test_refused_days_and_links(ada: Person, eve: Person) -> None:
    yes_or_no, counted = await habit(ada), await habit(ada, completionMode="numeric")
    goal, foreign = await ada.goal(**COUNT), await eve.goal()
    for made, said, fields in (
        (yes_or_no, {}, {"status"}),
        (yes_or_no, {"status": "done", "value": 1}, {"value"}),
        (yes_or_no, {"status": "done", "dateKey": "2026-03-04"}, {"dateKey"}),
        (counted, {"status": "done"}, {"value"}),
        (counted, {"status": "done", "value": -1}, {"value"}),
    ):
        assert fields_of(await ada("POST", f"/habits/{made['id']}/complete", said)) == fields
    naming: list[tuple[dict[str, Any], str]] = [
        ({"goalId": foreign["id"]}, "goalId"),
        ({"linkedGoalIds": [goal["id"], foreign["id"]]}, "linkedGoalIds[1]"),
    ]
    for body, field in naming:
        for answer in (
            await ada("POST", "/habits", {"title": "Read", **body}),
            await ada("PATCH", f"/habits/{counted['id']}", body),
        ):
            assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
            assert [each["field"] for each in parsed(answer)["error"]["details"]] == [field]
    assert (await ada.now(goal))["linkedHabitIds"] == []
    link = f"/goals/{goal['id']}/habits"
    assert fields_of(await ada("PUT", f"{link}/{yes_or_no['id']}", {"contribution": 1})) == {"contribution"}
    assert fields_of(await ada("PUT", f"{link}/{counted['id']}", {"contribution": 0.5})) == {"contribution"}
    await ada.data("PUT", f"{link}/{counted['id']}", {"contribution": 10**9})
    big: dict[str, Any] = {"status": "done", "value": 10**9}
    assert fields_of(await ada("POST", f"/habits/{counted['id']}/complete", big)) == {"value"}
    assert await ada.get(f"/habits/{counted['id']}/history") == []
    patch = {"completionMode": "boolean"}
    assert fields_of(await ada("PATCH", f"/habits/{counted['id']}", patch)) == {"completionMode"}
    assert code_of(await eve("POST", f"/habits/{counted['id']}/complete", big)) == (404, "RESOURCE_NOT_FOUND")


async def test_retries_conditions_and_dry_runs(ada: Person) -> None:
    goal = await ada.goal()
    made = await habit(ada, goalId=goal["id"])
    path, body = f"/habits/{made['id']}/complete", {"status": "done"}
    tag = (await ada("GET", f"/habits/{made['id']}")).headers["ETag"]
    await ada.data("POST", path, body, params={"dryRun": "true"})
    assert (await ada.get(f"/habits/{made['id']}/history"), await rate_of(ada, goal)) == ([], None)
    first = await ada("POST", path, body, Idempotency_Key="k", If_Match=tag)
    assert (await ada("POST", path, body, Idempotency_Key="k", If_Match=tag)).content == first.content
    assert code_of(await ada("POST", path, body, If_Match=tag)) == (412, "PRECONDITION_FAILED")
    assert len(await ada.get(f"/habits/{made['id']}/history")) == 1


async def test_a_goals_habits_are_found_by_either_end(ada: Person) -> None:
    one, two = await ada.goal("One"), await ada.goal("Two")
    made = await ada.data("POST", "/habits", {"title": "Read", "goalId": one["id"]})
    await ada.data("PUT", f"/goals/{two['id']}/habits/{made['id']}")
    await ada.data("POST", "/habits", {"title": "Run"})
    for goal in (one, two):
        assert [each["id"] for each in await ada.get("/habits", goalId=goal["id"])] == [made["id"]]
    await ada.data("DELETE", f"/goals/{two['id']}/habits/{made['id']}")
    assert await ada.get("/habits", goalId=two["id"]) == []
