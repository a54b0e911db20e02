"""How far a goal has come: gained and span, percentages, and the terms that explain the number.

Facts are folded elsewhere; nothing here knows where a share or a value came from.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final, Literal, Protocol, TypeAlias

import msgspec

from waymark.domain.amounts import CONTEXT, MAX_AMOUNT, ZERO, percent2, plain, rounded, stored
from waymark.domain.records import Goal, Milestone, Weights
from waymark.domain.vocabulary import Direction, ProgressRule

TermSource: TypeAlias = Literal["metric", "finance", "tasks", "habits", "milestones", "override"]

HUNDRED: Final = Decimal(100)
_CENT: Final = Decimal("0.01")
_ALMOST: Final = Decimal("99.99")
_HALF: Final = Decimal("0.5")
_ONE: Final = Decimal(1)


class Aim(Protocol):
    """What is aimed at: a goal as it stands, or one of its target versions."""

    @property
    def target_value(self) -> Decimal | None: ...
    @property
    def progress_target_value(self) -> Decimal | None: ...


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a goal stands on its way, in goal units: what percent and pace are computed from."""

    direction: Direction
    base: Decimal | None
    """Value that gains are counted from; None for a measured goal before its first measurement."""
    current: Decimal | None
    gained: Decimal
    """Toward the target is positive; 0 while there is no value."""
    span: Decimal | None
    """The whole way; None while it cannot be told."""

    @property
    def is_there(self) -> bool:
        return self.span is not None and self.gained >= self.span


class Share(msgspec.Struct, frozen=True):
    """How far one of the sources beside the ledger is: the exact percent and what it was counted from."""

    percent: Decimal
    done: int
    total: int


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One source's part in the number; None where a field does not apply to the source."""

    source: TermSource
    percent: Decimal
    weight: Decimal
    points: Decimal
    value: Decimal | None = None
    target: Decimal | None = None
    count: int | None = None
    done: int | None = None
    total: int | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A goal's progress with its explanation: the terms' points add up to `percent` exactly."""

    percent: Decimal
    """0–100, 2 decimals; 100 once completed."""
    earned_percent: Decimal
    """The same without the override of completion: what milestones without a metric are judged by."""
    raw_percent: Decimal
    """The metric's percent before clamping; without a metric the earned percent."""
    rule: ProgressRule
    terms: tuple[Term, ...]


def gained(direction: Direction, base: Decimal, current: Decimal) -> Decimal:
    """How far `current` is from `base`, toward the target; a neutral goal goes either way (DOMAIN §3)."""
    if direction == "neutral":
        return abs(current - base)
    return base - current if direction == "decrease" else current - base


def span(direction: Direction, base: Decimal | None, aim: Aim) -> Decimal | None:
    """The whole way from `base` to the target; None without a target or before there is a base."""
    if aim.progress_target_value is not None:
        return aim.progress_target_value
    if aim.target_value is None:
        return None
    if direction == "neutral":
        return abs(aim.target_value)
    return None if base is None else abs(aim.target_value - base)


def standing(goal: Goal, base: Decimal | None, current: Decimal | None) -> Standing:
    """Where a goal with a metric stands, `current` being the end of its fold."""
    return Standing(
        direction=goal.direction,
        base=base,
        current=current,
        gained=ZERO if base is None or current is None else gained(goal.direction, base, current),
        span=span(goal.direction, base, goal),
    )


def standing_in_percent(percent: Decimal) -> Standing:
    """Where a goal without a metric stands: its percent is the value, on the way from 0 to 100."""
    return Standing(direction="increase", base=ZERO, current=percent, gained=percent, span=HUNDRED)


def raw_percent(way: Standing) -> Decimal:
    """100·gained/span, 2 decimals half-even, not clamped; below 100 as long as gained < span.

    Held within ±10¹² like every amount; 0 while there is no span to compare with. (DOMAIN §3)
    """
    if way.span is None:
        return ZERO
    percent = percent2(_ratio(way.gained, way.span))
    if percent >= HUNDRED and not way.is_there:
        return _ALMOST
    return max(-Decimal(MAX_AMOUNT), min(Decimal(MAX_AMOUNT), percent))


def metric_percent(way: Standing) -> Decimal:
    """`raw_percent` clamped to 0–100."""
    return _clamped(raw_percent(way))


def percent_alone(way: Standing, added: Decimal) -> Decimal:
    """Metric percent that a source reaches by itself, having moved the value by `added`."""
    return metric_percent(msgspec.structs.replace(way, gained=gained(way.direction, ZERO, added)))


def value_after(direction: Direction, base: Decimal | None, gain: Decimal) -> Decimal | None:
    """The goal's value once `gain` is gained, as amounts are kept; None while there is no base.

    A neutral goal, which may go either way, is told as going up.
    """
    if base is None:
        return None
    return stored(base - gain if direction == "decrease" else base + gain)


def tasks_percent(completed: int, in_progress: int, linked: int) -> Decimal | None:
    """100·(completed + ½·in_progress)/linked, exact; None without linked tasks (DOMAIN §3)."""
    return _ratio(completed + _HALF * in_progress, Decimal(linked)) if linked else None


def habits_percent(percents: Sequence[Decimal]) -> Decimal | None:
    """Mean over the linked active habits, exact; None without any (DOMAIN §3)."""
    return CONTEXT.divide(sum(percents, ZERO), Decimal(len(percents))) if percents else None


