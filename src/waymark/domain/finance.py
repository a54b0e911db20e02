"""Money that moves a goal: which way a transaction counts, and what it is worth in another currency.

Which budget or debt a transaction belongs to, budgets and debts tell; nothing here adds up.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain import money
from waymark.domain.amounts import MAX_AMOUNT, MAX_RATE_DECIMALS, decimals, rounded
from waymark.domain.days import EARLIEST_ON, LATEST_ON
from waymark.domain.neighbours import DebtPayment, Transaction
from waymark.domain.records import Goal
from waymark.domain.vocabulary import ContributionVia, TransactionType
from waymark.errors import Fault, Invalid

_ONE: Final = Decimal(1)
_SAVED: Final[dict[TransactionType, int]] = {"income": 1, "transfer": 1, "expense": -1}
_SPENT: Final[dict[TransactionType, int]] = {"expense": 1, "income": -1}


class Conversion(msgspec.Struct, frozen=True):
    """Money told in another currency, half-even to its minor units; `rate` units of it per unit."""

    rate: Decimal
    """As kept: 12 decimals. The amount was converted before this was rounded."""
    converted_amount: Decimal


class Share(msgspec.Struct, frozen=True):
    """That a transaction counts for a goal: by which way it came, and whether it adds or takes away."""

    via: ContributionVia
    sign: int


def contribution_of(
    goal: Goal, transaction: Transaction, *, in_budget: bool = False, is_payment: bool = False
) -> Share | None:
    """How a transaction counts for a goal, once whatever ways lead there; None: not at all (DOMAIN §2).

    `in_budget` and `is_payment`: whether it belongs to the linked budget, and pays the linked debt. A goal
    of money without a financeMode is filled like savings. `debt_close` counts payments alone.
    """
    if goal.metric_type != "amount":
        return None
    via: ContributionVia
    if transaction.goal_id == goal.id:
        via = "goal"
    elif in_budget:
        via = "budget"
    elif is_payment:
        via = "debt"
    else:
        return None
    if goal.finance_mode == "debt_close":
        return Share("goal" if via == "goal" else "debt", 1) if is_payment else None
    sign = (_SPENT if goal.finance_mode == "spend" else _SAVED).get(transaction.type)
    return None if sign is None else Share(via, sign)


def conversion(
    amount: Decimal,
    source: str,
    target: str,
    *,
    on: date,
    rate: Decimal | None = None,
    base: str,
    quotes: Iterable[money.Quote] = (),
) -> Conversion:
    """`amount` of `source` in `target`: at its own `rate`, else at the newest quote on or before the day.

    Within one currency the rate is 1, whatever was given. Raises Invalid: on `rate` when nothing tells
    one, on `amount` when the result is more than an amount may be. (DOMAIN §2)
    """
    if source == target:
        return Conversion(_ONE, amount)
    exact = rate or money.rate_between(source, target, base, on, quotes)
    if exact is None:
        message = f"No rate from {source} to {target} is known on {on}: give one, or put an fx rate."
        raise Invalid.of("rate", "required", message)
    converted = money.converted(amount, exact, target)
    if abs(converted) > MAX_AMOUNT:
        raise Invalid.of("amount", "out_of_range", f"More than 10^12 when told in {target}.")
    return Conversion(rounded(exact, MAX_RATE_DECIMALS), converted)


def transaction_faults(transaction: Transaction, today: date) -> list[Fault]:
    """Everything that is wrong with a transaction's money and day, by wire field."""
    return [
        *sum_faults("amount", transaction.amount, "currency", transaction.currency),
        *_day_faults("date", transaction.happened_on, today),
    ]


def payment_faults(payment: DebtPayment, today: date) -> list[Fault]:
    """Everything that is wrong with a payment's money and day, by wire field."""
    return [
        *sum_faults("amount", payment.amount, "currency", payment.currency),
        *_day_faults("paymentDate", payment.paid_on, today),
    ]


def sum_faults(name: str, amount: Decimal, currency_name: str, currency: str) -> Iterator[Fault]:
    """Whether it is a sum of money above 0 that the currency can hold; the names are the wire's."""
    if amount <= 0:
        yield Fault(name, "out_of_range", "Greater than 0.")
    if not money.is_currency(currency):
        yield Fault(currency_name, "invalid", "A currency code of ISO 4217, such as USD.")
    elif decimals(amount) > money.minor_digits(currency):
        yield Fault(name, "too_many_decimals", f"At most {money.minor_digits(currency)} decimals.")


def span_faults(first_name: str, first: date | None, last_name: str, last: date | None) -> Iterator[Fault]:
    """Whether two days are of the years that can be told and the last is not before the first."""
    for name, day in ((first_name, first), (last_name, last)):
        if day is not None and not EARLIEST_ON <= day <= LATEST_ON:
            yield Fault(name, "out_of_range", "In the years 1900 to 2200.")
    if first is not None and last is not None and last < first:
        yield Fault(last_name, "out_of_range", f"Not before {first_name}.")


def _day_faults(name: str, day: date, today: date) -> Iterator[Fault]:
    if not EARLIEST_ON <= day <= today + timedelta(days=1):
        yield Fault(name, "out_of_range", f"From {EARLIEST_ON} to tomorrow.")
