"""What leaves of the neighbours: the JSON shapes of tasks, habits, money, time, insights and conflicts.

Shapes only; what is computed in them comes from their domain modules.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from waymark.domain.documents import EntityDocument
from waymark.domain.insight_texts import InsightAction
from waymark.domain.vocabulary import (
    BudgetFlow,
    BudgetPeriod,
    BudgetType,
    CompletionMode,
    CompletionStatus,
    ConflictStatus,
    CountingType,
    DebtDirection,
    DebtStatus,
    FocusStatus,
    Frequency,
    HabitStatus,
    HabitType,
    InsightLevel,
    InsightSource,
    InsightStatus,
    InterestMode,
    Operation,
    Priority,
    Resolution,
    RolloverMode,
    TaskStatus,
    TransactionType,
)


class GoalGlance(msgspec.Struct, frozen=True, rename="camel"):
    """A goal as its neighbours show it; joined at read, outside their version and ETag."""

    id: str
    title: str
    progress_percent: Decimal


class TaskDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    title: str
    status: TaskStatus
    priority: Priority
    goal_id: str | None
    habit_id: str | None
    parent_task_id: str | None
    progress_value: Decimal | None
    progress_unit: str | None
    due_date: date | None
    start_date: date | None
    estimated_minutes: int | None
    focus_total_minutes: int
    notes: str | None
    completed_at: datetime | None
    goals: list[GoalGlance]


class CompletionDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    habit_id: str
    date_key: date
    status: CompletionStatus
    value: Decimal | None


class HabitDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """What is computed is of the owner's today."""

    title: str
    habit_type: HabitType
    status: HabitStatus
    frequency: Frequency
    days_of_week: tuple[int, ...] | None
    times_per_week: int | None
    completion_mode: CompletionMode
    target_per_day: Decimal | None
    unit: str | None
    counting_type: CountingType
    goal_id: str | None
    linked_goal_ids: list[str]
    streak_current: int
    streak_best: int
    completion_rate30d: Decimal | None = msgspec.field(name="completionRate30d")
    goals: list[GoalGlance]


class CompletedHabit(HabitDocument, frozen=True, kw_only=True, rename="camel"):
    """A habit with the day that was just said."""

    completion: CompletionDocument


class FocusDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    task_id: str | None
    goal_id: str | None
    planned_minutes: int
    actual_minutes: int | None
    status: FocusStatus
    started_at: datetime
    ended_at: datetime | None
    paused_at: datetime | None
    paused_seconds: int
    date_key: date
    notes: str | None


class BudgetDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    name: str
    budget_type: BudgetType
    category_ids: tuple[str, ...] | None
    transaction_type: BudgetFlow
    currency: str
    limit_amount: Decimal
    period_type: BudgetPeriod
    start_date: date | None
    end_date: date | None
    linked_goal_id: str | None
    rollover_mode: RolloverMode
    notify_on_exceed: bool
    spent_amount: Decimal
    remaining_amount: Decimal
    percent_used: Decimal
    contribution_total: Decimal
    is_overspent: bool
    goals: list[GoalGlance]


class DebtDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    direction: DebtDirection
    counterparty_name: str
    principal_amount: Decimal
    principal_currency: str
    start_date: date
    due_date: date | None
    interest_mode: InterestMode | None
    interest_rate_annual: Decimal | None
    linked_goal_id: str | None
    status: DebtStatus
    total_paid: Decimal
    remaining_amount: Decimal
    percent_paid: Decimal
    goals: list[GoalGlance]


class PaymentDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """`convertedAmount` is in the debt's currency, by `rate` units of it per unit."""

    debt_id: str
    amount: Decimal
    currency: str
    payment_date: date
    rate: Decimal
    converted_amount: Decimal
    note: str | None
    transaction_id: str | None


class TransactionDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    type: TransactionType
    amount: Decimal
    currency: str
    category_id: str | None
    date: date
    goal_id: str | None
    budget_id: str | None
    debt_id: str | None
    habit_id: str | None
    rate: Decimal | None
    name: str | None
    description: str | None
    tags: tuple[str, ...] | None
    goals: list[GoalGlance]
    """Those that it counts for, by whatever way."""


class FxRateDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """`rate` units of `to` per unit of `from`, from `date` on."""

    date: date
    from_: str = msgspec.field(name="from")
    to: str
    rate: Decimal


class InsightDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """`related` holds ids by their names (`goalId`, …); `actions` are requests to send as they stand."""

    kind: str
    level: InsightLevel
    scope: str | None
    category: str | None
    rule: str | None
    title: str
    body: str
    priority: int
    related: dict[str, str]
    actions: list[InsightAction]
    payload: dict[str, Any] | None
    status: InsightStatus
    source: InsightSource
    valid_until: datetime | None


class ConflictDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """A change that was not written. `fields` are those that both sides edited.

    `base` is the record as the device had seen it (null: unknown), `server` as it was here, `local` the
    fields that the device edited (null: it deleted the record). `serverVersion` is what resolving compares.
    """

    entity: str
    entity_id: str
    status: ConflictStatus
    operation: Operation
    fields: tuple[str, ...]
    base: msgspec.Raw | None
    server: msgspec.Raw
    local: msgspec.Raw | None
    server_version: int
    local_updated_at: datetime
    client_id: str | None
    resolution: Resolution | None
    resolved_at: datetime | None
