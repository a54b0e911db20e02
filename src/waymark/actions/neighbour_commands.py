"""What a person can ask of tasks, habits, focus time and links: one frozen model per intention.

Whether it makes sense the rules say; money has a file of its own.
"""

from typing import Annotated

from pydantic import Field

from waymark.actions.fields import Amount, Command, Day, Id, Line, Prose, Title, WholeNumber
from waymark.domain.vocabulary import MAX_DESCRIPTION, Priority, TaskStatus

Notes = Annotated[Prose, Field(max_length=MAX_DESCRIPTION)]
Minutes = Annotated[WholeNumber, Field(ge=0, le=1_000_000)]


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
