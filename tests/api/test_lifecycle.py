"""Steps of a goal's life over HTTP: the whole table, allowed or not, by action and by PATCH.

What each step changes in a goal is a rule of the domain; here it is seen from outside.
"""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.person import COUNT, PACED, Person, code_of, data_of, fields_of, parsed, shown

from waymark.clock import FrozenClock

ROADS: dict[str, list[str]] = {
    "active": [],
    "paused": ["pause"],
    "completed": ["complete"],
    "archived": ["archive"],
    "archived while paused": ["pause", "archive"],
    "archived once completed": ["complete", "archive"],
    "deleted": ["delete"],
    "deleted once archived": ["archive", "delete"],
}
ALLOWED = {
    "active": {"pause", "complete", "archive", "delete"},
    "paused": {"resume", "complete", "archive", "delete"},
    "completed": {"reactivate", "archive", "delete"},
    "archived": {"restore", "delete"},
    "archived while paused": {"restore", "delete"},
    "archived once completed": {"restore", "delete"},
    "deleted": {"restore"},
    "deleted once archived": {"restore"},
}
STEPS = ("pause", "resume", "complete", "reactivate", "archive", "restore")


async def stepped(ada: Person, goal: dict[str, Any], *steps: str) -> dict[str, Any]:
    after = goal
    for step in steps:
        if step == "delete":
            after = await ada.data("DELETE", f"/goals/{goal['id']}")
        else:
            after = await ada.data("POST", f"/goals/{goal['id']}/{step}")
    return after


@pytest.mark.parametrize("state", ROADS)
async def test_every_step(ada: Person, state: str) -> None:
    found = set()
    for step in STEPS:
        goal = await ada.goal(**COUNT)
        await stepped(ada, goal, *ROADS[state])
        response = await ada("POST", f"/goals/{goal['id']}/{step}")
        if response.status_code == 200:
            found.add(step)
            assert await ada.now(goal) == data_of(response)
        elif state.startswith("deleted"):
            assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
        else:
            assert code_of(response) == (409, "INVALID_STATE")
            assert set(parsed(response)["error"]["context"]["allowed"]) == ALLOWED[state]
    assert found == ALLOWED[state] - {"delete"}


@pytest.mark.parametrize(
    ("step", "status", "show_status", "pace"),
    [
        ("pause", "paused", "active", "paused"),
        ("complete", "completed", "active", "completed"),
        ("archive", "archived", "archived", None),
        ("delete", "active", "deleted", None),
    ],
)
async def test_what_a_step_shows(
    ada: Person, step: str, status: str, show_status: str, pace: str | None
) -> None:
    after = await stepped(ada, await ada.goal(**PACED), step)
    assert shown(after, "status", "showStatus") == [status, show_status]
    assert after["pace"]["status"] == pace
    assert (after["deletedAt"] is not None) == (step == "delete")


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (["pause"], ["resume"]),
        (["complete"], ["reactivate"]),
        (["archive"], ["restore"]),
        (["delete"], ["restore"]),
        (["archive", "delete"], ["restore", "restore"]),
        (["complete", "archive"], ["restore", "reactivate"]),
    ],
)
async def test_every_step_is_reversible(ada: Person, there: list[str], back: list[str]) -> None:
    goal = await ada.goal(**PACED, milestones=[{"title": "tenth", "targetPercent": 10}])
    before = (await ada.check_in(goal, 10))["goal"]
    after = await stepped(ada, goal, *there, *back)
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {"version", "updatedAt"}
    assert after["version"] > before["version"]


@pytest.mark.parametrize(
    ("road", "status"), [(["pause"], "paused"), (["complete"], "completed"), ([], "active")]
)
@pytest.mark.parametrize("gone", ["archive", "delete"])
async def test_restore_brings_back_what_was(ada: Person, road: list[str], status: str, gone: str) -> None:
    after = await stepped(ada, await ada.goal(), *road, gone, "restore")
    assert shown(after, "status", "showStatus") == [status, "active"]


async def test_completing(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 40)
    done = await stepped(ada, goal, "complete")
    assert shown(done, "status", "completedDate", "progressPercent", "rawPercent") == [
        "completed",
        "2026-03-02",
        100,
        40,
    ]
    again = await stepped(ada, goal, "reactivate")
    assert shown(again, "status", "completedDate", "progressPercent") == ["active", None, 40]


async def test_completed_on_another_day(ada: Person) -> None:
    goal = await ada.goal()
    complete = f"/goals/{goal['id']}/complete"
    for day in ("2026-03-03", "1899-12-31", "yesterday", "2026-02-29", 5):
        assert fields_of(await ada("POST", complete, {"completedDate": day})) == {"completedDate"}
    assert fields_of(await ada("POST", complete, {"completedOn": "2026-03-01"})) == {"completedOn"}
    assert (await ada.data("POST", complete, {"completedDate": "2026-02-28"}))[
        "completedDate"
    ] == "2026-02-28"


