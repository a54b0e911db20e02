"""The fold: how a goal's facts, in their order, become its value, and day totals that keep it cheap.

Only quantities live here; what a value is worth in percent is progress's business.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import reduce

import msgspec

from waymark.domain.amounts import ZERO
from waymark.domain.records import CheckIn, DayTotal, Goal, SourceDay
from waymark.domain.units import converted, is_convertible
from waymark.domain.vocabulary import CheckInMode, Direction, SourceType


class Rule(msgspec.Struct, frozen=True):
    """What the fold must know of a goal; another rule means another fold of the same facts."""

    direction: Direction
    mode: CheckInMode
    unit: str | None
    initial: Decimal | None
    """Value before the first fact; None: the earliest measurement will tell, or there is no metric."""


def rule_of(goal: Goal) -> Rule:
    initial = goal.initial_value
    if initial is None and goal.check_in_mode == "increment" and goal.metric_type != "none":
        initial = ZERO
    return Rule(goal.direction, goal.check_in_mode, goal.unit, initial)


def order_of(fact: CheckIn) -> tuple[date, datetime, str]:
    """Sort key of the one order in which facts are folded (DOMAIN §2)."""
    return fact.date_key, fact.created_at, fact.id


def day_total(rule: Rule, user_id: str, goal_id: str, day: date, facts: Iterable[CheckIn]) -> DayTotal:
    """The day's facts, given in any order, as one step of the fold; still to be `entered`.

    Values are in the goal's unit. Raises ValueError for a day without facts: it has no total.
    """
    in_order = sorted(facts, key=order_of)
    if not in_order:
        raise ValueError("a day without facts has no total")
    nothing = DayTotal(
        user_id=user_id,
        goal_id=goal_id,
        day=day,
        count=0,
        by_source={},
        first_measurement=None,
        last_measurement=None,
        sum_after=ZERO,
        rel_high=None,
        rel_low=None,
        abs_high=None,
        abs_low=None,
        newest_at=in_order[0].created_at,
        opening=None,
        closing=None,
    )
    return reduce(lambda total, fact: _appended(rule, total, fact), in_order, nothing)


def extended(rule: Rule, total: DayTotal | None, fact: CheckIn) -> DayTotal:
    """The day's total with one more fact that comes last in the day; its cost is constant.

    A total that was entered stays entered; the first fact of a day makes one still to be `entered`.
    """
    if total is None:
        return day_total(rule, fact.user_id, fact.goal_id, fact.date_key, (fact,))
    return _appended(rule, total, fact)


def entered(total: DayTotal, opening: Decimal | None) -> DayTotal:
    """The day's total, entered with the value that the day before ended with.

    `opening` is None while nothing was measured on a goal without an initial value.
    """
    return msgspec.structs.replace(
        total, opening=opening, closing=_closing(opening, total.last_measurement, total.sum_after)
    )


def refolded(totals: Iterable[DayTotal], opening: Decimal | None) -> list[DayTotal]:
    """Consecutive days, in order, each entered with what the one before it ended with."""
    days = []
    for total in totals:
        days.append(entered(total, opening))
        opening = days[-1].closing
    return days


def base_of(rule: Rule, totals: Iterable[DayTotal]) -> Decimal | None:
    """The value that gains are counted from: the initial one, else the earliest measurement.

    None before there is one. What was added before that measurement had nothing to move: such
    facts are counted, and the day of the measurement starts at the measurement. (DOMAIN §1)
    """
    if rule.initial is not None:
        return rule.initial
    return next((day.first_measurement for day in totals if day.first_measurement is not None), None)


def effects(total: DayTotal) -> dict[SourceType, Decimal]:
    """By how much each source moved the value on an entered day; their sum is the day's movement.

    What comes from elsewhere moves it by its increments; what a person typed (the only
    measurements) answers for the rest. Over all days the effects sum to current − base.
    """
    start = total.first_measurement if total.opening is None else total.opening
    if start is None or total.closing is None:
        return dict.fromkeys(total.by_source, ZERO)
    moved = {source: done.increments for source, done in total.by_source.items()}
    if "manual" in moved:
        elsewhere = sum((added for source, added in moved.items() if source != "manual"), ZERO)
        moved["manual"] = total.closing - start - elsewhere
    return moved


def extremes(total: DayTotal) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest value right after any fact of an entered day; None: no fact had a value."""
    lows, highs = [], []
    if total.opening is not None and total.rel_low is not None and total.rel_high is not None:
        lows.append(total.opening + total.rel_low)
        highs.append(total.opening + total.rel_high)
    if total.abs_low is not None and total.abs_high is not None:
        lows.append(total.abs_low)
        highs.append(total.abs_high)
    return (min(lows), max(highs)) if lows else None


