"""Achievements earned.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "achievements",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("key", columns.Text(), nullable=False),
        sa.Column("earned_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_achievements_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_achievements")),
        sqlite_strict=True,
    )
