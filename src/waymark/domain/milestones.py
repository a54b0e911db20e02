"""Milestones: where they lie on the way, and which fact of the ledger got there first.

Titles and due dates are the owner's; nothing here completes a milestone, it only judges.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

import msgspec

from waymark.domain.amounts import CONTEXT, ZERO, percent2
from waymark.domain.ledger import Rule, extremes, steps
from waymark.domain.progress import (
    HUNDRED,
    Aim,
    gained,
    raw_percent,
    span,
    standing,
    value_after,
)
from waymark.domain.records import CheckIn, DayTotal, Goal, Milestone, TargetVersion
from waymark.domain.vocabulary import MAX_MILESTONES, Direction
from waymark.errors import Fault

_LEAST = Decimal("0.01")


class MilestoneDraft(msgspec.Struct, frozen=True):
    """Where a milestone is wanted: a percent, a value, both if they agree, or wherever it fits."""

    target_percent: Decimal | None = None
    target_value: Decimal | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a draft came to lie; `index` is its place among the drafts as given."""

    index: int
    ordinal: int
    from_percent: Decimal
    target_percent: Decimal
    target_value: Decimal | None
    value_given: bool


def draft_of(milestone: Milestone) -> MilestoneDraft:
    """What was given for a stored milestone, to lay it out again beside others."""
    if milestone.value_given:
        return MilestoneDraft(target_value=milestone.target_value)
    return MilestoneDraft(target_percent=milestone.target_percent)


def laid_out(
    drafts: Sequence[MilestoneDraft], goal: Goal, base: Decimal | None
) -> tuple[list[Position], list[Fault]]:
    """The drafts in order 1…n with every percent and value, or what is wrong with them (DOMAIN §4).

    Blanks are interpolated to 2 decimals. A value given keeps to the decimal, its percent is
    computed, and the other way round; of both given, the percent leads if it yields that value.
    Before there is a base, values cannot be placed: they are spread like blanks until it is known.
    """
    if len(drafts) > MAX_MILESTONES:
        return [], [Fault("milestones", "too_many", f"At most {MAX_MILESTONES} milestones.")]
    faults = [
        fault for index, draft in enumerate(drafts) for fault in _draft_faults(index, draft, goal, base)
    ]
    if faults:
        return [], faults
    given = [_given_percent(draft, goal, base) for draft in drafts]
    order = list(range(len(drafts)))
    if None not in given:
        order.sort(key=lambda index: given[index] or ZERO)
    elif all(draft.target_value is not None for draft in drafts):
        order.sort(key=lambda index: _along(goal.direction, drafts[index].target_value or ZERO))
    else:
        known = [(index, percent) for index, percent in enumerate(given) if percent is not None]
        faults = [
            _fault(index, drafts[index], "not_ascending", "Beside blanks, give percents in ascending order.")
            for (_, before), (index, percent) in pairwise(known)
            if percent <= before
        ]
        if faults:
            return [], faults
    percents = _interpolated([given[index] for index in order])
    faults = [
        _fault(index, drafts[index], "duplicate", f"Another milestone lies at {percent} % already.")
        for index, (before, percent) in zip(order, pairwise([ZERO, *percents]), strict=True)
        if percent <= before
    ]
    if faults:
        return [], faults
    return [
        Position(
            index=index,
            ordinal=ordinal,
            from_percent=before,
            target_percent=percent,
            target_value=_value(drafts[index], percent, goal, base),
            value_given=_is_value_given(drafts[index], goal, base),
        )
        for ordinal, (index, (before, percent)) in enumerate(
            zip(order, pairwise([ZERO, *percents]), strict=True), start=1
        )
    ], []


