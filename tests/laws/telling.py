"""Between the machine and the oracle: what commands make of the oracle's goal, and how answers are compared.

Nothing is sent here, and nothing of the product is used.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.laws.oracle import Fact, Goal, Target

WHOLE = {"count"}
OTHER_UNITS = {"weight": ("kg", "lb", "st", "g"), "duration": ("minutes", "hours", "seconds", "days")}
ALLOWED = {
    "active": {"pause", "complete", "archive", "delete"},
    "paused": {"resume", "complete", "archive", "delete"},
    "completed": {"reactivate", "archive", "delete"},
    "archived": {"restore", "delete"},
}


def stepped(goal: Goal, step: str, today: date) -> None:
    """DOMAIN §5, as far as the document tells of it."""
    if step == "pause":
        goal.pauses.append((_pause_begun(goal, today), None))
    elif step == "resume" or (step == "complete" and goal.status == "paused"):
        since = goal.pauses.pop()[0]
        if since < today:
            goal.pauses.append((since, today))
    if step == "archive":
        goal.status_before = goal.status
    if step == "delete" or (step == "restore" and goal.is_deleted):
        goal.is_deleted = step == "delete"
        return
    ends = {"pause": "paused", "complete": "completed", "archive": "archived", "restore": goal.status_before}
    goal.status = ends.get(step, "active")
    if step in {"complete", "reactivate"}:
        goal.completed_on, goal.is_completed_by_fact = today if step == "complete" else None, False


def _pause_begun(goal: Goal, today: date) -> date:
    """A pause that ended today goes on."""
    if goal.pauses and (goal.pauses[-1][1] or today) >= today:
        return goal.pauses.pop()[0]
    return today


def retarget(goal: Goal, today: date) -> None:
    """What is aimed at from today on, if it is anything else than before."""
    if goal.metric == "none":
        return
    now = Target(today, goal.target, goal.distance, goal.target_on)
    if not goal.targets:
        goal.targets = [now]
    elif aim_of(goal.targets[-1]) != aim_of(now):
        kept = [target for target in goal.targets if target.from_on < today]
        goal.targets = kept if kept and aim_of(kept[-1]) == aim_of(now) else [*kept, now]


def complete_by_itself(goal: Goal, today: date) -> None:
    if goal.auto_complete and goal.status == "active" and goal.is_there:
        stepped(goal, "complete", today)
        goal.is_completed_by_fact = True


def reopen(goal: Goal, today: date) -> None:
    """Once the fact that completed it by itself is gone."""
    if not goal.is_completed_by_fact or goal.has_been_there:
        return
    if goal.status == "archived":
        goal.status_before = "active"
        goal.completed_on, goal.is_completed_by_fact = None, False
    else:
        stepped(goal, "reactivate", today)


def aim_of(target: Target) -> tuple[object, ...]:
    return target.value, target.distance, target.until_on


def fraction(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def value_for(goal: Goal, value: Decimal, *, measured: bool) -> Decimal:
    if goal.metric in WHOLE:
        value = value.to_integral_value()
    return abs(value) if measured and goal.metric == "weight" else value


def body_of(fact: Fact) -> dict[str, Any]:
    body: dict[str, Any] = {"id": fact.id, "dateKey": fact.day.isoformat(), "note": "as it was"}
    if fact.mode is not None:
        body["mode"] = fact.mode
    if fact.value is not None:
        body |= {"value": str(decimal(fact.value)), "unit": fact.unit}
    return body


def standing(document: Any) -> Any:
    """A goal as it stands, without the traces that having been moved leaves."""
    if isinstance(document, dict):
        return {key: standing(each) for key, each in document.items() if key not in {"version", "updatedAt"}}
    return [standing(each) for each in document] if isinstance(document, list) else document


def differing(expected: Any, shown: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where what is shown is not what was expected; what was not expected may be anything."""
    if isinstance(expected, dict) and isinstance(shown, dict):
        for key, value in expected.items():
            yield from differing(value, shown.get(key, "absent"), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(shown, list) and len(expected) == len(shown):
        for index, (one, other) in enumerate(zip(expected, shown, strict=True)):
            yield from differing(one, other, f"{path}[{index}]")
    elif expected != shown:
        yield path, expected, shown
