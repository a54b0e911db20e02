"""The SQL of an export: everything of one user, a page at a time, each after the last row of the one before.

No statement here reads more than PAGE rows, save those bounded by a goal or a budget.
"""

from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, select

from waymark.domain.achievements import Achievement
from waymark.domain.conflicts import SyncConflict
from waymark.domain.insights import Insight
from waymark.domain.neighbours import (
    Beginning,
    Budget,
    BudgetEntry,
    Contribution,
    Debt,
    DebtPayment,
    FocusSession,
    FxRate,
    GoalHabit,
    GoalTask,
    Habit,
    HabitCompletion,
    Task,
    Transaction,
)
from waymark.domain.records import CheckIn, Goal, JournalRow, Milestone, Record, TargetVersion
from waymark.store import neighbours
from waymark.store.achievement_tables import achievements
from waymark.store.insight_tables import insights
from waymark.store.schema import goal_check_ins, goal_documents, goal_milestones, goal_targets, goals, journal
from waymark.store.statement import Statement
from waymark.store.statements import GOAL_COLUMNS
from waymark.store.sync_tables import sync_conflicts

R = TypeVar("R", bound=Record)

PAGE: Final = 100
BEFORE_ALL: Final = str(UUID(int=0))
"""What the first page comes after; no record has the nil id."""

_USER: BindParameter[str] = bindparam("user_id")
_GOAL: BindParameter[str] = bindparam("goal_id")

NEIGHBOURS: Final[dict[str, tuple[Table, type[Record]]]] = {
    "tasks": (neighbours.tasks, Task),
    "habits": (neighbours.habits, Habit),
    "habitCompletions": (neighbours.habit_completions, HabitCompletion),
    "focusSessions": (neighbours.focus_sessions, FocusSession),
    "budgets": (neighbours.budgets, Budget),
    "debts": (neighbours.debts, Debt),
    "debtPayments": (neighbours.debt_payments, DebtPayment),
    "transactions": (neighbours.transactions, Transaction),
    "fxRates": (neighbours.fx_rates, FxRate),
    "goalTasks": (neighbours.goal_tasks, GoalTask),
    "goalHabits": (neighbours.goal_habits, GoalHabit),
    "goalFinanceContributions": (neighbours.goal_finance_contributions, Contribution),
    "insights": (insights, Insight),
    "achievements": (achievements, Achievement),
    "syncConflicts": (sync_conflicts, SyncConflict),
}
"""Entities that are exported as they are stored: name in the document → table and record."""
PARTS: Final[dict[str, tuple[Table, type[Any]]]] = {
    "goals": (goals, Goal),
    "goalMilestones": (goal_milestones, Milestone),
    "goalCheckIns": (goal_check_ins, CheckIn),
    "goalTargets": (goal_targets, TargetVersion),
    **NEIGHBOURS,
    "goalBeginnings": (neighbours.goal_beginnings, Beginning),
    "budgetEntries": (neighbours.budget_entries, BudgetEntry),
}
"""All that an account is made of: what is not here follows from it, or is this instance's alone."""

JSON_TEXTS: Final[dict[type[Any], tuple[str, ...]]] = {
    Insight: ("actions", "payload"),
    SyncConflict: ("base", "server", "local"),
}
"""Columns of records that hold JSON as text: an export shows it as JSON."""


def paged(selected: Select[Any], table: Table, column: str = "id") -> Select[Any]:
    """The next rows of one user whose `column` is greater than the parameter `after`."""
    after = bindparam("after", type_=table.c[column].type)
    return (
        selected.where(table.c.user_id == _USER, table.c[column] > after)
        .order_by(table.c[column])
        .limit(PAGE)
    )


def every(table: Table, into: type[R]) -> Statement[R]:
    """Pages of a table of entities, deleted ones too."""
    return Statement(paged(select(*(table.c[name] for name in into.__struct_fields__)), table), into)


GOALS = Statement(paged(select(*GOAL_COLUMNS), goals), Goal)
KEPT_OF_GOAL: Final = ("created_on", "pauses", "auto_completed", "status_before", "show_before")
"""Columns of a goal that its document does not show."""
GOAL_BODIES = Statement(
    paged(
        select(
            goal_documents.c.goal_id, goal_documents.c.body, *(goals.c[name] for name in KEPT_OF_GOAL)
        ).join(
            goals, and_(goals.c.user_id == goal_documents.c.user_id, goals.c.id == goal_documents.c.goal_id)
        ),
        goal_documents,
        "goal_id",
    )
)
CHECK_INS = Statement(
    paged(select(goal_check_ins).where(goal_check_ins.c.goal_id == _GOAL), goal_check_ins), CheckIn
)
TARGETS = Statement(
    select(goal_targets)
    .where(goal_targets.c.user_id == _USER, goal_targets.c.goal_id == _GOAL)
    .order_by(goal_targets.c.from_on),
    TargetVersion,
)
BEGINNINGS = Statement(
    paged(select(neighbours.goal_beginnings), neighbours.goal_beginnings, "goal_id"), Beginning
)
MILESTONES = every(goal_milestones, Milestone)
BUDGETS = every(neighbours.budgets, Budget)
ENTRIES = Statement(
    paged(
        select(neighbours.budget_entries).where(
            neighbours.budget_entries.c.budget_id == bindparam("budget_id")
        ),
        neighbours.budget_entries,
        "transaction_id",
    ),
    BudgetEntry,
)
JOURNAL = Statement(paged(select(journal), journal, "seq"), JournalRow)
