"""Shared links as their owner sees them, and whose a secret is.

The secret itself is in no answer but the one that made it.
"""

from datetime import datetime

import msgspec

from waymark.errors import NotFound
from waymark.store.database import Reader
from waymark.store.shared_links import SHARED_LINK, SHARED_LINK_BY_HASH, LinkKind, SharedLink, link_id


class LinkDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Whether there is a link, and since when; `url` is there once, when it is made."""

    exists: bool
    created_at: datetime | None
    url: str | None = None


def link_document(link: SharedLink | None, url: str | None = None) -> LinkDocument:
    return LinkDocument(
        exists=link is not None, created_at=None if link is None else link.created_at, url=url
    )


async def find_link(reader: Reader, user_id: str, kind: LinkKind) -> SharedLink | None:
    return await reader.one(SHARED_LINK, user_id=user_id, id=link_id(kind))


async def get_link(reader: Reader, kind: LinkKind, secret_hash: str) -> SharedLink:
    """The link that a secret opens; NotFound for an unknown or ended one."""
    link = await reader.one(SHARED_LINK_BY_HASH, secret_hash=secret_hash, kind=kind)
    if link is None:
        raise NotFound
    return link
