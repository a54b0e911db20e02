"""Webhooks and their deliveries as their owner sees them; no secret ever gets into these shapes.

Nothing here writes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from waymark.domain.documents import EntityDocument, encoded, head, joined
from waymark.domain.vocabulary import Operation
from waymark.domain.webhooks import (
    Attempt,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Webhook,
    WebhookEvent,
    WebhookStatus,
)
from waymark.errors import NotFound
from waymark.queries.nouns import standing
from waymark.store.database import Reader
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.nouns import Noun
from waymark.store.webhook_statements import DELIVERIES, DELIVERY, PROGRESS_OF, delivery_of
from waymark.store.webhook_tables import webhooks


class WebhookDocument(EntityDocument, frozen=True, kw_only=True, rename="camel"):
    """`failingSince`, which moves by itself, is no part of version and ETag."""

    url: str
    description: str | None
    events: tuple[WebhookEvent, ...]
    entities: tuple[str, ...] | None
    goal_ids: tuple[str, ...] | None
    status: WebhookStatus
    status_reason: str | None
    status_since: datetime
    failing_since: datetime | None
    old_secret_until: datetime | None


class WebhookWithSecret(WebhookDocument, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """`secret` is told once: when it is made."""

    secret: str | None = None


class DeliveryDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One event on its way: `id` is the `webhook-id` that its receiver sees."""

    id: str
    webhook_id: str
    event: DeliveryEvent
    entity: str | None
    entity_id: str | None
    operation: Operation | None
    seq: int | None
    status: DeliveryStatus
    attempts: tuple[Attempt, ...]
    next_attempt_at: datetime | None
    created_at: datetime


async def shown_webhooks(reader: Reader, user_id: str, _today: date, records: Sequence[Webhook]) -> list[str]:
    found = await reader.all(PROGRESS_OF, user_id=user_id, ids=[hook.id for hook in records])
    failing = {progress.webhook_id: progress.failing_at for progress in found}
    return [
        encoded(
            WebhookDocument(
                **head(hook),
                url=hook.url,
                description=hook.description,
                events=hook.events,
                entities=hook.entities,
                goal_ids=hook.goal_ids,
                status=hook.status,
                status_reason=hook.status_reason,
                status_since=hook.status_at,
                failing_since=failing.get(hook.id),
                old_secret_until=hook.old_secret_until,
            )
        )
        for hook in records
    ]


WEBHOOKS: Final = Noun(webhooks, Webhook, shown_webhooks, filters={"status": "status"})


def delivery_body(delivery: Delivery) -> str:
    return encoded(
        DeliveryDocument(
            id=delivery.id,
            webhook_id=delivery.webhook_id,
            event=delivery.event,
            entity=delivery.entity,
            entity_id=delivery.entity_id,
            operation=delivery.operation,
            seq=delivery.seq,
            status=delivery.status,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_at,
            created_at=delivery.created_at,
        )
    )


async def delivery_list(
    reader: Reader,
    cursors: Cursors,
    user_id: str,
    webhook_id: str,
    asked: Asked,
    given: Mapping[str, Any],
) -> tuple[str, ListMeta]:
    """A page of a webhook's deliveries as a JSON array."""
    await standing(reader, WEBHOOKS, user_id, webhook_id)
    within = {"webhook_id": webhook_id}
    rows, meta, _ = await DELIVERIES.rows(reader, cursors, user_id, asked, given, within=within)
    return joined(delivery_body(delivery_of(row)) for row in rows), meta


async def delivery(reader: Reader, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
    """One delivery of a webhook that is not deleted."""
    await standing(reader, WEBHOOKS, user_id, webhook_id)
    found = await reader.one(DELIVERY, user_id=user_id, webhook_id=webhook_id, id=delivery_id)
    if found is None:
        raise NotFound
    return found
