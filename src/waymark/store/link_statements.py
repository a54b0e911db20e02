"""The SQL of what is linked to goals: their tasks, habits, focus time, and the worlds kept of them.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, and_, bindparam, case, cast, func, or_, select

from waymark.domain.neighbours import FocusSession, GoalHabit, Habit, HabitCompletion, World
from waymark.domain.vocabulary import LinkType, TaskStatus
from waymark.store.columns import Whole, any_of, is_found_in
from waymark.store.neighbours import (
    focus_sessions,
    goal_habits,
    goal_tasks,
    goal_worlds,
    habit_completions,
    habits,
    tasks,
    transactions,
)
from waymark.store.schema import goal_documents, goals
from waymark.store.statement import Row, Statement
from waymark.store.statements import GOAL, USER


class LinkedTask(msgspec.Struct, frozen=True):
    """What a goal's ratio needs of a task."""

    id: str
    status: TaskStatus
    contribution: Decimal | None


class CompletedTask(msgspec.Struct, frozen=True):
    """What the explained number tells of a task that is done."""

    id: str
    completed_at: datetime


class FocusTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes of completed sessions on the user's today and before, and how many there were."""

    today: int
    last7: int
    last30: int
    total: int
    sessions: int


class Focused(msgspec.Struct, frozen=True):
    """Minutes of completed sessions."""

    last30: int
    total: int


WORLD = Statement(
    select(goal_worlds).where(goal_worlds.c.user_id == USER, goal_worlds.c.goal_id == GOAL), World
)
_TASK_LINKS = and_(goal_tasks.c.user_id == USER, goal_tasks.c.show_status == "active")
_HABIT_LINKS = and_(goal_habits.c.user_id == USER, goal_habits.c.show_status == "active")
_TASK_OF_LINK = and_(tasks.c.user_id == goal_tasks.c.user_id, tasks.c.id == goal_tasks.c.task_id)
_HABIT_OF_LINK = and_(habits.c.user_id == goal_habits.c.user_id, habits.c.id == goal_habits.c.habit_id)

LINKED_TASKS = Statement(
    select(tasks.c.id, tasks.c.status, goal_tasks.c.contribution)
    .join_from(goal_tasks, tasks, _TASK_OF_LINK)
    .where(_TASK_LINKS, goal_tasks.c.goal_id == GOAL, tasks.c.show_status != "deleted")
    .order_by(goal_tasks.c.created_at, goal_tasks.c.id),
    LinkedTask,
)
LATEST_COMPLETED_TASKS = Statement(
    select(tasks.c.id, tasks.c.completed_at)
    .join_from(goal_tasks, tasks, _TASK_OF_LINK)
    .where(
        _TASK_LINKS,
        goal_tasks.c.goal_id == GOAL,
        goal_tasks.c.contribution.is_(None),
        tasks.c.show_status != "deleted",
        tasks.c.status == "completed",
    )
    .order_by(tasks.c.completed_at.desc(), tasks.c.id.desc())
    .limit(5),
    CompletedTask,
)
"""Of those that count in the ratio, the newest first."""
_HABIT_COLUMNS = [habits.c[name] for name in Habit.__struct_fields__]
LINKED_HABITS = Statement(
    select(*_HABIT_COLUMNS)
    .join_from(goal_habits, habits, _HABIT_OF_LINK)
    .where(_HABIT_LINKS, goal_habits.c.goal_id == GOAL, habits.c.show_status != "deleted")
    .order_by(goal_habits.c.created_at, goal_habits.c.id),
    Habit,
)
HABIT_LINKS_OF_GOAL = Statement(
    select(goal_habits).where(_HABIT_LINKS, goal_habits.c.goal_id == GOAL), GoalHabit
)
LINKED_COMPLETIONS = Statement(
    select(habit_completions)
    .join_from(
        goal_habits,
        habit_completions,
        and_(
            habit_completions.c.user_id == goal_habits.c.user_id,
            habit_completions.c.habit_id == goal_habits.c.habit_id,
        ),
    )
    .where(
        _HABIT_LINKS,
        goal_habits.c.goal_id == GOAL,
        habit_completions.c.show_status == "active",
        habit_completions.c.date_key >= bindparam("since"),
    ),
    HabitCompletion,
)
COMPLETIONS_OF_HABITS = Statement(
    select(habit_completions)
    .where(
        habit_completions.c.user_id == USER,
        any_of(habit_completions.c.habit_id, "ids"),
        habit_completions.c.show_status == "active",
    )
    .order_by(habit_completions.c.date_key),
    HabitCompletion,
)
COMPLETION_OF_DAY = Statement(
    select(habit_completions).where(
        habit_completions.c.user_id == USER,
        habit_completions.c.habit_id == bindparam("habit_id"),
        habit_completions.c.date_key == bindparam("date_key"),
    ),
    HabitCompletion,
)
"""What is or was said of a day: taken back, its row waits to be said again."""
_OF_LINKED_TASK = focus_sessions.c.task_id.in_(
    select(goal_tasks.c.task_id).where(_TASK_LINKS, goal_tasks.c.goal_id == GOAL)
)
_MINUTES = func.coalesce(focus_sessions.c.actual_minutes, 0)


