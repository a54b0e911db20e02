"""The outbox is the journal: what a webhook has not read of it becomes deliveries, page by page.

Nothing is written while a user writes, and nothing is sent here.
"""

from datetime import datetime, timedelta
from typing import Final

from waymark.domain.webhooks import Delivery, Webhook, delivery_id, is_wanted
from waymark.realtime.frames import Frame
from waymark.store.database import Put, Transaction
from waymark.store.statements import HEAD, JOURNAL_AFTER
from waymark.store.webhook_statements import ENQUEUED, FORGET_PRUNED, LOCK_PROGRESS
from waymark.store.webhook_tables import webhook_deliveries

PAGE: Final = 100
"""Journal rows read in one transaction: with every document at its largest, a few megabytes."""
TESTS_KEPT_FOR: Final = timedelta(days=30)
"""As long as the journal keeps what other deliveries tell."""
_MICROSECOND: Final = timedelta(microseconds=1)


async def enqueue(tx: Transaction, hook: Webhook, now: datetime) -> bool:
    """Make deliveries of the next page of the owner's journal; whether there was anything to read.

    Twice at once is once: the progress is locked, and a change's delivery has one id for ever.
    """
    whose = {"user_id": hook.user_id, "webhook_id": hook.id}
    progress = await tx.one(LOCK_PROGRESS, **whose)
    head = await tx.one(HEAD, user_id=hook.user_id)
    if progress is None or head is None or progress.enqueued_seq >= head.seq:
        return False
    # Read up to the floor, it stood still for longer than the journal remembers: the next frame's prevSeq
    # then tells the receiver that it missed something.
    after = max(progress.enqueued_seq, head.floor)
    told = progress.told_seq if after == progress.enqueued_seq else after
    rows = await tx.all(JOURNAL_AFTER, user_id=hook.user_id, seq=after, limit=PAGE)
    deliveries = list[Delivery]()
    for row in rows:
        event = Frame(row, "").event
        if is_wanted(hook, event, row):
            at = now + len(deliveries) * _MICROSECOND
            deliveries.append(
                Delivery(
                    user_id=hook.user_id,
                    webhook_id=hook.id,
                    id=delivery_id(hook.id, head.epoch, row.seq),
                    seq=row.seq,
                    prev_seq=told,
                    event=event,
                    entity=row.entity,
                    entity_id=row.id,
                    operation=row.operation,
                    next_at=at,
                    created_at=at,
                )
            )
            told = row.seq
    await tx.run(FORGET_PRUNED, **whose, seq=head.floor, tests_before=now - TESTS_KEPT_FOR)
    await tx.apply([Put(webhook_deliveries, deliveries)])
    await tx.run(ENQUEUED, **whose, enqueued_seq=rows[-1].seq if rows else head.seq, told_seq=told)
    return True
