"""The first schema: accounts, the log, goals with their facts, totals and documents.

Frozen: a later change of schema.py is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "rate_windows",
        sa.Column("key", columns.Text(), nullable=False),
        sa.Column("window_start", columns.Instant(), nullable=False),
        sa.Column("used", columns.Whole(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name=op.f("pk_rate_windows")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_rate_windows_expires_at"), "rate_windows", ["expires_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("email", columns.Text(), nullable=False),
        sa.Column("email_folded", columns.Text(), nullable=False),
        sa.Column("username", columns.Text(), nullable=True),
        sa.Column("full_name", columns.Text(), nullable=False),
        sa.Column("password_hash", columns.Text(), nullable=True),
        sa.Column("oidc_issuer", columns.Text(), nullable=True),
        sa.Column("oidc_subject", columns.Text(), nullable=True),
        sa.Column("base_currency", columns.Text(), nullable=True),
        sa.Column("timezone", columns.Text(), nullable=False),
        sa.Column("day_starts_at", columns.Whole(), nullable=False),
        sa.Column("insight_thresholds", columns.Json(object), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_users_email_folded")),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name=op.f("uq_users_oidc_issuer_oidc_subject")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        sqlite_strict=True,
    )
    op.create_table(
        "api_tokens",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("name", columns.Text(), nullable=False),
        sa.Column("token_hash", columns.Text(), nullable=False),
        sa.Column("scopes", columns.Json(object), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("last_used_at", columns.Instant(), nullable=True),
        sa.Column("expires_at", columns.Instant(), nullable=True),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        sqlite_strict=True,
    )
    op.create_table(
        "goals",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("title", columns.Text(), nullable=False),
        sa.Column("description", columns.Text(), nullable=True),
        sa.Column("goal_type", columns.Text(), nullable=False),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("metric_type", columns.Text(), nullable=False),
        sa.Column("direction", columns.Text(), nullable=False),
        sa.Column("unit", columns.Text(), nullable=True),
        sa.Column("currency", columns.Text(), nullable=True),
        sa.Column("initial_value", columns.Amount(), nullable=True),
        sa.Column("target_value", columns.Amount(), nullable=True),
        sa.Column("progress_target_value", columns.Amount(), nullable=True),
        sa.Column("check_in_mode", columns.Text(), nullable=False),
        sa.Column("finance_mode", columns.Text(), nullable=True),
        sa.Column("linked_budget_id", columns.Uuid(), nullable=True),
        sa.Column("linked_debt_id", columns.Uuid(), nullable=True),
        sa.Column("start_on", columns.Day(), nullable=True),
        sa.Column("target_on", columns.Day(), nullable=True),
        sa.Column("completed_on", columns.Day(), nullable=True),
        sa.Column("position", columns.Whole(), nullable=False),
        sa.Column("progress_weights", columns.Json(object), nullable=True),
        sa.Column("insight_thresholds", columns.Json(object), nullable=True),
        sa.Column("auto_complete", columns.Flag(), nullable=False),
        sa.Column("auto_completed", columns.Flag(), nullable=False),
        sa.Column("status_before", columns.Text(), nullable=True),
        sa.Column("show_before", columns.Text(), nullable=True),
        sa.Column("pauses", columns.Json(object), nullable=False),
        sa.Column("created_on", columns.Day(), nullable=False),
        sa.Column("title_folded", columns.Text(), nullable=False),
        sa.Column("search_folded", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_goals_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goals")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goals_user_id_show_status_created_at_id"),
        "goals",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_goals_user_id_show_status_updated_at"),
        "goals",
        ["user_id", "show_status", "updated_at"],
        unique=False,
    )
    op.create_table(
        "heads",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("seq", columns.Whole(), nullable=False),
        sa.Column("floor", columns.Whole(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("epoch", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_heads_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_heads")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("key", columns.Text(), nullable=False),
        sa.Column("fingerprint", columns.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("status", columns.Whole(), nullable=False),
        sa.Column("answer", columns.Text(), nullable=False),
        sa.Column("location", columns.Text(), nullable=True),
        sa.Column("etag", columns.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency")),
        sqlite_strict=True,
    )
    op.create_table(
        "journal",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("seq", columns.Whole(), nullable=False),
        sa.Column("txn", columns.Whole(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("entity", columns.Text(), nullable=False),
        sa.Column("id", columns.Text(), nullable=False),
        sa.Column("operation", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("body", columns.Text(), nullable=False),
        sa.Column("fields", columns.Json(object), nullable=False),
        sa.Column("origin", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_journal_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "seq", name=op.f("pk_journal")),
        sqlite_strict=True,
    )
    op.create_table(
        "sessions",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("last_used_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.Column("user_agent", columns.Text(), nullable=True),
        sa.Column("address", columns.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )
    op.create_table(
        "goal_check_ins",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("value", columns.Amount(), nullable=True),
        sa.Column("unit", columns.Text(), nullable=True),
        sa.Column("mode", columns.Text(), nullable=True),
        sa.Column("note", columns.Text(), nullable=True),
        sa.Column("link_type", columns.Text(), nullable=True),
        sa.Column("link_id", columns.Uuid(), nullable=True),
        sa.Column("link_url", columns.Text(), nullable=True),
        sa.Column("source_type", columns.Text(), nullable=False),
        sa.Column("source_id", columns.Uuid(), nullable=True),
        sa.Column("date_key", columns.Day(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_check_ins_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goal_check_ins")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goal_check_ins_user_id_goal_id_date_key_created_at_id"),
        "goal_check_ins",
        ["user_id", "goal_id", "date_key", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_goal_check_ins_source",
        "goal_check_ins",
        ["user_id", "goal_id", "source_type", "source_id", "date_key"],
        unique=True,
        sqlite_where=sa.text("source_type <> 'manual' AND show_status = 'active'"),
        postgresql_where=sa.text("source_type <> 'manual' AND show_status = 'active'"),
    )
    op.create_table(
        "goal_day_totals",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("day", columns.Day(), nullable=False),
        sa.Column("count", columns.Whole(), nullable=False),
        sa.Column("by_source", columns.Json(object), nullable=False),
        sa.Column("first_measurement", columns.Total(), nullable=True),
        sa.Column("last_measurement", columns.Total(), nullable=True),
        sa.Column("sum_after", columns.Total(), nullable=False),
        sa.Column("rel_high", columns.Total(), nullable=True),
        sa.Column("rel_low", columns.Total(), nullable=True),
        sa.Column("abs_high", columns.Total(), nullable=True),
        sa.Column("abs_low", columns.Total(), nullable=True),
        sa.Column("newest_at", columns.Instant(), nullable=False),
        sa.Column("opening", columns.Total(), nullable=True),
        sa.Column("closing", columns.Total(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_day_totals_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", "day", name=op.f("pk_goal_day_totals")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "goal_documents",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("body", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("day", columns.Day(), nullable=False),
        sa.Column("fresh_from", columns.Instant(), nullable=False),
        sa.Column("fresh_until", columns.Instant(), nullable=False),
        sa.Column("progress_percent", columns.Amount(), nullable=False),
        sa.Column("pace_status", columns.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_documents_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", name=op.f("pk_goal_documents")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goal_documents_user_id_fresh_until"),
        "goal_documents",
        ["user_id", "fresh_until"],
        unique=False,
    )
    op.create_table(
        "goal_milestones",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("title", columns.Text(), nullable=False),
        sa.Column("description", columns.Text(), nullable=True),
        sa.Column("ordinal", columns.Whole(), nullable=False),
        sa.Column("target_percent", columns.Total(), nullable=False),
        sa.Column("target_value", columns.Total(), nullable=True),
        sa.Column("value_given", columns.Flag(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("completed_at", columns.Instant(), nullable=True),
        sa.Column("completed_by_hand", columns.Flag(), nullable=False),
        sa.Column("reached_on", columns.Day(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_milestones_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goal_milestones")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goal_milestones_user_id_goal_id_ordinal"),
        "goal_milestones",
        ["user_id", "goal_id", "ordinal"],
        unique=False,
    )
    op.create_table(
        "goal_source_totals",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("source_type", columns.Text(), nullable=False),
        sa.Column("added", columns.Total(), nullable=False),
        sa.Column("count", columns.Whole(), nullable=False),
        sa.Column("newest_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_source_totals_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", "source_type", name=op.f("pk_goal_source_totals")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "goal_targets",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("from_on", columns.Day(), nullable=False),
        sa.Column("target_value", columns.Amount(), nullable=True),
        sa.Column("progress_target_value", columns.Amount(), nullable=True),
        sa.Column("target_on", columns.Day(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_targets_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", "from_on", name=op.f("pk_goal_targets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", columns.Text(), nullable=False),
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("session_id", columns.Uuid(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("spent_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "session_id"],
            ["sessions.user_id", "sessions.id"],
            name=op.f("fk_refresh_tokens_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_refresh_tokens_user_id_session_id"),
        "refresh_tokens",
        ["user_id", "session_id"],
        unique=False,
    )
    if op.get_context().dialect.name == "postgresql":
        # A read is one page: bodies stay in their row, uncompressed, up to a page's size; and a rewrite finds
        # room on the same page, so that no index changes.
        op.execute("ALTER TABLE goal_documents ALTER COLUMN body SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE goal_documents SET (toast_tuple_target = 8160, fillfactor = 50)")
        op.execute("ALTER TABLE heads SET (fillfactor = 50)")
