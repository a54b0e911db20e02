"""The stored records of a goal as values: what the rules read and what the store keeps.

Field names are the column names. Nothing here computes.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from waymark.domain.vocabulary import (
    CheckInMode,
    Direction,
    FinanceMode,
    GoalStatus,
    GoalType,
    LinkType,
    MetricType,
    Operation,
    PaceStatus,
    ShowStatus,
    SourceType,
    SyncStatus,
)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What every entity has. `version` is the journal seq of its last change; instants are UTC."""

    user_id: str
    id: str
    show_status: ShowStatus = "active"
    sync_status: SyncStatus = "synced"
    version: int = 0
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    provenance: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    """Field → (seq, edit time in µs since 1970) of the last edit after creation (SYNC)."""


class Pause(msgspec.Struct, frozen=True, array_like=True):
    """Days [from_on, to_on) on which a goal's pace clock stood still; open while to_on is None."""

    from_on: date
    to_on: date | None = None


class Weights(msgspec.Struct, frozen=True, omit_defaults=True):
    """progressWeights; None = the source has no weight. metric and finance exclude each other."""

    metric: Decimal | None = None
    finance: Decimal | None = None
    tasks: Decimal | None = None
    habits: Decimal | None = None
    milestones: Decimal | None = None


class Goal(Record, frozen=True, kw_only=True):
    """A goal as defined by its owner plus its lifecycle; progress lives in totals and document."""

    title: str
    description: str | None = None
    goal_type: GoalType = "personal"
    status: GoalStatus = "active"
    metric_type: MetricType = "none"
    direction: Direction = "increase"
    unit: str | None = None
    currency: str | None = None
    initial_value: Decimal | None = None
    target_value: Decimal | None = None
    progress_target_value: Decimal | None = None
    check_in_mode: CheckInMode = "increment"
    finance_mode: FinanceMode | None = None
    linked_budget_id: str | None = None
    linked_debt_id: str | None = None
    start_on: date | None = None
    target_on: date | None = None
    completed_on: date | None = None
    position: int = 0
    progress_weights: Weights | None = None
    insight_thresholds: tuple[int, ...] | None = None
    auto_complete: bool = False
    auto_completed: bool = False
    """Completed by autoComplete, not by hand: undoing the fact reopens it."""
    status_before: GoalStatus | None = None
    """Status to come back to when an archived goal is restored."""
    show_before: ShowStatus | None = None
    """showStatus to come back to when a deleted goal is restored."""
    pauses: tuple[Pause, ...] = ()
    created_on: date
    """Local day of creation; never moves when the user's zone does."""


class Milestone(Record, frozen=True, kw_only=True):
    """One boundary of a goal. Of target_percent and target_value the given one is exact."""

    goal_id: str
    title: str
    description: str | None = None
    ordinal: int
    """1…n, the wire's `order`."""
    target_percent: Decimal
    target_value: Decimal | None = None
    value_given: bool = False
    """True: target_value was given and stays when the target moves; else target_percent does."""
    due_on: date | None = None
    completed_at: datetime | None = None
    completed_by_hand: bool = False
    reached_on: date | None = None
    """dateKey of the fact that reached it: what back-dating compares with."""


class CheckIn(Record, frozen=True, kw_only=True):
    """A fact of the ledger, in the value, unit and mode in which it was given."""

    goal_id: str
    value: Decimal | None = None
    unit: str | None = None
    mode: CheckInMode | None = None
    """None: the goal's checkInMode, also when that changes later."""
    note: str | None = None
    link_type: LinkType | None = None
    link_id: str | None = None
    link_url: str | None = None
    source_type: SourceType = "manual"
    source_id: str | None = None
    date_key: date


class TargetVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The target in force from a local day on; the first one reaches back for ever."""

    user_id: str
    goal_id: str
    from_on: date
    target_value: Decimal | None
    progress_target_value: Decimal | None
    target_on: date | None


class SourceTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Per goal and source: signed sum in goal units, number of facts and the newest of them."""

    user_id: str
    goal_id: str
    source_type: SourceType
    added: Decimal
    """Σ of what this source moved currentValue by."""
    count: int
    newest_at: datetime | None
    """Latest created_at of a standing fact."""


class SourceDay(msgspec.Struct, frozen=True, array_like=True):
    """What one source did on one day: signed sum of its increments (goal units), its facts."""

    increments: Decimal
    count: int


class DayEnds(msgspec.Struct, frozen=True, kw_only=True):
    """What pace needs of a day: how many facts, and the values between which they led."""

    day: date
    count: int
    opening: Decimal | None
    """Value the day was entered with; None for a measured goal before its first measurement."""
    closing: Decimal | None
    """Value at the day's end."""


class DayTotal(DayEnds, frozen=True, kw_only=True):
    """Per goal and local day: the day's facts as one step of the fold, and where it ended.

    A day is a function of the value it is entered with. Before its first measurement it only
    moves that value (rel_*); from the first measurement on it knows absolute values (abs_*).
    """

    user_id: str
    goal_id: str
    by_source: dict[SourceType, SourceDay]
    first_measurement: Decimal | None
    last_measurement: Decimal | None
    sum_after: Decimal
    """Signed increments after the last measurement; the whole signed sum without one."""
    rel_high: Decimal | None
    """Highest prefix sum before the first measurement, relative to entry; None: no such prefix."""
    rel_low: Decimal | None
    abs_high: Decimal | None
    """Highest value from the first measurement on; None without one."""
    abs_low: Decimal | None
    newest_at: datetime
    """Latest created_at among the day's facts."""


class GoalDocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A goal's complete JSON as GET gives it, exact while fresh_from <= now < fresh_until.

    That span is the user's local day `day`; the columns beside the body are what lists filter
    and sort by.
    """

    user_id: str
    goal_id: str
    body: str
    version: int
    show_status: ShowStatus
    day: date
    fresh_from: datetime
    fresh_until: datetime
    progress_percent: Decimal
    pace_status: PaceStatus | None


class JournalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as every follower sees it (SYNC "The journal")."""

    user_id: str
    seq: int
    txn: int
    """seq of the transaction's first row."""
    at: datetime
    entity: str
    id: str
    operation: Operation
    version: int
    body: str
    """After-image: the entity as GET gives it."""
    fields: tuple[str, ...]
    """Names of the fields an update changed, in wire spelling."""
    origin: str
    """Who caused it: api, sync, import, cli, mcp, clock, worker."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A user's journal head: the row every write locks first."""

    user_id: str
    seq: int
    floor: int
    at: datetime
    epoch: str
    digests: dict[str, int] | None = None
    """Per entity, of (id, version) of what is not deleted (domain/digests.py); None: not yet computed."""
