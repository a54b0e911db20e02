"""Beeminder's goals as JSON, each with its datapoints: as its API gives them (api.beeminder.com, Goal).

Nothing is computed here of what a goal has reached.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import jiter
import msgspec

from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.imports import Entry, Repeats, made_id
from waymark.domain.amounts import MAX_AMOUNT, ZERO, stored
from waymark.domain.days import EARLIEST_ON, LATEST_ON, local_day
from waymark.domain.text import folded
from waymark.domain.vocabulary import MAX_CUSTOM_UNIT
from waymark.doors.files import File
from waymark.doors.reading import Reading
from waymark.errors import Fault, Invalid

NAMES: Final = {
    "title": "title",
    "description": "fineprint",
    "unit": "gunits",
    "initialValue": "initval",
    "targetValue": "goalval",
    "direction": "dir",
    "startDate": "initday",
    "targetDate": "goaldate",
    "note": "comment",
    "dateKey": "daystamp",
}
"""Field of the goal or fact → Beeminder's attribute."""
_WEIGHTS: Final = {"lbs": "lb", "pound": "lb", "pounds": "lb", "kgs": "kg", "kilograms": "kg"}
_DURATIONS: Final = {"hour": "hours", "hrs": "hours", "minute": "minutes", "mins": "minutes"}
_SUMMED: Final = ("sum", None)
_MEASURED: Final = ("last", None)


class BeeminderGoal(msgspec.Struct, frozen=True):
    """A goal and its facts, oldest first."""

    goal: Entry[CreateGoal]
    facts: list[Entry[RecordCheckIn]]


def beeminder_goals(file: File, zone: str, reading: Reading) -> list[BeeminderGoal]:
    """The goals of a file, which holds one or a list of them; instants become days in `zone`.

    Invalid, with line and column, for what is no JSON, and for what is no goal with datapoints.
    """
    try:
        found = jiter.from_json(
            file.content.removeprefix(b"\xef\xbb\xbf"), float_mode="decimal", allow_inf_nan=False
        )
    except ValueError as error:
        raise Invalid(f"{file.name}: this is no JSON: {error}") from None
    goals = found if isinstance(found, list) else [found]
    read = []
    for index, goal in enumerate(goals):
        at = f"goals[{index}]." if isinstance(found, list) else ""
        if not isinstance(goal, dict) or not isinstance(goal.get("datapoints"), list):
            raise Invalid(
                f"{file.name}: {at or 'it '}has no datapoints."
                " Ask Beeminder for them: …/goals/GOAL.json?datapoints=true"
            )
        entry = _goal(goal, at, zone, reading)
        if entry is not None:
            read.append(BeeminderGoal(entry, _facts(goal, entry.id, at, zone, reading)))
    return read


def _goal(goal: Mapping[str, Any], at: str, zone: str, reading: Reading) -> Entry[CreateGoal] | None:
    slug = goal.get("slug")
    title = goal.get("title") or slug
    known = goal.get("id") or slug
    if not isinstance(known, str):
        reading.refuse(f"{at}slug", Fault("slug", "required", "A goal is known by its id or slug."))
        return None
    is_summed = goal.get("kyoom") is True
    is_rising = goal.get("dir") != -1
    if is_summed and not is_rising:
        fault = Fault("dir", "not_allowed", "A sum that goes down has no equal here.")
        reading.refuse(f"{at}{slug}", fault)
        return None
    if is_rising and goal.get("yaw") == -1:
        reading.notes["goal that is a limit: here it is something to reach"] += 1
    if goal.get("aggday") not in (_SUMMED if is_summed else _MEASURED):
        reading.notes["goal that aggregates its days (aggday): here every datapoint counts by itself"] += 1
    target_on, target, _ = _three(goal)
    initial = ZERO if is_summed else _number(goal.get("initval"))
    direction = "increase" if is_rising else "decrease"
    if initial is not None and target is not None and initial != target:
        direction = "increase" if target > initial else "decrease"
    elif initial == target:
        initial = None
    metric, unit = _measure(goal, is_summed=is_summed)
    fields = {
        "title": title,
        "description": goal.get("fineprint") or None,
        "goalType": "health" if metric == "weight" else "personal",
        "metricType": metric,
        "unit": unit,
        "checkInMode": "increment" if is_summed else "measure",
        "direction": direction,
        "initialValue": initial,
        "targetValue": target,
        "startDate": _day(goal.get("initday"), zone),
        "targetDate": _day(target_on, zone),
    }
    return reading.entry(CreateGoal, f"{at}{slug}", made_id("beeminder", known), fields)


