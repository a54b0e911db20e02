"""One call of the API: its envelope, its token, its failures, and trying again without doing it twice.

What is called is not known here.
"""

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
        sent = dict(headers)
        if method not in UNCHANGING:
            sent["idempotency-key"] = key or str(uuid4())
        content = None
        if body is not msgspec.UNSET:
            sent["content-type"] = "application/json"
            content = ENCODER.encode(body)
        request = Request(method=method, path=path, params=params, headers=sent, body=content)
        return (yield from self.ask_anew(lambda: request))

    def ask_anew(self, make: Callable[[], Request]) -> Plan[Envelope]:
        """Likewise for a request that is made anew for every try, because it tells the time."""
        try:
            return (yield from self._tried(make))
        except TokenExpired:
            if self.tokens is None or self.tokens.refresh_token is None:
                raise
            yield from self._refresh(self.tokens.refresh_token)
            return (yield from self._tried(make))

    def _tried(self, make: Callable[[], Request]) -> Plan[Envelope]:
        pause, back_off = 0.0, FIRST_PAUSE_SECONDS
        left = self._tries
        while True:
            left -= 1
            request = make()
            try:
                response = yield replace(
                    request, headers={**request.headers, **self._token()}, after_seconds=pause
                )
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

    def _token(self) -> dict[str, str]:
        return {} if self.tokens is None else {"authorization": f"Bearer {self.tokens.access_token}"}

    def _refresh(self, refresh_token: str) -> Plan[None]:
        self.tokens = None
        answer = yield from self.ask("POST", "/auth/refresh", {"refreshToken": refresh_token})
        self.admit(answer)

    def admit(self, answer: Envelope) -> None:
        """Go on with the tokens that an answer brings."""
        self.tokens = msgspec.json.decode(answer.data, type=Tokens)
        self._keep(self.tokens)


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
