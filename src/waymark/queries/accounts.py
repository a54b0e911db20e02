"""What a person sees of their account: themselves, where they are logged in, the tokens they made.

No password and no hash ever gets into these shapes.
"""

from datetime import datetime

import msgspec

from waymark.domain.documents import encoded
from waymark.errors import NotFound, TokenInvalid
from waymark.store.account_statements import (
    ACCOUNT,
    API_TOKEN,
    API_TOKENS,
    SESSIONS,
    ApiToken,
    Scope,
    Session,
    User,
)
from waymark.store.database import Reader


class UserDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An account as its owner sees it."""

    id: str
    email: str
    username: str | None
    full_name: str | None
    base_currency: str
    timezone: str
    day_starts_at: int
    insight_thresholds: tuple[int, ...] | None
    created_at: datetime
    updated_at: datetime


class SessionDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A log-in that stands; `current` is the one that asks."""

    id: str
    user_agent: str | None
    address: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool


class ApiTokenDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An API token; `token` itself is there once, in the answer to its creation."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    token: str | None = None


async def get_user(reader: Reader, user_id: str) -> User:
    """The account; TokenInvalid when it is gone, for then so is whatever it was asked with."""
    user = await reader.one(ACCOUNT, user_id=user_id)
    if user is None:
        raise TokenInvalid
    return user


async def standing_sessions(reader: Reader, user_id: str, now: datetime) -> list[Session]:
    """Sessions neither ended nor expired, the one used last first."""
    return await reader.all(SESSIONS, user_id=user_id, now=now)


async def api_tokens(reader: Reader, user_id: str) -> list[ApiToken]:
    """API tokens not revoked, expired ones too, newest first."""
    return await reader.all(API_TOKENS, user_id=user_id)


async def get_api_token(reader: Reader, user_id: str, token_id: str) -> ApiToken:
    """One API token that is not revoked; NotFound."""
    token = await reader.one(API_TOKEN, user_id=user_id, id=token_id)
    if token is None:
        raise NotFound
    return token


def user_document(user: User) -> UserDocument:
    return UserDocument(
        id=user.id,
        email=user.email,
        username=user.username,
        full_name=user.full_name or None,
        base_currency=user.base_currency,
        timezone=user.timezone,
        day_starts_at=user.day_starts_at,
        insight_thresholds=user.insight_thresholds,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def user_body(user: User) -> str:
    """The account's JSON, as `/auth/me` gives it."""
    return encoded(user_document(user))


def session_document(session: Session, current_id: str | None) -> SessionDocument:
    return SessionDocument(
        id=session.id,
        user_agent=session.user_agent,
        address=session.address,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        current=session.id == current_id,
    )


def api_token_document(token: ApiToken, secret: str | None = None) -> ApiTokenDocument:
    return ApiTokenDocument(
        id=token.id,
        name=token.name,
        scopes=token.scopes,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
        token=secret,
    )
