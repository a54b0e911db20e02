"""One call of the API: its envelope, its token, its failures, and trying again without doing it twice.

What is called is not known here.
"""

import threading
from collections.abc import Callable, Mapping
from random import SystemRandom
from typing import Any, Final
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from waymark.client.wire import NoAnswer, Plan, Request, Response
from waymark.domain.documents import ENCODER
from waymark.errors import PROBLEMS, Fault, InternalError, Problem, TokenExpired, Unavailable

TRIES: Final = 5
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
WORTH_ANOTHER_TRY: Final = frozenset({429, 502, 503, 504})
_JITTER: Final = SystemRandom().random
WHILE_EXCHANGED_SECONDS: Final = 0.2
"""How long a call waits before it looks whether another one has brought new tokens."""
UNCHANGING: Final = frozenset({"GET", "HEAD"})


class Tokens(msgspec.Struct, rename="camel"):
    """What opens the doors: the refresh token gets the next pair when the access token has expired."""

    access_token: str
    refresh_token: str | None = None


class _Error(msgspec.Struct, kw_only=True, rename="camel"):
    code: str
    message: str = ""
    details: tuple[Fault, ...] = ()
    context: dict[str, Any] | None = None


class Envelope(msgspec.Struct, kw_only=True):
    """An answer, not yet read: `data` and `meta` are JSON."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    meta: msgspec.Raw = msgspec.Raw(b"null")
    error: _Error | None = None


class Calls:
    """Calls as one user. `keep` is told each new pair of tokens, so that it can be stored."""

    def __init__(
        self,
        tokens: Tokens | None = None,
        *,
        tries: int = TRIES,
        keep: Callable[[Tokens], None] = lambda _: None,
        jitter: Callable[[], float] = _JITTER,
    ) -> None:
        self.tokens = tokens
        self._tries = tries
        self._keep = keep
        self._jitter = jitter
        self._exchanging = threading.Lock()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = msgspec.UNSET,
        *,
        params: Mapping[str, str] = {},
        key: str | None = None,
        headers: Mapping[str, str] = {},
    ) -> Plan[Envelope]:
        """The answer of a success. A write carries one key through all its tries, so it is done once.

        Raises the Problem that the server tells, Unavailable or NoAnswer when trying has not helped.
        """
        request = _request(method, path, body, params, key, headers)
        return (yield from self.ask_anew(lambda: request))

    def ask_anew(self, make: Callable[[], Request]) -> Plan[Envelope]:
        """Likewise for a request that is made anew for every try, because it tells the time."""
        pause, was_exchanged = 0.0, False
        while True:
            tokens = self.tokens
            try:
                return (yield from self._tried(make, tokens, pause))
            except TokenExpired:
                if tokens is None or tokens.refresh_token is None or was_exchanged:
                    raise
            # A refresh token opens once: whoever comes while it is exchanged goes on with what that brings.
            if not self._exchanging.acquire(blocking=False):
                pause = WHILE_EXCHANGED_SECONDS
                continue
            try:
                if self.tokens is tokens:
                    yield from self._exchange(tokens.refresh_token)
            finally:
                self._exchanging.release()
            pause, was_exchanged = 0.0, True

    def _tried(
        self, make: Callable[[], Request], tokens: Tokens | None, pause: float = 0.0
    ) -> Plan[Envelope]:
        token = {} if tokens is None else {"authorization": f"Bearer {tokens.access_token}"}
        back_off = FIRST_PAUSE_SECONDS
        left = self._tries
        while True:
            left -= 1
            request = make()
            try:
                response = yield replace(request, headers={**request.headers, **token}, after_seconds=pause)
            except NoAnswer:
                if not left:
                    raise
                asked = ""
            else:
                if response.status not in WORTH_ANOTHER_TRY or not left:
                    return _opened(response)
                asked = response.headers.get("retry-after", "")
            pause = (float(asked) if asked.isdecimal() else back_off) * (1 + self._jitter() / 2)
            back_off = min(2 * back_off, LONGEST_PAUSE_SECONDS)

    def _exchange(self, refresh_token: str) -> Plan[None]:
        request = _request("POST", "/auth/refresh", {"refreshToken": refresh_token})
        self.admit((yield from self._tried(lambda: request, None)))

    def admit(self, answer: Envelope) -> None:
        """Go on with the tokens that an answer brings."""
        self.tokens = msgspec.json.decode(answer.data, type=Tokens)
        self._keep(self.tokens)


def _request(
    method: str,
    path: str,
    body: Any,
    params: Mapping[str, str] = {},
    key: str | None = None,
    headers: Mapping[str, str] = {},
) -> Request:
    sent = dict(headers)
    if method not in UNCHANGING:
        sent["idempotency-key"] = key or str(uuid4())
    content = None
    if body is not msgspec.UNSET:
        sent["content-type"] = "application/json"
        content = ENCODER.encode(body)
    return Request(method=method, path=path, params=params, headers=sent, body=content)


def _opened(response: Response) -> Envelope:
    try:
        envelope = msgspec.json.decode(response.content, type=Envelope)
    except msgspec.DecodeError:
        raise Unavailable(f"The answer {response.status} was not the API's.") from None
    if envelope.error is not None:
        raise _problem(response, envelope.error)
    return envelope


def _problem(response: Response, error: _Error) -> Problem:
    """The failure that the server told, as the class of its code."""
    wait = response.headers.get("retry-after", "")
    kind = PROBLEMS.get(error.code, InternalError)
    return kind(
        error.message,
        details=error.details,
        context=error.context,
        retry_after=int(wait) if wait.isdecimal() else None,
    )
