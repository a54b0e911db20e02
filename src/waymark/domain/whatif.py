"""What if: the pace and projection a goal would have with more each month, another target or a pause.

The same rules as for the goal as it is, over changed values; nothing is stored and no fact is invented.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from waymark.domain import goal as definitions
from waymark.domain.amounts import CONTEXT, ZERO, rounded
from waymark.domain.days import LATEST_ON
from waymark.domain.pace import Pace, PaceFacts, pace, window_days
from waymark.domain.progress import standing
from waymark.domain.records import Goal, Pause
from waymark.domain.series import ProjectedPoint, projection
from waymark.errors import Fault

DAYS_PER_MONTH: Final = Decimal("365.2425") / 12
"""The Gregorian calendar's mean month, 30.436875 days."""
_SIMULATED: Final = frozenset({"targetValue", "targetDate"})


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What would be otherwise; None leaves it as it is."""

    add_per_month: Decimal | None = None
    """Gained on top of the goal's own rate, in goal units (percent without a metric); may be negative."""
    target_on: date | None = None
    target_value: Decimal | None = None
    pause_from_on: date | None = None
    pause_to_on: date | None = None
    """Last day of the pause."""


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /goals/{id}/simulate` (CONTRACT §3)."""

    pace: Pace
    projection: list[ProjectedPoint]


def scenario_faults(goal: Goal, scenario: Scenario, today: date) -> list[Fault]:
    """Everything that is wrong with a scenario, at once, by wire field.

    A target is judged as if the goal were changed to it.
    """
    draft = definitions.draft_of(_supposed(goal, scenario))
    found = [fault for fault in definitions.faults(draft) if fault.field in _SIMULATED]
    return [*found, *_pause_faults(scenario, today)]


def simulation(facts: PaceFacts, scenario: Scenario) -> Simulation:
    """Pace and projection as they would be; `facts` are the goal's as it stands (DOMAIN §6).

    What is added each month is spread evenly over the active days of the window that makes the rate.
    """
    supposed, way = _supposed(facts.goal, scenario), facts.way
    if supposed.metric_type != "none":
        way = standing(supposed, way.base, way.current)
    added = rounded(CONTEXT.divide(scenario.add_per_month or ZERO, DAYS_PER_MONTH), 12)
    gains = {day: facts.gains.get(day, ZERO) + added for day in window_days(supposed, facts.today)}
    told = pace(replace(facts, goal=supposed, way=way, gains=gains))
    return Simulation(pace=told, projection=projection(supposed, way, told, facts.today))


def _supposed(goal: Goal, scenario: Scenario) -> Goal:
    pauses = goal.pauses
    if scenario.pause_from_on is not None and scenario.pause_to_on is not None:
        pauses = (*pauses, Pause(scenario.pause_from_on, scenario.pause_to_on + timedelta(1)))
    return replace(
        goal,
        target_on=scenario.target_on or goal.target_on,
        target_value=goal.target_value if scenario.target_value is None else scenario.target_value,
        pauses=pauses,
    )


def _pause_faults(scenario: Scenario, today: date) -> Iterator[Fault]:
    first, last = scenario.pause_from_on, scenario.pause_to_on
    if first is None or last is None:
        if last is not None:
            yield Fault("pauseFrom", "required", "A pause has a first and a last day.")
        elif first is not None:
            yield Fault("pauseTo", "required", "A pause has a first and a last day.")
        return
    if first < today:
        yield Fault("pauseFrom", "out_of_range", "Not before today.")
    if not first <= last <= LATEST_ON:
        yield Fault("pauseTo", "out_of_range", "Not before pauseFrom, nor after the year 2200.")
