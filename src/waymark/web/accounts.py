"""Accounts over HTTP: registering, sessions, one's own record, API tokens, export and erasure.

What makes a password right or a token stand is decided elsewhere.
"""

from collections.abc import AsyncIterator
from typing import Any, Final, Protocol, TypeAlias

from starlette.responses import Response, StreamingResponse

from waymark.actions.account_commands import (
    ChangeAccount,
    ChangePassword,
    CreateApiToken,
    EraseAccount,
    LogIn,
    RefreshSession,
    Register,
)
from waymark.actions.accounts import (
    LOCATION,
    Welcome,
    change_account,
    change_password,
    erase,
    etag_of,
    log_in,
    login_of,
    register,
)
from waymark.actions.api_tokens import create_api_token, revoke_api_token
from waymark.actions.fields import Id
from waymark.actions.perform import Conditions, Door, Retry, perform
from waymark.actions.sessions import Client, Sessions, TokenPair
from waymark.actions.tokens import AccessTokens, digest
from waymark.domain.documents import encoded
from waymark.domain.text import folded
from waymark.errors import (
    AlreadyExists,
    Forbidden,
    InvalidCredentials,
    NotFound,
    PreconditionFailed,
    RateLimited,
    TokenExpired,
    TokenInvalid,
)
from waymark.queries.accounts import (
    ApiTokenDocument,
    SessionDocument,
    UserDocument,
    api_token_document,
    api_tokens,
    get_api_token,
    get_user,
    session_document,
    standing_sessions,
    user_body,
)
from waymark.queries.export import ExportDocument, exported
from waymark.web import account_examples as example
from waymark.web.access import Access
from waymark.web.call import Answer, Call, Services
from waymark.web.limits import Standing
from waymark.web.route import Router
from waymark.web.short_lists import ShortPaging, meta_of, page_of


class AccountServices(Services, Protocol):
    """What these routes use of the application."""

    door: Door
    sessions: Sessions
    access: Access
    access_tokens: AccessTokens


Asked: TypeAlias = Call[AccountServices]


router: Final = Router(
    prefix="/api/v1",
    tag="accounts",
    about="Registering, sessions, one's own record, API tokens, export and erasure.",
)

_CREDENTIAL: Final[dict[str, Any]] = {
    "public": True,
    "limit": "auth",
    "has_dry_run": False,
    "is_retryable": False,
}
"""Routes that hand out tokens: no token needed, counted strictly, never kept for a replay."""


# Beginning and ending sessions ---------------------------------------------------------------


@router.post(
    "/auth/register",
    status_code=201,
    reply=Welcome,
    errors=(AlreadyExists, RateLimited),
    example=example.WELCOME,
    body_example=example.REGISTER,
    **_CREDENTIAL,
)
async def register_account(call: Asked, body: Register) -> Answer:
    """Register with an e-mail address and a password.

    The address must be new. The answer holds the account and its first session's tokens.
    """
    await _count(call, "register", digest(folded(body.email)))
    welcome = await register(call.services.door, call.services.sessions, body, _client(call))
    return Answer(encoded(welcome), location=LOCATION)


@router.post(
    "/auth/login",
    reply=Welcome,
    errors=(InvalidCredentials, RateLimited),
    example=example.WELCOME,
    body_example=example.LOG_IN,
    **_CREDENTIAL,
)
async def start_session(call: Asked, body: LogIn) -> Answer:
    """Log in.

    Give `email` or `emailOrUsername`. Unknown accounts and wrong passwords are answered alike.
    """
    await _count(call, "login", digest(login_of(body)))
    welcome = await log_in(call.services.door, call.services.sessions, body, _client(call))
    return Answer(encoded(welcome))


@router.post(
    "/auth/refresh",
    reply=TokenPair,
    errors=(TokenExpired, TokenInvalid, RateLimited),
    example=example.TOKENS,
    body_example=example.REFRESH,
    **_CREDENTIAL,
)
async def refresh_session(call: Asked, body: RefreshSession) -> Answer:
    """Exchange a refresh token for the next pair.

    Each works once. One that comes back later than 30 s after its use ends the session: it was stolen.
    """
    await _count(call, "refresh")
    return Answer(encoded(await call.services.sessions.refresh(body.refresh_token)))


