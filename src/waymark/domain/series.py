"""A goal's history as a chart draws it: one point per day, week or month, and where it leads.

Day totals are given, entered and in order; no fact is read and nothing is folded here.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from waymark.domain.amounts import ZERO, plain
from waymark.domain.days import bucket_end
from waymark.domain.ledger import effects
from waymark.domain.milestones import target_in_force
from waymark.domain.pace import Pace, expected_value
from waymark.domain.progress import Standing, value_after
from waymark.domain.records import DayTotal, Goal, Milestone, TargetVersion
from waymark.domain.vocabulary import Bucket


class Point(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One bucket: `value`, `expected` and `target` at its end, `added` within it, in goal units."""

    from_on: date = msgspec.field(name="from")
    to_on: date = msgspec.field(name="to")
    value: Decimal | None
    added: Decimal
    by_source: dict[str, Decimal]
    expected: Decimal | None
    target: Decimal | None


class ProjectedPoint(msgspec.Struct, frozen=True):
    date: date
    value: Decimal


class MilestoneMark(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    target_value: Decimal | None
    completed_at: datetime | None


class TargetChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    from_on: date = msgspec.field(name="from")
    target_value: Decimal | None
    target_date: date | None


class Series(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer of `GET /goals/{id}/series` (CONTRACT §3)."""

    goal_id: str
    bucket: Bucket
    points: list[Point]
    projection: list[ProjectedPoint]
    milestones: list[MilestoneMark]
    target_changes: list[TargetChange]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart of a goal is drawn from."""

    goal: Goal
    base: Decimal | None
    opening: Decimal | None
    """Value at the end of the day before the first of `totals`; of a goal without any, the base."""
    totals: Sequence[DayTotal]
    """Entered days of the chart's span that have facts, in order."""
    versions: Sequence[TargetVersion]
    today: date


def points(history: History, from_on: date, to_on: date, bucket: Bucket) -> list[Point]:
    """The buckets from `from_on` to `to_on`, both included; the first and last may be cut short.

    A bucket without facts carries the value on; every source of the span is named in each.
    """
    value, totals = history.opening, [day for day in history.totals if from_on <= day.day <= to_on]
    sources = sorted({"manual"}.union(*(day.by_source for day in totals)))
    drawn: list[Point] = []
    index, start = 0, from_on
    while start <= to_on:
        end = min(bucket_end(start, bucket), to_on)
        moved = dict.fromkeys(sources, ZERO)
        while index < len(totals) and totals[index].day <= end:
            for source, amount in effects(totals[index]).items():
                moved[source] += amount
            value = totals[index].closing
            index += 1
        drawn.append(_point(history, start, end, value, moved))
        start = end + timedelta(1)
    return drawn


def projection(goal: Goal, way: Standing, pace: Pace, today: date) -> list[ProjectedPoint]:
    """Where today's rate leads: the value at the target date, and the day the target is reached.

    The points lie after today, in order of their days.
    """
    there = None if way.span is None else value_after(way.direction, way.base, way.span)
    ends = {pace.projected_date: there, goal.target_on: pace.projected_value}
    return [
        ProjectedPoint(day, value)
        for day, value in sorted((day, value) for day, value in ends.items() if day and value is not None)
        if day > today
    ]


def marks(milestones: Sequence[Milestone]) -> list[MilestoneMark]:
    return [
        MilestoneMark(id=each.id, target_value=each.target_value, completed_at=each.completed_at)
        for each in milestones
    ]


def target_changes(versions: Sequence[TargetVersion], to_on: date) -> list[TargetChange]:
    """Every target that came into force up to `to_on`, the first one included."""
    return [
        TargetChange(from_on=each.from_on, target_value=each.target_value, target_date=each.target_on)
        for each in versions
        if each.from_on <= to_on
    ]


def _point(
    history: History, start: date, end: date, value: Decimal | None, moved: dict[str, Decimal]
) -> Point:
    goal, aim = history.goal, target_in_force(history.versions, end)
    return Point(
        from_on=start,
        to_on=end,
        value=None if value is None else plain(value),
        added=plain(sum(moved.values(), ZERO)),
        by_source={source: plain(amount) for source, amount in moved.items()},
        expected=expected_value(goal, history.base, aim, aim.target_on, end, history.today),
        target=aim.target_value,
    )
