"""The calendar of a user's goals: deadlines, milestones' due days and what is needed next (RFC 5545).

All of it are all-day events in the user's own days; nothing here writes or knows a secret.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from icalendar import Calendar, Event

from waymark import __version__
from waymark.domain.money import as_told
from waymark.domain.pace import NextNeeded
from waymark.domain.vocabulary import GoalStatus, MetricType
from waymark.store.database import Reader
from waymark.store.shared_links import CALENDAR

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
REFRESHED_EVERY: Final = timedelta(hours=1)
"""How often a calendar that heeds it asks again."""
_DONE: Final = "✓ "
_ONE_DAY: Final = timedelta(1)


class _Milestone(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    title: str
    due_date: date | None
    completed_at: datetime | None
    version: int
    updated_at: datetime


class _Pace(msgspec.Struct, frozen=True, rename="camel"):
    next_needed: NextNeeded | None


class _Goal(msgspec.Struct, frozen=True, rename="camel"):
    """What a calendar needs of a goal's document."""

    id: str
    title: str
    description: str | None
    status: GoalStatus
    metric_type: MetricType
    unit: str | None
    currency: str | None
    target_date: date | None
    progress_percent: Decimal
    milestones: list[_Milestone]
    pace: _Pace
    version: int
    updated_at: datetime


_GOAL: Final = msgspec.json.Decoder(_Goal)


async def calendar(reader: Reader, user_id: str) -> bytes:
    """The whole calendar; documents must be of the user's today. The same state gives the same bytes."""
    feed = Calendar()
    feed.add("prodid", f"-//Waymark//Waymark {__version__}//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("name", "Waymark")
    feed.add("x-wr-calname", "Waymark")
    feed.add("refresh-interval", REFRESHED_EVERY, parameters={"value": "DURATION"})
    feed.add("x-published-ttl", REFRESHED_EVERY)
    for body, day_began_at in await reader.all(CALENDAR, user_id=user_id):
        for event in _events(_GOAL.decode(body), day_began_at):
            feed.add_component(event)
    whole: bytes = feed.to_ical()
    return whole


def _events(goal: _Goal, day_began_at: datetime) -> Iterator[Event]:
    share = f"{goal.progress_percent:f} %"
    if goal.target_date is not None:
        mark = _DONE if goal.status == "completed" else ""
        about = share if goal.description is None else f"{share}\n\n{goal.description}"
        yield _event(
            f"deadline-{goal.id}",
            goal.target_date,
            f"{mark}{goal.title}",
            about,
            goal.version,
            goal.updated_at,
        )
    for milestone in goal.milestones:
        if milestone.due_date is not None:
            mark = _DONE if milestone.completed_at is not None else ""
            yield _event(
                f"milestone-{milestone.id}",
                milestone.due_date,
                f"{mark}{milestone.title} ({goal.title})",
                f"Milestone of {goal.title}",
                milestone.version,
                milestone.updated_at,
            )
    needed = goal.pace.next_needed
    if needed is not None and goal.status == "active":
        unit = "%" if goal.metric_type == "none" else goal.currency or goal.unit
        amount = f"{as_told(needed.amount, goal.metric_type, goal.currency):f}"
        # It moves with the day, though the goal does not: the day counts as a revision.
        yield _event(
            f"next-{goal.id}",
            needed.by,
            f"{goal.title}: {amount}" if unit is None else f"{goal.title}: {amount} {unit}",
            f"What brings the goal to its line. {share}",
            goal.version + day_began_at.toordinal(),
            max(goal.updated_at, day_began_at),
        )


def _event(name: str, on: date, summary: str, about: str, revision: int, changed_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}@waymark")
    event.add("dtstart", on)
    event.add("dtend", on + _ONE_DAY)
    event.add("summary", summary)
    event.add("description", about)
    event.add("transp", "TRANSPARENT")
    event.add("sequence", revision)
    # Not the time of the request: the same event is the same bytes.
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    return event
