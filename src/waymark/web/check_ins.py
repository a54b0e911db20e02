"""Check-ins over HTTP: recording, listing, mending and undoing the facts of a goal.

No rule lives here; what is read strictly, route.py reads.
"""

from typing import Final, Literal

from waymark.actions import check_ins
from waymark.actions.commands import ChangeCheckIn, RecordCheckIn
from waymark.actions.fields import Day, Id
from waymark.domain.documents import CheckInDocument, CheckInReply, encoded
from waymark.domain.vocabulary import ShowStatus, SourceType
from waymark.errors import AlreadyExists, Conflict, InvalidState, NotFound, PreconditionFailed
from waymark.queries import goals as queries
from waymark.web import goal_examples as example
from waymark.web.asking import LOCATED, Paging, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1", tag="check-ins", about="The facts of a goal: recorded, mended, undone."
)


class CheckInList(Paging):
    """Newest first, in the order in which the ledger folds them."""

    source_type: SourceType | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    show_status: ShowStatus = "active"
    sort_by: Literal["dateKey", "createdAt"] = "dateKey"


@router.post(
    "/goals/{goal_id}/check-in",
    status_code=201,
    reply=CheckInReply,
    errors=(NotFound, InvalidState, AlreadyExists, PreconditionFailed),
    example=example.CHECKED_IN,
    body_example=example.CHECK_IN_BODY,
    has_etag=True,
    has_if_match=True,
)
async def check_in(call: Request, goal_id: Id, body: RecordCheckIn) -> Answer:
    """Check in: record a fact.

    Answers the fact, the goal as it stands with it, and the milestones it reached.
    """
    return await performed(call, check_ins.record_check_in, goal_id, body)


@router.get(
    "/goals/{goal_id}/check-ins", reply=list[CheckInDocument], errors=(NotFound,), example=[example.CHECK_IN]
)
async def list_check_ins(call: Request, goal_id: Id, query: CheckInList) -> Answer:
    """List a goal's check-ins, newest first."""
    given = filters(query, "source_type", "date_from", "date_to")
    bodies, meta = await queries.check_in_list(
        call.services.door.database,
        call.services.cursors,
        call.user_id,
        goal_id,
        asked(query, query.sort_by),
        given,
        show_status=query.show_status,
    )
    return Answer(bodies, encoded(meta))


@router.get(
    "/goals/{goal_id}/check-ins/{check_in_id}",
    reply=CheckInDocument,
    errors=(NotFound,),
    example=example.CHECK_IN,
    has_etag=True,
)
async def get_check_in(call: Request, goal_id: Id, check_in_id: Id) -> Answer:
    """Get a check-in."""
    body, etag = await queries.check_in(call.services.door.database, call.user_id, goal_id, check_in_id)
    return Answer(body, etag=etag)


@router.patch(
    "/goals/{goal_id}/check-ins/{check_in_id}",
    reply=CheckInDocument,
    errors=(*LOCATED, Conflict),
    example=example.CHECK_IN,
    body_example={"value": 90.8},
    has_etag=True,
    has_if_match=True,
)
async def change_check_in(call: Request, goal_id: Id, check_in_id: Id, body: ChangeCheckIn) -> Answer:
    """Mend a check-in.

    A merge patch of a manual one; the goal is aggregated again from its day on.
    """
    return await performed(call, check_ins.change_check_in, goal_id, check_in_id, body)


@router.delete(
    "/goals/{goal_id}/check-ins/{check_in_id}",
    reply=CheckInDocument,
    errors=(*LOCATED, Conflict),
    example=example.UNDONE,
    has_etag=True,
    has_if_match=True,
)
async def undo_check_in(call: Request, goal_id: Id, check_in_id: Id) -> Answer:
    """Undo a check-in.

    The goal stands as if it had never been, milestones included.
    """
    return await performed(call, check_ins.remove_check_in, goal_id, check_in_id)
