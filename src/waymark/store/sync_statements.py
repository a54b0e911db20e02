"""The SQL of sync: what devices were answered, what a record was, and pages of the journal as JSON.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, select

from waymark.domain.conflicts import SyncConflict
from waymark.domain.neighbours import HabitCompletion
from waymark.store.columns import any_of
from waymark.store.import_statements import known
from waymark.store.json_text import utf8, written
from waymark.store.neighbours import habit_completions
from waymark.store.schema import idempotency, journal
from waymark.store.statement import Statement
from waymark.store.statements import USER
from waymark.store.sync_tables import sync_clients, sync_conflicts


class Client(msgspec.Struct, frozen=True):
    """How far a device's pushes came: all up to `watermark`, and those beyond it that came early."""

    watermark: int
    beyond: tuple[int, ...]


class Image(msgspec.Struct, frozen=True):
    """A record as a row of the journal has it."""

    seq: int
    at: Any
    entity: str
    id: str
    body: str


# Pushing -------------------------------------------------------------------------------------

ANSWERS: Final = Statement(
    select(idempotency.c.key, idempotency.c.fingerprint, idempotency.c.answer).where(
        idempotency.c.user_id == USER, any_of(idempotency.c.key, "keys")
    )
)
"""What some change keys were answered: key, fingerprint, result."""
CLIENT: Final = Statement(
    select(sync_clients.c.watermark, sync_clients.c.beyond).where(
        sync_clients.c.user_id == USER, sync_clients.c.client_id == bindparam("client_id")
    ),
    Client,
)
DAYS_OF_HABITS: Final = Statement(
    select(habit_completions).where(
        habit_completions.c.user_id == USER,
        any_of(habit_completions.c.habit_id, "habit_ids"),
        any_of(habit_completions.c.date_key, "days"),
    ),
    HabitCompletion,
)
"""What is or was said of some days of some habits."""
KNOWN_DAYS: Final = known(habit_completions)
"""Which of some ids are taken by records of days."""
CONFLICTS_OF: Final = Statement(
    select(sync_conflicts)
    .where(
        sync_conflicts.c.user_id == USER,
        sync_conflicts.c.entity == bindparam("entity"),
        sync_conflicts.c.entity_id == bindparam("entity_id"),
    )
    .order_by(sync_conflicts.c.version.desc()),
    SyncConflict,
)
"""Of one record, the latest first."""

# What a record was ---------------------------------------------------------------------------

_IMAGE = select(journal.c.seq, journal.c.at, journal.c.entity, journal.c.id, journal.c.body).where(
    journal.c.user_id == USER
)
IMAGE_AT: Final = Statement(_IMAGE.where(journal.c.seq == bindparam("seq")), Image)
"""The row at a seq, whatever it is of."""
IMAGE_BEFORE: Final = Statement(
    _IMAGE.where(
        journal.c.entity == bindparam("entity"),
        journal.c.id == bindparam("id"),
        journal.c.seq <= bindparam("seq"),
    )
    .order_by(journal.c.seq.desc())
    .limit(1),
    Image,
)
"""A record as it stood at a seq."""

# Pulling -------------------------------------------------------------------------------------

_CHANGE = utf8(
    '{"operation":"',
    journal.c.operation,
    '","entity":"',
    journal.c.entity,
    '","id":"',
    journal.c.id,
    '","data":',
    journal.c.body,
    ',"version":',
    journal.c.version,
    ',"serverUpdatedAt":"',
    written(journal.c.at),
    '","seq":',
    journal.c.seq,
    "}",
)
_IS_AFTER = and_(journal.c.user_id == USER, journal.c.seq > bindparam("seq"))
_IS_ASKED_FOR = any_of(journal.c.entity, "entities")
_PAGE = select((journal.c.entity + journal.c.id).label("record"), _CHANGE.label("change")).where(
    _IS_AFTER, journal.c.seq <= bindparam("last")
)
PAGE: Final = Statement(_PAGE.order_by(journal.c.seq))
"""Each row between two seqs as a change that goes out, beside what names its record."""
PAGE_OF: Final = Statement(_PAGE.where(_IS_ASKED_FOR).order_by(journal.c.seq))
_PLACE = select(journal.c.seq, journal.c.txn)
ROW_AT: Final = Statement(_PLACE.where(journal.c.user_id == USER, journal.c.seq == bindparam("seq")))
LAST_OF: Final = Statement(
    _PLACE.where(_IS_AFTER, _IS_ASKED_FOR).order_by(journal.c.seq).offset(bindparam("before")).limit(1)
)
"""The row that has so many before it on its page."""
NEXT_TXN: Final = Statement(
    select(journal.c.seq)
    .where(journal.c.user_id == USER, journal.c.seq > bindparam("seq"), journal.c.txn > bindparam("txn"))
    .order_by(journal.c.seq)
    .limit(1)
)
"""The first row after a transaction."""
