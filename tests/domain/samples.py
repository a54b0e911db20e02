"""Goals, facts and milestones for the tests of the domain: sensible defaults, anything can be said otherwise.

No expected value lives here.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from waymark.domain.records import CheckIn, Goal, Milestone, TargetVersion

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    """1 is 1 January 2026."""
    return FIRST + timedelta(number - 1)


def goal(**said: Any) -> Goal:
    known: dict[str, Any] = {
        "user_id": "u",
        "id": "g",
        "created_at": NOON,
        "updated_at": NOON,
        "created_on": FIRST,
        "title": "Sample",
        "metric_type": "custom",
        "unit": "pages",
        "target_value": Decimal(100),
    }
    return Goal(**known | exact(said))


def fact(on: int, value: str | None, number: int = 0, **said: Any) -> CheckIn:
    """A check-in on the n-th day; `number` orders those of a day."""
    known: dict[str, Any] = {
        "user_id": "u",
        "goal_id": "g",
        "id": f"{on:05}-{number:05}",
        "created_at": NOON + timedelta(seconds=number),
        "updated_at": NOON,
        "date_key": day(on),
        "value": None if value is None else Decimal(value),
    }
    return CheckIn(**known | said)


def milestone(percent: str, **said: Any) -> Milestone:
    known: dict[str, Any] = {
        "user_id": "u",
        "goal_id": "g",
        "id": percent,
        "created_at": NOON,
        "updated_at": NOON,
        "title": f"{percent} %",
        "ordinal": 1,
        "target_percent": Decimal(percent),
    }
    return Milestone(**known | exact(said))


def version(from_day: int, target: str, on: int | None = None) -> TargetVersion:
    """A target in force from the n-th day, to be reached on day `on`."""
    return TargetVersion(
        user_id="u",
        goal_id="g",
        from_on=day(from_day),
        target_value=Decimal(target),
        progress_target_value=None,
        target_on=None if on is None else day(on),
    )


def row(*values: Any) -> Any:
    """Values beside each other, to compare Decimals with plain numbers."""
    return values


def exact(said: dict[str, Any]) -> dict[str, Any]:
    """Values may be said as text: `target_value="80"`."""
    return {
        name: Decimal(value) if name.endswith("_value") and isinstance(value, str) else value
        for name, value in said.items()
    }
