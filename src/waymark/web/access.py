"""Who bears a token: called for every request, so what was found is remembered for a few seconds.

What the bearer may do on a route is the route's business; how tokens are made is not known here.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Final, NamedTuple

from joserfc import jws
from msgspec import DecodeError, json

from waymark.actions.oidc import Issuer, user_of
from waymark.actions.perform import Door
from waymark.actions.tokens import API_TOKEN_PREFIX, DECODING_ERRORS, AccessTokens, digest
from waymark.clock import Clock
from waymark.errors import TokenExpired, TokenInvalid, Unavailable
from waymark.store.account_statements import API_TOKEN_BY_HASH, IS_SESSION_STANDING, TOUCH_API_TOKEN
from waymark.web.call import Identity, Right

MAX_REMEMBERED: Final = 10_000
REMEMBERED_SECONDS: Final = 5.0
"""How long another node's revocation may go unnoticed; this node's own are noticed at once."""
TOUCH_EVERY: Final = timedelta(minutes=1)
"""How exact an API token's lastUsedAt is."""

_EVERY_RIGHT: Final[frozenset[Right]] = frozenset({"read", "write"})


class _Remembered(NamedTuple):
    identity: Identity
    until: float
    """By the monotonic clock."""


class Access:
    """Turns bearer tokens into identities: access tokens, API tokens and, if trusted, an issuer's."""

    def __init__(
        self,
        door: Door,
        access_tokens: AccessTokens,
        issuer: Issuer | None,
        clock: Clock,
        monotonic_clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` is the machine's: tokens end by it, whatever day the data believes in."""
        self._door = door
        self._access_tokens = access_tokens
        self._issuer = issuer
        self._clock = clock
        self._monotonic = monotonic_clock
        self._remembered: dict[str, _Remembered] = {}
        self._forgettings = 0
        self._forgotten: list[Callable[[str], None]] = []

    async def authenticate(self, token: str) -> Identity:
        """Who bears the token; raises TokenExpired or TokenInvalid."""
        remembered = self._remembered.get(token)
        if remembered is not None and self._monotonic() < remembered.until:
            return remembered.identity
        forgettings = self._forgettings
        identity = await self._looked_up(token)
        self._remembered.pop(token, None)
        # What was revoked while we looked must not be remembered as standing.
        if forgettings == self._forgettings:
            if len(self._remembered) >= MAX_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            left = REMEMBERED_SECONDS
            if identity.expires_at is not None:
                left = min(left, identity.expires_at - self._clock.now().timestamp())
            self._remembered[token] = _Remembered(identity, self._monotonic() + left)
        return identity

    def on_forget(self, callback: Callable[[str], None]) -> None:
        """Have `callback` called with every user of whom a token was revoked."""
        self._forgotten.append(callback)

    def forget(self, user_id: str) -> None:
        """Look at every token of this user anew: one of them was revoked."""
        self._forgettings += 1
        for token in [
            token for token, remembered in self._remembered.items() if remembered.identity.user_id == user_id
        ]:
            del self._remembered[token]
        for callback in self._forgotten:
            callback(user_id)

    async def _looked_up(self, token: str) -> Identity:
        if token.startswith(API_TOKEN_PREFIX):
            return await self._api_token(token)
        if self._issuer is not None and _issuer_named(token) == self._issuer.address:
            subject = await self._issuer.subject(token)
            user_id = await user_of(self._door, self._issuer.address, subject)
            return Identity(user_id=user_id, rights=_EVERY_RIGHT, expires_at=subject.expires_at)
        bearer = self._access_tokens.bearer(token)
        session = await self._door.database.one(
            IS_SESSION_STANDING, user_id=bearer.user_id, session_id=bearer.session_id
        )
        if session is None:
            raise TokenInvalid
        return Identity(
            user_id=bearer.user_id,
            rights=_EVERY_RIGHT,
            session_id=bearer.session_id,
            expires_at=bearer.expires_at,
        )

    async def _api_token(self, token: str) -> Identity:
        row = await self._door.database.one(API_TOKEN_BY_HASH, token_hash=digest(token))
        if row is None or row.revoked_at is not None:
            raise TokenInvalid
        now = self._clock.now()
        if row.expires_at is not None and row.expires_at <= now:
            raise TokenExpired("This API token has expired.")
        if row.last_used_at is None or now - row.last_used_at >= TOUCH_EVERY:
            # A read must not fail because its token cannot be dated.
            with suppress(Unavailable):
                await self._door.database.write(
                    lambda tx: tx.run(TOUCH_API_TOKEN, user_id=row.user_id, id=row.id, now=now)
                )
        return Identity(
            user_id=row.user_id,
            rights=frozenset(row.scopes),
            token_id=row.id,
            expires_at=row.expires_at.timestamp() if row.expires_at else None,
        )


def _issuer_named(token: str) -> object:
    """The `iss` that a token claims, unverified: only good for choosing who verifies it."""
    try:
        claims = json.decode(jws.extract_compact(token.encode()).payload)
    except (*DECODING_ERRORS, DecodeError):
        return None
    return claims.get("iss") if isinstance(claims, dict) else None
