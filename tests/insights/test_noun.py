"""Insights that people and assistants make, and what is done with any of them."""

from typing import Any

import pytest
from tests.api.person import COUNT, Person, code_of, fields_of, parsed, shown
from tests.insights.said import insights

MANUAL = {"title": "Look at the cafés", "body": "A third of last week."}


async def test_made_by_an_assistant(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    action = {
        "type": "check_in",
        "label": "Check in 5",
        "method": "POST",
        "path": f"/api/v1/goals/{goal['id']}/check-in",
        "body": {"value": 5.25},
    }
    made = await ada.data(
        "POST",
        "/insights",
        {
            **MANUAL,
            "kind": "suggestion",
            "level": "warning",
            "scope": "goal",
            "category": "health",
            "rule": "model:weekly",
            "priority": 9,
            "related": {"goalId": goal["id"]},
            "actions": [action],
            "payload": {"visits": 4, "share": "a third", "parts": [1.5, None, True]},
            "source": "ai",
            "validUntil": "2026-04-01T02:00:00+02:00",
        },
    )
    assert shown(made, "kind", "level", "priority", "source", "status") == [
        "suggestion",
        "warning",
        9,
        "ai",
        "new",
    ]
    assert made["actions"] == [action]
    assert made["payload"] == {"visits": 4, "share": "a third", "parts": [1.5, None, True]}
    assert shown(made, "related", "validUntil") == [{"goalId": goal["id"]}, "2026-04-01T00:00:00Z"]
    assert await ada.get(f"/insights/{made['id']}") == made


async def test_least(ada: Person) -> None:
    made = await ada.data("POST", "/insights", {"title": "Only this"})
    names = ("kind", "level", "body", "priority", "related", "actions", "payload", "source", "scope", "rule")
    assert shown(made, *names) == ["insight", "info", "", 5, {}, [], None, "manual", None, None]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": " "}, "title"),
        ({**MANUAL, "level": "loud"}, "level"),
        ({**MANUAL, "priority": 11}, "priority"),
        ({**MANUAL, "priority": 0}, "priority"),
        ({**MANUAL, "source": "rule"}, "source"),
        ({**MANUAL, "status": "viewed"}, "status"),
        ({**MANUAL, "related": {"friendId": "x"}}, "related.friendId"),
        ({**MANUAL, "related": {"goalId": "x"}}, "related.goalId"),
        ({**MANUAL, "payload": [1]}, "payload"),
        ({**MANUAL, "payload": {"x": 1e300}}, "payload"),
        ({**MANUAL, "payload": {"x": "y" * 9000}}, "payload"),
        ({**MANUAL, "payload": {"x" * 100: 1}}, "payload"),
        ({**MANUAL, "actions": [{"type": "x", "label": "x", "method": "GET"}]}, "actions[0].path"),
        (
            {**MANUAL, "actions": [{"type": "x", "label": "x", "method": "GET", "path": "https://evil"}]},
            "actions[0].path",
        ),
        (
            {**MANUAL, "actions": [{"type": "x", "label": "x", "method": "GET", "path": "/api/v1/../x"}]},
            "actions[0].path",
        ),
        ({**MANUAL, "isWithdrawn": True}, "isWithdrawn"),
    ],
)
async def test_what_is_refused(ada: Person, body: dict[str, Any], field: str) -> None:
    assert fields_of(await ada("POST", "/insights", body)) == {field}
    assert await insights(ada) == []


async def test_related_must_be_ones_own(ada: Person, eve: Person) -> None:
    goal = await eve.goal(**COUNT)
    answer = await ada("POST", "/insights", {**MANUAL, "related": {"goalId": goal["id"]}})
    assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
    assert parsed(answer)["error"]["details"][0]["field"] == "related.goalId"


async def test_steps(ada: Person) -> None:
    """New, viewed, then completed or dismissed; the same step again changes nothing."""
    made = await ada.data("POST", "/insights", MANUAL)
    path = f"/insights/{made['id']}"
    viewed = await ada.data("PATCH", f"{path}/view")
    assert viewed["status"] == "viewed"
    assert await ada.data("PATCH", f"{path}/view") == viewed
    assert (await ada.data("PATCH", f"{path}/complete"))["status"] == "completed"
    for step in ("view", "dismiss"):
        answer = await ada("PATCH", f"{path}/{step}")
        assert code_of(answer) == (409, "INVALID_STATE")
        assert parsed(answer)["error"]["context"] == {"allowed": [], "status": "completed"}
    other = await ada.data("POST", "/insights", MANUAL)
    assert (await ada.data("PATCH", f"/insights/{other['id']}", {"status": "dismissed"}))[
        "status"
    ] == "dismissed"


async def test_what_a_rule_said_keeps_its_words(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    (said,) = (await ada.check_in(goal, 30))["insights"]
    path = f"/insights/{said['id']}"
    assert code_of(await ada("PATCH", path, {"title": "mine"})) == (409, "CONFLICT")
    assert (await ada.data("PATCH", path, {"status": "viewed"}))["status"] == "viewed"
    made = await ada.data("POST", "/insights", MANUAL)
    changed = await ada.data("PATCH", f"/insights/{made['id']}", {"title": "mine", "payload": {"a": 1}})
    assert shown(changed, "title", "payload", "body") == ["mine", {"a": 1}, MANUAL["body"]]


async def test_deleted_and_restored(ada: Person) -> None:
    made = await ada.data("POST", "/insights", MANUAL)
    path = f"/insights/{made['id']}"
    await ada.data("DELETE", path)
    assert (await ada("GET", path)).status_code == 404
    assert [row["id"] for row in await insights(ada, showStatus="deleted")] == [made["id"]]
    assert (await ada.data("POST", f"{path}/restore"))["showStatus"] == "active"
    assert code_of(await ada("POST", f"{path}/restore")) == (409, "INVALID_STATE")


async def test_filters(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    (said,) = (await ada.check_in(goal, 30))["insights"]
    made = await ada.data("POST", "/insights", {**MANUAL, "category": "finance", "level": "critical"})
    for name, value, expected in (
        ("rule", "progress_threshold", [said]),
        ("source", "manual", [made]),
        ("level", "critical", [made]),
        ("kind", "insight", [said, made]),
        ("scope", "goal", [said]),
        ("category", "finance", [made]),
        ("goalId", goal["id"], [said]),
        ("status", "viewed", []),
        ("updatedSince", made["updatedAt"], [made]),
    ):
        found = await insights(ada, **{name: value})
        assert [each["id"] for each in found] == [each["id"] for each in expected], name
    newest = await ada.get("/insights")
    assert [each["id"] for each in newest] == [made["id"], said["id"]]
    assert fields_of(await ada("GET", "/insights", params={"status": "loud"})) == {"status"}
