"""Focus sessions over HTTP: what every noun has, and the steps of a session.

No rule lives here.
"""

from typing import Any, Final, Literal

from waymark.actions import focus
from waymark.actions.fields import Day, Id
from waymark.actions.neighbour_commands import ChangeFocus, CompleteFocus, CreateFocus, StartFocus
from waymark.domain.documents import encoded
from waymark.domain.neighbour_documents import FocusDocument
from waymark.domain.vocabulary import FocusStatus
from waymark.errors import AlreadyExists, InvalidState, NotFound
from waymark.queries import focus as queries
from waymark.queries.focus import FOCUS, FocusStats
from waymark.web import neighbour_examples as example
from waymark.web.asking import LOCATED, Request, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1", tag="focus sessions", about="Time spent on tasks and goals, and what it adds up to."
)
_STEP: Final[dict[str, Any]] = {
    "reply": FocusDocument,
    "errors": (*LOCATED, InvalidState),
    "has_etag": True,
    "has_if_match": True,
}
_START_BODY: Final = {"plannedMinutes": 25, "notes": "Chapter 3"}


class FocusList(NounList):
    """Filters are exact; days are those on which sessions began, both ends included."""

    status: FocusStatus | None = None
    task_id: Id | None = None
    goal_id: Id | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    sort_by: Literal["createdAt", "updatedAt", "startedAt", "plannedMinutes"] = "createdAt"


@router.get("/focus-sessions/stats", reply=FocusStats, example=example.FOCUS_STATS)
async def get_focus_stats(call: Request) -> Answer:
    """Get the minutes of all completed sessions.

    Today, in the last 7 and 30 days with today, and ever.
    """
    door = call.services.door
    return Answer(encoded(await queries.stats(door.database, call.user_id, door.clock.now())))


@router.post(
    "/focus-sessions/start",
    status_code=201,
    reply=FocusDocument,
    errors=(AlreadyExists, NotFound),
    example=example.RUNNING_FOCUS,
    body_example=_START_BODY,
    has_etag=True,
)
async def start_focus(call: Request, body: StartFocus) -> Answer:
    """Start a focus session."""
    return await performed(call, focus.start_focus, body)


add_routes(
    router,
    FOCUS,
    path="/focus-sessions",
    one="focus session",
    many="focus sessions",
    reply=FocusDocument,
    query=FocusList,
    creating=CreateFocus,
    changing=ChangeFocus,
    create=focus.create_focus,
    change=focus.change_focus,
    remove=focus.remove_focus,
    restore=focus.restore_focus,
    example=example.FOCUS,
    create_example={**_START_BODY, "startedAt": "2026-03-02T09:30:00Z"},
    change_example={"notes": "Chapter 3"},
)


@router.post(
    "/focus-sessions/{record_id}/complete",
    example=example.FOCUS,
    body_example={"actualMinutes": 23},
    **_STEP,
)
async def complete_focus(call: Request, record_id: Id, body: CompleteFocus) -> Answer:
    """Complete a focus session.

    Its minutes, by default those that passed without pauses, count for its task and its goals.
    """
    return await performed(call, focus.complete_focus, record_id, body)


@router.patch("/focus-sessions/{record_id}/pause", example=example.RUNNING_FOCUS, **_STEP)
async def pause_focus(call: Request, record_id: Id) -> Answer:
    """Pause a focus session."""
    return await performed(call, focus.pause_focus, record_id)


@router.patch("/focus-sessions/{record_id}/resume", example=example.RUNNING_FOCUS, **_STEP)
async def resume_focus(call: Request, record_id: Id) -> Answer:
    """Resume a paused focus session."""
    return await performed(call, focus.resume_focus, record_id)


@router.post("/focus-sessions/{record_id}/cancel", example=example.RUNNING_FOCUS, **_STEP)
async def cancel_focus(call: Request, record_id: Id) -> Answer:
    """Cancel a focus session.

    It counts for nothing.
    """
    return await performed(call, focus.cancel_focus, record_id)
