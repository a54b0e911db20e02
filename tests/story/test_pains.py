"""What users of other programs suffer from does not happen here: one test for each kind of pain.

The numbers are issues in the trackers of the programs named; each test says in a line what went wrong there.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.api.person import COUNT, PACED, SAVING, WEIGHT, Document, Person, code_of, shown

from waymark.clock import FrozenClock

HEALTHY: Document = {"habitType": "health", "frequency": "daily"}


async def made(ada: Person, path: str, **body: Any) -> Document:
    created: Document = await ada.data("POST", path, body)
    return created


async def income(ada: Person, amount: Any, **more: Any) -> Document:
    return await made(ada, "/transactions", **{"type": "income", "currency": "USD"} | more, amount=amount)


async def percent(ada: Person, goal: Document) -> Any:
    return (await ada.now(goal))["progressPercent"]


async def test_linked_work_moves_the_goal(ada: Person) -> None:
    """Leantime #3678 (milestone 100 %, goal 0 %), #2939, whph #251, uhabits #191."""
    goal = await ada.goal(metricType="none")
    tasks = [await made(ada, "/tasks", title=title, goalId=goal["id"]) for title in ("one", "two")]
    await ada.data("POST", f"/tasks/{tasks[0]['id']}/complete")
    assert await percent(ada, goal) == 50
    await ada.data("POST", f"/tasks/{tasks[1]['id']}/complete")
    assert await percent(ada, goal) == 100
    await ada.data("POST", f"/tasks/{tasks[1]['id']}/reopen")
    assert await percent(ada, goal) == 50


async def test_counters_do_not_drift(ada: Person) -> None:
    """Firefly III #8741 (an edited transaction counts as it was), #8456 (removed twice), #8167, #6665."""
    goal = await ada.goal(**SAVING)
    kept = await income(ada, 100, goalId=goal["id"])
    gone = await income(ada, 50, goalId=goal["id"])
    await ada.data("PATCH", f"/transactions/{kept['id']}", {"amount": "70.05"})
    assert (await ada.now(goal))["currentValue"] == Decimal("120.05")
    await ada.data("DELETE", f"/transactions/{gone['id']}")
    assert code_of(await ada("DELETE", f"/transactions/{gone['id']}"))[0] == 404
    assert (await ada.now(goal))["currentValue"] == Decimal("70.05")
    await ada.data("PATCH", f"/transactions/{kept['id']}", {"goalId": None})
    assert (await ada.now(goal))["currentValue"] == 0


async def test_how_much_by_when_is_said(ada: Person, clock: FrozenClock) -> None:
    """Actual #1006, #2965, #6525; toolkit-for-ynab #2252 (of the month, or of the whole?)."""
    clock.at = datetime(2026, 3, 11, 12, tzinfo=UTC)
    goal = await ada.goal(**PACED)  # 100 from the 1st to the 21st: 5 a day
    told = await ada.check_in(goal, 40)
    assert told["goal"]["progressPercent"] == 40  # of the whole, always
    pace = told["goal"]["pace"]
    assert shown(pace, "expectedValue", "requiredPerDay", "projectedDate") == [50, 6, "2026-03-26"]
    assert shown(pace["nextNeeded"], "amount", "by") == [10, "2026-03-11"]


async def test_the_same_money_counts_once(ada: Person) -> None:
    """Securo #745, Wealthfolio #235 and #922: money that two ways lead to was counted twice."""
    goal = await ada.goal(**SAVING, financeMode="save")
    budget = (await ada.now(goal))["linkedBudgetId"]
    await income(ada, 250, goalId=goal["id"], budgetId=budget)
    now = await ada.now(goal)
    assert shown(now, "currentValue", "progressPercent", "financeContributionCount") == [250, 25, 1]


async def test_nothing_is_reached_too_early(ada: Person) -> None:
    """Sure #2180, #2178: what was there before counted as saved; and 99.999 % is not all."""
    goal = await ada.goal(**SAVING, initialValue=400)
    assert await percent(ada, goal) == 0
    told = await ada.check_in(goal, "599.99")
    assert shown(told["goal"], "progressPercent", "status") == [Decimal("99.99"), "active"]
    assert told["milestonesReached"] == []
    assert (await ada.check_in(goal, "0.01"))["goal"]["progressPercent"] == 100


