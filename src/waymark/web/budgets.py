"""Budgets over HTTP.

No rule lives here.
"""

from typing import Final, Literal

from waymark.actions import budgets
from waymark.actions.fields import Currency, Id
from waymark.actions.money_commands import ChangeBudget, CreateBudget
from waymark.domain.neighbour_documents import BudgetDocument
from waymark.domain.vocabulary import BudgetFlow, BudgetPeriod, BudgetType
from waymark.queries.budgets import BUDGETS
from waymark.web import money_examples as example
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(prefix="/api/v1", tag="budgets", about="Limits on money, by category or by project.")


class BudgetList(NounList):
    """Filters are exact."""

    budget_type: BudgetType | None = None
    transaction_type: BudgetFlow | None = None
    currency: Currency | None = None
    period_type: BudgetPeriod | None = None
    linked_goal_id: Id | None = None
    sort_by: Literal["createdAt", "updatedAt", "name", "currency", "limitAmount", "startDate", "endDate"] = (
        "createdAt"
    )


add_routes(
    router,
    BUDGETS,
    path="/budgets",
    one="budget",
    many="budgets",
    reply=BudgetDocument,
    query=BudgetList,
    creating=CreateBudget,
    changing=ChangeBudget,
    create=budgets.create_budget,
    change=budgets.change_budget,
    remove=budgets.remove_budget,
    restore=budgets.restore_budget,
    example=example.BUDGET,
    create_example=example.CREATE_BUDGET,
    change_example={"limitAmount": 1200000},
)
