"""Milestones over HTTP: adding, changing, replacing and removing them (CONTRACT §3, DOMAIN §4).

When facts reach them is tested with the facts.
"""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.api.person import COUNT, SAVING, WEIGHT, Person, code_of, data_of, fields_of, shown

MILESTONE_FIELDS = {
    *("id", "userId", "showStatus", "syncStatus", "version", "createdAt", "updatedAt", "deletedAt"),
    *("goalId", "title", "description", "order", "fromPercent", "targetPercent", "targetValue", "dueDate"),
    "completedAt",
}


def of(*places: Any) -> list[dict[str, Any]]:
    """Milestones with a percent each, or none."""
    return [
        {"title": f"number {n}"} if place is None else {"title": f"number {n}", "targetPercent": place}
        for n, place in enumerate(places)
    ]


def places(milestones: list[dict[str, Any]]) -> list[Any]:
    assert [each["order"] for each in milestones] == list(range(1, len(milestones) + 1))
    assert [each["fromPercent"] for each in milestones] == [0, *(m["targetPercent"] for m in milestones[:-1])]
    return [each["targetPercent"] for each in milestones]


async def test_interpolation(ada: Person) -> None:
    table: list[tuple[list[Any], list[Any]]] = [
        ([None, None, None, None], [25, 50, 75, 100]),
        ([None], [100]),
        ([None, None, None], ["33.33", "66.67", 100]),
        ([75, 25, 50], [25, 50, 75]),
        ([None, 50, None, None], [25, 50, 75, 100]),
        ([None, None, 60], [20, 40, 60]),
        ([20, None, 40], [20, 30, 40]),
        ([100], [100]),
        (["0.01"], ["0.01"]),
    ]
    for given, stored in table:
        goal = await ada.goal(milestones=of(*given))
        assert places(goal["milestones"]) == [Decimal(each) for each in stored], given


async def test_refusals(ada: Person) -> None:
    table: list[tuple[list[Any], set[str]]] = [
        ([50, 50], {"milestones[1].targetPercent"}),
        ([50, None, 25], {"milestones[2].targetPercent"}),
        ([0], {"milestones[0].targetPercent"}),
        ([-5, 101], {"milestones[0].targetPercent", "milestones[1].targetPercent"}),
        ([100, None], {"milestones[1].targetPercent"}),
        (["x"], {"milestones[0].targetPercent"}),
    ]
    found = [fields_of(await ada("POST", "/goals", {"title": "A goal", "milestones": of(*each)}))
             for each, _ in table]  # fmt: skip
    assert found == [fields for _, fields in table]


async def test_refused_additions(ada: Person) -> None:
    goal = await ada.goal(**COUNT, targetDate="2026-12-31", milestones=of(50))
    table: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"title"}),
        ({"title": ""}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"title": "x", "description": "x" * 501}, {"description"}),
        ({"title": "x", "targetPercent": 0}, {"targetPercent"}),
        ({"title": "x", "targetPercent": 50}, {"targetPercent"}),
        ({"title": "x", "targetValue": 0}, {"targetValue"}),
        ({"title": "x", "targetValue": 101}, {"targetValue"}),
        ({"title": "x", "targetPercent": 10, "targetValue": 20}, {"targetValue"}),
        ({"title": "x", "dueDate": "2026-03-32"}, {"dueDate"}),
        ({"title": "x", "dueDate": "2027-01-01"}, {"dueDate"}),
        ({"title": "x", "completed": True}, {"completed"}),
        ({"title": "x", "completed": "yes"}, {"completed"}),
        (
            {"title": "x", "order": 1, "fromPercent": 0, "completedAt": None},
            {"order", "fromPercent", "completedAt"},
        ),
    ]
    found = [fields_of(await ada("POST", f"/goals/{goal['id']}/milestones", body)) for body, _ in table]
    assert found == [fields for _, fields in table]
    assert await ada.now(goal) == goal


async def test_adding(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=of(50))
    path = f"/goals/{goal['id']}/milestones"
    response = await ada("POST", path, {"title": "tenth", "targetValue": 10, "description": "small"})
    milestone = data_of(response)
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1{path}/{milestone['id']}"
    assert milestone.keys() == MILESTONE_FIELDS
    assert shown(milestone, "order", "fromPercent", "targetPercent", "targetValue", "description") == [
        1,
        0,
        10,
        10,
        "small",
    ]
    now = await ada.now(goal)
    assert places(now["milestones"]) == [10, 50]
    assert now["milestones"] == await ada.get(path)
    assert now["milestones"][0] == milestone == await ada.get(f"{path}/{milestone['id']}")
    assert now["version"] > goal["version"]


