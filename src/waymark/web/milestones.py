"""Milestones over HTTP: placing, changing and taking away the boundaries of a goal.

No rule lives here; what is read strictly, route.py reads.
"""

from typing import Final

from waymark.actions import milestones
from waymark.actions.commands import AddMilestone, ChangeMilestone, ReplaceMilestones
from waymark.actions.fields import Id
from waymark.domain.documents import MilestoneDocument, encoded
from waymark.errors import AlreadyExists, NotFound, PreconditionFailed
from waymark.queries import goals as queries
from waymark.web import goal_examples as example
from waymark.web.asking import LOCATED, Request, performed
from waymark.web.call import Answer
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1", tag="milestones", about="The boundaries on a goal's way, and when they were reached."
)


@router.get(
    "/goals/{goal_id}/milestones",
    reply=list[MilestoneDocument],
    errors=(NotFound,),
    example=[example.MILESTONE],
)
async def list_milestones(call: Request, goal_id: Id) -> Answer:
    """List a goal's milestones, in their order."""
    bodies = await queries.milestone_list(call.services.door.database, call.user_id, goal_id)
    return Answer(encoded(bodies))


@router.post(
    "/goals/{goal_id}/milestones",
    status_code=201,
    reply=MilestoneDocument,
    errors=(NotFound, AlreadyExists, PreconditionFailed),
    example=example.MILESTONE,
    body_example={"title": "Half way", "targetPercent": 50},
    has_etag=True,
    has_if_match=True,
)
async def add_milestone(call: Request, goal_id: Id, body: AddMilestone) -> Answer:
    """Add a milestone.

    With targetPercent or targetValue; without either it comes after the last.
    """
    return await performed(call, milestones.add_milestone, goal_id, body)


@router.put(
    "/goals/{goal_id}/milestones",
    reply=list[MilestoneDocument],
    errors=(*LOCATED, AlreadyExists),
    example=[example.MILESTONE],
    body_example={"milestones": [{"title": "Half way"}, {"title": "There"}]},
    has_if_match=True,
)
async def replace_milestones(call: Request, goal_id: Id, body: ReplaceMilestones) -> Answer:
    """Replace all milestones.

    Those named by id keep it and their history; the rest goes.
    """
    return await performed(call, milestones.replace_milestones, goal_id, body)


@router.get(
    "/goals/{goal_id}/milestones/{milestone_id}",
    reply=MilestoneDocument,
    errors=(NotFound,),
    example=example.MILESTONE,
    has_etag=True,
)
async def get_milestone(call: Request, goal_id: Id, milestone_id: Id) -> Answer:
    """Get a milestone."""
    for document in await queries.milestone_list(call.services.door.database, call.user_id, goal_id):
        if document.id == milestone_id:
            return Answer(encoded(document), etag=f'"{document.version}"')
    raise NotFound


@router.patch(
    "/goals/{goal_id}/milestones/{milestone_id}",
    reply=MilestoneDocument,
    errors=LOCATED,
    example=example.MILESTONE,
    body_example={"targetPercent": 60},
    has_etag=True,
    has_if_match=True,
)
async def change_milestone(call: Request, goal_id: Id, milestone_id: Id, body: ChangeMilestone) -> Answer:
    """Change a milestone.

    A merge patch; `completed` ticks it by hand where no value decides.
    """
    return await performed(call, milestones.change_milestone, goal_id, milestone_id, body)


@router.delete(
    "/goals/{goal_id}/milestones/{milestone_id}",
    reply=MilestoneDocument,
    errors=LOCATED,
    example=example.MILESTONE,
    has_if_match=True,
)
async def remove_milestone(call: Request, goal_id: Id, milestone_id: Id) -> Answer:
    """Remove a milestone."""
    return await performed(call, milestones.remove_milestone, goal_id, milestone_id)
