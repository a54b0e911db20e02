"""Tasks over HTTP.

No rule lives here.
"""

from typing import Final, Literal

from waymark.actions import tasks
from waymark.actions.fields import Day, Id, Instant, Search
from waymark.actions.neighbour_commands import ChangeTask, CreateTask
from waymark.domain.neighbour_documents import TaskDocument
from waymark.domain.vocabulary import Priority, TaskStatus
from waymark.errors import InvalidState
from waymark.queries.tasks import TASKS
from waymark.web import neighbour_examples as example
from waymark.web.asking import LOCATED, Request, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(prefix="/api/v1", tag="tasks", about="Things to do, and the goals they serve.")


class TaskList(NounList):
    """Filters are exact; `search` finds its text in the title, whatever the case; days include both ends.

    goalId finds what is linked to that goal, by either end.
    """

    status: TaskStatus | None = None
    priority: Priority | None = None
    goal_id: Id | None = None
    habit_id: Id | None = None
    parent_task_id: Id | None = None
    search: Search | None = None
    due_date_from: Day | None = None
    due_date_to: Day | None = None
    updated_since: Instant | None = None
    sort_by: Literal["createdAt", "updatedAt", "dueDate", "title", "priority", "status"] = "createdAt"


add_routes(
    router,
    TASKS,
    path="/tasks",
    one="task",
    many="tasks",
    reply=TaskDocument,
    query=TaskList,
    creating=CreateTask,
    changing=ChangeTask,
    create=tasks.create_task,
    change=tasks.change_task,
    remove=tasks.remove_task,
    restore=tasks.restore_task,
    example=example.TASK,
    create_example={"title": "Book the flight", "priority": "high", "dueDate": "2026-04-01"},
    change_example={"status": "in_progress"},
)


@router.post(
    "/tasks/{record_id}/complete",
    reply=TaskDocument,
    errors=LOCATED,
    example=example.TASK,
    has_etag=True,
    has_if_match=True,
)
async def complete_task(call: Request, record_id: Id) -> Answer:
    """Complete a task.

    The goals it is linked to move with it.
    """
    return await performed(call, tasks.complete_task, record_id)


@router.post(
    "/tasks/{record_id}/reopen",
    reply=TaskDocument,
    errors=(*LOCATED, InvalidState),
    example=example.TASK,
    has_etag=True,
    has_if_match=True,
)
async def reopen_task(call: Request, record_id: Id) -> Answer:
    """Reopen a completed or canceled task.

    The goals it is linked to stand as if it had not been completed.
    """
    return await performed(call, tasks.reopen_task, record_id)
