"""One request as an endpoint sees it, who asked, and what the endpoint answers.

No routing and no rules; bodies and queries are read elsewhere and come as their own arguments.
"""

import hashlib
import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from string import ascii_letters, digits
from typing import Any, Final, Generic, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import parse_qs

import msgspec
from pydantic import BaseModel
from starlette.types import Scope
from uuid_utils import uuid7

from waymark.errors import Forbidden, TokenInvalid
from waymark.web.limits import Limits, Standing
from waymark.web.metrics import Metrics

Right: TypeAlias = Literal["read", "write"]

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_TOKEN: Final = f"{ascii_letters}{digits}._~+/=-".encode()
"""What a bearer token is made of (RFC 6750 §2.1)."""
_TAG: Final = re.compile(rb'\s*(?:W/)?"[^"]*"\s*')
_VERSION: Final = re.compile(rb'("?)([0-9]{1,18})(?:-[0-9-]*)?\1')


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the user, what the token allows, and the session or API token it belongs to."""

    user_id: str
    rights: frozenset[str]
    session_id: str | None = None
    token_id: str | None = None
    expires_at: float | None = None
    """When the token ends, in Unix time."""


class Services(Protocol):
    """What every route uses of `app.state.services`; the application's own object has more."""

    async def authenticate(self, token: str) -> Identity:
        """Who bears the token; raises TokenInvalid or TokenExpired."""

    async def check_ready(self) -> None:
        """Returns when the database is reachable and migrated; raises Unavailable."""

    @property
    def limits(self) -> Limits: ...
    @property
    def metrics(self) -> Metrics | None: ...
    @property
    def trusted_proxies(self) -> Sequence[IPv4Network | IPv6Network]: ...
    @property
    def body_limit_bytes(self) -> int: ...


S = TypeVar("S", bound=Services)


class Answer(msgspec.Struct, frozen=True):
    """What an endpoint answers: `data` and `meta` are JSON text and go out as they are.

    `status` None is the route's own. The envelope, 304, HEAD and `dryRun` are the route's business.
    """

    data: str = "null"
    meta: str = "null"
    status: int | None = None
    etag: str | None = None
    location: str | None = None
    pieces: Sequence[bytes] = ()
    """Instead of `data`: the same in pieces, where it is too long to be put together twice."""


class Call(Generic[S]):
    """One request. Headers are read when asked for; repeated ones are joined by commas (RFC 9110 §5.3)."""

    identity: Identity
    """Set before the endpoint runs, save on public routes."""
    standing: Standing | None = None
    """Where the account stands with its rate limit."""
    dry_run: bool = False
    idempotency_key: str | None = None
    """From the header, else from the body's `idempotencyKey`."""
    body: BaseModel | None = None
    """The parsed body; endpoints get it as their own argument."""

    def __init__(self, scope: Scope, services: S, template: str) -> None:
        self.scope = scope
        self.services = services
        self.template = template
        """Path of the route, `/api/v1/goals/{goal_id}`."""
        self.values: dict[str, Any] = {}
        """Path parameters, parsed."""
        self.method: str = scope["method"]
        pairs = scope["headers"]
        headers: dict[bytes, bytes] = dict(pairs)
        if len(headers) != len(pairs):
            headers = {}
            for name, value in pairs:
                headers[name] = headers[name] + b", " + value if name in headers else value
        self.headers = headers
        self.request_id = request_id(headers.get(b"x-request-id"))

    @property
    def user_id(self) -> str:
        return self.identity.user_id

    def header(self, name: str) -> str | None:
        """A header's value, whatever its case."""
        value = self.headers.get(name.lower().encode())
        return None if value is None else value.decode("latin-1")

    @property
    def bearer_token(self) -> str:
        """The token of `Authorization: Bearer …`; raises TokenInvalid."""
        scheme, _, token = self.headers.get(b"authorization", b"").partition(b" ")
        token = token.lstrip(b" ")
        # Deleting what is allowed is ten times faster than matching it with a regular expression.
        if scheme.lower() != b"bearer" or not token or token.translate(None, _TOKEN):
            raise TokenInvalid("Send the header Authorization: Bearer <token>.")
        return token.decode()

    @property
    def any_token(self) -> str:
        """As `bearer_token`, else the one in the query's `token` or `access_token`."""
        if b"authorization" not in self.headers:
            query: dict[str, list[str]] = parse_qs(self.scope["query_string"].decode("latin-1"))
            for name in ("token", "access_token"):
                if name in query:
                    return query[name][0]
        return self.bearer_token

    @property
    def if_match(self) -> frozenset[int] | None:
        """Versions of which the current one must be one; None without a condition.

        `*` is no condition: the record must exist anyhow. Only the version part of a tag counts, 7 of
        `"7-2026-03-02"`. A weak or foreign tag matches nothing (RFC 9110 §13.1.1).
        """
        value = self.headers.get(b"if-match")
        if value is None or value.strip() == b"*":
            return None
        tags = (_VERSION.fullmatch(part.strip()) for part in value.split(b","))
        return frozenset(int(tag[2]) for tag in tags if tag)

    def has_current(self, etag: str) -> bool:
        """Whether If-None-Match names this tag: the client holds what we would send (RFC 9110 §13.1.2)."""
        value = self.headers.get(b"if-none-match")
        if value is None:
            return False
        tag = etag.encode()
        if value == tag or value.strip() == b"*":
            return True
        return any(part.strip().removeprefix(b"W/") == tag for part in _TAG.findall(value))

    @property
    def fingerprint(self) -> str:
        """Digest of method, path and parsed body: what an idempotency key stands for."""
        body = self.body and self.body.model_dump(exclude_unset=True)
        asked = msgspec.json.encode([self.method, self.template, self.values, body], order="sorted")
        return hashlib.sha256(asked).hexdigest()

    @property
    def address(self) -> str:
        """The client's address: the last one that no trusted proxy spoke for."""
        client = self.scope.get("client")
        address: str = client[0] if client else ""
        forwarded = self.headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for hop in reversed(forwarded.split(",")):
            if not self._is_proxy(address) or not _is_address(hop.strip()):
                break
            address = hop.strip()
        return address

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(
            ip_address(address) in network for network in self.services.trusted_proxies
        )

    def expect_person(self) -> None:
        """Raises Forbidden for an API token: it must not make what outlives it."""
        if self.identity.token_id is not None:
            raise Forbidden("An API token cannot do this; log in.")

    def allow(self, right: Right) -> None:
        """Raises Forbidden when the token lacks the right."""
        if right not in self.identity.rights:
            raise Forbidden(f"This token has no right to {right}.")


def request_id(given: bytes | None) -> str:
    """The client's own id when it is a sane one, else a new one."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode()
    return str(uuid7())


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
