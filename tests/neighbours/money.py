"""Money that a person moves in these tests, by the shortest calls.

What it should come to, each test says.
"""

from typing import Any

from tests.api.person import SAVING, Document, Person

TRIP: Document = {**SAVING, "currency": "UZS", "targetValue": 1_200_000, "financeMode": "save"}
LOAN: Document = {
    "direction": "i_owe",
    "counterpartyName": "Aziz",
    "principalAmount": 5_000_000,
    "principalCurrency": "UZS",
    "startDate": "2026-01-01",
}


async def moved(person: Person, amount: object, **fields: Any) -> Document:
    """A transaction, of income in UZS today unless told otherwise."""
    body = {"type": "income", "amount": amount, "currency": "UZS", "date": "2026-03-02", **fields}
    made: Document = await person.data("POST", "/transactions", body)
    return made


async def budget(person: Person, **fields: Any) -> Document:
    body = {"name": "Food", "categoryIds": ["food"], "currency": "UZS", "limitAmount": 1_000_000, **fields}
    made: Document = await person.data("POST", "/budgets", body)
    return made


async def debt(person: Person, **fields: Any) -> Document:
    made: Document = await person.data("POST", "/debts", {**LOAN, **fields})
    return made


async def paid(person: Person, owed: Document, amount: object, **fields: Any) -> Document:
    body = {"amount": amount, "currency": "UZS", "paymentDate": "2026-03-02", **fields}
    made: Document = await person.data("POST", f"/debts/{owed['id']}/payments", body)
    return made


async def closing(person: Person, owed: Document, **fields: Any) -> Document:
    """A goal that closes a debt."""
    return await person.goal(
        "Free of debt",
        goalType="financial",
        metricType="amount",
        financeMode="debt_close",
        linkedDebtId=owed["id"],
        **fields,
    )
