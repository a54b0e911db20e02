"""An independent answer to what a goal's document must say: its facts, walked one by one in fractions.

It shares no code with the product and knows no totals: whatever it tells, it counts from the beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

DAY = timedelta(1)
UNITS = {
    "kg": Fraction(1),
    "g": Fraction(1, 1000),
    "lb": Fraction("0.45359237"),
    "oz": Fraction("0.028349523125"),
    "st": Fraction("6.35029318"),
    "seconds": Fraction(1),
    "minutes": Fraction(60),
    "hours": Fraction(3600),
    "days": Fraction(86400),
}
"""Kilograms or seconds."""
PACE = (
    *("status", "requiredPerDay", "actualPerDay", "expectedValue", "expectedPercent", "daysLeft", "safeDays"),
    *("nextNeeded", "projectedDate", "projectedValue", "confidence"),
)


def rounded(value: Fraction, places: int) -> Fraction:
    """Half-even, as `round` of a fraction is."""
    return Fraction(round(value * 10**places), 10**places)


def told_in(value: Fraction, unit: str | None, wanted: str | None) -> Fraction:
    if unit is None or unit == wanted or wanted is None or unit not in UNITS:
        return value
    return rounded(value * UNITS[unit] / UNITS[wanted], 6)


@dataclass
class Fact:
    """A check-in that stands, as it was sent; `at` is the createdAt that it was answered with."""

    id: str
    value: Fraction | None
    unit: str | None
    mode: str | None
    day: date
    at: str

    @property
    def moment(self) -> datetime:
        """`at` to compare by: as texts, a whole second comes after its own fractions."""
        return datetime.fromisoformat(self.at)


@dataclass
class Mark:
    """A milestone with what was given for it: a percent of the way or a value."""

    id: str
    percent: Fraction | None = None
    value: Fraction | None = None
    is_ticked: bool = False


@dataclass
class Target:
    """What was aimed at from a local day on."""

    from_on: date
    value: Fraction | None
    distance: Fraction | None
    until_on: date | None


@dataclass
class Goal:
    """A goal as its owner told it, with every fact that stands."""

    id: str
    metric: str
    direction: str
    mode: str
    created_on: date
    unit: str | None = None
    initial: Fraction | None = None
    target: Fraction | None = None
    distance: Fraction | None = None
    start_on: date | None = None
    target_on: date | None = None
    status: str = "active"
    status_before: str = "active"
    is_deleted: bool = False
    auto_complete: bool = False
    completed_on: date | None = None
    is_completed_by_fact: bool = False
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)

    # The fold -----------------------------------------------------------------------------

    @property
    def beginning(self) -> Fraction | None:
        """What is stood on before the first fact."""
        is_sum = self.mode == "increment" and self.metric != "none"
        return Fraction(0) if self.initial is None and is_sum else self.initial

    @property
    def ordered(self) -> list[Fact]:
        return sorted(self.facts.values(), key=lambda fact: (fact.day, fact.moment, fact.id))

    def trail(self) -> Iterator[tuple[Fact, Fraction]]:
        """Every fact that gives a value, with the value after it."""
        value = self.beginning
        for fact in self.ordered:
            if fact.value is None:
                continue
            moved = told_in(fact.value, fact.unit, self.unit)
            if (fact.mode or self.mode) == "measure":
                value = moved
            elif value is None:
                continue
            elif self.direction == "neutral":
                value += abs(moved)
            else:
                value += moved if self.direction == "increase" else -moved
            yield fact, value

    @property
    def base(self) -> Fraction | None:
        """What gains are counted from: the beginning, else the earliest measurement."""
        if self.beginning is not None:
            return self.beginning
        for fact in self.ordered:
            if fact.value is not None and (fact.mode or self.mode) == "measure":
                return told_in(fact.value, fact.unit, self.unit)
        return None

    @property
    def current(self) -> Fraction | None:
        value = self.base
        for _, after in self.trail():
            value = after
        return value

    def value_on(self, day: date) -> Fraction | None:
        """The value at a day's end; before the first fact it is the base."""
        value = self.base
        for fact, after in self.trail():
            if fact.day <= day:
                value = after
        return value

    def gain_of(self, value: Fraction | None) -> Fraction:
        base = self.base
        if base is None or value is None:
            return Fraction(0)
        if self.direction == "neutral":
            return abs(value - base)
        return value - base if self.direction == "increase" else base - value

    def span_to(self, target: Fraction | None, distance: Fraction | None) -> Fraction | None:
        if distance is not None:
            return distance
        if target is None:
            return None
        if self.direction == "neutral":
            return abs(target)
        return None if self.base is None else abs(target - self.base)

    @property
    def span(self) -> Fraction | None:
        return self.span_to(self.target, self.distance)

    @property
    def has_been_there(self) -> bool:
        span = self.span
        return span is not None and any(self.gain_of(value) >= span for _, value in self.trail())

    @property
    def is_there(self) -> bool:
        return self.metric != "none" and self.span is not None and self.gain_of(self.current) >= self.span

    # Percent and milestones ---------------------------------------------------------------

    def percent_at(self, value: Fraction | None) -> Fraction | None:
        span, gain = self.span, self.gain_of(value)
        if span is None or value is None:
            return None
        if span == 0:
            return Fraction(100 if gain >= 0 else 0)
        percent = rounded(100 * gain / span, 2)
        return Fraction("99.99") if percent >= 100 and gain < span else percent

    def target_of(self, day: date) -> Target:
        in_force = self.targets[0]
        for target in self.targets[1:]:
            if target.from_on <= day:
                in_force = target
        return in_force

    def completed_at(self, mark: Mark) -> str | None:
        """When the first fact was told after which the milestone's place was reached."""
        for fact, value in self.trail():
            if mark.value is not None:
                needed: Fraction | None = self.gain_of(mark.value)
            else:
                aim = self.target_of(fact.day)
                span = self.span_to(aim.value, aim.distance)
                needed = None if span is None else span * (mark.percent or 0) / 100
            if needed is not None and self.gain_of(value) >= needed:
                return fact.at
        return None

    def placed(self, mark: Mark) -> tuple[Fraction | None, Fraction | None]:
        """Its targetPercent and targetValue as they are shown."""
        if mark.value is not None:
            percent = self.percent_at(mark.value)
            return percent and max(Fraction("0.01"), min(Fraction(100), percent)), mark.value
        span, base = self.span, self.base
        if span is None or base is None or mark.percent is None:
            return mark.percent, None
        way = span * mark.percent / 100
        return mark.percent, rounded(base - way if self.direction == "decrease" else base + way, 6)

    def milestones(self) -> list[dict[str, Any]]:
        """By percent; the milestones of a goal without a metric are not judged here."""
        shown, begin = [], Fraction(0)
        for mark in sorted(self.marks.values(), key=lambda mark: self.placed(mark)[0] or Fraction(0)):
            percent, value = self.placed(mark)
            told = {"id": mark.id, "fromPercent": begin, "targetPercent": percent, "targetValue": value}
            if self.metric != "none":
                told["completedAt"] = self.completed_at(mark)
            shown.append(told)
            begin = percent or begin
        return shown

    # The document -------------------------------------------------------------------------

    @property
    def earned(self) -> Fraction:
        if self.metric == "none":
            ticked = sum(mark.is_ticked for mark in self.marks.values())
            return rounded(Fraction(100 * ticked, len(self.marks)), 2) if ticked else Fraction(0)
        return max(Fraction(0), min(Fraction(100), self.percent_at(self.current) or Fraction(0)))

    @property
    def raw(self) -> Fraction:
        return self.earned if self.metric == "none" else self.percent_at(self.current) or Fraction(0)

    @property
    def was_completed(self) -> bool:
        return (self.status_before if self.status == "archived" else self.status) == "completed"

    def document(self, today: date) -> dict[str, Any]:
        """The fields of the document that are the server's to tell."""
        is_measured = self.metric != "none"
        show = "archived" if self.status == "archived" else "active"
        return {
            "status": self.status,
            "showStatus": "deleted" if self.is_deleted else show,
            "completedDate": self.completed_on and self.completed_on.isoformat(),
            "initialValue": self.base if is_measured else None,
            "targetValue": self.target,
            "currentValue": self.current if is_measured else Fraction(0),
            "rawPercent": self.raw,
            "progressPercent": Fraction(100) if self.was_completed else self.earned,
            "checkInCount": len(self.facts),
            "lastCheckInAt": max(self.facts.values(), key=lambda fact: fact.moment).at
            if self.facts
            else None,
            "milestones": self.milestones(),
            "pace": Course(self, today).pace(),
        }

    def months(self, first: date, last: date) -> list[dict[str, Any]]:
        """Value at the end of each month from `first` to `last`, and what was added in it."""
        told, day = [], first
        while day <= last:
            after = (day.replace(day=1) + 31 * DAY).replace(day=1)
            end = min(after - DAY, last)
            value, before = self.value_on(end), self.value_on(day - DAY)
            added = Fraction(0) if value is None or before is None else value - before
            told.append({"from": day.isoformat(), "to": end.isoformat(), "value": value, "added": added})
            day = after
        return told


