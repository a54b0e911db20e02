"""A trusted OpenID Connect issuer: its keys, its tokens, and the accounts its subjects become.

Nobody logs in here; the issuer did that. Which requests carry such a token is known elsewhere.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from msgspec.structs import replace

from waymark.actions.account_commands import email_address
from waymark.actions.accounts import new_user, open_account
from waymark.actions.fields import MAX_LINE
from waymark.actions.perform import Door
from waymark.actions.tokens import DECODING_ERRORS
from waymark.clock import Clock
from waymark.domain.refusal import Refusal
from waymark.domain.text import folded, line
from waymark.errors import AlreadyExists, TokenExpired, TokenInvalid, Unavailable
from waymark.store.account_statements import USER_BY_SUBJECT

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA", "Ed25519")
"""Asymmetric ones only: a token signed with the issuer's public key as a secret is none."""
LEEWAY_SECONDS: Final = 30
FETCH_SECONDS: Final = 5
MIN_INTERVAL: Final = timedelta(seconds=30)
"""Between two fetches: tokens with made-up key ids must not turn us against the issuer."""
MAX_AGE: Final = timedelta(hours=1)
"""After which keys are fetched again, so that a withdrawn one is forgotten."""
MAX_SUBJECT: Final = 255

_LOG: Final = structlog.get_logger()


class Subject(NamedTuple):
    """Whom a token of the issuer names, and the Unix time at which it ends."""

    subject: str
    email: str | None
    full_name: str | None
    expires_at: float


class Issuer:
    """One issuer, by its address; `jwks` is the address or file of its keys where metadata has none."""

    def __init__(self, address: str, audience: str, jwks: str | None, clock: Clock) -> None:
        """`clock` is the machine's."""
        self.address = address
        self._jwks = jwks
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._fetching = asyncio.Lock()
        self._signatures = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        self._claims = jwt.JWTClaimsRegistry(
            lambda: int(clock.now().timestamp()),
            LEEWAY_SECONDS,
            iss={"essential": True, "value": address},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )

    async def subject(self, token: str) -> Subject:
        """Whom the token names; TokenExpired, TokenInvalid, or Unavailable when no keys can be had."""
        keys = await self._standing_keys()
        try:
            try:
                claims = self._decoded(token, keys)
            except InvalidKeyIdError:
                claims = self._decoded(token, await self._fetched_keys(keys))
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise TokenExpired from None
        except DECODING_ERRORS:
            raise TokenInvalid from None
        subject = claims["sub"]
        if not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
            raise TokenInvalid
        return Subject(subject, _email(claims), _full_name(claims), claims["exp"] + LEEWAY_SECONDS)

    def _decoded(self, token: str, keys: KeySet) -> dict[str, Any]:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS), registry=self._signatures).claims

    async def _standing_keys(self) -> KeySet:
        keys, at = self._keys, self._fetched_at
        if keys is None or at is None or self._clock.now() - at > MAX_AGE:
            return await self._fetched_keys(keys)
        return keys

    async def _fetched_keys(self, known: KeySet | None) -> KeySet:
        """Newer keys than `known` if they can be had by now, else those."""
        async with self._fetching:
            if self._keys is not known and self._keys is not None:
                return self._keys
            now = self._clock.now()
            if self._tried_at is None or now - self._tried_at >= MIN_INTERVAL:
                self._tried_at = now
                try:
                    self._keys = KeySet.import_key_set(await self._key_set())
                    self._fetched_at = now
                except (httpx2.HTTPError, httpx2.InvalidURL, OSError, KeyError, *DECODING_ERRORS) as error:
                    _LOG.warning("keys of the issuer cannot be had", issuer=self.address, error=str(error))
            if self._keys is None:
                raise Unavailable("The issuer's keys cannot be had.", retry_after=MIN_INTERVAL.seconds)
            return self._keys

    async def _key_set(self) -> Any:
        where = self._jwks
        if where is not None and "://" not in where:
            return httpx2.Response(200, content=await asyncio.to_thread(Path(where).read_bytes)).json()
        async with httpx2.AsyncClient(timeout=FETCH_SECONDS) as client:
            if where is None:
                metadata = await _json(client, self.address.rstrip("/") + "/.well-known/openid-configuration")
                if metadata["issuer"] != self.address:
                    raise ValueError("its metadata names another issuer")
                where = metadata["jwks_uri"]
            return await _json(client, where)


async def user_of(door: Door, issuer: str, subject: Subject) -> str:
    """The id of the subject's account, which begins when it is first seen.

    An address that has an account already stays that one's: whoever can make the issuer say so must
    not come into a person's goals. Such a subject gets an address in `.invalid`.
    """
    found = await door.database.one(USER_BY_SUBJECT, issuer=issuer, subject=subject.subject)
    if found is not None:
        return str(found[0])
    user = new_user(door.clock.now(), "", None, full_name=subject.full_name)
    nowhere = f"{user.id}@oidc.invalid"
    for email in (subject.email, nowhere) if subject.email else (nowhere,):
        user = replace(
            user,
            email=email,
            email_folded=folded(email),
            oidc_issuer=issuer,
            oidc_subject=subject.subject,
        )
        try:
            await open_account(door, user)
        except AlreadyExists:
            # The address is taken, or the same subject came twice at once.
            found = await door.database.one(USER_BY_SUBJECT, issuer=issuer, subject=subject.subject)
            if found is not None:
                return str(found[0])
        else:
            return user.id
    raise Unavailable(retry_after=1)


async def _json(client: httpx2.AsyncClient, address: str) -> Any:
    response = await client.get(address)
    return response.raise_for_status().json()


def _email(claims: dict[str, Any]) -> str | None:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified", True) is not True:
        return None
    try:
        return email_address(email)
    except Refusal:
        return None


def _full_name(claims: dict[str, Any]) -> str | None:
    name = claims.get("name")
    try:
        return line(name, MAX_LINE) if isinstance(name, str) else None
    except Refusal:
        return None