async def test_one_that_is_behind_already(ada: Person) -> None:
    """Some prefix of the fold got there, so it was reached by that fact."""
    goal = await ada.goal(**COUNT)
    fact = (await ada.check_in(goal, 30))["checkIn"]
    await ada.check_in(goal, 30)
    added = await ada.data(
        "POST", f"/goals/{goal['id']}/milestones", {"title": "quarter", "targetPercent": 25}
    )
    assert added["completedAt"] == fact["createdAt"]


@pytest.mark.parametrize(
    ("definition", "value", "percent"),
    [
        (WEIGHT, 86, 50),
        (WEIGHT, 80, 100),
        ({**SAVING, "targetValue": 1200}, "399.96", "33.33"),
        ({**SAVING, "targetValue": 1200}, "400", "33.33"),
        ({"metricType": "custom", "unit": "km", "targetValue": 3}, "0.000299", "0.01"),
    ],
)
async def test_values_are_kept_exactly(
    ada: Person, definition: dict[str, Any], value: Any, percent: Any
) -> None:
    goal = await ada.goal(**definition, milestones=[{"title": "there", "targetValue": value}])
    milestone = goal["milestones"][0]
    assert shown(milestone, "targetValue", "targetPercent") == [Decimal(value), Decimal(percent)]
    just_short = Decimal("0.01") if definition.get("currency") else Decimal("0.000001")
    if goal["direction"] == "decrease":
        just_short = -just_short
    told = await ada.check_in(goal, str(Decimal(value) - just_short), mode="measure")
    assert told["milestonesReached"] == []
    told = await ada.check_in(goal, value, mode="measure")
    assert [each["id"] for each in told["milestonesReached"]] == [milestone["id"]]


async def test_what_was_given_stays_when_the_target_moves(ada: Person) -> None:
    milestones = [{"title": "by value", "targetValue": 20}, {"title": "by percent", "targetPercent": 50}]
    goal = await ada.goal(**COUNT, milestones=milestones)
    assert [shown(each, "targetPercent", "targetValue") for each in goal["milestones"]] == [
        [20, 20],
        [50, 50],
    ]
    changed = await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 200})
    assert [shown(each, "targetPercent", "targetValue") for each in changed["milestones"]] == [
        [10, 20],
        [50, 100],
    ]


async def test_changing(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=of(25, 50))
    first = goal["milestones"][0]
    path = f"/goals/{goal['id']}/milestones/{first['id']}"
    changed = await ada.data("PATCH", path, {"title": "Later", "targetPercent": 75, "dueDate": "2026-05-01"})
    assert shown(changed, "id", "title", "order", "fromPercent", "targetValue", "dueDate", "createdAt") == [
        first["id"],
        "Later",
        2,
        50,
        75,
        "2026-05-01",
        first["createdAt"],
    ]
    assert (await ada.data("PATCH", path, {"dueDate": None, "description": "d"}))["dueDate"] is None
    now = await ada.get(path)
    assert await ada.data("PATCH", path, {}) == now
    for body, fields in (
        ({"title": None}, {"title"}),
        ({"completed": None}, {"completed"}),
        ({"targetPercent": 50}, {"targetPercent"}),
        ({"targetValue": -5}, {"targetValue"}),
        ({"order": 1}, {"order"}),
    ):
        assert fields_of(await ada("PATCH", path, body)) == fields
    assert await ada.get(path) == now


async def test_removing(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=of(25, 50, 75))
    middle = goal["milestones"][1]
    path = f"/goals/{goal['id']}/milestones/{middle['id']}"
    gone = await ada.data("DELETE", path)
    assert shown(gone, "id", "showStatus") == [middle["id"], "deleted"]
    assert gone["deletedAt"] is not None
    assert places((await ada.now(goal))["milestones"]) == [25, 75]
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert code_of(await ada(method, path, body)) == (404, "RESOURCE_NOT_FOUND")