def realigned(milestones: Iterable[Milestone], goal: Goal, base: Decimal | None) -> list[Milestone]:
    """The milestones after the target or the base moved: what was given stays, the rest follows.

    Values that the new way does not reach or leaves behind get the nearest percent in 0.01–100.
    """
    moved = [_realigned(milestone, goal, base) for milestone in milestones]
    moved.sort(key=lambda milestone: (milestone.target_percent, milestone.ordinal))
    return [
        milestone if milestone.ordinal == ordinal else msgspec.structs.replace(milestone, ordinal=ordinal)
        for ordinal, milestone in enumerate(moved, start=1)
    ]


def threshold(milestone: Milestone, direction: Direction, base: Decimal | None, aim: Aim) -> Decimal | None:
    """The gain, in goal units and exact, at which the milestone is reached while `aim` is in force.

    A percent is of that aim's span; a value is a value whatever the aim. None: it cannot be told.
    """
    if milestone.value_given and milestone.target_value is not None:
        return None if base is None else gained(direction, base, milestone.target_value)
    whole = span(direction, base, aim)
    return None if whole is None else _part(whole, milestone.target_percent)


def first_reached(
    milestones: Sequence[Milestone],
    direction: Direction,
    base: Decimal | None,
    totals: Iterable[DayTotal],
    versions: Sequence[TargetVersion],
) -> dict[str, DayTotal]:
    """By milestone id, the first day on which some prefix of the fold got there.

    `totals` are entered and in order; each day is judged by the target then in force. Milestones
    never reached are absent. (DOMAIN §4)
    """
    found: dict[str, DayTotal] = {}
    if base is None:
        return found
    for aim, days in groupby(totals, key=lambda total: target_in_force(versions, total.day)):
        needed = {
            milestone.id: needs
            for milestone in milestones
            if milestone.id not in found and (needs := threshold(milestone, direction, base, aim)) is not None
        }
        for total in days:
            peak = extremes(total)
            if peak is None or not needed:
                continue
            gain = max(gained(direction, base, value) for value in peak)
            for reached in [each for each, needs in needed.items() if gain >= needs]:
                found[reached] = total
                del needed[reached]
    return found


def find_reaching_fact(
    rule: Rule, base: Decimal, total: DayTotal, facts: Iterable[CheckIn], gain: Decimal
) -> CheckIn | None:
    """The first of a day's facts that brings the goal to `gain` (a `threshold`), the day being entered."""
    for fact, value in steps(rule, total.opening, facts):
        if gained(rule.direction, base, value) >= gain:
            return fact
    return None


def target_in_force(versions: Sequence[TargetVersion], day: date) -> TargetVersion:
    """The version that holds on a local day; versions ascend, the first reaches back for ever."""
    in_force = versions[0]
    for version in versions[1:]:
        if version.from_on > day:
            break
        in_force = version
    return in_force


def with_version(versions: Sequence[TargetVersion], new: TargetVersion) -> list[TargetVersion]:
    """The versions with one that holds from `new.from_on`, today, on.

    An edit on the day of an earlier one replaces it; one that changes nothing leaves no trace.
    """
    earlier = [version for version in versions if version.from_on < new.from_on]
    if earlier and _aim(earlier[-1]) == _aim(new):
        return earlier
    return [*earlier, new]


def _aim(version: TargetVersion) -> tuple[object, ...]:
    return version.target_value, version.progress_target_value, version.target_on


def _draft_faults(index: int, draft: MilestoneDraft, goal: Goal, base: Decimal | None) -> list[Fault]:
    percent, value = draft.target_percent, draft.target_value
    faults = []
    if percent is not None and not ZERO < percent <= HUNDRED:
        faults.append(_percent_fault(index, "out_of_range", "A percent above 0, at most 100."))
    if value is None:
        return faults
    if goal.metric_type == "none":
        faults.append(_value_fault(index, "not_allowed", "A goal without a metric has no values."))
        return faults
    if not _is_on_the_way(value, goal, base):
        faults.append(_value_fault(index, "out_of_range", "A value beyond the start, up to the target."))
    elif percent is not None and not faults and not _agree(percent, value, goal, base):
        faults.append(_value_fault(index, "inconsistent", "targetPercent and targetValue disagree."))
    return faults


