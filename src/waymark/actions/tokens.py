"""Tokens: opaque ones, kept as hashes only, and the signed access tokens that live for minutes.

Whether the session behind a token still stands is not asked here.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from uuid_utils import uuid7

from waymark.clock import Clock
from waymark.domain.refusal import Refusal
from waymark.domain.text import parse_uuid
from waymark.errors import TokenExpired, TokenInvalid

API_TOKEN_PREFIX: Final = "wm_"  # noqa: S105 - what secrets begin with is none: scanners find leaked ones by it
ALGORITHM: Final = "HS256"
ISSUER: Final = "waymark"

DECODING_ERRORS: Final = (JoseError, ValueError, TypeError)
"""What joserfc raises for tokens; a hostile `crit` header gets as far as a TypeError."""

_CLAIMS: Final = {
    "iss": {"essential": True, "value": ISSUER},
    "aud": {"essential": True, "value": ISSUER},
    "type": {"essential": True, "value": "access"},
    "exp": {"essential": True},
    "sub": {"essential": True},
    "sid": {"essential": True},
    "jti": {"essential": True},
}


class Bearer(NamedTuple):
    """Whom an access token names, and the Unix time at which it ends."""

    user_id: str
    session_id: str
    expires_at: float


def new_token(prefix: str = "") -> str:
    """A secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a secret. A plain hash does: nobody guesses 256 bits."""
    return hashlib.sha256(token.encode()).hexdigest()


class AccessTokens:
    """Signs and reads access tokens; the algorithm is ours, whatever a token's header says."""

    def __init__(self, secret: str, lifetime_seconds: int, clock: Clock) -> None:
        """`clock` is the machine's: a frozen data clock must not keep tokens alive."""
        self.lifetime_seconds = lifetime_seconds
        self._secret = secret.encode()
        self._key = OctKey.import_key(secret)
        self._clock = clock
        self._registry = jwt.JWTClaimsRegistry(self._now, **_CLAIMS)  # type: ignore[arg-type]  # a TypedDict in disguise

    def token_for(self, user_id: str, session_id: str) -> str:
        """A fresh token of that session."""
        now = self._now()
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "type": "access",
            "sub": user_id,
            "sid": session_id,
            "jti": str(uuid7()),
            "iat": now,
            "exp": now + self.lifetime_seconds,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def bearer(self, token: str) -> Bearer:
        """Whom the token names; raises TokenExpired, and TokenInvalid for all else."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            # When it was issued must be said but is not judged: the clocks of two nodes may differ.
            if not isinstance(claims.pop("iat", None), int):
                raise TokenInvalid
            self._registry.validate(claims)
            return _bearer(claims)
        except ExpiredTokenError:
            raise TokenExpired from None
        except DECODING_ERRORS:
            raise TokenInvalid from None

    def sealed(self, text: str) -> str:
        """A keyed digest: of a text that could be guessed it tells nothing to one who lacks the key."""
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _bearer(claims: Mapping[str, Any]) -> Bearer:
    try:
        return Bearer(parse_uuid(claims["sub"]), parse_uuid(claims["sid"]), claims["exp"])
    except Refusal:
        raise TokenInvalid from None
