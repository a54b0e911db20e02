"""Habits over HTTP: what every noun has, and what is said of their days.

No rule lives here.
"""

from typing import Final, Literal

from waymark.actions import habits
from waymark.actions.fields import Day, Id
from waymark.actions.neighbour_commands import ChangeHabit, CompleteHabit, CreateHabit
from waymark.domain.documents import encoded
from waymark.domain.habits import HabitStats
from waymark.domain.neighbour_documents import CompletedHabit, CompletionDocument, HabitDocument
from waymark.domain.vocabulary import CompletionStatus, Frequency, HabitStatus, HabitType
from waymark.errors import AlreadyExists, NotFound
from waymark.queries import habits as queries
from waymark.queries import nouns
from waymark.queries.habits import COMPLETIONS, HABITS
from waymark.web import neighbour_examples as example
from waymark.web.asking import LOCATED, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1", tag="habits", about="What is done again and again, day by day, and the goals it feeds."
)


class HabitList(NounList):
    """Filters are exact; goalId finds what is linked to that goal, by either end."""

    status: HabitStatus | None = None
    habit_type: HabitType | None = None
    frequency: Frequency | None = None
    goal_id: Id | None = None
    sort_by: Literal["createdAt", "updatedAt", "title"] = "createdAt"


class DayList(NounList):
    """Newest day first unless asked otherwise."""

    status: CompletionStatus | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    sort_by: Literal["dateKey", "createdAt", "updatedAt"] = "dateKey"


add_routes(
    router,
    HABITS,
    path="/habits",
    one="habit",
    many="habits",
    reply=HabitDocument,
    query=HabitList,
    creating=CreateHabit,
    changing=ChangeHabit,
    create=habits.create_habit,
    change=habits.change_habit,
    remove=habits.remove_habit,
    restore=habits.restore_habit,
    example=example.HABIT,
    create_example={
        "title": "Read ten pages",
        "habitType": "education",
        "frequency": "custom",
        "daysOfWeek": [1, 3, 5],
        "completionMode": "numeric",
        "targetPerDay": 10,
        "unit": "pages",
    },
    change_example={"targetPerDay": 15},
)


@router.post(
    "/habits/{record_id}/complete",
    reply=CompletedHabit,
    errors=(*LOCATED, AlreadyExists),
    example=example.COMPLETED_HABIT,
    body_example={"dateKey": "2026-03-02", "status": "done", "value": 12},
    has_etag=True,
    has_if_match=True,
)
async def complete_habit(call: Request, record_id: Id, body: CompleteHabit) -> Answer:
    """Say how a day of a habit went.

    One record a day: said again, it replaces. Answers the habit as it stands with it, and that day.
    """
    return await performed(call, habits.complete_habit, record_id, body)


@router.get(
    "/habits/{record_id}/history",
    reply=list[CompletionDocument],
    errors=(NotFound,),
    example=[example.COMPLETION],
)
async def list_habit_days(call: Request, record_id: Id, query: DayList) -> Answer:
    """List what was said of a habit's days."""
    door = call.services.door
    await nouns.standing(door.database, HABITS, call.user_id, record_id)
    bodies, meta = await nouns.listed(
        door.database,
        COMPLETIONS,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        {"habit_id": record_id, **filters(query, "status", "date_from", "date_to")},
        show_status=query.show_status,
        now=door.clock.now(),
    )
    return Answer(bodies, encoded(meta))


@router.delete(
    "/habits/{record_id}/history/{completion_id}",
    reply=CompletionDocument,
    errors=LOCATED,
    example={
        **example.COMPLETION,
        "showStatus": "deleted",
        "deletedAt": "2026-03-02T10:00:00Z",
    },
    has_etag=True,
    has_if_match=True,
)
async def forget_habit_day(call: Request, record_id: Id, completion_id: Id) -> Answer:
    """Take back what was said of a day.

    The habit and its goals stand as if it had never been said.
    """
    return await performed(call, habits.forget_day, record_id, completion_id)


@router.get("/habits/{record_id}/stats", reply=HabitStats, errors=(NotFound,), example=example.HABIT_STATS)
async def get_habit_stats(call: Request, record_id: Id) -> Answer:
    """Get how a habit goes.

    Streaks, and the last 30 days with today: what was asked for, done and skipped.
    """
    door = call.services.door
    return Answer(encoded(await queries.stats_of(door.database, call.user_id, record_id, door.clock.now())))
