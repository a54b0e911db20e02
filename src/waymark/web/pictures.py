"""Pictures of a goal over HTTP: their secret link, made and ended by the owner, and what it shows.

How a picture looks is in drawing.py; no rule lives here.
"""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from pydantic import Field
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from waymark.actions import fresh
from waymark.actions.fields import Id, Parameters
from waymark.actions.pictures import end_pictures, make_pictures
from waymark.actions.shared_links import LINK_PREFIX
from waymark.actions.tokens import digest
from waymark.domain.documents import encoded
from waymark.domain.vocabulary import Bucket
from waymark.errors import Forbidden, NotFound, RateLimited
from waymark.queries import goals as queries
from waymark.queries.pictures import PictureDocument, picture_document
from waymark.queries.shared_links import get_link
from waymark.store.shared_links import SHARED_LINK, link_id
from waymark.store.statements import Page
from waymark.web import drawing
from waymark.web.asking import Request, performed
from waymark.web.call import Answer
from waymark.web.route import Router

MEDIA_TYPE: Final = "image/svg+xml"
_DECODE: Final = msgspec.json.Decoder(float_hook=Decimal).decode
_WEEKLY_AFTER_DAYS: Final = 200
"""A chart of 550 pixels shows no more points than that."""
_LINK: Final = "/goals/{goal_id}/pictures"
_NONE: Final = {"exists": False, "createdAt": None}
_KEPT: Final = {"exists": True, "createdAt": "2026-03-02T09:30:00Z"}
_SHOWN: Final = (
    "https://waymark.example/api/v1/goals/0198c0de-8b21-7f0a-b1c4-2e9d7a6f5c31/%s.svg"
    f"?key={LINK_PREFIX}{'x' * 43}"
)
_HEADERS: Final = {
    # A wiki's cache must ask again, or an ended link would go on showing.
    "cache-control": "public, no-cache",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "cross-origin",
}

router: Final = Router(
    prefix="/api/v1",
    tag="pictures",
    about="A goal's chart and badge as SVG by a secret link, for wikis and e-mails.",
)


class Opened(Parameters):
    """The secret of the link."""

    key: Annotated[str, Field(max_length=200)]


@router.post(
    _LINK,
    status_code=201,
    reply=PictureDocument,
    errors=(Forbidden, NotFound),
    example={**_KEPT, "chartUrl": _SHOWN % "chart", "badgeUrl": _SHOWN % "badge"},
)
async def make_goal_pictures(call: Request, goal_id: Id) -> Answer:
    """Make the secret link to a goal's pictures, or another one.

    The addresses are shown this once. The link before it, if any, ends.
    """
    call.expect_person()
    base = str(HttpRequest(call.scope).base_url).rstrip("/")
    address = f"{base}/api/v1/goals/{goal_id}/{{name}}.svg?key={{secret}}"
    location = f"/api/v1/goals/{goal_id}/pictures"
    return await performed(call, make_pictures, goal_id, address, location)


@router.get(_LINK, reply=PictureDocument, errors=(NotFound,), example=_KEPT)
async def get_goal_pictures(call: Request, goal_id: Id) -> Answer:
    """Get whether a goal's pictures have a link, and since when."""
    door = call.services.door
    await fresh.fresh_page(door, call.user_id, goal_id)
    link = await door.database.one(SHARED_LINK, user_id=call.user_id, id=link_id("picture", goal_id))
    return Answer(encoded(picture_document(link)))


@router.delete(_LINK, reply=PictureDocument, errors=(Forbidden, NotFound), example=_NONE)
async def end_goal_pictures(call: Request, goal_id: Id) -> Answer:
    """End the link to a goal's pictures: whoever has it finds nothing there."""
    call.expect_person()
    return await performed(call, end_pictures, goal_id)


@router.get(
    "/goals/{goal_id}/chart.svg",
    public=True,
    media_type=MEDIA_TYPE,
    errors=(NotFound, RateLimited),
    example='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320"></svg>',
)
async def draw_chart(call: Request, goal_id: Id, query: Opened) -> Response:
    """Draw a goal's chart, for whoever has its link.

    It shows this goal's title, numbers and milestones, in light or dark as its reader likes it.
    """
    user_id, page = await _looked_at(call, goal_id, query)
    goal = _DECODE(page.body)
    began = date.fromisoformat(goal["startDate"] or goal["createdAt"][:10])
    bucket: Bucket = "week" if (page.day - began).days > _WEEKLY_AFTER_DAYS else "day"
    series = await call.services.door.database.snapshot(
        lambda reader: queries.series(reader, user_id, goal_id, page.day, None, None, bucket)
    )
    return _response(call, drawing.chart(goal, _DECODE(encoded(series))))


@router.get(
    "/goals/{goal_id}/badge.svg",
    public=True,
    media_type=MEDIA_TYPE,
    errors=(NotFound, RateLimited),
    example='<svg xmlns="http://www.w3.org/2000/svg" width="160" height="22"></svg>',
)
async def draw_badge(call: Request, goal_id: Id, query: Opened) -> Response:
    """Draw a goal's name and percent as a badge, for whoever has its link."""
    _, page = await _looked_at(call, goal_id, query)
    return _response(call, drawing.badge(_DECODE(page.body)))


async def _looked_at(call: Request, goal_id: str, query: Opened) -> tuple[str, Page]:
    """Whose goal it is, and its document of today; NotFound unless the key is this goal's."""
    call.standing = await call.services.limits.hit("read", f"pictures:{call.address}")
    door = call.services.door
    link = await get_link(door.database, "picture", digest(query.key))
    if link.goal_id != goal_id:
        raise NotFound
    return link.user_id, await fresh.fresh_page(door, link.user_id, goal_id)


def _response(call: Request, picture: str) -> Response:
    etag = f'"{sha256(picture.encode()).hexdigest()[:32]}"'
    headers = {**_HEADERS, "etag": etag}
    if call.has_current(etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(picture, media_type=MEDIA_TYPE, headers=headers)
