"""The stored records of a goal's neighbours: tasks, habits, focus time and money, and their links.

Field names are the column names. Nothing here computes.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from waymark.domain.records import Record
from waymark.domain.vocabulary import (
    BudgetFlow,
    BudgetPeriod,
    BudgetType,
    CompletionMode,
    CompletionStatus,
    ContributionVia,
    CountingType,
    DebtDirection,
    DebtStatus,
    FocusStatus,
    Frequency,
    HabitStatus,
    HabitType,
    InterestMode,
    Priority,
    RolloverMode,
    TaskStatus,
    TransactionType,
)


class Item(Record, frozen=True, kw_only=True):
    """What can be tied to goals; `goal_id` names the one that it was made for."""

    goal_id: str | None = None


class Task(Item, frozen=True, kw_only=True):
    """A thing to do. `goal_id` names one of the goals it is linked to (goal_tasks has them all)."""

    title: str
    status: TaskStatus = "inbox"
    priority: Priority = "medium"
    habit_id: str | None = None
    parent_task_id: str | None = None
    progress_value: Decimal | None = None
    progress_unit: str | None = None
    due_on: date | None = None
    start_on: date | None = None
    estimated_minutes: int | None = None
    focus_total_minutes: int = 0
    """Minutes of its completed focus sessions; the server's."""
    notes: str | None = None
    completed_at: datetime | None = None
    completed_on: date | None = None
    """The local day of that: what it gives to ledgers stays there when the zone changes."""
    status_before: TaskStatus | None = None
    """What reopening brings back."""


class Habit(Item, frozen=True, kw_only=True):
    title: str
    habit_type: HabitType = "personal"
    status: HabitStatus = "active"
    frequency: Frequency = "daily"
    days_of_week: tuple[int, ...] | None = None
    """0 = Sunday … 6 = Saturday."""
    times_per_week: int | None = None
    completion_mode: CompletionMode = "boolean"
    target_per_day: Decimal | None = None
    unit: str | None = None
    counting_type: CountingType = "create"
    created_on: date


class HabitCompletion(Record, frozen=True, kw_only=True):
    """What was said of one day of a habit; one row per day, repeating replaces."""

    habit_id: str
    date_key: date
    status: CompletionStatus
    value: Decimal | None = None


class FocusSession(Record, frozen=True, kw_only=True):
    task_id: str | None = None
    goal_id: str | None = None
    planned_minutes: int
    actual_minutes: int | None = None
    status: FocusStatus = "in_progress"
    started_at: datetime
    ended_at: datetime | None = None
    paused_at: datetime | None = None
    paused_seconds: int = 0
    date_key: date
    """Local day on which it began: what focus windows count by."""
    notes: str | None = None


class Budget(Record, frozen=True, kw_only=True):
    name: str
    budget_type: BudgetType = "category"
    category_ids: tuple[str, ...] | None = None
    transaction_type: BudgetFlow = "expense"
    currency: str
    limit_amount: Decimal
    period_type: BudgetPeriod = "none"
    start_on: date | None = None
    end_on: date | None = None
    linked_goal_id: str | None = None
    rollover_mode: RolloverMode = "none"
    notify_on_exceed: bool = False
    archived_by_goal: bool = False
    """Archived because its goal completed: reactivating the goal brings it back."""
    created_on: date
    """Local day of creation: without `start_on`, what is left over is counted from its period on."""


class Debt(Record, frozen=True, kw_only=True):
    direction: DebtDirection
    counterparty_name: str
    principal_amount: Decimal
    principal_currency: str
    start_on: date
    due_on: date | None = None
    interest_mode: InterestMode | None = None
    interest_rate_annual: Decimal | None = None
    """Percent a year."""
    linked_goal_id: str | None = None
    status: DebtStatus = "active"


class DebtPayment(Record, frozen=True, kw_only=True):
    """`converted_amount` is in the debt's currency, by `rate` units of it per unit of `currency`."""

    debt_id: str
    amount: Decimal
    currency: str
    paid_on: date
    rate: Decimal
    converted_amount: Decimal
    note: str | None = None
    transaction_id: str | None = None
    """The transaction it came from, if it did."""


class Transaction(Record, frozen=True, kw_only=True):
    type: TransactionType
    amount: Decimal
    currency: str
    category_id: str | None = None
    happened_on: date
    goal_id: str | None = None
    budget_id: str | None = None
    debt_id: str | None = None
    habit_id: str | None = None
    rate: Decimal | None = None
    name: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None


class FxRate(Record, frozen=True, kw_only=True):
    """Units of `target` per unit of `source`, from `quoted_on` on."""

    quoted_on: date
    source: str
    target: str
    rate: Decimal


class Link(Record, frozen=True, kw_only=True):
    """A tie between a goal and an item."""

    goal_id: str
    contribution: Decimal | None = None
    """What it gives to the ledger: of a task an amount, of a habit a factor on a numeric day's value.

    None: it counts by its ratio or rate.
    """


class GoalTask(Link, frozen=True, kw_only=True):
    task_id: str


class GoalHabit(Link, frozen=True, kw_only=True):
    habit_id: str


class Contribution(Record, frozen=True, kw_only=True):
    """What one transaction gives to one goal; its `id` is the id of its fact in the ledger."""

    goal_id: str
    transaction_id: str
    amount: Decimal
    currency: str
    rate: Decimal
    converted_amount: Decimal
    sign: int
    via: ContributionVia
    happened_on: date


class BudgetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What one transaction gives to one budget, in `currency`, which was the budget's when it came."""

    user_id: str
    budget_id: str
    transaction_id: str
    from_on: date
    """First day of the budget's period that it falls into."""
    currency: str
    rate: Decimal
    converted_amount: Decimal
    sign: int


class PeriodTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What the entries of a budget's period come to."""

    user_id: str
    budget_id: str
    from_on: date
    spent: Decimal
    count: int


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """What the initial value of a goal that closes a debt was made of."""

    user_id: str
    goal_id: str
    debt_id: str
    payment_ids: tuple[str, ...]
    """What was paid before the goal began: the initial value tells of it, so that it is not gained again."""
    own: Decimal
    """What the goal begins with beyond what the debt then left: not 0 only where its owner said so."""
    is_whole: bool = False
    """It begins with the whole debt and those payments count too: else it would begin at its end."""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What tasks, habits and focus time come to for a goal on a day: kept, so that no write walks them."""

    user_id: str
    goal_id: str
    day: date
    task_ids: tuple[str, ...] = ()
    habit_ids: tuple[str, ...] = ()
    total_tasks: int = 0
    """Linked and not canceled."""
    completed_tasks: int = 0
    counted_tasks: int = 0
    """Those whose ratio counts: not the ones that give to the ledger."""
    counted_completed: int = 0
    counted_in_progress: int = 0
    habits_percent: Decimal | None = None
    """Exact mean of the rates of linked active habits; None without one that counts."""
    counted_habits: int = 0
    focus_minutes_last30: int = 0
    focus_minutes_total: int = 0
