"""Habits and their days as readers see them: streaks and rates of today, the goals they are linked to.

Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from waymark.domain.documents import encoded, head
from waymark.domain.habits import HabitStats, habit_stats
from waymark.domain.neighbour_documents import CompletionDocument, GoalGlance, HabitDocument
from waymark.domain.neighbours import Habit, HabitCompletion
from waymark.queries.glances import goals_of
from waymark.queries.nouns import standing, today_of
from waymark.store import link_statements as links
from waymark.store.database import Reader
from waymark.store.neighbours import habit_completions, habits
from waymark.store.nouns import Noun, at_least, at_most


async def shown_habits(reader: Reader, user_id: str, today: date, records: Sequence[Habit]) -> list[str]:
    ids = [habit.id for habit in records]
    goals = await goals_of(reader, links.GOALS_OF_HABITS, user_id, ids)
    said = defaultdict[str, list[HabitCompletion]](list)
    for completion in await reader.all(links.COMPLETIONS_OF_HABITS, user_id=user_id, ids=ids):
        said[completion.habit_id].append(completion)
    return [
        encoded(_document(habit, habit_stats(habit, said[habit.id], today), goals[habit.id]))
        for habit in records
    ]


def _document(habit: Habit, stats: HabitStats, goals: list[GoalGlance]) -> HabitDocument:
    return HabitDocument(
        **head(habit),
        title=habit.title,
        habit_type=habit.habit_type,
        status=habit.status,
        frequency=habit.frequency,
        days_of_week=habit.days_of_week,
        times_per_week=habit.times_per_week,
        completion_mode=habit.completion_mode,
        target_per_day=habit.target_per_day,
        unit=habit.unit,
        counting_type=habit.counting_type,
        goal_id=habit.goal_id,
        linked_goal_ids=[goal.id for goal in goals],
        streak_current=stats.streak_current,
        streak_best=stats.streak_best,
        completion_rate30d=stats.completion_rate30d,
        goals=goals,
    )


async def shown_completions(
    _reader: Reader, _user_id: str, _today: date, records: Sequence[HabitCompletion]
) -> list[str]:
    return [
        encoded(
            CompletionDocument(
                **head(each),
                habit_id=each.habit_id,
                date_key=each.date_key,
                status=each.status,
                value=each.value,
            )
        )
        for each in records
    ]


async def stats_of(reader: Reader, user_id: str, habit_id: str, now: datetime) -> HabitStats:
    """How the habit goes; NotFound for an unknown or deleted one."""
    habit = await standing(reader, HABITS, user_id, habit_id)
    said = await reader.all(links.COMPLETIONS_OF_HABITS, user_id=user_id, ids=[habit_id])
    return habit_stats(habit, said, await today_of(reader, user_id, now))


HABITS: Final = Noun(
    habits,
    Habit,
    shown_habits,
    sorts={"title": "title_folded"},
    filters={
        "status": "status",
        "habit_type": "habit_type",
        "frequency": "frequency",
        **links.HABIT_FILTERS,
    },
    moves_with_day=True,
)
COMPLETIONS: Final = Noun(
    habit_completions,
    HabitCompletion,
    shown_completions,
    sorts={"dateKey": "date_key"},
    filters={
        "habit_id": "habit_id",
        "status": "status",
        "date_from": at_least(habit_completions.c.date_key, "date_from"),
        "date_to": at_most(habit_completions.c.date_key, "date_to"),
    },
)
