"""Insights as readers see them.

Nothing here writes; what rules say is the domain's.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from waymark.domain.documents import encoded, head
from waymark.domain.insight_texts import InsightAction
from waymark.domain.insights import Insight
from waymark.domain.neighbour_documents import InsightDocument
from waymark.store.database import Reader
from waymark.store.insight_tables import insights
from waymark.store.nouns import Noun, at_least

_ACTIONS: Final = msgspec.json.Decoder(list[InsightAction], float_hook=Decimal)
_PAYLOAD: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def insight_body(insight: Insight) -> str:
    """An insight as its journal row, its routes and its events show it."""
    return encoded(
        InsightDocument(
            **head(insight),
            kind=insight.kind,
            level=insight.level,
            scope=insight.scope,
            category=insight.category,
            rule=insight.rule,
            title=insight.title,
            body=insight.body,
            priority=insight.priority,
            related=insight.related,
            actions=_ACTIONS.decode(insight.actions),
            payload=None if insight.payload is None else _PAYLOAD.decode(insight.payload),
            status=insight.status,
            source=insight.source,
            valid_until=insight.valid_until,
        )
    )


async def _shown(_reader: Reader, _user_id: str, _today: date, records: Sequence[Insight]) -> list[str]:
    return [insight_body(record) for record in records]


INSIGHTS: Final = Noun(
    insights,
    Insight,
    _shown,
    sorts={"priority": "priority"},
    filters={
        "status": "status",
        "level": "level",
        "rule": "rule",
        "kind": "kind",
        "scope": "scope",
        "category": "category",
        "source": "source",
        "goal_id": "goal_id",
        "updated_since": at_least(insights.c.updated_at, "updated_since"),
    },
)
