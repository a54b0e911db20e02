"""Webhooks and their deliveries.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("url", columns.Text(), nullable=False),
        sa.Column("description", columns.Text(), nullable=True),
        sa.Column("events", columns.Json(object), nullable=False),
        sa.Column("entities", columns.Json(object), nullable=True),
        sa.Column("goal_ids", columns.Json(object), nullable=True),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("status_reason", columns.Text(), nullable=True),
        sa.Column("status_at", columns.Instant(), nullable=False),
        sa.Column("secret", columns.Text(), nullable=False),
        sa.Column("old_secret", columns.Text(), nullable=True),
        sa.Column("old_secret_until", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_webhooks_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_webhooks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_webhooks_user_id_show_status_created_at_id"),
        "webhooks",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("webhook_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("seq", columns.Whole(), nullable=True),
        sa.Column("prev_seq", columns.Whole(), nullable=True),
        sa.Column("event", columns.Text(), nullable=False),
        sa.Column("entity", columns.Text(), nullable=True),
        sa.Column("entity_id", columns.Text(), nullable=True),
        sa.Column("operation", columns.Text(), nullable=True),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("tries", columns.Whole(), nullable=False),
        sa.Column("attempts", columns.Json(object), nullable=False),
        sa.Column("next_at", columns.Instant(), nullable=True),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "webhook_id"],
            ["webhooks.user_id", "webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhooks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "webhook_id", "id", name=op.f("pk_webhook_deliveries")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["user_id", "webhook_id", "next_at"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        op.f("ix_webhook_deliveries_user_id_webhook_id_created_at_id"),
        "webhook_deliveries",
        ["user_id", "webhook_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_deliveries_user_id_webhook_id_seq"),
        "webhook_deliveries",
        ["user_id", "webhook_id", "seq"],
        unique=False,
    )
    op.create_table(
        "webhook_progress",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("webhook_id", columns.Uuid(), nullable=False),
        sa.Column("enqueued_seq", columns.Whole(), nullable=False),
        sa.Column("told_seq", columns.Whole(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("leased_until", columns.Instant(), nullable=False),
        sa.Column("failing_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "webhook_id"],
            ["webhooks.user_id", "webhooks.id"],
            name=op.f("fk_webhook_progress_webhooks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "webhook_id", name=op.f("pk_webhook_progress")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_webhook_progress_due_at"), "webhook_progress", ["due_at"], unique=False)
