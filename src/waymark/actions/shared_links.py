"""Shared links made, replaced and ended by their owner.

What they show, and whether it may be seen, is not known here.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from waymark.actions.perform import Outcome
from waymark.actions.tokens import digest, new_token
from waymark.domain.documents import encoded
from waymark.errors import NotFound
from waymark.queries.shared_links import link_document
from waymark.store.shared_links import SHARED_LINK, LinkKind, SharedLink, link_id
from waymark.store.shared_tables import shared_links
from waymark.store.work import Work

LINK_PREFIX: Final = "wml_"
"""What the secrets of links begin with: logs blank them by it, scanners find leaked ones."""


Shown: TypeAlias = Callable[[SharedLink | None, str | None], msgspec.Struct]
"""What owners see of a link, or of none, and of its address when it was just made."""


async def make_link(work: Work, kind: LinkKind, address: str, location: str) -> Outcome:
    """A link with a fresh secret; the one before it, if any, shows nothing from then on.

    `address` is the link's with `{secret}` in it; the answer, and no later one, has it whole.
    """
    return renewed(work, kind, None, link_document, address, location)


async def end_link(work: Work, kind: LinkKind) -> Outcome:
    """The link shows nothing any more; NotFound when there is none."""
    return await ended(work, link_id(kind), link_document)


def renewed(
    work: Work, kind: LinkKind, goal_id: str | None, shown: Shown, address: str, location: str
) -> Outcome:
    """As `make_link`, for whatever a link may show."""
    secret = new_token(LINK_PREFIX)
    link = SharedLink(
        user_id=work.user_id,
        id=link_id(kind, goal_id),
        kind=kind,
        goal_id=goal_id,
        secret_hash=digest(secret),
        created_at=work.now,
    )
    work.put(shared_links, link.id, link)
    return Outcome(
        data=encoded(shown(link, address.replace("{secret}", secret))),
        created=True,
        location=location,
        secret=True,
        replay=encoded(shown(link, None)),
    )


async def ended(work: Work, id_: str, shown: Shown) -> Outcome:
    """As `end_link`, likewise."""
    link = await work.one(SHARED_LINK, id=id_)
    if link is None:
        raise NotFound
    work.drop(shared_links, (link.user_id, link.id))
    return Outcome(data=encoded(shown(None, None)))
