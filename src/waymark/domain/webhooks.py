"""Webhooks as values: what one wants to hear of, and when a delivery that failed is tried again.

Nothing is sent, signed or stored here; whom one may be sent to is targets.py's.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec

from waymark.domain.records import JournalRow, Record
from waymark.domain.vocabulary import Operation

WebhookStatus: TypeAlias = Literal["active", "paused", "disabled"]
WebhookEvent: TypeAlias = Literal["entity:updated", "insight:new", "reminder"]
DeliveryEvent: TypeAlias = Literal["entity:updated", "insight:new", "reminder", "webhook:test"]
DeliveryStatus: TypeAlias = Literal["pending", "delivered", "failed"]
DeliveryError: TypeAlias = Literal[
    "target_refused",
    "connection_failed",
    "tls_failed",
    "timed_out",
    "not_http",
    "redirected",
    "not_accepted",
    "gone",
    "secret_unreadable",
    "no_longer_known",
]

TEST_EVENT: Final[DeliveryEvent] = "webhook:test"
EVENTS: Final[tuple[WebhookEvent, ...]] = ("entity:updated", "insight:new", "reminder")
MAX_WEBHOOKS: Final = 100
MAX_GOALS: Final = 100
MAX_ATTEMPTS_KEPT: Final = 20
"""Of a delivery that is replayed again and again, the log keeps the newest."""
OLD_SECRET_SIGNS_FOR: Final = timedelta(hours=24)


class Webhook(Record, frozen=True, kw_only=True):
    """Where a user's changes are sent to; None of a filter is all. Secrets are sealed.

    `version` counts its own changes: webhooks are no part of the journal.
    """

    url: str
    description: str | None = None
    events: tuple[WebhookEvent, ...] = EVENTS
    entities: tuple[str, ...] | None = None
    goal_ids: tuple[str, ...] | None = None
    status: WebhookStatus = "active"
    status_reason: str | None = None
    status_at: datetime
    secret: str
    old_secret: str | None = None
    old_secret_until: datetime | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One try: what the receiver answered, or why there is no answer."""

    at: datetime
    status_code: int | None
    error: DeliveryError | None
    duration_ms: int


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook; a test has no `seq`.

    `tries` are those that failed since it was last begun, `prev_seq` is where the one before it ended.
    """

    user_id: str
    webhook_id: str
    id: str
    seq: int | None
    prev_seq: int | None
    event: DeliveryEvent
    entity: str | None
    entity_id: str | None
    operation: Operation | None
    status: DeliveryStatus = "pending"
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    next_at: datetime | None
    created_at: datetime


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long what fails is tried again (Standard Webhooks: ten attempts over three days)."""

    waits: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )
    jitter: float = 0.2
    """A wait is longer by up to this share, so that what failed together does not come back together."""
    longest_asked: timedelta = timedelta(hours=24)
    """How far a receiver's Retry-After is followed."""
    longest_rest: timedelta = timedelta(minutes=5)
    disabled_after: timedelta = timedelta(days=5)

    def next_wait(self, tries: int, chance: float, asked: timedelta | None) -> timedelta | None:
        """How long to wait after `tries` failures; None to give up. `chance` is in [0, 1)."""
        if tries > len(self.waits):
            return None
        wait = self.waits[tries - 1] * (1 + self.jitter * chance)
        return max(wait, min(asked or wait, self.longest_asked))

    def rest(self, failing_for: timedelta) -> timedelta:
        """How long a receiver that answers nothing is left alone, whatever else is waiting for it."""
        return min(self.longest_rest, failing_for / 4)

    def is_exhausted(self, failing_for: timedelta) -> bool:
        """Whether a receiver failed for so long that nothing more is sent to it."""
        return failing_for >= self.disabled_after


class _Reference(msgspec.Struct, frozen=True, rename="camel"):
    id: str | None = None
    goal_id: str | None = None
    """Of what an insight is related to."""


class _References(msgspec.Struct, frozen=True, rename="camel"):
    """Wherever an entity's document names goals."""

    goal_id: str | None = None
    linked_goal_id: str | None = None
    linked_goal_ids: list[str] | None = None
    goals: list[_Reference] | None = None
    related: _Reference | None = None


_REFERENCES: Final = msgspec.json.Decoder(_References)


def is_wanted(hook: Webhook, event: str, row: JournalRow) -> bool:
    """Whether the webhook's filters let a change through."""
    return (
        event in hook.events
        and (hook.entities is None or row.entity in hook.entities)
        and (hook.goal_ids is None or not set(hook.goal_ids).isdisjoint(_goals_of(row)))
    )


def _goals_of(row: JournalRow) -> set[str | None]:
    """The goals that a change is about."""
    named = _REFERENCES.decode(row.body)
    found = {named.goal_id, named.linked_goal_id, *(named.linked_goal_ids or ())}
    found |= {goal.id for goal in named.goals or ()}
    if named.related is not None:
        found.add(named.related.goal_id)
    return found | {row.id} if row.entity == "goals" else found


def delivery_id(webhook_id: str, epoch: str, seq: int) -> str:
    """The `webhook-id` of a change: the same however often it is sent, so that receivers know it again.

    The epoch tells a seq from the one of that number before a backup was restored.
    """
    return str(uuid5(UUID(webhook_id), f"{epoch} {seq}"))
