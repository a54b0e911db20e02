"""Examples of money, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

from waymark.web.neighbour_examples import COMMON, GOAL_ID, GOALS

_BUDGET_ID: Final = "0198c0de-c261-7b4d-9a5f-7c9d1e3f5a72"
_DEBT_ID: Final = "0198c0de-d371-7c5e-8b60-8d0e2f4a6b83"
_TRANSACTION_ID: Final = "0198c0de-e481-7d6f-9c71-9e1f3a5b7c94"

CREATE_BUDGET: Final[dict[str, Any]] = {
    "name": "Travel",
    "categoryIds": ["flights", "hotels"],
    "transactionType": "expense",
    "currency": "UZS",
    "limitAmount": 1000000,
    "periodType": "monthly",
}
BUDGET: Final[dict[str, Any]] = {
    "id": _BUDGET_ID,
    **COMMON,
    "name": "Travel",
    "budgetType": "category",
    "categoryIds": ["flights", "hotels"],
    "transactionType": "expense",
    "currency": "UZS",
    "limitAmount": 1000000,
    "periodType": "monthly",
    "startDate": None,
    "endDate": None,
    "linkedGoalId": GOAL_ID,
    "rolloverMode": "none",
    "notifyOnExceed": False,
    "spentAmount": 450000,
    "remainingAmount": 550000,
    "percentUsed": 45,
    "contributionTotal": 450000,
    "isOverspent": False,
    "goals": GOALS,
}
CREATE_DEBT: Final[dict[str, Any]] = {
    "direction": "i_owe",
    "counterpartyName": "Aziz",
    "principalAmount": 5000000,
    "principalCurrency": "UZS",
    "startDate": "2026-03-01",
    "dueDate": "2026-12-31",
}
DEBT: Final[dict[str, Any]] = {
    "id": _DEBT_ID,
    **COMMON,
    **CREATE_DEBT,
    "interestMode": None,
    "interestRateAnnual": None,
    "linkedGoalId": GOAL_ID,
    "status": "active",
    "totalPaid": 1250000,
    "remainingAmount": 3750000,
    "percentPaid": 25,
    "goals": GOALS,
}
SETTLED: Final = {
    **DEBT,
    "status": "paid",
    "totalPaid": 5000000,
    "remainingAmount": 0,
    "percentPaid": 100,
}
CREATE_PAYMENT: Final = {"amount": 1250000, "currency": "UZS", "paymentDate": "2026-03-02"}
PAYMENT: Final[dict[str, Any]] = {
    "id": "0198c0de-f591-7e70-8d82-af204b6c8da5",
    **COMMON,
    **CREATE_PAYMENT,
    "debtId": _DEBT_ID,
    "rate": 1,
    "convertedAmount": 1250000,
    "note": None,
    "transactionId": None,
}
_PAYOFF: Final[dict[str, Any]] = {
    "months": 10,
    "payoffDate": "2027-01-02",
    "totalInterest": 0,
    "totalPaid": 3750000,
    "never": False,
}
PAYOFF_PLAN: Final[dict[str, Any]] = {
    **_PAYOFF,
    "strategy": "avalanche",
    "currency": "UZS",
    "extraPerMonth": 0,
    "remainingAmount": 3750000,
    "debts": [
        {
            **_PAYOFF,
            "debtId": _DEBT_ID,
            "counterpartyName": "Aziz",
            "order": 1,
            "remainingAmount": 3750000,
        }
    ],
}
CREATE_TRANSACTION: Final[dict[str, Any]] = {
    "type": "income",
    "amount": 40,
    "currency": "USD",
    "date": "2026-03-02",
    "goalId": GOAL_ID,
    "rate": 12500,
}
TRANSACTION: Final[dict[str, Any]] = {
    "id": _TRANSACTION_ID,
    **COMMON,
    **CREATE_TRANSACTION,
    "categoryId": None,
    "budgetId": None,
    "debtId": None,
    "habitId": None,
    "name": None,
    "description": None,
    "tags": None,
    "goals": GOALS,
}
QUOTE_RATE: Final[dict[str, Any]] = {"date": "2026-03-02", "from": "USD", "to": "UZS", "rate": 12500}
FX_RATE: Final[dict[str, Any]] = {
    "id": "0198c0de-a6a1-7f81-9e93-b0315c7d9eb6",
    **COMMON,
    **QUOTE_RATE,
}
CONTRIBUTION: Final[dict[str, Any]] = {
    "id": "0198c0de-f591-7e80-8d82-af2f4b6c8da5",
    **COMMON,
    "goalId": GOAL_ID,
    "transactionId": _TRANSACTION_ID,
    "amount": 40,
    "currency": "USD",
    "rate": 12500,
    "convertedAmount": 500000,
    "sign": 1,
    "via": "goal",
    "date": "2026-03-02",
}
FINANCE_PROGRESS: Final[dict[str, Any]] = {
    "goalId": GOAL_ID,
    "linkedBudgetId": _BUDGET_ID,
    "linkedDebtId": None,
    "financialProgressPercent": 45,
    "budgetSpentAmount": 450000,
    "budgetLimitAmount": 1000000,
    "debtTotalPaid": 0,
    "debtPrincipalAmount": 0,
    "contributionCount": 3,
    "contributionTotal": 450000,
    "currency": "UZS",
}
LINK_BUDGET: Final = {"budgetId": _BUDGET_ID}
LINK_DEBT: Final = {"debtId": _DEBT_ID}
SIMULATE: Final = {"addPerMonth": 250000, "targetDate": "2026-09-01"}
SIMULATION: Final[dict[str, Any]] = {
    "pace": {
        "status": "behind",
        "requiredPerDay": 12,
        "actualPerDay": 8,
        "expectedValue": 50,
        "expectedPercent": 50,
        "daysLeft": 5,
        "safeDays": -1,
        "nextNeeded": {"amount": 10, "by": "2026-01-06"},
        "projectedDate": "2026-01-14",
        "projectedValue": 80,
        "confidence": 0.71,
    },
    "projection": [{"date": "2026-01-14", "value": 100}],
}
