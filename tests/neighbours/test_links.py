"""Links between goals and tasks or habits, from the goal's end, and what check-ins point to.

From the item's end they are tested with the item.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.person import COUNT, SAVING, Person, code_of, fields_of, parsed, shown

from waymark.clock import FrozenClock

MARKS = [{"title": "half", "targetPercent": 50}]


async def made(ada: Person, path: str, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = await ada.data("POST", path, {"title": "An item", **fields})
    return item


async def test_a_goal_is_made_with_its_links(ada: Person) -> None:
    tasks = [await made(ada, "/tasks", status=status) for status in ("completed", "in_progress", "inbox")]
    habit = await made(ada, "/habits")
    await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": "done"})
    ids = [task["id"] for task in tasks]
    goal = await ada.goal(linkedTaskIds=[*ids, ids[0]], linkedHabitIds=[habit["id"]])
    assert shown(goal, "linkedTaskIds", "linkedHabitIds", "progressPercent") == [ids, [habit["id"]], 75]
    assert shown(goal["stats"], "totalTasks", "completedTasks", "tasksProgressPercent", "totalHabits") == [
        3,
        1,
        50,
        1,
    ]
    for task in await ada.get("/tasks"):
        assert task["goals"] == [{"id": goal["id"], "title": "A goal", "progressPercent": 75}]
    assert (await ada.get(f"/habits/{habit['id']}"))["linkedGoalIds"] == [goal["id"]]


async def test_the_number_names_the_tasks_that_are_done(ada: Person, clock: FrozenClock) -> None:
    """The newest first, and only those that count in the ratio."""
    tasks = [
        await made(ada, "/tasks", status=status) for status in ("completed", "in_progress", "inbox", "inbox")
    ]
    goal = await ada.goal(**COUNT, linkedTaskIds=[task["id"] for task in tasks[:3]])
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{tasks[3]['id']}", {"contribution": 1})
    clock.at += timedelta(days=1)
    for task in tasks[2:]:
        await ada.data("POST", f"/tasks/{task['id']}/complete")
    _, term = (await ada.get(f"/goals/{goal['id']}/progress"))["terms"]
    done = [await ada.get(f"/tasks/{tasks[number]['id']}") for number in (2, 0)]
    assert shown(term, "source", "done", "total") == ["tasks", 2, 3]
    assert term["latest"] == [{"id": task["id"], "at": task["completedAt"], "amount": None} for task in done]
    await ada.data("POST", f"/tasks/{tasks[2]['id']}/reopen")
    _, term = (await ada.get(f"/goals/{goal['id']}/progress"))["terms"]
    assert [fact["id"] for fact in term["latest"]] == [tasks[0]["id"]]


async def test_linked_items_are_listed_with_what_they_give(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    one, two = await made(ada, "/tasks", title="b"), await made(ada, "/tasks", title="a", status="canceled")
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{one['id']}", {"contribution": "5"})
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{two['id']}")
    path = f"/goals/{goal['id']}/tasks"
    listed = await ada.get(path, sortBy="title", sortOrder="asc")
    assert [(each["id"], each["contribution"]) for each in listed] == [(two["id"], None), (one["id"], 5)]
    assert {**listed[1]} == {**await ada.get(f"/tasks/{one['id']}"), "contribution": 5}
    assert [each["id"] for each in await ada.get(path, status="canceled")] == [two["id"]]
    page = parsed(await ada("GET", path, params={"limit": 1}))
    assert page["meta"]["total"] == 2
    assert len(await ada.get(path, cursor=page["meta"]["nextCursor"], limit=1)) == 1
    await ada.data("DELETE", f"/tasks/{one['id']}")
    assert [each["id"] for each in await ada.get(path)] == [two["id"]]
    assert await ada.get(f"/goals/{goal['id']}/habits") == []
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert code_of(await ada("GET", path)) == (404, "RESOURCE_NOT_FOUND")


async def test_a_task_gives_when_it_is_completed(ada: Person) -> None:
    goal = await ada.goal(**SAVING, milestones=MARKS)
    task = await made(ada, "/tasks", goalId=goal["id"])
    link = f"/goals/{goal['id']}/tasks/{task['id']}"
    await ada.data("POST", f"/tasks/{task['id']}/complete")
    assert shown(await ada.now(goal), "currentValue", "progressPercent") == [0, 0]
    tied = await ada.data("PUT", link, {"contribution": 500.25})
    now = await ada.now(goal)
    assert str(now["currentValue"]) == "500.25"
    assert now["milestones"][0]["completedAt"] is not None
    assert now["stats"]["tasksProgressPercent"] is None
    again = await ada("PUT", link, {"contribution": 500.25}, If_Match=f'"{tied["version"]}"')
    assert parsed(again)["data"] == tied
    await ada.data("PATCH", f"/tasks/{task['id']}", {"goalId": None, "title": "Renamed"})
    assert shown(await ada.now(goal), "currentValue", "linkedTaskIds", "checkInCount") == [0, [], 0]
    await ada.data("PUT", link, {"contribution": 40})
    await ada.data("PATCH", f"/tasks/{task['id']}", {"goalId": goal["id"]})
    assert (await ada.now(goal))[
        "currentValue"
    ] == 40  # naming a goal that it is tied to changes nothing there
    await ada.data("POST", f"/tasks/{task['id']}/reopen")
    assert (await ada.now(goal))["currentValue"] == 0
    await ada.data("PATCH", f"/tasks/{task['id']}", {"status": "completed"})
    cut = await ada.data("DELETE", link)
    assert shown(cut, "showStatus", "taskId") == ["deleted", task["id"]]
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [0, 0]
    assert shown(await ada.get(f"/tasks/{task['id']}"), "goalId", "goals") == [None, []]
    assert code_of(await ada("DELETE", link)) == (404, "RESOURCE_NOT_FOUND")


async def test_completing_and_moving_at_once(ada: Person) -> None:
    """The old goal keeps nothing of a fact that was said and taken out in one transaction."""
    old, new = await ada.goal(**COUNT), await ada.goal(**COUNT)
    task = await made(ada, "/tasks", goalId=old["id"])
    await ada.data("PUT", f"/goals/{old['id']}/tasks/{task['id']}", {"contribution": 9})
    await ada.data("PATCH", f"/tasks/{task['id']}", {"status": "completed", "goalId": new["id"]})
    assert shown(await ada.now(old), "currentValue", "checkInCount", "linkedTaskIds") == [0, 0, []]
    assert await ada.get(f"/goals/{old['id']}/check-ins") == []
    assert shown(await ada.now(new), "currentValue", "linkedTaskIds") == [0, [task["id"]]]


async def test_facts_enter_whatever_the_goal_is(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    task = await made(ada, "/tasks")
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{task['id']}", {"contribution": 9})
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    await ada.data("POST", f"/tasks/{task['id']}/complete")
    assert (await ada.now(goal))["currentValue"] == 9
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert (await ada.get(f"/tasks/{task['id']}"))["goals"] == []
    await ada.data("POST", f"/tasks/{task['id']}/reopen")
    back = await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(back, "currentValue", "linkedTaskIds") == [0, [task["id"]]]


async def test_what_a_task_gave_stays_on_its_day_in_another_zone(ada: Person, clock: FrozenClock) -> None:
    """DOMAIN §8: days that were stored never move when the zone changes."""
    clock.at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    goal = await ada.goal(**COUNT)
    task = await ada.data("POST", "/tasks", {"title": "Read", "status": "completed", "goalId": goal["id"]})
    link = f"/goals/{goal['id']}/tasks/{task['id']}"
    await ada.data("PUT", link, {"contribution": 5})
    await ada.data("PATCH", "/users/me", {"timezone": "Asia/Tashkent"})
    await ada.data("PUT", link, {"contribution": 7})
    await ada.data("DELETE", link)
    await ada.data("PUT", link, {"contribution": 9})
    (fact,) = await ada.get(f"/goals/{goal['id']}/check-ins")
    assert shown(fact, "value", "dateKey") == [9, "2026-03-02"]
    await ada.data("POST", f"/tasks/{task['id']}/reopen")
    await ada.data("POST", f"/tasks/{task['id']}/complete")
    (fact,) = await ada.get(f"/goals/{goal['id']}/check-ins")
    assert fact["dateKey"] == "2026-03-03"


async def test_a_contribution_follows_the_goals_unit(ada: Person) -> None:
    goal = await ada.goal(metricType="duration", unit="hours", targetValue=10)
    tasks = [await made(ada, "/tasks", status=status) for status in ("completed", "inbox")]
    for task in tasks:
        await ada.data("PUT", f"/goals/{goal['id']}/tasks/{task['id']}", {"contribution": 2})
    await ada.data("PATCH", f"/goals/{goal['id']}", {"unit": "minutes"})
    assert {each["contribution"] for each in await ada.get(f"/goals/{goal['id']}/tasks")} == {120}
    assert (await ada.now(goal))["currentValue"] == 120
    await ada.data("POST", f"/tasks/{tasks[1]['id']}/complete")
    assert (await ada.now(goal))["currentValue"] == 240


async def test_refused_links(ada: Person, eve: Person) -> None:
    goal, unmeasured = await ada.goal(**COUNT), await ada.goal()
    task, hers = await made(ada, "/tasks"), await made(eve, "/tasks")
    for path in (
        f"/goals/{goal['id']}/tasks/{hers['id']}",
        f"/goals/{goal['id']}/tasks/{goal['id']}",
        f"/goals/{goal['id']}/habits/{task['id']}",
        f"/goals/{task['id']}/tasks/{task['id']}",
        f"/goals/{goal['id']}/tasks/nonsense",
    ):
        for method in ("PUT", "DELETE"):
            assert code_of(await ada(method, path)) == (404, "RESOURCE_NOT_FOUND")
    link = f"/tasks/{task['id']}"
    for body in ({"contribution": 1.5}, {"contribution": "x"}):
        assert fields_of(await ada("PUT", f"/goals/{goal['id']}{link}", body)) == {"contribution"}
    assert fields_of(await ada("PUT", f"/goals/{unmeasured['id']}{link}", {"contribution": 1})) == {
        "contribution"
    }
    refused = await ada(
        "POST",
        "/goals",
        {"title": "x", "linkedTaskIds": [task["id"], hers["id"]], "linkedHabitIds": [task["id"]]},
    )
    assert code_of(refused) == (404, "RESOURCE_NOT_FOUND")
    assert [each["field"] for each in parsed(refused)["error"]["details"]] == ["linkedTaskIds[1]"]
    assert len(await ada.get("/goals")) == 2


@pytest.mark.parametrize("kind", ["task", "habit", "focus_session"])
async def test_check_ins_point_to_ones_own(ada: Person, eve: Person, kind: str) -> None:
    paths = {"task": "/tasks", "habit": "/habits", "focus_session": "/focus-sessions"}
    body = {"plannedMinutes": 5} if kind == "focus_session" else {"title": "An item"}
    own, foreign = [await person.data("POST", paths[kind], body) for person in (ada, eve)]
    goal = await ada.goal(**COUNT)
    link = {"type": kind, "id": own["id"]}
    fact = (await ada.check_in(goal, 1, link=link))["checkIn"]
    assert fact["link"] == link
    path = f"/goals/{goal['id']}/check-in"
    for wrong in ({"type": kind, "id": foreign["id"]}, {"type": "transaction", "id": own["id"]}):
        for refused in (
            await ada("POST", path, {"value": 1, "link": wrong}),
            await ada("PATCH", f"{path}s/{fact['id']}", {"link": wrong}),
        ):
            assert code_of(refused) == (404, "RESOURCE_NOT_FOUND")
            assert [each["field"] for each in parsed(refused)["error"]["details"]] == ["link.id"]
