"""A goal's money over HTTP: what it was given, its budget and debt, and what would be.

No rule lives here.
"""

from typing import Any, Final, Literal

from waymark.actions import fresh, goal_money
from waymark.actions.fields import Day, Id
from waymark.actions.money_commands import LinkBudget, LinkDebt, Simulate
from waymark.domain.documents import GoalDocument, encoded
from waymark.domain.vocabulary import ContributionVia
from waymark.domain.whatif import Simulation
from waymark.errors import Conflict, NotFound
from waymark.queries import finance as queries
from waymark.queries.finance import ContributionDocument, FinanceProgress
from waymark.web import goal_examples
from waymark.web import money_examples as example
from waymark.web.asking import LOCATED, Paging, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.route import Router

router: Final = Router(prefix="/api/v1", tag="goal money", about="What money gives to a goal.")

_GOAL: Final[dict[str, Any]] = {
    "reply": GoalDocument,
    "example": goal_examples.GOAL,
    "has_etag": True,
    "has_if_match": True,
}


class ContributionList(Paging):
    """Filters are exact; days include both ends."""

    via: ContributionVia | None = None
    transaction_id: Id | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    sort_by: Literal["date", "createdAt"] = "date"


@router.get(
    "/goals/{goal_id}/contributions",
    reply=list[ContributionDocument],
    errors=(NotFound,),
    example=[example.CONTRIBUTION],
)
async def list_contributions(call: Request, goal_id: Id, query: ContributionList) -> Answer:
    """List what transactions gave to a goal.

    The newest first unless asked otherwise; a payment without a transaction is told by its own id.
    """
    bodies, meta = await queries.contribution_list(
        call.services.door.database,
        call.services.cursors,
        call.user_id,
        goal_id,
        asked(query, query.sort_by),
        filters(query, "via", "transaction_id", "date_from", "date_to"),
    )
    return Answer(bodies, encoded(meta))


@router.get(
    "/goals/{goal_id}/finance-progress",
    reply=FinanceProgress,
    errors=(NotFound,),
    example=example.FINANCE_PROGRESS,
)
async def get_finance_progress(call: Request, goal_id: Id) -> Answer:
    """Get how a goal's money stands.

    Beside what its transactions gave, how far its budget is used and its debt paid.
    """
    page = await fresh.fresh_page(call.services.door, call.user_id, goal_id)
    document = await call.services.door.database.snapshot(
        lambda reader: queries.finance_progress(reader, call.user_id, goal_id, page.day)
    )
    return Answer(encoded(document))


@router.post(
    "/goals/{goal_id}/link-budget", errors=(*LOCATED, Conflict), body_example=example.LINK_BUDGET, **_GOAL
)
async def link_budget(call: Request, goal_id: Id, body: LinkBudget) -> Answer:
    """Tie a goal to a budget.

    Both ends change together, and what the budget counts already counts for the goal too.
    """
    return await performed(call, goal_money.link_budget, goal_id, body)


@router.post(
    "/goals/{goal_id}/link-debt", errors=(*LOCATED, Conflict), body_example=example.LINK_DEBT, **_GOAL
)
async def link_debt(call: Request, goal_id: Id, body: LinkDebt) -> Answer:
    """Tie a goal to a debt.

    Both ends change together; a goal that goes down to what the debt leaves closes it from then on.
    """
    return await performed(call, goal_money.link_debt, goal_id, body)


def _unlink_routes(what: str, unlink: Any) -> None:
    """`DELETE`, and `POST` for clients that send no other method."""
    for taking, name in ((router.delete, f"unlink_{what}"), (router.post, f"unlink_{what}_by_post")):

        async def endpoint(call: Request, goal_id: Id) -> Answer:
            return await performed(call, unlink, goal_id)

        endpoint.__name__ = name
        endpoint.__doc__ = f"Untie a goal from its {what}.\n\nWhat nothing else justifies is taken out."
        taking(f"/goals/{{goal_id}}/unlink-{what}", errors=LOCATED, **_GOAL)(endpoint)


_unlink_routes("budget", goal_money.unlink_budget)
_unlink_routes("debt", goal_money.unlink_debt)


@router.post(
    "/goals/{goal_id}/simulate",
    reply=Simulation,
    errors=(NotFound,),
    example=example.SIMULATION,
    body_example=example.SIMULATE,
)
async def simulate_goal(call: Request, goal_id: Id, body: Simulate) -> Answer:
    """Ask what would be.

    Pace and projection with more each month, another target or a pause; nothing changes.
    """
    return await performed(call, goal_money.simulate, goal_id, body)
