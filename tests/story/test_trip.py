"""A trip, saved for, planned and practised for, with a debt beside it: every number worked out on paper.

All over HTTP, on both databases; undone in another order it ends at zero.
"""

from decimal import Decimal
from typing import Any

from tests.api.person import Person, data_of, shown

TRIP = {
    "title": "A week in Samarkand",
    "goalType": "financial",
    "metricType": "amount",
    "currency": "UZS",
    "targetValue": 1_200_000,
    "financeMode": "save",
    "milestones": [{"title": title} for title in ("tickets", "hotel", "guide", "silk")],
}


async def made(ada: Person, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await ada("POST", path, body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = data_of(response)
    return made


async def seen(ada: Person, goal_id: str) -> dict[str, Any]:
    """What a person looks at: value, percent, the worlds, what was reached, and the number explained."""
    goal = data_of(await ada("GET", f"/goals/{goal_id}"))
    told = data_of(await ada("GET", f"/goals/{goal_id}/progress"))
    assert sum(term["points"] for term in told["terms"]) == told["progressPercent"] == goal["progressPercent"]
    stats = goal["stats"]
    return {
        "value": goal["currentValue"],
        "percent": goal["progressPercent"],
        "finance": stats["financialProgressPercent"],
        "tasks": stats["tasksProgressPercent"],
        "habits": stats["habitsProgressPercent"],
        "reached": [each["order"] for each in goal["milestones"] if each["completedAt"]],
        "contributions": goal["financeContributionCount"],
    }


def state(**numbers: Any) -> dict[str, Any]:
    nothing = {"value": 0, "percent": 0, "finance": 0, "tasks": None, "habits": None}
    return {**nothing, "reached": [], "contributions": 0, **numbers}


async def test_the_trip(ada: Person) -> None:
    trip = await made(ada, "/goals", TRIP)
    goal, budget = trip["id"], trip["linkedBudgetId"]
    assert [each["targetValue"] for each in trip["milestones"]] == [300_000, 600_000, 900_000, 1_200_000]
    assert shown(
        data_of(await ada("GET", f"/budgets/{budget}")), "budgetType", "currency", "linkedGoalId"
    ) == [
        "project",
        "UZS",
        goal,
    ]
    assert await seen(ada, goal) == state()

    tasks = [
        await made(ada, "/tasks", {"title": title, "goalId": goal}) for title in ("visa", "flight", "bags")
    ]
    assert await seen(ada, goal) == state(tasks=0)
    habit = await made(ada, "/habits", {"title": "Ten words of Uzbek", "goalId": goal})
    await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": "done"})
    assert await seen(ada, goal) == state(tasks=0, habits=100)

    # 300,000 of 1,200,000 is a quarter.
    first = await made(
        ada,
        "/transactions",
        {"type": "income", "amount": 300_000, "currency": "UZS", "date": "2026-03-02", "goalId": goal},
    )
    after_first = state(
        value=300_000, percent=25, finance=25, tasks=0, habits=100, reached=[1], contributions=1
    )
    assert await seen(ada, goal) == after_first
    # 40 USD at 12,500 are 500,000: 800,000 of 1,200,000 are 66.67 %.
    second = await made(
        ada,
        "/transactions",
        {
            "type": "income",
            "amount": 40,
            "currency": "USD",
            "rate": 12_500,
            "date": "2026-03-02",
            "budgetId": budget,
        },
    )
    saved = {
        "value": 800_000,
        "finance": Decimal("66.67"),
        "habits": 100,
        "reached": [1, 2],
        "contributions": 2,
    }
    assert await seen(ada, goal) == state(**saved, percent=Decimal("66.67"), tasks=0)
    contributions = data_of(await ada("GET", f"/goals/{goal}/contributions"))
    of_second = next(each for each in contributions if each["transactionId"] == second["id"])
    assert shown(of_second, "amount", "currency", "rate", "convertedAmount", "sign", "via") == [
        40,
        "USD",
        12_500,
        500_000,
        1,
        "budget",
    ]

    # One of three tasks is 33.33 %; without weights it is shown and does not count.
    await ada("POST", f"/tasks/{tasks[0]['id']}/complete")
    assert await seen(ada, goal) == state(**saved, percent=Decimal("66.67"), tasks=Decimal("33.33"))
    # (3 · 66.67 + 1 · 33.33) / 4 = 58.33
    await ada("PATCH", f"/goals/{goal}", {"progressWeights": {"finance": 3, "tasks": 1}})
    weighed = await seen(ada, goal)
    assert (weighed["percent"], weighed["value"]) == (Decimal("58.33"), 800_000)
    told = data_of(await ada("GET", f"/goals/{goal}/progress"))
    points = {term["source"]: (term["percent"], term["weight"], term["points"]) for term in told["terms"]}
    assert points["finance"] == (Decimal("66.67"), 3, 50)
    assert points["tasks"] == (Decimal("33.33"), 1, Decimal("8.33"))
    await ada("PATCH", f"/goals/{goal}", {"progressWeights": None})

    # A debt beside it: 5,000,000, of which 1,250,000 is paid: a quarter.
    debt = await made(
        ada,
        "/debts",
        {
            "direction": "i_owe",
            "counterpartyName": "Uncle",
            "principalAmount": 5_000_000,
            "principalCurrency": "UZS",
            "startDate": "2026-03-01",
        },
    )
    closing = await made(
        ada,
        "/goals",
        {
            "title": "Free of debt",
            "goalType": "financial",
            "metricType": "amount",
            "financeMode": "debt_close",
            "linkedDebtId": debt["id"],
        },
    )
    assert shown(closing, "initialValue", "targetValue", "direction", "currency") == [
        5_000_000,
        0,
        "decrease",
        "UZS",
    ]
    payment = await made(
        ada,
        f"/debts/{debt['id']}/payments",
        {"amount": 1_250_000, "currency": "UZS", "paymentDate": "2026-03-02"},
    )
    owed = await seen(ada, closing["id"])
    assert (owed["value"], owed["percent"], owed["contributions"]) == (3_750_000, 25, 1)
    assert shown(data_of(await ada("GET", f"/debts/{debt['id']}")), "totalPaid", "remainingAmount") == [
        1_250_000,
        3_750_000,
    ]

    # Undone in another order, each step leaves what never having done it would have left.
    await ada("DELETE", f"/transactions/{first['id']}")
    assert await seen(ada, goal) == state(
        value=500_000,
        percent=Decimal("41.67"),
        finance=Decimal("41.67"),
        tasks=Decimal("33.33"),
        habits=100,
        reached=[1],
        contributions=1,
    )
    await ada("POST", f"/tasks/{tasks[0]['id']}/reopen")
    await ada("DELETE", f"/debts/{debt['id']}/payments/{payment['id']}")
    owed = await seen(ada, closing["id"])
    assert (owed["value"], owed["percent"], owed["contributions"]) == (5_000_000, 0, 0)
    await ada("DELETE", f"/habits/{habit['id']}")
    for task in tasks:
        await ada("DELETE", f"/tasks/{task['id']}")
    assert await seen(ada, goal) == state(
        value=500_000, percent=Decimal("41.67"), finance=Decimal("41.67"), reached=[1], contributions=1
    )
    await ada("DELETE", f"/transactions/{second['id']}")
    assert await seen(ada, goal) == state()