@router.post(
    "/auth/logout",
    reply=SessionDocument,
    errors=(Forbidden, NotFound),
    example=example.SESSION,
    has_dry_run=False,
    is_retryable=False,
)
async def end_session(call: Asked) -> Answer:
    """Log out: end the session of the access token."""
    session_id = call.identity.session_id
    if session_id is None:
        raise Forbidden("This token has no session that could be ended here.")
    session = await call.services.sessions.end(call.user_id, session_id)
    return Answer(encoded(session_document(session, session_id)))


@router.get("/auth/sessions", reply=list[SessionDocument], example=[example.SESSION])
async def list_sessions(call: Asked, query: ShortPaging) -> Answer:
    """List where one is logged in.

    Sessions that stand, the one used last first.
    """
    standing = await standing_sessions(
        call.services.door.database, call.user_id, call.services.sessions.now()
    )
    page = [session_document(session, call.identity.session_id) for session in page_of(standing, query)]
    return Answer(encoded(page), meta_of(len(standing), query))


@router.delete(
    "/auth/sessions/{session_id}",
    reply=SessionDocument,
    errors=(Forbidden, NotFound),
    example=example.SESSION,
    is_retryable=False,
)
async def end_other_session(call: Asked, session_id: Id) -> Answer:
    """End one of one's sessions, be it the current one."""
    call.expect_person()
    session = await call.services.sessions.end(call.user_id, session_id, dry_run=call.dry_run)
    return Answer(encoded(session_document(session, call.identity.session_id)))


# One's own record ----------------------------------------------------------------------------


@router.get("/auth/me", reply=UserDocument, example=example.USER, has_etag=True)
async def get_account(call: Asked) -> Answer:
    """Get one's own account."""
    user = await get_user(call.services.door.database, call.user_id)
    return Answer(user_body(user), etag=etag_of(user))


@router.patch(
    "/users/me",
    reply=UserDocument,
    errors=(PreconditionFailed,),
    example=example.USER,
    body_example=example.CHANGE,
    has_etag=True,
    has_if_match=True,
)
async def change_own_account(call: Asked, body: ChangeAccount) -> Answer:
    """Change one's name, zone, currency, start of day or thresholds.

    A merge patch. With another zone or start of day every goal is looked at from the new local day.
    """
    conditions = _conditions(call, call.fingerprint)
    outcome = await perform(call.services.door, call.user_id, conditions, change_account, body, call.if_match)
    return Answer(outcome.data, etag=outcome.etag)


@router.post(
    "/users/me/password",
    reply=UserDocument,
    errors=(Forbidden, InvalidCredentials, RateLimited),
    example=example.USER,
    body_example=example.PASSWORD,
    limit="auth",
)
async def change_own_password(call: Asked, body: ChangePassword) -> Answer:
    """Change one's password.

    Every other session ends; API tokens stay.
    """
    call.expect_person()
    services = call.services
    # Sealed: a plain digest of a body with passwords would let them be guessed from a stolen database.
    conditions = _conditions(call, services.access_tokens.sealed(call.fingerprint))
    outcome = await change_password(
        services.door, call.user_id, conditions, body, call.identity.session_id, services.sessions.now()
    )
    services.access.forget(call.user_id)
    return Answer(outcome.data)


@router.delete(
    "/users/me",
    reply=UserDocument,
    errors=(Forbidden, InvalidCredentials, RateLimited),
    example=example.USER,
    body_example=example.ERASE,
    limit="auth",
    is_retryable=False,
)
async def erase_account(call: Asked, body: EraseAccount) -> Answer:
    """Erase one's account with everything in it, for good.

    Nothing is kept, and the address may register again. Accounts of an OIDC issuer give no password.
    """
    call.expect_person()
    user = await erase(call.services.door, call.user_id, body.password, dry_run=call.dry_run)
    call.services.access.forget(call.user_id)
    return Answer(user_body(user))


