"""A small application on the real route class, whose endpoints say what reached them.

No behaviour of its own: what the tests see is what the routes do.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal

import msgspec
from fastapi import FastAPI
from pydantic import Field
from starlette.responses import Response

from waymark.actions.fields import (
    Amount,
    Command,
    Currency,
    Day,
    Flag,
    FlagText,
    Id,
    Instant,
    Parameters,
    Prose,
    Rate,
    Several,
    Title,
    Url,
    WholeNumber,
    WholeText,
    Zone,
)
from waymark.errors import Invalid, InvalidState, NotFound, TokenExpired, TokenInvalid, Unavailable
from waymark.web.application import application
from waymark.web.call import Answer, Call, Identity
from waymark.web.envelope import ENCODER
from waymark.web.limits import Limits, OwnWindows
from waymark.web.metrics import Metrics
from waymark.web.route import Router

ID = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"


class Services:
    """Tokens are named for what they may do; everything else is switched by the tests."""

    def __init__(self, limits: Limits | None = None, *, metrics: Metrics | None = None) -> None:
        self.limits = limits or Limits({}, OwnWindows())
        self.metrics = metrics
        self.trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
        self.body_limit_bytes = 1_048_576
        self.is_ready = True
        self.ran: list[str] = []

    async def authenticate(self, token: str) -> Identity:
        if token == "expired":
            raise TokenExpired
        if token not in {"full", "reader"}:
            raise TokenInvalid
        rights = frozenset({"read", "write"} if token == "full" else {"read"})
        return Identity(user_id="ada", rights=rights)

    async def check_ready(self) -> None:
        if not self.is_ready:
            raise Unavailable(retry_after=2)


SampleCall = Call[Services]


class Step(Command):
    title: Title
    due_date: Day | None = None


class MakeThing(Command):
    title: Title
    value: Amount | None = None
    rate: Rate | None = None
    note: Annotated[Prose, Field(max_length=500)] | None = None
    at: Instant | None = None
    link: Url | None = None
    currency: Currency | None = None
    timezone: Zone | None = None
    kind: Literal["small", "large"] = "small"
    order: Annotated[WholeNumber, Field(ge=1, le=100)] = 1
    is_open: Flag = True
    ids: Annotated[list[Id], Field(max_length=3)] = Field(default_factory=list)
    milestones: Annotated[list[Step], Field(max_length=50)] = Field(default_factory=list)


class ChangeThing(Command):
    title: Title = ""
    note: Prose | None = None


class ListThings(Parameters):
    page: Annotated[WholeText, Field(ge=1)] = 1
    limit: Annotated[WholeText, Field(ge=1, le=100)] = 20
    kind: Several[Literal["small", "large"]] = Field(default_factory=list)
    is_open: FlagText | None = None
    due_from: Day | None = None


class Thing(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    saw: dict[str, Any]


def seen(call: SampleCall, **more: Any) -> str:
    call.services.ran.append(call.template)
    return ENCODER.encode({"id": ID, "saw": more}).decode()


router = Router(prefix="/api/v1", tag="things", about="Things to try.")
EXAMPLE = {"id": ID, "saw": {}}


@router.get("/things", reply=list[Thing], example=[EXAMPLE])
async def list_things(call: SampleCall, query: ListThings) -> Answer:
    """Things, page by page."""
    meta = '{"page":1,"limit":20,"total":1,"totalPages":1,"hasMore":false,"nextCursor":null}'
    return Answer(f"[{seen(call, **query.model_dump(mode='json'))}]", meta)


@router.post(
    "/things",
    status_code=201,
    reply=Thing,
    errors=(InvalidState,),
    example=EXAMPLE,
    body_example={"title": "One", "value": 12.5},
)
async def make_thing(call: SampleCall, body: MakeThing) -> Answer:
    """Make a thing.

    It is given back as it was read.
    """
    read = body.model_dump(by_alias=True, exclude_unset=True)
    data = seen(call, body=read, key=call.idempotency_key, fingerprint=call.fingerprint)
    return Answer(data, location=f"/api/v1/things/{ID}", etag='"1"')


@router.get("/things/{thing_id}", reply=Thing, has_etag=True, example=EXAMPLE)
async def get_thing(call: SampleCall, thing_id: Id) -> Answer:
    """One thing."""
    return Answer(seen(call, id=thing_id, address=call.address), etag='"7-2026-03-02"')


@router.patch(
    "/things/{thing_id}", reply=Thing, has_if_match=True, example=EXAMPLE, body_example={"note": None}
)
async def change_thing(call: SampleCall, thing_id: Id, body: ChangeThing) -> Answer:
    """Change a thing."""
    versions = None if call.if_match is None else sorted(call.if_match)
    return Answer(seen(call, id=thing_id, fields=sorted(body.model_fields_set), versions=versions), "{}")


@router.delete("/things/{thing_id}", reply=Thing, example=EXAMPLE)
async def delete_thing(call: SampleCall, thing_id: Id) -> Answer:
    """Delete a thing."""
    return Answer(seen(call, id=thing_id, key=call.idempotency_key), '{"note":"kept"}')


@router.post(
    "/things/{thing_id}/close",
    reply=Thing,
    errors=(InvalidState,),
    example=EXAMPLE,
    body_example={"note": "Done."},
)
async def close_thing(call: SampleCall, thing_id: Id, body: ChangeThing) -> Answer:
    """Close a thing."""
    seen(call, id=thing_id, body=body.model_dump())
    raise InvalidState("It is closed.", context={"allowed": ["open"]})


@router.get("/things/summary", reply=Thing, example=EXAMPLE)
async def get_summary(call: SampleCall) -> Answer:
    """All things at a glance."""
    return Answer(seen(call))


@router.post(
    "/auth/login",
    public=True,
    is_retryable=False,
    has_dry_run=False,
    reply=Thing,
    example=EXAMPLE,
    body_example={"title": "x"},
)
async def log_in(call: SampleCall, body: Step) -> Answer:
    """Log in."""
    await call.services.limits.hit("auth", body.title)
    return Answer(seen(call, key=call.idempotency_key))


@router.get("/broken", example=None)
async def get_broken(_: SampleCall) -> Answer:
    """Fails as nobody foresaw."""
    raise RuntimeError("secret detail")


@router.get("/missing", example=None)
async def get_missing(_: SampleCall) -> Answer:
    """Fails with faults."""
    raise NotFound("No such budget.", details=Invalid.of("linkedBudgetId", "unknown", "None.").details)


@router.get("/things.csv", media_type="text/csv", example="id\n")
async def export_things(_: SampleCall) -> Response:
    """Things as a table."""
    return Response("id\n", media_type="text/csv")


def sample(services: Services, *, cors_origins: Sequence[str] = ()) -> FastAPI:
    return application([router], services, cors_origins=cors_origins)
