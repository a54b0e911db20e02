"""Debts: what is left of them, the state that follows, and the plan that pays them off soonest.

Payments come as one sum in the debt's currency. Interest is the plan's alone: no debt's remainder has any.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain import money
from waymark.domain.amounts import CONTEXT, ZERO, plain
from waymark.domain.finance import span_faults, sum_faults
from waymark.domain.neighbours import Beginning, Debt, Transaction
from waymark.domain.progress import HUNDRED, Standing, metric_percent
from waymark.domain.records import Goal
from waymark.domain.vocabulary import DebtDirection, DebtStatus, PayoffStrategy, TransactionType
from waymark.errors import Fault

MAX_MONTHS: Final = 1_200
"""A plan looks a hundred years ahead: what is not paid by then is told as never."""
MAX_RATE_PERCENT: Final = 1_000
_YEAR: Final = 12
_HOPELESS: Final = Decimal(10) ** 15
"""What owes this much gathers no more interest, so that the numbers of a plan stay bounded."""
_PAYING: Final[dict[DebtDirection, tuple[TransactionType, ...]]] = {
    "i_owe": ("expense", "transfer"),
    "they_owe_me": ("income", "transfer"),
}


class DebtState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a debt stands on a day, in its currency: the computed fields of CONTRACT §4."""

    total_paid: Decimal
    remaining_amount: Decimal
    """Principal − payments, exact; negative when more was paid than was owed."""
    percent_paid: Decimal
    status: DebtStatus


