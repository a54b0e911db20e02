"""A goal's progress, aggregated from its check-ins at every read.

Increasing goals whose check-ins add up only: that is what is measured.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.baseline.models import CheckIn, Goal
from bench.baseline.schemas import GoalOut, MilestoneOut, Pace, Stats

WINDOW_DAYS = 30


class Totals(NamedTuple):
    facts: int = 0
    total: Decimal = Decimal(0)
    in_window: Decimal = Decimal(0)
    newest_at: datetime | None = None


async def totals_of(session: AsyncSession, goals: Sequence[Goal]) -> dict[UUID, Totals]:
    """COUNT and SUM over the whole history, one grouped query for any number of goals."""
    window = CheckIn.date_key > datetime.now(UTC).date() - timedelta(days=WINDOW_DAYS)
    rows = await session.execute(
        select(
            CheckIn.goal_id,
            func.count(),
            func.sum(CheckIn.value),
            func.coalesce(func.sum(CheckIn.value).filter(window), Decimal(0)),
            func.max(CheckIn.created_at),
        )
        .where(CheckIn.goal_id.in_([goal.id for goal in goals]))
        .group_by(CheckIn.goal_id)
    )
    return {row[0]: Totals(*row[1:]) for row in rows}


def progress_percent(goal: Goal, totals: Totals) -> Decimal:
    span = goal.target_value - goal.initial_value
    return min(Decimal(100), max(Decimal(0), round(100 * totals.total / span, 2)))


def goal_out(goal: Goal, totals: Totals) -> GoalOut:
    span = goal.target_value - goal.initial_value
    boundaries = [Decimal(0), *(milestone.target_percent for milestone in goal.milestones)]
    return GoalOut.model_validate(
        {
            **{name: getattr(goal, name) for name in Goal.__mapper__.columns.keys()},  # noqa: SIM118 - no dict: SQLAlchemy's own keys
            "current_value": goal.initial_value + totals.total,
            "progress_percent": progress_percent(goal, totals),
            "raw_percent": round(100 * totals.total / span, 2),
            "milestones": [
                MilestoneOut.model_validate(
                    {
                        **{name: getattr(milestone, name) for name in milestone.__mapper__.columns.keys()},  # noqa: SIM118 - no dict: SQLAlchemy's own keys
                        "from_percent": before,
                        "target_value": goal.initial_value + span * milestone.target_percent / 100,
                    }
                )
                for before, milestone in zip(boundaries, goal.milestones, strict=False)
            ],
            "stats": Stats(),
            "pace": pace(goal, totals, datetime.now(UTC).date()),
            "check_in_count": totals.facts,
            "last_check_in_at": totals.newest_at,
        }
    )


def pace(goal: Goal, totals: Totals, today: date) -> Pace:
    actual = totals.in_window / WINDOW_DAYS
    remaining = goal.target_value - goal.initial_value - totals.total
    days_left = required = expected = expected_percent = projected_value = None
    status = "no_deadline"
    if goal.start_date and goal.target_date:
        days_left = (goal.target_date - today).days
        share = Decimal((today - goal.start_date).days) / max(1, (goal.target_date - goal.start_date).days)
        required = remaining / max(1, days_left)
        expected = goal.initial_value + (goal.target_value - goal.initial_value) * share
        expected_percent = 100 * share
        projected_value = goal.initial_value + totals.total + actual * days_left
        status = "ahead" if actual >= required else "behind"
    projected_days = int(remaining / actual) if actual > 0 else None
    return Pace.model_validate(
        {
            "status": status,
            "required_per_day": required,
            "actual_per_day": actual,
            "expected_value": expected,
            "expected_percent": expected_percent,
            "days_left": days_left,
            "projected_date": _day_after(today, projected_days),
            "projected_value": projected_value,
        }
    )


def _day_after(today: date, days: int | None) -> date | None:
    return today + timedelta(days=days) if days is not None and days < 100 * 365 else None
