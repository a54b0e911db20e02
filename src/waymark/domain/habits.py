"""Habits: which days ask for one, what was kept of them, and runs of kept days.

A habit's days come from outside, one record a day at most; which goals a habit feeds is not known here.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, TypeAlias

import msgspec

from waymark.domain.amounts import CONTEXT, ZERO, percent2, rounded, stored
from waymark.domain.days import EARLIEST_ON, bucket_end, bucket_start
from waymark.domain.neighbours import Habit, HabitCompletion
from waymark.domain.progress import HUNDRED
from waymark.domain.vocabulary import CompletionStatus
from waymark.errors import Fault

RATE_DAYS: Final = 30
_WEEK: Final = 7
_ONE_DAY: Final = timedelta(1)

_Verdict: TypeAlias = Literal["done", "miss", "skip"]
_Said: TypeAlias = Mapping[date, HabitCompletion]


class HabitStats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer of `GET /habits/{id}/stats` (CONTRACT §4); done30 ÷ scheduled30 is the rate."""

    streak_current: int
    streak_best: int
    completion_rate30d: Decimal | None = msgspec.field(name="completionRate30d")
    """Percent, 2 decimals; None while no day was asked for."""
    scheduled30: Decimal
    """Days asked for, skipped ones left out; a part of a day can remain of `times_per_week`."""
    done30: int
    skipped30: int
    total: int
    """Days kept, ever."""


class Run(msgspec.Struct, frozen=True):
    """Days kept in a row: the first and the last of them, and how many."""

    from_on: date
    to_on: date
    kept: int
    goes_on: bool
    """Whether nothing has broken it yet."""


class _Tally(msgspec.Struct, frozen=True):
    """What a span of days asked for and got; skipped days are on neither side."""

    asked: int
    """In sevenths of a day, so that `times_per_week` stays whole."""
    done: int
    skipped: int

    @property
    def rate(self) -> Decimal | None:
        if not self.asked:
            return None
        return min(HUNDRED, CONTEXT.divide(HUNDRED * self.done * _WEEK, Decimal(self.asked)))


def faults(habit: Habit) -> list[Fault]:
    """Everything that is wrong with a habit's schedule and measure, at once, by wire field."""
    return [*_schedule_faults(habit), *_measure_faults(habit)]


def completion_faults(
    habit: Habit, *, status: CompletionStatus, value: Decimal | None, date_key: date, today: date
) -> list[Fault]:
    """Everything that is wrong with what is said of a day; `today` is the owner's local day."""
    found: list[Fault] = []
    if not EARLIEST_ON <= date_key <= today + _ONE_DAY:
        found.append(Fault("dateKey", "out_of_range", f"From {EARLIEST_ON} to tomorrow."))
    if value is not None and habit.completion_mode == "boolean":
        found.append(Fault("value", "not_allowed", "A habit of yes or no takes no value."))
    elif value is not None and value < 0:
        found.append(Fault("value", "out_of_range", "Not negative."))
    elif status == "done" and habit.completion_mode == "numeric" and _value(habit, value) is None:
        found.append(Fault("value", "required", "Without targetPerDay nothing tells how much was done."))
    return found


def is_scheduled(habit: Habit, day: date) -> bool:
    """Whether the day may count: one of `days_of_week` (0 = Sunday), else any day."""
    return habit.days_of_week is None or day.isoweekday() % _WEEK in habit.days_of_week


def is_done(habit: Habit, completion: HabitCompletion) -> bool:
    """Whether the day was kept: marked done and, where a habit to build up has a target, with at least that.

    Done without a value means the target.
    """
    if completion.status != "done":
        return False
    target, value = habit.target_per_day, completion.value
    return habit.counting_type == "quit" or target is None or value is None or value >= target


def ledger_value(habit: Habit, contribution: Decimal, completion: HabitCompletion) -> Decimal | None:
    """What the day adds to a goal: `contribution` × its value, as amounts are kept; None: nothing.

    What was done counts even where it was less than the day's target. (CONTRACT §3, links)
    """
    if habit.completion_mode != "numeric" or completion.status != "done":
        return None
    value = _value(habit, completion.value)
    return None if value is None else stored(CONTEXT.multiply(contribution, value))


def rate(
    habit: Habit, completions: Iterable[HabitCompletion], today: date, days: int = RATE_DAYS
) -> Decimal | None:
    """Percent of the scheduled days that were done, of the `days` ending today; exact (DOMAIN §3).

    None when no day is left: none scheduled, all skipped, or created today and nothing said yet.
    """
    return _tally(habit, _by_day(completions, today), today, days).rate


def streaks(habit: Habit, completions: Iterable[HabitCompletion], today: date) -> tuple[int, int]:
    """Days kept in a row, (now, at best).

    Skipped and unscheduled days, and a today that may still be done, neither count nor break. Days before
    creation count where they were recorded. With `times_per_week`, a run goes on from week to week whose
    quota was met: n, less its share for days skipped or before creation; the present week breaks nothing.
    """
    found = runs(habit, completions, today)
    current = found[-1].kept if found and found[-1].goes_on else 0
    return current, max((run.kept for run in found), default=0)


def runs(habit: Habit, completions: Iterable[HabitCompletion], today: date) -> list[Run]:
    """Every run of days kept, as `streaks` counts them, in order; only the last one may go on."""
    said = _by_day(completions, today)
    if habit.counting_type == "create" and not said:
        return []
    found: list[Run] = []
    run: Run | None = None
    for days, is_broken in _steps(habit, said, today):
        if days:
            begun_on, kept = (run.from_on, run.kept) if run else (days[0], 0)
            run = Run(begun_on, days[-1], kept + len(days), goes_on=True)
        if is_broken and run is not None:
            found.append(msgspec.structs.replace(run, goes_on=False))
            run = None
    return found if run is None else [*found, run]


