"""Every table, once, for both databases; each key, index and foreign key begins with the owner.

No statement and no rule here. Columns of an aggregate are the fields of its record, in their order.
"""

import sqlalchemy as sa

from waymark.domain.records import Goal, Pause, SourceDay, Weights
from waymark.domain.text import folded
from waymark.store import (
    achievement_tables,
    insight_tables,
    neighbours,
    shared_tables,
    sync_tables,
    webhook_tables,
)
from waymark.store.columns import Amount, Day, Flag, Instant, Json, Text, Total, Uuid, Whole
from waymark.store.tables import COMPUTED, entity, metadata, of_parent, optional, required

__all__ = [
    "COMPUTED",
    "achievement_tables",
    "insight_tables",
    "metadata",
    "neighbours",
    "shared_tables",
    "sync_tables",
    "webhook_tables",
]
# What is found here although it is defined elsewhere: `metadata` with every table in it.


def _goal_title(goal: Goal) -> str:
    return folded(goal.title)


def _goal_words(goal: Goal) -> str:
    return folded(f"{goal.title}\n{goal.description or ''}")


# Accounts and credentials: found before the owner is known, so by address, subject or hash.

users = sa.Table(
    "users",
    metadata,
    required("id", Uuid()),
    required("email", Text()),
    required("email_folded", Text()),
    optional("username", Text()),
    required("full_name", Text()),
    optional("password_hash", Text()),
    optional("oidc_issuer", Text()),
    optional("oidc_subject", Text()),
    optional("base_currency", Text()),
    required("timezone", Text()),
    required("day_starts_at", Whole()),
    optional("insight_thresholds", Json(tuple[int, ...])),
    required("created_at", Instant()),
    required("updated_at", Instant()),
    required("version", Whole()),
    sa.PrimaryKeyConstraint("id"),
    sa.UniqueConstraint("email_folded"),
    sa.UniqueConstraint("username"),
    sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
    sqlite_strict=True,
)

sessions = sa.Table(
    "sessions",
    metadata,
    required("user_id", Uuid()),
    required("id", Uuid()),
    required("created_at", Instant()),
    required("last_used_at", Instant()),
    required("expires_at", Instant()),
    optional("revoked_at", Instant()),
    optional("user_agent", Text()),
    optional("address", Text()),
    sa.PrimaryKeyConstraint("user_id", "id"),
    of_parent("users"),
    sqlite_strict=True,
)