class PaidOff(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a plan comes to; without months and day for what is never paid off."""

    months: int | None
    payoff_date: date | None
    total_interest: Decimal
    """Of the months looked at, where the debt is never paid off; so too `total_paid`."""
    total_paid: Decimal
    never: bool


class DebtPayoff(PaidOff, frozen=True, kw_only=True, rename="camel"):
    debt_id: str
    counterparty_name: str
    order: int
    """Place in the strategy's order, from 1."""
    remaining_amount: Decimal


class PayoffPlan(PaidOff, frozen=True, kw_only=True, rename="camel"):
    """How the debts of one currency are paid off; `debts` in the strategy's order."""

    strategy: PayoffStrategy
    currency: str
    extra_per_month: Decimal
    remaining_amount: Decimal
    debts: list[DebtPayoff]


class _Course:
    """One debt on its way through the months of a plan."""

    def __init__(self, debt: Debt, remaining: Decimal, today: date) -> None:
        self.debt = debt
        self.remaining = remaining
        self.principal = remaining
        self.gathered = ZERO
        """Interest that is not paid yet; it bears interest itself when it compounds."""
        self.interest = self.paid = ZERO
        self.months: int | None = None
        self.due_in = None if debt.due_on is None else max(1, _whole_months(today, debt.due_on))

    @property
    def owed(self) -> Decimal:
        return self.principal + self.gathered

    def accrue(self) -> None:
        if not self.owed or self.owed > _HOPELESS or not self.debt.interest_rate_annual:
            return
        bearing = self.owed if self.debt.interest_mode == "compound" else self.principal
        yearly = CONTEXT.multiply(bearing, self.debt.interest_rate_annual)
        added = money.rounded(CONTEXT.divide(yearly, HUNDRED * _YEAR), self.debt.principal_currency)
        self.gathered += added
        self.interest += added

    def asked(self, month: int) -> Decimal:
        """What the due date asks for in this month: an equal part for every month that is left."""
        if self.due_in is None or month >= self.due_in:
            return ZERO if self.due_in is None else self.owed
        part = CONTEXT.divide(self.owed, Decimal(self.due_in - month + 1))
        return money.rounded(part, self.debt.principal_currency)

    def pay(self, amount: Decimal, month: int) -> None:
        """Interest first, then principal."""
        on_interest = min(amount, self.gathered)
        self.gathered -= on_interest
        self.principal -= amount - on_interest
        self.paid += amount
        if not self.owed and self.months is None:
            self.months = month


def remaining_amount(debt: Debt, paid: Decimal) -> Decimal:
    """Principal − Σ converted payments (DOMAIN §2): never rounded, negative when overpaid."""
    return debt.principal_amount - paid


def status_of(debt: Debt, paid: Decimal, today: date) -> DebtStatus:
    """Paid once nothing remains and back when a payment is undone, overdue after the due date.

    Only `canceled` is the owner's word and stays.
    """
    if debt.status == "canceled":
        return "canceled"
    if remaining_amount(debt, paid) <= 0:
        return "paid"
    return "overdue" if debt.due_on is not None and debt.due_on < today else "active"


def debt_state(debt: Debt, paid: Decimal, today: date) -> DebtState:
    """How the debt stands; `paid` is the sum of its payments, converted."""
    way = Standing(direction="increase", base=ZERO, current=paid, gained=paid, span=debt.principal_amount)
    return DebtState(
        total_paid=plain(paid),
        remaining_amount=plain(remaining_amount(debt, paid)),
        percent_paid=metric_percent(way),
        status=status_of(debt, paid, today),
    )


def is_payment(debt: Debt, transaction: Transaction, goal: Goal | None) -> bool:
    """Whether the transaction pays the debt: it names it, or else a goal that does, and flows the right way.

    `goal` is the one that the transaction names; one that is deleted still knows its debt, so that
    deleting a goal takes nothing back that was paid. The opposite flow is the loan itself, not a payment.
    """
    named = transaction.debt_id or (goal.linked_debt_id if goal else None)
    return named == debt.id and transaction.type in _PAYING[debt.direction]


def begun(
    debt: Debt, beginning: Beginning, payments: Mapping[str, Decimal], target: Decimal
) -> tuple[Decimal, bool]:
    """The initial value of a goal that goes down to `target`, and whether it is that of the whole debt.

    What the debt left once all was paid that was paid before; `payments` are all, converted, by id. The
    whole debt where that would leave the goal no way to go: then the payments are part of the way.
    """
    whole = debt.principal_amount + beginning.own
    left = whole - sum((payments.get(each, ZERO) for each in beginning.payment_ids), ZERO)
    return (left, False) if left > target else (whole, True)


def faults(debt: Debt) -> list[Fault]:
    """Everything that is wrong with a debt's definition, at once, by wire field."""
    return [
        *sum_faults("principalAmount", debt.principal_amount, "principalCurrency", debt.principal_currency),
        *span_faults("startDate", debt.start_on, "dueDate", debt.due_on),
        *_interest_faults(debt),
    ]


def payoff_plans(
    debts: Iterable[tuple[Debt, Decimal]], strategy: PayoffStrategy, extra_per_month: Decimal, today: date
) -> list[PayoffPlan]:
    """A plan for each currency in which the user owes something, by its code.

    `debts` come with the sum of their payments. Debts of others, and canceled or paid ones, need no plan.

    Every month from a month after `today` on: interest is added (a twelfth of the yearly rate; on principal
    where simple, on everything owed where compound, rounded half-even), then each debt with a due date gets
    an equal part for each month left, all of it in its last one. What the first month asks for in this way
    (of debts that are due within the month, or are overdue, nothing) and `extra_per_month`, in each
    currency, stay available every month; what of it the due dates do not need goes to the first debt in
    the strategy's order, then to the next: avalanche highest rate first, snowball smallest remainder first.
    """
    by_currency: dict[str, list[_Course]] = {}
    for debt, paid in debts:
        if debt.direction == "i_owe" and status_of(debt, paid, today) in {"active", "overdue"}:
            course = _Course(debt, remaining_amount(debt, paid), today)
            by_currency.setdefault(debt.principal_currency, []).append(course)
    return [
        _plan(sorted(courses, key=_ORDER[strategy]), strategy, currency, extra_per_month, today)
        for currency, courses in sorted(by_currency.items())
    ]


def _by_rate(course: _Course) -> tuple[Decimal, Decimal, str]:
    return -(course.debt.interest_rate_annual or ZERO), course.remaining, course.debt.id


def _by_size(course: _Course) -> tuple[Decimal, Decimal, str]:
    return course.remaining, -(course.debt.interest_rate_annual or ZERO), course.debt.id


_ORDER: Final = {"avalanche": _by_rate, "snowball": _by_size}


def _plan(
    courses: Sequence[_Course], strategy: PayoffStrategy, currency: str, extra: Decimal, today: date
) -> PayoffPlan:
    _run(courses, extra)
    never = any(course.months is None for course in courses)
    months = None if never else max(course.months or 0 for course in courses)
    return PayoffPlan(
        strategy=strategy,
        currency=currency,
        extra_per_month=extra,
        remaining_amount=plain(sum((course.remaining for course in courses), ZERO)),
        months=months,
        payoff_date=None if months is None else _months_after(today, months),
        total_interest=plain(sum((course.interest for course in courses), ZERO)),
        total_paid=plain(sum((course.paid for course in courses), ZERO)),
        never=never,
        debts=[_payoff(course, order, today) for order, course in enumerate(courses, 1)],
    )


def _run(courses: Sequence[_Course], extra: Decimal) -> None:
    """Take the debts, in the strategy's order, through the months until they are paid or never will be."""
    available: Decimal | None = None
    for month in range(1, MAX_MONTHS + 1):
        owing = [course for course in courses if course.months is None]
        if not owing:
            return
        first, before = owing[0], owing[0].owed
        for course in owing:
            course.accrue()
        asked = [course.asked(month) for course in owing]
        steady = sum(
            (part for course, part in zip(owing, asked, strict=True) if (course.due_in or 0) > 1), ZERO
        )
        available = steady + extra if available is None else available
        for course, part in zip(owing, asked, strict=True):
            course.pay(part, month)
        spare = max(ZERO, available - steady)
        for course in owing:
            part = min(spare, course.owed)
            course.pay(part, month)
            spare -= part
        is_free = all(course.due_in is None for course in owing)
        if is_free and first.owed >= before:
            return  # all there is goes to the first, which does not shrink: nothing will ever change


def _payoff(course: _Course, order: int, today: date) -> DebtPayoff:
    return DebtPayoff(
        debt_id=course.debt.id,
        counterparty_name=course.debt.counterparty_name,
        order=order,
        remaining_amount=plain(course.remaining),
        months=course.months,
        payoff_date=None if course.months is None else _months_after(today, course.months),
        total_interest=plain(course.interest),
        total_paid=plain(course.paid),
        never=course.months is None,
    )


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, _YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _whole_months(first: date, last: date) -> int:
    months = (last.year - first.year) * _YEAR + last.month - first.month
    return months if _months_after(first, max(0, months)) <= last else months - 1


def _interest_faults(debt: Debt) -> Iterator[Fault]:
    rate = debt.interest_rate_annual
    if rate is None:
        if debt.interest_mode is not None:
            yield Fault("interestRateAnnual", "required", "Interest needs its yearly rate in percent.")
    elif not 0 <= rate <= MAX_RATE_PERCENT:
        yield Fault("interestRateAnnual", "out_of_range", f"From 0 to {MAX_RATE_PERCENT} percent a year.")