async def test_lower_is_better(ada: Person) -> None:
    """Leantime #3247 (0 %), Operately #593, openScale #1219, uhabits #15 and #418."""
    goal = await ada.goal(**WEIGHT)  # from 92 kg down to 80
    assert (await ada.check_in(goal, 89))["goal"]["progressPercent"] == 25
    assert (await ada.check_in(goal, 95))["goal"]["progressPercent"] == 0
    assert (await ada.check_in(goal, 79))["goal"]["progressPercent"] == 100


async def test_a_new_target_leaves_the_past_alone(ada: Person, clock: FrozenClock) -> None:
    """In uhabits #270, mhabit #358, waistline #814: yesterday was judged by today's target."""
    goal = await ada.goal(**PACED)
    await ada.check_in(goal, 10)
    clock.at += timedelta(days=5)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 400})
    points = (await ada.get(f"/goals/{goal['id']}/series", bucket="day"))["points"]
    targets = {point["to"]: point["target"] for point in points}
    assert [targets[day] for day in ("2026-03-02", "2026-03-06", "2026-03-07")] == [100, 100, 400]


async def test_a_skipped_day_is_no_failure(ada: Person, clock: FrozenClock) -> None:
    """In uhabits #641 and #1695, Beeminder's forum 10775: holidays and weekends broke streaks."""
    habit = await made(ada, "/habits", title="Stretch", **HEALTHY)
    for status in ("done", "skip", "done"):
        await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": status})
        clock.at += timedelta(days=1)
    stats = await ada.get(f"/habits/{habit['id']}/stats")
    assert shown(stats, "streakCurrent", "done30", "skipped30") == [2, 2, 1]
    assert stats["completionRate30d"] == 100


async def test_a_day_is_the_persons_own(ada: Person, clock: FrozenClock) -> None:
    """Habitica #5919, #1057, #8944: a day that ended twice, or in another zone, took streaks."""
    await ada.data("PATCH", "/users/me", {"timezone": "Europe/Berlin", "dayStartsAt": 3})
    habit = await made(ada, "/habits", title="Write", **HEALTHY)
    path = f"/habits/{habit['id']}/complete"
    clock.at = datetime(2026, 3, 28, 22, 50, tzinfo=UTC)  # 23:50 of the 28th
    assert (await ada.data("POST", path, {"status": "done"}))["completion"]["dateKey"] == "2026-03-28"
    clock.at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30, still the evening of the 28th
    assert (await ada.data("POST", path, {"status": "done"}))["completion"]["dateKey"] == "2026-03-28"
    clock.at = datetime(2026, 3, 29, 20, tzinfo=UTC)  # after the clocks went forward
    assert (await ada.data("POST", path, {"status": "done"}))["completion"]["dateKey"] == "2026-03-29"
    assert (await ada.get(f"/habits/{habit['id']}"))["streakCurrent"] == 2


async def test_sync_neither_loses_nor_raises_the_dead(ada: Person, clock: FrozenClock) -> None:
    """Super Productivity #8956 (last write wins, deletes return), #8107, Actual #212, #5844."""
    goal = await ada.goal("Read")
    await ada.data("PATCH", f"/goals/{goal['id']}", {"description": "twelve of them"})
    later = (clock.at - timedelta(minutes=1)).isoformat()
    edit = {"entity": "goals", "id": goal["id"], "operation": "update", "localUpdatedAt": later}
    edit |= {"baseVersion": goal["version"], "data": {"title": "Read more"}}
    (result,) = (await ada.data("POST", "/sync/push", {"changes": [edit]}))["results"]
    assert shown(result["record"], "title", "description") == ["Read more", "twelve of them"]
    await ada.data("DELETE", f"/goals/{goal['id']}")
    edit |= {"baseVersion": result["record"]["version"], "data": {"title": "Read yet more"}}
    (result,) = (await ada.data("POST", "/sync/push", {"changes": [edit]}))["results"]
    assert (result["status"], result["conflict"]["status"]) == ("conflict", "open")
    assert code_of(await ada("GET", f"/goals/{goal['id']}"))[0] == 404


