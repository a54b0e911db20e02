"""Writes of accounts: they begin, change, get tokens, and end without a trace.

The record of a user is changed under the head lock like all that is theirs; it is not journalled.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.account_commands import (
    ChangeAccount,
    ChangePassword,
    CreateApiToken,
    LogIn,
    Register,
    email_address,
    new_password,
)
from waymark.actions.api_tokens import create_api_token
from waymark.actions.fields import MAX_LINE
from waymark.actions.passwords import hash_of, is_outdated, is_password
from waymark.actions.perform import Conditions, Door, Outcome, perform
from waymark.actions.sessions import Client, Sessions, TokenPair
from waymark.domain.records import Head
from waymark.domain.refusal import Refusal
from waymark.domain.text import folded, line
from waymark.errors import AlreadyExists, Fault, Invalid, InvalidCredentials, NotFound, PreconditionFailed
from waymark.queries.accounts import UserDocument, get_user, user_body, user_document
from waymark.store import insight_tables, schema
from waymark.store.account_statements import (
    ACCOUNT,
    DOCUMENTS,
    DROP_EXPIRED_SESSIONS,
    ERASURE,
    LOCK_SESSIONS,
    SESSIONS,
    USER_BY_LOGIN,
    Scope,
    User,
)
from waymark.store.database import Add, Change, Put, Transaction
from waymark.store.insight_statements import DUES
from waymark.store.statements import LOCK_HEAD
from waymark.store.work import Work

LOCATION: Final = "/api/v1/auth/me"
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_FIELDS: Final = ("timezone", "day_starts_at", "base_currency")
"""What the document of every goal was made with."""


class Welcome(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The answer to registering and logging in: who one is, and a session."""

    user: UserDocument
    access_token: str
    refresh_token: str
    expires_in: int


# Beginning -----------------------------------------------------------------------------------


async def register(door: Door, sessions: Sessions, command: Register, client: Client) -> Welcome:
    """An account and its first session; AlreadyExists when the address has one."""
    user = new_user(
        door.clock.now(),
        command.email,
        await hash_of(command.password),
        full_name=command.full_name,
        base_currency=command.base_currency,
        timezone=command.timezone,
    )
    pair, session = sessions.new(user.id, client)
    await open_account(door, user, *session)
    return _welcome(user, pair)


def new_user(
    at: datetime,
    email: str,
    password_hash: str | None,
    *,
    full_name: str | None = None,
    base_currency: str = "USD",
    timezone: str = "UTC",
) -> User:
    """An account as it begins, not yet stored."""
    return User(
        id=str(uuid7()),
        email=email,
        email_folded=folded(email),
        full_name=full_name or "",
        password_hash=password_hash,
        base_currency=base_currency,
        timezone=timezone,
        created_at=at,
        updated_at=at,
    )


async def open_account(door: Door, user: User, *more: Change) -> None:
    """Store a new account with its head, in one transaction; AlreadyExists names the address."""
    head = Head(user_id=user.id, seq=0, floor=0, at=user.created_at, epoch=secrets.token_hex(8), digests={})

    async def unit(tx: Transaction) -> None:
        await tx.apply([Add(schema.users, [user]), Add(schema.heads, [head]), *more])

    try:
        await door.database.write(unit)
    except AlreadyExists:
        fault = Fault("email", "taken", "There is an account with this address.")
        raise AlreadyExists("There is an account with this e-mail address.", details=[fault]) from None


async def log_in(door: Door, sessions: Sessions, command: LogIn, client: Client) -> Welcome:
    """A new session; InvalidCredentials, after the same time, for a wrong password and for nobody."""
    user = await door.database.one(USER_BY_LOGIN, login=login_of(command))
    seen = user.password_hash if user else None
    if not await is_password(seen, command.password) or user is None or seen is None:
        raise InvalidCredentials
    renewed = await hash_of(command.password) if is_outdated(seen) else None
    pair, session = sessions.new(user.id, client)

    async def unit(tx: Transaction) -> User:
        # Under the lock of a password change: an old password opens no session beside it.
        await tx.one(LOCK_HEAD, user_id=user.id)
        account = await tx.one(ACCOUNT, user_id=user.id)
        if account is None or account.password_hash != seen:
            raise InvalidCredentials
        await tx.run(DROP_EXPIRED_SESSIONS, user_id=user.id, now=sessions.now())
        changes = [Put(schema.users, [replace(account, password_hash=renewed)])] if renewed else []
        await tx.apply([*changes, *session])
        return account

    return _welcome(await door.database.write(unit), pair)


def login_of(command: LogIn) -> str:
    """What the account is looked up by; Invalid unless exactly one of the two fields is given."""
    match command.email, command.email_or_username:
        case None, None:
            raise Invalid.of("emailOrUsername", "required", "Give emailOrUsername or email.")
        case (str(login), None) | (None, str(login)):
            return folded(login)
        case _:
            raise Invalid.of("emailOrUsername", "not_allowed", "Give emailOrUsername or email, not both.")


def _welcome(user: User, pair: TokenPair) -> Welcome:
    return Welcome(
        user=user_document(user),
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        expires_in=pair.expires_in,
    )


# Changing ------------------------------------------------------------------------------------


