"""What the rules of insights say of budgets, debts and habits, once all that a transaction wrote is known.

When a rule speaks and what it says is the domain's; saying it once is noticing.py's.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from waymark.actions.noticing import key_of, queue, say, take_back
from waymark.domain.budgets import budget_state, period
from waymark.domain.habits import Run, runs
from waymark.domain.insight_texts import said_of_budget, said_of_debt, said_of_streak
from waymark.domain.insights import (
    BUDGET_THRESHOLDS,
    STREAK_LENGTHS,
    Due,
    Key,
    budget_key,
    streak_holds,
    streak_keys,
)
from waymark.domain.neighbours import Budget, Debt, Habit, HabitCompletion, Transaction
from waymark.domain.records import Record
from waymark.queries.habits import HABITS
from waymark.store import money_statements as money
from waymark.store.insight_statements import DUE_OF, SAID_OF
from waymark.store.link_statements import COMPLETIONS_OF_HABITS
from waymark.store.work import Work, Written

R = TypeVar("R", bound=Record)

_LIMITING = (
    *("limit_amount", "currency", "transaction_type", "category_ids", "period_type", "start_on", "end_on"),
    "rollover_mode",
)
"""What of a budget says how much of it is used."""
_SCHEDULING = (
    *("frequency", "days_of_week", "times_per_week", "completion_mode", "target_per_day", "counting_type"),
)
"""What of a habit says how its days went."""


async def notice_neighbours(work: Work) -> None:
    """Say what this transaction's records made hold, and take back what they undid."""
    for before, debt in _moved(work.written, Debt).values():
        await _notice_debt(work, before, debt)
    budgets = [each for each in _moved(work.written, Budget).values() if _is_watched(each[1])]
    days = _moved(work.written, HabitCompletion)
    habits = _moved(work.written, Habit)
    habit_ids = sorted(habits.keys() | {day.habit_id for _, day in days.values()})
    if budgets or habit_ids:
        await work.write_through()
    for earlier, budget in budgets:
        await _notice_budget(work, earlier, budget)
    for habit_id in habit_ids:
        own = {day.id: (was, day) for was, day in days.values() if day.habit_id == habit_id}
        await _notice_habit(work, habit_id, habits.get(habit_id), own)


async def notice_by_clock(work: Work, due: Due) -> None:
    """Say what passing days made hold of a habit to leave something off."""
    habit = await work.one(HABITS.by_id, id=due.id)
    if habit is None or habit.show_status == "deleted" or habit.counting_type != "quit":
        queue(work, due.entity, due.id, due.due_at, None)
        return
    said = await work.all(COMPLETIONS_OF_HABITS, ids=[habit.id])
    await _say_streak(work, habit, None, _current(runs(habit, said, work.today)))


# Debts and budgets ---------------------------------------------------------------------------


async def _notice_debt(work: Work, before: Debt | None, debt: Debt) -> None:
    if debt.show_status == "deleted":
        return
    was, now = before is not None and before.status == "paid", debt.status == "paid"
    if now and not was:
        await say(work, debt.id, {Key("debt_paid", ""): said_of_debt(debt)})
    elif was and not now:
        for row in await work.all(SAID_OF, subject_id=debt.id):
            take_back(work, row)


def _is_watched(budget: Budget) -> bool:
    is_tied = budget.linked_goal_id is not None or budget.notify_on_exceed
    return is_tied and budget.transaction_type == "expense" and budget.show_status == "active"


async def _notice_budget(work: Work, before: Budget | None, budget: Budget) -> None:
    totals = await work.all(money.PERIOD_TOTALS, ids=[budget.id])
    sums: dict[date, Decimal] = {total.from_on: total.spent for total in totals}
    is_undone = any(was is not None for was, _ in _moved(work.written, Transaction).values())
    if is_undone or _differ(before, budget, _LIMITING):
        for row in await work.all(SAID_OF, subject_id=budget.id):
            day, _, threshold = key_of(row).bucket.partition(":")
            from_on = date.fromisoformat(day)
            state = budget_state(budget, sums, from_on)
            if period(budget, from_on).from_on != from_on or state.percent_used < int(threshold):
                take_back(work, row)
    state, present = budget_state(budget, sums, work.today), period(budget, work.today)
    passed = [each for each in BUDGET_THRESHOLDS if state.spent_amount > 0 and state.percent_used >= each]
    await say(
        work,
        budget.id,
        {budget_key(present.from_on, each): said_of_budget(each, budget, present, state) for each in passed},
    )


# Habits --------------------------------------------------------------------------------------


async def _notice_habit(
    work: Work,
    habit_id: str,
    written: tuple[Habit | None, Habit] | None,
    days: dict[str, tuple[HabitCompletion | None, HabitCompletion]],
) -> None:
    if written is None:
        known = await work.one(HABITS.by_id, id=habit_id)
        if known is None:
            return
        written = known, known
    before, habit = written
    if habit.show_status == "deleted":
        return
    stored = {day.id: day for day in await work.all(COMPLETIONS_OF_HABITS, ids=[habit_id])}
    found = runs(habit, stored.values(), work.today)
    if any(was is not None for was, _ in days.values()) or _differ(before, habit, _SCHEDULING):
        for row in await work.all(SAID_OF, subject_id=habit_id):
            if not streak_holds(key_of(row).bucket, found):
                take_back(work, row)
    now, stood = _current(found), None
    if before is not None and now is not None and now.kept >= STREAK_LENGTHS[0]:
        earlier = {day_id: day for day_id, day in stored.items() if day_id not in days}
        earlier |= {day_id: was for day_id, (was, _) in days.items() if was and was.show_status == "active"}
        stood = _current(runs(before, earlier.values(), work.today))
    await _say_streak(work, habit, stood, now)


async def _say_streak(work: Work, habit: Habit, before: Run | None, now: Run | None) -> None:
    if now is not None:
        keys = {key: int(key.bucket.partition(":")[2]) for key in streak_keys(before, now)}
        sayings = {key: said_of_streak(length, habit, now) for key, length in keys.items()}
        await say(work, habit.id, sayings)
    if habit.counting_type == "quit":
        due = await work.one(DUE_OF, entity=HABITS.name, id=habit.id)
        queue(
            work,
            HABITS.name,
            habit.id,
            None if due is None else due.due_at,
            _next_length_on(work, habit, now),
        )


def _next_length_on(work: Work, habit: Habit, run: Run | None) -> date | None:
    """The first day on which doing nothing may have come to the next length."""
    kept = 0 if run is None else run.kept
    wanted = next((length for length in STREAK_LENGTHS if length > kept), None)
    if wanted is None or habit.status != "active":
        return None
    return work.today + timedelta(wanted - kept)


def _current(found: Sequence[Run]) -> Run | None:
    return found[-1] if found and found[-1].goes_on else None


def _moved(written: Iterable[Written], kind: type[R]) -> dict[str, tuple[R | None, R]]:
    """The written records of one kind by id, each as it was at first and as it is at last."""
    found: dict[str, tuple[R | None, R]] = {}
    for before, after in written:
        if isinstance(after, kind):
            was = before if isinstance(before, kind) else None
            found[after.id] = (found[after.id][0] if after.id in found else was, after)
    return found


def _differ(before: R | None, after: R, names: Iterable[str]) -> bool:
    return before is not None and any(getattr(before, name) != getattr(after, name) for name in names)
