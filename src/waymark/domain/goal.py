"""What makes a goal's definition valid, and what is filled in when its owner leaves it out.

Judges values only: whether a linked record exists and whose it is, others look up.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain import days, money, text, units
from waymark.domain.amounts import MAX_AMOUNT, MAX_DECIMALS, ZERO, decimals, stored
from waymark.domain.records import Goal, Weights
from waymark.domain.vocabulary import (
    DURATION_UNITS,
    MAX_CUSTOM_UNIT,
    WEIGHT_UNITS,
    CheckInMode,
    Direction,
    FinanceMode,
    GoalType,
    MetricType,
)
from waymark.errors import Fault

MAX_THRESHOLDS: Final = 20

_UNITS: Final[dict[MetricType, Sequence[str]]] = {"weight": WEIGHT_UNITS, "duration": DURATION_UNITS}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner says of a goal and the rules judge: the fields of `Goal` under the same names.

    None is "not given". Once completed and without faults, `replace(goal, **asdict(draft))` is a goal.
    """

    goal_type: GoalType = "personal"
    metric_type: MetricType = "none"
    direction: Direction | None = None
    unit: str | None = None
    currency: str | None = None
    initial_value: Decimal | None = None
    target_value: Decimal | None = None
    progress_target_value: Decimal | None = None
    check_in_mode: CheckInMode | None = None
    finance_mode: FinanceMode | None = None
    linked_budget_id: str | None = None
    linked_debt_id: str | None = None
    start_on: date | None = None
    target_on: date | None = None
    progress_weights: Weights | None = None
    insight_thresholds: tuple[int, ...] | None = None


class DebtFacts(msgspec.Struct, frozen=True):
    """What a goal takes from the debt it is linked to; `remaining` in units of `currency`."""

    remaining: Decimal
    currency: str


def draft_of(goal: Goal) -> Draft:
    """The definition of a standing goal, for a patch to be laid over."""
    return Draft(**{name: getattr(goal, name) for name in Draft.__struct_fields__})


def completed_definition(
    draft: Draft, *, debt: DebtFacts | None = None, budget_currency: str | None = None
) -> Draft:
    """The draft with every default of DOMAIN §1 that follows from what was given.

    `debt` and `budget_currency` are of the linked records. Direction stays None where nothing implies it;
    `faults` then says so.
    """
    measured = draft.metric_type != "none"
    mode = draft.check_in_mode or ("measure" if draft.metric_type == "weight" else "increment")
    initial, target, direction = draft.initial_value, draft.target_value, draft.direction
    currency = draft.currency
    if draft.metric_type == "amount" and currency is None:
        currency = debt.currency if debt else budget_currency
    if draft.finance_mode == "debt_close" and debt:
        initial = debt.remaining if initial is None else initial
        target = ZERO if target is None else target
        direction = direction or "decrease"
    if measured and mode == "increment" and initial is None:
        initial = ZERO
    return msgspec.structs.replace(
        draft,
        check_in_mode=mode,
        currency=currency,
        initial_value=initial,
        target_value=target,
        direction=direction or (_implied_direction(initial, target) if measured else "increase"),
    )


def faults(
    draft: Draft,
    *,
    debt: DebtFacts | None = None,
    budget_currency: str | None = None,
    due_days: Sequence[date | None] = (),
) -> list[Fault]:
    """Everything that is wrong with a completed definition, at once, by wire field (DOMAIN §1).

    `due_days` are its milestones' due dates in their order.
    """
    found = [
        *(_unmeasured_faults(draft) if draft.metric_type == "none" else _metric_faults(draft)),
        *_finance_faults(draft, debt, budget_currency),
        *_date_faults(draft, due_days),
        *_weight_faults(draft.progress_weights),
        *_threshold_faults(draft.insight_thresholds),
    ]
    is_closing = draft.finance_mode == "debt_close"
    if is_closing and debt is not None and draft.initial_value == debt.remaining <= 0:
        # It would end where it begins: that is the debt's fault, not the target's.
        found = [fault for fault in found if fault.field != "targetValue"]
        found.append(Fault("linkedDebtId", "not_allowed", "Nothing remains to be paid."))
    return found


