"""Shared links made, replaced and ended by their owner.

What they show, and whether it may be seen, is not known here.
"""

from typing import Final

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


async def make_link(work: Work, kind: LinkKind, address: str, location: str) -> Outcome:
    """A link with a fresh secret; the one before it, if any, shows nothing from then on.

    `address` is the link's with `{secret}` in it; the answer, and no later one, has it whole.
    """
    secret = new_token(LINK_PREFIX)
    link = SharedLink(
        user_id=work.user_id,
        id=link_id(kind),
        kind=kind,
        secret_hash=digest(secret),
        created_at=work.now,
    )
    work.put(shared_links, link.id, link)
    return Outcome(
        data=encoded(link_document(link, address.replace("{secret}", secret))),
        created=True,
        location=location,
        secret=True,
        replay=encoded(link_document(link)),
    )


async def end_link(work: Work, kind: LinkKind) -> Outcome:
    """The link shows nothing any more; NotFound when there is none."""
    link = await work.one(SHARED_LINK, id=link_id(kind))
    if link is None:
        raise NotFound
    work.drop(shared_links, (link.user_id, link.id))
    return Outcome(data=encoded(link_document(None)))