def _three(goal: Mapping[str, Any]) -> tuple[object, Decimal | None, object]:
    """Goal date, value and rate: of the three one is left open, and told in `mathishard`."""
    told = goal.get("mathishard")
    full = told if isinstance(told, list) and len(told) == 3 else (None, None, None)  # noqa: PLR2004  # the three
    given = [goal.get(name) for name in ("goaldate", "goalval", "rate")]
    date, value, rate = (
        inferred if mine is None else mine for mine, inferred in zip(given, full, strict=True)
    )
    return date, _number(value), rate


def _measure(goal: Mapping[str, Any], *, is_summed: bool) -> tuple[str, str]:
    """Metric and unit."""
    unit = goal.get("gunits")
    unit = unit.strip()[:MAX_CUSTOM_UNIT] if isinstance(unit, str) and unit.strip() else "units"
    short = folded(unit)
    weight = _WEIGHTS.get(short, short)
    duration = _DURATIONS.get(short, short)
    if not is_summed and weight in {"kg", "lb", "st"}:
        return "weight", weight
    if is_summed and duration in {"hours", "minutes"}:
        return "duration", duration
    return "custom", unit


def _facts(
    goal: Mapping[str, Any], goal_id: str, at: str, zone: str, reading: Reading
) -> list[Entry[RecordCheckIn]]:
    repeats = Repeats()
    found: list[tuple[Decimal, Entry[RecordCheckIn]]] = []
    for index, point in enumerate(goal["datapoints"]):
        place = f"{at}datapoints[{index}]"
        if not isinstance(point, dict):
            reading.refuse(place, Fault("datapoint", "wrong_type", "An object."))
            continue
        if point.get("is_dummy") is True:
            reading.notes["datapoint that Beeminder made up (is_dummy): left out"] += 1
            continue
        value = _number(point.get("value"))
        if value is not None and value != point["value"]:
            reading.notes["value rounded to 15 digits and 6 decimals"] += 1
        known = point.get("id")
        timestamp = _number(point.get("timestamp"))
        day = _stamp(point.get("daystamp")) or _day(timestamp, zone)
        fields = {
            "value": point.get("value") if value is None else value,
            "note": point.get("comment") or None,
            "dateKey": day or "",
        }
        told = (str(day), str(value), str(fields["note"] or ""))
        fact_id = made_id(goal_id, known) if isinstance(known, str) else repeats.id(goal_id, *told)
        entry = reading.entry(RecordCheckIn, place, fact_id, fields)
        if entry is not None:
            found.append((timestamp or ZERO, entry))
    if len(found) > 1 and found[0][0] > found[-1][0]:
        found.reverse()  # newest first, as the API has them
    return [entry for _, entry in sorted(found, key=lambda each: each[0])]


def _number(value: object) -> Decimal | None:
    """A number as it is kept; what is none, or too large, stays for the command to refuse."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return stored(number) if number.copy_abs() <= MAX_AMOUNT else None


def _day(value: object, zone: str) -> str | None:
    """The local day of a Unix time; None for one outside the years that are kept."""
    seconds = _number(value)
    if seconds is None:
        return None
    try:
        day = local_day(datetime.fromtimestamp(int(seconds), UTC), zone, 0)
    except (OverflowError, ValueError, OSError):
        return None
    return str(day) if EARLIEST_ON <= day <= LATEST_ON else None


def _stamp(value: object) -> str | None:
    """`20150831` as a day."""
    if not isinstance(value, str) or len(value) != len("20150831"):
        return value if isinstance(value, str) else None
    return f"{value[:4]}-{value[4:6]}-{value[6:]}"
