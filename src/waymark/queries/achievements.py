"""Achievements as readers see them: the catalogue with a user's progress, what was earned, the level.

Everything is measured from the facts that stand; nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from waymark.domain import achievements as rules
from waymark.domain.achievements import Achievement, Honour, Measure, Unit
from waymark.domain.documents import EntityDocument, encoded, head
from waymark.domain.habits import streaks
from waymark.domain.neighbours import HabitCompletion
from waymark.domain.vocabulary import Direction
from waymark.queries.nouns import today_of
from waymark.store import achievement_statements as statements
from waymark.store.achievement_tables import achievements
from waymark.store.database import Database, Reader
from waymark.store.link_statements import COMPLETIONS_OF_HABITS
from waymark.store.nouns import Noun
from waymark.store.statement import Row, Statement

ALL: Final = tuple(rules.THRESHOLDS)
_COUNTS: Final[Mapping[Measure, Statement[Row]]] = {
    "check_ins": statements.CHECK_INS,
    "milestones_reached": statements.MILESTONES_REACHED,
    "goals_completed": statements.GOALS_COMPLETED,
    "debts_closed": statements.DEBTS_CLOSED,
    "focus_minutes": statements.FOCUS_MINUTES,
}


class AchievementDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """Something earned; `icon` is the name of a Lucide icon."""

    key: str
    title: str
    description: str
    icon: str
    xp: int
    unit: Unit
    threshold: int
    earned_at: datetime


class HonourDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something to be earned, and how far the user is: `value` of `threshold`, in `unit`."""

    id: str
    key: str
    title: str
    description: str
    icon: str
    xp: int
    unit: Unit
    threshold: int
    value: int
    progress_percent: Decimal
    earned_at: datetime | None


class _Saving(msgspec.Struct, frozen=True, rename="camel"):
    """What a goal's document says of what was saved."""

    direction: Direction
    initial_value: Decimal | None
    current_value: Decimal | None
    target_value: Decimal | None
    progress_target_value: Decimal | None


def achievement_body(record: Achievement) -> str:
    """An earned honour as its journal row and its routes show it."""
    honour = rules.CATALOGUE[record.key]
    return encoded(
        AchievementDocument(
            **head(record),
            key=honour.key,
            title=honour.title,
            description=honour.description,
            icon=honour.icon,
            xp=honour.xp,
            unit=honour.unit,
            threshold=honour.threshold,
            earned_at=record.earned_at,
        )
    )


async def _shown(_reader: Reader, _user_id: str, _today: date, records: Sequence[Achievement]) -> list[str]:
    return [achievement_body(record) for record in records]


ACHIEVEMENTS: Final = Noun(achievements, Achievement, _shown, sorts={"earnedAt": "earned_at"})


async def measured(
    reader: Reader, user_id: str, today: date, measures: Iterable[Measure] = ALL
) -> dict[Measure, int]:
    """Some measures, counted from what stands on the user's local day `today`."""
    counts: dict[Measure, int] = {}
    for measure in measures:
        if measure == "best_streak":
            counts[measure] = await _best_streak(reader, user_id, today)
        elif measure == "savings_reached":
            counts[measure] = await _savings_reached(reader, user_id)
        else:
            row = await reader.one(_COUNTS[measure], user_id=user_id)
            counts[measure] = 0 if row is None else int(row[0])
    return counts


async def _best_streak(reader: Reader, user_id: str, today: date) -> int:
    habits = await reader.all(statements.HABITS, user_id=user_id)
    said = defaultdict[str, list[HabitCompletion]](list)
    ids = [habit.id for habit in habits]
    for completion in await reader.all(COMPLETIONS_OF_HABITS, user_id=user_id, ids=ids):
        said[completion.habit_id].append(completion)
    return max((streaks(habit, said[habit.id], today)[1] for habit in habits), default=0)


async def _savings_reached(reader: Reader, user_id: str) -> int:
    bodies = await reader.all(statements.SAVINGS, user_id=user_id)
    return sum(rules.is_saved(msgspec.json.decode(body, type=_Saving)) for (body,) in bodies)


async def earned(reader: Reader, user_id: str) -> dict[str, Achievement]:
    """What the user has earned and not lost again, by key."""
    rows = await reader.all(statements.EVER_EARNED, user_id=user_id)
    return {row.key: row for row in rows if row.show_status != "deleted"}


async def measures_and_earned(
    reader: Database, user_id: str, now: datetime
) -> tuple[dict[Measure, int], dict[str, Achievement]]:
    """All measures, and what is earned, of one moment."""

    async def both(snapshot: Reader) -> tuple[dict[Measure, int], dict[str, Achievement]]:
        today = await today_of(snapshot, user_id, now)
        return await measured(snapshot, user_id, today), await earned(snapshot, user_id)

    return await reader.snapshot(both)


def catalogue(measures: rules.Measures, held: Mapping[str, Achievement]) -> list[HonourDocument]:
    """All there is to be earned, with how far the user is toward each."""
    return [_honour_document(honour, measures, held.get(honour.key)) for honour in rules.CATALOGUE.values()]


def _honour_document(honour: Honour, measures: rules.Measures, record: Achievement | None) -> HonourDocument:
    return HonourDocument(
        id=honour.id,
        key=honour.key,
        title=honour.title,
        description=honour.description,
        icon=honour.icon,
        xp=honour.xp,
        unit=honour.unit,
        threshold=honour.threshold,
        value=measures[honour.measure],
        progress_percent=rules.progress_percent(honour, measures),
        earned_at=None if record is None else record.earned_at,
    )
