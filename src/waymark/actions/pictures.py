"""The link to a goal's pictures, made, replaced and ended by the goal's owner.

What is drawn, and who may look, is not known here.
"""

from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.shared_links import ended, renewed
from waymark.errors import NotFound
from waymark.queries.pictures import picture_document
from waymark.store.shared_links import link_id
from waymark.store.work import Work


async def make_pictures(work: Work, goal_id: str, address: str, location: str) -> Outcome:
    """A link with a fresh secret; the one before it, if any, shows nothing from then on.

    `address` is that of a picture with `{name}` and `{secret}` in it; the answer, and no later one, has it
    whole. NotFound for an unknown or deleted goal.
    """
    await _standing(work, goal_id)
    return renewed(work, "picture", goal_id, picture_document, address, location)


async def end_pictures(work: Work, goal_id: str) -> Outcome:
    """The link shows nothing any more; NotFound when there is none."""
    return await ended(work, link_id("picture", goal_id), picture_document)


async def _standing(work: Work, goal_id: str) -> None:
    settlement = await Settlement.find(work, goal_id)
    if settlement is None or settlement.goal.show_status == "deleted":
        raise NotFound