async def test_status_by_patch(ada: Person) -> None:
    table: list[tuple[list[str], str, str | None]] = [
        ([], "paused", "paused"),
        ([], "completed", "completed"),
        ([], "archived", "archived"),
        (["pause"], "active", "active"),
        (["pause"], "completed", "completed"),
        (["complete"], "active", "active"),
        (["complete"], "paused", None),
        (["archive"], "active", "active"),
        (["pause", "archive"], "paused", "paused"),
        (["complete", "archive"], "completed", "completed"),
        (["pause", "archive"], "completed", None),
        (["archive"], "paused", None),
    ]
    for road, wanted, result in table:
        goal = await ada.goal()
        await stepped(ada, goal, *road)
        response = await ada("PATCH", f"/goals/{goal['id']}", {"status": wanted, "title": "Renamed"})
        if result is None:
            assert code_of(response) == (409, "INVALID_STATE"), (road, wanted)
            assert parsed(response)["error"]["context"]["allowed"]
            assert (await ada.now(goal))["title"] == goal["title"]
            continue
        after = data_of(response)
        show_status = "archived" if result == "archived" else "active"
        assert shown(after, "status", "showStatus", "title") == [result, show_status, "Renamed"]
        assert (after["completedDate"] is not None) == (result == "completed")


async def test_deleted_goals(ada: Person) -> None:
    goal = await ada.goal(milestones=[{"title": "one"}])
    fact = (await ada.check_in(goal, note="began"))["checkIn"]
    await stepped(ada, goal, "delete")
    path = f"/goals/{goal['id']}"
    milestone = f"{path}/milestones/{goal['milestones'][0]['id']}"
    for method, address, body in (
        ("GET", path, None),
        ("PATCH", path, {"title": "Risen"}),
        ("DELETE", path, None),
        ("GET", f"{path}/check-ins", None),
        ("GET", f"{path}/check-ins/{fact['id']}", None),
        ("PATCH", f"{path}/check-ins/{fact['id']}", {"note": "x"}),
        ("DELETE", f"{path}/check-ins/{fact['id']}", None),
        ("GET", f"{path}/milestones", None),
        ("POST", f"{path}/milestones", {"title": "two"}),
        ("PUT", f"{path}/milestones", {"milestones": []}),
        ("PATCH", milestone, {"title": "x"}),
        ("DELETE", milestone, None),
        ("GET", f"{path}/progress", None),
        ("GET", f"{path}/series", None),
        ("GET", f"{path}/stats", None),
    ):
        assert code_of(await ada(method, address, body)) == (404, "RESOURCE_NOT_FOUND"), address
    assert code_of(await ada("POST", f"{path}/check-in", {"note": "x"})) == (409, "INVALID_STATE")
    assert await ada.get("/goals") == []
    assert [each["id"] for each in await ada.get("/goals", showStatus="deleted")] == [goal["id"]]
    assert (await stepped(ada, goal, "restore"))["checkInCount"] == 1


@pytest.mark.parametrize("state", ["completed", "archived", "archived while paused", "deleted"])
async def test_no_check_in_once_it_is_over(ada: Person, state: str) -> None:
    goal = await ada.goal(**COUNT)
    await stepped(ada, goal, *ROADS[state])
    response = await ada("POST", f"/goals/{goal['id']}/check-in", {"value": 1})
    assert code_of(response) == (409, "INVALID_STATE")
    assert set(parsed(response)["error"]["context"]["allowed"]) == ALLOWED[state]


async def test_a_paused_goal_takes_check_ins(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await stepped(ada, goal, "pause")
    assert (await ada.check_in(goal, 5))["goal"]["currentValue"] == 5


async def test_paused_days_leave_the_clock(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**PACED)
    running = (await ada.now(goal))["pace"]
    assert shown(running, "expectedValue", "daysLeft") == [5, 19]
    await stepped(ada, goal, "pause")
    clock.at += timedelta(days=10)
    assert (await ada.now(goal))["pace"]["status"] == "paused"
    resumed = (await stepped(ada, goal, "resume"))["pace"]
    # One day had passed and nine are left of ten active ones.
    assert shown(resumed, "expectedValue", "daysLeft") == [10, 9]


async def test_bulk_delete(ada: Person, eve: Person) -> None:
    mine, other, gone = await ada.goal(), await ada.goal(), await ada.goal()
    hers = await eve.goal()
    await stepped(ada, gone, "delete")
    ids = [mine["id"], hers["id"], gone["id"], other["id"].upper(), mine["id"]]
    told = await ada.data("POST", "/goals/bulk-delete", {"ids": ids})
    assert [shown(each, "id", "status") for each in told["results"]] == [
        [mine["id"], "deleted"],
        [hers["id"], "not_found"],
        [gone["id"], "not_found"],
        [other["id"], "deleted"],
    ]
    assert await ada.get("/goals") == []
    assert len(await eve.get("/goals")) == 1
    assert len(await ada.get("/goals", showStatus="deleted")) == 3


async def test_bulk_delete_refusals(ada: Person) -> None:
    goal = await ada.goal()
    for ids, field in (
        ([], "ids"),
        ([goal["id"]] * 101, "ids"),
        ([goal["id"], "nope"], "ids[1]"),
        (goal["id"], "ids"),
        (None, "ids"),
    ):
        assert fields_of(await ada("POST", "/goals/bulk-delete", {"ids": ids})) == {field}
    assert len(await ada.get("/goals")) == 1
