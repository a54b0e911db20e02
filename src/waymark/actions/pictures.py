"""The link to a goal's pictures, made, replaced and ended by the goal's owner.

What is drawn, and who may look, is not known here.
"""

from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.shared_links import LINK_PREFIX
from waymark.actions.tokens import digest, new_token
from waymark.domain.documents import encoded
from waymark.errors import NotFound
from waymark.queries.pictures import picture_document
from waymark.store.shared_links import SHARED_LINK, SharedLink, link_id
from waymark.store.shared_tables import shared_links
from waymark.store.work import Work


async def make_pictures(work: Work, goal_id: str, address: str, location: str) -> Outcome:
    """A link with a fresh secret; the one before it, if any, shows nothing from then on.

    `address` is that of a picture with `{name}` and `{secret}` in it; the answer, and no later one, has it
    whole. NotFound for an unknown or deleted goal.
    """
    await _standing(work, goal_id)
    secret = new_token(LINK_PREFIX)
    link = SharedLink(
        user_id=work.user_id,
        id=link_id("picture", goal_id),
        kind="picture",
        goal_id=goal_id,
        secret_hash=digest(secret),
        created_at=work.now,
    )
    work.put(shared_links, link.id, link)
    return Outcome(
        data=encoded(picture_document(link, address.replace("{secret}", secret))),
        created=True,
        location=location,
        secret=True,
        replay=encoded(picture_document(link)),
    )


async def end_pictures(work: Work, goal_id: str) -> Outcome:
    """The link shows nothing any more; NotFound when there is none."""
    link = await work.one(SHARED_LINK, id=link_id("picture", goal_id))
    if link is None:
        raise NotFound
    work.drop(shared_links, (link.user_id, link.id))
    return Outcome(data=encoded(picture_document(None)))


async def _standing(work: Work, goal_id: str) -> None:
    settlement = await Settlement.find(work, goal_id)
    if settlement is None or settlement.goal.show_status == "deleted":
        raise NotFound