def _minutes_since(parameter: str) -> ColumnElement[Any]:
    """Minutes of the days after the one of a parameter."""
    return _sum(case((focus_sessions.c.date_key > bindparam(parameter), _MINUTES), else_=0))


def _sum(minutes: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL's sum of integers is none.
    return cast(func.coalesce(func.sum(minutes), 0), Whole())


FOCUSED = Statement(
    select(
        _minutes_since("since").label("last30"),
        _sum(_MINUTES).label("total"),
    ).where(
        focus_sessions.c.user_id == USER,
        focus_sessions.c.status == "completed",
        focus_sessions.c.show_status == "active",
        or_(focus_sessions.c.goal_id == GOAL, _OF_LINKED_TASK),
    ),
    Focused,
)

FOCUSED_SESSIONS = Statement(
    select(focus_sessions)
    .where(
        focus_sessions.c.user_id == USER,
        focus_sessions.c.goal_id == GOAL,
        focus_sessions.c.status == "completed",
        focus_sessions.c.show_status == "active",
    )
    .order_by(focus_sessions.c.date_key, focus_sessions.c.created_at, focus_sessions.c.id),
    FocusSession,
)
"""Completed sessions that name a goal."""
FOCUS_TOTALS = Statement(
    select(
        _minutes_since("yesterday").label("today"),
        _minutes_since("week").label("last7"),
        _minutes_since("month").label("last30"),
        _sum(_MINUTES).label("total"),
        func.count().label("sessions"),
    ).where(
        focus_sessions.c.user_id == USER,
        focus_sessions.c.status == "completed",
        focus_sessions.c.show_status == "active",
    ),
    FocusTotals,
)
_LINKABLE: dict[LinkType, Table] = {
    "task": tasks,
    "habit": habits,
    "transaction": transactions,
    "focus_session": focus_sessions,
}
OWN_RECORD: Mapping[LinkType, Statement[Row]] = {
    kind: Statement(
        select(table.c.id).where(
            table.c.user_id == USER, table.c.id == bindparam("id"), table.c.show_status != "deleted"
        )
    )
    for kind, table in _LINKABLE.items()
}
"""By what a check-in points to: whether there is such a record."""

# What lists of neighbours are filtered by -------------------------------------------------------

TASK_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "goal_id": tasks.c.id.in_(select(goal_tasks.c.task_id).where(_TASK_LINKS, goal_tasks.c.goal_id == GOAL)),
    "search": is_found_in(tasks.c.title_folded),
    "due_date_from": tasks.c.due_on >= bindparam("due_date_from"),
    "due_date_to": tasks.c.due_on <= bindparam("due_date_to"),
    "updated_since": tasks.c.updated_at >= bindparam("updated_since"),
}
HABIT_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "goal_id": habits.c.id.in_(
        select(goal_habits.c.habit_id).where(_HABIT_LINKS, goal_habits.c.goal_id == GOAL)
    )
}

# What neighbours show of the goals they are linked to -------------------------------------------

_GOAL_OF_TASK = and_(goals.c.user_id == goal_tasks.c.user_id, goals.c.id == goal_tasks.c.goal_id)
_GOAL_OF_HABIT = and_(goals.c.user_id == goal_habits.c.user_id, goals.c.id == goal_habits.c.goal_id)
_DOCUMENT = and_(goal_documents.c.user_id == goals.c.user_id, goal_documents.c.goal_id == goals.c.id)
_GLANCE = (goals.c.id, goals.c.title, goal_documents.c.progress_percent)

GOALS_OF_TASKS = Statement(
    select(goal_tasks.c.task_id, *_GLANCE)
    .join_from(goal_tasks, goals, _GOAL_OF_TASK)
    .join(goal_documents, _DOCUMENT)
    .where(_TASK_LINKS, any_of(goal_tasks.c.task_id, "ids"), goals.c.show_status != "deleted")
    .order_by(goal_tasks.c.created_at, goal_tasks.c.id)
)
GOALS_OF_HABITS = Statement(
    select(goal_habits.c.habit_id, *_GLANCE)
    .join_from(goal_habits, goals, _GOAL_OF_HABIT)
    .join(goal_documents, _DOCUMENT)
    .where(_HABIT_LINKS, any_of(goal_habits.c.habit_id, "ids"), goals.c.show_status != "deleted")
    .order_by(goal_habits.c.created_at, goal_habits.c.id)
)
GOALS_BY_ID = Statement(
    select(goals.c.id.label("linked"), *_GLANCE)
    .join_from(goals, goal_documents, _DOCUMENT)
    .where(goals.c.user_id == USER, any_of(goals.c.id, "ids"), goals.c.show_status != "deleted")
)
