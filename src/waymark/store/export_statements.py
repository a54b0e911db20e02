"""The SQL of an export: everything of one user, a page at a time, each after the last row of the one before.

No statement here reads more than PAGE rows, save those bounded by a goal.
"""

from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, Table, bindparam, select

from waymark.domain.neighbours import (
    Budget,
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
from waymark.store.schema import goal_check_ins, goal_documents, goal_milestones, goal_targets, goals, journal
from waymark.store.statement import Statement
from waymark.store.statements import GOAL_COLUMNS

R = TypeVar("R", bound=Record)

PAGE: Final = 100
BEFORE_ALL: Final = str(UUID(int=0))
"""What the first page comes after; no record has the nil id."""

_USER: BindParameter[str] = bindparam("user_id")
_GOAL: BindParameter[str] = bindparam("goal_id")


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
GOAL_BODIES = Statement(
    paged(select(goal_documents.c.goal_id, goal_documents.c.body), goal_documents, "goal_id")
)
MILESTONES = every(goal_milestones, Milestone)
CHECK_INS = Statement(
    paged(select(goal_check_ins).where(goal_check_ins.c.goal_id == _GOAL), goal_check_ins), CheckIn
)
TARGETS = Statement(
    select(goal_targets)
    .where(goal_targets.c.user_id == _USER, goal_targets.c.goal_id == _GOAL)
    .order_by(goal_targets.c.from_on),
    TargetVersion,
)
JOURNAL = Statement(paged(select(journal), journal, "seq"), JournalRow)
NEIGHBOURS: Final[dict[str, Statement[Any]]] = {
    "tasks": every(neighbours.tasks, Task),
    "habits": every(neighbours.habits, Habit),
    "habitCompletions": every(neighbours.habit_completions, HabitCompletion),
    "focusSessions": every(neighbours.focus_sessions, FocusSession),
    "budgets": every(neighbours.budgets, Budget),
    "debts": every(neighbours.debts, Debt),
    "debtPayments": every(neighbours.debt_payments, DebtPayment),
    "transactions": every(neighbours.transactions, Transaction),
    "fxRates": every(neighbours.fx_rates, FxRate),
    "goalTasks": every(neighbours.goal_tasks, GoalTask),
    "goalHabits": every(neighbours.goal_habits, GoalHabit),
    "goalFinanceContributions": every(neighbours.goal_finance_contributions, Contribution),
}
"""Pages of every kind of neighbour, under its name in the document."""
