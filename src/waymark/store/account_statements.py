"""Rows and SQL of accounts and credentials; the few that find an owner are not bound to one.

By address, subject or hash an account is found; from there on every statement names its user.
"""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec
from sqlalchemy import BindParameter, bindparam, delete, or_, select, update

from waymark.domain.records import GoalDocumentRow
from waymark.store.schema import (
    api_tokens,
    goal_documents,
    metadata,
    rate_windows,
    refresh_tokens,
    sessions,
    users,
)
from waymark.store.statement import Statement

Scope: TypeAlias = Literal["read", "write"]

USER: BindParameter[str] = bindparam("user_id")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person's account. One from an OIDC issuer has no password; `full_name` may be empty."""

    id: str
    email: str
    email_folded: str
    username: str | None = None
    full_name: str
    password_hash: str | None
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    base_currency: str
    timezone: str
    day_starts_at: int = 0
    insight_thresholds: tuple[int, ...] | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One log-in: the family of refresh tokens that follow from it."""

    user_id: str
    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    user_agent: str | None
    address: str | None


class RefreshToken(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh token by its hash; spent once it was exchanged for the next."""

    token_hash: str
    user_id: str
    session_id: str
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token for programs, by its hash."""

    user_id: str
    id: str
    name: str
    token_hash: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None
    revoked_at: datetime | None = None


# Finding the owner ---------------------------------------------------------------------------

USER_BY_LOGIN = Statement(
    select(users).where(
        or_(users.c.email_folded == bindparam("login"), users.c.username == bindparam("login"))
    ),
    User,
)
USER_BY_SUBJECT = Statement(
    select(users.c.id).where(
        users.c.oidc_issuer == bindparam("issuer"), users.c.oidc_subject == bindparam("subject")
    )
)
REFRESH_TOKEN = Statement(
    select(refresh_tokens).where(refresh_tokens.c.token_hash == bindparam("token_hash")), RefreshToken
)
API_TOKEN_BY_HASH = Statement(
    select(api_tokens).where(api_tokens.c.token_hash == bindparam("token_hash")), ApiToken
)

# The account ---------------------------------------------------------------------------------

ACCOUNT = Statement(select(users).where(users.c.id == USER), User)
DOCUMENTS = Statement(select(goal_documents).where(goal_documents.c.user_id == USER), GoalDocumentRow)
LOCK_SESSIONS = Statement(select(sessions.c.id).where(sessions.c.user_id == USER).with_for_update())
ERASURE = (
    *(
        Statement(delete(table).where(table.c.user_id == USER))
        for table in reversed(metadata.sorted_tables)
        if "user_id" in table.c
    ),
    Statement(delete(rate_windows).where(rate_windows.c.key.endswith(USER))),
    Statement(delete(users).where(users.c.id == USER)),
)
"""Every table of the schema that knows users, children before parents, and the account last."""

# Sessions ------------------------------------------------------------------------------------

_SESSION = (sessions.c.user_id == USER, sessions.c.id == bindparam("session_id"))
_NOW = bindparam("now", type_=sessions.c.expires_at.type)
_STANDING = (sessions.c.user_id == USER, sessions.c.revoked_at.is_(None), sessions.c.expires_at > _NOW)
SESSIONS = Statement(
    select(sessions).where(*_STANDING).order_by(sessions.c.last_used_at.desc(), sessions.c.id), Session
)
IS_SESSION_STANDING = Statement(select(sessions.c.id).where(*_SESSION, sessions.c.revoked_at.is_(None)))
LOCK_SESSION = Statement(select(sessions).where(*_SESSION).with_for_update(), Session)
DROP_EXPIRED_SESSIONS = Statement(
    delete(sessions).where(sessions.c.user_id == USER, sessions.c.expires_at <= _NOW)
)

DROP_EXPIRED_REFRESH_TOKENS = Statement(
    delete(refresh_tokens).where(
        refresh_tokens.c.user_id == USER,
        refresh_tokens.c.session_id == bindparam("session_id"),
        refresh_tokens.c.expires_at <= _NOW,
    )
)

# API tokens ----------------------------------------------------------------------------------

_UNREVOKED = (api_tokens.c.user_id == USER, api_tokens.c.revoked_at.is_(None))
API_TOKENS = Statement(
    select(api_tokens).where(*_UNREVOKED).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id), ApiToken
)
API_TOKEN = Statement(select(api_tokens).where(*_UNREVOKED, api_tokens.c.id == bindparam("id")), ApiToken)
TOUCH_API_TOKEN = Statement(
    update(api_tokens)
    .where(api_tokens.c.user_id == USER, api_tokens.c.id == bindparam("id"))
    .values(last_used_at=bindparam("now", type_=api_tokens.c.last_used_at.type))
)
