"""What can be asked of the application, read from itself: every route and every field of every body.

A route or field that is added is attacked from then on, without a word here.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, TypeGuard

import jsonschema_rs
import msgspec
from fastapi import FastAPI
from starlette.routing import Route

from waymark.web.openapi import document
from waymark.web.route import Router, StrictRoute

Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

_SLOT = re.compile(r"([\w-]+)/{\w+}")

MADE_BY = {"deliveries": "/webhooks/{record_id}/test", "history": "/habits/{record_id}/complete"}
"""Nouns whose records are made under another name."""
BY_SECRET_ADDRESS = {
    "/calendar/{feed}",
    "/api/v1/goals/{goal_id}/chart.svg",
    "/api/v1/goals/{goal_id}/badge.svg",
}
"""What no id finds, and whoever knows the address may read; tests/calendar and tests/pictures attack it."""
EVENT_STREAM = "text/event-stream"
"""What has no end and no JSON, and takes its token in the address, too; tests/realtime attacks it."""
SAMPLES: dict[str, Any] = {
    "text": "some text",
    "prose": "some text",
    "uuid": "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21",
    "amount": 12,
    "rate": 12,
    "day": "2026-03-02",
    "instant": "2027-03-02T09:30:00Z",
    "url": "https://planner.example",
    "currency": "USD",
    "integer": 1,
    "boolean": True,
    "email": "someone@example.com",
    "password": "correct horse battery staple",
    "zone": "UTC",
    "token": "abc",
    "object": {},
    "list": [],
}
"""A right value of every kind of field."""


class Field(msgspec.Struct, frozen=True):
    """One place in a body or one query parameter."""

    path: Path
    kind: str
    schema: dict[str, Any]
    nullable: bool

    @property
    def name(self) -> str:
        """As an answer's `details[].field` tells it."""
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return "".join(steps).removeprefix(".")


class Operation(msgspec.Struct, frozen=True):
    """A route, its body's fields and its query parameters."""

    route: StrictRoute
    described: dict[str, Any]
    fields: list[Field]
    parameters: list[Field]
    body: dict[str, Any] | None
    """A right body, where one is taken."""

    @property
    def name(self) -> str:
        return f"{self.route.method} {self.route.path}"

    @property
    def slots(self) -> list[str]:
        """The nouns before its path parameters: `check-ins` of `…/check-ins/{check_in_id}`."""
        return _SLOT.findall(self.route.path)

    def at(self, ids: Mapping[str, str]) -> str:
        """Its path with the ids filled in, each by its noun."""
        return _SLOT.sub(lambda found: f"{found[1]}/{ids[found[1]]}", self.route.path)


