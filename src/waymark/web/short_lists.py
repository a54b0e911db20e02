"""Lists that are short by their nature, cut into pages after they were read whole.

Those that can grow are paged by the database: see store/listing.py.
"""

import math
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from waymark.actions.fields import Parameters, WholeText
from waymark.domain.documents import encoded
from waymark.store.listing import ListMeta

T = TypeVar("T")


class ShortPaging(Parameters):
    """Which part of a short list."""

    page: Annotated[WholeText, Field(ge=1, le=1_000_000)] = 1
    limit: Annotated[WholeText, Field(ge=1, le=100)] = 20


def page_of(rows: Sequence[T], query: ShortPaging) -> Sequence[T]:
    return rows[(query.page - 1) * query.limit : query.page * query.limit]


def meta_of(total: int, query: ShortPaging) -> str:
    """The `meta` of a page, as JSON."""
    pages = math.ceil(total / query.limit)
    meta = ListMeta(
        page=query.page,
        limit=query.limit,
        total=total,
        total_pages=pages,
        has_more=query.page < pages,
        next_cursor=None,
    )
    return encoded(meta)
