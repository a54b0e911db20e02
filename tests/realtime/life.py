"""A life in which every step moves several records: tasks, habits, money and focus that feed one goal.

Steps only; what must hold after each of them, the test says.
"""

from collections.abc import AsyncIterator
from typing import Any

from tests.api.person import Document, Person

GOAL: Document = {
    "title": "A week in Samarkand",
    "goalType": "financial",
    "metricType": "amount",
    "currency": "UZS",
    "targetValue": 1_200_000,
    "financeMode": "save",
    "targetDate": "2026-06-01",
    "milestones": [{"title": title} for title in ("tickets", "hotel", "guide", "silk")],
}
FREE: Document = {
    "title": "Free of Rustam",
    "financeMode": "debt_close",
    "metricType": "amount",
    "currency": "UZS",
}
DEBT: Document = {
    "direction": "i_owe",
    "counterpartyName": "Rustam",
    "principalAmount": 500_000,
    "principalCurrency": "UZS",
    "startDate": "2026-02-01",
}
PAYMENT: Document = {"amount": 200_000, "currency": "UZS", "paymentDate": "2026-03-02"}
TRANSFER: Document = {"type": "income", "currency": "UZS", "date": "2026-03-02"}


class Life:
    """What was made so far, by name."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.ids: dict[str, str] = {}

    async def step(self, method: str, path: str, body: Any = None, *, makes: str = "") -> str:
        """One call; names in braces stand for ids made before. What it did, in words."""
        body = {name: self._filled(value) for name, value in body.items()} if body else body
        told = await self.person.data(method, self._filled(path), body)
        if makes:
            self.ids[makes] = told.get("checkIn", told.get("completion", told))["id"]
        if makes == "goal":
            self.ids |= {"budget": told["linkedBudgetId"], "milestone": told["milestones"][0]["id"]}
        return f"{method} {path} {body}"

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        return value.format_map(self.ids) if isinstance(value, str) else value


STEPS: list[tuple[Any, ...]] = [
    ("POST", "/goals", GOAL, "goal"),
    ("POST", "/tasks", {"title": "visa", "goalId": "{goal}"}, "visa"),
    ("POST", "/tasks", {"title": "flight"}, "flight"),
    ("POST", "/habits", {"title": "Ten words", "goalId": "{goal}"}, "habit"),
    ("PUT", "/goals/{goal}/tasks/{flight}", {"contribution": 60_000}),
    ("POST", "/tasks/{visa}/complete"),
    ("POST", "/tasks/{flight}/complete"),
    ("POST", "/habits/{habit}/complete", {"status": "done"}),
    ("POST", "/habits/{habit}/complete", {"status": "done", "dateKey": "2026-03-01"}, "completion"),
    ("POST", "/transactions", {**TRANSFER, "amount": 300_000, "goalId": "{goal}"}, "direct"),
    ("POST", "/transactions", {**TRANSFER, "amount": 90_000, "budgetId": "{budget}"}),
    ("PUT", "/fx-rates", {"date": "2026-03-01", "from": "USD", "to": "UZS", "rate": 12_500}),
    ("POST", "/transactions", {**TRANSFER, "amount": 20, "currency": "USD", "goalId": "{goal}"}, "dollars"),
    ("POST", "/goals/{goal}/check-in", {"value": 45_000, "note": "from the jar"}, "fact"),
    ("PATCH", "/goals/{goal}/check-ins/{fact}", {"value": 50_000}),
    (
        "POST",
        "/focus-sessions/start",
        {"plannedMinutes": 25, "goalId": "{goal}", "taskId": "{visa}"},
        "focus",
    ),
    ("PATCH", "/focus-sessions/{focus}/pause"),
    ("POST", "/focus-sessions/{focus}/complete", {"actualMinutes": 23}),
    ("PATCH", "/transactions/{direct}", {"amount": 350_000}),
    ("PATCH", "/budgets/{budget}", {"limitAmount": 700_000}),
    ("PATCH", "/goals/{goal}", {"targetValue": 1_000_000, "title": "Ten days in Samarkand"}),
    ("PATCH", "/goals/{goal}/milestones/{milestone}", {"title": "both tickets"}),
    ("POST", "/tasks/{flight}/reopen"),
    ("DELETE", "/tasks/{visa}"),
    ("POST", "/tasks/{visa}/restore"),
    ("DELETE", "/habits/{habit}/history/{completion}"),
    ("PATCH", "/habits/{habit}", {"status": "paused"}),
    ("PATCH", "/transactions/{dollars}", {"goalId": None}),
    ("DELETE", "/transactions/{direct}"),
    ("POST", "/transactions/{direct}/restore"),
    ("POST", "/debts", DEBT, "debt"),
    ("POST", "/goals", {**FREE, "linkedDebtId": "{debt}"}, "second"),
    ("POST", "/debts/{debt}/payments", PAYMENT, "paid"),
    ("PATCH", "/debts/{debt}/payments/{paid}", {"amount": 250_000}),
    ("POST", "/debts/{debt}/settle"),
    ("DELETE", "/debts/{debt}/payments/{paid}"),
    ("DELETE", "/goals/{goal}/unlink-budget"),
    ("POST", "/goals/{goal}/link-budget", {"budgetId": "{budget}"}),
    ("POST", "/goals/{goal}/check-in", {"value": 900_000}),
    ("DELETE", "/goals/{goal}/check-ins/{fact}"),
    *(
        ("POST", f"/goals/{{goal}}/{step}")
        for step in ("pause", "resume", "complete", "reactivate", "archive", "restore")
    ),
    ("DELETE", "/goals/{goal}/habits/{habit}"),
    ("DELETE", "/budgets/{budget}"),
    ("DELETE", "/goals/{goal}"),
    ("POST", "/goals/{goal}/restore"),
    ("POST", "/goals/bulk-delete", {"ids": ["{goal}", "{second}"]}),
    ("PATCH", "/users/me", {"timezone": "Pacific/Auckland"}),
]
"""Method, path, body and the name of what it makes."""


async def life(ada: Person) -> AsyncIterator[str]:
    """Each step, right after it was taken."""
    one = Life(ada)
    for method, path, *rest in STEPS:
        body, makes = [*rest, None, ""][:2] if rest else (None, "")
        yield await one.step(method, path, body, makes=makes or "")
