"""What goes out: envelopes, RFC 9457, headers on every response, 304, HEAD, dry runs and keys.

Through HTTP only; the sample application stands in for endpoints.
"""

import re
from collections.abc import MutableMapping
from ipaddress import ip_network
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from tests.web.sample import ID, Services, sample

from waymark.errors import PROBLEMS

THINGS = "/api/v1/things"
THING = f"{THINGS}/{ID}"
ETAG = '"7-2026-03-02"'


async def test_success_has_exactly_the_envelope(client: httpx2.AsyncClient) -> None:
    response = await client.post(THINGS, json={"title": "a"})
    assert response.status_code == 201
    assert list(response.json()) == ["success", "data", "meta", "error"]
    assert (response.json()["success"], response.json()["meta"], response.json()["error"]) == (
        True,
        None,
        None,
    )
    assert response.headers["content-type"] == "application/json"
    assert response.headers["location"] == THING
    assert response.headers["etag"] == '"1"'


async def test_failure_has_exactly_the_envelope(client: httpx2.AsyncClient) -> None:
    response = await client.post(f"{THING}/close", headers={"X-Request-Id": "trace.7"})
    assert response.status_code == 409
    assert response.json() == {
        "success": False,
        "data": None,
        "meta": None,
        "error": {
            "code": "INVALID_STATE",
            "message": "It is closed.",
            "details": [],
            "context": {"allowed": ["open"]},
            "requestId": "trace.7",
        },
    }


async def test_the_same_failure_by_rfc_9457(client: httpx2.AsyncClient) -> None:
    accept = {"Accept": "application/problem+json, application/json;q=0.5", "X-Request-Id": "trace.7"}
    response = await client.post(f"{THING}/close", headers=accept)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "/docs#error-INVALID_STATE",
        "title": "Conflict",
        "status": 409,
        "detail": "It is closed.",
        "instance": "urn:request:trace.7",
        "code": "INVALID_STATE",
        "errors": [],
        "context": {"allowed": ["open"]},
        "requestId": "trace.7",
    }
    missing = await client.get("/nowhere", headers=accept)
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", THINGS, 200, None),
        ("HEAD", THING, 200, None),
        ("GET", f"{THINGS}.csv", 200, None),
        ("GET", "/", 200, None),
        ("GET", "/docs", 200, None),
        ("GET", "/openapi.json", 200, None),
        ("GET", f"{THINGS}/nope", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"{THINGS}/%00", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"{THINGS}/%ff", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"{THINGS}/..%2f{ID}", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"{THINGS}/", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"{THING}/", 404, "RESOURCE_NOT_FOUND"),
        ("GET", f"/{THINGS}", 404, "RESOURCE_NOT_FOUND"),
        ("GET", "/api/v1", 404, "RESOURCE_NOT_FOUND"),
        ("GET", "/api/v1/missing", 404, "RESOURCE_NOT_FOUND"),
        ("PUT", THING, 405, "METHOD_NOT_ALLOWED"),
        ("OPTIONS", THING, 405, "METHOD_NOT_ALLOWED"),
        ("BREW", THING, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/broken", 500, "INTERNAL_ERROR"),
    ],
)
async def test_every_response_says_who_and_how_it_is(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str | None
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert re.fullmatch("[A-Za-z0-9._-]{1,64}", response.headers["x-request-id"])
    assert response.headers["cache-control"] == ("no-cache" if path == "/" else "no-store")
    assert response.headers["x-content-type-options"] == "nosniff"
    if code is not None:
        error = response.json()["error"]
        assert (error["code"], error["requestId"]) == (code, response.headers["x-request-id"])


async def test_an_unknown_id_a_malformed_one_and_a_strange_one_answer_alike(
    client: httpx2.AsyncClient,
) -> None:
    strange = [
        "nope",
        ID[:-1],
        "{" + ID + "}",
        "0" * 32,
        "00000000-0000-0000-0000-000000000000",
        "%F0%9F%99%82",
    ]
    answers = [await client.get(f"{THINGS}/{text}", headers={"X-Request-Id": "same"}) for text in strange]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    upper = await client.get(f"{THINGS}/{ID.upper()}")
    assert upper.json()["data"]["saw"]["id"] == ID


async def test_a_literal_path_wins_over_a_parameter(client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"{THINGS}/summary")).json()["data"]["saw"] == {}


async def test_a_wrong_method_hears_the_right_ones(client: httpx2.AsyncClient) -> None:
    response = await client.put(THING)
    assert response.headers["allow"] == "DELETE, GET, HEAD, PATCH"
    assert response.json()["error"]["context"] == {"allowed": ["DELETE", "GET", "HEAD", "PATCH"]}