class Surface:
    """Every operation of an application that is meant to be seen."""

    def __init__(self, document: Json, routes: list[StrictRoute]) -> None:
        self.document = document
        self.operations = [
            self._operation(route)
            for route in routes
            if route.include_in_schema
            and route.path not in BY_SECRET_ADDRESS
            and route.nature.media_type != EVENT_STREAM
        ]

    @classmethod
    def of(cls, app: FastAPI) -> "Surface":
        routes = [route for route in app.routes if isinstance(route, StrictRoute)]
        # Whatever else the application serves is listed by the test of who gets in.
        assert len(routes) == len([route for route in app.routes if isinstance(route, Route)])
        router = Router(tag="all")
        router.routes = routes
        return cls(document([router]), routes)

    @property
    def nouns(self) -> set[str]:
        """What ids are told apart by."""
        return {slot for operation in self.operations for slot in operation.slots}

    @property
    def writes(self) -> list[Operation]:
        return [each for each in self.operations if each.route.is_write]

    def named(self, name: str) -> Operation:
        return next(each for each in self.operations if each.name == name)

    def maker(self, noun: str) -> Operation:
        """The operation that makes one of them."""
        path = MADE_BY.get(noun, f"/{noun}")
        return next(
            each for each in self.operations if each.route.method == "POST" and each.name.endswith(path)
        )

    def validator(self, operation: Operation, status: int) -> jsonschema_rs.Draft202012Validator:
        """Of a JSON answer with that status; KeyError when the operation never told of it."""
        answer = self.resolved(operation.described["responses"][str(status)])
        schema = answer["content"]["application/json"]["schema"]
        return jsonschema_rs.Draft202012Validator({**schema, "components": self.document["components"]})

    def resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            found = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    def field(self, schema: Json, path: Path = ()) -> Field:
        """A schema's one form that is not null, as a field."""
        whole = self.resolved(schema)
        [form] = self._alternatives(whole)
        return Field(path, self._kind(form), form, _is_nullable(whole))

    def planted(self, operation: Operation, field: Field, value: Json) -> Json:
        """The operation's right body with `value` at the field, and what must stand around it."""
        body: Json = copy.deepcopy(operation.body)
        assert operation.route.body_model is not None
        schema = self.document["components"]["schemas"][operation.route.body_model.__name__]
        at = body
        for step, following in zip(field.path, [*field.path[1:], None], strict=True):
            schema = self._inner(schema, step)
            if following is None:
                _put(at, step, value)
                break
            if isinstance(at, dict) and not isinstance(at.get(str(step)), dict | list):
                at[str(step)] = self._minimal(schema)
            elif isinstance(at, list) and len(at) <= int(step):
                at.append(self._minimal(schema))
            at = at[step]
        return body

    def _operation(self, route: StrictRoute) -> Operation:
        described = self.document["paths"][route.path_format][route.method.lower()]
        fields: list[Field] = []
        body = None
        if route.body_model is not None:
            content = described["requestBody"]["content"]["application/json"]
            fields = list(self._fields(content["schema"], ()))
            required = self.field(content["schema"]).schema.get("required", [])
            # An example may point at records that its reader does not have.
            pointers = {each.path[0] for each in fields if each.kind == "uuid" and len(each.path) == 1}
            example = copy.deepcopy(content.get("example", {}))
            body = {name: held for name, held in example.items() if name in required or name not in pointers}
        parameters = [
            Field((each["name"],), self._kind(inner), inner, nullable=False)
            for each in described["parameters"]
            if each.get("in") == "query"
            for inner in [self._alternatives(each["schema"])[0]]
        ]
        return Operation(route, described, fields, parameters, body)

    def _alternatives(self, schema: Json) -> list[Json]:
        """The forms a value may have, null left out."""
        schema = self.resolved(schema)
        if isinstance(schema.get("type"), list):
            [kind] = [kind for kind in schema["type"] if kind != "null"]
            return [{**schema, "type": kind}]
        if _is_amount(schema) or "anyOf" not in schema:
            return [schema]
        return [each for part in schema["anyOf"] for each in self._alternatives(part) if not _is_null(each)]

    def _fields(self, schema: Json, at: Path) -> Iterator[Field]:
        field = self.field(schema, at)
        if at:
            yield field
        for name, inner in field.schema.get("properties", {}).items():
            yield from self._fields(inner, (*at, name))
        if "items" in field.schema:
            yield from self._fields(field.schema["items"], (*at, 0))

    def _inner(self, schema: Json, step: str | int) -> Json:
        [form] = self._alternatives(schema)
        return form["items"] if isinstance(step, int) else form["properties"][step]

    def _minimal(self, schema: Json) -> Json:
        [form] = self._alternatives(schema)
        if form.get("type") == "object":
            return {name: self._minimal(form["properties"][name]) for name in form.get("required", [])}
        return form["enum"][0] if "enum" in form else SAMPLES[self._kind(form)]

    def _kind(self, form: Json) -> str:
        kinds = {"array": "list", "object": "object"}
        formats = {"date": "day", "date-time": "instant", "uri": "url"}
        patterns = {"^[A-Z]{3}$": "currency"}
        if _is_amount(form):
            kind = "rate" if "exclusiveMinimum" in form["anyOf"][0] else "amount"
        elif "enum" in form or "const" in form:
            kind = "enum"
        elif form["type"] != "string":
            kind = kinds.get(form["type"], form["type"])
        elif "format" in form:
            kind = formats.get(form["format"], form["format"])
        elif "pattern" in form:
            kind = patterns.get(form["pattern"], "token")
        elif form.get("examples") == ["Asia/Tashkent"]:
            kind = "zone"
        else:
            kind = "text" if "minLength" in form else "prose"
        return kind


def _is_amount(schema: Json) -> bool:
    return {each.get("type") for each in schema.get("anyOf", [])} == {"number", "string"}


def _is_nullable(schema: Json) -> bool:
    return schema.get("type") == ["string", "null"] or any(map(_is_null, schema.get("anyOf", [])))


def _is_null(schema: Json) -> TypeGuard[dict[str, Any]]:
    return bool(schema.get("type") == "null")


def _put(at: Json, step: str | int, value: Json) -> None:
    if isinstance(at, list) and len(at) <= int(step):
        at.append(value)
    else:
        at[step] = value
