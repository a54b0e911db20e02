"""The SQL of achievements: what was earned, and what each measure counts from the facts that stand.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, cast, func, or_, select

from waymark.domain.achievements import Achievement
from waymark.domain.neighbours import Habit
from waymark.store.achievement_tables import achievements
from waymark.store.columns import Whole
from waymark.store.neighbours import debts, focus_sessions, habits
from waymark.store.schema import goal_documents, goal_milestones, goal_source_totals, goals
from waymark.store.statement import Statement
from waymark.store.statements import USER

EVER_EARNED = Statement(select(achievements).where(achievements.c.user_id == USER), Achievement)
"""Those taken back too."""

_GOAL_STANDS = and_(goals.c.user_id == USER, goals.c.show_status != "deleted")
_DOCUMENT = and_(goal_documents.c.user_id == goals.c.user_id, goal_documents.c.goal_id == goals.c.id)


def _sum(of: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL's sum of whole numbers is none, and of no rows it is null.
    return cast(func.coalesce(func.sum(of), 0), Whole())


CHECK_INS = Statement(
    select(_sum(goal_source_totals.c.count))
    .join_from(
        goal_source_totals,
        goals,
        and_(goals.c.user_id == goal_source_totals.c.user_id, goals.c.id == goal_source_totals.c.goal_id),
    )
    .where(_GOAL_STANDS, goal_source_totals.c.source_type == "manual")
)
MILESTONES_REACHED = Statement(
    select(func.count())
    .select_from(goal_milestones)
    .join(
        goals,
        and_(goals.c.user_id == goal_milestones.c.user_id, goals.c.id == goal_milestones.c.goal_id),
    )
    .where(
        _GOAL_STANDS,
        goal_milestones.c.show_status == "active",
        goal_milestones.c.completed_at.is_not(None),
    )
)
GOALS_COMPLETED = Statement(
    select(func.count())
    .select_from(goals)
    .where(
        _GOAL_STANDS,
        or_(
            goals.c.status == "completed",
            and_(goals.c.status == "archived", goals.c.status_before == "completed"),
        ),
    )
)
SAVINGS = Statement(
    select(goal_documents.c.body)
    .join_from(goals, goal_documents, _DOCUMENT)
    .where(_GOAL_STANDS, goals.c.finance_mode == "save")
)
"""Documents of the goals that save."""
DEBTS_CLOSED = Statement(
    select(func.count())
    .select_from(debts)
    .where(debts.c.user_id == USER, debts.c.show_status != "deleted", debts.c.status == "paid")
)
HABITS = Statement(
    select(*(habits.c[name] for name in Habit.__struct_fields__)).where(
        habits.c.user_id == USER, habits.c.show_status != "deleted"
    ),
    Habit,
)
FOCUS_MINUTES = Statement(
    select(_sum(focus_sessions.c.actual_minutes)).where(
        focus_sessions.c.user_id == USER,
        focus_sessions.c.status == "completed",
        focus_sessions.c.show_status == "active",
    )
)
