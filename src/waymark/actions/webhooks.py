"""Creating, changing and replaying webhooks: what their owner asks for.

They are no part of the journal, and nothing is sent here: the courier does that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.nouns import answer, back, begun, found, given, gone
from waymark.actions.perform import Outcome
from waymark.actions.sealing import Seal, new_webhook_secret
from waymark.actions.webhook_commands import ChangeWebhook, CreateWebhook
from waymark.domain.documents import encoded, with_field
from waymark.domain.refusal import Refusal
from waymark.domain.targets import Allowed, target_of
from waymark.domain.webhooks import (
    MAX_WEBHOOKS,
    OLD_SECRET_SIGNS_FOR,
    TEST_EVENT,
    Delivery,
    Webhook,
)
from waymark.errors import Conflict, CursorGone, Fault, Invalid, InvalidState, NotFound
from waymark.queries.nouns import standing
from waymark.queries.webhooks import WEBHOOKS, delivery_body
from waymark.store.webhook_statements import (
    FORGET_AFTER,
    HOOK_COUNT,
    LOCK_DELIVERY,
    LOCK_PROGRESS,
    OWN_GOALS,
    Progress,
)
from waymark.store.webhook_tables import webhook_deliveries, webhook_progress
from waymark.store.work import Work

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def create_webhook(work: Work, command: CreateWebhook, allowed: Allowed, seal: Seal) -> Outcome:
    """A new webhook and its secret, which is told this once. Invalid names a `url` that leads inside."""
    if (await work.all(HOOK_COUNT))[0][0] >= MAX_WEBHOOKS:
        raise Conflict(f"There are {MAX_WEBHOOKS} webhooks already, which is the most.")
    fields = _given(command)
    _check_url(command.url, allowed)
    await _check_goals(work, command.goal_ids)
    secret = new_webhook_secret()
    hook = await begun(work, WEBHOOKS, fields.pop("id", None), status_at=work.now, secret="", **fields)
    hook = replace(hook, secret=seal.sealed(secret, work.user_id, hook.id))
    seq = work.head.seq
    progress = Progress(
        user_id=work.user_id, webhook_id=hook.id, enqueued_seq=seq, told_seq=seq, leased_until=_NEVER
    )
    work.put(webhook_progress, hook.id, progress)
    return _with_secret(await answer(work, WEBHOOKS, _put(work, None, hook), created=True), secret)


async def change_webhook(work: Work, webhook_id: str, command: ChangeWebhook, allowed: Allowed) -> Outcome:
    """A merge patch. With another url or status, a receiver that failed gets a fresh start."""
    before = await found(work, WEBHOOKS, webhook_id)
    fields = _given(command)
    if "url" in fields:
        _check_url(command.url, allowed)
    if "goal_ids" in fields:
        await _check_goals(work, command.goal_ids)
    hook = replace(before, **fields)
    if hook == before:
        return await answer(work, WEBHOOKS, before)
    if hook.status != before.status:
        hook = replace(hook, status_reason=None, status_at=work.now)
    if (hook.status, hook.url) != (before.status, before.url):
        progress = await _locked(work, webhook_id)
        work.put(webhook_progress, webhook_id, replace(progress, failing_at=None))
    return replace(await answer(work, WEBHOOKS, _put(work, before, hook)), must_wake=True)


async def remove_webhook(work: Work, webhook_id: str) -> Outcome:
    """Deleted: nothing more is sent."""
    before = await found(work, WEBHOOKS, webhook_id)
    return await answer(work, WEBHOOKS, _put(work, before, gone(work, before)))


async def restore_webhook(work: Work, webhook_id: str) -> Outcome:
    """A deleted webhook again: it goes on where it stood, as far as the journal remembers."""
    before = await found(work, WEBHOOKS, webhook_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted webhook can be restored.", context={"allowed": ["delete"]})
    return replace(await answer(work, WEBHOOKS, _put(work, before, back(before))), must_wake=True)


async def rotate_secret(work: Work, webhook_id: str, seal: Seal, now: datetime) -> Outcome:
    """Another secret, told this once; the one before it signs along for a day. `now` is the machine's."""
    before = await found(work, WEBHOOKS, webhook_id)
    secret = new_webhook_secret()
    hook = replace(
        before,
        secret=seal.sealed(secret, work.user_id, webhook_id),
        old_secret=before.secret,
        old_secret_until=now + OLD_SECRET_SIGNS_FOR,
    )
    return _with_secret(await answer(work, WEBHOOKS, _put(work, before, hook)), secret)


