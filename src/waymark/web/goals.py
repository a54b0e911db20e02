"""Goals over HTTP: one function per operation of CONTRACT §3, each a call into actions or queries.

No rule lives here; what is read strictly, route.py reads.
"""

from typing import Final, Literal

from pydantic import Field

from waymark.actions import fresh, goals
from waymark.actions.commands import (
    BulkDelete,
    ChangeGoal,
    CompleteGoal,
    CreateGoal,
)
from waymark.actions.fields import Day, Id, Instant, Line, Parameters
from waymark.domain.documents import (
    BulkReply,
    GoalDocument,
    ProgressDocument,
    Stats,
    SummaryDocument,
    encoded,
)
from waymark.domain.lifecycle import Step
from waymark.domain.series import Series
from waymark.domain.vocabulary import (
    Bucket,
    FinanceMode,
    GoalStatus,
    GoalType,
    MetricType,
    PaceStatus,
    ShowStatus,
)
from waymark.errors import (
    AlreadyExists,
    InvalidState,
    NotFound,
)
from waymark.queries import goals as queries
from waymark.web import goal_examples as example
from waymark.web.asking import LOCATED, Paging, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1",
    tag="goals",
    about="Goals, their life, and what explains them.",
)


class GoalList(Paging):
    """Filters are exact; `search` finds its text in title and description, whatever the case."""

    status: GoalStatus | None = None
    goal_type: GoalType | None = None
    metric_type: MetricType | None = None
    finance_mode: FinanceMode | None = None
    pace_status: PaceStatus | None = None
    search: Line | None = None
    target_date_from: Day | None = None
    target_date_to: Day | None = None
    updated_since: Instant | None = None
    show_status: ShowStatus | None = None
    sort_by: Literal["position", "createdAt", "updatedAt", "targetDate", "title", "progressPercent"] = (
        "createdAt"
    )


