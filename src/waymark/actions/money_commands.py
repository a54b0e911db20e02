"""What a person can ask of budgets, debts, transactions and rates: one frozen model per intention.

Whether it makes sense the rules say.
"""

from typing import Annotated, Literal

from pydantic import Field

from waymark.actions.fields import (
    Amount,
    Command,
    Currency,
    Day,
    Flag,
    Id,
    Line,
    Positive,
    Prose,
    Rate,
    Title,
)
from waymark.domain.debts import MAX_RATE_PERCENT
from waymark.domain.vocabulary import (
    MAX_DESCRIPTION,
    BudgetFlow,
    BudgetPeriod,
    BudgetType,
    DebtDirection,
    InterestMode,
    RolloverMode,
    TransactionType,
)

Description = Annotated[Prose, Field(max_length=MAX_DESCRIPTION)]
Categories = Annotated[list[Line], Field(max_length=100)]
Tags = Annotated[list[Line], Field(max_length=50)]
YearlyRate = Annotated[Amount, Field(ge=0, le=MAX_RATE_PERCENT)]


class BudgetFields(Command):
    """What both creation and change of a budget take."""

    category_ids: Categories | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    linked_goal_id: Id | None = None


class CreateBudget(BudgetFields):
    """A new budget; linkedGoalId ties it to that goal."""

    id: Id | None = None
    name: Title
    budget_type: BudgetType = "category"
    transaction_type: BudgetFlow = "expense"
    currency: Currency
    limit_amount: Positive
    period_type: BudgetPeriod = "none"
    rollover_mode: RolloverMode = "none"
    notify_on_exceed: Flag = False


class ChangeBudget(BudgetFields):
    """A merge patch; what it counts is counted anew."""

    name: Title = ""
    budget_type: BudgetType = "category"
    transaction_type: BudgetFlow = "expense"
    currency: Currency = ""
    limit_amount: Positive = None  # type: ignore[assignment]  # absent keeps; null is refused
    period_type: BudgetPeriod = "none"
    rollover_mode: RolloverMode = "none"
    notify_on_exceed: Flag = False


class DebtFields(Command):
    """What both creation and change of a debt take."""

    due_date: Day | None = None
    interest_mode: InterestMode | None = None
    interest_rate_annual: YearlyRate | None = None
    linked_goal_id: Id | None = None


class CreateDebt(DebtFields):
    """A new debt; startDate defaults to today, linkedGoalId ties it to that goal."""

    id: Id | None = None
    direction: DebtDirection
    counterparty_name: Title
    principal_amount: Positive
    principal_currency: Currency
    start_date: Day | None = None
    status: Literal["active", "canceled"] = "active"


class ChangeDebt(DebtFields):
    """A merge patch; paid and overdue follow from payments and dueDate, canceled is said."""

    direction: DebtDirection = "i_owe"
    counterparty_name: Title = ""
    principal_amount: Positive = None  # type: ignore[assignment]  # absent keeps; null is refused
    principal_currency: Currency = ""
    start_date: Day = None  # type: ignore[assignment]  # absent keeps; null is refused
    status: Literal["active", "canceled"] = "active"


class CreatePayment(Command):
    """A payment of a debt; by default in its currency and today."""

    id: Id | None = None
    amount: Positive
    currency: Currency | None = None
    payment_date: Day | None = None
    rate: Rate | None = None
    note: Description | None = None


class ChangePayment(Command):
    """A mend of a payment, as a merge patch; another currency needs another rate."""

    amount: Positive = None  # type: ignore[assignment]  # absent keeps; null is refused
    currency: Currency = ""
    payment_date: Day = None  # type: ignore[assignment]  # absent keeps; null is refused
    rate: Rate | None = None
    note: Description | None = None


class SettleDebt(Command):
    """A payment of all that remains, by default today."""

    id: Id | None = None
    payment_date: Day | None = None
    note: Description | None = None


class TransactionFields(Command):
    """What both creation and change of a transaction take."""

    category_id: Line | None = None
    goal_id: Id | None = None
    budget_id: Id | None = None
    debt_id: Id | None = None
    habit_id: Id | None = None
    rate: Rate | None = None
    name: Title | None = None
    description: Description | None = None
    tags: Tags | None = None


class CreateTransaction(TransactionFields):
    """A new transaction, by default of today; it counts for goals, budgets and debts at once."""

    id: Id | None = None
    type: TransactionType
    amount: Positive
    currency: Currency
    date: Day | None = None


class ChangeTransaction(TransactionFields):
    """A merge patch; what it gave is replaced by what it gives."""

    type: TransactionType = "expense"
    amount: Positive = None  # type: ignore[assignment]  # absent keeps; null is refused
    currency: Currency = ""
    date: Day = None  # type: ignore[assignment]  # absent keeps; null is refused


class QuoteRate(Command):
    """From that day on, one unit of `from` is worth `rate` units of `to`."""

    date: Day
    from_: Currency = Field(alias="from")
    to: Currency
    rate: Rate


class LinkBudget(Command):
    """The budget to tie a goal to."""

    budget_id: Id


class LinkDebt(Command):
    """The debt to tie a goal to."""

    debt_id: Id


class Simulate(Command):
    """What would be otherwise; what is left out stays as it is."""

    add_per_month: Amount | None = None
    target_date: Day | None = None
    target_value: Amount | None = None
    pause_from: Day | None = None
    pause_to: Day | None = None