def check_in_faults(
    goal: Goal,
    *,
    value: Decimal | None,
    unit: str | None,
    mode: CheckInMode | None,
    date_key: date,
    today: date,
) -> list[Fault]:
    """Everything that is wrong with a check-in on the goal, at once; `today` is the owner's local day."""
    found: list[Fault] = []
    if not days.EARLIEST_ON <= date_key <= today + timedelta(days=1):
        found.append(Fault("dateKey", "out_of_range", f"From {days.EARLIEST_ON} to tomorrow."))
    if goal.metric_type == "none":
        given = (("value", value), ("unit", unit))
        return found + [_not_allowed(name) for name, content in given if content is not None]
    goal_unit = goal.currency if goal.metric_type == "amount" else goal.unit
    if unit is not None and not units.is_convertible(unit, goal_unit):
        what = f"told in {goal_unit}" if goal_unit else "used: this goal has no unit"
        found.append(Fault("unit", "invalid", f"This unit cannot be {what}."))
        unit = None
    if value is None:
        return [*found, Fault("value", "required", "A measured goal's check-in needs a value.")]
    found += _form_faults("value", value, goal.metric_type, goal.currency)
    if goal.metric_type == "weight" and (mode or goal.check_in_mode) == "measure" and value < 0:
        found.append(Fault("value", "out_of_range", "A measured weight is not negative."))
    if unit is not None and units.converted(abs(value), unit, goal_unit) > MAX_AMOUNT >= abs(value):
        found.append(Fault("value", "out_of_range", f"More than 10^12 when told in {goal_unit}."))
    return found


def change_faults(before: Goal, after: Draft, *, has_facts: bool) -> list[Fault]:
    """What facts forbid to change: metric and currency, and the unit to one they cannot be told in."""
    if not has_facts:
        return []
    found = []
    if before.metric_type != after.metric_type:
        found.append(Fault("metricType", "has_facts", "Cannot change once there are check-ins."))
    elif before.metric_type != "amount" and before.unit and not units.is_convertible(before.unit, after.unit):
        found.append(Fault("unit", "has_facts", f"The check-ins in {before.unit} cannot be converted."))
    if before.currency != after.currency:
        found.append(Fault("currency", "has_facts", "Cannot change once there are check-ins."))
    return found


def with_unit(draft: Draft, unit: str) -> Draft:
    """The definition told in another unit of the same kind: initial, target and distance converted.

    Raises ValueError when the units are not of one kind.
    """

    def told(value: Decimal | None) -> Decimal | None:
        return None if value is None else stored(units.converted(value, draft.unit, unit))

    return msgspec.structs.replace(
        draft,
        unit=unit,
        initial_value=told(draft.initial_value),
        target_value=told(draft.target_value),
        progress_target_value=told(draft.progress_target_value),
    )


def _implied_direction(initial: Decimal | None, target: Decimal | None) -> Direction | None:
    if initial is None or target is None or initial == target:
        return None
    return "increase" if target > initial else "decrease"


def _unmeasured_faults(draft: Draft) -> Iterator[Fault]:
    for name, content in (
        ("unit", draft.unit),
        ("initialValue", draft.initial_value),
        ("targetValue", draft.target_value),
        ("progressTargetValue", draft.progress_target_value),
        ("currency", draft.currency),
    ):
        if content is not None:
            yield _not_allowed(name)


def _metric_faults(draft: Draft) -> Iterator[Fault]:
    yield from _unit_faults(draft)
    for name, value in (
        ("initialValue", draft.initial_value),
        ("targetValue", draft.target_value),
        ("progressTargetValue", draft.progress_target_value),
    ):
        if value is not None:
            yield from _form_faults(name, value, draft.metric_type, draft.currency)
    initial, target, distance = draft.initial_value, draft.target_value, draft.progress_target_value
    if draft.metric_type == "weight" and initial is not None and initial < 0:
        yield Fault("initialValue", "out_of_range", "A weight is not negative.")
    if distance is not None and distance <= 0:
        yield Fault("progressTargetValue", "out_of_range", "A distance is greater than 0.")
    if target is None:
        yield Fault("targetValue", "required", f"A goal measured by {draft.metric_type} needs a target.")
    elif draft.metric_type in {"weight", "duration"} and target <= 0:
        yield Fault("targetValue", "out_of_range", f"A target {draft.metric_type} is greater than 0.")
    else:
        yield from _direction_faults(draft, initial, target)


def _unit_faults(draft: Draft) -> Iterator[Fault]:
    metric, unit = draft.metric_type, draft.unit
    if metric == "amount":
        yield from _currency_faults(draft.currency, unit)
        return
    if draft.currency is not None:
        yield Fault("currency", "not_allowed", "Only a goal measured by amount has one.")
    if unit is None:
        if metric != "count":
            yield Fault("unit", "required", f"A goal measured by {metric} needs a unit.")
    elif metric in _UNITS:
        if unit not in _UNITS[metric]:
            yield Fault("unit", "invalid", f"One of {', '.join(_UNITS[metric])}.")
    else:
        try:
            text.line(unit, MAX_CUSTOM_UNIT)
        except text.TextError as refusal:
            yield Fault("unit", refusal.code, refusal.message)


