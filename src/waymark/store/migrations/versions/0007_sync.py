"""Devices that push, the conflicts they leave open, and digests of what there is.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "sync_clients",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("client_id", columns.Text(), nullable=False),
        sa.Column("watermark", columns.Whole(), nullable=False),
        sa.Column("beyond", columns.Json(object), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sync_clients_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "client_id", name=op.f("pk_sync_clients")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_conflicts",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("entity", columns.Text(), nullable=False),
        sa.Column("entity_id", columns.Uuid(), nullable=False),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("operation", columns.Text(), nullable=False),
        sa.Column("fields", columns.Json(object), nullable=False),
        sa.Column("base", columns.Text(), nullable=True),
        sa.Column("server", columns.Text(), nullable=False),
        sa.Column("local", columns.Text(), nullable=True),
        sa.Column("server_version", columns.Whole(), nullable=False),
        sa.Column("edited_at", columns.Instant(), nullable=False),
        sa.Column("client_id", columns.Text(), nullable=True),
        sa.Column("resolution", columns.Text(), nullable=True),
        sa.Column("resolved_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sync_conflicts_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_sync_conflicts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_sync_conflicts_user_id_entity_entity_id"),
        "sync_conflicts",
        ["user_id", "entity", "entity_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sync_conflicts_user_id_show_status_created_at_id"),
        "sync_conflicts",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    # Null until the account's next write: what stands is summed up then.
    op.add_column("heads", sa.Column("digests", columns.Json(object), nullable=True))
