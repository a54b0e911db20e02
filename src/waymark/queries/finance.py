"""A goal's money as readers see it: what each transaction gave, and how budget and debt stand beside it.

Nothing here writes, and nothing walks the history but the list of it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from waymark.domain.account import stats_of
from waymark.domain.amounts import ZERO
from waymark.domain.documents import EntityDocument, encoded, head, joined
from waymark.domain.neighbours import Contribution
from waymark.domain.vocabulary import ContributionVia
from waymark.queries.budgets import BUDGETS, budget_states
from waymark.queries.debts import DEBTS, paid_sums
from waymark.queries.goals import ledger, standing_goal
from waymark.store.database import Reader
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.money_statements import CONTRIBUTION_LIST


class ContributionDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """What one transaction (or payment of the linked debt) gives to a goal, in the goal's currency."""

    goal_id: str
    transaction_id: str
    amount: Decimal
    currency: str
    rate: Decimal
    converted_amount: Decimal
    sign: int
    via: ContributionVia
    date: date


class FinanceProgress(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a goal's money stands; 0 for what is not linked."""

    goal_id: str
    linked_budget_id: str | None
    linked_debt_id: str | None
    financial_progress_percent: Decimal | None
    budget_spent_amount: Decimal
    budget_limit_amount: Decimal
    debt_total_paid: Decimal
    debt_principal_amount: Decimal
    contribution_count: int
    contribution_total: Decimal
    currency: str | None


def contribution_body(contribution: Contribution) -> str:
    return encoded(
        ContributionDocument(
            **head(contribution),
            goal_id=contribution.goal_id,
            transaction_id=contribution.transaction_id,
            amount=contribution.amount,
            currency=contribution.currency,
            rate=contribution.rate,
            converted_amount=contribution.converted_amount,
            sign=contribution.sign,
            via=contribution.via,
            date=contribution.happened_on,
        )
    )


async def contribution_list(
    reader: Reader,
    cursors: Cursors,
    user_id: str,
    goal_id: str,
    asked: Asked,
    given: Mapping[str, Any],
) -> tuple[str, ListMeta]:
    """A page of what transactions gave to a goal, as a JSON array."""
    await standing_goal(reader, user_id, goal_id)
    within = {"show_status": "active", "goal_id": goal_id}
    rows, meta, _ = await CONTRIBUTION_LIST.rows(reader, cursors, user_id, asked, given, within=within)
    found = (Contribution(**dict(zip(CONTRIBUTION_LIST.names, row, strict=True))) for row in rows)
    return joined(contribution_body(each) for each in found), meta


async def finance_progress(reader: Reader, user_id: str, goal_id: str, today: date) -> FinanceProgress:
    """How the goal's money stands on the user's day; `reader` should be a snapshot."""
    found = await ledger(reader, user_id, goal_id, today)
    goal, given = found.goal, found.account.sources.get("finance")
    spent = limit = paid = principal = ZERO
    if goal.linked_budget_id is not None:
        budget = await reader.one(BUDGETS.by_id, user_id=user_id, id=goal.linked_budget_id)
        if budget is not None:
            state = (await budget_states(reader, user_id, today, [budget]))[budget.id]
            spent, limit = state.spent_amount, budget.limit_amount
    if goal.linked_debt_id is not None:
        debt = await reader.one(DEBTS.by_id, user_id=user_id, id=goal.linked_debt_id)
        if debt is not None:
            paid = (await paid_sums(reader, user_id, [debt.id]))[debt.id]
            principal = debt.principal_amount
    added = given.added if given else ZERO
    return FinanceProgress(
        goal_id=goal.id,
        linked_budget_id=goal.linked_budget_id,
        linked_debt_id=goal.linked_debt_id,
        financial_progress_percent=stats_of(goal, found.account).financial_progress_percent,
        budget_spent_amount=spent,
        budget_limit_amount=limit,
        debt_total_paid=paid,
        debt_principal_amount=principal,
        contribution_count=given.count if given else 0,
        contribution_total=-added if goal.direction == "decrease" else added,
        currency=goal.currency,
    )
