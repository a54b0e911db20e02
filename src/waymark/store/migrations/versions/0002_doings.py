"""Tasks, habits and focus time, and what ties them to goals.

Frozen: a later change of the tables is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from waymark.store import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "focus_sessions",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("task_id", columns.Uuid(), nullable=True),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.Column("planned_minutes", columns.Whole(), nullable=False),
        sa.Column("actual_minutes", columns.Whole(), nullable=True),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("paused_at", columns.Instant(), nullable=True),
        sa.Column("paused_seconds", columns.Whole(), nullable=False),
        sa.Column("date_key", columns.Day(), nullable=False),
        sa.Column("notes", columns.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_focus_sessions_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_focus_sessions")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_focus_sessions_user_id_goal_id_date_key"),
        "focus_sessions",
        ["user_id", "goal_id", "date_key"],
        unique=False,
    )
    op.create_index(
        op.f("ix_focus_sessions_user_id_task_id_date_key"),
        "focus_sessions",
        ["user_id", "task_id", "date_key"],
        unique=False,
    )
    op.create_table(
        "habits",
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
        sa.Column("habit_type", columns.Text(), nullable=False),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("frequency", columns.Text(), nullable=False),
        sa.Column("days_of_week", columns.Json(object), nullable=True),
        sa.Column("times_per_week", columns.Whole(), nullable=True),
        sa.Column("completion_mode", columns.Text(), nullable=False),
        sa.Column("target_per_day", columns.Amount(), nullable=True),
        sa.Column("unit", columns.Text(), nullable=True),
        sa.Column("counting_type", columns.Text(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.Column("created_on", columns.Day(), nullable=False),
        sa.Column("title_folded", columns.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_habits_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_habits")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_habits_user_id_show_status_created_at_id"),
        "habits",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "tasks",
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
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("priority", columns.Text(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=True),
        sa.Column("habit_id", columns.Uuid(), nullable=True),
        sa.Column("parent_task_id", columns.Uuid(), nullable=True),
        sa.Column("progress_value", columns.Amount(), nullable=True),
        sa.Column("progress_unit", columns.Text(), nullable=True),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("start_on", columns.Day(), nullable=True),
        sa.Column("estimated_minutes", columns.Whole(), nullable=True),
        sa.Column("focus_total_minutes", columns.Whole(), nullable=False),
        sa.Column("notes", columns.Text(), nullable=True),
        sa.Column("completed_at", columns.Instant(), nullable=True),
        sa.Column("completed_on", columns.Day(), nullable=True),
        sa.Column("status_before", columns.Text(), nullable=True),
        sa.Column("title_folded", columns.Text(), nullable=False),
        sa.Column("priority_rank", columns.Whole(), nullable=False),
        sa.Column("status_rank", columns.Whole(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tasks_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_tasks")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_tasks_user_id_parent_task_id"), "tasks", ["user_id", "parent_task_id"], unique=False
    )
    op.create_index(
        op.f("ix_tasks_user_id_show_status_created_at_id"),
        "tasks",
        ["user_id", "show_status", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "goal_habits",
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
        sa.Column("habit_id", columns.Uuid(), nullable=False),
        sa.Column("contribution", columns.Amount(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_habits_goals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "habit_id"],
            ["habits.user_id", "habits.id"],
            name=op.f("fk_goal_habits_habits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goal_habits")),
        sa.UniqueConstraint(
            "user_id", "goal_id", "habit_id", name=op.f("uq_goal_habits_user_id_goal_id_habit_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_goal_habits_user_id_habit_id"), "goal_habits", ["user_id", "habit_id"], unique=False
    )
    op.create_table(
        "goal_tasks",
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
        sa.Column("task_id", columns.Uuid(), nullable=False),
        sa.Column("contribution", columns.Amount(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_tasks_goals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "task_id"],
            ["tasks.user_id", "tasks.id"],
            name=op.f("fk_goal_tasks_tasks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_goal_tasks")),
        sa.UniqueConstraint(
            "user_id", "goal_id", "task_id", name=op.f("uq_goal_tasks_user_id_goal_id_task_id")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_goal_tasks_user_id_task_id"), "goal_tasks", ["user_id", "task_id"], unique=False)
    op.create_table(
        "goal_worlds",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("goal_id", columns.Uuid(), nullable=False),
        sa.Column("day", columns.Day(), nullable=False),
        sa.Column("task_ids", columns.Json(object), nullable=False),
        sa.Column("habit_ids", columns.Json(object), nullable=False),
        sa.Column("total_tasks", columns.Whole(), nullable=False),
        sa.Column("completed_tasks", columns.Whole(), nullable=False),
        sa.Column("counted_tasks", columns.Whole(), nullable=False),
        sa.Column("counted_completed", columns.Whole(), nullable=False),
        sa.Column("counted_in_progress", columns.Whole(), nullable=False),
        sa.Column("habits_percent", columns.Total(), nullable=True),
        sa.Column("counted_habits", columns.Whole(), nullable=False),
        sa.Column("focus_minutes_last30", columns.Whole(), nullable=False),
        sa.Column("focus_minutes_total", columns.Whole(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "goal_id"],
            ["goals.user_id", "goals.id"],
            name=op.f("fk_goal_worlds_goals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "goal_id", name=op.f("pk_goal_worlds")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "habit_completions",
        sa.Column("user_id", columns.Uuid(), nullable=False),
        sa.Column("id", columns.Uuid(), nullable=False),
        sa.Column("show_status", columns.Text(), nullable=False),
        sa.Column("sync_status", columns.Text(), nullable=False),
        sa.Column("version", columns.Whole(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.Column("deleted_at", columns.Instant(), nullable=True),
        sa.Column("provenance", columns.Json(object), nullable=False),
        sa.Column("habit_id", columns.Uuid(), nullable=False),
        sa.Column("date_key", columns.Day(), nullable=False),
        sa.Column("status", columns.Text(), nullable=False),
        sa.Column("value", columns.Amount(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id", "habit_id"],
            ["habits.user_id", "habits.id"],
            name=op.f("fk_habit_completions_habits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_habit_completions")),
        sa.UniqueConstraint(
            "user_id", "habit_id", "date_key", name=op.f("uq_habit_completions_user_id_habit_id_date_key")
        ),
        sqlite_strict=True,
    )
