"""The parts of the OpenAPI document that no route changes: shared parameters, headers, examples.

Nothing here looks at a route.
"""

from typing import Any, Final, TypeAlias

from waymark.web.route import MAX_KEY

Json: TypeAlias = dict[str, Any]

ABOUT: Final = """\
The goals backend for life planners. Every answer is an envelope `{success, data, meta, error}`; amounts
are exact decimals, instants UTC, days local. Failures have a stable `error.code`; ask for
`application/problem+json` to get them by RFC 9457. Writes take an `Idempotency-Key` (safe to retry),
`If-Match` (no lost update) and `?dryRun=true`.

Everything that happens is told as it happens: on a WebSocket at `/api/v1/ws`, or as server-sent events at
`/api/v1/events`. [`/asyncapi.json`](/asyncapi.json) describes their frames.
"""
LIST_META: Final[Json] = {
    "page": 1,
    "limit": 20,
    "total": 1,
    "totalPages": 1,
    "hasMore": False,
    "nextCursor": None,
}
KEY_SCHEMA: Final[Json] = {
    "type": ["string", "null"],
    "pattern": rf"^[!-~]{{1,{MAX_KEY}}}$",
    "description": "The Idempotency-Key, for clients that cannot set headers.",
}
PARAMETERS: Final[Json] = {
    "DryRun": {
        "name": "dryRun",
        "in": "query",
        "schema": {"type": "boolean", "default": False},
        "description": "Answer what would happen, and change nothing.",
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "pattern": rf"^[!-~]{{1,{MAX_KEY}}}$"},
        "description": "The same key and request get the first answer again, for at least 24 hours.",
        "example": "4f1c2a6e-check-in-17",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "Only if this is still the current ETag; of a goal's the version part counts.",
        "example": '"17"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "schema": {"type": "string"},
        "description": "The ETag that the client holds: answers 304 when it is current.",
        "example": '"17-2026-03-02"',
    },
}
HEADERS: Final[Json] = {
    "X-Request-Id": {
        "description": "Names the request in our log; the client's own when it sent a sane one.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "ETag": {"description": 'The state that was answered: `"<version>"`.', "schema": {"type": "string"}},
    "Location": {"description": "Path of the new record.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
    "X-RateLimit-Limit": {"description": "Calls per minute.", "schema": {"type": "integer"}},
    "X-RateLimit-Remaining": {"description": "Calls left in this window.", "schema": {"type": "integer"}},
    "X-RateLimit-Reset": {"description": "Seconds until the window ends.", "schema": {"type": "integer"}},
}
