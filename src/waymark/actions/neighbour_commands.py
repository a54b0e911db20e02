"""What a person can ask of tasks, habits, focus time and links: one frozen model per intention.

Whether it makes sense the rules say; money has a file of its own.
"""

from typing import Annotated, Literal

from pydantic import Field

from waymark.actions.fields import (
    Amount,
    Command,
    Day,
    Id,
    Instant,
    Line,
    Positive,
    Prose,
    Title,
    WholeNumber,
)
from waymark.domain.vocabulary import (
    MAX_CUSTOM_UNIT,
    MAX_DESCRIPTION,
    MAX_LINKS,
    CompletionMode,
    CompletionStatus,
    CountingType,
    Frequency,
    HabitStatus,
    HabitType,
    Priority,
    TaskStatus,
)

Notes = Annotated[Prose, Field(max_length=MAX_DESCRIPTION)]
Minutes = Annotated[WholeNumber, Field(ge=0, le=1_000_000)]
Weekday = Annotated[WholeNumber, Field(ge=0, le=6)]
PlannedMinutes = Annotated[WholeNumber, Field(ge=1, le=1_000_000)]


class TaskFields(Command):
    """What both creation and change of a task take."""

    goal_id: Id | None = None
    habit_id: Id | None = None
    parent_task_id: Id | None = None
    progress_value: Amount | None = None
    progress_unit: Line | None = None
    due_date: Day | None = None
    start_date: Day | None = None
    estimated_minutes: Minutes | None = None
    notes: Notes | None = None


class CreateTask(TaskFields):
    """A new task; goalId links it to that goal."""

    id: Id | None = None
    title: Title
    status: TaskStatus = "inbox"
    priority: Priority = "medium"


class ChangeTask(TaskFields):
    """A merge patch; completing and reopening may also be said by `status`."""

    title: Title = ""
    status: TaskStatus = "inbox"
    priority: Priority = "medium"


class LinkTerms(Command):
    """How a linked task or habit counts: by its ratio, or with `contribution` in the ledger."""

    contribution: Amount | None = None


class HabitFields(Command):
    """What both creation and change of a habit take; linkedGoalIds are all the goals it is tied to."""

    goal_id: Id | None = None
    linked_goal_ids: Annotated[list[Id], Field(max_length=MAX_LINKS)] | None = None
    days_of_week: Annotated[list[Weekday], Field(max_length=7)] | None = None
    times_per_week: Annotated[WholeNumber, Field(ge=1, le=7)] | None = None
    target_per_day: Positive | None = None
    unit: Annotated[Line, Field(max_length=MAX_CUSTOM_UNIT)] | None = None


class CreateHabit(HabitFields):
    """A new habit; days before today are not asked of it."""

    id: Id | None = None
    title: Title
    habit_type: HabitType = "personal"
    status: HabitStatus = "active"
    frequency: Frequency = "daily"
    completion_mode: CompletionMode = "boolean"
    counting_type: CountingType = "create"


class ChangeHabit(HabitFields):
    """A merge patch; what is said already of its days counts by the new terms."""

    title: Title = ""
    habit_type: HabitType = "personal"
    status: HabitStatus = "active"
    frequency: Frequency = "daily"
    completion_mode: CompletionMode = "boolean"
    counting_type: CountingType = "create"


class CompleteHabit(Command):
    """What is said of one day, today unless told; said again, it replaces."""

    id: Id | None = None
    date_key: Day | None = None
    status: CompletionStatus
    value: Amount | None = None


class FocusFields(Command):
    """What a focus session is for."""

    task_id: Id | None = None
    goal_id: Id | None = None
    notes: Notes | None = None


class StartFocus(FocusFields):
    """A session that begins now."""

    id: Id | None = None
    planned_minutes: PlannedMinutes


class CreateFocus(StartFocus):
    """A session that runs since startedAt, by default now, or one that is over and only told of.

    Without actualMinutes a completed one took all its time; without endedAt it ended after its minutes.
    """

    status: Literal["in_progress", "completed"] = "in_progress"
    started_at: Instant | None = None
    ended_at: Instant | None = None
    actual_minutes: Minutes | None = None


class ChangeFocus(FocusFields):
    """A merge patch; only a completed session has actualMinutes to mend."""

    planned_minutes: PlannedMinutes = 1
    actual_minutes: Minutes = 0


class CompleteFocus(Command):
    """actualMinutes default to the time that passed without pauses."""

    actual_minutes: Minutes | None = None
    notes: Notes | None = None
