"""The SQL of webhooks: who waits to be told, what was told, and how it went.

Those few that ask for everybody's are the worker's, which serves all users; they tell ids alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, delete, func, or_, select, update

from waymark.domain.records import JournalRow
from waymark.domain.webhooks import Delivery, Webhook
from waymark.store.columns import any_of
from waymark.store.listing import Listing, SortKey
from waymark.store.schema import goals, heads, journal
from waymark.store.statement import Statement
from waymark.store.statements import USER
from waymark.store.webhook_tables import webhook_deliveries, webhook_progress, webhooks

_HOOK: BindParameter[str] = bindparam("webhook_id")
_NOW = bindparam("now", type_=webhook_progress.c.leased_until.type)
_UNTIL = bindparam("until", type_=webhook_progress.c.leased_until.type)
_AT = bindparam("next_at", type_=webhook_deliveries.c.next_at.type)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a webhook has come: read up to `enqueued_seq`, the last that it wanted at `told_seq`.

    `failing_at` is since when nothing arrived; whoever serves it has until `leased_until`.
    """

    user_id: str
    webhook_id: str
    enqueued_seq: int
    told_seq: int
    due_at: datetime | None = None
    leased_until: datetime
    failing_at: datetime | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A webhook for which there is something to do."""

    user_id: str
    webhook_id: str


# Whose turn it is ----------------------------------------------------------------------------

_IS_ACTIVE = and_(webhooks.c.status == "active", webhooks.c.show_status == "active")
_OF_HOOK = and_(
    webhooks.c.user_id == webhook_progress.c.user_id, webhooks.c.id == webhook_progress.c.webhook_id
)
_ALL = webhook_progress.join(webhooks, _OF_HOOK).join(heads, heads.c.user_id == webhook_progress.c.user_id)
_HAS_NEWS = heads.c.seq > webhook_progress.c.enqueued_seq


def _waiting(*conditions: ColumnElement[bool]) -> Statement[Waiting]:
    return Statement(
        select(webhook_progress.c.user_id, webhook_progress.c.webhook_id)
        .select_from(_ALL)
        .where(_IS_ACTIVE, webhook_progress.c.leased_until <= _NOW, *conditions)
        .order_by(webhook_progress.c.due_at)
        .limit(bindparam("limit")),
        Waiting,
    )


DUE_HOOKS = _waiting(webhook_progress.c.due_at <= _NOW)
"""With a delivery whose time has come."""
RUNG_HOOKS = _waiting(any_of(webhook_progress.c.user_id, "user_ids"), _HAS_NEWS)
"""Of users who just changed something."""
MISSED_HOOKS = _waiting(_HAS_NEWS)
"""Whoever rang or did not ring."""
NEXT_HOOK_DUE = Statement(
    select(webhook_progress.c.due_at)
    .select_from(webhook_progress.join(webhooks, _OF_HOOK))
    .where(_IS_ACTIVE, webhook_progress.c.due_at.is_not(None))
    .order_by(webhook_progress.c.due_at)
    .limit(1)
)

# One webhook's progress ----------------------------------------------------------------------

_IS_OWN = (webhook_progress.c.user_id == USER, webhook_progress.c.webhook_id == _HOOK)
_PROGRESS = select(*(webhook_progress.c[name] for name in Progress.__struct_fields__))
PROGRESS = Statement(_PROGRESS.where(*_IS_OWN), Progress)
LOCK_PROGRESS = Statement(_PROGRESS.where(*_IS_OWN).with_for_update(), Progress)
PROGRESS_OF = Statement(
    _PROGRESS.where(webhook_progress.c.user_id == USER, any_of(webhook_progress.c.webhook_id, "ids")),
    Progress,
)
LEASE_HOOK = Statement(
    # Due at its end: should the holder die, somebody else's turn comes by itself.
    update(webhook_progress)
    .where(*_IS_OWN, webhook_progress.c.leased_until <= _NOW)
    .values(leased_until=_UNTIL, due_at=_UNTIL)
)
KEEP_HOOK_LEASE = Statement(
    update(webhook_progress)
    .where(*_IS_OWN)
    .values(
        leased_until=_UNTIL,
        due_at=_UNTIL,
        failing_at=bindparam("failing_at", type_=webhook_progress.c.failing_at.type),
    )
)
ENQUEUED = Statement(
    update(webhook_progress)
    .where(*_IS_OWN)
    .values(
        enqueued_seq=bindparam("enqueued_seq", type_=webhook_progress.c.enqueued_seq.type),
        told_seq=bindparam("told_seq", type_=webhook_progress.c.told_seq.type),
    )
)
RELEASE_HOOK = Statement(
    update(webhook_progress)
    .where(*_IS_OWN)
    .values(
        leased_until=bindparam("free_at", type_=webhook_progress.c.leased_until.type),
        due_at=bindparam("due_at", type_=webhook_progress.c.due_at.type),
    )
)
HOOK = Statement(
    select(webhooks).where(webhooks.c.user_id == USER, webhooks.c.id == _HOOK, _IS_ACTIVE), Webhook
)
HOOK_COUNT = Statement(
    select(func.count().label("count")).where(webhooks.c.user_id == USER, webhooks.c.show_status == "active")
)
OWN_GOALS = Statement(
    select(goals.c.id).where(
        goals.c.user_id == USER, any_of(goals.c.id, "ids"), goals.c.show_status != "deleted"
    )
)

# Deliveries ----------------------------------------------------------------------------------

_IS_OF_HOOK = (webhook_deliveries.c.user_id == USER, webhook_deliveries.c.webhook_id == _HOOK)
_IS_PENDING = webhook_deliveries.c.status == "pending"
_ONE = select(webhook_deliveries).where(*_IS_OF_HOOK, webhook_deliveries.c.id == bindparam("id"))
DELIVERY = Statement(_ONE, Delivery)
LOCK_DELIVERY = Statement(_ONE.with_for_update(), Delivery)
DUE_DELIVERIES = Statement(
    select(webhook_deliveries)
    .where(*_IS_OF_HOOK, _IS_PENDING, webhook_deliveries.c.next_at <= _NOW)
    .order_by(webhook_deliveries.c.next_at, webhook_deliveries.c.seq)
    .limit(bindparam("limit")),
    Delivery,
)
NEXT_DELIVERY = Statement(
    select(func.min(webhook_deliveries.c.next_at).label("at")).where(*_IS_OF_HOOK, _IS_PENDING)
)
TRIED = Statement(
    # Only as it was when it was tried: an owner may have begun it anew meanwhile.
    update(webhook_deliveries)
    .where(
        *_IS_OF_HOOK,
        webhook_deliveries.c.id == bindparam("id"),
        _IS_PENDING,
        webhook_deliveries.c.tries == bindparam("seen"),
    )
    .values(
        status=bindparam("status", type_=webhook_deliveries.c.status.type),
        tries=bindparam("tries", type_=webhook_deliveries.c.tries.type),
        attempts=bindparam("attempts", type_=webhook_deliveries.c.attempts.type),
        next_at=_AT,
    )
)
_BEFORE = bindparam("tests_before", type_=webhook_deliveries.c.created_at.type)
_SEQ = bindparam("seq", type_=webhook_deliveries.c.seq.type)
FORGET_AFTER = Statement(delete(webhook_deliveries).where(*_IS_OF_HOOK, webhook_deliveries.c.seq > _SEQ))
FORGET_PRUNED = Statement(
    delete(webhook_deliveries).where(
        *_IS_OF_HOOK,
        webhook_deliveries.c.status != "pending",
        or_(
            webhook_deliveries.c.seq <= _SEQ,
            and_(webhook_deliveries.c.seq.is_(None), webhook_deliveries.c.created_at < _BEFORE),
        ),
    )
)
JOURNAL_ROWS = Statement(
    select(journal).where(journal.c.user_id == USER, any_of(journal.c.seq, "seqs")), JournalRow
)

_UNREAD = (
    select(func.min(webhook_progress.c.enqueued_seq).label("seq"))
    .select_from(webhook_progress.join(webhooks, _OF_HOOK))
    .where(webhook_progress.c.user_id == USER, _IS_ACTIVE)
)
_UNSENT = (
    select(func.min(webhook_deliveries.c.seq - 1).label("seq"))
    .select_from(
        webhook_deliveries.join(
            webhooks,
            and_(
                webhooks.c.user_id == webhook_deliveries.c.user_id,
                webhooks.c.id == webhook_deliveries.c.webhook_id,
            ),
        )
    )
    .where(webhook_deliveries.c.user_id == USER, _IS_PENDING, _IS_ACTIVE)
)
STILL_NEEDED_AFTER = Statement(_UNREAD.union_all(_UNSENT))
"""Rows of the journal behind the least of these two are still to be read for an active webhook."""

DELIVERIES: Final = Listing(
    "webhook deliveries",
    webhook_deliveries,
    columns=[webhook_deliveries.c[name] for name in Delivery.__struct_fields__],
    owner=_IS_OF_HOOK,
    tie=SortKey(webhook_deliveries.c.id, str),
    sorts={"createdAt": [SortKey(webhook_deliveries.c.created_at, datetime)]},
    filters={
        "status": webhook_deliveries.c.status == bindparam("status"),
        "event": webhook_deliveries.c.event == bindparam("event"),
        "entity": webhook_deliveries.c.entity == bindparam("entity"),
    },
)


def delivery_of(row: Sequence[Any]) -> Delivery:
    """A row of the list as a record."""
    return Delivery(**dict(zip(DELIVERIES.names, row, strict=True)))
