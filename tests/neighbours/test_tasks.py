"""Tasks: their states, and the ratio that goals see of them, by DOMAIN's worked number.

Links and contributions are tested with links.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from tests.api.person import Person, code_of, fields_of, parsed, shown

from waymark.clock import FrozenClock


async def task(ada: Person, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = await ada.data("POST", "/tasks", {"title": "Book the flight", **fields})
    return made


async def test_three_of_four_and_a_habit_at_80(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal()
    tasks = [await task(ada, goalId=goal["id"]) for _ in range(4)]
    habit = await ada.data("POST", "/habits", {"title": "Read", "goalId": goal["id"]})
    for each in tasks[:3]:
        await ada.data("POST", f"/tasks/{each['id']}/complete")
    for status in ("done", "done", "miss", "done", "done"):
        await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": status})
        clock.at += timedelta(days=1)
    now = await ada.now(goal)
    assert shown(now["stats"], "tasksProgressPercent", "habitsProgressPercent") == [75, 80]
    assert str(now["progressPercent"]) == "77.5"
    explained = await ada.get(f"/goals/{goal['id']}/progress")
    assert [(term["source"], term["points"]) for term in explained["terms"]] == [
        ("tasks", Decimal("37.5")),
        ("habits", 40),
    ]


async def test_states(ada: Person) -> None:
    goal = await ada.goal()
    one, two, three = [await task(ada, goalId=goal["id"]) for _ in range(3)]
    done = await ada.data("POST", f"/tasks/{one['id']}/complete")
    assert shown(done, "status", "completedAt") == ["completed", "2026-03-02T12:00:00Z"]
    assert done["goals"] == [{"id": goal["id"], "title": "A goal", "progressPercent": Decimal("33.33")}]
    assert (await ada.data("POST", f"/tasks/{one['id']}/complete"))["version"] == done["version"]
    await ada.data("PATCH", f"/tasks/{two['id']}", {"status": "in_progress"})
    assert (await ada.now(goal))["progressPercent"] == 50
    await ada.data("PATCH", f"/tasks/{three['id']}", {"status": "canceled"})
    now = await ada.now(goal)
    assert (now["progressPercent"], now["stats"]["totalTasks"]) == (75, 2)
    reopened = await ada.data("POST", f"/tasks/{three['id']}/reopen")
    assert shown(reopened, "status", "completedAt") == ["inbox", None]
    refused = await ada("POST", f"/tasks/{three['id']}/reopen")
    assert code_of(refused) == (409, "INVALID_STATE")
    assert parsed(refused)["error"]["context"] == {"allowed": ["complete"]}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_undo_in_any_order(ada: Person, order: tuple[int, ...]) -> None:
    """Completing, starting and linking are each taken back, whatever came first."""
    goal = await ada.goal(milestones=[{"title": "half", "targetPercent": 50}])
    before = await ada.now(goal)
    one, two = await task(ada, goalId=goal["id"]), await task(ada, goalId=goal["id"])
    await ada.data("POST", f"/tasks/{one['id']}/complete")
    await ada.data("PATCH", f"/tasks/{two['id']}", {"status": "in_progress"})
    assert (await ada.now(goal))["progressPercent"] == 75
    undo = (
        ("POST", f"/tasks/{one['id']}/reopen", None),
        ("PATCH", f"/tasks/{two['id']}", {"status": "inbox", "goalId": None}),
        ("DELETE", f"/goals/{goal['id']}/tasks/{one['id']}", None),
    )
    for index in order:
        await ada.data(*undo[index])
    now = await ada.now(goal)
    moving = ("version", "updatedAt")
    assert {**now, **dict.fromkeys(moving), "milestones": []} == {
        **before,
        **dict.fromkeys(moving),
        "milestones": [],
    }


async def test_refused_tasks(ada: Person, eve: Person) -> None:
    hers, her_habit = await task(eve), await eve.data("POST", "/habits", {"title": "Hers"})
    parent = await task(ada)
    child = await task(ada, parentTaskId=parent["id"])
    for body, field in (
        ({"parentTaskId": hers["id"]}, "parentTaskId"),
        ({"habitId": her_habit["id"]}, "habitId"),
        ({"goalId": hers["id"]}, "goalId"),
    ):
        for answer in (
            await ada("POST", "/tasks", {"title": "x", **body}),
            await ada("PATCH", f"/tasks/{parent['id']}", body),
        ):
            assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
            assert [each["field"] for each in parsed(answer)["error"]["details"]] == [field]
    for cycle in (parent, child):
        body = {"parentTaskId": cycle["id"]}
        assert fields_of(await ada("PATCH", f"/tasks/{parent['id']}", body)) == {"parentTaskId"}
    dates = {"startDate": "2026-03-05", "dueDate": "2026-03-04"}
    assert fields_of(await ada("POST", "/tasks", {"title": "x", **dates})) == {"dueDate"}
    assert fields_of(await ada("PATCH", f"/tasks/{parent['id']}", {"focusTotalMinutes": 5})) == {
        "focusTotalMinutes"
    }
    await ada.data("DELETE", f"/tasks/{parent['id']}")
    # What it referred to is gone; that keeps nobody from changing the rest.
    assert (await ada.data("PATCH", f"/tasks/{child['id']}", {"title": "Still here"}))[
        "title"
    ] == "Still here"
    assert len(await ada.get("/tasks")) == 1


async def test_a_goals_tasks_are_found_by_either_end(ada: Person) -> None:
    one, two = await ada.goal("One"), await ada.goal("Two")
    made = await task(ada, goalId=one["id"])
    await ada.data("PUT", f"/goals/{two['id']}/tasks/{made['id']}")
    await task(ada)
    for goal in (one, two):
        assert [each["id"] for each in await ada.get("/tasks", goalId=goal["id"])] == [made["id"]]
    await ada.data("DELETE", f"/goals/{two['id']}/tasks/{made['id']}")
    assert await ada.get("/tasks", goalId=two["id"]) == []


async def test_sorted_by_what_words_mean(ada: Person) -> None:
    for priority, status in (("low", "completed"), ("high", "inbox"), ("medium", "in_progress")):
        await task(ada, priority=priority, status=status)
    urgent = {"sortBy": "priority", "sortOrder": "asc"}
    assert [each["priority"] for each in await ada.get("/tasks", **urgent)] == ["low", "medium", "high"]
    late = {"sortBy": "status", "sortOrder": "asc"}
    assert [each["status"] for each in await ada.get("/tasks", **late)] == [
        "inbox",
        "in_progress",
        "completed",
    ]
    first = parsed(await ada("GET", "/tasks", params={**urgent, "limit": 2}))
    await ada.data("PATCH", f"/tasks/{first['data'][0]['id']}", {"priority": "high"})
    rest = await ada.get("/tasks", **urgent, cursor=first["meta"]["nextCursor"])
    assert [each["priority"] for each in rest] == ["high", "high"]


async def test_finding_tasks(ada: Person, clock: FrozenClock) -> None:
    for title, day in (("Straße 100%", "2026-03-01"), ("Call home", "2026-03-05"), ("call_me", None)):
        await task(ada, title=title, dueDate=day)
        clock.at += timedelta(hours=1)
    for query, titles in (
        ({"search": "STRASSE"}, ["Straße 100%"]),
        ({"search": "0%"}, ["Straße 100%"]),
        ({"search": "%"}, ["Straße 100%"]),
        ({"search": "l_m"}, ["call_me"]),
        ({"search": "CALL"}, ["call_me", "Call home"]),
        ({"search": "call", "dueDateFrom": "2026-03-05", "dueDateTo": "2026-03-05"}, ["Call home"]),
        ({"dueDateTo": "2026-03-04"}, ["Straße 100%"]),
        ({"updatedSince": "2026-03-02T13:00:00Z"}, ["call_me", "Call home"]),
    ):
        assert [each["title"] for each in await ada.get("/tasks", **query)] == titles
    assert fields_of(await ada("GET", "/tasks", params={"search": ""})) == {"search"}
