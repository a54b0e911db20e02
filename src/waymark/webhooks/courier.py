"""The courier: takes the webhooks whose turn it is, brings each what it has not heard, notes how it went.

A worker's job. Several may run at once: each webhook is leased to one of them at a time.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from msgspec.structs import replace

from waymark.actions.perform import Conditions, Door, perform
from waymark.actions.sealing import Seal, Unreadable
from waymark.actions.webhooks import disable_webhook
from waymark.domain.documents import encoded
from waymark.domain.webhooks import (
    MAX_ATTEMPTS_KEPT,
    TEST_EVENT,
    Attempt,
    Delivery,
    DeliveryError,
    Patience,
    Webhook,
)
from waymark.errors import NotFound, Problem, Unavailable
from waymark.queries.webhooks import WEBHOOKS, delivery
from waymark.realtime.cursor import cursor_of
from waymark.realtime.frames import frame_of
from waymark.store.database import Transaction
from waymark.store.statements import HEAD
from waymark.store.webhook_statements import (
    DUE_DELIVERIES,
    DUE_HOOKS,
    HOOK,
    JOURNAL_ROWS,
    KEEP_HOOK_LEASE,
    LEASE_HOOK,
    LOCK_PROGRESS,
    MISSED_HOOKS,
    NEXT_DELIVERY,
    NEXT_HOOK_DUE,
    PROGRESS,
    RELEASE_HOOK,
    RUNG_HOOKS,
    TRIED,
    Waiting,
)
from waymark.webhooks.outbox import enqueue
from waymark.webhooks.sending import Sender, Sent

AT_ONCE: Final = 32
"""Webhooks served at the same time."""
AT_ONCE_EACH: Final = 4
"""Requests under way to one receiver."""
LEASE_MARGIN: Final = timedelta(seconds=15)
"""What a round may take beside waiting for its receivers."""
TURN: Final = timedelta(seconds=20)
"""After that a webhook makes room for the others that wait."""
LOOK_SECONDS: Final = 5.0
"""How often it looks for what nobody rang for."""
CALM_SECONDS: Final = 0.05
"""Rings that come together are looked at together."""


class Tried(NamedTuple):
    """A delivery and what came of trying it."""

    delivery: Delivery
    sent: Sent


class Courier:
    """Serves webhooks; `run_once` runs for as long as anyone's turn lasts."""

    def __init__(
        self,
        door: Door,
        sender: Sender,
        seal: Seal,
        patience: Patience | None = None,
        *,
        lease_margin: timedelta = LEASE_MARGIN,
    ) -> None:
        self._door = door
        self._database = door.database
        self._sender = sender
        self._seal = seal
        self._patience = patience or Patience()
        self._lease = timedelta(seconds=sender.timeout_seconds) + lease_margin
        self._rung = set[str]()
        self._look_at = 0.0
        """When it next looks at everybody, by the loop's clock."""
        self._changed = asyncio.Event()
        self._is_stopping = False
        self.attempts = Counter[str](delivered=0)
        """Requests made since the start, by what came of them: `delivered`, or a DeliveryError."""

    def ring(self, user_id: str | None) -> None:
        """A user's journal has grown; None: somebody's has."""
        if user_id is None:
            self._look_at = 0.0
        else:
            self._rung.add(user_id)
        self._changed.set()

    def stop(self) -> None:
        """Begin no further round: what is under way is noted, the rest is another worker's."""
        self._is_stopping = True
        self._changed.set()

    async def run_once(self, _now: datetime) -> datetime | None:
        """Serve whoever waits, until nobody does; when the next delivery is due."""
        turns = set[asyncio.Task[None]]()
        if not self._rung:
            self._look_at = 0.0
        try:
            while not self._is_stopping:
                for hook in await self._waiting(AT_ONCE - len(turns)):
                    turn = asyncio.create_task(self._turn(hook), name="webhook")
                    turns.add(turn)
                    turn.add_done_callback(turns.discard)
                    turn.add_done_callback(lambda _: self._changed.set())
                if not turns:
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._changed.wait()
                self._changed.clear()
            await asyncio.gather(*turns)
        finally:
            for turn in turns:
                turn.cancel()
            await asyncio.gather(*turns, return_exceptions=True)
        next_due = await self._database.one(NEXT_HOOK_DUE)
        return next_due[0] if next_due else None

    async def _waiting(self, limit: int) -> list[Waiting]:
        """Webhooks, at most `limit`, that somebody should serve now."""
        if not limit:
            return []
        if self._rung:
            await asyncio.sleep(CALM_SECONDS)
        now, clock = self._sender.clock.now(), asyncio.get_running_loop().time()
        rung, self._rung = self._rung, set()
        found = await self._database.all(DUE_HOOKS, now=now, limit=limit)
        if clock >= self._look_at:
            self._look_at = clock + LOOK_SECONDS
            found += await self._database.all(MISSED_HOOKS, now=now, limit=limit)
        elif rung:
            found += await self._database.all(RUNG_HOOKS, now=now, limit=limit, user_ids=list(rung))
        if len(found) >= limit:
            self._look_at = clock  # more may wait than were asked for
        return list(dict.fromkeys(found))[:limit]

    async def test(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a test that was begun, unless it was sent already; the delivery as it is then."""
        hook = await self._database.one(WEBHOOKS.by_id, user_id=user_id, id=webhook_id)
        begun = await delivery(self._database, user_id, webhook_id, delivery_id)
        if hook is None:
            raise NotFound
        if begun.status == "pending":
            sent = await self._sent(hook, begun.id, test_body(hook, begun.created_at))
            after = replace(
                begun,
                status="delivered" if sent.is_delivered else "failed",
                tries=0 if sent.is_delivered else 1,
                attempts=(sent.attempt,),
            )
            await self._database.write(lambda tx: _keep(tx, begun, after))
        return await delivery(self._database, user_id, webhook_id, delivery_id)

    # One webhook's turn -----------------------------------------------------------------------

    async def _turn(self, hook: Waiting) -> None:
        """Serve one webhook until it has everything, is failing, or others wait long enough."""
        whose = {"user_id": hook.user_id, "webhook_id": hook.webhook_id}
        now = self._sender.clock.now()

        async def leased(tx: Transaction) -> int:
            return await tx.run(LEASE_HOOK, **whose, now=now, until=now + self._lease)

        log = structlog.get_logger().bind(webhook=hook.webhook_id)
        rest = timedelta()
        try:
            if not await self._database.write(leased):
                return
            try:
                while not self._is_stopping and self._sender.clock.now() < now + TURN:
                    if not await self._round(hook):
                        break
            except Problem:
                raise
            except Exception:  # whatever it is, the other webhooks' turns go on
                log.exception("a webhook's turn failed and will come again")
                rest = self._patience.longest_rest
            finally:
                await self._release(hook, rest)
                # What was rung for while it was leased was heard in vain.
                self._rung.add(hook.user_id)
        except Unavailable as error:
            log.warning("a webhook must wait for the database", reason=error.message)

    async def _release(self, waiting: Waiting, rest: timedelta) -> None:
        """Let others have it, when its next delivery is due, or has rested."""
        whose = {"user_id": waiting.user_id, "webhook_id": waiting.webhook_id}
        now = self._sender.clock.now()

        async def unit(tx: Transaction) -> None:
            # Locked first, and the next delivery read by a statement of its own: an owner who begins one
            # anew at this moment is either seen or comes after.
            progress = await tx.one(LOCK_PROGRESS, **whose)
            next_delivery = await tx.one(NEXT_DELIVERY, **whose)
            due_at = next_delivery[0] if next_delivery else None
            failing_at = progress.failing_at if progress else None
            longer = rest if failing_at is None else max(rest, self._patience.rest(now - failing_at))
            if due_at is not None:
                due_at = max(due_at, now + longer)
            # Whoever failed to read its journal keeps it for the rest: there, nothing is due.
            await tx.run(RELEASE_HOOK, **whose, free_at=now + rest, due_at=due_at)

        await self._database.write(unit)

    async def _round(self, waiting: Waiting) -> bool:
        """Read a page of the journal, try a few deliveries; whether to go on with this webhook at once."""
        whose = {"user_id": waiting.user_id, "webhook_id": waiting.webhook_id}
        now = self._sender.clock.now()
        hook = await self._database.one(HOOK, **whose)
        if hook is None:
            return False
        has_read = await self._database.write(lambda tx: enqueue(tx, hook, now))
        progress = await self._database.one(PROGRESS, **whose)
        if progress is None:
            return False
        # A receiver that fails is asked with one delivery whether it is back.
        width = AT_ONCE_EACH if progress.failing_at is None else 1
        due = await self._database.all(DUE_DELIVERIES, **whose, now=now, limit=width)
        if not due:
            return has_read
        bodies = await self._bodies(hook, due)
        tried = await asyncio.gather(*(self._tried(hook, each, bodies.get(each.seq)) for each in due))
        return await self._noted(hook, progress.failing_at, tried)

    async def _bodies(self, hook: Webhook, due: Sequence[Delivery]) -> dict[int | None, bytes]:
        """The frames of deliveries by their seqs, made of the journal as sockets' are."""
        head = await self._database.one(HEAD, user_id=hook.user_id)
        rows = await self._database.all(JOURNAL_ROWS, user_id=hook.user_id, seqs=[each.seq for each in due])
        prev = {each.seq: each.prev_seq or 0 for each in due}
        if head is None:
            return {}
        return {row.seq: frame_of(row, cursor_of(head, row), prev[row.seq]) for row in rows}

    async def _tried(self, hook: Webhook, delivery: Delivery, body: bytes | None) -> Tried:
        if body is None:
            return Tried(delivery, self._unsent("no_longer_known"))
        return Tried(delivery, await self._sent(hook, delivery.id, body))

    async def _sent(self, hook: Webhook, message_id: str, body: bytes) -> Sent:
        """Send one body to a webhook's receiver, signed with all of its secrets that count."""
        try:
            secrets = [self._seal.opened(hook.secret, hook.user_id, hook.id)]
            until = hook.old_secret_until
            if hook.old_secret is not None and until is not None and self._sender.clock.now() < until:
                secrets.append(self._seal.opened(hook.old_secret, hook.user_id, hook.id))
        except Unreadable:
            return self._unsent("secret_unreadable")
        sent = await self._sender.send(hook.url, message_id, body, secrets)
        self.attempts[sent.attempt.error or "delivered"] += 1
        return sent

    def _unsent(self, error: DeliveryError) -> Sent:
        at = self._sender.clock.now()
        return Sent(attempt=Attempt(at=at, status_code=None, error=error, duration_ms=0))

    async def _noted(self, hook: Webhook, failing_at: datetime | None, tried: Sequence[Tried]) -> bool:
        """Keep what came of some deliveries, in one transaction; whether the receiver takes any."""
        now = self._sender.clock.now()
        asked = [each.sent for each in tried if each.sent.attempt.error != "no_longer_known"]
        takes_any = any(sent.is_delivered for sent in asked)
        if asked:
            failing_at = None if takes_any else failing_at or now
        whose = {"user_id": hook.user_id, "webhook_id": hook.id}

        async def unit(tx: Transaction) -> None:
            await tx.run(KEEP_HOOK_LEASE, **whose, until=now + self._lease, failing_at=failing_at)
            for each in tried:
                await _keep(tx, each.delivery, noted(each.delivery, each.sent, self._patience, now))

        await self._database.write(unit)
        is_gone = any(sent.is_gone for sent in asked)
        if is_gone or (failing_at is not None and self._patience.is_exhausted(now - failing_at)):
            await self._disable(hook, failing_at, is_gone=is_gone)
        return takes_any or not asked

    async def _disable(self, hook: Webhook, failing_at: datetime | None, *, is_gone: bool) -> None:
        reason = "The receiver answered 410 Gone."
        if not is_gone and failing_at is not None:
            reason = f"Nothing was taken since {failing_at:%Y-%m-%dT%H:%M:%SZ}."
        structlog.get_logger().warning("a webhook is disabled", webhook=hook.id, reason=reason)
        # Its owner may have deleted it at this moment.
        with suppress(Problem):
            await perform(
                self._door, hook.user_id, Conditions(origin="worker"), disable_webhook, hook.id, reason
            )


async def _keep(tx: Transaction, before: Delivery, after: Delivery) -> None:
    await tx.run(
        TRIED,
        user_id=before.user_id,
        webhook_id=before.webhook_id,
        id=before.id,
        seen=before.tries,
        status=after.status,
        tries=after.tries,
        attempts=after.attempts,
        next_at=after.next_at,
    )


def test_body(hook: Webhook, at: datetime) -> bytes:
    """What a receiver gets that is only to show that it can be reached."""
    data = {"webhookId": hook.id, "message": "It arrives."}
    return encoded({"event": TEST_EVENT, "data": data, "updatedAt": at}).encode()


def noted(delivery: Delivery, sent: Sent, patience: Patience, now: datetime) -> Delivery:
    """A delivery after an attempt: done, to be tried again, or given up."""
    attempts = (*delivery.attempts, sent.attempt)[-MAX_ATTEMPTS_KEPT:]
    if sent.is_delivered:
        return replace(delivery, status="delivered", attempts=attempts, next_at=None)
    tries = delivery.tries + 1
    wait = patience.next_wait(tries, random.random(), sent.asked_wait)  # noqa: S311  # spreads load, guards nothing
    if wait is None or sent.attempt.error == "no_longer_known":
        return replace(delivery, status="failed", tries=tries, attempts=attempts, next_at=None)
    return replace(delivery, tries=tries, attempts=attempts, next_at=now + wait)
