"""The envelope around every answer, as bytes: what is JSON already goes in as it is.

Nothing here decides what is answered; headers and statuses are the route's.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

import msgspec

from waymark.errors import Fault, Problem

JSON: Final = b"application/json"
PROBLEM_JSON: Final = b"application/problem+json"
PROBLEM_TYPES: Final = "/docs#error-"
"""Where a code is explained: the `type` of RFC 9457 is this and the code."""

ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


class Error(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What went wrong: `code` is stable, `message` is for people, `details` names every field."""

    code: str
    message: str
    details: tuple[Fault, ...]
    context: dict[str, Any] | None
    request_id: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    success: Literal[False] = False
    data: None = None
    meta: None = None
    error: Error


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A failure by RFC 9457, with our code, faults and context as its extensions."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: tuple[Fault, ...]
    context: dict[str, Any] | None
    request_id: str


def success(data: str | Sequence[bytes], meta: str = "null") -> bytes:
    """The envelope of an answer; `data`, whole or in pieces, and `meta` are JSON."""
    if isinstance(data, str):
        return f'{{"success":true,"data":{data},"meta":{meta},"error":null}}'.encode()
    # In one go: every copy of a long answer costs as much as reading it.
    return b"".join((b'{"success":true,"data":', *data, b',"meta":', meta.encode(), b',"error":null}'))


def with_dry_run(meta: str) -> str:
    """`meta` that says that nothing was changed."""
    return '{"dryRun":true}' if meta in {"null", "{}"} else meta[:-1] + ',"dryRun":true}'


def failure(problem: Problem, request_id: str) -> bytes:
    """The envelope of a failure."""
    error = Error(
        code=problem.code,
        message=problem.message,
        details=problem.details,
        context=problem.context,
        request_id=request_id,
    )
    return ENCODER.encode(Failure(error=error))


def problem_document(problem: Problem, request_id: str) -> bytes:
    """The same failure as RFC 9457 has it."""
    document = ProblemDocument(
        type=PROBLEM_TYPES + problem.code,
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.message,
        instance=f"urn:request:{request_id}",
        code=problem.code,
        errors=problem.details,
        context=problem.context,
        request_id=request_id,
    )
    return ENCODER.encode(document)
