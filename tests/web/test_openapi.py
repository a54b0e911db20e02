"""The OpenAPI document tells the truth, and all of it: schemas, examples, failures, headers.

The document of the whole application is held to the same in the tests of the application.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.core.result import Err
from tests.web.sample import ID

Json = dict[str, Any]


@pytest.fixture
async def document(client: httpx2.AsyncClient) -> Json:
    response = await client.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    described: Json = response.json()
    return described


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def validator(document: Json, schema: Json) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for held in value.values():
            yield from references(held)
    elif isinstance(value, list):
        for held in value:
            yield from references(held)


def failure(document: Json, operation: Json, status: str) -> Json:
    name = operation["responses"][status]["$ref"].rpartition("/")[2]
    described: Json = document["components"]["responses"][name]
    return described


async def test_it_is_a_valid_document_whose_references_lead_somewhere(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    assert set(references(document))
    for reference in set(references(document)):
        at: Any = document
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_every_operation_has_an_id_a_summary_and_examples_that_fit(document: Json) -> None:
    ids = []
    for path, method, operation in operations(document):
        assert re.fullmatch("[a-z]+([A-Z][a-z]*)*", operation["operationId"])
        ids.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
        contents = [
            response.get("content", {})
            for response in operation["responses"].values()
            if "$ref" not in response
        ]
        body = operation.get("requestBody", {}).get("content", {})
        for content in [*contents, body]:
            media = content.get("application/json")
            if media is None:
                continue
            examples = [each["value"] for each in media.get("examples", {}).values()]
            examples += [media["example"]] if "example" in media else []
            assert examples, (method, path)
            for example in examples:
                validator(document, media["schema"]).validate(example)
    assert len(ids) == len(set(ids)) > 10
    for shared in document["components"]["responses"].values():
        media = shared["content"]["application/json"]
        for example in media["examples"].values():
            validator(document, media["schema"]).validate(example["value"])


async def test_numbers_fields_and_patterns_are_described_as_they_are_read(document: Json) -> None:
    schema = document["components"]["schemas"]["MakeThing"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["title"]
    assert schema["properties"]["title"] | {"title": ""} == {
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "title": "",
    }
    assert schema["properties"]["order"]["maximum"] == 100
    assert schema["properties"]["note"]["anyOf"][0]["maxLength"] == 500
    assert schema["properties"]["kind"]["enum"] == ["small", "large"]
    assert [kind.get("type") for kind in schema["properties"]["value"]["anyOf"][0]["anyOf"]] == [
        "number",
        "string",
    ]
    assert "idempotencyKey" in schema["properties"]
    assert "idempotencyKey" not in document["components"]["schemas"]["Step"]["properties"]
    listing = document["paths"]["/api/v1/things"]["get"]["parameters"]
    limit = next(parameter for parameter in listing if parameter.get("name") == "limit")
    assert (limit["in"], limit["required"], limit["schema"]["type"], limit["schema"]["maximum"]) == (
        "query",
        False,
        "integer",
        100,
    )
    thing_id = document["paths"]["/api/v1/things/{thing_id}"]["get"]["parameters"][0]
    assert (thing_id["in"], thing_id["schema"]["format"]) == ("path", "uuid")


@pytest.mark.parametrize(
    ("path", "method", "statuses", "parameters"),
    [
        ("/api/v1/things", "get", "200 401 403 422 429 500 503", ""),
        (
            "/api/v1/things",
            "post",
            "200 201 400 401 403 409 413 415 422 429 500 503",
            "DryRun IdempotencyKey",
        ),
        ("/api/v1/things/{thing_id}", "get", "200 304 401 403 404 422 429 500 503", "IfNoneMatch"),
        (
            "/api/v1/things/{thing_id}",
            "patch",
            "200 400 401 403 404 409 412 413 415 422 429 500 503",
            "DryRun IdempotencyKey IfMatch",
        ),
        ("/api/v1/auth/login", "post", "200 400 413 415 422 500 503", ""),
        ("/healthz", "get", "200 422 500 503", ""),
    ],
)
async def test_each_operation_lists_what_can_happen_and_nothing_else(
    document: Json, path: str, method: str, statuses: str, parameters: str
) -> None:
    operation = document["paths"][path][method]
    assert sorted(operation["responses"]) == statuses.split()
    shared = [
        parameter["$ref"].rpartition("/")[2] for parameter in operation["parameters"] if "$ref" in parameter
    ]
    assert shared == parameters.split()


async def test_security_and_headers_are_described(document: Json) -> None:
    making = document["paths"]["/api/v1/things"]["post"]
    assert making["security"] == [{"bearer": ["write"]}]
    assert set(making["responses"]["201"]["headers"]) >= {"X-Request-Id", "Location", "X-RateLimit-Limit"}
    assert "Retry-After" in failure(document, making, "429")["headers"]
    assert "WWW-Authenticate" in failure(document, making, "401")["headers"]
    assert document["paths"]["/healthz"]["get"]["security"] == []
    conflict = failure(document, making, "409")["content"]["application/json"]["examples"]
    assert set(conflict) == {"INVALID_STATE", "IDEMPOTENCY_CONFLICT"}


def test_what_it_describes_is_what_is_answered(app: FastAPI) -> None:
    """A few requests of every kind that the document allows: none breaks, each answer fits its schema."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    checked = 0
    for result in schema.get_all_operations():
        assert not isinstance(result, Err), result
        operation = result.ok()
        if operation.path.endswith("/broken"):
            continue
        case = operation.Case(
            path_parameters={"thing_id": ID} if "{thing_id}" in operation.path else {},
            headers={"Authorization": "Bearer full"},
            body={"title": "a"} if operation.body else {},
            media_type="application/json",
        )
        response = case.call()
        operation.validate_response(response)
        checked += 1
    assert checked > 10