def _currency_faults(currency: str | None, unit: str | None) -> Iterator[Fault]:
    if currency is None:
        yield Fault("currency", "required", "An amount needs its currency.")
    elif not money.is_currency(currency):
        yield Fault("currency", "invalid", "A currency code of ISO 4217, such as USD.")
    elif unit is not None and unit != currency:
        yield Fault("unit", "invalid", f"The unit of an amount is its currency, {currency}.")


def _form_faults(name: str, value: Decimal, metric: MetricType, currency: str | None) -> Iterator[Fault]:
    """Whether the number has a form that the metric can hold."""
    places = MAX_DECIMALS
    if metric == "count":
        places = 0
    elif metric == "amount" and currency is not None and money.is_currency(currency):
        places = money.minor_digits(currency)
    if decimals(value) > places:
        what = "A count is a whole number." if metric == "count" else f"At most {places} decimals."
        yield Fault(name, "too_many_decimals", what)
    if abs(value) > MAX_AMOUNT:
        yield Fault(name, "out_of_range", "At most 10^12 in magnitude.")


def _direction_faults(draft: Draft, initial: Decimal | None, target: Decimal) -> Iterator[Fault]:
    if draft.direction == "neutral":
        if target == 0 and draft.progress_target_value is None:
            yield Fault("targetValue", "out_of_range", "A neutral goal counts up to a magnitude above 0.")
    elif initial is None:
        if draft.direction is None:
            yield Fault("direction", "required", "Without initialValue nothing tells the direction.")
    elif initial == target:
        yield Fault("targetValue", "equal_to_initial", "The target must differ from initialValue.")
    elif draft.direction != _implied_direction(initial, target):
        side = "above" if draft.direction == "increase" else "below"
        yield Fault("targetValue", "invalid", f"Direction {draft.direction} wants it {side} initialValue.")


def _finance_faults(draft: Draft, debt: DebtFacts | None, budget_currency: str | None) -> Iterator[Fault]:
    if draft.finance_mode == "debt_close" and draft.linked_debt_id is None:
        yield Fault("linkedDebtId", "required", "financeMode debt_close needs the debt to close.")
    if draft.metric_type != "amount":
        if draft.goal_type == "financial":
            yield Fault("metricType", "invalid", "A financial goal is measured by amount.")
        for name, content in (
            ("financeMode", draft.finance_mode),
            ("linkedBudgetId", draft.linked_budget_id),
            ("linkedDebtId", draft.linked_debt_id),
        ):
            if content is not None:
                yield Fault(name, "not_allowed", "Only a goal measured by amount has one.")
        return
    for name, theirs in (
        ("linkedBudgetId", budget_currency),
        ("linkedDebtId", debt.currency if debt else None),
    ):
        if theirs is not None and draft.currency is not None and theirs != draft.currency:
            yield Fault(name, "currency_mismatch", f"It is in {theirs}, the goal in {draft.currency}.")


def _date_faults(draft: Draft, due_days: Sequence[date | None]) -> Iterator[Fault]:
    start, target = draft.start_on, draft.target_on
    for name, day in (("startDate", start), ("targetDate", target)):
        if day is not None and not days.EARLIEST_ON <= day <= days.LATEST_ON:
            yield Fault(name, "out_of_range", "In the years 1900 to 2200.")
    if start is not None and target is not None and target < start:
        yield Fault("targetDate", "out_of_range", "Not before startDate.")
    for index, due in enumerate(due_days):
        if due is not None and not (start or due) <= due <= (target or due):
            yield Fault(f"milestones[{index}].dueDate", "out_of_range", "Between startDate and targetDate.")


def _weight_faults(weights: Weights | None) -> Iterator[Fault]:
    if weights is None:
        return
    given = {name: weight for name, weight in msgspec.structs.asdict(weights).items() if weight is not None}
    for name, weight in given.items():
        if weight < 0:
            yield Fault(f"progressWeights.{name}", "out_of_range", "A weight is not negative.")
    if not any(weight > 0 for weight in given.values()):
        yield Fault("progressWeights", "invalid", "At least one weight is greater than 0.")
    if "metric" in given and "finance" in given:
        yield Fault("progressWeights", "invalid", "metric and finance are one ledger; give one of them.")


def _threshold_faults(thresholds: Iterable[int] | None) -> Iterator[Fault]:
    if thresholds is None:
        return
    given = list(thresholds)
    if len(given) > MAX_THRESHOLDS:
        yield Fault("insightThresholds", "too_many", f"At most {MAX_THRESHOLDS}.")
    if any(not 1 <= percent <= 100 for percent in given):  # noqa: PLR2004 - percents
        yield Fault("insightThresholds", "out_of_range", "Whole percents from 1 to 100.")
    if given != sorted(set(given)):
        yield Fault("insightThresholds", "invalid", "Ascending, each once.")


def _not_allowed(name: str) -> Fault:
    return Fault(name, "not_allowed", f"A goal without a metric has no {name}.")