async def change_account(work: Work, command: ChangeAccount, versions: frozenset[int] | None) -> Outcome:
    """A merge patch; PreconditionFailed when `versions` are given and the account's is none of them."""
    user = await get_user(work.reader, work.user_id)
    if versions is not None and user.version not in versions:
        raise PreconditionFailed(context={"version": user.version})
    given = {name: getattr(command, name) for name in command.model_fields_set}
    if "full_name" in given:
        given["full_name"] = given["full_name"] or ""
    if given.get("insight_thresholds") is not None:
        given["insight_thresholds"] = tuple(sorted(set(given["insight_thresholds"])))
    changed = {name for name, value in given.items() if getattr(user, name) != value}
    if changed:
        user = replace(user, **given, version=user.version + 1, updated_at=work.instant())
        work.put(schema.users, user.id, user)
    if not changed.isdisjoint(_DAY_FIELDS):
        for row in await work.all(DOCUMENTS):
            # Made for another day, perhaps: the next read settles it again.
            work.put(schema.goal_documents, row.goal_id, replace(row, fresh_until=LONG_AGO))
        for due in await work.all(DUES):
            # Its day may begin at another moment now: the worker looks again.
            work.put(insight_tables.dues, (due.entity, due.id), replace(due, due_at=work.now))
    return Outcome(data=user_body(user), etag=etag_of(user))


def etag_of(user: User) -> str:
    return f'"{user.version}"'


async def change_password(
    door: Door,
    user_id: str,
    conditions: Conditions,
    command: ChangePassword,
    session_id: str | None,
    now: datetime,
) -> Outcome:
    """Another password; every session but `session_id` ends. InvalidCredentials names `current`."""
    user = await get_user(door.database, user_id)
    is_right = await is_password(user.password_hash, command.current)
    seen = user.password_hash if is_right else None
    new = await hash_of(command.new)
    return await perform(door, user_id, conditions, _replace_password, seen, new, session_id, now)


async def _replace_password(
    work: Work, seen: str | None, new: str, kept: str | None, now: datetime
) -> Outcome:
    # Judged in here, so that a retry with a key hears its first answer although the password moved.
    user = await get_user(work.reader, work.user_id)
    if seen is None or user.password_hash != seen:
        raise _wrong_password("current")
    return await _with_password(work, user, new, kept, now)


async def _with_password(work: Work, user: User, new: str, kept: str | None, now: datetime) -> Outcome:
    user = replace(user, password_hash=new, version=user.version + 1, updated_at=work.instant())
    work.put(schema.users, user.id, user)
    for session in await work.all(SESSIONS, now=now):
        if session.id != kept:
            work.put(schema.sessions, session.id, replace(session, revoked_at=now))
    return Outcome(data=user_body(user))


def _wrong_password(field: str) -> InvalidCredentials:
    fault = Fault(field, "invalid", "This is not the account's password.")
    return InvalidCredentials("The password is wrong.", details=[fault])


# Ending --------------------------------------------------------------------------------------


async def erase(door: Door, user_id: str, password: str | None, *, dry_run: bool = False) -> User:
    """Everything of the user, from every table; returns who it was.

    The password is needed where there is one: Invalid without it, InvalidCredentials for a wrong one.
    """
    user = await get_user(door.database, user_id)
    if user.password_hash is not None:
        if password is None:
            raise Invalid.of("password", "required", "Erasing an account needs its password.")
        if not await is_password(user.password_hash, password):
            raise _wrong_password("password")

    async def unit(tx: Transaction) -> None:
        await tx.one(LOCK_HEAD, user_id=user_id)
        # In the order in which a refresh takes its locks, so that the two never wait for each other.
        await tx.all(LOCK_SESSIONS, user_id=user_id)
        for statement in ERASURE:
            await tx.run(statement, user_id=user_id)

    if not dry_run:
        await door.database.write(unit)
    return user


# For the command line ------------------------------------------------------------------------


async def add_user(door: Door, email: str, password: str) -> User:
    """An account made by the operator; Invalid or AlreadyExists."""
    address = _checked("email", email_address, email)
    user = new_user(door.clock.now(), address, await hash_of(_checked("password", new_password, password)))
    await open_account(door, user)
    return user


async def set_password(door: Door, email: str, password: str, now: datetime) -> User:
    """Another password for a forgotten one, and no session stands any more. Invalid, NotFound."""
    user = await get_user_by_email(door, email)
    new = await hash_of(_checked("password", new_password, password))

    async def action(work: Work) -> Outcome:
        return await _with_password(work, await get_user(work.reader, work.user_id), new, None, now)

    await door.perform(user.id, action)
    return user


async def create_token(door: Door, email: str, name: str, scopes: Sequence[Scope], now: datetime) -> str:
    """The secret of a new API token without end. Invalid, NotFound."""
    user = await get_user_by_email(door, email)
    command = CreateApiToken(name=_checked("name", _name, name), scopes=list(scopes))
    _, secret = await create_api_token(door, user.id, command, now)
    return secret


async def get_user_by_email(door: Door, email: str) -> User:
    """The account of an address; NotFound."""
    user = await door.database.one(USER_BY_LOGIN, login=folded(email.strip()))
    if user is None:
        raise NotFound("There is no account with this e-mail address.")
    return user


def _name(text: str) -> str:
    return line(text, MAX_LINE)


def _checked(field: str, parse: Callable[[str], str], text: str) -> str:
    try:
        return parse(text)
    except Refusal as refusal:
        raise Invalid.of(field, refusal.code, refusal.message) from None
