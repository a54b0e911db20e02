"""Every table, once, for both databases; each key, index and foreign key begins with the owner.

No statement and no rule here. Columns of an aggregate are the fields of its record, in their order.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from waymark.domain.records import Goal, Pause, SourceDay, Weights
from waymark.domain.text import folded
from waymark.store.columns import Amount, Day, Flag, Instant, Json, Text, Total, Uuid, Whole

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

COMPUTED = "computed"
"""Key in `Column.info` of the function record → value of a column that no record has a field for."""


def _goal_title(goal: Goal) -> str:
    return folded(goal.title)


def _goal_words(goal: Goal) -> str:
    return folded(f"{goal.title}\n{goal.description or ''}")


def _required(name: str, kind: sa.types.TypeEngine[Any], **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)


def _optional(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _entity(name: str, *rest: SchemaItem) -> sa.Table:
    """A table of user-owned entities with the columns that all of them have."""
    return sa.Table(
        name,
        metadata,
        _required("user_id", Uuid()),
        _required("id", Uuid()),
        _required("show_status", Text()),
        _required("sync_status", Text()),
        _required("version", Whole()),
        _required("created_at", Instant()),
        _required("updated_at", Instant()),
        _optional("deleted_at", Instant()),
        _required("provenance", Json(dict[str, tuple[int, int]])),
        *rest,
        sa.PrimaryKeyConstraint("user_id", "id"),
        sqlite_strict=True,
    )


def _of(parent: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    """The rows of a table go with the user, or with the user's `parent` that `column` names."""
    own, theirs = ["user_id"], [f"{parent}.{'user_id' if column else 'id'}"]
    if column:
        own, theirs = [*own, column], [*theirs, f"{parent}.id"]
    return sa.ForeignKeyConstraint(own, theirs, ondelete="CASCADE")


# Accounts and credentials: found before the owner is known, so by address, subject or hash.

users = sa.Table(
    "users",
    metadata,
    _required("id", Uuid()),
    _required("email", Text()),
    _required("email_folded", Text()),
    _optional("username", Text()),
    _required("full_name", Text()),
    _optional("password_hash", Text()),
    _optional("oidc_issuer", Text()),
    _optional("oidc_subject", Text()),
    _optional("base_currency", Text()),
    _required("timezone", Text()),
    _required("day_starts_at", Whole()),
    _optional("insight_thresholds", Json(tuple[int, ...])),
    _required("created_at", Instant()),
    _required("updated_at", Instant()),
    _required("version", Whole()),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("email_folded"),
    sa.UniqueConstraint("username"),
    sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
    sqlite_strict=True,
)

sessions = sa.Table(
    "sessions",
    metadata,
    _required("user_id", Uuid()),
    _required("id", Uuid()),
    _required("created_at", Instant()),
    _required("last_used_at", Instant()),
    _required("expires_at", Instant()),
    _optional("revoked_at", Instant()),
    _optional("user_agent", Text()),
    _optional("address", Text()),
    sa.PrimaryKeyConstraint("user_id", "id"),
    _of("users"),
    sqlite_strict=True,
)

