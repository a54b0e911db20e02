"""A goal of money through its life over HTTP: the story of a trip, what if, and what no step may leave."""

import json
from decimal import Decimal

import pytest
from tests.api.person import SAVING, Person, code_of, fields_of, shown
from tests.api.tables import contents, journal
from tests.neighbours.money import TRIP, budget, closing, debt, moved, paid

from waymark.store.database import Database

pytestmark = pytest.mark.anyio


async def test_a_trip_and_a_debt_beside_it(ada: Person) -> None:
    """1,200,000 UZS with milestones every 25 %; 300,000 + 40 USD at 12,500 + 100,000 - 150,000 + 450,000."""
    names = ("currentValue", "progressPercent", "financeContributionCount")
    goal = await ada.goal("Trip", **TRIP, milestones=[{"title": str(n)} for n in (25, 50, 75, 100)])
    owed = await debt(ada)
    close = await closing(ada, owed)
    steps = [
        ({"amount": 300_000, "goalId": goal["id"]}, [300_000, 25, 1], 1),
        (
            {"amount": 40, "currency": "USD", "rate": 12_500, "goalId": goal["id"]},
            [800_000, Decimal("66.67"), 2],
            2,
        ),
        ({"amount": 100_000, "budgetId": goal["linkedBudgetId"]}, [900_000, 75, 3], 3),
        ({"amount": 150_000, "type": "expense", "goalId": goal["id"]}, [750_000, Decimal("62.5"), 4], 3),
        ({"amount": 450_000, "type": "transfer", "goalId": goal["id"]}, [1_200_000, 100, 5], 4),
    ]
    made = []
    for body, expected, reached in steps:
        made.append(await moved(ada, **body))
        now = await ada.now(goal)
        assert shown(now, *names) == expected
        assert sum(each["completedAt"] is not None for each in now["milestones"]) == reached
        there = await ada.get(f"/budgets/{goal['linkedBudgetId']}")
        assert there["spentAmount"] == expected[0]
    payment = await paid(ada, owed, 1_250_000)
    assert shown(await ada.now(close), *names) == [3_750_000, 25, 1]
    told = await ada.get(f"/goals/{goal['id']}/progress")
    assert sum(term["points"] for term in told["terms"]) == told["progressPercent"] == 100
    (point,) = [each for each in (await ada.get(f"/goals/{goal['id']}/series"))["points"] if each["added"]]
    assert point["bySource"] == {"manual": 0, "finance": 1_200_000}
    for index in (1, 4, 0, 3, 2):
        await ada.data("DELETE", f"/transactions/{made[index]['id']}")
    await ada.data("DELETE", f"/debts/{owed['id']}/payments/{payment['id']}")
    now = await ada.now(goal)
    assert shown(now, *names, "stats", "pace") == [0, 0, 0, goal["stats"], goal["pace"]]
    assert shown(await ada.now(close), *names) == [5_000_000, 0, 0]
    assert await ada.get(f"/goals/{goal['id']}/contributions") == []


async def test_budget_and_debt_and_goal_count_a_transaction_once(ada: Person) -> None:
    owed = await debt(ada)
    goal = await ada.goal("Spent", **{**TRIP, "financeMode": "spend"})
    await ada.data("POST", f"/goals/{goal['id']}/link-debt", {"debtId": owed["id"]})
    ways = {"goalId": goal["id"], "budgetId": goal["linkedBudgetId"], "debtId": owed["id"]}
    each = await moved(ada, 120_000, type="expense", **ways)
    assert shown(await ada.now(goal), "currentValue", "financeContributionCount") == [120_000, 1]
    for way in ("goalId", "budgetId"):
        await ada.data("PATCH", f"/transactions/{each['id']}", {way: None})
        assert (await ada.now(goal))["currentValue"] == 120_000
    await ada.data("PATCH", f"/transactions/{each['id']}", {"debtId": None})
    assert shown(await ada.now(goal), "currentValue", "financeContributionCount") == [0, 0]
    assert await ada.get(f"/debts/{owed['id']}/payments") == []