class Course:
    """DOMAIN §6, in active days counted one by one."""

    def __init__(self, goal: Goal, today: date) -> None:
        self.goal, self.today = goal, today
        self.paused = {
            from_on + n * DAY
            for from_on, to_on in goal.pauses
            for n in range(((to_on or today) - from_on).days)
        }
        self.start = goal.start_on or goal.created_on
        is_measured = goal.metric != "none"
        self.base = goal.base if is_measured else Fraction(0)
        self.current = goal.current if is_measured else goal.earned
        self.gained = goal.gain_of(goal.current) if is_measured else goal.earned
        self.span = goal.span if is_measured else Fraction(100)
        self.elapsed = self.days(self.start, today)
        self.window = self._window()
        self.rate = sum(self.window, Fraction(0)) / len(self.window)

    def days(self, since: date, until: date) -> int:
        """Active days in [since, until), counted backwards when they lie so."""
        if until < since:
            return -self.days(until, since)
        return (until - since).days - sum(since <= day < until for day in self.paused)

    def after(self, since: date, count: int) -> date:
        day = since + count * DAY
        while (missing := count - self.days(since, day)) > 0:
            day += missing * DAY
        return day

    def _window(self) -> list[Fraction]:
        """What each of the last active days gained, today first."""
        days, day = [self.today], self.today
        while len(days) < max(1, min(30, self.elapsed)):
            day -= DAY
            if day not in self.paused:
                days.append(day)
        if self.goal.metric == "none":
            return [Fraction(0) for _ in days]
        ends = {day: self.goal.gain_of(self.goal.value_on(day)) for day in {*days, *(d - DAY for d in days)}}
        return [ends[day] - ends[day - DAY] for day in days]

    def line(self, whole: Fraction, elapsed: int) -> Fraction:
        total = self.total
        return whole * max(0, min(elapsed, total)) / total

    @property
    def total(self) -> int:
        return max(1, self.days(self.start, self.goal.target_on or self.start))

    def directed(self, gain: Fraction, start: Fraction) -> Fraction:
        goal = self.goal
        is_down = goal.metric != "none" and goal.direction == "decrease"
        return rounded(start - gain if is_down else start + gain, 6)

    def pace(self) -> dict[str, Any]:
        goal, today = self.goal, self.today
        told: dict[str, Any] = dict.fromkeys(PACE)
        if goal.is_deleted or goal.status == "archived":
            return told
        if goal.status == "completed":
            return told | {"status": "completed"}
        remaining = None if self.span is None else max(Fraction(0), self.span - self.gained)
        told["status"] = self.status(remaining)
        told["actualPerDay"] = rounded(self.rate, 6)
        if remaining is not None and self.rate > 0:
            day = self.after(today, -((-remaining) // self.rate)) if remaining / self.rate < 100_000 else None
            told["projectedDate"] = day.isoformat() if day and day.year <= 2200 else None
        if self.elapsed >= 5:
            told["confidence"] = self.confidence()
        if goal.target_on is None:
            return told
        left = self.days(today, goal.target_on)
        told["daysLeft"] = left
        told["expectedPercent"] = rounded(self.line(Fraction(100), self.elapsed), 2)
        if self.span is None or remaining is None:
            return told
        told["requiredPerDay"] = rounded(remaining / max(1, left), 6)
        if self.base is not None:
            told["expectedValue"] = self.directed(self.line(self.span, self.elapsed), self.base)
        if self.current is not None and self.base is not None:
            is_mirrored = goal.direction == "neutral" and self.current < self.base
            ahead = self.rate * max(0, left)
            told["projectedValue"] = self.directed(-ahead if is_mirrored else ahead, self.current)
        told["safeDays"], told["nextNeeded"] = self.slack()
        return told

    def slack(self) -> tuple[int, dict[str, Any] | None]:
        """How many days of the line are covered already, and what is needed next."""
        assert self.span is not None
        if self.span == 0:
            covered = self.total if self.gained >= 0 else 0
        else:
            covered = self.gained * self.total // self.span
        safe = max(-1_000_000, min(1_000_000, covered - self.elapsed))
        if self.gained >= self.span:
            return safe, None
        due = self.line(self.span, self.elapsed) - self.gained
        if due > 0:
            return safe, {"amount": rounded(due, 6), "by": self.today.isoformat()}
        day = self.after(self.start, covered + 1)
        amount = self.line(self.span, covered + 1) - self.gained
        return safe, {"amount": rounded(amount, 6), "by": day.isoformat()} if day.year <= 2200 else None

    def status(self, remaining: Fraction | None) -> str:  # noqa: PLR0911  # the first that fits
        goal, today = self.goal, self.today
        if goal.status == "paused":
            return "paused"
        if today < self.start:
            return "not_started"
        if goal.target_on is None:
            return "no_deadline"
        if today > goal.target_on:
            return "overdue"
        is_silent = all(fact.day > today for fact in goal.facts.values())
        if self.elapsed < 3 or (is_silent and self.elapsed < 7) or remaining is None:
            return "insufficient_data"
        required = remaining / max(1, self.days(today, goal.target_on))
        if required <= 0:
            return "ahead"
        for least, status in (("1.10", "ahead"), ("0.95", "on_track"), ("0.75", "at_risk")):
            if self.rate >= Fraction(least) * required:
                return status
        return "recovering" if sum(self.window[:3], Fraction(0)) / 3 >= required else "behind"

    def confidence(self) -> Fraction:
        if self.rate <= 0:
            return Fraction(0)
        mean = self.rate
        variance = sum(((value - mean) ** 2 for value in self.window), Fraction(0)) / len(self.window)
        with localcontext(prec=60):
            squared = variance / mean**2
            spread = (Decimal(squared.numerator) / Decimal(squared.denominator)).sqrt()
        return rounded(1 - min(Fraction(1), Fraction(spread)), 2)
