"""The tables of a goal's neighbours and of what ties them to goals: records of domain/neighbours.py.

No statement and no rule here. Columns of an entity are the fields of its record, in their order.
"""

from typing import Final, get_args

import sqlalchemy as sa

from waymark.domain.neighbours import Habit, Task, Transaction
from waymark.domain.text import folded
from waymark.domain.vocabulary import Priority, TaskStatus
from waymark.store.columns import Amount, Day, Flag, Instant, Json, Text, Total, Uuid, Whole
from waymark.store.tables import COMPUTED, entity, metadata, of_parent, optional, required


def _title(record: Task | Habit) -> str:
    return folded(record.title)


_PRIORITIES: Final[tuple[Priority, ...]] = get_args(Priority)
_STATUSES: Final[tuple[TaskStatus, ...]] = get_args(TaskStatus)


def _transaction_words(transaction: Transaction) -> str:
    return folded(f"{transaction.name or ''}\n{transaction.description or ''}")


def _priority_rank(task: Task) -> int:
    return _PRIORITIES.index(task.priority)


def _status_rank(task: Task) -> int:
    return _STATUSES.index(task.status)


tasks = entity(
    "tasks",
    required("title", Text()),
    required("status", Text()),
    required("priority", Text()),
    optional("goal_id", Uuid()),
    optional("habit_id", Uuid()),
    optional("parent_task_id", Uuid()),
    optional("progress_value", Amount()),
    optional("progress_unit", Text()),
    optional("due_on", Day()),
    optional("start_on", Day()),
    optional("estimated_minutes", Whole()),
    required("focus_total_minutes", Whole()),
    optional("notes", Text()),
    optional("completed_at", Instant()),
    optional("completed_on", Day()),
    optional("status_before", Text()),
    required("title_folded", Text(), info={COMPUTED: _title}),
    required("priority_rank", Whole(), info={COMPUTED: _priority_rank}),
    required("status_rank", Whole(), info={COMPUTED: _status_rank}),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
    sa.Index(None, "user_id", "parent_task_id"),
)

habits = entity(
    "habits",
    required("title", Text()),
    required("habit_type", Text()),
    required("status", Text()),
    required("frequency", Text()),
    optional("days_of_week", Json(tuple[int, ...])),
    optional("times_per_week", Whole()),
    required("completion_mode", Text()),
    optional("target_per_day", Amount()),
    optional("unit", Text()),
    required("counting_type", Text()),
    optional("goal_id", Uuid()),
    required("created_on", Day()),
    required("title_folded", Text(), info={COMPUTED: _title}),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
)

habit_completions = entity(
    "habit_completions",
    required("habit_id", Uuid()),
    required("date_key", Day()),
    required("status", Text()),
    optional("value", Amount()),
    of_parent("habits", "habit_id"),
    sa.UniqueConstraint("user_id", "habit_id", "date_key"),
)

focus_sessions = entity(
    "focus_sessions",
    optional("task_id", Uuid()),
    optional("goal_id", Uuid()),
    required("planned_minutes", Whole()),
    optional("actual_minutes", Whole()),
    required("status", Text()),
    required("started_at", Instant()),
    optional("ended_at", Instant()),
    optional("paused_at", Instant()),
    required("paused_seconds", Whole()),
    required("date_key", Day()),
    optional("notes", Text()),
    of_parent("users"),
    sa.Index(None, "user_id", "goal_id", "date_key"),
    sa.Index(None, "user_id", "task_id", "date_key"),
)

budgets = entity(
    "budgets",
    required("name", Text()),
    required("budget_type", Text()),
    optional("category_ids", Json(tuple[str, ...])),
    required("transaction_type", Text()),
    required("currency", Text()),
    required("limit_amount", Amount()),
    required("period_type", Text()),
    optional("start_on", Day()),
    optional("end_on", Day()),
    optional("linked_goal_id", Uuid()),
    required("rollover_mode", Text()),
    required("notify_on_exceed", Flag()),
    required("archived_by_goal", Flag()),
    required("created_on", Day()),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
)

debts = entity(
    "debts",
    required("direction", Text()),
    required("counterparty_name", Text()),
    required("principal_amount", Amount()),
    required("principal_currency", Text()),
    required("start_on", Day()),
    optional("due_on", Day()),
    optional("interest_mode", Text()),
    optional("interest_rate_annual", Amount()),
    optional("linked_goal_id", Uuid()),
    required("status", Text()),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
)

debt_payments = entity(
    "debt_payments",
    required("debt_id", Uuid()),
    required("amount", Amount()),
    required("currency", Text()),
    required("paid_on", Day()),
    required("rate", Total()),
    required("converted_amount", Amount()),
    optional("note", Text()),
    optional("transaction_id", Uuid()),
    of_parent("debts", "debt_id"),
    sa.Index(None, "user_id", "debt_id", "paid_on", "created_at", "id"),
    sa.Index(None, "user_id", "transaction_id"),
)

