"""Money: budgets, debts, transactions and rates, and what they give to goals.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "budgets",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("name", columns.Text(), nullable=False),
        sa.Column("budget_type", columns.Text(), nullable=False),
        sa.Column("category_ids", columns.Json(object), nullable=True),
        sa.Column("transaction_type", columns.Text(), nullable=False),
        sa.Column("currency", columns.Text(), nullable=False),
        sa.Column("limit_amount", columns.Amount(), nullable=False),
        sa.Column("period_type", columns.Text(), nullable=False),
        sa.Column("start_on", columns.Day(), nullable=True),
        sa.Column("end_on", columns.Day(), nullable=True),
        sa.Column("linked_goal_id", columns.Uuid(), nullable=True),
        sa.Column("rollover_mode", columns.Text(), nullable=False),
        sa.Column("notify_on_exceed", columns.Flag(), nullable=False),
        sa.Column("archived_by_goal", columns.Flag(), nullable=False),
        sa.Column("created_on", columns.Day(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_budgets_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_budgets")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_budgets_user_id_show_status_created_at_id"),
        "budgets",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "debts",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("direction", columns.Text(), nullable=False),
        sa.Column("counterparty_name", columns.Text(), nullable=False),
        sa.Column("principal_amount", columns.Amount(), nullable=False),
        sa.Column("principal_currency", columns.Text(), nullable=False),
        sa.Column("start_on", columns.Day(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("interest_mode", columns.Text(), nullable=True),
        sa.Column("interest_rate_annual", columns.Amount(), nullable=True),
        sa.Column("linked_goal_id", columns.Uuid(), nullable=True),
        sa.Column("status", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_debts_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_debts")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_debts_user_id_show_status_created_at_id"),
        "debts",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "fx_rates",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("quoted_on", columns.Day(), nullable=False),
        sa.Column("source", columns.Text(), nullable=False),
        sa.Column("target", columns.Text(), nullable=False),
        sa.Column("rate", columns.Total(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_fx_rates_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_fx_rates")),
        sa.UniqueConstraint(
            "user_id",
            "source",
            "target",
            "quoted_on",
            name=op.f("uq_fx_rates_user_id_source_target_quoted_on"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "transactions",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("type", columns.Text(), nullable=False),
        sa.Column("amount", columns.Amount(), nullable=False),
        sa.Column("currency", columns.Text(), nullable=False),
        sa.Column("category_id", columns.Text(), nullable=True),
        sa.Column("happened_on", columns.Day(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.Column("budget_id", columns.Uuid(), nullable=True),
        sa.Column("debt_id", columns.Uuid(), nullable=True),
        sa.Column("habit_id", columns.Uuid(), nullable=True),
        sa.Column("rate", columns.Total(), nullable=True),
        sa.Column("name", columns.Text(), nullable=True),
        sa.Column("description", columns.Text(), nullable=True),
        sa.Column("tags", columns.Json(object), nullable=True),
        sa.Column("search_folded", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_transactions_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_transactions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_transactions_user_id_budget_id_happened_on"),
        "transactions",
        ["user_id", "budget_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_transactions_user_id_category_id_happened_on"),
        "transactions",
        ["user_id", "category_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_transactions_user_id_debt_id"), "transactions", ["user_id", "debt_id"], unique=False
    )
    op.create_index(
        op.f("ix_transactions_user_id_goal_id_happened_on"),
        "transactions",
        ["user_id", "goal_id", "happened_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_transactions_user_id_show_status_happened_on_created_at_id"),
        "transactions",
        ["user_id", "show_status", "happened_on", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "budget_period_totals",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("budget_id", columns.Uuid(), nullable=False),
        sa.Column("from_on", columns.Day(), nullable=False),
        sa.Column("spent", columns.Total(), nullable=False),
        sa.Column("count", columns.Whole(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "budget_id"],
            ["budgets.user_id", "budgets.id"],
            name=op.f("fk_budget_period_totals_budgets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "budget_id", "from_on", name=op.f("pk_budget_period_totals")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_entries",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("budget_id", columns.Uuid(), nullable=False),
        sa.Column("transaction_id", columns.Uuid(), nullable=False),
        sa.Column("from_on", columns.Day(), nullable=False),
        sa.Column("currency", columns.Text(), nullable=False),
        sa.Column("rate", columns.Total(), nullable=False),
        sa.Column("converted_amount", columns.Amount(), nullable=False),
        sa.Column("sign", columns.Whole(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "budget_id"],
            ["budgets.user_id", "budgets.id"],
            name=op.f("fk_budget_entries_budgets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "transaction_id", "budget_id", name=op.f("pk_budget_entries")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_budget_entries_user_id_budget_id"),
        "budget_entries",
        ["user_id", "budget_id"],
        unique=False,
    )
    op.create_table(
        "debt_payments",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("debt_id", columns.Uuid(), nullable=False),
        sa.Column("amount", columns.Amount(), nullable=False),
        sa.Column("currency", columns.Text(), nullable=False),
        sa.Column("paid_on", columns.Day(), nullable=False),
        sa.Column("rate", columns.Total(), nullable=False),
        sa.Column("converted_amount", columns.Amount(), nullable=False),
        sa.Column("note", columns.Text(), nullable=True),
        sa.Column("transaction_id", columns.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "debt_id"],
            ["debts.user_id", "debts.id"],
            name=op.f("fk_debt_payments_debts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_debt_payments")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_debt_payments_user_id_debt_id_paid_on_created_at_id"),
        "debt_payments",
        ["user_id", "debt_id", "paid_on", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_debt_payments_user_id_transaction_id"),
        "debt_payments",
        ["user_id", "transaction_id"],
        unique=False,
    )
    op.create_table(
        "goal_beginnings",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("debt_id", columns.Uuid(), nullable=False),
        sa.Column("payment_ids", columns.Json(object), nullable=False),
        sa.Column("own", columns.Total(), nullable=False),
        sa.Column("is_whole", columns.Flag(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_beginnings_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", name=op.f("pk_goal_beginnings")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "goal_finance_contributions",
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
        sa.Column("transaction_id", columns.Uuid(), nullable=False),
        sa.Column("amount", columns.Amount(), nullable=False),
        sa.Column("currency", columns.Text(), nullable=False),
        sa.Column("rate", columns.Total(), nullable=False),
        sa.Column("converted_amount", columns.Amount(), nullable=False),
        sa.Column("sign", columns.Whole(), nullable=False),
        sa.Column("via", columns.Text(), nullable=False),
        sa.Column("happened_on", columns.Day(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_finance_contributions_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goal_finance_contributions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goal_finance_contributions_user_id_goal_id_happened_on_created_at_id"),
        "goal_finance_contributions",
        ["user_id", "goal_id", "happened_on", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_goal_finance_contributions_user_id_transaction_id"),
        "goal_finance_contributions",
        ["user_id", "transaction_id"],
        unique=False,
    )
