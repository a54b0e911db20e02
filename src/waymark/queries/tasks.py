"""Tasks as readers see them, with the goals they are linked to.

Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date

from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import TaskDocument
from waymark.domain.neighbours import Task
from waymark.queries.glances import goals_of
from waymark.store import link_statements as links
from waymark.store.database import Reader
from waymark.store.neighbours import tasks
from waymark.store.nouns import Noun


async def shown_tasks(reader: Reader, user_id: str, _today: date, records: Sequence[Task]) -> list[str]:
    goals = await goals_of(reader, links.GOALS_OF_TASKS, user_id, [task.id for task in records])
    return [
        encoded(
            TaskDocument(
                **head(task),
                title=task.title,
                status=task.status,
                priority=task.priority,
                goal_id=task.goal_id,
                habit_id=task.habit_id,
                parent_task_id=task.parent_task_id,
                progress_value=task.progress_value,
                progress_unit=task.progress_unit,
                due_date=task.due_on,
                start_date=task.start_on,
                estimated_minutes=task.estimated_minutes,
                focus_total_minutes=task.focus_total_minutes,
                notes=task.notes,
                completed_at=task.completed_at,
                goals=goals[task.id],
            )
        )
        for task in records
    ]


TASKS = Noun(
    tasks,
    Task,
    shown_tasks,
    sorts={
        "dueDate": "due_on",
        "title": "title_folded",
        "priority": "priority_rank",
        "status": "status_rank",
    },
    filters={
        "status": "status",
        "priority": "priority",
        "habit_id": "habit_id",
        "parent_task_id": "parent_task_id",
        **links.TASK_FILTERS,
    },
)