transactions = entity(
    "transactions",
    required("type", Text()),
    required("amount", Amount()),
    required("currency", Text()),
    optional("category_id", Text()),
    required("happened_on", Day()),
    optional("goal_id", Uuid()),
    optional("budget_id", Uuid()),
    optional("debt_id", Uuid()),
    optional("habit_id", Uuid()),
    optional("rate", Total()),
    optional("name", Text()),
    optional("description", Text()),
    optional("tags", Json(tuple[str, ...])),
    required("search_folded", Text(), info={COMPUTED: _transaction_words}),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "happened_on", "created_at", "id"),
    sa.Index(None, "user_id", "goal_id", "happened_on"),
    sa.Index(None, "user_id", "budget_id", "happened_on"),
    sa.Index(None, "user_id", "debt_id"),
    sa.Index(None, "user_id", "category_id", "happened_on"),
)

fx_rates = entity(
    "fx_rates",
    required("quoted_on", Day()),
    required("source", Text()),
    required("target", Text()),
    required("rate", Total()),
    of_parent("users"),
    sa.UniqueConstraint("user_id", "source", "target", "quoted_on"),
)

goal_tasks = entity(
    "goal_tasks",
    required("goal_id", Uuid()),
    required("task_id", Uuid()),
    optional("contribution", Amount()),
    of_parent("goals", "goal_id"),
    of_parent("tasks", "task_id"),
    sa.UniqueConstraint("user_id", "goal_id", "task_id"),
    sa.Index(None, "user_id", "task_id"),
)

goal_habits = entity(
    "goal_habits",
    required("goal_id", Uuid()),
    required("habit_id", Uuid()),
    optional("contribution", Amount()),
    of_parent("goals", "goal_id"),
    of_parent("habits", "habit_id"),
    sa.UniqueConstraint("user_id", "goal_id", "habit_id"),
    sa.Index(None, "user_id", "habit_id"),
)

goal_finance_contributions = entity(
    "goal_finance_contributions",
    required("goal_id", Uuid()),
    required("transaction_id", Uuid()),
    required("amount", Amount()),
    required("currency", Text()),
    required("rate", Total()),
    required("converted_amount", Amount()),
    required("sign", Whole()),
    required("via", Text()),
    required("happened_on", Day()),
    of_parent("goals", "goal_id"),
    sa.Index(None, "user_id", "goal_id", "happened_on", "created_at", "id"),
    sa.Index(None, "user_id", "transaction_id"),
)

# What each transaction gives to a budget, as it was converted: taking it out takes out just that.
budget_entries = sa.Table(
    "budget_entries",
    metadata,
    required("user_id", Uuid()),
    required("budget_id", Uuid()),
    required("transaction_id", Uuid()),
    required("from_on", Day()),
    required("currency", Text()),
    required("rate", Total()),
    required("converted_amount", Amount()),
    required("sign", Whole()),
    # Asked for by transaction at every write: of two ways in, SQLite takes the primary key.
    sa.PrimaryKeyConstraint("user_id", "transaction_id", "budget_id"),
    of_parent("budgets", "budget_id"),
    sa.Index(None, "user_id", "budget_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What a budget's transactions come to, per period: its spentAmount never walks the history.
budget_period_totals = sa.Table(
    "budget_period_totals",
    metadata,
    required("user_id", Uuid()),
    required("budget_id", Uuid()),
    required("from_on", Day()),
    required("spent", Total()),
    required("count", Whole()),
    sa.PrimaryKeyConstraint("user_id", "budget_id", "from_on"),
    of_parent("budgets", "budget_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What the initial value of a goal that closes a debt tells of: mending that mends it, exactly.
goal_beginnings = sa.Table(
    "goal_beginnings",
    metadata,
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("debt_id", Uuid()),
    required("payment_ids", Json(tuple[str, ...])),
    required("own", Total()),
    required("is_whole", Flag()),
    sa.PrimaryKeyConstraint("user_id", "goal_id"),
    of_parent("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# What tasks, habits and focus time come to for a goal on a day: settling a fact reads one row of it.
goal_worlds = sa.Table(
    "goal_worlds",
    metadata,
    required("user_id", Uuid()),
    required("goal_id", Uuid()),
    required("day", Day()),
    required("task_ids", Json(tuple[str, ...])),
    required("habit_ids", Json(tuple[str, ...])),
    required("total_tasks", Whole()),
    required("completed_tasks", Whole()),
    required("counted_tasks", Whole()),
    required("counted_completed", Whole()),
    required("counted_in_progress", Whole()),
    optional("habits_percent", Total()),
    required("counted_habits", Whole()),
    required("focus_minutes_last30", Whole()),
    required("focus_minutes_total", Whole()),
    sa.PrimaryKeyConstraint("user_id", "goal_id"),
    of_parent("goals", "goal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
