"""`POST /goals`: what each metric needs, refuses and gets by default (CONTRACT §3, DOMAIN §1).

Refusals are one table: body in, names of the faulty fields out.
"""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.api.person import COUNT, SAVING, WEIGHT, Person, code_of, data_of, fields_of, parsed, shown

CUSTOM = {"metricType": "custom", "unit": "pages", "targetValue": 300}
DURATION = {"metricType": "duration", "unit": "hours", "targetValue": 50}

GOAL_FIELDS = {
    *("id", "userId", "showStatus", "syncStatus", "version", "createdAt", "updatedAt", "deletedAt"),
    *("title", "description", "goalType", "status", "metricType", "direction", "unit", "initialValue"),
    *("targetValue", "progressTargetValue", "currentValue", "checkInMode", "financeMode", "currency"),
    *("linkedBudgetId", "linkedDebtId", "startDate", "targetDate", "completedDate", "position"),
    *("progressPercent", "rawPercent", "progressWeights", "insightThresholds", "autoComplete"),
    *("milestones", "stats", "pace", "linkedTaskIds", "linkedHabitIds", "financeContributionCount"),
    *("checkInCount", "lastCheckInAt"),
}


async def test_answer(ada: Person) -> None:
    response = await ada("POST", "/goals", {"title": "Read"})
    goal = data_of(response)
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/goals/{goal['id']}"
    assert response.headers["ETag"] == f'"{goal["version"]}-2026-03-02"'
    assert goal.keys() == GOAL_FIELDS
    assert UUID(goal["id"]).version == 7
    assert parsed(response)["meta"] is None
    assert await ada.now(goal) == goal


async def test_bare_goal(ada: Person) -> None:
    goal = await ada.goal()
    assert shown(goal, "userId", "showStatus", "syncStatus") == [ada.user["id"], "active", "synced"]
    assert goal["createdAt"] == goal["updatedAt"]
    assert goal["createdAt"].startswith("2026-03-02T12:00:00")
    assert shown(goal, "status", "goalType", "metricType", "autoComplete", "progressPercent") == [
        "active",
        "personal",
        "none",
        False,
        0,
    ]
    nullable = GOAL_FIELDS & {
        *("description", "unit", "initialValue", "targetValue", "progressTargetValue", "currency"),
        *("financeMode", "linkedBudgetId", "linkedDebtId", "startDate", "targetDate", "completedDate"),
        *("progressWeights", "insightThresholds", "lastCheckInAt"),
    }
    assert {name for name in goal if goal[name] is None} - {"deletedAt"} == nullable


@pytest.mark.parametrize(
    ("fields", "mode", "direction", "initial", "unit"),
    [
        (WEIGHT, "measure", "decrease", 92, "kg"),
        (SAVING, "increment", "increase", 0, None),
        ({**SAVING, "unit": "USD"}, "increment", "increase", 0, "USD"),
        (COUNT, "increment", "increase", 0, None),
        (DURATION, "increment", "increase", 0, "hours"),
        (CUSTOM, "increment", "increase", 0, "pages"),
        ({**COUNT, "initialValue": 200}, "increment", "decrease", 200, None),
        ({**WEIGHT, "checkInMode": "increment"}, "increment", "decrease", 92, "kg"),
        ({**COUNT, "direction": "neutral"}, "increment", "neutral", 0, None),
    ],
)
async def test_defaults(
    ada: Person, fields: dict[str, Any], mode: str, direction: str, initial: int, unit: str | None
) -> None:
    goal = await ada.goal(**fields)
    assert shown(goal, "checkInMode", "direction", "initialValue", "currentValue", "unit") == [
        mode,
        direction,
        initial,
        initial,
        unit,
    ]
    assert shown(goal, "progressPercent", "rawPercent", "checkInCount") == [0, 0, 0]


