"""The tables of insights and of what is due when: records of domain/insights.py.

No statement and no rule here.
"""

import sqlalchemy as sa

from waymark.domain.insights import Insight
from waymark.store.columns import Flag, Instant, Json, Text, Uuid, Whole
from waymark.store.tables import COMPUTED, entity, metadata, of_parent, optional, required


def _goal_id(insight: Insight) -> str | None:
    return insight.related.get("goalId")


insights = entity(
    "insights",
    required("kind", Text()),
    required("level", Text()),
    optional("scope", Text()),
    optional("category", Text()),
    optional("rule", Text()),
    required("title", Text()),
    required("body", Text()),
    required("priority", Whole()),
    required("related", Json(dict[str, str])),
    required("actions", Text()),
    optional("payload", Text()),
    required("status", Text()),
    required("source", Text()),
    optional("valid_until", Instant()),
    optional("subject_id", Uuid()),
    optional("bucket", Text()),
    required("is_withdrawn", Flag()),
    sa.Column("goal_id", Uuid(), nullable=True, info={COMPUTED: _goal_id}),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
    sa.Index(None, "user_id", "subject_id"),
)

# The queue of the worker: what the clock will move, and when. One row for each, or none.
dues = sa.Table(
    "dues",
    metadata,
    required("user_id", Uuid()),
    required("entity", Text()),
    required("id", Uuid()),
    required("due_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "entity", "id"),
    of_parent("users"),
    sa.Index(None, "due_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
