"""Budgets as readers see them, with how they stand today and the goal they are tied to.

Nothing here writes; no query walks transactions.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from waymark.domain.budgets import BudgetState, budget_state
from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import BudgetDocument
from waymark.domain.neighbours import Budget
from waymark.queries.glances import goals_of
from waymark.store import link_statements as links
from waymark.store import money_statements as money
from waymark.store.database import Reader
from waymark.store.neighbours import budgets
from waymark.store.nouns import Noun


async def budget_states(
    reader: Reader, user_id: str, today: date, records: Sequence[Budget]
) -> dict[str, BudgetState]:
    """How budgets stand on a day, by id."""
    sums: dict[str, dict[date, Decimal]] = defaultdict(dict)
    ids = [budget.id for budget in records]
    for total in await reader.all(money.PERIOD_TOTALS, user_id=user_id, ids=ids):
        sums[total.budget_id][total.from_on] = total.spent
    return {budget.id: budget_state(budget, sums[budget.id], today) for budget in records}


async def shown_budgets(reader: Reader, user_id: str, today: date, records: Sequence[Budget]) -> list[str]:
    states = await budget_states(reader, user_id, today, records)
    linked = [budget.linked_goal_id for budget in records if budget.linked_goal_id is not None]
    goals = await goals_of(reader, links.GOALS_BY_ID, user_id, linked)
    return [
        encoded(
            BudgetDocument(
                **head(budget),
                name=budget.name,
                budget_type=budget.budget_type,
                category_ids=budget.category_ids,
                transaction_type=budget.transaction_type,
                currency=budget.currency,
                limit_amount=budget.limit_amount,
                period_type=budget.period_type,
                start_date=budget.start_on,
                end_date=budget.end_on,
                linked_goal_id=budget.linked_goal_id,
                rollover_mode=budget.rollover_mode,
                notify_on_exceed=budget.notify_on_exceed,
                spent_amount=state.spent_amount,
                remaining_amount=state.remaining_amount,
                percent_used=state.percent_used,
                contribution_total=state.contribution_total,
                is_overspent=state.is_overspent,
                goals=goals[budget.linked_goal_id or ""],
            )
        )
        for budget in records
        for state in (states[budget.id],)
    ]


BUDGETS = Noun(
    budgets,
    Budget,
    shown_budgets,
    sorts={
        "name": "name",
        "currency": "currency",
        "limitAmount": "limit_amount",
        "startDate": "start_on",
        "endDate": "end_on",
    },
    filters={
        "budget_type": "budget_type",
        "transaction_type": "transaction_type",
        "currency": "currency",
        "period_type": "period_type",
        "linked_goal_id": "linked_goal_id",
    },
    moves_with_day=True,
)