async def disable_webhook(work: Work, webhook_id: str, reason: str) -> Outcome:
    """Nothing more is sent until its owner says so; what waits keeps waiting."""
    before = await found(work, WEBHOOKS, webhook_id)
    hook = replace(before, status="disabled", status_reason=reason, status_at=work.now)
    return await answer(work, WEBHOOKS, _put(work, before, hook))


async def replay_webhook(work: Work, webhook_id: str, seq: int, now: datetime) -> Outcome:
    """Go on from a seq of the journal, back or forth: what follows it is sent, again or not at all.

    CursorGone when the journal does not reach back so far. `now` is the machine's.
    """
    hook = await found(work, WEBHOOKS, webhook_id)
    if not work.head.floor <= seq <= work.head.seq:
        raise CursorGone
    progress = await _locked(work, webhook_id)
    await work.run(FORGET_AFTER, webhook_id=webhook_id, seq=seq)
    due_at = max(now, progress.leased_until)
    work.put(webhook_progress, webhook_id, replace(progress, enqueued_seq=seq, told_seq=seq, due_at=due_at))
    return replace(await answer(work, WEBHOOKS, hook), must_wake=True)


async def replay_delivery(work: Work, webhook_id: str, delivery_id: str, now: datetime) -> Outcome:
    """Send one delivery again, or at last, with a fresh series of attempts. `now` is the machine's."""
    await standing(work.reader, WEBHOOKS, work.user_id, webhook_id)
    progress = await _locked(work, webhook_id)
    delivery = await work.one(LOCK_DELIVERY, webhook_id=webhook_id, id=delivery_id)
    if delivery is None:
        raise NotFound
    if delivery.seq is None:
        raise InvalidState("A test is not sent again; send another.", context={"allowed": []})
    if delivery.seq <= work.head.floor:
        raise CursorGone("The journal no longer knows what this delivery told.")
    delivery = replace(delivery, status="pending", tries=0, next_at=now)
    work.put(webhook_deliveries, delivery_id, delivery)
    work.put(webhook_progress, webhook_id, replace(progress, due_at=max(now, progress.leased_until)))
    return Outcome(data=delivery_body(delivery), must_wake=True)


async def begin_test(work: Work, webhook_id: str, now: datetime) -> Outcome:
    """A delivery that only tells that it arrives, still to be sent. `now` is the machine's."""
    await found(work, WEBHOOKS, webhook_id)
    delivery = Delivery(
        user_id=work.user_id,
        webhook_id=webhook_id,
        id=str(uuid7()),
        seq=None,
        prev_seq=None,
        event=TEST_EVENT,
        entity=None,
        entity_id=None,
        operation=None,
        next_at=None,
        created_at=now,
    )
    work.put(webhook_deliveries, delivery.id, delivery)
    return Outcome(data=delivery_body(delivery))


def _given(command: CreateWebhook | ChangeWebhook) -> dict[str, Any]:
    """The fields given; a list means the set of its members."""
    fields = given(command, {})
    return {
        name: tuple(dict.fromkeys(value)) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }


def _check_url(url: str, allowed: Allowed) -> None:
    try:
        target_of(url, allowed)
    except Refusal as refusal:
        raise Invalid.of("url", refusal.code, refusal.message) from None


async def _check_goals(work: Work, goal_ids: Sequence[str] | None) -> None:
    """NotFound names every one that is not the user's own."""
    own = {goal_id for (goal_id,) in await work.all(OWN_GOALS, ids=list(goal_ids or ()))}
    unknown = [
        Fault(f"goalIds[{place}]", "not_found", "There is no such goal.")
        for place, goal_id in enumerate(goal_ids or ())
        if goal_id not in own
    ]
    if unknown:
        raise NotFound(details=unknown)


async def _locked(work: Work, webhook_id: str) -> Progress:
    """The webhook's progress, which the courier leaves alone until this transaction ends."""
    progress = await work.one(LOCK_PROGRESS, webhook_id=webhook_id)
    if progress is None:
        raise NotFound
    return progress


def _put(work: Work, before: Webhook | None, hook: Webhook) -> Webhook:
    """Stamp and store: the version counts the webhook's own changes."""
    hook = replace(hook, version=before.version + 1 if before else 1, updated_at=work.instant())
    if before is None:
        hook = replace(hook, created_at=hook.updated_at)
    work.put(WEBHOOKS.table, hook.id, hook)
    return hook


def _with_secret(outcome: Outcome, secret: str) -> Outcome:
    told = with_field(outcome.data, "secret", encoded(secret))
    return replace(outcome, data=told, secret=True, replay=outcome.data)