# Spent ones stay until they expire, so that any of them coming back is told from an unknown one.
refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    _required("token_hash", Text()),
    _required("user_id", Uuid()),
    _required("session_id", Uuid()),
    _required("created_at", Instant()),
    _required("expires_at", Instant()),
    _optional("spent_at", Instant()),
    sa.PrimaryKeyConstraint("token_hash"),
    _of("sessions", "session_id"),
    sa.Index(None, "user_id", "session_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    _required("user_id", Uuid()),
    _required("id", Uuid()),
    _required("name", Text()),
    _required("token_hash", Text()),
    _required("scopes", Json(tuple[str, ...])),
    _required("created_at", Instant()),
    _optional("last_used_at", Instant()),
    _optional("expires_at", Instant()),
    _optional("revoked_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "id"),
    sa.UniqueConstraint("token_hash"),
    _of("users"),
    sqlite_strict=True,
)

rate_windows = sa.Table(
    "rate_windows",
    metadata,
    _required("key", Text()),
    _required("window_start", Instant()),
    _required("used", Whole()),
    _required("expires_at", Instant()),
    sa.PrimaryKeyConstraint("key", "window_start"),
    sa.Index(None, "expires_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# The log (SYNC).

heads = sa.Table(
    "heads",
    metadata,
    _required("user_id", Uuid()),
    _required("seq", Whole()),
    _required("floor", Whole()),
    _required("at", Instant()),
    _required("epoch", Text()),
    sa.PrimaryKeyConstraint("user_id"),
    _of("users"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

journal = sa.Table(
    "journal",
    metadata,
    _required("user_id", Uuid()),
    _required("seq", Whole()),
    _required("txn", Whole()),
    _required("at", Instant()),
    _required("entity", Text()),
    _required("id", Text()),
    _required("operation", Text()),
    _required("version", Whole()),
    _required("body", Text()),
    _required("fields", Json(tuple[str, ...])),
    _required("origin", Text()),
    sa.PrimaryKeyConstraint("user_id", "seq"),
    _of("users"),
    sqlite_strict=True,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    _required("user_id", Uuid()),
    _required("key", Text()),
    _required("fingerprint", Text()),
    _required("created_at", Instant()),
    _required("status", Whole()),
    _required("answer", Text()),
    _optional("location", Text()),
    _optional("etag", Text()),
    sa.PrimaryKeyConstraint("user_id", "key"),
    _of("users"),
    sqlite_strict=True,
)

# Goals: the records of domain/records.py.

goals = _entity(
    "goals",
    _required("title", Text()),
    _optional("description", Text()),
    _required("goal_type", Text()),
    _required("status", Text()),
    _required("metric_type", Text()),
    _required("direction", Text()),
    _optional("unit", Text()),
    _optional("currency", Text()),
    _optional("initial_value", Amount()),
    _optional("target_value", Amount()),
    _optional("progress_target_value", Amount()),
    _required("check_in_mode", Text()),
    _optional("finance_mode", Text()),
    _optional("linked_budget_id", Uuid()),
    _optional("linked_debt_id", Uuid()),
    _optional("start_on", Day()),
    _optional("target_on", Day()),
    _optional("completed_on", Day()),
    _required("position", Whole()),
    _optional("progress_weights", Json(Weights)),
    _optional("insight_thresholds", Json(tuple[int, ...])),
    _required("auto_complete", Flag()),
    _required("auto_completed", Flag()),
    _optional("status_before", Text()),
    _optional("show_before", Text()),
    _required("pauses", Json(tuple[Pause, ...])),
    _required("created_on", Day()),
    _required("title_folded", Text(), info={COMPUTED: _goal_title}),
    _required("search_folded", Text(), info={COMPUTED: _goal_words}),
    _of("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
    sa.Index(None, "user_id", "show_status", "updated_at"),
)

goal_milestones = _entity(
    "goal_milestones",
    _required("goal_id", Uuid()),
    _required("title", Text()),
    _optional("description", Text()),
    _required("ordinal", Whole()),
    _required("target_percent", Total()),
    _optional("target_value", Total()),
    _required("value_given", Flag()),
    _optional("due_on", Day()),
    _optional("completed_at", Instant()),
    _required("completed_by_hand", Flag()),
    _optional("reached_on", Day()),
    _of("goals", "goal_id"),
    sa.Index(None, "user_id", "goal_id", "ordinal"),
)

goal_check_ins = _entity(
    "goal_check_ins",
    _required("goal_id", Uuid()),
    _optional("value", Amount()),
    _optional("unit", Text()),
    _optional("mode", Text()),
    _optional("note", Text()),
    _optional("link_type", Text()),
    _optional("link_id", Uuid()),
    _optional("link_url", Text()),
    _required("source_type", Text()),
    _optional("source_id", Uuid()),
    _required("date_key", Day()),
    _of("goals", "goal_id"),
    sa.Index(None, "user_id", "goal_id", "date_key", "created_at", "id"),
)
_IS_SOURCED = sa.text("source_type <> 'manual' AND show_status = 'active'")
sa.Index(
    "uq_goal_check_ins_source",
    *(goal_check_ins.c[name] for name in ("user_id", "goal_id", "source_type", "source_id", "date_key")),
    unique=True,
    sqlite_where=_IS_SOURCED,
    postgresql_where=_IS_SOURCED,
)

goal_targets = sa.Table(
    "goal_targets",
    metadata,
    _required("user_id", Uuid()),
    _required("goal_id", Uuid()),
    _required("from_on", Day()),
    _optional("target_value", Amount()),
    _optional("progress_target_value", Amount()),
    _optional("target_on", Day()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "from_on"),
    _of("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_source_totals = sa.Table(
    "goal_source_totals",
    metadata,
    _required("user_id", Uuid()),
    _required("goal_id", Uuid()),
    _required("source_type", Text()),
    _required("added", Total()),
    _required("count", Whole()),
    _optional("newest_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "source_type"),
    _of("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_day_totals = sa.Table(
    "goal_day_totals",
    metadata,
    _required("user_id", Uuid()),
    _required("goal_id", Uuid()),
    _required("day", Day()),
    _required("count", Whole()),
    _required("by_source", Json(dict[str, SourceDay])),
    _optional("first_measurement", Total()),
    _optional("last_measurement", Total()),
    _required("sum_after", Total()),
    _optional("rel_high", Total()),
    _optional("rel_low", Total()),
    _optional("abs_high", Total()),
    _optional("abs_low", Total()),
    _required("newest_at", Instant()),
    _optional("opening", Total()),
    _optional("closing", Total()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "day"),
    _of("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_documents = sa.Table(
    "goal_documents",
    metadata,
    _required("user_id", Uuid()),
    _required("goal_id", Uuid()),
    _required("body", Text()),
    _required("version", Whole()),
    _required("show_status", Text()),
    _required("day", Day()),
    _required("fresh_from", Instant()),
    _required("fresh_until", Instant()),
    _required("progress_percent", Amount()),
    _optional("pace_status", Text()),
    sa.PrimaryKeyConstraint("user_id", "goal_id"),
    _of("goals", "goal_id"),
    sa.Index(None, "user_id", "fresh_until"),
    sqlite_strict=True,
)