class SeriesSpan(Parameters):
    """By default from the goal's beginning to today, by months."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    bucket: Bucket = "month"


# Reading -------------------------------------------------------------------------------------


@router.get("/goals", reply=list[GoalDocument], example=[example.GOAL])
async def list_goals(call: Request, query: GoalList) -> Answer:
    """List goals.

    Active ones, newest first, unless asked otherwise; nulls come last.
    """
    given = filters(
        query,
        "status",
        "goal_type",
        "metric_type",
        "finance_mode",
        "pace_status",
        "search",
        "target_date_from",
        "target_date_to",
        "updated_since",
    )
    # An archived goal's showStatus is archived, so whoever asks for the one asks for the other.
    show_status = query.show_status or ("archived" if query.status == "archived" else "active")
    bodies, meta = await fresh.fresh_list(
        call.services.door,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        given,
        show_status=show_status,
    )
    return Answer(bodies, encoded(meta))


@router.get("/goals/{goal_id}", reply=GoalDocument, errors=(NotFound,), example=example.GOAL, has_etag=True)
async def get_goal(call: Request, goal_id: Id) -> Answer:
    """Get a goal.

    With everything that is known of it today: progress, pace, milestones and stats.
    """
    page = await fresh.fresh_page(call.services.door, call.user_id, goal_id)
    return Answer(page.body, etag=f'"{page.version}-{page.day}"')


@router.get("/goals/summary", reply=SummaryDocument, example=example.SUMMARY)
async def summarize_goals(call: Request) -> Answer:
    """Summarize all goals.

    Counts, pace, what needs attention and the next deadlines.
    """
    door = call.services.door
    await fresh.refresh_all(door, call.user_id, door.clock.now())
    return Answer(encoded(await queries.summary(door.database, call.user_id)))


@router.get("/goals/{goal_id}/progress", reply=ProgressDocument, errors=(NotFound,), example=example.PROGRESS)
async def explain_progress(call: Request, goal_id: Id) -> Answer:
    """Explain a goal's number.

    Every term with value, percent, weight and points; the points add up to progressPercent.
    """
    page = await fresh.fresh_page(call.services.door, call.user_id, goal_id)
    document = await call.services.door.database.snapshot(
        lambda reader: queries.progress_document(reader, call.user_id, goal_id, page.day)
    )
    return Answer(encoded(document))


@router.get("/goals/{goal_id}/stats", reply=Stats, errors=(NotFound,), example=example.STATS)
async def get_stats(call: Request, goal_id: Id) -> Answer:
    """Get what the linked worlds add up to."""
    page = await fresh.fresh_page(call.services.door, call.user_id, goal_id)
    return Answer(queries.stats_of(page))


@router.get("/goals/{goal_id}/series", reply=Series, errors=(NotFound,), example=example.SERIES)
async def get_series(call: Request, goal_id: Id, query: SeriesSpan) -> Answer:
    """Get a goal's history as a chart.

    By day, week (from Monday) or month, at most 3,660 days; buckets without facts carry the value on.
    """
    page = await fresh.fresh_page(call.services.door, call.user_id, goal_id)
    document = await call.services.door.database.snapshot(
        lambda reader: queries.series(
            reader, call.user_id, goal_id, page.day, query.from_, query.to, query.bucket
        )
    )
    return Answer(encoded(document))


# Writing -------------------------------------------------------------------------------------


@router.post(
    "/goals",
    status_code=201,
    reply=GoalDocument,
    errors=(AlreadyExists, NotFound),
    example=example.GOAL,
    body_example=example.CREATE,
    has_etag=True,
)
async def create_goal(call: Request, body: CreateGoal) -> Answer:
    """Create a goal.

    With its milestones, if any: those without a place are spread evenly over the way.
    """
    return await performed(call, goals.create_goal, body)


@router.patch(
    "/goals/{goal_id}",
    reply=GoalDocument,
    errors=(*LOCATED, InvalidState),
    example=example.GOAL,
    body_example=example.CHANGE,
    has_etag=True,
    has_if_match=True,
)
async def change_goal(call: Request, goal_id: Id, body: ChangeGoal) -> Answer:
    """Change a goal.

    A merge patch: null clears, absent keeps. A `status` in it runs the step of that name.
    """
    return await performed(call, goals.change_goal, goal_id, body)


@router.delete(
    "/goals/{goal_id}",
    reply=GoalDocument,
    errors=(*LOCATED, InvalidState),
    example=example.DELETED,
    has_etag=True,
    has_if_match=True,
)
async def delete_goal(call: Request, goal_id: Id) -> Answer:
    """Delete a goal.

    It can be restored; lists show it with `showStatus=deleted`.
    """
    return await performed(call, goals.step_goal, goal_id, "delete")


@router.post("/goals/bulk-delete", reply=BulkReply, example=example.BULK, body_example=example.BULK_DELETE)
async def delete_goals(call: Request, body: BulkDelete) -> Answer:
    """Delete up to 100 goals at once.

    Each id gets its own result; unknown ones are told as `not_found`.
    """
    return await performed(call, goals.delete_goals, body)


def _step_route(step: Step, about: str) -> None:
    async def endpoint(call: Request, goal_id: Id) -> Answer:
        return await performed(call, goals.step_goal, goal_id, step)

    endpoint.__name__ = f"{step}_goal"
    endpoint.__doc__ = about
    router.post(
        f"/goals/{{goal_id}}/{step}",
        reply=GoalDocument,
        errors=(*LOCATED, InvalidState),
        example=example.GOAL,
        has_etag=True,
        has_if_match=True,
    )(endpoint)


_step_route("pause", "Pause a goal.\n\nPaused days leave its pace clock.")
_step_route("resume", "Resume a paused goal.")
_step_route("reactivate", "Reactivate a completed goal.\n\nIts progress is aggregated again.")
_step_route("archive", "Archive a goal.\n\nIt leaves the active lists; restore brings back what was.")
_step_route("restore", "Restore a goal.\n\nAn archived or deleted one becomes what it was before.")


@router.post(
    "/goals/{goal_id}/complete",
    reply=GoalDocument,
    errors=(*LOCATED, InvalidState),
    example=example.COMPLETED,
    body_example={"completedDate": "2026-03-10"},
    has_etag=True,
    has_if_match=True,
)
async def complete_goal(call: Request, goal_id: Id, body: CompleteGoal) -> Answer:
    """Complete a goal.

    Whatever its percent; it shows 100 from then on, and reactivating takes that back.
    """
    return await performed(call, goals.step_goal, goal_id, "complete", completed_on=body.completed_date)
