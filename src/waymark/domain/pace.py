"""Pace: where the straight line to the target says a goal should be, and where its own rate leads.

Everything counts in local days; pauses stop the clock. Nothing here reads facts or a clock.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain.amounts import CONTEXT, ZERO, percent2, stored
from waymark.domain.days import LATEST_ON
from waymark.domain.progress import HUNDRED, Aim, Standing, gained, is_completed, span, value_after
from waymark.domain.records import DayEnds, Goal
from waymark.domain.vocabulary import Direction, PaceStatus

WINDOW_DAYS: Final = 30
"""Longest window of the rate, in active days."""
_FIRST_DAYS: Final = 7
"""Active days in which a goal without a fact is not judged yet."""
_FEWEST_DAYS: Final = 3
"""Active days before any judgement, and the days that show a recovery."""
_FEWEST_FOR_CONFIDENCE: Final = 5
_MAX_SAFE_DAYS: Final = 1_000_000
"""Bound of safeDays, so that a tiny span gives no number that JavaScript cannot hold."""
_ONE_DAY: Final = timedelta(1)
_ONE: Final = Decimal(1)
_AHEAD, _ON_TRACK, _AT_RISK = Decimal("1.10"), Decimal("0.95"), Decimal("0.75")


class NextNeeded(msgspec.Struct, frozen=True, rename="camel"):
    """What brings the goal to its line: a gain in goal units, and the day it is due."""

    amount: Decimal
    by: date


class Pace(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A goal's pace on one day, as on the wire (CONTRACT §3); None where a field does not apply.

    Rates and amounts are gains: positive toward the target, whichever way it lies.
    """

    status: PaceStatus | None = None
    required_per_day: Decimal | None = None
    actual_per_day: Decimal | None = None
    expected_value: Decimal | None = None
    expected_percent: Decimal | None = None
    days_left: int | None = None
    safe_days: int | None = None
    next_needed: NextNeeded | None = None
    projected_date: date | None = None
    projected_value: Decimal | None = None
    confidence: Decimal | None = None


class PaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that pace depends on, beside the goal itself."""

    goal: Goal
    way: Standing
    """Of the metric; a goal without one is told in percent (`progress.standing_in_percent`)."""
    gains: Mapping[date, Decimal]
    """What was gained on each day of the window that has a fact; other days may be in it too."""
    first_fact_on: date | None
    today: date


class _Course(msgspec.Struct, frozen=True):
    """The clock of a goal with a deadline, in active days, and the gain it has come to."""

    elapsed: int
    total: int
    days_left: int
    gained: Decimal
    span: Decimal

    @property
    def line(self) -> Decimal:
        """The gain that the straight line asks for today."""
        return _line(self.span, self.elapsed, self.total)

    @property
    def days_covered(self) -> int:
        """The last active day, counted from the start, on which the line is not above the gain."""
        if not self.span:
            return self.total if self.gained >= 0 else 0
        return _floor(CONTEXT.multiply(self.gained, Decimal(self.total)), self.span)


class _Rate(msgspec.Struct, frozen=True):
    """What was gained in a window: in all, and on each of its active days."""

    gained: Decimal
    values: list[Decimal]

    @property
    def days(self) -> int:
        return len(self.values)


def pace(facts: PaceFacts) -> Pace:
    """The goal's pace on `facts.today`, by DOMAIN §6.

    Decimals have at most 6 decimals and 15 digits. Once a goal is completed, archived or deleted,
    its clock has stopped: only the status is told.
    """
    goal, way, today = facts.goal, facts.way, facts.today
    if goal.show_status != "active" or goal.status == "archived":
        return Pace()
    if is_completed(goal):
        return Pace(status="completed")
    values = [facts.gains.get(day, ZERO) for day in window_days(goal, today)]
    rate = _Rate(sum(values, ZERO), values)
    elapsed = active_days(goal, today, start_of(goal), today)
    remaining = None if way.span is None else max(ZERO, way.span - way.gained)
    told = Pace(
        actual_per_day=_per_day(rate.gained, rate.days),
        projected_date=_projected_on(goal, today, remaining, rate),
        confidence=_confidence(rate) if elapsed >= _FEWEST_FOR_CONFIDENCE else None,
    )
    if goal.target_on is None:
        return msgspec.structs.replace(told, status=_status(facts, elapsed, None, rate))
    total = _total_days(goal, today, goal.target_on)
    days_left = active_days(goal, today, today, goal.target_on)
    told = msgspec.structs.replace(
        told,
        expected_percent=percent2(_line(HUNDRED, elapsed, total)),
        days_left=days_left,
    )
    if way.span is None or remaining is None:
        return msgspec.structs.replace(told, status=_status(facts, elapsed, None, rate))
    course = _Course(elapsed, total, days_left, way.gained, way.span)
    return msgspec.structs.replace(
        told,
        status=_status(facts, elapsed, course, rate),
        required_per_day=_per_day(remaining, max(1, days_left)),
        expected_value=value_after(way.direction, way.base, course.line),
        safe_days=_safe_days(course),
        next_needed=_next_needed(goal, today, course),
        projected_value=_projected_value(way, rate, days_left),
    )


def start_of(goal: Goal) -> date:
    """The day the pace clock starts."""
    return goal.start_on or goal.created_on


def window_days(goal: Goal, today: date) -> list[date]:
    """The active days whose gains make the rate: at most 30, today included, in order.

    Their first is how far back `PaceFacts.gains` must reach.
    """
    wanted = max(1, min(WINDOW_DAYS, active_days(goal, today, start_of(goal), today)))
    pauses = sorted(goal.pauses, key=lambda each: each.from_on, reverse=True)
    days, day = [today], today
    while len(days) < wanted:
        day -= _ONE_DAY
        for pause in pauses:
            if pause.from_on <= day < (pause.to_on or today):
                day = pause.from_on - _ONE_DAY
        days.append(day)
    return days[::-1]


def day_gain(total: DayEnds, direction: Direction, base: Decimal | None) -> Decimal:
    """What an entered day gained toward the target."""
    if base is None or total.closing is None:
        return ZERO
    opening = base if total.opening is None else total.opening
    return gained(direction, base, total.closing) - gained(direction, base, opening)


def expected_value(
    goal: Goal, base: Decimal | None, aim: Aim, target_on: date | None, day: date, today: date
) -> Decimal | None:
    """The line's value at the end of any `day`, on the way to a target in force; None without a line."""
    whole = span(goal.direction, base, aim)
    if target_on is None or whole is None:
        return None
    line = _line(whole, active_days(goal, today, start_of(goal), day), _total_days(goal, today, target_on))
    return value_after(goal.direction, base, line)


def active_days(goal: Goal, today: date, from_on: date, until_on: date) -> int:
    """Days in [from_on, until_on) on which the clock runs; negative when `until_on` is the earlier one.

    A pause that is still open is taken to end today: nobody knows better. Pauses do not overlap.
    """
    if until_on < from_on:
        return -active_days(goal, today, until_on, from_on)
    days = (until_on - from_on).days
    for pause in goal.pauses:
        paused = min(until_on, pause.to_on or today) - max(from_on, pause.from_on)
        days -= max(0, paused.days)
    return days


def _after(goal: Goal, today: date, from_on: date, days: int) -> date | None:
    """The day that comes `days` active days after `from_on`; None beyond the years that can be told."""
    if days > (LATEST_ON - from_on).days:
        return None
    day = from_on + timedelta(days)
    for pause in sorted(goal.pauses, key=lambda each: each.from_on):
        until_on = pause.to_on or today
        if pause.from_on < day and until_on > from_on:
            day += max(timedelta(0), until_on - max(from_on, pause.from_on))
        if day > LATEST_ON:
            return None
    return day


