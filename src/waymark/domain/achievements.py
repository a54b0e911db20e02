"""Achievements: the catalogue, how far each of them is, and the level that their points come to.

Pure: what is measured comes as numbers; where they are counted is not known here.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from math import isqrt
from typing import Final, Literal, Protocol, TypeAlias
from uuid import UUID, uuid5

import msgspec

from waymark.domain.amounts import CONTEXT, percent2
from waymark.domain.progress import HUNDRED, Aim, gained, span
from waymark.domain.records import Record
from waymark.domain.vocabulary import Direction

Measure: TypeAlias = Literal[
    "check_ins",
    "milestones_reached",
    "goals_completed",
    "savings_reached",
    "debts_closed",
    "best_streak",
    "focus_minutes",
]
Unit: TypeAlias = Literal["check_ins", "milestones", "goals", "debts", "days", "minutes"]
Measures: TypeAlias = Mapping[Measure, int]

STEP_XP: Final = 50
"""Level n begins at 50·n·(n−1) XP: 0, 100, 300, 600, 1000 … each level asks for 100 more than the last."""
NAMESPACE: Final = UUID("5d0c6c0e-6c53-5a2f-9a8e-2f1f6f1f4a57")


class Honour(msgspec.Struct, frozen=True, kw_only=True):
    """One achievement of the catalogue: earned while its measure is at least the threshold."""

    key: str
    """Never another meaning, and never removed: earned ones are stored by it."""
    title: str
    description: str
    icon: str
    """Name of a Lucide icon."""
    xp: int
    measure: Measure
    unit: Unit
    threshold: int

    @property
    def id(self) -> str:
        """The id of its record, the same for every user: so that earning it twice is once."""
        return str(uuid5(NAMESPACE, self.key))

    def is_earned(self, measured: Measures) -> bool:
        return measured[self.measure] >= self.threshold


class Achievement(Record, frozen=True, kw_only=True):
    """That a user earned an honour; deleted while it is taken back."""

    key: str
    earned_at: datetime


class Level(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far the points of what is earned lead; `progressPercent` is the way to the next level."""

    level: int
    xp: int
    xp_from: int
    """XP at which the level began."""
    xp_for_next: int
    """XP at which the next one begins."""
    progress_percent: Decimal
    earned: int
    total: int


class Saving(Aim, Protocol):
    """What of a goal tells whether it was saved."""

    @property
    def direction(self) -> Direction: ...
    @property
    def initial_value(self) -> Decimal | None: ...
    @property
    def current_value(self) -> Decimal | None: ...


def _row(measure: Measure, unit: Unit, icon: str, *steps: tuple[int, int, str, str]) -> Iterable[Honour]:
    for threshold, xp, title, description in steps:
        yield Honour(
            key=f"{measure}_{threshold}",
            title=title,
            description=description,
            icon=icon,
            xp=xp,
            measure=measure,
            unit=unit,
            threshold=threshold,
        )


CATALOGUE: Final[Mapping[str, Honour]] = {
    honour.key: honour
    for honour in (
        # Only the first check-in: counting them further would cost something at every one.
        *_row("check_ins", "check_ins", "footprints", (1, 10, "First step", "Check in for the first time.")),
        *_row(
            "milestones_reached",
            "milestones",
            "flag",
            (1, 20, "On the way", "Reach a milestone."),
            (10, 100, "Ten flags", "Reach 10 milestones."),
            (50, 400, "Surveyor", "Reach 50 milestones."),
        ),
        *_row(
            "goals_completed",
            "goals",
            "trophy",
            (1, 50, "Finisher", "Complete a goal."),
            (5, 200, "Habitual finisher", "Complete 5 goals."),
            (25, 800, "Grand finisher", "Complete 25 goals."),
        ),
        *_row("savings_reached", "goals", "piggy-bank", (1, 100, "Saved", "Save all that a goal asks for.")),
        *_row("debts_closed", "debts", "unlink", (1, 100, "Free of it", "Pay a debt to its end.")),
        *_row(
            "best_streak",
            "days",
            "flame",
            (7, 40, "A week of it", "Keep a habit 7 times in a row."),
            (30, 150, "A month of it", "Keep a habit 30 times in a row."),
            (100, 500, "Second nature", "Keep a habit 100 times in a row."),
        ),
        *_row(
            "focus_minutes",
            "minutes",
            "timer",
            (60, 20, "An hour", "Focus for an hour in all."),
            (600, 100, "Ten hours", "Focus for 10 hours in all."),
            (6_000, 400, "A hundred hours", "Focus for 100 hours in all."),
        ),
    )
}
THRESHOLDS: Final[Mapping[Measure, tuple[Honour, ...]]] = {
    measure: tuple(honour for honour in CATALOGUE.values() if honour.measure == measure)
    for measure in dict.fromkeys(honour.measure for honour in CATALOGUE.values())
}
"""The honours of each measure, lowest first."""


def progress_percent(honour: Honour, measured: Measures) -> Decimal:
    """How far one is toward it, 0 to 100; 100 only when it is earned."""
    reached = min(measured[honour.measure], honour.threshold)
    return percent2(CONTEXT.divide(HUNDRED * reached, Decimal(honour.threshold)))


def is_in_line(measured: Measures, held: Collection[str]) -> bool:
    """Whether just what the facts earn is held."""
    return all(honour.is_earned(measured) == (honour.key in held) for honour in CATALOGUE.values())


def level(earned: Iterable[Honour]) -> Level:
    """The level of what is earned: the highest n with 50·n·(n−1) ≤ XP."""
    held = list(earned)
    xp = sum(honour.xp for honour in held)
    number = (1 + isqrt(1 + 4 * (xp // STEP_XP))) // 2
    begin, end = _begins_at(number), _begins_at(number + 1)
    return Level(
        level=number,
        xp=xp,
        xp_from=begin,
        xp_for_next=end,
        progress_percent=percent2(CONTEXT.divide(HUNDRED * (xp - begin), Decimal(end - begin))),
        earned=len(held),
        total=len(CATALOGUE),
    )


def _begins_at(number: int) -> int:
    return STEP_XP * number * (number - 1)


def is_saved(goal: Saving) -> bool:
    """Whether all was saved that the goal asks for: gained ≥ span, however it was completed (DOMAIN §3)."""
    way = span(goal.direction, goal.initial_value, goal)
    if goal.initial_value is None or goal.current_value is None or way is None:
        return False
    return gained(goal.direction, goal.initial_value, goal.current_value) >= way


def steps_of(best: int) -> int:
    """How many honours of streaks a best streak comes to."""
    return sum(best >= honour.threshold for honour in THRESHOLDS["best_streak"])
