"""What is linked to a goal, gathered for settling: its tasks' states, habits' rates, focus minutes.

Ratios and rates are the domain's. What is gathered is kept, so that settling a fact reads one row.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from waymark.domain.habits import RATE_DAYS, rate
from waymark.domain.neighbours import Habit, HabitCompletion, World
from waymark.domain.progress import habits_percent
from waymark.store import link_statements as links
from waymark.store.database import Reader


async def gathered_world(reader: Reader, user_id: str, goal_id: str, today: date) -> World:
    """The goal's world on a day, as the reader finds it: a transaction must have written through."""
    key = {"user_id": user_id, "goal_id": goal_id}
    tasks = await reader.all(links.LINKED_TASKS, **key)
    alive = [task for task in tasks if task.status != "canceled"]
    counted = [task for task in alive if task.contribution is None]
    habits = await reader.all(links.LINKED_HABITS, **key)
    given = {
        link.habit_id
        for link in await reader.all(links.HABIT_LINKS_OF_GOAL, **key)
        if link.contribution is not None
    }
    rated = [habit for habit in habits if habit.status == "active" and habit.id not in given]
    since = today - timedelta(days=RATE_DAYS)
    said = await reader.all(links.LINKED_COMPLETIONS, since=since, **key) if rated else []
    focused = await reader.one(links.FOCUSED, since=since, **key)
    rates = _rates(today, rated, said)
    return World(
        user_id=user_id,
        goal_id=goal_id,
        day=today,
        task_ids=tuple(task.id for task in tasks),
        habit_ids=tuple(habit.id for habit in habits),
        total_tasks=len(alive),
        completed_tasks=sum(task.status == "completed" for task in alive),
        counted_tasks=len(counted),
        counted_completed=sum(task.status == "completed" for task in counted),
        counted_in_progress=sum(task.status == "in_progress" for task in counted),
        habits_percent=habits_percent(rates),
        counted_habits=len(rates),
        focus_minutes_last30=focused.last30 if focused else 0,
        focus_minutes_total=focused.total if focused else 0,
    )


def _rates(today: date, habits: Sequence[Habit], said: Sequence[HabitCompletion]) -> list[Decimal]:
    of_habit: dict[str, list[HabitCompletion]] = defaultdict(list)
    for completion in said:
        of_habit[completion.habit_id].append(completion)
    rates = (rate(habit, of_habit[habit.id], today) for habit in habits)
    return [each for each in rates if each is not None]
