"""What a person can ask of a goal: one frozen model per intention, wherever it is asked.

HTTP bodies, sync payloads and command lines are these; whether they make sense the rules say.
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
    Prose,
    Title,
    Url,
    WholeNumber,
)
from waymark.domain.vocabulary import (
    MAX_DESCRIPTION,
    MAX_LINKS,
    MAX_MILESTONE_DESCRIPTION,
    MAX_MILESTONES,
    CheckInMode,
    Direction,
    FinanceMode,
    GoalStatus,
    GoalType,
    MetricType,
)

Description = Annotated[Prose, Field(max_length=MAX_DESCRIPTION)]
MilestoneDescription = Annotated[Prose, Field(max_length=MAX_MILESTONE_DESCRIPTION)]
Links = Annotated[list[Id], Field(max_length=MAX_LINKS)]
Threshold = Annotated[WholeNumber, Field(ge=1, le=100)]
Position = Annotated[WholeNumber, Field(ge=0, le=1_000_000)]


class WeightsBody(Command):
    """Weight of each source; a source left out has none."""

    metric: Amount | None = None
    finance: Amount | None = None
    tasks: Amount | None = None
    habits: Amount | None = None
    milestones: Amount | None = None


class MilestoneBody(Command):
    """A milestone of a new set: with targetPercent, targetValue, or neither (interpolated)."""

    id: Id | None = None
    title: Title
    description: MilestoneDescription | None = None
    target_percent: Amount | None = None
    target_value: Amount | None = None
    due_date: Day | None = None
    completed: Flag | None = None


class GoalFields(Command):
    """What both creation and change take."""

    description: Description | None = None
    unit: Line | None = None
    currency: Currency | None = None
    initial_value: Amount | None = None
    target_value: Amount | None = None
    progress_target_value: Amount | None = None
    finance_mode: FinanceMode | None = None
    linked_budget_id: Id | None = None
    linked_debt_id: Id | None = None
    start_date: Day | None = None
    target_date: Day | None = None
    progress_weights: WeightsBody | None = None
    insight_thresholds: Annotated[list[Threshold], Field(max_length=20)] | None = None


class CreateGoal(GoalFields):
    """A new goal; only the title is always needed, the metric says what else is."""

    id: Id | None = None
    title: Title
    goal_type: GoalType = "personal"
    status: Literal["active", "paused"] = "active"
    metric_type: MetricType = "none"
    direction: Direction | None = None
    check_in_mode: CheckInMode | None = None
    position: Position | None = None
    auto_complete: Flag = False
    milestones: Annotated[list[MilestoneBody], Field(max_length=MAX_MILESTONES)] = Field(default=[])
    linked_task_ids: Links = Field(default=[])
    linked_habit_ids: Links = Field(default=[])
    create_budget: Flag = True


class ChangeGoal(GoalFields):
    """A merge patch: what is absent stays, null clears what may be empty."""

    title: Title = ""
    goal_type: GoalType = "personal"
    status: GoalStatus = "active"
    metric_type: MetricType = "none"
    direction: Direction = "increase"
    check_in_mode: CheckInMode = "increment"
    position: Position = 0
    auto_complete: Flag = False


class BulkDelete(Command):
    """Up to 100 goals at once; each gets its own result."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


class CompleteGoal(Command):
    """completedDate defaults to the user's today and cannot be in the future."""

    completed_date: Day | None = None


class LinkBody(Command):
    """Where a check-in points: an entity of the user's by id, or a URL."""

    type: Literal["task", "habit", "transaction", "focus_session", "url"]
    id: Id | None = None
    url: Url | None = None


class RecordCheckIn(Command):
    """A fact for the ledger; value may be absent only on goals without a metric."""

    id: Id | None = None
    value: Amount | None = None
    unit: Line | None = None
    note: Description | None = None
    link: LinkBody | None = None
    date_key: Day | None = None
    mode: CheckInMode | None = None


class ChangeCheckIn(Command):
    """A mend of a manual check-in, as a merge patch."""

    value: Amount | None = None
    unit: Line | None = None
    note: Description | None = None
    link: LinkBody | None = None
    date_key: Day = None  # type: ignore[assignment]  # absent keeps; null is refused
    mode: CheckInMode | None = None


class ChangeMilestone(Command):
    """A merge patch of one milestone; `completed` ticks it by hand or takes the tick back."""

    title: Title = ""
    description: MilestoneDescription | None = None
    target_percent: Amount | None = None
    target_value: Amount | None = None
    due_date: Day | None = None
    completed: Flag = False


class AddMilestone(MilestoneBody):
    """One more milestone of a standing goal; by itself, because alone it takes an idempotency key."""


class ReplaceMilestones(Command):
    """The whole set; milestones named by id keep their history."""

    milestones: Annotated[list[MilestoneBody], Field(max_length=MAX_MILESTONES)]
