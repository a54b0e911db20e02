"""Every failure a caller can meet, as one small tree; nothing here knows HTTP or a database.

Problem
├── MalformedRequest       MALFORMED_REQUEST 400
├── InvalidCredentials     AUTH_INVALID_CREDENTIALS 401
├── TokenExpired           AUTH_TOKEN_EXPIRED 401
├── TokenInvalid           AUTH_TOKEN_INVALID 401
├── Forbidden              FORBIDDEN 403
├── NotFound               RESOURCE_NOT_FOUND 404
├── MethodNotAllowed       METHOD_NOT_ALLOWED 405
├── Conflict               CONFLICT 409
├── AlreadyExists          RESOURCE_ALREADY_EXISTS 409
├── InvalidState           INVALID_STATE 409
├── IdempotencyConflict    IDEMPOTENCY_CONFLICT 409
├── CursorGone             CURSOR_GONE 410
├── PreconditionFailed     PRECONDITION_FAILED 412
├── PayloadTooLarge        PAYLOAD_TOO_LARGE 413
├── UnsupportedMediaType   UNSUPPORTED_MEDIA_TYPE 415
├── Invalid                VALIDATION_ERROR 422
├── RateLimited            RATE_LIMIT_EXCEEDED 429 + Retry-After
├── InternalError          INTERNAL_ERROR 500
└── Unavailable            SERVICE_UNAVAILABLE 503 + Retry-After
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong with one field: `field` is its path (`milestones[2].dueDate`)."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """A failure with a stable code, a sentence for people and what helps to mend it."""

    code: ClassVar[str]
    status: ClassVar[int]
    summary: ClassVar[str]
    """What the code means, for the table in the documentation."""

    def __init__(
        self,
        message: str = "",
        *,
        details: Iterable[Fault] = (),
        context: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.message = message or self.summary
        self.details = tuple(details)
        self.context = dict(context) if context else None
        self.retry_after = retry_after
        super().__init__(self.message)


class MalformedRequest(Problem):
    code, status = "MALFORMED_REQUEST", 400
    summary = "The request could not be read: not one JSON document of the allowed form."


class InvalidCredentials(Problem):
    code, status = "AUTH_INVALID_CREDENTIALS", 401
    summary = "The e-mail address or the password is wrong."


class TokenExpired(Problem):
    code, status = "AUTH_TOKEN_EXPIRED", 401
    summary = "The access token has expired; refresh it."


class TokenInvalid(Problem):
    code, status = "AUTH_TOKEN_INVALID", 401
    summary = "The token is missing, malformed, revoked or unknown."


class Forbidden(Problem):
    code, status = "FORBIDDEN", 403
    summary = "The token is valid but does not allow this."


class NotFound(Problem):
    code, status = "RESOURCE_NOT_FOUND", 404
    summary = "There is no such record."


class MethodNotAllowed(Problem):
    code, status = "METHOD_NOT_ALLOWED", 405
    summary = "This address does not take this method."


class Conflict(Problem):
    code, status = "CONFLICT", 409
    summary = "The change contradicts what is stored."


class AlreadyExists(Problem):
    code, status = "RESOURCE_ALREADY_EXISTS", 409
    summary = "A record with this id or address exists already."


class InvalidState(Problem):
    code, status = "INVALID_STATE", 409
    summary = "The record's state does not allow this step; context.allowed lists those it does."


class IdempotencyConflict(Problem):
    code, status = "IDEMPOTENCY_CONFLICT", 409
    summary = "This Idempotency-Key was used before with another request."


class CursorGone(Problem):
    code, status = "CURSOR_GONE", 410
    summary = "The cursor is too old; take a fresh snapshot."


class PreconditionFailed(Problem):
    code, status = "PRECONDITION_FAILED", 412
    summary = "If-Match names another version than the current one."


class PayloadTooLarge(Problem):
    code, status = "PAYLOAD_TOO_LARGE", 413
    summary = "The request body is larger than allowed."


class UnsupportedMediaType(Problem):
    code, status = "UNSUPPORTED_MEDIA_TYPE", 415
    summary = "Bodies are application/json in UTF-8, not compressed."


class Invalid(Problem):
    """Every fault at once, each with its field."""

    code, status = "VALIDATION_ERROR", 422
    summary = "Some fields are not valid; details names each."

    @classmethod
    def of(cls, field: str, code: str, message: str) -> "Invalid":
        return cls(details=[Fault(field, code, message)])


class RateLimited(Problem):
    code, status = "RATE_LIMIT_EXCEEDED", 429
    summary = "Too many requests; wait as Retry-After says."


class InternalError(Problem):
    code, status = "INTERNAL_ERROR", 500
    summary = "Something failed on our side; the requestId finds it in the log."


class Unavailable(Problem):
    code, status = "SERVICE_UNAVAILABLE", 503
    summary = "The database is not answering in time; retry as Retry-After says."


PROBLEMS: dict[str, type[Problem]] = {kind.code: kind for kind in Problem.__subclasses__()}
"""code → class: the stable table of CONTRACT §1."""
