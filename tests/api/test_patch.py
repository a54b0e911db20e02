"""`PATCH /goals/{id}`: null clears, absent keeps, and what the rest of the goal does about it.

Steps of the lifecycle that a `status` runs are tested with the lifecycle.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.api.person import COUNT, SAVING, WEIGHT, Person, code_of, data_of, fields_of, parsed, shown

from waymark.clock import FrozenClock


async def patched(ada: Person, goal: dict[str, Any], **fields: Any) -> dict[str, Any]:
    changed: dict[str, Any] = await ada.data("PATCH", f"/goals/{goal['id']}", fields)
    assert await ada.now(goal) == changed
    return changed


async def test_absent_keeps(ada: Person) -> None:
    goal = await ada.goal(**WEIGHT, description="why", targetDate="2026-12-31", position=7, autoComplete=True)
    changed = await patched(ada, goal, title="Another")
    moved = {name for name in goal if goal[name] != changed[name]}
    assert moved == {"title", "version", "updatedAt"}


async def test_null_clears(ada: Person) -> None:
    goal = await ada.goal(
        **COUNT,
        unit="pages",
        description="why",
        startDate="2026-03-01",
        targetDate="2026-12-31",
        progressTargetValue=50,
        progressWeights={"metric": 1},
        insightThresholds=[50],
    )
    cleared = {
        *("unit", "description", "startDate", "targetDate"),
        *("progressTargetValue", "progressWeights", "insightThresholds"),
    }
    assert None not in shown(goal, *cleared)
    changed = await patched(ada, goal, **dict.fromkeys(cleared))
    assert set(shown(changed, *cleared)) == {None}


async def test_null_where_nothing_may_be_empty(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    must_stay = {
        *(
            "title",
            "goalType",
            "status",
            "metricType",
            "direction",
            "checkInMode",
            "position",
            "autoComplete",
        ),
    }
    response = await ada("PATCH", f"/goals/{goal['id']}", dict.fromkeys(must_stay))
    assert fields_of(response) == must_stay
    assert fields_of(await ada("PATCH", f"/goals/{goal['id']}", {"targetValue": None})) == {"targetValue"}
    assert await ada.now(goal) == goal


async def test_fields_of_the_server(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    owned = {name: goal[name] for name in goal} | {"completedDate": "2026-03-01"}
    writable = {
        *("title", "description", "goalType", "status", "metricType", "direction", "unit", "initialValue"),
        *("targetValue", "progressTargetValue", "checkInMode", "financeMode", "currency", "linkedBudgetId"),
        *("linkedDebtId", "startDate", "targetDate", "position", "progressWeights", "insightThresholds"),
        "autoComplete",
    }
    assert fields_of(await ada("PATCH", f"/goals/{goal['id']}", owned)) == goal.keys() - writable - {
        "syncStatus"
    }


async def test_an_empty_patch_changes_nothing(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    assert await patched(ada, goal) == goal
    assert await patched(ada, goal, title=goal["title"], targetValue=100, status="active") == goal


async def test_another_target(ada: Person, clock: FrozenClock) -> None:
    """What was reached under the target then in force stays reached."""
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    fact = (await ada.check_in(goal, 50))["checkIn"]
    clock.at += timedelta(days=1)
    changed = await patched(ada, goal, targetValue=200)
    assert changed["progressPercent"] == 25
    half = changed["milestones"][0]
    assert shown(half, "targetPercent", "targetValue", "completedAt") == [50, 100, fact["createdAt"]]
    series = await ada.get(f"/goals/{goal['id']}/series")
    assert [shown(each, "from", "targetValue") for each in series["targetChanges"]] == [
        ["2026-03-02", 100],
        ["2026-03-03", 200],
    ]


async def test_another_target_on_the_same_day(ada: Person) -> None:
    """It replaces the first, as though it had never been: the past is judged by it."""
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    await ada.check_in(goal, 50)
    changed = await patched(ada, goal, targetValue=200)
    assert changed["milestones"][0]["completedAt"] is None
    series = await ada.get(f"/goals/{goal['id']}/series")
    assert [each["targetValue"] for each in series["targetChanges"]] == [200]


async def test_kilograms_to_pounds(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(
        **WEIGHT,
        milestones=[{"title": "by value", "targetValue": 91}, {"title": "half", "targetPercent": 50}],
    )
    told = await ada.check_in(goal, 91)
    clock.at += timedelta(days=1)
    changed = await patched(ada, goal, unit="lb")
    assert shown(changed, "unit", "initialValue", "targetValue", "currentValue") == [
        "lb",
        Decimal("202.825281"),
        Decimal("176.369810"),
        Decimal("200.620659"),
    ]
    assert shown(changed, "progressPercent", "rawPercent") == [Decimal("8.33"), Decimal("8.33")]
    before, after = told["goal"]["milestones"], changed["milestones"]
    assert [each["completedAt"] for each in after] == [each["completedAt"] for each in before]
    assert [each["targetPercent"] for each in after] == [each["targetPercent"] for each in before]
    fact = (await ada.get(f"/goals/{goal['id']}/check-ins"))[0]
    assert shown(fact, "value", "unit") == [91, "kg"]


async def test_a_unit_of_another_kind(ada: Person) -> None:
    goal = await ada.goal(metricType="custom", unit="pages", targetValue=100)
    assert (await patched(ada, goal, unit="chapters"))["unit"] == "chapters"
    await ada.check_in(goal, 5)
    assert fields_of(await ada("PATCH", f"/goals/{goal['id']}", {"unit": "books"})) == {"unit"}


async def test_metric_and_currency_stay_once_there_are_facts(ada: Person) -> None:
    goal = await ada.goal(**SAVING)
    assert (await patched(ada, goal, currency="EUR"))["currency"] == "EUR"
    fact = (await ada.check_in(goal, 5))["checkIn"]
    assert fields_of(await ada("PATCH", f"/goals/{goal['id']}", {"currency": "USD"})) == {"currency"}
    to_count = {"goalType": "personal", "metricType": "count", "currency": None}
    assert "metricType" in fields_of(await ada("PATCH", f"/goals/{goal['id']}", to_count))
    await ada.data("DELETE", f"/goals/{goal['id']}/check-ins/{fact['id']}")
    # A check-in of money is told in its currency, which is no unit of a count.
    assert (await patched(ada, goal, **to_count))["metricType"] == "count"


async def test_direction_and_beginning_judge_everything_anew(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=[{"title": "tenth", "targetPercent": 10}])
    told = await ada.check_in(goal, 10)
    assert len(told["milestonesReached"]) == 1
    changed = await patched(ada, goal, initialValue=20, targetValue=120)
    assert shown(changed, "currentValue", "progressPercent") == [30, 10]
    changed = await patched(ada, goal, direction="decrease", targetValue=0, initialValue=40)
    assert shown(changed, "currentValue", "progressPercent") == [30, 25]
    assert changed["milestones"][0]["completedAt"] is not None
    response = await ada("PATCH", f"/goals/{goal['id']}", {"direction": "increase"})
    assert fields_of(response) == {"targetValue"}


async def test_another_mode(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 5)
    await ada.check_in(goal, 7)
    assert (await ada.now(goal))["currentValue"] == 12
    assert (await patched(ada, goal, checkInMode="measure"))["currentValue"] == 7
    assert (await patched(ada, goal, checkInMode="increment"))["currentValue"] == 12


async def test_all_faults_at_once(ada: Person) -> None:
    goal = await ada.goal(**COUNT, startDate="2026-03-01")
    body = {"targetValue": 1.5, "currency": "USD", "targetDate": "2026-02-01"}
    response = await ada("PATCH", f"/goals/{goal['id']}", body)
    assert fields_of(response) == {"targetValue", "currency", "targetDate"}


async def test_milestones_keep_between_the_dates(ada: Person) -> None:
    goal = await ada.goal(milestones=[{"title": "one", "dueDate": "2026-05-01"}])
    response = await ada("PATCH", f"/goals/{goal['id']}", {"targetDate": "2026-04-01"})
    assert fields_of(response) == {"milestones[0].dueDate"}


async def test_unknown_goals(ada: Person, eve: Person) -> None:
    hers = await eve.goal()
    gone = await ada.goal()
    await ada.data("DELETE", f"/goals/{gone['id']}")
    answers = []
    for goal_id in (hers["id"], gone["id"], str(uuid4()), "nope", "%00", "{" + hers["id"] + "}"):
        response = await ada("PATCH", f"/goals/{goal_id}", {"title": "Mine"})
        assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
        answers.append({**parsed(response)["error"], "requestId": ""})
    assert answers == [answers[0]] * len(answers)
    assert (await eve.now(hers))["title"] == "A goal"


async def test_unknown_links(ada: Person) -> None:
    goal = await ada.goal(**SAVING)
    response = await ada("PATCH", f"/goals/{goal['id']}", {"linkedBudgetId": str(uuid4())})
    assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
    assert data_of(await ada("PATCH", f"/goals/{goal['id']}", {"linkedBudgetId": None})) == goal


async def test_what_a_client_says_of_sync_status_is_ignored(ada: Person) -> None:
    goal = await ada.goal(syncStatus="pending")
    assert goal["syncStatus"] == "synced"
    answer = await ada("PATCH", f"/goals/{goal['id']}", {"title": "Other", "syncStatus": "conflict"})
    assert shown(data_of(answer), "title", "syncStatus") == ["Other", "synced"]


async def test_a_goal_larger_than_64_kib_is_refused(ada: Person) -> None:
    long = {"title": "\u0627" * 200, "description": "\u0627" * 500}
    milestones = [long] * 100
    assert code_of(await ada("POST", "/goals", {"title": "Big", "milestones": milestones})) == (
        422,
        "VALIDATION_ERROR",
    )
    small = await ada.goal(milestones=[long] * 10)
    answer = await ada("PUT", f"/goals/{small['id']}/milestones", {"milestones": milestones})
    assert fields_of(answer) == {"milestones"}
    assert await ada.now(small) == small
