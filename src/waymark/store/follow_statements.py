"""The SQL of those who follow a journal: where it is, what a cursor points at, whose has grown.

Nothing is written here, and the rows themselves are read by JOURNAL_AFTER.
"""

from datetime import datetime

import msgspec
from sqlalchemy import BindParameter, bindparam, select

from waymark.store.columns import any_of
from waymark.store.schema import heads, journal
from waymark.store.statement import Statement

USER: BindParameter[str] = bindparam("user_id")


class Mark(msgspec.Struct, frozen=True):
    """What a cursor knows of the row it points at."""

    seq: int
    txn: int
    at: datetime
    id: str


_MARK = select(journal.c.seq, journal.c.txn, journal.c.at, journal.c.id).where(journal.c.user_id == USER)

MARK = Statement(_MARK.where(journal.c.seq == bindparam("seq")), Mark)
MARK_AT = Statement(
    # Times rise with seqs: from the newest backwards no more rows are passed than will be read.
    _MARK.where(journal.c.at <= bindparam("at", type_=journal.c.at.type))
    .order_by(journal.c.seq.desc())
    .limit(1),
    Mark,
)
HEADS_OF = Statement(select(heads.c.user_id, heads.c.seq).where(any_of(heads.c.user_id, "user_ids")))
"""Of many users at once: how far each journal reaches."""
