"""Webhooks over HTTP: where changes are sent to, their secrets, and how deliveries went.

No rule lives here.
"""

from typing import Any, Final, Literal, Protocol, cast

import msgspec

from waymark.actions import webhooks
from waymark.actions.fields import Id
from waymark.actions.sealing import Seal
from waymark.actions.webhook_commands import ChangeWebhook, CreateWebhook, Entity, ReplayWebhook
from waymark.clock import Clock
from waymark.domain.documents import encoded
from waymark.domain.targets import Allowed
from waymark.domain.webhooks import Delivery, DeliveryEvent, DeliveryStatus, WebhookStatus
from waymark.errors import AlreadyExists, Conflict, CursorGone, InvalidState, NotFound
from waymark.queries import webhooks as queries
from waymark.queries.nouns import standing
from waymark.queries.webhooks import WEBHOOKS, DeliveryDocument, WebhookDocument, WebhookWithSecret
from waymark.realtime.cursor import position
from waymark.web import webhook_examples as example
from waymark.web.asking import LOCATED, GoalServices, Paging, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router


class TestsWebhooks(Protocol):
    """What these routes use of the courier."""

    async def test(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery: ...


class WebhookServices(GoalServices, Protocol):
    """What these routes use of the application."""

    real_clock: Clock
    seal: Seal
    webhook_targets: Allowed

    @property
    def courier(self) -> TestsWebhooks: ...


router: Final = Router(
    prefix="/api/v1",
    tag="webhooks",
    about="Changes sent to other programs as they happen: signed, tried again for three days, kept in a log.",
)


class WebhookList(NounList):
    """The filter is exact."""

    status: WebhookStatus | None = None
    sort_by: Literal["createdAt", "updatedAt"] = "createdAt"


class DeliveryList(Paging):
    """Filters are exact."""

    status: DeliveryStatus | None = None
    event: DeliveryEvent | None = None
    entity: Entity | None = None
    sort_by: Literal["createdAt"] = "createdAt"


def _services(call: Request) -> WebhookServices:
    return cast("WebhookServices", call.services)


def _for_change(call: Request) -> tuple[Any, ...]:
    # Its receiver reads all that changes: who may not read must not make one, or turn one elsewhere.
    call.allow("read")
    return (_services(call).webhook_targets,)


def _for_creation(call: Request) -> tuple[Any, ...]:
    return *_for_change(call), _services(call).seal


add_routes(
    router,
    WEBHOOKS,
    path="/webhooks",
    one="webhook",
    many="webhooks",
    reply=WebhookDocument,
    query=WebhookList,
    creating=CreateWebhook,
    changing=ChangeWebhook,
    create=webhooks.create_webhook,
    change=webhooks.change_webhook,
    remove=webhooks.remove_webhook,
    restore=webhooks.restore_webhook,
    example=example.WEBHOOK,
    create_example=example.CREATE_WEBHOOK,
    change_example={"events": ["reminder"], "status": "paused"},
    removal="Nothing more is sent; restoring it lets it go on where it stood.",
    creation={
        "reply": WebhookWithSecret,
        "example": example.NEW_WEBHOOK,
        "errors": (AlreadyExists, Conflict, NotFound),
    },
    for_creation=_for_creation,
    for_change=_for_change,
)


@router.post(
    "/webhooks/{record_id}/rotate-secret",
    reply=WebhookWithSecret,
    errors=LOCATED,
    example=example.ROTATED_WEBHOOK,
    has_etag=True,
    has_if_match=True,
)
async def rotate_webhook_secret(call: Request, record_id: Id) -> Answer:
    """Give a webhook another secret.

    `secret` is told this once. For 24 hours deliveries carry two signatures, one of the secret before it.
    """
    call.allow("read")
    services = _services(call)
    return await performed(call, webhooks.rotate_secret, record_id, services.seal, services.real_clock.now())


@router.post(
    "/webhooks/{record_id}/test",
    reply=DeliveryDocument,
    errors=LOCATED,
    example=example.TEST,
    has_if_match=True,
)
async def test_webhook(call: Request, record_id: Id) -> Answer:
    """Send a webhook a test.

    The answer tells how it went; the receiver gets an event `webhook:test` that says nothing else. A paused
    or disabled webhook can be tested too, and nothing is tried again.
    """
    answer = await performed(call, webhooks.begin_test, record_id, _services(call).real_clock.now())
    if call.dry_run:
        return answer
    begun = msgspec.json.decode(answer.data, type=DeliveryDocument)
    sent = await _services(call).courier.test(call.user_id, record_id, begun.id)
    return Answer(queries.delivery_body(sent))


@router.post(
    "/webhooks/{record_id}/replay",
    reply=WebhookDocument,
    errors=(*LOCATED, CursorGone),
    example=example.WEBHOOK,
    body_example=example.REPLAY,
    has_etag=True,
    has_if_match=True,
)
async def replay_webhook(call: Request, record_id: Id, body: ReplayWebhook) -> Answer:
    """Let a webhook go on from a cursor or serverTime.

    All that happened after it is sent, again where it was sent before: under the same ids, so that receivers
    know what they have. A newer cursor skips what was not read yet; deliveries that wait from before it stay.
    """
    database = call.services.door.database
    await standing(database, WEBHOOKS, call.user_id, record_id)
    seq = await position(database, call.user_id, body.since)
    return await performed(call, webhooks.replay_webhook, record_id, seq, _services(call).real_clock.now())


@router.get(
    "/webhooks/{record_id}/deliveries",
    reply=list[DeliveryDocument],
    errors=(NotFound,),
    example=[example.DELIVERY],
)
async def list_webhook_deliveries(call: Request, record_id: Id, query: DeliveryList) -> Answer:
    """List a webhook's deliveries.

    The newest first unless asked otherwise, each with its attempts; kept as long as the journal remembers.
    """
    bodies, meta = await queries.delivery_list(
        call.services.door.database,
        call.services.cursors,
        call.user_id,
        record_id,
        asked(query, query.sort_by),
        filters(query, "status", "event", "entity"),
    )
    return Answer(bodies, encoded(meta))


@router.get(
    "/webhooks/{record_id}/deliveries/{delivery_id}",
    reply=DeliveryDocument,
    errors=(NotFound,),
    example=example.DELIVERY,
)
async def get_webhook_delivery(call: Request, record_id: Id, delivery_id: Id) -> Answer:
    """Get one delivery of a webhook."""
    found = await queries.delivery(call.services.door.database, call.user_id, record_id, delivery_id)
    return Answer(queries.delivery_body(found))


@router.post(
    "/webhooks/{record_id}/deliveries/{delivery_id}/replay",
    reply=DeliveryDocument,
    errors=(NotFound, InvalidState, CursorGone),
    example={**example.DELIVERY, "attempts": []},
)
async def replay_webhook_delivery(call: Request, record_id: Id, delivery_id: Id) -> Answer:
    """Send one delivery again.

    Under the same id, with a fresh series of attempts; a test is not sent again (409).
    """
    now = _services(call).real_clock.now()
    return await performed(call, webhooks.replay_delivery, record_id, delivery_id, now)
