"""The links of a goal with tasks and habits over HTTP.

No rule lives here.
"""

from typing import Any, Final, Literal

from waymark.actions.fields import Id
from waymark.actions.goal_links import link_item, unlink_item
from waymark.actions.links import HABIT_BINDING, TASK_BINDING
from waymark.actions.neighbour_commands import LinkTerms
from waymark.domain.documents import LinkRow, encoded
from waymark.domain.vocabulary import HabitStatus, TaskStatus
from waymark.errors import NotFound
from waymark.queries.links import LINKED_HABITS, LINKED_TASKS, Linked, LinkedHabit, LinkedTask
from waymark.web import neighbour_examples as example
from waymark.web.asking import LOCATED, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, settled_today
from waymark.web.route import Router

router: Final = Router(prefix="/api/v1", tag="links", about="What feeds a goal beside check-ins.")

_TIE: Final[dict[str, Any]] = {
    "reply": LinkRow,
    "errors": LOCATED,
    "has_etag": True,
    "has_if_match": True,
}
_CUT: Final = {"showStatus": "deleted", "deletedAt": "2026-03-02T10:00:00Z"}


class LinkedTaskList(NounList):
    """Filters are exact."""

    status: TaskStatus | None = None
    sort_by: Literal["createdAt", "updatedAt", "dueDate", "title", "priority", "status"] = "createdAt"


class LinkedHabitList(NounList):
    """Filters are exact."""

    status: HabitStatus | None = None
    sort_by: Literal["createdAt", "updatedAt", "title"] = "createdAt"


@router.get(
    "/goals/{goal_id}/tasks", reply=list[LinkedTask], errors=(NotFound,), example=[example.LINKED_TASK]
)
async def list_linked_tasks(call: Request, goal_id: Id, query: LinkedTaskList) -> Answer:
    """List a goal's tasks."""
    return await _listed(call, LINKED_TASKS, goal_id, query)


@router.get(
    "/goals/{goal_id}/habits", reply=list[LinkedHabit], errors=(NotFound,), example=[example.LINKED_HABIT]
)
async def list_linked_habits(call: Request, goal_id: Id, query: LinkedHabitList) -> Answer:
    """List a goal's habits."""
    return await _listed(call, LINKED_HABITS, goal_id, query)


@router.put(
    "/goals/{goal_id}/tasks/{task_id}", example=example.TASK_LINK, body_example={"contribution": 50}, **_TIE
)
async def link_task(call: Request, goal_id: Id, task_id: Id, body: LinkTerms) -> Answer:
    """Link a task to a goal.

    It counts in the goal's ratio, or, with `contribution`, gives that to the ledger once it is completed.
    """
    return await performed(call, link_item, TASK_BINDING, goal_id, task_id, body)


@router.delete("/goals/{goal_id}/tasks/{task_id}", example={**example.TASK_LINK, **_CUT}, **_TIE)
async def unlink_task(call: Request, goal_id: Id, task_id: Id) -> Answer:
    """Unlink a task from a goal.

    The goal stands as if they had never been linked.
    """
    return await performed(call, unlink_item, TASK_BINDING, goal_id, task_id)


@router.put(
    "/goals/{goal_id}/habits/{habit_id}",
    example=example.HABIT_LINK,
    body_example={"contribution": 0.5},
    **_TIE,
)
async def link_habit(call: Request, goal_id: Id, habit_id: Id, body: LinkTerms) -> Answer:
    """Link a habit to a goal.

    Its rate counts, or, with `contribution`, each day of a numeric habit gives its value times that.
    """
    return await performed(call, link_item, HABIT_BINDING, goal_id, habit_id, body)


@router.delete("/goals/{goal_id}/habits/{habit_id}", example={**example.HABIT_LINK, **_CUT}, **_TIE)
async def unlink_habit(call: Request, goal_id: Id, habit_id: Id) -> Answer:
    """Unlink a habit from a goal.

    The goal stands as if they had never been linked.
    """
    return await performed(call, unlink_item, HABIT_BINDING, goal_id, habit_id)


async def _listed(
    call: Request, linked: Linked[Any, Any], goal_id: str, query: LinkedTaskList | LinkedHabitList
) -> Answer:
    await settled_today(call)
    bodies, meta = await linked.listed(
        call.services.door.database,
        call.services.cursors,
        call.user_id,
        goal_id,
        asked(query, query.sort_by),
        filters(query, "status"),
        show_status=query.show_status,
        now=call.services.door.clock.now(),
    )
    return Answer(bodies, encoded(meta))
