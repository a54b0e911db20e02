"""The link to a goal's pictures as its owner sees it.

The secret itself is in no answer but the one that made it.
"""

from datetime import datetime

import msgspec

from waymark.store.shared_links import SharedLink


class PictureDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Whether there is a link, and since when; the addresses are there once, when it is made."""

    exists: bool
    created_at: datetime | None
    chart_url: str | None = None
    badge_url: str | None = None


def picture_document(link: SharedLink | None, address: str | None = None) -> PictureDocument:
    """`address` has `{name}` where the picture's name goes."""
    return PictureDocument(
        exists=link is not None,
        created_at=None if link is None else link.created_at,
        chart_url=None if address is None else address.replace("{name}", "chart"),
        badge_url=None if address is None else address.replace("{name}", "badge"),
    )
