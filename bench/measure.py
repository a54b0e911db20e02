"""Interleaved rounds and the ratios that come of them.

It knows no server and no database: contestants are functions that give a rate.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Literal, TypeAlias

import msgspec

Contestant: TypeAlias = Callable[[float], float]
"""Seconds to run for → operations per second."""
Rates: TypeAlias = Mapping[str, Sequence[float]]
"""Contestant → its rate in each round."""


class Effort(msgspec.Struct, frozen=True):
    """How long to measure."""

    rounds: int
    seconds: float


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the table. `ratio` is the median over rounds, each round a ratio of its own.

    Without rates it is no ratio but a figure, in the unit that `reference` names.
    """

    what: str
    database: str
    reference: str
    ours_per_second: float | None
    reference_per_second: float | None
    ratio: float
    lowest: float
    highest: float
    goal: float | None
    sense: Literal["at least", "at most"] = "at least"

    @property
    def is_met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.sense == "at least" else self.ratio <= self.goal


def figure(
    what: str,
    database: str,
    figures: Sequence[float],
    unit: str,
    goal: float | None,
    sense: Literal["at least", "at most"] = "at least",
) -> Row:
    """A row that is no ratio."""
    return Row(
        what=what,
        database=database,
        reference=unit,
        ours_per_second=None,
        reference_per_second=None,
        ratio=median(figures),
        lowest=min(figures),
        highest=max(figures),
        goal=goal,
        sense=sense,
    )


def rates(contestants: Mapping[str, Contestant], effort: Effort) -> Rates:
    """Warm everybody up, then let all run in every round, each time another one first."""
    for contestant in contestants.values():
        contestant(effort.seconds / 2)
    measured: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(effort.rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            measured[name].append(contestants[name](effort.seconds))
    return measured


def speed(what: str, database: str, measured: Rates, reference: str, goal: float | None) -> Row:
    """How many times the reference's speed "ours" has; the more the better."""
    ratios = [ours / theirs for ours, theirs in zip(measured["ours"], measured[reference], strict=True)]
    return _row(what, database, measured, reference, ratios, goal, "at least")


def cost(what: str, database: str, measured: Rates, reference: str, goal: float) -> Row:
    """How many times the reference's time "ours" takes; the less the better."""
    ratios = [theirs / ours for ours, theirs in zip(measured["ours"], measured[reference], strict=True)]
    return _row(what, database, measured, reference, ratios, goal, "at most")


def _row(
    what: str,
    database: str,
    measured: Rates,
    reference: str,
    ratios: Sequence[float],
    goal: float | None,
    sense: Literal["at least", "at most"],
) -> Row:
    return Row(
        what=what,
        database=database,
        reference=reference,
        ours_per_second=median(measured["ours"]),
        reference_per_second=median(measured[reference]),
        ratio=median(ratios),
        lowest=min(ratios),
        highest=max(ratios),
        goal=goal,
        sense=sense,
    )
