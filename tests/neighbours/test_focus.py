"""Focus sessions: their steps and minutes, and what these move in tasks and goals.

The clock is in the test's hand, so every minute is worked out here.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.api.person import Person, code_of, fields_of, parsed, shown

from waymark.clock import FrozenClock

HOURS: dict[str, Any] = {"metricType": "duration", "unit": "hours", "targetValue": 10}


async def started(ada: Person, **fields: Any) -> dict[str, Any]:
    session: dict[str, Any] = await ada.data(
        "POST", "/focus-sessions/start", {"plannedMinutes": 25, **fields}
    )
    return session


async def completed(ada: Person, minutes: int | None, **fields: Any) -> dict[str, Any]:
    session = await started(ada, **fields)
    body = {} if minutes is None else {"actualMinutes": minutes}
    done: dict[str, Any] = await ada.data("POST", f"/focus-sessions/{session['id']}/complete", body)
    return done


async def minutes_of(ada: Person, goal: dict[str, Any]) -> list[int]:
    return shown((await ada.now(goal))["stats"], "focusMinutesLast30", "focusMinutesTotal")


async def test_time_passes_without_pauses(ada: Person, clock: FrozenClock) -> None:
    session = await started(ada, notes="Chapter 3")
    path = f"/focus-sessions/{session['id']}"
    assert shown(session, "status", "startedAt", "endedAt", "actualMinutes", "dateKey") == [
        "in_progress",
        "2026-03-02T12:00:00Z",
        None,
        None,
        "2026-03-02",
    ]
    clock.at += timedelta(minutes=10)
    assert (await ada.data("PATCH", f"{path}/pause"))["status"] == "paused"
    assert code_of(await ada("PATCH", f"{path}/pause")) == (409, "INVALID_STATE")
    clock.at += timedelta(minutes=7, seconds=30)
    resumed = await ada.data("PATCH", f"{path}/resume")
    assert shown(resumed, "status", "pausedAt", "pausedSeconds") == ["in_progress", None, 450]
    clock.at += timedelta(minutes=5, seconds=59)
    await ada.data("PATCH", f"{path}/pause")
    clock.at += timedelta(hours=1)
    done = await ada.data("POST", f"{path}/complete")
    assert shown(done, "status", "actualMinutes", "endedAt", "notes") == [
        "completed",
        15,
        "2026-03-02T13:23:29Z",
        "Chapter 3",
    ]
    for method, step in (("PATCH", "pause"), ("PATCH", "resume"), ("POST", "complete"), ("POST", "cancel")):
        refused = await ada(method, f"{path}/{step}")
        assert code_of(refused) == (409, "INVALID_STATE")
        assert parsed(refused)["error"]["context"] == {"allowed": [], "status": "completed"}


async def test_stats(ada: Person, clock: FrozenClock) -> None:
    clock.at -= timedelta(days=30)
    await completed(ada, 100)
    for days, minutes in ((1, 50), (23, 20), (6, 3)):
        clock.at += timedelta(days=days)
        await completed(ada, minutes)
    canceled = await started(ada)
    clock.at += timedelta(minutes=9)
    canceled = await ada.data("POST", f"/focus-sessions/{canceled['id']}/cancel")
    assert shown(canceled, "status", "actualMinutes") == ["canceled", None]
    assert await ada.get("/focus-sessions/stats") == {
        "todayMinutes": 3,
        "last7Minutes": 23,
        "last30Minutes": 73,
        "totalMinutes": 173,
        "sessions": 4,
    }
    assert len(await ada.get("/focus-sessions", status="completed")) == 4
    assert await ada.get("/focus-sessions", status="canceled") == [canceled]


async def test_minutes_reach_the_task_and_every_goal_once(ada: Person, clock: FrozenClock) -> None:
    one, two = await ada.goal("one"), await ada.goal("two")
    task = await ada.data("POST", "/tasks", {"title": "Write", "goalId": one["id"]})
    await ada.data("PUT", f"/goals/{two['id']}/tasks/{task['id']}")
    both = await completed(ada, 23, taskId=task["id"], goalId=one["id"])
    await completed(ada, 7, goalId=two["id"])
    assert (await minutes_of(ada, one), await minutes_of(ada, two)) == ([23, 23], [30, 30])
    assert (await ada.get(f"/tasks/{task['id']}"))["focusTotalMinutes"] == 23
    clock.at += timedelta(days=30)
    assert await minutes_of(ada, two) == [0, 30]
    path = f"/focus-sessions/{both['id']}"
    await ada.data("PATCH", path, {"actualMinutes": 25})
    assert await minutes_of(ada, two) == [0, 32]
    await ada.data("PATCH", path, {"taskId": None})
    assert (await minutes_of(ada, one), await minutes_of(ada, two)) == ([0, 25], [0, 7])
    assert (await ada.get(f"/tasks/{task['id']}"))["focusTotalMinutes"] == 0
    await ada.data("PATCH", path, {"taskId": task["id"], "goalId": None})
    assert (await minutes_of(ada, one), await minutes_of(ada, two)) == ([0, 25], [0, 32])
    await ada.data("DELETE", path)
    assert (await minutes_of(ada, one), await minutes_of(ada, two)) == ([0, 0], [0, 7])
    assert (await ada.get(f"/tasks/{task['id']}"))["focusTotalMinutes"] == 0
    await ada.data("DELETE", f"/tasks/{task['id']}")
    await ada.data("POST", f"{path}/restore")
    assert await minutes_of(ada, one) == [0, 0]
    assert (await ada.data("POST", f"/tasks/{task['id']}/restore"))["focusTotalMinutes"] == 25


async def test_a_goal_of_time_is_fed(ada: Person) -> None:
    goal, other = await ada.goal(**HOURS), await ada.goal(**HOURS | {"unit": "minutes"})
    await ada.check_in(goal, 1)
    sessions = [await completed(ada, minutes, goalId=goal["id"]) for minutes in (90, 30)]
    now = await ada.now(goal)
    assert shown(now, "currentValue", "progressPercent", "checkInCount") == [3, 30, 3]
    assert now["stats"]["focusMinutesTotal"] == 120
    facts = await ada.get(f"/goals/{goal['id']}/check-ins", sourceType="focus")
    assert {(each["value"], each["unit"], each["sourceId"]) for each in facts} == {
        (90, "minutes", sessions[0]["id"]),
        (30, "minutes", sessions[1]["id"]),
    }
    await ada.data("PATCH", f"/focus-sessions/{sessions[0]['id']}", {"actualMinutes": 30})
    assert (await ada.now(goal))["currentValue"] == 2
    await ada.data("PATCH", f"/focus-sessions/{sessions[1]['id']}", {"goalId": other["id"]})
    assert str((await ada.now(goal))["currentValue"]) == "1.5"
    assert (await ada.now(other))["currentValue"] == 30
    await ada.data("DELETE", f"/focus-sessions/{sessions[0]['id']}")
    await ada.data("DELETE", f"/focus-sessions/{sessions[1]['id']}")
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [1, 1]
    assert shown(await ada.now(other), "currentValue", "checkInCount") == [0, 0]
    await ada.data("POST", f"/focus-sessions/{sessions[0]['id']}/restore")
    assert str((await ada.now(goal))["currentValue"]) == "1.5"


async def test_refusals(ada: Person, eve: Person) -> None:
    foreign = await eve.goal()
    task = await eve.data("POST", "/tasks", {"title": "Hers"})
    session = await started(ada)
    path = f"/focus-sessions/{session['id']}"
    for body, field in (({"goalId": foreign["id"]}, "goalId"), ({"taskId": task["id"]}, "taskId")):
        for answer in (
            await ada("POST", "/focus-sessions/start", {"plannedMinutes": 5, **body}),
            await ada("PATCH", path, body),
        ):
            assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
            assert [each["field"] for each in parsed(answer)["error"]["details"]] == [field]
    for body, fields in (
        ({}, {"plannedMinutes"}),
        ({"plannedMinutes": 0}, {"plannedMinutes"}),
        ({"plannedMinutes": 2.5}, {"plannedMinutes"}),
        ({"plannedMinutes": 5, "status": "completed", "actualMinutes": 5}, {"status", "actualMinutes"}),
    ):
        assert fields_of(await ada("POST", "/focus-sessions/start", body)) == fields
    assert fields_of(await ada("PATCH", path, {"actualMinutes": 5})) == {"actualMinutes"}
    assert fields_of(await ada("POST", f"{path}/complete", {"actualMinutes": -1})) == {"actualMinutes"}
    assert code_of(await eve("POST", f"{path}/complete")) == (404, "RESOURCE_NOT_FOUND")
    dry = await ada.data("POST", f"{path}/complete", params={"dryRun": "true"})
    assert dry["status"] == "completed"
    assert await ada.get(path) == session
    again = await ada("POST", "/focus-sessions/start", {"plannedMinutes": 5, "id": session["id"]})
    assert code_of(again) == (409, "RESOURCE_ALREADY_EXISTS")
    assert (await eve.data("POST", "/focus-sessions", {"plannedMinutes": 5, "id": session["id"]}))["id"]


async def test_a_past_session_is_told(ada: Person) -> None:
    """At noon of 2 March: three sessions of which two are over, one of them 40 days ago."""
    goal = await ada.goal(**HOURS | {"unit": "minutes"})
    task = await ada.data("POST", "/tasks", {"title": "Read", "goalId": goal["id"]})
    ends = {"startedAt": "2026-03-01T09:00:00+00:00", "endedAt": "2026-03-01T10:30:00Z"}
    over = {"plannedMinutes": 25, "status": "completed", "goalId": goal["id"], "taskId": task["id"]}
    first = await ada.data("POST", "/focus-sessions", {**over, **ends})
    names = ("status", "startedAt", "endedAt", "actualMinutes", "dateKey")
    assert shown(first, *names) == [
        "completed",
        "2026-03-01T09:00:00Z",
        "2026-03-01T10:30:00Z",
        90,
        "2026-03-01",
    ]
    long_ago = {"startedAt": "2026-01-21T09:00:00Z", "actualMinutes": 7}
    second = await ada.data("POST", "/focus-sessions", {**over, **long_ago})
    assert shown(second, *names[2:]) == ["2026-01-21T09:07:00Z", 7, "2026-01-21"]
    third = await ada.data(
        "POST", "/focus-sessions", {"plannedMinutes": 25, "startedAt": "2026-03-02T11:50:00Z"}
    )
    assert shown(third, *names) == ["in_progress", "2026-03-02T11:50:00Z", None, None, "2026-03-02"]
    assert await minutes_of(ada, goal) == [90, 97]
    assert (await ada.now(goal))["currentValue"] == 97
    assert (await ada.get(f"/tasks/{task['id']}"))["focusTotalMinutes"] == 97
    for query, expected in (
        ({"dateFrom": "2026-03-01", "dateTo": "2026-03-01"}, [first]),
        ({"dateTo": "2026-02-28"}, [second]),
        ({"dateFrom": "2026-03-02"}, [third]),
    ):
        found = await ada.get("/focus-sessions", **query)
        assert [each["id"] for each in found] == [each["id"] for each in expected]
    done = await ada.data("POST", f"/focus-sessions/{third['id']}/complete", {})
    assert done["actualMinutes"] == 10
    for each in (first, second):
        await ada.data("DELETE", f"/focus-sessions/{each['id']}")
    now = await ada.now(goal)
    assert [now["currentValue"], await minutes_of(ada, now)] == [0, [0, 0]]


async def test_what_cannot_be_told_of_a_session(ada: Person) -> None:
    body = {"plannedMinutes": 25}
    for more, fields in (
        ({"startedAt": "2026-03-02T12:00:01Z"}, {"startedAt"}),
        ({"endedAt": "2026-03-02T11:00:00Z", "actualMinutes": 5}, {"endedAt", "actualMinutes"}),
        ({"status": "completed", "endedAt": "2026-03-02T12:00:01Z"}, {"endedAt"}),
        ({"status": "completed", "endedAt": "2026-03-02T11:00:00Z"}, {"endedAt"}),
        ({"status": "paused"}, {"status"}),
    ):
        assert fields_of(await ada("POST", "/focus-sessions", {**body, **more})) == fields
    started_at = {"startedAt": "2026-03-01T09:00:00Z"}
    assert fields_of(await ada("POST", "/focus-sessions/start", {**body, **started_at})) == {"startedAt"}
    assert await ada.get("/focus-sessions") == []


async def test_a_goal_that_measures_time_only_now_counts_what_was_done_before(ada: Person) -> None:
    """As if it always had; what is taken back is taken back from it."""
    goal = await ada.goal(metricType="none")
    made = {}
    for minutes, status in ((25, "completed"), (40, "completed"), (5, "canceled")):
        session = await ada.data(
            "POST", "/focus-sessions/start", {"plannedMinutes": 25, "goalId": goal["id"]}
        )
        path = f"/focus-sessions/{session['id']}"
        end = {"actualMinutes": minutes} if status == "completed" else None
        await ada.data("POST", f"{path}/{'complete' if end else 'cancel'}", end)
        made[minutes] = path
    await ada.data("DELETE", made[40])
    hours = {"metricType": "duration", "unit": "hours", "targetValue": 2}
    measured = await ada.data("PATCH", f"/goals/{goal['id']}", hours)
    assert shown(measured, "currentValue", "checkInCount") == [Decimal("0.416667"), 1]
    await ada.data("POST", f"{made[40]}/restore")
    assert shown(await ada.now(goal), "progressPercent", "checkInCount") == [Decimal("54.17"), 2]
    for minutes in (25, 40):
        await ada.data("DELETE", made[minutes])
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [0, 0]
