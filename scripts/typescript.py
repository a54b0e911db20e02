"""Writes the types of the TypeScript client from the OpenAPI document, as the server serves it.

`make types` runs it; tests/client/test_typescript.py fails when the committed file differs.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2

from waymark.app import create_app
from waymark.settings import Settings
from waymark.web.asyncapi import DOCUMENTS

Json: TypeAlias = Mapping[str, Any]

FILE: Final = Path(__file__).parents[1] / "clients/typescript/src/api.d.ts"
BEGINNING: Final = """\
// Written by scripts/typescript.py from the OpenAPI document: run `make types`.
"""
BELOW: Final = "/api/v1"
PLAIN: Final = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}
WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")


async def served() -> Json:
    """The document of a server with default settings."""
    transport = httpx2.ASGITransport(app=create_app(Settings()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://waymark") as client:
        document: Json = (await client.get("/openapi.json")).json()
    return document


def module(document: Json) -> str:
    """Every schema as a type of its name; `Records` by entity; `Routes`: what each takes and answers."""
    schemas = (
        f"{remark(schema)}export type {named(name)} = {typed(schema)};\n"
        for name, schema in document["components"]["schemas"].items()
    )
    routes = [
        f"  /** {operation['summary']} */\n  {route(method, path)}: {asked(operation, document)};"
        for path, operations in document["paths"].items()
        if path.startswith(BELOW)
        for method, operation in operations.items()
        if answer(operation) is not None
    ]
    records = [f"  {entity}: {document.__name__};" for entity, document in DOCUMENTS.items()]
    interfaces = [
        "/** Each entity's records. */\nexport interface Records {",
        *records,
        "}\n\nexport interface Routes {",
        *routes,
        "}",
    ]
    return "\n".join([BEGINNING, *schemas, *interfaces]) + "\n"


def route(method: str, path: str) -> str:
    return json.dumps(f"{method.upper()} {path.removeprefix(BELOW)}")


def asked(operation: Json, document: Json) -> str:
    """What one route takes, and the `data` and `meta` of its success."""
    groups: dict[str, list[str]] = {"path": [], "query": []}
    for given in operation.get("parameters", ()):
        parameter = resolved(given, document)
        if parameter["in"] in groups:
            mark = "" if parameter.get("required") else "?"
            groups[parameter["in"]].append(f"{key(parameter['name'])}{mark}: {typed(parameter['schema'])}")
    parts = [f"{group}: {{ {'; '.join(fields)} }}" for group, fields in groups.items() if fields]
    if "query" in groups and groups["query"] and all("?:" in field for field in groups["query"]):
        parts[-1] = parts[-1].replace("query:", "query?:", 1)
    body = operation.get("requestBody")
    if body is not None:
        mark = "" if body.get("required") else "?"
        parts.append(f"body{mark}: {typed(body['content']['application/json']['schema'])}")
    return f"{{ {'; '.join([*parts, f'answer: {answer(operation)}'])} }}"


def answer(operation: Json) -> str | None:
    """None: what it answers is no envelope, such as a stream or a picture."""
    success = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
    schema = success.get("content", {}).get("application/json", {}).get("schema")
    if schema is None or "data" not in schema.get("properties", {}):
        return None
    fields = schema["properties"]
    return f"{{ data: {typed(fields['data'])}; meta: {typed(fields['meta'])} }}"


def resolved(given: Json, document: Json) -> Json:
    if "$ref" not in given:
        return given
    found: Json = document["components"]["parameters"][given["$ref"].rpartition("/")[2]]
    return found


def typed(schema: Json) -> str:
    """A schema as a type; what TypeScript cannot say (patterns, bounds) the server checks."""
    if "$ref" in schema:
        return named(schema["$ref"].rpartition("/")[2])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is not None:
        return " | ".join(map(json.dumps, values))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(typed, schema["anyOf"])))
    kinds = schema.get("type", [])
    if isinstance(kinds, list):
        return " | ".join(typed({**schema, "type": kind}) for kind in kinds) or "unknown"
    if kinds == "array":
        item = typed(schema.get("items", {}))
        return f"({item})[]" if "|" in item else f"{item}[]"
    return PLAIN.get(kinds) or shaped(schema)


def shaped(schema: Json) -> str:
    required = set(schema.get("required", ()))
    fields = [
        f"{key(name)}{'' if name in required else '?'}: {typed(field)}"
        for name, field in schema.get("properties", {}).items()
    ]
    if fields:
        return f"{{ {'; '.join(fields)} }}"
    rest = schema.get("additionalProperties")
    return f"Record<string, {typed(rest) if isinstance(rest, Mapping) else 'unknown'}>"


def key(name: str) -> str:
    return name if WORD.fullmatch(name) else json.dumps(name)


def named(name: str) -> str:
    """`waymark.queries.shared_links.LinkDocument`, one of two of that name → `SharedLinksLinkDocument`."""
    *_, room, last = ["", *name.split(".")]
    return "".join(word.capitalize() for word in room.split("_")) + last


def remark(schema: Json) -> str:
    text = " ".join(schema.get("description", "").split())
    return f"/** {text} */\n" if text else ""


def written() -> str:
    return module(asyncio.run(served()))


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
