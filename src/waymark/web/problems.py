"""A failure as an HTTP response: status, envelope or RFC 9457 document, and the headers it needs.

What went wrong is decided elsewhere; nothing unexpected shows more than its request id.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from waymark.errors import (
    InternalError,
    InvalidCredentials,
    MethodNotAllowed,
    NotFound,
    Problem,
    TokenExpired,
    TokenInvalid,
)
from waymark.web.call import request_id
from waymark.web.envelope import JSON, PROBLEM_JSON, failure, problem_document

Headers: TypeAlias = list[tuple[bytes, bytes]]

ALWAYS: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
"""On every response: answers are private, and are what they say they are."""

_LOG: Final = structlog.get_logger()
_CHALLENGE: Final = b'Bearer realm="waymark"'


class Output(NamedTuple):
    """What goes out, save for the headers that every response has."""

    status: int
    headers: Headers
    body: bytes


def failed(problem: Problem, asked: Mapping[bytes, bytes], called: str) -> Output:
    """A failure in the form that the request's Accept header asks for."""
    headers: Headers = []
    if problem.retry_after is not None:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    if isinstance(problem, TokenExpired | TokenInvalid):
        # Without credentials there is no error to name (RFC 6750 §3.1).
        error = b', error="invalid_token"' if b"authorization" in asked else b""
        headers.append((b"www-authenticate", _CHALLENGE + error))
    elif isinstance(problem, InvalidCredentials):
        headers.append((b"www-authenticate", _CHALLENGE))
    elif isinstance(problem, MethodNotAllowed) and problem.context:
        headers.append((b"allow", ", ".join(problem.context["allowed"]).encode()))
    if PROBLEM_JSON in asked.get(b"accept", b"").lower():
        headers.append((b"content-type", PROBLEM_JSON))
        return Output(problem.status, headers, problem_document(problem, called))
    headers.append((b"content-type", JSON))
    return Output(problem.status, headers, failure(problem, called))


def unexpected(error: Exception, called: str, route: str) -> InternalError:
    """Logs what nobody foresaw; the caller only learns where to find it."""
    _LOG.error("unexpected failure", request_id=called, route=route, exc_info=error)
    return InternalError()


def failure_response(scope: Scope, problem: Problem, called: str | None = None) -> Response:
    """The response to a request that no route of ours answered."""
    asked = dict(scope["headers"])
    called = called or request_id(asked.get(b"x-request-id"))
    status, headers, body = failed(problem, asked, called)
    response = Response(body, status)
    response.raw_headers += [*headers, (b"x-request-id", called.encode()), *ALWAYS]
    return response


async def not_found(request: Request, _: Exception) -> Response:
    """Handler of Starlette's own refusals: what no route of ours takes is not there."""
    return failure_response(request.scope, NotFound("There is nothing at this address."))


async def not_foreseen(request: Request, error: Exception) -> Response:
    """Handler of what fails outside of our routes."""
    called = request_id(None)
    return failure_response(request.scope, unexpected(error, called, request.url.path), called)