def _is_on_the_way(value: Decimal, goal: Goal, base: Decimal | None) -> bool:
    percent, target = _percent_of(value, goal, base), goal.target_value
    if percent is None:
        return target is None or _along(goal.direction, value) <= _along(goal.direction, target)
    way = standing(goal, base, value)
    return percent > 0 and (percent < HUNDRED or way.gained == way.span)


def _agree(percent: Decimal, value: Decimal, goal: Goal, base: Decimal | None) -> bool:
    told = _percent_of(value, goal, base)
    return told is None or percent2(percent) == told or _value_at(percent, goal, base) == value


def _given_percent(draft: MilestoneDraft, goal: Goal, base: Decimal | None) -> Decimal | None:
    told = None if draft.target_value is None else _percent_of(draft.target_value, goal, base)
    return told if _is_value_given(draft, goal, base) and told is not None else draft.target_percent


def _is_value_given(draft: MilestoneDraft, goal: Goal, base: Decimal | None) -> bool:
    """Whether the value leads.

    Clients send back what they were shown, so both may be there: then the percent leads if it
    tells the value exactly, and the value does where the percent was rounded.
    """
    if draft.target_value is None or draft.target_percent is None:
        return draft.target_value is not None
    return _value_at(draft.target_percent, goal, base) != draft.target_value


def _value(draft: MilestoneDraft, percent: Decimal, goal: Goal, base: Decimal | None) -> Decimal | None:
    return _value_at(percent, goal, base) if draft.target_value is None else draft.target_value


def _realigned(milestone: Milestone, goal: Goal, base: Decimal | None) -> Milestone:
    if not milestone.value_given:
        value = _value_at(milestone.target_percent, goal, base)
        return msgspec.structs.replace(milestone, target_value=value)
    percent = None if milestone.target_value is None else _percent_of(milestone.target_value, goal, base)
    if percent is None:
        return milestone
    return msgspec.structs.replace(milestone, target_percent=max(_LEAST, min(HUNDRED, percent)))


def _value_at(percent: Decimal, goal: Goal, base: Decimal | None) -> Decimal | None:
    whole = span(goal.direction, base, goal)
    return None if whole is None else value_after(goal.direction, base, _part(whole, percent))


def _percent_of(value: Decimal, goal: Goal, base: Decimal | None) -> Decimal | None:
    """How many percent of the way the value is; None while there is no way to compare with."""
    way = standing(goal, base, value)
    return None if base is None or way.span is None else raw_percent(way)


def _part(whole: Decimal, percent: Decimal) -> Decimal:
    return CONTEXT.multiply(whole, percent).scaleb(-2, CONTEXT)


def _along(direction: Direction, value: Decimal) -> Decimal:
    return -value if direction == "decrease" else value


def _interpolated(percents: Sequence[Decimal | None]) -> list[Decimal]:
    """Blanks evenly between their neighbours, the last ones up to 100 (DOMAIN §4)."""
    filled: list[Decimal] = []
    below, blanks = ZERO, 0
    for percent in percents:
        if percent is None:
            blanks += 1
            continue
        filled += _between(below, percent, blanks, blanks + 1)
        filled.append(percent)
        below, blanks = percent, 0
    return filled + _between(below, HUNDRED, blanks, blanks)


def _between(below: Decimal, above: Decimal, blanks: int, parts: int) -> list[Decimal]:
    return [percent2(below + (above - below) * part / parts) for part in range(1, blanks + 1)]


def _fault(index: int, draft: MilestoneDraft, code: str, message: str) -> Fault:
    by_value = draft.target_percent is None and draft.target_value is not None
    return (_value_fault if by_value else _percent_fault)(index, code, message)


def _percent_fault(index: int, code: str, message: str) -> Fault:
    return Fault(f"milestones[{index}].targetPercent", code, message)


def _value_fault(index: int, code: str, message: str) -> Fault:
    return Fault(f"milestones[{index}].targetValue", code, message)