# Spent ones stay until they expire, so that any of them coming back is told from an unknown one.
refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    required("token_hash", Text()),
    required("user_id", Uuid()),
    required("session_id", Uuid()),
    required("created_at", Instant()),
    required("expires_at", Instant()),
    optional("spent_at", Instant()),
    sa.PrimaryKeyConstraint("token_hash"),
    of_parent("sessions", "session_id"),
    sa.Index(None, "user_id", "session_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    required("user_id", Uuid()),
    required("id", Uuid()),
    required("name", Text()),
    required("token_hash", Text()),
    required("scopes", Json(tuple[str, ...])),
    required("created_at", Instant()),
    optional("last_used_at", Instant()),
    optional("expires_at", Instant()),
    optional("revoked_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "id"),
    sa.UniqueConstraint("token_hash"),
    of_parent("users"),
    sqlite_strict=True,
)

rate_windows = sa.Table(
    "rate_windows",
    metadata,
    required("key", Text()),
    required("window_start", Instant()),
    required("used", Whole()),
    required("expires_at", Instant()),
    sa.PrimaryKeyConstraint("key", "window_start"),
    sa.Index(None, "expires_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# The log (SYNC).

heads = sa.Table(
    "heads",
    metadata,
    required("user_id", Uuid()),
    required("seq", Whole()),
    required("floor", Whole()),
    required("at", Instant()),
    required("epoch", Text()),
    optional("digests", Json(dict[str, int])),
    sa.PrimaryKeyConstraint("user_id"),
    of_parent("users"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

journal = sa.Table(
    "journal",
    metadata,
    required("user_id", Uuid()),
    required("seq", Whole()),
    required("txn", Whole()),
    required("at", Instant()),
    required("entity", Text()),
    required("id", Text()),
    required("operation", Text()),
    required("version", Whole()),
    required("body", Text()),
    required("fields", Json(tuple[str, ...])),
    required("origin", Text()),
    sa.PrimaryKeyConstraint("user_id", "seq"),
    of_parent("users"),
    sqlite_strict=True,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    required("user_id", Uuid()),
    required("key", Text()),
    required("fingerprint", Text()),
    required("created_at", Instant()),
    required("status", Whole()),
    required("answer", Text()),
    optional("location", Text()),
    optional("etag", Text()),
    sa.PrimaryKeyConstraint("user_id", "key"),
    of_parent("users"),
    sqlite_strict=True,
)

# Goals: the records of domain/records.py.

goals = entity(
    "goals",
    required("title", Text()),
    optional("description", Text()),
    required("goal_type", Text()),
    required("status", Text()),
    required("metric_type", Text()),
    required("direction", Text()),
    optional("unit", Text()),
    optional("currency", Text()),
    optional("initial_value", Amount()),
    optional("target_value", Amount()),
    optional("progress_target_value", Amount()),
    required("check_in_mode", Text()),
    optional("finance_mode", Text()),
    optional("linked_budget_id", Uuid()),
    optional("linked_debt_id", Uuid()),
    optional("start_on", Day()),
    optional("target_on", Day()),
    optional("completed_on", Day()),
    required("position", Whole()),
    optional("progress_weights", Json(Weights)),
    optional("insight_thresholds", Json(tuple[int, ...])),
    required("auto_complete", Flag()),
    required("auto_completed", Flag()),
    optional("status_before", Text()),
    optional("show_before", Text()),
    required("pauses", Json(tuple[Pause, ...])),
    required("created_on", Day()),
    required("title_folded", Text(), info={COMPUTED: _goal_title}),
    required("search_folded", Text(), info={COMPUTED: _goal_words}),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
    sa.Index(None, "user_id", "show_status", "updated_at"),
)

goal_milestones = entity(
    "goal_milestones",
    required("goal_id", Uuid()),
    required("title", Text()),
    optional("description", Text()),
    required("ordinal", Whole()),
    required("target_percent", Total()),
    optional("target_value", Total()),
    required("value_given", Flag()),
    optional("due_on", Day()),
    optional("completed_at", Instant()),
    required("completed_by_hand", Flag()),
    optional("reached_on", Day()),
    of_parent("goals", "goal_id"),
    sa.Index(None, "user_id", "goal_id", "ordinal"),
)

goal_check_ins = entity(
    "goal_check_ins",
    required("goal_id", Uuid()),
    optional("value", Amount()),
    optional("unit", Text()),
    optional("mode", Text()),
    optional("note", Text()),
    optional("link_type", Text()),
    optional("link_id", Uuid()),
    optional("link_url", Text()),
    required("source_type", Text()),
    optional("source_id", Uuid()),
    required("date_key", Day()),
    of_parent("goals", "goal_id"),
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
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("from_on", Day()),
    optional("target_value", Amount()),
    optional("progress_target_value", Amount()),
    optional("target_on", Day()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "from_on"),
    of_parent("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_source_totals = sa.Table(
    "goal_source_totals",
    metadata,
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("source_type", Text()),
    required("added", Total()),
    required("count", Whole()),
    optional("newest_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "source_type"),
    of_parent("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_day_totals = sa.Table(
    "goal_day_totals",
    metadata,
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("day", Day()),
    required("count", Whole()),
    required("by_source", Json(dict[str, SourceDay])),
    optional("first_measurement", Total()),
    optional("last_measurement", Total()),
    required("sum_after", Total()),
    optional("rel_high", Total()),
    optional("rel_low", Total()),
    optional("abs_high", Total()),
    optional("abs_low", Total()),
    required("newest_at", Instant()),
    optional("opening", Total()),
    optional("closing", Total()),
    sa.PrimaryKeyConstraint("user_id", "goal_id", "day"),
    of_parent("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

goal_documents = sa.Table(
    "goal_documents",
    metadata,
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("body", Text()),
    required("version", Whole()),
    required("show_status", Text()),
    required("day", Day()),
    required("fresh_from", Instant()),
    required("fresh_until", Instant()),
    required("progress_percent", Amount()),
    optional("pace_status", Text()),
    sa.PrimaryKeyConstraint("user_id", "goal_id"),
    of_parent("goals", "goal_id"),
    sa.Index(None, "user_id", "fresh_until"),
    sqlite_strict=True,
)
