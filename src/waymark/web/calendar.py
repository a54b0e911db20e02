"""The calendar over HTTP: its secret address, made and ended by its owner, and what is found there.

No rule lives here.
"""

from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from waymark.actions.fresh import refresh_all
from waymark.actions.shared_links import LINK_PREFIX, end_link, make_link
from waymark.actions.tokens import digest
from waymark.domain.documents import encoded
from waymark.errors import Forbidden, NotFound, RateLimited
from waymark.queries.calendar import MEDIA_TYPE, calendar
from waymark.queries.shared_links import LinkDocument, find_link, get_link, link_document
from waymark.web.asking import Request, performed
from waymark.web.call import Answer
from waymark.web.route import Router

_ENDING: Final = ".ics"
_LINK: Final = "/users/me/calendar"
_NONE: Final = {"exists": False, "createdAt": None}
_KEPT: Final = {"exists": True, "createdAt": "2026-03-02T09:30:00Z"}

Feed = Annotated[str, Field(pattern=rf"^{LINK_PREFIX}[A-Za-z0-9_-]{{43}}\{_ENDING}$")]
"""The last part of a calendar's address."""

router: Final = Router(
    prefix="/api/v1",
    tag="calendar",
    about="Deadlines, milestones and what is needed next, as a feed that calendars subscribe to.",
)
feed_router: Final = Router(tag="calendar")


@router.post(
    _LINK,
    status_code=201,
    reply=LinkDocument,
    errors=(Forbidden,),
    example={**_KEPT, "url": f"https://waymark.example/calendar/{LINK_PREFIX}{'x' * 43}{_ENDING}"},
)
async def make_calendar(call: Request) -> Answer:
    """Make the calendar's secret address, or another one.

    `url` is shown this once: subscribe to it. The address before it, if any, ends.
    """
    call.expect_person()
    base = str(HttpRequest(call.scope).base_url).rstrip("/")
    return await performed(
        call, make_link, "calendar", f"{base}/calendar/{{secret}}{_ENDING}", f"/api/v1{_LINK}"
    )


@router.get(_LINK, reply=LinkDocument, example=_KEPT)
async def get_calendar(call: Request) -> Answer:
    """Get whether the calendar has an address, and since when."""
    link = await find_link(call.services.door.database, call.user_id, "calendar")
    return Answer(encoded(link_document(link)))


@router.delete(_LINK, reply=LinkDocument, errors=(Forbidden, NotFound), example=_NONE)
async def end_calendar(call: Request) -> Answer:
    """End the calendar's address: whoever has it finds nothing there."""
    call.expect_person()
    return await performed(call, end_link, "calendar")


@feed_router.get(
    "/calendar/{feed}",
    public=True,
    media_type=MEDIA_TYPE,
    errors=(NotFound, RateLimited),
    example="BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n",
)
async def read_calendar(call: Request, feed: Feed) -> Response:
    """Read a calendar by its secret address.

    All-day events in its owner's days, with an ETag. An address that was ended is not found.
    """
    call.standing = await call.services.limits.hit("read", f"calendar:{call.address}")
    door = call.services.door
    link = await get_link(door.database, "calendar", digest(feed.removesuffix(_ENDING)))
    await refresh_all(door, link.user_id, door.clock.now())
    body = await door.database.snapshot(lambda reader: calendar(reader, link.user_id))
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if call.has_current(etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)
