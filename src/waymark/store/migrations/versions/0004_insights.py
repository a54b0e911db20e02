"""Insights, and when a goal is next moved by the clock.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "dues",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("entity", columns.Text(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_dues_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "entity", "id", name=op.f("pk_dues")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_dues_due_at"), "dues", ["due_at"], unique=False)
    op.create_table(
        "insights",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("kind", columns.Text(), nullable=False),
        sa.Column("level", columns.Text(), nullable=False),
        sa.Column("scope", columns.Text(), nullable=True),
        sa.Column("category", columns.Text(), nullable=True),
        sa.Column("rule", columns.Text(), nullable=True),
        sa.Column("title", columns.Text(), nullable=False),
        sa.Column("body", columns.Text(), nullable=False),
        sa.Column("priority", columns.Whole(), nullable=False),
        sa.Column("related", columns.Json(object), nullable=False),
        sa.Column("actions", columns.Text(), nullable=False),
        sa.Column("payload", columns.Text(), nullable=True),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("source", columns.Text(), nullable=False),
        sa.Column("valid_until", columns.Instant(), nullable=True),
        sa.Column("subject_id", columns.Uuid(), nullable=True),
        sa.Column("bucket", columns.Text(), nullable=True),
        sa.Column("is_withdrawn", columns.Flag(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_insights_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_insights")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_insights_user_id_show_status_created_at_id"),
        "insights",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_insights_user_id_subject_id"), "insights", ["user_id", "subject_id"], unique=False
    )
    # Goals that are there already are looked at once; from then on each says when it is due.
    op.execute(
        "INSERT INTO dues (user_id, entity, id, due_at)"
        " SELECT user_id, 'goals', goal_id, fresh_until FROM goal_documents"
    )