def _total_days(goal: Goal, today: date, target_on: date) -> int:
    return max(1, active_days(goal, today, start_of(goal), target_on))


def _status(facts: PaceFacts, elapsed: int, course: _Course | None, rate: _Rate) -> PaceStatus:
    goal, today = facts.goal, facts.today
    if goal.status == "paused":
        return "paused"
    if today < start_of(goal):
        return "not_started"
    if goal.target_on is None:
        return "no_deadline"
    if today > goal.target_on:
        return "overdue"
    is_silent = facts.first_fact_on is None or facts.first_fact_on > today
    if elapsed < _FEWEST_DAYS or (is_silent and elapsed < _FIRST_DAYS) or course is None:
        return "insufficient_data"
    return _judgement(course, rate)


def _judgement(course: _Course, rate: _Rate) -> PaceStatus:
    remaining, left = course.span - course.gained, max(1, course.days_left)
    if remaining <= 0:
        return "ahead"
    # actual ≥ x·required, both sides multiplied out, so that no division rounds a tie away
    actual, required = rate.gained * left, remaining * rate.days
    if actual >= _AHEAD * required:
        return "ahead"
    if actual >= _ON_TRACK * required:
        return "on_track"
    if actual >= _AT_RISK * required:
        return "at_risk"
    latest = sum(rate.values[-_FEWEST_DAYS:], ZERO)
    return "recovering" if latest * left >= remaining * _FEWEST_DAYS else "behind"


def _per_day(amount: Decimal, days: int) -> Decimal:
    return stored(CONTEXT.divide(amount, Decimal(days)))


def _line(whole: Decimal, elapsed: int, total: int) -> Decimal:
    """The part of `whole` that the straight line asks for after `elapsed` of `total` days."""
    return CONTEXT.divide(CONTEXT.multiply(whole, Decimal(max(0, min(elapsed, total)))), Decimal(total))


def _safe_days(course: _Course) -> int:
    return max(-_MAX_SAFE_DAYS, min(_MAX_SAFE_DAYS, course.days_covered - course.elapsed))


def _next_needed(goal: Goal, today: date, course: _Course) -> NextNeeded | None:
    if course.gained >= course.span:
        return None
    if course.line > course.gained:
        return NextNeeded(stored(course.line - course.gained), today)
    day = course.days_covered + 1
    by = _after(goal, today, start_of(goal), day)
    amount = _line(course.span, day, course.total) - course.gained
    return None if by is None else NextNeeded(stored(amount), by)


def _projected_on(goal: Goal, today: date, remaining: Decimal | None, rate: _Rate) -> date | None:
    if remaining is None or rate.gained <= 0:
        return None
    days = -_floor(CONTEXT.multiply(-remaining, Decimal(rate.days)), rate.gained)
    return _after(goal, today, today, days)


def _projected_value(way: Standing, rate: _Rate, days_left: int) -> Decimal | None:
    if way.base is None or way.current is None:
        return None
    gain = CONTEXT.divide(CONTEXT.multiply(rate.gained, Decimal(max(0, days_left))), Decimal(rate.days))
    is_below = way.direction == "neutral" and way.current < way.base
    is_downward = way.direction == "decrease" or is_below
    return stored(way.current - gain if is_downward else way.current + gain)


def _confidence(rate: _Rate) -> Decimal:
    """1 − min(1, coefficient of variation) of the window's days; 0 when they gained nothing."""
    if rate.gained <= 0:
        return ZERO
    # (σ/μ)² = n·Σx²/(Σx)² − 1, of the whole population: the window is all there is
    squares = sum([value * value for value in rate.values], ZERO)
    squared = squares * rate.days / (rate.gained * rate.gained) - 1
    return percent2(1 - min(_ONE, max(ZERO, squared).sqrt()))


def _floor(part: Decimal, whole: Decimal) -> int:
    """⌊part/whole⌋ for a positive whole, exactly."""
    quotient, rest = CONTEXT.divmod(part, whole)
    return int(quotient) - (rest < 0)
