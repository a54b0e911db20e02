"""What leaves: the JSON shapes of CONTRACT §3, as structs that encode to exactly those bytes.

Shapes only; the numbers in them come from progress, milestones and pace.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from waymark.domain.pace import NextNeeded, Pace
from waymark.domain.records import CheckIn, Goal, Milestone, Record
from waymark.domain.vocabulary import (
    CheckInMode,
    Direction,
    FinanceMode,
    GoalStatus,
    GoalType,
    LinkType,
    MetricType,
    PaceStatus,
    ProgressRule,
    ShowStatus,
    SourceType,
    SyncStatus,
)

ENCODER = msgspec.json.Encoder(decimal_format="number")


def encoded(value: Any) -> str:
    """JSON text of a document: exact decimals as numbers, instants in UTC with Z."""
    return ENCODER.encode(value).decode()


def joined(bodies: Iterable[str]) -> str:
    """Documents as one JSON array."""
    return f"[{','.join(bodies)}]"


def with_field(body: str, name: str, value: str) -> str:
    """A document with one more field at its end, both as JSON text."""
    return f'{body[:-1]},"{name}":{value}}}'


class EntityDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every entity's document has."""

    id: str
    user_id: str
    show_status: ShowStatus
    sync_status: SyncStatus
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


def head(record: Record) -> dict[str, Any]:
    """The fields of a record that every document begins with."""
    return {name: getattr(record, name) for name in EntityDocument.__struct_fields__}


class MilestoneDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    goal_id: str
    title: str
    description: str | None
    order: int
    from_percent: Decimal
    target_percent: Decimal
    target_value: Decimal | None
    due_date: date | None
    completed_at: datetime | None


class Stats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the linked worlds add up to; None where a world has nothing linked."""

    financial_progress_percent: Decimal | None = None
    habits_progress_percent: Decimal | None = None
    tasks_progress_percent: Decimal | None = None
    focus_minutes_last30: int = 0
    focus_minutes_total: int = 0
    total_tasks: int = 0
    completed_tasks: int = 0
    total_habits: int = 0


class WeightsDocument(msgspec.Struct, frozen=True, omit_defaults=True):
    metric: Decimal | None = None
    finance: Decimal | None = None
    tasks: Decimal | None = None
    habits: Decimal | None = None
    milestones: Decimal | None = None


class GoalDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """A goal as every reader sees it: GET, lists, journal, sockets and sync share these bytes."""

    title: str
    description: str | None
    goal_type: GoalType
    status: GoalStatus
    metric_type: MetricType
    direction: Direction
    unit: str | None
    currency: str | None
    initial_value: Decimal | None
    target_value: Decimal | None
    progress_target_value: Decimal | None
    current_value: Decimal | None
    check_in_mode: CheckInMode
    finance_mode: FinanceMode | None
    linked_budget_id: str | None
    linked_debt_id: str | None
    start_date: date | None
    target_date: date | None
    completed_date: date | None
    position: int
    progress_percent: Decimal
    raw_percent: Decimal
    progress_weights: WeightsDocument | None
    insight_thresholds: tuple[int, ...] | None
    auto_complete: bool
    milestones: list[MilestoneDocument]
    stats: Stats
    pace: Pace
    linked_task_ids: list[str]
    linked_habit_ids: list[str]
    finance_contribution_count: int
    check_in_count: int
    last_check_in_at: datetime | None


class LinkDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: LinkType
    id: str | None = None
    url: str | None = None


class CheckInDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    goal_id: str
    value: Decimal | None
    unit: str | None
    mode: CheckInMode
    note: str | None
    link: LinkDocument | None
    source_type: SourceType
    source_id: str | None
    date_key: date


class LinkRow(EntityDocument, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A tie between a goal and a task or habit (goal_tasks, goal_habits)."""

    goal_id: str
    task_id: str | None = None
    habit_id: str | None = None
    contribution: Decimal | None


class LatestFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact behind a term: its id, when it was recorded and its amount; of a task, when it was completed."""

    id: str
    at: datetime
    amount: Decimal | None


class TermDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One source's part of the number; `points` of all terms add up to progressPercent."""

    source: str
    percent: Decimal
    weight: Decimal
    points: Decimal
    value: Decimal | None = None
    target: Decimal | None = None
    count: int | None = None
    done: int | None = None
    total: int | None = None
    latest: list[LatestFact] | None = None


class ProgressDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    goal_id: str
    as_of: date
    progress_percent: Decimal
    raw_percent: Decimal
    rule: ProgressRule
    terms: list[TermDocument]


class CheckInReply(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    check_in: msgspec.Raw
    goal: msgspec.Raw
    milestones_reached: list[MilestoneDocument]
    insights: list[msgspec.Raw]


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one id of a bulk call: `deleted`, or `not_found` (also: another user's)."""

    id: str
    status: str


class BulkReply(msgspec.Struct, frozen=True, kw_only=True):
    results: list[BulkResult]


class GoalCounts(msgspec.Struct, frozen=True, kw_only=True):
    active: int = 0
    paused: int = 0
    completed: int = 0
    archived: int = 0


class AttentionItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    goal_id: str
    title: str
    pace_status: PaceStatus | None
    safe_days: int | None
    next_needed: NextNeeded | None


class DeadlineItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    goal_id: str
    title: str
    target_date: date
    days_left: int


class SummaryDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    counts: GoalCounts
    by_pace: dict[str, int]
    mean_progress_percent: Decimal | None
    attention: list[AttentionItem]
    deadlines: list[DeadlineItem]


def milestone_document(milestone: Milestone, from_percent: Decimal) -> MilestoneDocument:
    """A milestone as readers see it; `from_percent` is where the one before it ends."""
    return MilestoneDocument(
        **head(milestone),
        goal_id=milestone.goal_id,
        title=milestone.title,
        description=milestone.description,
        order=milestone.ordinal,
        from_percent=from_percent,
        target_percent=milestone.target_percent,
        target_value=milestone.target_value,
        due_date=milestone.due_on,
        completed_at=milestone.completed_at,
    )


def check_in_document(fact: CheckIn, goal: Goal) -> CheckInDocument:
    """A fact as readers see it, with the mode in which it counts now."""
    link = None
    if fact.link_type is not None:
        link = LinkDocument(type=fact.link_type, id=fact.link_id, url=fact.link_url)
    return CheckInDocument(
        **head(fact),
        goal_id=fact.goal_id,
        value=fact.value,
        unit=fact.unit,
        mode=fact.mode or goal.check_in_mode,
        note=fact.note,
        link=link,
        source_type=fact.source_type,
        source_id=fact.source_id,
        date_key=fact.date_key,
    )
