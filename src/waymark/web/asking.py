"""What the routes of goals share: paging, filters, and the way of a write through the door.

No endpoint and no rule.
"""

from typing import Annotated, Any, Final, Literal, Protocol, TypeAlias

from pydantic import Field

from waymark.actions.fields import Parameters, WholeText
from waymark.actions.perform import Conditions, Door, Outcome, Retry, perform
from waymark.errors import Invalid, NotFound, PreconditionFailed
from waymark.store.listing import Asked, Cursors
from waymark.web.call import Answer, Call, Services

LOCATED: Final = (NotFound, PreconditionFailed)
"""What any write of a record that must exist may be refused with."""

MAX_CURSOR: Final = 4_096
"""A cursor holds what its list is sorted by, such as a title."""


class GoalServices(Services, Protocol):
    """What these routes use of the application."""

    door: Door
    cursors: Cursors


Request: TypeAlias = Call[GoalServices]


class Paging(Parameters):
    """Which part of a list: by `page`, or by `cursor` from the page before."""

    page: Annotated[WholeText, Field(ge=1, le=1_000_000)] | None = None
    limit: Annotated[WholeText, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=MAX_CURSOR)] | None = None
    sort_order: Literal["asc", "desc"] = "desc"


def asked(query: Paging, sort_by: str) -> Asked:
    """Which part of the list; Invalid for a page and a cursor at once."""
    if query.page is not None and query.cursor is not None:
        raise Invalid.of("cursor", "not_allowed", "Give page or cursor, not both.")
    return Asked(
        sort_by=sort_by,
        order=query.sort_order,
        limit=query.limit,
        page=query.page,
        cursor=query.cursor,
    )


def filters(query: Parameters, *names: str) -> dict[str, Any]:
    """Those of the named filters that were given."""
    return {name: value for name in names if (value := getattr(query, name)) is not None}


async def performed(call: Request, action: Any, *args: Any, **kwargs: Any) -> Answer:
    """One write through the door, under the conditions that the request names."""
    key = call.idempotency_key
    conditions = Conditions(
        retry=None if key is None else Retry(key, call.fingerprint),
        expected_versions=call.if_match,
        dry_run=call.dry_run,
    )
    outcome: Outcome = await perform(call.services.door, call.user_id, conditions, action, *args, **kwargs)
    return Answer(outcome.data, etag=outcome.etag, location=outcome.location)
