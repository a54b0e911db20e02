"""Budgets: which transactions they count, in which period, and what is left of the limit.

Sums come in the budget's currency, one per period; who converts them is not known here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain.amounts import ZERO, plain
from waymark.domain.days import EARLIEST_ON, LATEST_ON, bucket_end, bucket_start
from waymark.domain.finance import span_faults, sum_faults
from waymark.domain.neighbours import Budget, Transaction
from waymark.domain.progress import Standing, metric_percent
from waymark.domain.vocabulary import Bucket, BudgetFlow, BudgetPeriod, TransactionType
from waymark.errors import Fault

_BUCKETS: Final[dict[BudgetPeriod, Bucket]] = {"weekly": "week", "monthly": "month"}
_SIGNS: Final[dict[BudgetFlow, dict[TransactionType, int]]] = {
    "expense": {"expense": 1, "income": -1},
    "income": {"income": 1, "transfer": 1, "expense": -1},
}


class Period(msgspec.Struct, frozen=True):
    """Days that one limit is for, both ends included."""

    from_on: date
    to_on: date


class BudgetState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a budget stands on a day, in its currency: the computed fields of CONTRACT §4."""

    spent_amount: Decimal
    """In the period of the day; negative when more came back than went."""
    remaining_amount: Decimal
    """Of the limit in force; negative when overspent."""
    percent_used: Decimal
    contribution_total: Decimal
    """In all of the budget's periods."""
    is_overspent: bool


def sign(budget: Budget, transaction: Transaction) -> int:
    """Whether a transaction adds to what the budget counts (1), takes away (−1) or does not belong (0).

    One that names a budget belongs to that one alone, and the opposite flow takes away: a refund. Any
    other belongs by its category, and only in the budget's own flow. Transfers fill budgets of income.
    """
    if not (budget.start_on or EARLIEST_ON) <= transaction.happened_on <= (budget.end_on or LATEST_ON):
        return 0
    if transaction.budget_id is not None:
        is_named = transaction.budget_id == budget.id
        return _SIGNS[budget.transaction_type].get(transaction.type, 0) if is_named else 0
    is_listed = transaction.category_id is not None and transaction.category_id in (budget.category_ids or ())
    return int(is_listed and transaction.type == budget.transaction_type)


def period(budget: Budget, day: date) -> Period:
    """The period in force on a day; before the budget's dates its first, after them its last.

    Weeks start on Monday. The budget's dates cut the first and last short; the limit stays whole.
    """
    first, last = budget.start_on or EARLIEST_ON, budget.end_on or LATEST_ON
    day = max(first, min(day, last))
    bucket = _BUCKETS.get(budget.period_type)
    if bucket is None:
        return Period(first, last)
    return Period(max(first, bucket_start(day, bucket)), min(last, bucket_end(day, bucket)))


def limit_in_force(budget: Budget, sums: Mapping[date, Decimal], day: date) -> Decimal:
    """The limit for the day's period: with carryover, more by what the periods before left over.

    They count from the one of `start_on` (else of creation) on; `sums` as for `budget_state`. Overspending
    uses up what was carried and no more: it never lowers the limit itself.
    """
    current = period(budget, day)
    if budget.rollover_mode == "none" or budget.period_type not in _BUCKETS:
        return budget.limit_amount
    carried, before = ZERO, period(budget, budget.start_on or budget.created_on)
    while before.from_on < current.from_on:
        carried = max(ZERO, carried + budget.limit_amount - sums.get(before.from_on, ZERO))
        before = period(budget, before.to_on + timedelta(1))
    return budget.limit_amount + carried


def budget_state(budget: Budget, sums: Mapping[date, Decimal], today: date) -> BudgetState:
    """How the budget stands; `sums` has a signed sum for the first day of each period with any entry."""
    limit, used = limit_in_force(budget, sums, today), sums.get(period(budget, today).from_on, ZERO)
    way = Standing(direction="increase", base=ZERO, current=used, gained=used, span=limit)
    return BudgetState(
        spent_amount=plain(used),
        remaining_amount=plain(limit - used),
        percent_used=metric_percent(way),
        contribution_total=plain(sum(sums.values(), ZERO)),
        is_overspent=used > limit,
    )


def faults(budget: Budget) -> list[Fault]:
    """Everything that is wrong with a budget's definition, at once, by wire field."""
    return [
        *sum_faults("limitAmount", budget.limit_amount, "currency", budget.currency),
        *span_faults("startDate", budget.start_on, "endDate", budget.end_on),
        *_range_faults(budget),
    ]


def _range_faults(budget: Budget) -> Iterator[Fault]:
    if budget.period_type == "custom_range":
        for name, day in (("startDate", budget.start_on), ("endDate", budget.end_on)):
            if day is None:
                yield Fault(name, "required", "A custom_range has a first and a last day.")
