"""Achievements given and taken back, in the transaction of the facts that earn them.

`award` closes every transaction: it looks at the records that were written, and counts only what they
may have moved across a threshold. What earns what is the domain's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from waymark.actions.settlement import Settlement
from waymark.domain.achievements import (
    THRESHOLDS,
    Achievement,
    Honour,
    Measure,
    is_saved,
    steps_of,
)
from waymark.domain.habits import streaks
from waymark.domain.lifecycle import is_completed
from waymark.domain.neighbours import Debt, FocusSession, Habit, HabitCompletion
from waymark.domain.progress import HUNDRED
from waymark.domain.records import CheckIn, Goal, Milestone, Record
from waymark.queries.achievements import ALL, achievement_body, measured
from waymark.queries.habits import HABITS
from waymark.store.achievement_statements import EVER_EARNED
from waymark.store.achievement_tables import achievements
from waymark.store.link_statements import COMPLETIONS_OF_HABITS
from waymark.store.work import Work, Written

R = TypeVar("R", bound=Record)

RISE, FALL = 1, -1
"""Which way a measure may have gone: a rise can only give, a fall can only take back."""


async def award(work: Work) -> None:
    """Give and take back what this transaction's records earn; for all others nothing is read."""
    ways = defaultdict[Measure, set[int]](set)
    for measure, way in _leanings(work):
        ways[measure].add(way)
    habits = {each.habit_id for _, each in _of(work.written, HabitCompletion)}
    habits |= {each.id for _, each in _of(work.written, Habit)}
    if not ways and not habits:
        return
    await work.write_through()
    for habit_id in sorted(habits):
        ways["best_streak"] |= await _streak_ways(work, habit_id)
    await _bring_in_line(work, ways)


async def award_all(work: Work) -> None:
    """Give and take back whatever the day moved without anything being written, such as a habit left off."""
    await work.write_through()
    await _bring_in_line(work, {measure: {RISE, FALL} for measure in ALL})


async def _bring_in_line(work: Work, ways: dict[Measure, set[int]]) -> None:
    known = {row.key: row for row in await work.all(EVER_EARNED)}
    held = {key for key, row in known.items() if row.show_status != "deleted"}
    moved = [measure for measure in sorted(ways) if _can_move(measure, ways[measure], held)]
    measures = await measured(work.reader, work.user_id, work.today, moved)
    for measure in moved:
        for honour in THRESHOLDS[measure]:
            if honour.is_earned(measures) != (honour.key in held):
                _write(work, honour, known.get(honour.key), is_earned=honour.key not in held)


def _can_move(measure: Measure, ways: set[int], held: set[str]) -> bool:
    """Whether there is anything left to give or to take: so the counting ends where the thresholds do."""
    is_held = [honour.key in held for honour in THRESHOLDS[measure]]
    return (RISE in ways and not all(is_held)) or (FALL in ways and any(is_held))


def _write(work: Work, honour: Honour, known: Achievement | None, *, is_earned: bool) -> None:
    if not is_earned and known is not None:
        gone = replace(known, show_status="deleted", deleted_at=work.now)
        work.write(achievements, gone, achievement_body, before=known, operation="delete")
    elif known is not None:
        again = replace(known, show_status="active", deleted_at=None, earned_at=work.now)
        work.write(achievements, again, achievement_body, before=known, operation="create")
    else:
        fresh = Achievement(
            user_id=work.user_id,
            id=honour.id,
            created_at=work.now,
            updated_at=work.now,
            key=honour.key,
            earned_at=work.now,
        )
        work.write(achievements, fresh, achievement_body)


# What the written records may have moved ------------------------------------------------------


def _leanings(work: Work) -> Iterator[tuple[Measure, int]]:
    """Each measure that some record may have moved, and which way."""
    for before, after in work.written:
        was, now = _worth(before), _worth(after)
        for measure in was | now:
            yield from _leaning(measure, was.get(measure, 0), now.get(measure, 0))
        if isinstance(before, Goal) and isinstance(after, Goal):
            # A goal that is deleted takes along all that it earned, and brings it back.
            yield from _leaning("milestones_reached", _stands(before), _stands(after))
            yield from _leaning("check_ins", _stands(before), _stands(after))
            if "save" in {before.finance_mode, after.finance_mode}:
                yield from _of_saving(work, before, after)
    yield from _of_check_ins(work)