async def test_weight_without_a_beginning(ada: Person) -> None:
    """The earliest measurement is where it starts; percent is 0 until there is one."""
    goal = await ada.goal(metricType="weight", unit="kg", targetValue=80, direction="decrease")
    assert shown(goal, "initialValue", "currentValue", "progressPercent") == [None, None, 0]
    told = await ada.check_in(goal, 90)
    assert shown(told["goal"], "initialValue", "currentValue", "progressPercent") == [90, 90, 0]
    await ada.check_in(goal, 100, dateKey="2026-02-01")
    assert shown(await ada.now(goal), "initialValue", "currentValue", "progressPercent") == [100, 90, 50]


REFUSED: list[tuple[dict[str, Any], set[str]]] = [
    ({"unit": "kg"}, {"unit"}),
    ({"initialValue": 0, "targetValue": 1, "progressTargetValue": 1, "currency": "USD"},
     {"initialValue", "targetValue", "progressTargetValue", "currency"}),
    ({"metricType": "amount"}, {"currency", "targetValue"}),
    ({**SAVING, "unit": "EUR"}, {"unit"}),
    ({**SAVING, "currency": "XYZ"}, {"currency"}),
    ({**SAVING, "currency": "usd"}, {"currency"}),
    ({**SAVING, "targetValue": 10.001}, {"targetValue"}),
    ({**SAVING, "currency": "JPY", "targetValue": 10.5}, {"targetValue"}),
    ({**WEIGHT, "unit": "pound"}, {"unit"}),
    ({**WEIGHT, "unit": None}, {"unit"}),
    ({**WEIGHT, "initialValue": -1}, {"initialValue"}),
    ({**WEIGHT, "targetValue": 0}, {"targetValue"}),
    ({**WEIGHT, "currency": "USD"}, {"currency"}),
    ({"metricType": "weight", "unit": "kg", "targetValue": 80}, {"direction"}),
    ({**COUNT, "targetValue": 1.5}, {"targetValue"}),
    ({"metricType": "count"}, {"targetValue"}),
    ({**DURATION, "unit": "weeks"}, {"unit"}),
    ({**DURATION, "targetValue": -1, "direction": "decrease"}, {"targetValue"}),
    ({**CUSTOM, "unit": "p" * 33}, {"unit"}),
    ({**CUSTOM, "unit": " "}, {"unit"}),
    ({**CUSTOM, "progressTargetValue": 0}, {"progressTargetValue"}),
    ({**COUNT, "initialValue": 100}, {"targetValue"}),
    ({**COUNT, "direction": "decrease"}, {"targetValue"}),
    ({**WEIGHT, "direction": "increase"}, {"targetValue"}),
    ({"goalType": "financial"}, {"metricType"}),
    ({**COUNT, "financeMode": "save"}, {"financeMode"}),
    ({**SAVING, "financeMode": "debt_close"}, {"linkedDebtId"}),
    ({**COUNT, "startDate": "2026-03-02", "targetDate": "2026-03-01"}, {"targetDate"}),
    ({**COUNT, "startDate": "2026-02-30"}, {"startDate"}),
    ({**COUNT, "targetDate": 20260301}, {"targetDate"}),
    ({**COUNT, "targetDate": "2026-03-31", "milestones": [{"title": "late", "dueDate": "2026-04-01"}]},
     {"milestones[0].dueDate"}),
    ({"progressWeights": {"metric": 1, "finance": 1}}, {"progressWeights"}),
    ({"progressWeights": {}}, {"progressWeights"}),
    ({"insightThresholds": [0, 50]}, {"insightThresholds[0]"}),
    ({"title": ""}, {"title"}),
    ({"title": " \t"}, {"title"}),
    ({"title": "x" * 201}, {"title"}),
    ({"title": "two\nlines"}, {"title"}),
    ({"title": 5}, {"title"}),
    ({"title": None}, {"title"}),
    ({"description": "x" * 5001}, {"description"}),
    ({"goalType": "sport", "metricType": "volume"}, {"goalType", "metricType"}),
    ({"direction": "up", "checkInMode": "set"}, {"direction", "checkInMode"}),
    ({"status": "completed"}, {"status"}),
    ({"autoComplete": 1, "position": "5"}, {"autoComplete", "position"}),
    ({"position": 1.0}, {"position"}),
    ({"id": "nil", "startDate": "soon"}, {"id", "startDate"}),
    ({"id": "00000000-0000-0000-0000-000000000000"}, {"id"}),
    ({"progressPercent": 5}, {"progressPercent"}),
    ({"rawPercent": 5, "currentValue": 5, "stats": {}, "pace": {}, "completedDate": "2026-03-01"},
     {"rawPercent", "currentValue", "stats", "pace", "completedDate"}),
    ({"userId": "x", "showStatus": "active", "version": 1, "createdAt": "2026-03-01T00:00:00Z"},
     {"userId", "showStatus", "version", "createdAt"}),
    ({"colour": "red"}, {"colour"}),
    ({"linkedTaskIds": ["nope"]}, {"linkedTaskIds[0]"}),
    ({"milestones": [{"title": "a", "targetPercent": 0}, {"title": "b", "targetPercent": 100.01}]},
     {"milestones[0].targetPercent", "milestones[1].targetPercent"}),
    ({"milestones": [{"title": "m"}] * 101}, {"milestones"}),
    ({**COUNT, "targetValue": "1e3"}, {"targetValue"}),
    ({**COUNT, "targetValue": True}, {"targetValue"}),
    ({**CUSTOM, "targetValue": 1_000_000_000_001}, {"targetValue"}),
    ({**CUSTOM, "targetValue": "0.1234567"}, {"targetValue"}),
    ({**CUSTOM, "targetValue": "٣٠٠"}, {"targetValue"}),
]  # fmt: skip


