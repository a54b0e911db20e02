"""What is linked to a goal, gathered for settling: its tasks' states, habits' rates, focus minutes.

Ratios and rates are the domain's. What is gathered is kept, so that settling a fact reads one row.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from waymark.domain.habits import RATE_DAYS, rate
from waymark.domain.neighbours import Habit, HabitCompletion, World
from waymark.domain.progress import habits_percent
from waymark.store import link_statements as links
from waymark.store.work import Work


async def gathered_world(work: Work, goal_id: str) -> World:
    """The goal's world on the user's today; what this transaction wrote must be written through."""
    tasks = await work.all(links.LINKED_TASKS, goal_id=goal_id)
    alive = [task for task in tasks if task.status != "canceled"]
    counted = [task for task in alive if task.contribution is None]
    habits = await work.all(links.LINKED_HABITS, goal_id=goal_id)
    given = {
        link.habit_id
        for link in await work.all(links.HABIT_LINKS_OF_GOAL, goal_id=goal_id)
        if link.contribution is not None
    }
    rated = [habit for habit in habits if habit.status == "active" and habit.id not in given]
    since = work.today - timedelta(days=RATE_DAYS)
    said = await work.all(links.LINKED_COMPLETIONS, goal_id=goal_id, since=since) if rated else []
    focused = await work.one(links.FOCUSED, goal_id=goal_id, since=since)
    rates = _rates(work, rated, said)
    return World(
        user_id=work.user_id,
        goal_id=goal_id,
        day=work.today,
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


def _rates(work: Work, habits: Sequence[Habit], said: Sequence[HabitCompletion]) -> list[Decimal]:
    of_habit: dict[str, list[HabitCompletion]] = defaultdict(list)
    for completion in said:
        of_habit[completion.habit_id].append(completion)
    rates = (rate(habit, of_habit[habit.id], work.today) for habit in habits)
    return [each for each in rates if each is not None]