def _leaning(measure: Measure, before: int, after: int) -> Iterator[tuple[Measure, int]]:
    if before != after:
        yield measure, RISE if after > before else FALL


def _worth(record: Record | None) -> dict[Measure, int]:
    """What a record gives to measures by itself."""
    if record is None or not _stands(record):
        return {}
    match record:
        case Goal():
            return {"goals_completed": is_completed(record)}
        case Milestone():
            return {"milestones_reached": record.completed_at is not None}
        case Debt():
            return {"debts_closed": record.status == "paid"}
        case FocusSession():
            return {"focus_minutes": (record.actual_minutes or 0) * (record.status == "completed")}
        case _:
            return {}


def _of_saving(work: Work, before: Goal, goal: Goal) -> Iterator[tuple[Measure, int]]:
    settlement = work.settlements.get(goal.id)
    if not isinstance(settlement, Settlement):
        return
    is_held = goal.finance_mode == "save" and _stands(goal) and is_saved(settlement.document)
    if settlement.percent_before is not None and _shows_its_savings(before) and _shows_its_savings(goal):
        yield from _leaning("savings_reached", settlement.percent_before >= HUNDRED, is_held)
    else:
        # Where it stood before cannot be told; where it stands tells what may be given or taken.
        yield "savings_reached", RISE if is_held else FALL


def _shows_its_savings(goal: Goal) -> bool:
    """Whether the goal shows 100 % just when all is saved."""
    is_plain = goal.finance_mode == "save" and goal.progress_weights is None
    return is_plain and _stands(goal) and not is_completed(goal)


def _of_check_ins(work: Work) -> Iterator[tuple[Measure, int]]:
    """A goal's first check-in of a person, or its last one undone: others move nothing."""
    added = defaultdict[str, int](int)
    for before, fact in _of(work.written, CheckIn):
        if fact.source_type == "manual":
            added[fact.goal_id] += _stands(fact) - (before is not None and _stands(before))
    for goal_id, more in added.items():
        settlement = work.settlements.get(goal_id)
        if isinstance(settlement, Settlement):
            total = settlement.facts.sources.get("manual")
            now = 0 if total is None else total.count
            yield from _leaning("check_ins", now - more > 0, now > 0)


async def _streak_ways(work: Work, habit_id: str) -> set[int]:
    """Whether a habit's best streak crossed a threshold, told from its days as they were and are."""
    written = [pair for pair in _of(work.written, Habit) if pair[1].id == habit_id]
    before = after = await work.one(HABITS.by_id, id=habit_id)
    if written:
        before = written[0][0]
    days = {each.id: each for each in await work.all(COMPLETIONS_OF_HABITS, ids=[habit_id])}
    was: dict[str, HabitCompletion | None] = dict(days)
    for day_before, day in reversed([*_of(work.written, HabitCompletion)]):
        if day.habit_id == habit_id:
            was[day.id] = day_before
    stood = [day for day in was.values() if day is not None and _stands(day)]
    best_before = _best(work, before, stood)
    best = _best(work, after, days.values())
    return {way for _, way in _leaning("best_streak", steps_of(best_before), steps_of(best))}


def _best(work: Work, habit: Habit | None, days: Iterable[HabitCompletion]) -> int:
    return 0 if habit is None or not _stands(habit) else streaks(habit, days, work.today)[1]


def _of(written: Iterable[Written], kind: type[R]) -> Iterator[tuple[R | None, R]]:
    """The written records of one kind, each as it was and as it is."""
    for before, after in written:
        if isinstance(after, kind):
            yield (before if isinstance(before, kind) else None), after


def _stands(record: Record) -> bool:
    return record.show_status != "deleted"
