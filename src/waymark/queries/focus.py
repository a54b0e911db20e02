"""Focus sessions as readers see them, and what they add up to.

Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import FocusDocument
from waymark.domain.neighbours import FocusSession
from waymark.queries.nouns import today_of
from waymark.store import link_statements as links
from waymark.store.database import Reader
from waymark.store.neighbours import focus_sessions
from waymark.store.nouns import Noun, at_least, at_most


class FocusStats(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Minutes of completed sessions: today, in the last 7 and 30 days with today, and ever."""

    today_minutes: int
    last7_minutes: int
    last30_minutes: int
    total_minutes: int
    sessions: int


async def shown_sessions(
    _reader: Reader, _user_id: str, _today: date, records: Sequence[FocusSession]
) -> list[str]:
    return [
        encoded(
            FocusDocument(
                **head(each),
                task_id=each.task_id,
                goal_id=each.goal_id,
                planned_minutes=each.planned_minutes,
                actual_minutes=each.actual_minutes,
                status=each.status,
                started_at=each.started_at,
                ended_at=each.ended_at,
                paused_at=each.paused_at,
                paused_seconds=each.paused_seconds,
                date_key=each.date_key,
                notes=each.notes,
            )
        )
        for each in records
    ]


async def stats(reader: Reader, user_id: str, now: datetime) -> FocusStats:
    """What the user's completed sessions come to on the local day of `now`."""
    today = await today_of(reader, user_id, now)
    (found,) = await reader.all(
        links.FOCUS_TOTALS,
        user_id=user_id,
        yesterday=today - timedelta(1),
        week=today - timedelta(7),
        month=today - timedelta(30),
    )
    return FocusStats(
        today_minutes=found.today,
        last7_minutes=found.last7,
        last30_minutes=found.last30,
        total_minutes=found.total,
        sessions=found.sessions,
    )


FOCUS: Final = Noun(
    focus_sessions,
    FocusSession,
    shown_sessions,
    sorts={"startedAt": "started_at", "plannedMinutes": "planned_minutes"},
    filters={
        "status": "status",
        "task_id": "task_id",
        "goal_id": "goal_id",
        "date_from": at_least(focus_sessions.c.date_key, "date_from"),
        "date_to": at_most(focus_sessions.c.date_key, "date_to"),
    },
)