def milestones_share(milestones: Sequence[Milestone]) -> Share | None:
    """What was ticked off by hand, of all milestones; those that progress itself reached do not count."""
    if not milestones:
        return None
    done = sum(milestone.completed_by_hand for milestone in milestones)
    return Share(_ratio(Decimal(done), Decimal(len(milestones))), done, len(milestones))


def progress(
    goal: Goal,
    way: Standing | None,
    *,
    count: int = 0,
    tasks: Share | None = None,
    habits: Share | None = None,
    milestones: Share | None = None,
) -> Progress:
    """The goal's progress by DOMAIN §3.

    `way` is None for a goal without a metric; `count` is the number of facts behind it. Shares are
    None where nothing is linked; tasks and habits that contribute to the ledger are not in theirs.
    """
    terms = [_ledger_term(goal, way, count)] if way is not None else []
    exact = [_exact_percent(way)] if way is not None else []
    shares: tuple[tuple[TermSource, Share | None], ...] = (
        ("tasks", tasks),
        ("habits", habits),
        ("milestones", milestones if _is_counted(goal, milestones) else None),
    )
    for source, share in shares:
        if share is not None:
            terms.append(_share_term(goal, source, share))
            exact.append(share.percent)
    earned, points = _weighed(exact, [term.weight for term in terms])
    terms = [msgspec.structs.replace(term, points=part) for term, part in zip(terms, points, strict=True)]
    completed = is_completed(goal)
    if completed and earned != HUNDRED:
        terms.append(Term(source="override", percent=HUNDRED, weight=ZERO, points=HUNDRED - earned))
    return Progress(
        percent=HUNDRED if completed else earned,
        earned_percent=earned,
        raw_percent=earned if way is None else raw_percent(way),
        rule="override" if completed else _rule(goal),
        terms=tuple(terms),
    )


def is_completed(goal: Goal) -> bool:
    """Whether the goal counts as completed; an archived one does when it was before."""
    status = goal.status_before if goal.status == "archived" else goal.status
    return status == "completed"


def _rule(goal: Goal) -> ProgressRule:
    if goal.progress_weights is not None:
        return "weighted"
    return "mean" if goal.metric_type == "none" else "metric"


def _ledger_term(goal: Goal, way: Standing, count: int) -> Term:
    weights = goal.progress_weights or Weights()
    is_finance = weights.finance is not None or (weights.metric is None and goal.finance_mode is not None)
    weight = weights.finance or weights.metric or ZERO
    return Term(
        source="finance" if is_finance else "metric",
        percent=metric_percent(way),
        weight=_ONE if goal.progress_weights is None else weight,
        points=ZERO,
        value=way.current,
        target=goal.target_value,
        count=count,
    )


def _share_term(goal: Goal, source: TermSource, share: Share) -> Term:
    weights = goal.progress_weights
    if weights is not None:
        weight = getattr(weights, source) or ZERO
    else:
        weight = _ONE if goal.metric_type == "none" else ZERO
    shown = percent2(share.percent)
    return Term(
        source=source,
        percent=_ALMOST if shown == HUNDRED and share.percent < HUNDRED else shown,
        weight=weight,
        points=ZERO,
        done=share.done,
        total=share.total,
    )


def _is_counted(goal: Goal, milestones: Share | None) -> bool:
    """Milestones are a source when a weight names them, else only once one was ticked off by hand.

    Otherwise those that merely mark the way would pull a mean of tasks and habits down to them.
    """
    if milestones is None:
        return False
    weights = goal.progress_weights
    return milestones.done > 0 or (weights is not None and weights.milestones is not None)


def _weighed(percents: Sequence[Decimal], weights: Sequence[Decimal]) -> tuple[Decimal, list[Decimal]]:
    """Σwᵢpᵢ/Σwᵢ to 2 decimals and each term's points, which add up to it (largest remainder)."""
    whole = sum(weights, ZERO)
    if not whole:
        return ZERO, [ZERO for _ in weights]
    exact = [
        # Twenty decimals, of which the sum keeps eighteen: thirds that add up to a whole do so here.
        rounded(CONTEXT.divide(CONTEXT.multiply(weight, percent), whole), 20)
        for weight, percent in zip(weights, percents, strict=True)
    ]
    percent = percent2(rounded(sum(exact, ZERO), 18))
    is_full = all(part == HUNDRED for part, weight in zip(percents, weights, strict=True) if weight)
    if percent == HUNDRED and not is_full:
        percent = _ALMOST
    points = [part.quantize(_CENT, ROUND_FLOOR) for part in exact]
    missing = int((percent - sum(points, ZERO)) / _CENT)
    for index in sorted(range(len(exact)), key=lambda i: points[i] - exact[i])[:missing]:
        points[index] += _CENT
    return percent, [plain(part) for part in points]


def _exact_percent(way: Standing) -> Decimal:
    return ZERO if way.span is None else _clamped(_ratio(way.gained, way.span))


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    """100·part/whole; no way at all is gone as soon as one does not stand behind its beginning."""
    if not whole:
        return HUNDRED if part >= 0 else ZERO
    return CONTEXT.divide(CONTEXT.multiply(HUNDRED, part), whole)


def _clamped(percent: Decimal) -> Decimal:
    return max(ZERO, min(HUNDRED, percent))