@router.get("/users/me/export", reply=ExportDocument, example=example.EXPORT)
async def export_account(call: Asked) -> Response:
    """Get everything that is one's own as one JSON document.

    It is streamed; deleted records and the journal are part of it, secrets are not.
    """
    database = call.services.door.database
    user = await get_user(database, call.user_id)
    parts = _enveloped(exported(database, user, call.services.sessions.now()))
    disposition = 'attachment; filename="waymark-export.json"'
    return StreamingResponse(
        parts, media_type="application/json", headers={"content-disposition": disposition}
    )


# API tokens ----------------------------------------------------------------------------------


@router.post(
    "/auth/tokens",
    status_code=201,
    reply=ApiTokenDocument,
    errors=(Forbidden,),
    example=example.NEW_API_TOKEN,
    body_example=example.CREATE_API_TOKEN,
    is_retryable=False,
)
async def create_own_api_token(call: Asked, body: CreateApiToken) -> Answer:
    """Create an API token.

    `token` is shown this once. With `read` alone it can change nothing; no API token can make or end others.
    """
    call.expect_person()
    token, secret = await create_api_token(
        call.services.door, call.user_id, body, call.services.sessions.now(), dry_run=call.dry_run
    )
    document = api_token_document(token, None if call.dry_run else secret)
    return Answer(encoded(document), location=f"/api/v1/auth/tokens/{token.id}")


@router.get("/auth/tokens", reply=list[ApiTokenDocument], example=[example.API_TOKEN])
async def list_api_tokens(call: Asked, query: ShortPaging) -> Answer:
    """List one's API tokens, newest first."""
    tokens = await api_tokens(call.services.door.database, call.user_id)
    page = [api_token_document(token) for token in page_of(tokens, query)]
    return Answer(encoded(page), meta_of(len(tokens), query))


@router.get("/auth/tokens/{token_id}", reply=ApiTokenDocument, errors=(NotFound,), example=example.API_TOKEN)
async def get_own_api_token(call: Asked, token_id: Id) -> Answer:
    """Get one API token, without its secret."""
    token = await get_api_token(call.services.door.database, call.user_id, token_id)
    return Answer(encoded(api_token_document(token)))


@router.delete(
    "/auth/tokens/{token_id}",
    reply=ApiTokenDocument,
    errors=(Forbidden, NotFound),
    example=example.API_TOKEN,
    is_retryable=False,
)
async def revoke_own_api_token(call: Asked, token_id: Id) -> Answer:
    """Revoke an API token; what it opened is closed at once."""
    call.expect_person()
    token = await revoke_api_token(
        call.services.door, call.user_id, token_id, call.services.sessions.now(), dry_run=call.dry_run
    )
    call.services.access.forget(call.user_id)
    return Answer(encoded(api_token_document(token)))


# What they share -----------------------------------------------------------------------------


def _client(call: Asked) -> Client:
    return Client(call.header("User-Agent"), call.address or None)


async def _count(call: Asked, what: str, account: str | None = None) -> None:
    """One attempt on the address and on the account, each with a limit of its own; RateLimited."""
    call.standing = await call.services.limits.hit("auth", f"{what}:address:{call.address}")
    if account is not None:
        call.standing = _tighter(
            call.standing, await call.services.limits.hit("auth", f"{what}:account:{account}")
        )


def _tighter(one: Standing | None, other: Standing | None) -> Standing | None:
    return min((each for each in (one, other) if each), key=lambda each: each.remaining, default=None)


def _conditions(call: Asked, fingerprint: str) -> Conditions:
    key = call.idempotency_key
    return Conditions(retry=None if key is None else Retry(key, fingerprint), dry_run=call.dry_run)


async def _enveloped(parts: AsyncIterator[str]) -> AsyncIterator[str]:
    yield '{"success":true,"data":'
    async for part in parts:
        yield part
    yield ',"meta":null,"error":null}'
