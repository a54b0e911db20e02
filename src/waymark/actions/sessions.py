"""Sessions: begun by a log-in, prolonged by rotating refresh tokens, ended by their owner or a thief.

Their times are the machine's, never the data clock's; who the user is was proven before.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.tokens import AccessTokens, digest, new_token
from waymark.clock import Clock
from waymark.errors import NotFound, Problem, TokenExpired, TokenInvalid
from waymark.store import schema
from waymark.store.account_statements import (
    DROP_EXPIRED_REFRESH_TOKENS,
    LOCK_SESSION,
    REFRESH_TOKEN,
    RefreshToken,
    Session,
)
from waymark.store.database import Add, Change, Database, Put, Transaction

GRACE: Final = timedelta(seconds=30)
"""How long a spent refresh token is taken for a lost reply rather than for a theft (CONTRACT §2)."""
MAX_USER_AGENT: Final = 200


class Client(NamedTuple):
    """Where a log-in comes from, as its owner will want to recognise it."""

    user_agent: str | None = None
    address: str | None = None


class TokenPair(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client holds of its session; `expires_in` is of the access token, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Sessions:
    """Begins, prolongs and ends sessions; `ended` is told whose, so that no memory of them outlives it."""

    def __init__(
        self,
        database: Database,
        access_tokens: AccessTokens,
        lifetime: timedelta,
        clock: Clock,
        ended: Callable[[str], None] = lambda _user_id: None,
    ) -> None:
        """`lifetime` is that of a session nobody uses; `clock` the machine's."""
        self.database = database
        self._access_tokens = access_tokens
        self._lifetime = lifetime
        self._clock = clock
        self._ended = ended

    def now(self) -> datetime:
        """The instant by which sessions and tokens live and end."""
        return self._clock.now()

    def new(self, user_id: str, client: Client) -> tuple[TokenPair, list[Change]]:
        """A session and the rows that make it stand."""
        now = self._clock.now()
        session = Session(
            user_id=user_id,
            id=str(uuid7()),
            created_at=now,
            last_used_at=now,
            expires_at=now + self._lifetime,
            user_agent=_legible(client.user_agent),
            address=client.address,
        )
        pair, token = self._pair(session)
        return pair, [Add(schema.sessions, [session]), Add(schema.refresh_tokens, [token])]

    async def refresh(self, refresh_token: str) -> TokenPair:
        """The next pair; raises TokenExpired or TokenInvalid.

        A spent token coming back ends its session, for one of the two who hold it stole it. Within
        GRACE it gets another pair instead: more likely the reply was lost.
        """
        token_hash = digest(refresh_token)
        robbed: str | None = None

        async def unit(tx: Transaction) -> TokenPair | Problem:
            nonlocal robbed
            found = await tx.one(REFRESH_TOKEN, token_hash=token_hash)
            if found is None:
                return TokenInvalid()
            session = await tx.one(LOCK_SESSION, user_id=found.user_id, session_id=found.session_id)
            # Once more, now that nobody else can spend it.
            token = await tx.one(REFRESH_TOKEN, token_hash=token_hash)
            if session is None or token is None or session.revoked_at is not None:
                return TokenInvalid()
            now = self._clock.now()
            if token.expires_at <= now:
                return TokenExpired("The session has expired; log in again.")
            if token.spent_at is not None and now - token.spent_at > GRACE:
                await tx.apply([Put(schema.sessions, [replace(session, revoked_at=now)])])
                robbed = session.user_id
                return TokenInvalid("This refresh token was used before; its session has been ended.")
            session = replace(session, last_used_at=now, expires_at=now + self._lifetime)
            spent = token if token.spent_at else replace(token, spent_at=now)
            pair, successor = self._pair(session)
            await tx.run(DROP_EXPIRED_REFRESH_TOKENS, user_id=session.user_id, session_id=session.id, now=now)
            await tx.apply([Put(schema.sessions, [session]), Put(schema.refresh_tokens, [spent, successor])])
            return pair

        result = await self.database.write(unit)
        if robbed is not None:
            self._ended(robbed)
        if isinstance(result, Problem):
            # The refusal is not raised inside: the end of the session must be committed.
            raise result
        return result

    async def end(self, user_id: str, session_id: str, *, dry_run: bool = False) -> Session:
        """End one session, which is returned; NotFound when none of the user's stands under that id."""

        async def unit(tx: Transaction) -> Session:
            session = await tx.one(LOCK_SESSION, user_id=user_id, session_id=session_id)
            if session is None or session.revoked_at or session.expires_at <= self._clock.now():
                raise NotFound
            if not dry_run:
                ended = replace(session, revoked_at=self._clock.now())
                await tx.apply([Put(schema.sessions, [ended])])
            return session

        session = await self.database.write(unit)
        self._ended(user_id)
        return session

    def _pair(self, session: Session) -> tuple[TokenPair, RefreshToken]:
        secret = new_token()
        token = RefreshToken(
            token_hash=digest(secret),
            user_id=session.user_id,
            session_id=session.id,
            created_at=session.last_used_at,
            expires_at=session.expires_at,
        )
        pair = TokenPair(
            access_token=self._access_tokens.token_for(session.user_id, session.id),
            refresh_token=secret,
            expires_in=self._access_tokens.lifetime_seconds,
        )
        return pair, token


def _legible(user_agent: str | None) -> str | None:
    kept = "".join(character for character in user_agent or "" if character.isprintable())
    return kept[:MAX_USER_AGENT] or None
