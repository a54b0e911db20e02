"""The rules that watch budgets, debts and habits: what each says, once, and what takes it back."""

from datetime import UTC, datetime, timedelta

from tests.api.person import Document, Person
from tests.insights.said import insights, run, told

from waymark.clock import FrozenClock

BUDGET: Document = {
    "name": "Food",
    "budgetType": "project",
    "transactionType": "expense",
    "currency": "USD",
    "limitAmount": 100,
}
SPENDING: Document = {
    "goalType": "financial",
    "metricType": "amount",
    "financeMode": "spend",
    "currency": "USD",
    "targetValue": 1000,
    "createBudget": False,
}


async def spent(ada: Person, budget: Document, amount: int, **more: object) -> Document:
    body = {"type": "expense", "amount": amount, "currency": "USD", "date": "2026-03-02"}
    done: Document = await ada.data("POST", "/transactions", {**body, "budgetId": budget["id"], **more})
    return done


async def thresholds(ada: Person) -> list[tuple[int, str, str]]:
    rows = await insights(ada, rule="budget_threshold")
    return [(row["payload"]["threshold"], row["level"], row["status"]) for row in rows]


async def test_a_tied_spend_budget(ada: Person) -> None:
    """At 90 and at 100 %, each once; a refund takes nothing back, an undone transaction does."""
    budget = await ada.data("POST", "/budgets", BUDGET)
    goal = await ada.goal(**SPENDING, linkedBudgetId=budget["id"])
    await spent(ada, budget, 89)
    assert await thresholds(ada) == []
    await spent(ada, budget, 1)
    assert await thresholds(ada) == [(90, "warning", "new")]
    last = await spent(ada, budget, 10)
    assert await thresholds(ada) == [(90, "warning", "new"), (100, "critical", "new")]
    first = (await insights(ada, rule="budget_threshold"))[0]
    assert first["related"] == {"budgetId": budget["id"], "goalId": goal["id"]}
    assert [await run(ada, action) for action in first["actions"]] == [200]
    await spent(ada, budget, 20, type="income")
    assert [status for _, _, status in await thresholds(ada)] == ["new", "new"]
    await ada.data("DELETE", f"/transactions/{last['id']}")
    assert await thresholds(ada) == [(90, "warning", "dismissed"), (100, "critical", "dismissed")]
    await spent(ada, budget, 25)
    assert await thresholds(ada) == [(90, "warning", "new"), (100, "critical", "dismissed")]


async def test_a_higher_limit(ada: Person) -> None:
    budget = await ada.data("POST", "/budgets", {**BUDGET, "notifyOnExceed": True})
    await spent(ada, budget, 120)
    assert [status for _, _, status in await thresholds(ada)] == ["new", "new"]
    await ada.data("PATCH", f"/budgets/{budget['id']}", {"limitAmount": 130})
    assert [status for _, _, status in await thresholds(ada)] == ["new", "dismissed"]


async def test_which_budgets_are_watched(ada: Person) -> None:
    """Those of a goal, and those that ask for it; what fills up is no warning."""
    untied = await ada.data("POST", "/budgets", BUDGET)
    income = await ada.data("POST", "/budgets", {**BUDGET, "transactionType": "income"})
    await ada.goal(**SPENDING, linkedBudgetId=income["id"])
    await spent(ada, untied, 100)
    await spent(ada, income, 100, type="income")
    assert await thresholds(ada) == []


async def test_each_period_by_itself(ada: Person, clock: FrozenClock) -> None:
    monthly = {**BUDGET, "periodType": "monthly", "notifyOnExceed": True}
    budget = await ada.data("POST", "/budgets", monthly)
    march = await spent(ada, budget, 95)
    await spent(ada, budget, 95, date="2026-02-10")
    assert await thresholds(ada) == [(90, "warning", "new")]
    (row,) = await insights(ada, rule="budget_threshold")
    assert row["validUntil"] == "2026-04-01T00:00:00Z"
    clock.at = datetime(2026, 4, 2, 12, tzinfo=UTC)
    await spent(ada, budget, 95, date="2026-04-01")
    assert await thresholds(ada) == [(90, "warning", "new")] * 2
    await ada.data("DELETE", f"/transactions/{march['id']}")
    assert await thresholds(ada) == [(90, "warning", "dismissed"), (90, "warning", "new")]


async def test_a_debt_is_paid(ada: Person) -> None:
    debt = await ada.data(
        "POST",
        "/debts",
        {
            "direction": "i_owe",
            "counterpartyName": "Bob",
            "principalAmount": 50,
            "principalCurrency": "USD",
        },
    )
    path = f"/debts/{debt['id']}"
    await ada.data("POST", f"{path}/payments", {"amount": 20, "currency": "USD"})
    assert await insights(ada) == []
    payment = await ada.data("POST", f"{path}/payments", {"amount": 30, "currency": "USD"})
    (paid,) = await insights(ada)
    assert (paid["rule"], paid["level"], paid["related"]) == (
        "debt_paid",
        "celebration",
        {"debtId": debt["id"]},
    )
    await ada.data("DELETE", f"{path}/payments/{payment['id']}")
    assert told(await insights(ada)) == [("debt_paid", "dismissed")]
    await ada.data("POST", f"{path}/settle", {})
    assert told(await insights(ada)) == [("debt_paid", "new")]
    await ada.data("PATCH", path, {"principalAmount": 80})
    assert told(await insights(ada)) == [("debt_paid", "dismissed")]


async def streak(ada: Person) -> list[tuple[int, str, str]]:
    rows = await insights(ada, rule="habit_streak")
    return [(row["payload"]["length"], row["payload"]["since"], row["status"]) for row in rows]


async def said(ada: Person, habit: Document, day: str, status: str = "done") -> Document:
    body = {"status": status, "dateKey": day}
    done: Document = await ada.data("POST", f"/habits/{habit['id']}/complete", body)
    return done


def day(number: int) -> str:
    """The `number`-th day of March 2026, counted on."""
    return str((datetime(2026, 2, 28, tzinfo=UTC) + timedelta(number)).date())


async def test_a_streak(ada: Person, clock: FrozenClock) -> None:
    """At 7 and 30 days; a day mended to a miss takes back what no longer was, and only that."""
    clock.at = datetime(2026, 4, 30, 12, tzinfo=UTC)
    habit = await ada.data("POST", "/habits", {"title": "Stretch"})
    for number in range(31, 62):
        clock.at = datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(number - 1)
        await said(ada, habit, day(number))
    assert await streak(ada) == [(7, day(31), "new"), (30, day(31), "new")]
    await said(ada, habit, day(45), "miss")
    assert await streak(ada) == [(7, day(31), "new"), (30, day(31), "dismissed")]
    await said(ada, habit, day(45))
    assert await streak(ada) == [(7, day(31), "new"), (30, day(31), "new")]


async def test_filling_in_the_past(ada: Person, clock: FrozenClock) -> None:
    """Each length is said once, though the run begins earlier with every day that is told of."""
    clock.at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    habit = await ada.data("POST", "/habits", {"title": "Stretch"})
    for number in range(31, 0, -1):
        await said(ada, habit, day(number))
    assert await streak(ada) == [(7, day(25), "new"), (30, day(2), "new")]
    forgotten = await ada.get(f"/habits/{habit['id']}/history", dateFrom=day(3), dateTo=day(3))
    await ada.data("DELETE", f"/habits/{habit['id']}/history/{forgotten[0]['id']}")
    assert await streak(ada) == [(7, day(25), "new"), (30, day(2), "dismissed")]
