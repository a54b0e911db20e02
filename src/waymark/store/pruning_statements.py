"""The SQL of forgetting: what outlives its use in the journal, among kept answers, sessions and limits.

How long a thing is of use is told from outside.
"""

from sqlalchemy import bindparam, delete, exists, func, or_, select, update

from waymark.store.schema import heads, idempotency, journal, rate_windows, refresh_tokens, sessions
from waymark.store.statement import Statement
from waymark.store.statements import USER

_FIRST_OF_REST = "!"
"""Keys of REST are printable; those that sync made begin with a space, which sorts before all of them."""

_JOURNAL_BEFORE = bindparam("journal_before", type_=journal.c.at.type)
_KEYS_BEFORE = bindparam("keys_before", type_=idempotency.c.created_at.type)
_NOW = bindparam("now", type_=sessions.c.expires_at.type)
_FLOOR = bindparam("floor", type_=heads.c.floor.type)
_IS_OUTLIVED = or_(
    (idempotency.c.key >= _FIRST_OF_REST) & (idempotency.c.created_at < _KEYS_BEFORE),
    idempotency.c.created_at < _JOURNAL_BEFORE,
)

PRUNABLE = Statement(
    select(heads.c.user_id)
    .where(
        heads.c.user_id > bindparam("after", type_=heads.c.user_id.type),
        or_(
            # The journal is gapless, so its oldest row is the one behind the floor.
            exists().where(
                journal.c.user_id == heads.c.user_id,
                journal.c.seq == heads.c.floor + 1,
                journal.c.at < _JOURNAL_BEFORE,
            ),
            exists().where(idempotency.c.user_id == heads.c.user_id, _IS_OUTLIVED),
            exists().where(sessions.c.user_id == heads.c.user_id, sessions.c.expires_at <= _NOW),
        ),
    )
    .order_by(heads.c.user_id)
    .limit(bindparam("limit"))
)
LAST_OUTLIVED = Statement(
    select(func.max(journal.c.seq)).where(
        journal.c.user_id == USER,
        journal.c.seq > _FLOOR,
        journal.c.seq <= bindparam("until", type_=journal.c.seq.type),
        journal.c.at < _JOURNAL_BEFORE,
    )
)
FORGET_JOURNAL = Statement(delete(journal).where(journal.c.user_id == USER, journal.c.seq <= _FLOOR))
RAISE_FLOOR = Statement(update(heads).where(heads.c.user_id == USER).values(floor=_FLOOR))
FORGET_KEYS = Statement(delete(idempotency).where(idempotency.c.user_id == USER, _IS_OUTLIVED))
FORGET_SESSIONS = Statement(delete(sessions).where(sessions.c.user_id == USER, sessions.c.expires_at <= _NOW))
FORGET_REFRESH_TOKENS = Statement(
    delete(refresh_tokens).where(refresh_tokens.c.user_id == USER, refresh_tokens.c.expires_at <= _NOW)
)
FORGET_WINDOWS = Statement(delete(rate_windows).where(rate_windows.c.expires_at <= _NOW))
