"""Insights over HTTP.

No rule lives here.
"""

from typing import Any, Final, Literal

from waymark.actions import insights
from waymark.actions.fields import Id, Instant, Line
from waymark.actions.insight_commands import ChangeInsight, CreateInsight
from waymark.actions.insights import Reading
from waymark.domain.neighbour_documents import InsightDocument
from waymark.domain.vocabulary import InsightLevel, InsightSource, InsightStatus
from waymark.errors import InvalidState
from waymark.queries.insights import INSIGHTS
from waymark.web.asking import LOCATED, Request, performed
from waymark.web.call import Answer
from waymark.web.neighbour_examples import COMMON, GOAL_ID
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1",
    tag="insights",
    about="What is worth telling: by the rules that watch goals, by a person or by an assistant.",
)

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0198c0df-1722-5a2b-8e14-c1d2e3f4a5b6",
    **COMMON,
    "kind": "insight",
    "level": "info",
    "scope": "goal",
    "category": "financial",
    "rule": "progress_threshold",
    "title": "A week in Samarkand: 75 % done",
    "body": "“A week in Samarkand” stands at 80 %: 2400000 of 3000000 UZS.",
    "priority": 4,
    "related": {"goalId": GOAL_ID},
    "actions": [
        {
            "type": "explain_progress",
            "label": "See what adds up",
            "method": "GET",
            "path": f"/api/v1/goals/{GOAL_ID}/progress",
        }
    ],
    "payload": {"progressPercent": 80, "threshold": 75},
    "status": "new",
    "source": "rule",
    "validUntil": None,
}


_SEE_BUDGETS: Final = {
    "type": "view_budgets",
    "label": "See the budgets",
    "method": "GET",
    "path": "/api/v1/budgets",
}


class InsightList(NounList):
    """Filters are exact; goalId finds what is about that goal."""

    status: InsightStatus | None = None
    level: InsightLevel | None = None
    rule: Line | None = None
    kind: Line | None = None
    scope: Line | None = None
    category: Line | None = None
    source: InsightSource | None = None
    goal_id: Id | None = None
    updated_since: Instant | None = None
    sort_by: Literal["createdAt", "updatedAt", "priority"] = "createdAt"


add_routes(
    router,
    INSIGHTS,
    path="/insights",
    one="insight",
    many="insights",
    reply=InsightDocument,
    query=InsightList,
    creating=CreateInsight,
    changing=ChangeInsight,
    create=insights.create_insight,
    change=insights.change_insight,
    remove=insights.remove_insight,
    restore=insights.restore_insight,
    example=_EXAMPLE,
    create_example={
        "title": "Cafés took a third of last week",
        "body": "Four visits came to 310000 UZS.",
        "level": "warning",
        "category": "finance",
        "source": "ai",
        "payload": {"visits": 4},
        "actions": [_SEE_BUDGETS],
    },
    change_example={"status": "viewed", "actions": [_SEE_BUDGETS]},
)


def _reading_route(reading: Reading, about: str) -> None:
    async def endpoint(call: Request, record_id: Id) -> Answer:
        return await performed(call, insights.read_insight, record_id, reading)

    endpoint.__name__ = f"{reading}_insight"
    endpoint.__doc__ = about
    router.patch(
        f"/insights/{{record_id}}/{reading}",
        reply=InsightDocument,
        errors=(*LOCATED, InvalidState),
        example=_EXAMPLE,
        has_etag=True,
        has_if_match=True,
    )(endpoint)


_reading_route("view", "View an insight.\n\nIt is no longer new.")
_reading_route("dismiss", "Dismiss an insight.\n\nIts rule does not say it again.")
_reading_route("complete", "Complete an insight.\n\nWhat it asked for is done.")