async def test_refusals(ada: Person) -> None:
    found = [fields_of(await ada("POST", "/goals", {"title": "A goal", **body})) for body, _ in REFUSED]
    assert found == [fields for _, fields in REFUSED]
    assert await ada.get("/goals") == []


async def test_texts_are_normalised(ada: Person) -> None:
    goal = await ada.goal("  Cafe\u0301 \u200f\u202bهدف  ", description=" one\r\ntwo ")
    assert shown(goal, "title", "description") == ["Café \u200f\u202bهدف", "one\r\ntwo"]


async def test_amounts(ada: Person) -> None:
    """Numbers or plain strings; −0 is 0; nothing passes through a float."""
    goal = await ada.goal(metricType="custom", unit="km", targetValue="999999999.999999", initialValue=-0.0)
    response = await ada("GET", f"/goals/{goal['id']}")
    assert b'"targetValue":999999999.999999,' in response.content
    assert b'"initialValue":0,' in response.content


async def test_own_id(ada: Person, eve: Person) -> None:
    own = str(uuid4())
    assert (await ada.goal(id=own.upper()))["id"] == own
    assert code_of(await ada("POST", "/goals", {"title": "Again", "id": own})) == (
        409,
        "RESOURCE_ALREADY_EXISTS",
    )
    assert (await eve.goal("Hers", id=own))["id"] == own
    assert (await ada.now({"id": own}))["title"] == "A goal"


async def test_an_id_stays_taken_after_deletion(ada: Person) -> None:
    goal = await ada.goal()
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert code_of(await ada("POST", "/goals", {"title": "Again", "id": goal["id"]})) == (
        409,
        "RESOURCE_ALREADY_EXISTS",
    )


async def test_unknown_links(ada: Person) -> None:
    linked = str(uuid4())
    for field in ("linkedBudgetId", "linkedDebtId", "linkedTaskIds", "linkedHabitIds"):
        is_list = field.endswith("Ids")
        body = {"title": "Tied", **SAVING, field: [linked] if is_list else linked}
        response = await ada("POST", "/goals", body)
        assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
        faults = parsed(response)["error"]["details"]
        assert [fault["field"] for fault in faults] == [f"{field}[0]" if is_list else field]


async def test_positions_grow(ada: Person) -> None:
    first, second = await ada.goal(), await ada.goal()
    assert second["position"] == first["position"] + 1


async def test_a_paused_beginning(ada: Person) -> None:
    goal = await ada.goal(status="paused")
    assert shown(goal, "status", "showStatus", "pace")[0:2] == ["paused", "active"]
    assert goal["pace"]["status"] == "paused"