def habit_stats(habit: Habit, completions: Iterable[HabitCompletion], today: date) -> HabitStats:
    said = _by_day(completions, today)
    month, (current, best) = _tally(habit, said, today, RATE_DAYS), streaks(habit, said.values(), today)
    exact = month.rate
    return HabitStats(
        streak_current=current,
        streak_best=best,
        completion_rate30d=None if exact is None else percent2(exact),
        scheduled30=rounded(CONTEXT.divide(Decimal(month.asked), Decimal(_WEEK)), 2),
        done30=month.done,
        skipped30=month.skipped,
        total=_total(habit, said, today),
    )


def _by_day(completions: Iterable[HabitCompletion], today: date) -> _Said:
    """What was said of days up to today: what is said of tomorrow counts tomorrow."""
    return {each.date_key: each for each in completions if each.date_key <= today}


def _value(habit: Habit, value: Decimal | None) -> Decimal | None:
    return habit.target_per_day if value is None else value


def _verdict(habit: Habit, said: _Said, day: date, today: date) -> _Verdict | None:
    """How a day went; None where it asked for nothing, or is today and nothing was said of it yet."""
    if not is_scheduled(habit, day):
        return None
    completion = said.get(day)
    if completion is None:
        if day == today:
            return None
        return "done" if habit.counting_type == "quit" and day >= habit.created_on else "miss"
    if completion.status == "skip":
        return "skip"
    return "done" if is_done(habit, completion) else "miss"


def _verdicts(
    habit: Habit, said: _Said, first: date, last: date, today: date
) -> Iterator[tuple[date, _Verdict | None]]:
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        yield day, _verdict(habit, said, day, today)


def _tally(habit: Habit, said: _Said, today: date, days: int) -> _Tally:
    first = max(habit.created_on, today - timedelta(days - 1))
    found = [verdict for _, verdict in _verdicts(habit, said, first, today, today)]
    done = found.count("done")
    asked = (done + found.count("miss")) * (_quota(habit) or _WEEK)
    return _Tally(asked, done, found.count("skip"))


def _quota(habit: Habit) -> int | None:
    """How often a week, for a habit that leaves the days free; a plain weekly one asks for once."""
    if habit.frequency == "weekly" and habit.days_of_week is None:
        return habit.times_per_week or 1
    return habit.times_per_week


def _steps(habit: Habit, said: _Said, today: date) -> Iterator[tuple[list[date], bool]]:
    """Days kept, and whether the run ends after them: day by day, or week by week with a quota."""
    first = min([*said, habit.created_on] if habit.counting_type == "quit" else said)
    quota = _quota(habit)
    if quota is None:
        for day, verdict in _verdicts(habit, said, first, today, today):
            kept = [day] if verdict == "done" else []
            yield kept, verdict == "miss" and not _may_still_be_done(said, day, today)
        return
    monday = bucket_start(first, "week")
    while monday <= today:
        end = bucket_end(monday, "week")
        week = {
            day: verdict
            for day, verdict in _verdicts(habit, said, monday, min(end, today), today)
            if day >= habit.created_on or day in said
        }
        done = [day for day, verdict in week.items() if verdict == "done"]
        skipped = sum(verdict == "skip" for verdict in week.values())
        asked = quota * (len(week) - skipped) // _WEEK
        yield done, end < today and (len(done) < asked or not week)
        monday = end + _ONE_DAY


def _may_still_be_done(said: _Said, day: date, today: date) -> bool:
    """Whether the day is today and only part of its target was reached."""
    return day == today and said[day].status == "done"


def _total(habit: Habit, said: _Said, today: date) -> int:
    recorded = sum(is_done(habit, completion) for completion in said.values())
    if habit.counting_type == "create":
        return recorded
    unsaid = (
        verdict for day, verdict in _verdicts(habit, said, habit.created_on, today, today) if day not in said
    )
    return recorded + sum(verdict == "done" for verdict in unsaid)


def _schedule_faults(habit: Habit) -> Iterator[Fault]:
    weekdays, times = habit.days_of_week, habit.times_per_week
    if habit.frequency == "daily":
        for name, given in (("daysOfWeek", weekdays), ("timesPerWeek", times)):
            if given is not None:
                yield Fault(name, "not_allowed", "A daily habit is for every day; use weekly or custom.")
        return
    if weekdays is not None and times is not None:
        yield Fault("timesPerWeek", "not_allowed", "Either certain days or a number of days.")
    elif habit.frequency == "custom" and weekdays is None and times is None:
        yield Fault("daysOfWeek", "required", "A custom habit needs daysOfWeek or timesPerWeek.")
    if weekdays is not None:
        if not weekdays or any(not 0 <= number < _WEEK for number in weekdays):
            yield Fault("daysOfWeek", "out_of_range", "Numbers from 0 (Sunday) to 6, at least one.")
        elif len(set(weekdays)) < len(weekdays):
            yield Fault("daysOfWeek", "duplicate", "Each day once.")
    if times is not None and not 1 <= times <= _WEEK:
        yield Fault("timesPerWeek", "out_of_range", "From 1 to 7.")


def _measure_faults(habit: Habit) -> Iterator[Fault]:
    target = habit.target_per_day
    if target is None:
        return
    if habit.completion_mode == "boolean":
        yield Fault("targetPerDay", "not_allowed", "Only a numeric habit has one.")
    elif target <= ZERO:
        yield Fault("targetPerDay", "out_of_range", "Greater than 0.")
