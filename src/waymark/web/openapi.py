"""The OpenAPI 3.1 document: FastAPI's reading of the signatures, and all else that the routes know.

It describes what the routes do; it changes nothing of it.
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final, get_origin

import msgspec
from fastapi.openapi.utils import get_openapi

from waymark import __version__
from waymark.errors import (
    PROBLEMS,
    Fault,
    Forbidden,
    IdempotencyConflict,
    InternalError,
    Invalid,
    MalformedRequest,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    Problem,
    RateLimited,
    TokenExpired,
    TokenInvalid,
    Unavailable,
    UnsupportedMediaType,
)
from waymark.store.listing import ListMeta
from waymark.web.envelope import Failure, ProblemDocument
from waymark.web.openapi_parts import ABOUT, HEADERS, KEY_SCHEMA, LIST_META, PARAMETERS, Json
from waymark.web.route import Router, StrictRoute

_REF: Final = "#/components/schemas/{name}"
_REQUEST_ID_EXAMPLE: Final = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"


def document(routers: Sequence[Router]) -> Json:
    """The document of everything that is served and meant to be seen."""
    routes = [route for router in routers for route in router.routes if route.include_in_schema]
    described: Json = get_openapi(
        title="Waymark",
        version=__version__,
        summary="Goals that can be explained.",
        description=ABOUT,
        routes=routes,
        tags=[{"name": router.tag, "description": router.about} for router in routers if router.routes],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    described["paths"] = _with_bounds(described["paths"])
    described["x-error-codes"] = [
        {"code": code, "status": problem.status, "summary": problem.summary}
        for code, problem in PROBLEMS.items()
    ]
    components: Json = described.setdefault("components", {})
    schemas: Json = components.setdefault("schemas", {})
    # FastAPI's own form of a validation error, which no route of ours answers.
    for foreign in ("HTTPValidationError", "ValidationError"):
        schemas.pop(foreign, None)
    replies = [route.nature.reply for route in routes if route.nature.reply is not None]
    shapes = [ListMeta, Failure, ProblemDocument, *replies]
    described_shapes, found = msgspec.json.schema_components(shapes, ref_template=_REF)
    if both := schemas.keys() & found.keys():
        message = f"these names mean two things on the wire: {', '.join(sorted(both))}"
        raise ValueError(message)
    schemas.update(with_numbers(found))
    schemas["Error"]["properties"]["code"] = {"type": "string", "enum": list(PROBLEMS)}
    reply_schemas = iter(with_numbers(described_shapes[3:]))
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API token."},
        "tokenInQuery": {
            "type": "apiKey",
            "in": "query",
            "name": "token",
            "description": "The same, where a browser can set no header.",
        },
    }
    components["parameters"] = PARAMETERS
    components["headers"] = HEADERS
    components["responses"] = {}
    for route in routes:
        operation = described["paths"][route.path_format][route.method.lower()]
        reply = {"type": "null"} if route.nature.reply is None else next(reply_schemas)
        _complete(operation, route, reply, components)
    return described


def _complete(operation: Json, route: StrictRoute, reply: Json, components: Json) -> None:
    nature = route.nature
    ways = ["bearer", "tokenInQuery"] if nature.takes_token_in_query else ["bearer"]
    operation["security"] = [] if nature.public else [{way: [route.right]} for way in ways]
    operation.setdefault("parameters", []).extend(
        {"$ref": f"#/components/parameters/{name}"}
        for name, is_taken in {
            "DryRun": route.has_dry_run,
            "IdempotencyKey": route.is_retryable,
            "IfMatch": nature.has_if_match,
            "IfNoneMatch": nature.has_etag and not route.is_write,
        }.items()
        if is_taken
    )
    if route.body_model is not None:
        if route.is_retryable:
            schema = components["schemas"][route.body_model.__name__]
            schema["properties"]["idempotencyKey"] = KEY_SCHEMA
        if nature.body_example is not None:
            operation["requestBody"]["content"]["application/json"]["example"] = nature.body_example
    operation["responses"] = {**_answers(route, reply), **_failures(route, components["responses"])}


def _answers(route: StrictRoute, reply: Json) -> Json:
    success = _success(route, reply)
    responses: Json = {str(route.status): success}
    if route.has_dry_run and route.status != HTTPStatus.OK:
        responses["200"] = {**success, "description": "With dryRun=true: what would happen."}
    if route.nature.has_etag and not route.is_write:
        responses["304"] = {
            "description": "The client holds the current state (If-None-Match).",
            "headers": _headers("ETag", "X-Request-Id"),
        }
    return responses


def _failures(route: StrictRoute, shared: Json) -> Json:
    """The failures of a route by status, each described once in `shared`."""
    problems = _possible_problems(route)
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in PROBLEMS.values():
        if problem in problems:
            by_status.setdefault(problem.status, []).append(problem)
    responses: Json = {}
    for status, kinds in by_status.items():
        name = ".".join(problem.code for problem in kinds)
        shared.setdefault(name, _failure(kinds))
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return responses


def _possible_problems(route: StrictRoute) -> set[type[Problem]]:
    """What a call of this route can fail with."""
    nature = route.nature
    problems: set[type[Problem]] = {Invalid, InternalError, Unavailable, *nature.errors}
    if not nature.public:
        problems |= {TokenInvalid, TokenExpired, Forbidden, RateLimited}
    if route.path_readers:
        problems.add(NotFound)
    if route.is_write:
        problems |= {MalformedRequest, PayloadTooLarge, UnsupportedMediaType}
    if route.is_retryable:
        problems.add(IdempotencyConflict)
    if nature.has_if_match:
        problems.add(PreconditionFailed)
    return problems


def _success(route: StrictRoute, reply: Json) -> Json:
    nature = route.nature
    names = ["X-Request-Id"]
    if nature.has_etag:
        names.append("ETag")
    if route.status == HTTPStatus.CREATED:
        names.append("Location")
    if not nature.public:
        names += ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
    described: Json = {"description": "Done.", "headers": _headers(*names)}
    if nature.media_type != "application/json":
        described["content"] = {nature.media_type: {"schema": {"type": "string"}, "example": nature.example}}
        return described
    # A list that takes no limit is given whole.
    asked = route.query_model.model_fields if route.query_model else {}
    is_paged = get_origin(nature.reply) is list and "limit" in asked
    meta = {"$ref": _REF.format(name="ListMeta")} if is_paged else {"type": ["object", "null"]}
    schema = {
        "type": "object",
        "required": ["success", "data", "meta", "error"],
        "properties": {
            "success": {"const": True},
            "data": reply,
            "meta": meta,
            "error": {"type": "null"},
        },
    }
    example = {
        "success": True,
        "data": nature.example,
        "meta": LIST_META if is_paged else None,
        "error": None,
    }
    described["content"] = {"application/json": {"schema": schema, "example": example}}
    return described


def _failure(problems: Sequence[type[Problem]]) -> Json:
    described: Json = {
        "description": " ".join(f"`{problem.code}`: {problem.summary}" for problem in problems),
        "headers": _headers("X-Request-Id", *_headers_of(problems)),
        "content": {
            "application/json": {
                "schema": {"$ref": _REF.format(name="Failure")},
                "examples": {problem.code: {"value": _failure_example(problem)} for problem in problems},
            },
            "application/problem+json": {"schema": {"$ref": _REF.format(name="ProblemDocument")}},
        },
    }
    return described


def _headers_of(problems: Iterable[type[Problem]]) -> list[str]:
    if {RateLimited, Unavailable} & set(problems):
        return ["Retry-After"]
    return ["WWW-Authenticate"] if TokenInvalid in problems else []


def _failure_example(problem: type[Problem]) -> Json:
    fault = Fault("title", "required", "This field is required.")
    details = [msgspec.to_builtins(fault)] if problem is Invalid else []
    return {
        "success": False,
        "data": None,
        "meta": None,
        "error": {
            "code": problem.code,
            "message": problem.summary,
            "details": details,
            "context": None,
            "requestId": _REQUEST_ID_EXAMPLE,
        },
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def with_numbers(schema: Any) -> Any:
    """A Decimal is a string to msgspec's schema; ours go out as numbers."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            return {"type": "number", **{k: v for k, v in schema.items() if k not in {"type", "format"}}}
        return {name: with_numbers(held) for name, held in schema.items()}
    if isinstance(schema, list | tuple):
        return [with_numbers(held) for held in schema]
    return schema


def _with_bounds(schema: Any) -> Any:
    """The bounds of what a validator of ours read first have Python's names in pydantic's schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "integer":
            return {_BOUNDS.get(name, name): held for name, held in schema.items()}
        return {name: _with_bounds(held) for name, held in schema.items()}
    return [_with_bounds(held) for held in schema] if isinstance(schema, list) else schema


_BOUNDS: Final = {"ge": "minimum", "le": "maximum"}