async def test_no_state_is_a_dead_end(ada: Person) -> None:
    """Securo #418 (completed for ever), Operately #1959, Sure #2963 (a deleted account broke goals)."""
    goal = await ada.goal(**SAVING, financeMode="save")
    await ada.check_in(goal, 100)
    for action, status in (
        ("complete", "completed"),
        ("reactivate", "active"),
        ("pause", "paused"),
        ("resume", "active"),
        ("archive", "archived"),
        ("restore", "active"),
    ):
        done = await ada.data("POST", f"/goals/{goal['id']}/{action}")
        assert status in (done["status"], done["showStatus"]), action
    await ada.data("DELETE", f"/budgets/{goal['linkedBudgetId']}")
    assert shown(await ada.now(goal), "linkedBudgetId", "progressPercent") == [None, 10]
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert (await ada.data("POST", f"/goals/{goal['id']}/restore"))["progressPercent"] == 10


async def test_the_api_can_do_what_people_can(ada: Person) -> None:
    """In ynab-sdk-js #196, Actual #1384, uhabits #2346 goals cannot be written by programs."""
    goal = await ada.goal(**PACED, goalType="education", milestones=[{"title": "half", "targetPercent": 50}])
    changes = {"title": "Another", "targetValue": 50, "targetDate": "2026-04-01", "direction": "increase"}
    changed = await ada.data("PATCH", f"/goals/{goal['id']}", changes)
    assert shown(changed, *changes) == list(changes.values())
    assert changed["milestones"][0]["targetValue"] == 25


async def test_a_task_counts_by_as_much_as_it_is(ada: Person) -> None:
    """Habitica #39, #442 and #749, Vikunja #898: a to-do is done or not, never twelve pages."""
    goal, task = await ada.goal(**COUNT), await made(ada, "/tasks", title="Chapter two")
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{task['id']}", {"contribution": 12})
    await ada.data("POST", f"/tasks/{task['id']}/complete")
    assert shown(await ada.now(goal), "currentValue", "progressPercent") == [12, 12]


async def test_debts_currencies_and_spending(ada: Person) -> None:
    """Firefly III #6303 and #9874, Wealthfolio #504, Sure #2170, monetr #1504."""
    owed = {"direction": "i_owe", "counterpartyName": "Bank", "principalAmount": 1000}
    debt = await made(ada, "/debts", **owed, principalCurrency="USD", startDate="2026-03-01")
    closing = await ada.goal(
        **SAVING | {"targetValue": None}, financeMode="debt_close", linkedDebtId=debt["id"]
    )
    await made(ada, f"/debts/{debt['id']}/payments", amount=200, currency="EUR", rate="1.25")
    assert shown(await ada.now(closing), "currentValue", "progressPercent") == [750, 25]
    trip = await ada.goal(**SAVING, financeMode="spend")
    spent = {"type": "expense", "budgetId": trip["linkedBudgetId"]}
    await income(ada, 300, **spent)
    assert shown(await ada.now(trip), "currentValue", "progressPercent") == [300, 30]
    listed = await ada.get("/transactions", budgetId=trip["linkedBudgetId"])
    assert [each["amount"] for each in listed] == [300]


async def test_there_are_statistics(ada: Person) -> None:
    """Super Productivity #8002, #7008, #4232: what was done, when, out of what."""
    goal = await ada.goal(**PACED)
    await ada.check_in(goal, 10)
    task = await made(ada, "/tasks", title="x", goalId=goal["id"])
    await ada.data("POST", f"/tasks/{task['id']}/complete")
    stats = await ada.get(f"/goals/{goal['id']}/stats")
    assert shown(stats, "totalTasks", "completedTasks") == [1, 1]
    points = (await ada.get(f"/goals/{goal['id']}/series", bucket="day"))["points"]
    assert shown(points[-1], "value", "added") == [10, 10]
    assert (await ada.get("/goals/summary"))["counts"]["active"] == 1