async def test_the_unforeseen_is_logged_and_shows_nothing_of_itself(client: httpx2.AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        response = await client.get("/api/v1/broken", headers={"X-Request-Id": "trace.7"})
    assert "secret detail" not in response.text
    assert "Traceback" not in response.text
    assert [(line["log_level"], line["request_id"], line["route"]) for line in lines] == [
        ("error", "trace.7", "/api/v1/broken")
    ]


async def test_a_client_that_leaves_before_its_body_is_complete_changes_nothing(
    app: FastAPI, services: Services
) -> None:
    incoming: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"title":"a"}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return incoming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": THINGS,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer full"), (b"content-type", b"application/json")],
    }
    await app(scope, receive, send)
    assert (sent, services.ran) == ([], [])


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("abc-1.2_Z", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("<x>", False), ("", False)],
)
async def test_a_sane_request_id_is_kept(client: httpx2.AsyncClient, given: str, *, is_kept: bool) -> None:
    response = await client.get(THING, headers={"X-Request-Id": given})
    assert (response.headers["x-request-id"] == given) is is_kept
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (ETAG, 304),
        (f"W/{ETAG}", 304),
        (f'"1", W/"2-2026-01-01" , {ETAG}', 304),
        ("*", 304),
        ('"7"', 200),
        ('"7-2026-03-03"', 200),
        ("7-2026-03-02", 200),
        ('"7-2026-03-02', 200),
        ("", 200),
    ],
)
async def test_if_none_match(client: httpx2.AsyncClient, condition: str, status: int) -> None:
    response = await client.get(THING, headers={"If-None-Match": condition})
    assert response.status_code == status
    assert response.headers["etag"] == ETAG
    assert (response.content == b"") is (status == 304)
    assert "content-type" not in response.headers or status == 200


async def test_head_is_get_without_its_body(client: httpx2.AsyncClient) -> None:
    get, head = await client.get(THING), await client.head(THING)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["etag"] == get.headers["etag"]


@pytest.mark.parametrize(
    ("condition", "versions"),
    [
        (None, None),
        ("*", None),
        ('"7"', [7]),
        ('"7-2026-03-02"', [7]),
        ('"7", "9-2026-03-02"', [7, 9]),
        ("7", [7]),
        ('W/"7"', []),
        ('"abc"', []),
        ('"-7"', []),
        ("", []),
    ],
)
async def test_if_match_names_versions(
    client: httpx2.AsyncClient, condition: str | None, versions: list[int] | None
) -> None:
    headers = {} if condition is None else {"If-Match": condition}
    response = await client.patch(THING, json={}, headers=headers)
    assert response.json()["data"]["saw"]["versions"] == versions


async def test_a_dry_run_is_never_a_creation(client: httpx2.AsyncClient) -> None:
    response = await client.post(f"{THINGS}?dryRun=true", json={"title": "a"})
    assert (response.status_code, response.json()["meta"]) == (200, {"dryRun": True})
    assert "location" not in response.headers
    kept = await client.delete(f"{THING}?dryRun=true")
    assert kept.json()["meta"] == {"note": "kept", "dryRun": True}
    assert (await client.patch(f"{THING}?dryRun=true", json={})).json()["meta"] == {"dryRun": True}
    assert (await client.post(f"{THINGS}?dryRun=false", json={"title": "a"})).status_code == 201


@pytest.mark.parametrize("asked", ["", "1", "TRUE", "yes"])
async def test_a_dry_run_is_asked_for_clearly(
    client: httpx2.AsyncClient, services: Services, asked: str
) -> None:
    response = await client.post(f"{THINGS}?dryRun={asked}", json={"title": "a"})
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["field"] == "dryRun"
    assert services.ran == []


@pytest.mark.parametrize(
    ("header", "body", "key"),
    [
        ("k-1", None, "k-1"),
        (None, "k-1", "k-1"),
        ("k-1", "k-1", "k-1"),
        ("a" * 200, None, "a" * 200),
        (None, None, None),
    ],
)
async def test_an_idempotency_key_comes_by_header_or_body(
    client: httpx2.AsyncClient, header: str | None, body: str | None, key: str | None
) -> None:
    headers = {} if header is None else {"Idempotency-Key": header}
    response = await client.post(THINGS, json={"title": "a", "idempotencyKey": body}, headers=headers)
    assert response.json()["data"]["saw"]["key"] == key


