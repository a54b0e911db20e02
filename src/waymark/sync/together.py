"""Changes that come many at a time and need not know of each other: one command for a run of them.

Facts, and tasks by themselves. What each must look like its handlers say; this only spares them the same
work again and again: each goal is settled once, and all is written at once.
"""

from collections.abc import Sequence
from typing import Final

from waymark.actions.habits import tell_days
from waymark.actions.perform import REMEMBERED
from waymark.domain.neighbours import Habit, HabitCompletion
from waymark.errors import Invalid, Problem
from waymark.queries.habits import COMPLETIONS
from waymark.store.database import Reader
from waymark.store.import_statements import KNOWN
from waymark.store.sync_statements import DAYS_OF_HABITS, KNOWN_DAYS
from waymark.store.work import Work
from waymark.sync.changing import Verdict, make
from waymark.sync.commands import Change
from waymark.sync.devices import Device
from waymark.sync.goal_kinds import record_fact
from waymark.sync.noun_kinds import OfHabit, begun_day
from waymark.sync.reading import read
from waymark.sync.registry import KINDS

CHECK_INS: Final = "goal_check_ins"
DAYS: Final = "habit_completions"
TASKS: Final = "tasks"
_TIES: Final = ("goalId", "habitId", "parentTaskId")
"""What makes a task depend on another record, which may come in the same run."""


class Known:
    """Which of some facts are there already, so that all others can come in together."""

    def __init__(self) -> None:
        self._taken: set[object] = set()

    async def look_up(self, reader: Reader, user_id: str, changes: Sequence[Change]) -> None:
        """Ask the database about those that are facts to be made."""
        made = [change for change in changes if change.operation == "create"]
        ids = [change.id for change in made if change.entity == CHECK_INS]
        if ids:
            rows = await reader.all(KNOWN[CHECK_INS], user_id=user_id, ids=ids)
            self._taken |= {(CHECK_INS, str(record_id)) for (record_id,) in rows}
        days = [change for change in made if change.entity == DAYS]
        if days:
            told = [read_day for change in days if (read_day := _day(change)) is not None]
            said = await reader.all(
                DAYS_OF_HABITS,
                user_id=user_id,
                habit_ids=[habit_id for habit_id, _ in told],
                days=[day for _, day in told],
            )
            self._taken |= {(each.habit_id, each.date_key) for each in said}
            rows = await reader.all(KNOWN_DAYS, user_id=user_id, ids=[change.id for change in days])
            self._taken |= {(DAYS, str(record_id)) for (record_id,) in rows}

    def take(self, change: Change) -> bool:
        """Whether it can come in with others: nothing here stands against it, nor does it name another.

        From now on it is there itself.
        """
        keys: set[object] = {(change.entity, change.id)}
        if change.entity == TASKS:
            if change.operation == "delete" or any(change.data.get(name) is not None for name in _TIES):
                return False
        elif change.operation != "create" or change.entity not in (CHECK_INS, DAYS):
            return False
        elif change.entity == DAYS:
            keys.add(_day(change))
        elif change.data.get("sourceType") not in (None, "manual"):
            return False
        if None in keys or keys & self._taken:
            return False
        self._taken |= keys
        return True


def _day(change: Change) -> tuple[str, object] | None:
    """The habit and the day that a completion names itself."""
    try:
        told = read(OfHabit, change.data)
    except Invalid:
        return None
    return None if told.habit_id is None or told.date_key is None else (told.habit_id, told.date_key)


async def make_together(work: Work, changes: Sequence[Change], device: Device) -> Sequence[Verdict | Problem]:
    """Make all changes that can be made; of those that cannot, the reason.

    Raises when some stand against each other only together: then none of them may stay.
    """
    work.is_answering = False
    made: list[Verdict | Problem] = []
    habits: dict[str, Habit] = {}
    said: dict[str, list[HabitCompletion]] = {}
    for change in changes:
        work.edited_at = change.edited_at if change.edited_at < work.at else None
        verdict: Verdict | Problem = Verdict("applied", change.id)
        try:
            if change.entity == CHECK_INS:
                await record_fact(work, change)
            elif change.entity == DAYS:
                habit, completion = await begun_day(work, change, habits)
                habits[habit.id] = habit
                said.setdefault(habit.id, []).append(work.put_noun(COMPLETIONS, completion))
            else:
                verdict = await make(work, KINDS[change.entity], change, device)
        except REMEMBERED as problem:
            verdict = problem
        made.append(verdict)
    work.edited_at = None
    for habit_id, days in said.items():
        await tell_days(work, habits[habit_id], days)
    return made