async def test_replacing(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=of(25, 50, 75))
    await ada.check_in(goal, 50)
    first, second, third = (await ada.now(goal))["milestones"]
    path = f"/goals/{goal['id']}/milestones"
    wanted = [
        {"title": "new"},
        {"id": second["id"].upper(), "title": "Half", "targetPercent": 50},
        {"id": third["id"], "title": third["title"], "targetPercent": 90},
    ]
    stored = await ada.data("PUT", path, {"milestones": wanted})
    assert places(stored) == [25, 50, 90]
    assert [each["id"] for each in stored][1:] == [second["id"], third["id"]]
    assert shown(stored[1], "title", "createdAt", "completedAt") == [
        "Half",
        second["createdAt"],
        second["completedAt"],
    ]
    assert stored == (await ada.now(goal))["milestones"]
    assert code_of(await ada("GET", f"{path}/{first['id']}")) == (404, "RESOURCE_NOT_FOUND")
    assert await ada.data("PUT", path, {"milestones": []}) == []


async def test_sending_back_what_was_shown_changes_nothing(ada: Person) -> None:
    milestones = [{"title": "third", "targetValue": 400}, *of(50, 100)]
    goal = await ada.goal(**{**SAVING, "targetValue": 1200}, milestones=milestones)
    sent = [
        {
            name: each[name]
            for name in ("id", "title", "description", "targetPercent", "targetValue", "dueDate")
        }
        for each in await ada.get(f"/goals/{goal['id']}/milestones")
    ]
    # JSON of this client has no decimals; the contract takes plain strings as well.
    for each in sent:
        each |= {"targetPercent": str(each["targetPercent"]), "targetValue": str(each["targetValue"])}
    await ada.data("PUT", f"/goals/{goal['id']}/milestones", {"milestones": sent})
    before, after = goal["milestones"], (await ada.now(goal))["milestones"]
    assert after == before


async def test_refused_replacements(ada: Person, eve: Person) -> None:
    goal, other = await ada.goal(milestones=of(50)), await ada.goal(milestones=of(50))
    path = f"/goals/{goal['id']}/milestones"
    own = goal["milestones"][0]["id"]
    twice = [{"id": own, "title": "a", "targetPercent": 10}, {"id": own, "title": "b", "targetPercent": 20}]
    assert fields_of(await ada("PUT", path, {"milestones": twice})) == {"milestones[1].id"}
    assert fields_of(await ada("PUT", path, {})) == {"milestones"}
    assert fields_of(await ada("PUT", path, {"milestones": of(*[None] * 101)})) == {"milestones"}
    stolen = [{"id": other["milestones"][0]["id"], "title": "not of this goal"}]
    assert code_of(await ada("PUT", path, {"milestones": stolen})) == (409, "RESOURCE_ALREADY_EXISTS")
    hers = (await eve.goal(milestones=of(50)))["milestones"][0]["id"]
    assert (await ada.data("PUT", path, {"milestones": [{"id": hers, "title": "mine"}]}))[0]["id"] == hers
    assert code_of(await eve("PUT", path, {"milestones": []})) == (404, "RESOURCE_NOT_FOUND")


async def test_ticking_by_hand(ada: Person) -> None:
    goal = await ada.goal(milestones=of(50, 100))
    path = f"/goals/{goal['id']}/milestones/{goal['milestones'][0]['id']}"
    ticked = await ada.data("PATCH", path, {"completed": True})
    assert ticked["completedAt"] is not None
    assert (await ada.now(goal))["progressPercent"] == 50
    assert (await ada.data("PATCH", path, {"completed": True}))["completedAt"] == ticked["completedAt"]
    assert (await ada.data("PATCH", path, {"completed": False}))["completedAt"] is None
    assert (await ada.now(goal))["progressPercent"] == 0


async def test_hundred_milestones(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=of(*range(1, 101)))
    path = f"/goals/{goal['id']}/milestones"
    assert fields_of(await ada("POST", path, {"title": "one more", "targetPercent": 0.5}))
    told = await ada.check_in(goal, 100)
    assert [each["order"] for each in told["milestonesReached"]] == list(range(1, 101))


async def test_ids_of_ones_own(ada: Person) -> None:
    own = str(uuid4())
    goal = await ada.goal(milestones=[{"title": "one", "id": own.upper()}])
    assert goal["milestones"][0]["id"] == own
    again = {"title": "again", "id": own, "targetPercent": 10}
    response = await ada("POST", f"/goals/{goal['id']}/milestones", again)
    assert code_of(response) == (409, "RESOURCE_ALREADY_EXISTS")
    unknown = f"/goals/{goal['id']}/milestones/{uuid4()}"
    assert code_of(await ada("PATCH", unknown, {"title": "x"})) == (404, "RESOURCE_NOT_FOUND")