@pytest.mark.parametrize(
    ("header", "body", "field"),
    [
        ("k-1", "k-2", "idempotencyKey"),
        ("", None, "Idempotency-Key"),
        ("a b", None, "Idempotency-Key"),
        ("a" * 201, None, "Idempotency-Key"),
        (None, "", "idempotencyKey"),
        (None, 5, "idempotencyKey"),
        (None, "é", "idempotencyKey"),
    ],
)
async def test_an_unfit_or_contradictory_key_is_refused(
    client: httpx2.AsyncClient, services: Services, header: str | None, body: object, field: str
) -> None:
    headers = {} if header is None else {"Idempotency-Key": header}
    response = await client.post(THINGS, json={"title": "a", "idempotencyKey": body}, headers=headers)
    assert response.status_code == 422
    assert [fault["field"] for fault in response.json()["error"]["details"]] == [field]
    assert services.ran == []


async def test_a_fingerprint_is_of_what_was_read_not_of_its_spelling(client: httpx2.AsyncClient) -> None:
    async def fingerprint(content: str) -> str:
        headers = {"Content-Type": "application/json"}
        response = await client.post(THINGS, content=content.encode(), headers=headers)
        return str(response.json()["data"]["saw"]["fingerprint"])

    first = await fingerprint('{"title":"a","value":1.50}')
    assert await fingerprint('{ "value": "1.5", "title": " a ", "idempotencyKey": "k" }') == first
    assert await fingerprint('{"title":"a","value":1.51}') != first
    assert await fingerprint('{"title":"a","value":1.5,"note":null}') != first


async def test_routes_without_retries_take_neither_key_nor_dry_run(client: httpx2.AsyncClient) -> None:
    login = "/api/v1/auth/login"
    ignored = await client.post(login, json={"title": "a"}, headers={"Idempotency-Key": "k"})
    assert ignored.json()["data"]["saw"]["key"] is None
    assert (await client.post(login, json={"title": "a", "idempotencyKey": "k"})).status_code == 422
    assert (await client.post(f"{login}?dryRun=true", json={"title": "a"})).status_code == 422


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ([], "9.9.9.9", "127.0.0.1"),
        (["127.0.0.0/8"], "9.9.9.9", "9.9.9.9"),
        (["127.0.0.0/8"], "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (["127.0.0.0/8", "10.0.0.0/8"], "9.9.9.9, 10.0.0.7", "9.9.9.9"),
        (["127.0.0.0/8"], "unknown", "127.0.0.1"),
        (["127.0.0.0/8"], "", "127.0.0.1"),
        (["127.0.0.0/8"], "2001:db8::1", "2001:db8::1"),
    ],
)
async def test_only_trusted_proxies_speak_for_others(
    client: httpx2.AsyncClient, services: Services, trusted: list[str], forwarded: str, address: str
) -> None:
    services.trusted_proxies = [ip_network(network) for network in trusted]
    response = await client.get(THING, headers={"X-Forwarded-For": forwarded})
    assert response.json()["data"]["saw"]["address"] == address


async def test_other_origins_read_our_headers_when_allowed(services: Services) -> None:
    transport = httpx2.ASGITransport(app=sample(services, cors_origins=["https://app.test"]))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        asked = {"Origin": "https://app.test", "Access-Control-Request-Method": "PATCH"}
        assert (await client.options(THING, headers=asked)).status_code == 200
        answer = await client.get("/healthz", headers={"Origin": "https://app.test"})
        assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
        foreign = await client.get("/healthz", headers={"Origin": "https://evil.test"})
        assert "access-control-allow-origin" not in foreign.headers


def test_statuses_agree_with_the_contract() -> None:
    assert {code: kind.status for code, kind in PROBLEMS.items()} == {
        "MALFORMED_REQUEST": 400,
        "AUTH_INVALID_CREDENTIALS": 401,
        "AUTH_TOKEN_EXPIRED": 401,
        "AUTH_TOKEN_INVALID": 401,
        "FORBIDDEN": 403,
        "RESOURCE_NOT_FOUND": 404,
        "METHOD_NOT_ALLOWED": 405,
        "CONFLICT": 409,
        "RESOURCE_ALREADY_EXISTS": 409,
        "INVALID_STATE": 409,
        "IDEMPOTENCY_CONFLICT": 409,
        "CURSOR_GONE": 410,
        "PRECONDITION_FAILED": 412,
        "PAYLOAD_TOO_LARGE": 413,
        "UNSUPPORTED_MEDIA_TYPE": 415,
        "VALIDATION_ERROR": 422,
        "RATE_LIMIT_EXCEEDED": 429,
        "INTERNAL_ERROR": 500,
        "SERVICE_UNAVAILABLE": 503,
    }