async def test_another_mode_tells_everything_anew(ada: Person) -> None:
    goal = await ada.goal(**SAVING, financeMode="save")
    await moved(ada, 100, currency="USD", goalId=goal["id"])
    await moved(ada, 30, currency="USD", type="expense", goalId=goal["id"])
    assert (await ada.now(goal))["currentValue"] == 70
    patched = await ada.data("PATCH", f"/goals/{goal['id']}", {"financeMode": "spend"})
    assert shown(patched, "currentValue", "financeContributionCount") == [-70, 2]
    assert (await ada.data("PATCH", f"/goals/{goal['id']}", {"financeMode": None}))["currentValue"] == 70


async def test_what_if_changes_nothing(ada: Person) -> None:
    goal = await ada.goal(**SAVING, startDate="2026-02-01", targetDate="2026-06-01")
    await ada.check_in(goal, 100)
    before = await ada.now(goal)
    ask = f"/goals/{goal['id']}/simulate"
    same = await ada.data("POST", ask, {})
    assert same["pace"] == before["pace"]
    more = await ada.data("POST", ask, {"addPerMonth": 300, "targetDate": "2026-12-31"})
    assert more["pace"]["actualPerDay"] > before["pace"]["actualPerDay"]
    assert more["pace"]["daysLeft"] == 304
    assert await ada.now(goal) == before
    assert fields_of(await ada("POST", ask, {"pauseFrom": "2026-03-01", "pauseTo": "2026-03-09"})) == {
        "pauseFrom"
    }
    assert fields_of(await ada("POST", ask, {"targetValue": 0})) == {"targetValue"}
    assert code_of(await ada("POST", "/goals/0198c0de-8b21-7f0a-b1c4-2e9d7a6f5c31/simulate", {}))[0] == 404


async def test_a_refusal_and_a_dry_run_leave_nothing(ada: Person, database: Database) -> None:
    made = await budget(ada, currency="USD", categoryIds=["food"])
    goal = await ada.goal("Trip", **TRIP)
    before = await contents(database)
    body = {
        "type": "income",
        "amount": 5,
        "currency": "UZS",
        "date": "2026-03-02",
        "goalId": goal["id"],
        "categoryId": "food",
    }
    dry = await ada("POST", "/transactions", body, params={"dryRun": "true"})
    assert dry.status_code == 200, dry.text
    # The goal would take it, the dollar budget would need a rate.
    refused = await ada("POST", "/transactions", {**body, "type": "expense"})
    assert fields_of(refused) == {"rate"}
    assert code_of(await ada("POST", f"/goals/{goal['id']}/link-budget", {"budgetId": made["id"]}))[0] == 422
    assert await contents(database) == before


async def test_followers_hear_what_a_get_would_say(ada: Person, database: Database) -> None:
    goal = await ada.goal("Trip", **TRIP)
    owed = await debt(ada)
    await moved(ada, 100, goalId=goal["id"])
    await moved(ada, 100, type="expense", debtId=owed["id"])
    last = {(row.entity, row.id): row.body for row in await journal(database, ada.user["id"])}
    for entity in ("budgets", "debts", "transactions"):
        for each in await ada.get(f"/{entity}"):
            told = json.loads(last[entity, each["id"]], parse_float=Decimal)
            assert {**told, "goals": None} == {**each, "goals": None}


async def test_the_project_budget_turns_with_the_mode(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    path = f"/budgets/{goal['linkedBudgetId']}"
    await ada.data("PATCH", path, {"categoryIds": ["food"]})
    await moved(ada, 100_000, goalId=goal["id"])
    await moved(ada, 30_000, type="expense", budgetId=goal["linkedBudgetId"])
    await moved(ada, 7_000, type="expense", categoryId="food")
    names = ("transactionType", "spentAmount", "linkedGoalId")
    saved = [70_000, ["income", 70_000, goal["id"]]]
    spent = [-63_000, ["expense", -63_000, goal["id"]]]
    for mode, expected in (("save", saved), ("spend", spent), ("save", saved)):
        now = await ada.data("PATCH", f"/goals/{goal['id']}", {"financeMode": mode})
        assert [now["currentValue"], shown(await ada.get(path), *names)] == expected


async def test_the_mode_of_a_goal_leaves_a_budget_of_categories_alone(ada: Person) -> None:
    made = await budget(ada)
    goal = await ada.goal("Trip", **TRIP, linkedBudgetId=made["id"])
    for mode in ("spend", "save"):
        await ada.data("PATCH", f"/goals/{goal['id']}", {"financeMode": mode})
        assert (await ada.get(f"/budgets/{made['id']}"))["transactionType"] == "expense"