def steps(rule: Rule, opening: Decimal | None, facts: Iterable[CheckIn]) -> Iterator[tuple[CheckIn, Decimal]]:
    """Each fact that has a value, in the ledger's order, with the goal's value right after it."""
    value = opening
    for fact in sorted(facts, key=order_of):
        if fact.value is None:
            continue
        if _is_measurement(rule, fact):
            value = _in_goal_unit(rule, fact, fact.value)
        elif value is not None:
            value += _increment(rule, fact, fact.value)
        else:
            continue
        yield fact, value


def _appended(rule: Rule, total: DayTotal, fact: CheckIn) -> DayTotal:
    if fact.value is None:
        return _counted(total, fact, ZERO)
    if _is_measurement(rule, fact):
        return _counted(_measured(total, _in_goal_unit(rule, fact, fact.value)), fact, ZERO)
    added = _increment(rule, fact, fact.value)
    return _counted(_moved(total, added), fact, added)


def _measured(total: DayTotal, value: Decimal) -> DayTotal:
    return msgspec.structs.replace(
        total,
        first_measurement=value if total.first_measurement is None else total.first_measurement,
        last_measurement=value,
        sum_after=ZERO,
        abs_high=_max(total.abs_high, value),
        abs_low=_min(total.abs_low, value),
    )


def _moved(total: DayTotal, added: Decimal) -> DayTotal:
    reached = total.sum_after + added
    if total.last_measurement is None:
        return msgspec.structs.replace(
            total,
            sum_after=reached,
            rel_high=_max(total.rel_high, reached),
            rel_low=_min(total.rel_low, reached),
        )
    value = total.last_measurement + reached
    return msgspec.structs.replace(
        total, sum_after=reached, abs_high=_max(total.abs_high, value), abs_low=_min(total.abs_low, value)
    )


def _counted(total: DayTotal, fact: CheckIn, added: Decimal) -> DayTotal:
    source = total.by_source.get(fact.source_type, SourceDay(ZERO, 0))
    return msgspec.structs.replace(
        total,
        count=total.count + 1,
        by_source={
            **total.by_source,
            fact.source_type: SourceDay(source.increments + added, source.count + 1),
        },
        newest_at=max(total.newest_at, fact.created_at),
        closing=_closing(total.opening, total.last_measurement, total.sum_after),
    )


def _closing(opening: Decimal | None, measurement: Decimal | None, sum_after: Decimal) -> Decimal | None:
    start = opening if measurement is None else measurement
    return None if start is None else start + sum_after


def _is_measurement(rule: Rule, fact: CheckIn) -> bool:
    """Only a person measures: what comes from another source adds, whatever the goal's mode."""
    return fact.source_type == "manual" and (fact.mode or rule.mode) == "measure"


def _increment(rule: Rule, fact: CheckIn, value: Decimal) -> Decimal:
    added = _in_goal_unit(rule, fact, value)
    if rule.direction == "neutral":
        return abs(added)
    return -added if rule.direction == "decrease" else added


def _in_goal_unit(rule: Rule, fact: CheckIn, value: Decimal) -> Decimal:
    """The value in the goal's unit; units that are mere labels (and currencies) convert to nothing."""
    if fact.unit is None or not is_convertible(fact.unit, rule.unit):
        return value
    return converted(value, fact.unit, rule.unit)


def _max(one: Decimal | None, other: Decimal) -> Decimal:
    return other if one is None else max(one, other)


def _min(one: Decimal | None, other: Decimal) -> Decimal:
    return other if one is None else min(one, other)
