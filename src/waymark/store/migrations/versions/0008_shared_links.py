"""Secret addresses that show one thing without a token.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "shared_links",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("kind", columns.Text(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.Column("secret_hash", columns.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_shared_links_goals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_shared_links_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_shared_links")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_shared_links_secret_hash")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_shared_links_user_id_goal_id"), "shared_links", ["user_id", "goal_id"], unique=False
    )
