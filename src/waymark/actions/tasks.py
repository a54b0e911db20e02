"""Creating, changing, completing and deleting tasks, and what that moves in the goals they are linked to.

Ratios are the domain's; links by either end are links.py's.
"""

from typing import Any

from msgspec.structs import replace

from waymark.actions.links import TASK_BINDING
from waymark.actions.neighbour_commands import ChangeTask, CreateTask
from waymark.actions.nouns import answer, back, begun, found, given, gone, owned
from waymark.actions.perform import Outcome
from waymark.domain.neighbours import Task
from waymark.domain.vocabulary import TaskStatus
from waymark.errors import Invalid, InvalidState
from waymark.queries.habits import HABITS
from waymark.queries.tasks import TASKS
from waymark.store.work import Work

COLUMNS = {"due_date": "due_on", "start_date": "start_on"}


async def create_task(work: Work, command: CreateTask) -> Outcome:
    """A new task, linked to its goal if it names one."""
    task = await begin_task(work, command)
    await TASK_BINDING.rehome(work, None, task)
    return await answer(work, TASKS, task, created=True)


async def begin_task(work: Work, command: CreateTask) -> Task:
    """A new task, not linked yet; what is refused is refused before anything is kept."""
    fields = given(command, COLUMNS)
    task = await begun(work, TASKS, fields.pop("id", None), **fields)
    await _check(work, None, task)
    return work.put_noun(TASKS, _stamped(work, task, before=None))


async def change_task(work: Work, task_id: str, command: ChangeTask) -> Outcome:
    """A merge patch; another goalId moves the link that the old one made."""
    before = await found(work, TASKS, task_id)
    fields = given(command, COLUMNS)
    task = replace(before, **fields)
    await _check(work, before, task)
    task = await _written(work, before, _stamped(work, task, before=before))
    await TASK_BINDING.rehome(work, before, task)
    return await answer(work, TASKS, task)


async def complete_task(work: Work, task_id: str) -> Outcome:
    """Done; completing it again changes nothing."""
    return await _moved(work, task_id, "completed")


async def reopen_task(work: Work, task_id: str) -> Outcome:
    """Back to what it was before it was completed or canceled; InvalidState for an open one."""
    before = await found(work, TASKS, task_id)
    if before.status not in {"completed", "canceled"}:
        raise InvalidState(
            "Only a completed or canceled task can be reopened.", context={"allowed": ["complete"]}
        )
    return await _moved(work, task_id, before.status_before or "planned")


async def remove_task(work: Work, task_id: str) -> Outcome:
    """Deleted and unlinked: its goals stand as if it had never been."""
    before = await found(work, TASKS, task_id)
    await TASK_BINDING.cut_all(work, before)
    task = work.put_noun(TASKS, gone(work, replace(before, goal_id=None)), before=before, operation="delete")
    return await answer(work, TASKS, task)


async def restore_task(work: Work, task_id: str) -> Outcome:
    """A deleted task again, linked to nothing."""
    before = await found(work, TASKS, task_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted task can be restored.", context={"allowed": ["delete"]})
    return await answer(work, TASKS, work.put_noun(TASKS, back(before), before=before, operation="create"))


async def _moved(work: Work, task_id: str, status: TaskStatus) -> Outcome:
    before = await found(work, TASKS, task_id)
    task = _stamped(work, replace(before, status=status), before=before)
    return await answer(work, TASKS, await _written(work, before, task))


def _stamped(work: Work, task: Task, *, before: Task | None) -> Task:
    """The task with what follows from its status."""
    was = before.status if before else None
    if task.status == was:
        return task
    is_closed = task.status in {"completed", "canceled"}
    is_done = task.status == "completed"
    changes: dict[str, Any] = {
        "completed_at": work.now if is_done else None,
        "completed_on": work.today if is_done else None,
    }
    if is_closed and was not in {"completed", "canceled"}:
        changes["status_before"] = was
    if not is_closed:
        changes["status_before"] = None
    return replace(task, **changes)


async def _written(work: Work, before: Task, task: Task) -> Task:
    """The task stored if it changed, and its goals told."""
    if task == before:
        return before
    task = work.put_noun(TASKS, task, before=before)
    if (task.status, task.show_status) != (before.status, before.show_status):
        await TASK_BINDING.told(work, task)
    return task


async def _check(work: Work, before: Task | None, task: Task) -> None:
    """What it newly refers to is the user's own, its dates are in order, and no task is below itself."""
    if task.start_on and task.due_on and task.due_on < task.start_on:
        raise Invalid.of("dueDate", "out_of_range", "Not before startDate.")
    if before is None or task.habit_id != before.habit_id:
        await owned(work, HABITS, "habitId", task.habit_id)
    if before is not None and task.parent_task_id == before.parent_task_id:
        return
    parent = await owned(work, TASKS, "parentTaskId", task.parent_task_id)
    seen = {task.id}
    while parent is not None:
        if parent.id in seen:
            raise Invalid.of("parentTaskId", "cycle", "A task cannot be below itself, however far down.")
        seen.add(parent.id)
        above = await work.one(TASKS.by_id, id=parent.parent_task_id)
        parent = above
