"""Headers and envelopes: ETag, If-Match, If-None-Match, HEAD, request ids, problem+json (CONTRACT §1).

On real routes; reading requests strictly has tests of its own on a sample.
"""

from datetime import timedelta

import pytest
from tests.api.person import COUNT, Person, code_of, data_of, parsed

from waymark.clock import FrozenClock

UNKNOWN = "0198c0de-8b21-7f0a-b1c4-2e9d7a6f5c31"


async def test_not_modified(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}"
    etag = (await ada("GET", path)).headers["ETag"]
    assert etag == f'"{goal["version"]}-2026-03-02"'
    for tag in (etag, f"W/{etag}", f'"1", {etag}', "*"):
        same = await ada("GET", path, If_None_Match=tag)
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    for tag in (f'"{goal["version"]}"', '"other"'):
        assert (await ada("GET", path, If_None_Match=tag)).status_code == 200
    clock.at += timedelta(days=1)
    tomorrow = await ada("GET", path, If_None_Match=etag)
    assert (tomorrow.status_code, tomorrow.headers["ETag"]) == (200, f'"{goal["version"]}-2026-03-03"')
    await ada.check_in(goal, 1)
    assert (await ada("GET", path, If_None_Match=tomorrow.headers["ETag"])).status_code == 200


async def test_writes_answer_the_new_etag(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}"
    for method, address, body in (
        ("PATCH", path, {"title": "Renamed"}),
        ("POST", f"{path}/check-in", {"value": 1}),
        ("POST", f"{path}/pause", None),
    ):
        written = await ada(method, address, body)
        assert written.headers["ETag"] == (await ada("GET", path)).headers["ETag"]


async def test_if_match(ada: Person) -> None:
    """Every write of one record compares the version part, whatever the day."""
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    told = await ada.check_in(goal, 1)
    path = f"/goals/{goal['id']}"
    for method, address, body, record in (
        ("PATCH", path, {"title": "Renamed"}, path),
        ("POST", f"{path}/check-in", {"value": 1}, path),
        ("PATCH", f"{path}/check-ins/{told['checkIn']['id']}", {"value": 2}, None),
        ("PATCH", f"{path}/milestones/{goal['milestones'][0]['id']}", {"title": "Half way"}, None),
        ("POST", f"{path}/milestones", {"title": "one more"}, path),
        ("PUT", f"{path}/milestones", {"milestones": [{"title": "new"}]}, path),
        ("DELETE", f"{path}/check-ins/{told['checkIn']['id']}", None, None),
        ("POST", f"{path}/pause", None, path),
        ("POST", f"{path}/resume", None, path),
        ("POST", f"{path}/complete", None, path),
        ("POST", f"{path}/reactivate", None, path),
        ("POST", f"{path}/archive", None, path),
        ("POST", f"{path}/restore", None, path),
        ("DELETE", path, None, path),
    ):
        where = record or address
        version = (await ada.get(where))["version"]
        stale = [f'"{version - 1}"', f'"{version + 1}-2026-03-02"', f'W/"{version}"', '"x"', '""']
        for tag in stale:
            refused = await ada(method, address, body, If_Match=tag)
            assert code_of(refused) == (412, "PRECONDITION_FAILED"), (address, tag)
        assert (await ada.get(where))["version"] == version
        passed = await ada(method, address, body, If_Match=f'"{version}-2020-01-01"')
        assert passed.status_code in {200, 201}, (address, passed.text)


async def test_if_match_any(ada: Person) -> None:
    goal = await ada.goal()
    path = f"/goals/{goal['id']}"
    assert data_of(await ada("PATCH", path, {"title": "A"}, If_Match="*"))["title"] == "A"
    version = (await ada.now(goal))["version"]
    tags = f'"1-2026-03-02", "{version}-2026-03-02"'
    assert data_of(await ada("PATCH", path, {"title": "B"}, If_Match=tags))["title"] == "B"
    assert code_of(await ada("PATCH", f"/goals/{UNKNOWN}", {"title": "C"}, If_Match='"1"'))[0] == 404


async def test_head(ada: Person) -> None:
    goal = await ada.goal()
    for path in ("/goals", f"/goals/{goal['id']}", f"/goals/{goal['id']}/milestones"):
        got, head = await ada("GET", path), await ada("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag"):
            assert head.headers.get(name) == got.headers.get(name)
    assert (await ada("HEAD", f"/goals/{UNKNOWN}")).status_code == 404


async def test_request_ids(ada: Person) -> None:
    for path in ("/goals", f"/goals/{UNKNOWN}", "/nowhere"):
        assert (await ada("GET", path, X_Request_Id="my-id.7")).headers["X-Request-Id"] == "my-id.7"
        made = [(await ada("GET", path)).headers["X-Request-Id"] for _ in range(2)]
        assert made[0] != made[1]
        insane = await ada("GET", path, X_Request_Id="a b" * 50)
        assert len(insane.headers["X-Request-Id"]) == 36


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "fields"),
    [
        ("GET", f"/goals/{UNKNOWN}", None, 404, "RESOURCE_NOT_FOUND", []),
        ("POST", "/goals", {"title": "", "x": 1}, 422, "VALIDATION_ERROR", ["title", "x"]),
        ("PUT", "/goals", None, 405, "METHOD_NOT_ALLOWED", []),
        ("GET", "/nowhere", None, 404, "RESOURCE_NOT_FOUND", []),
    ],
)
async def test_the_two_forms_of_a_failure(
    ada: Person, method: str, path: str, body: object, status: int, code: str, fields: list[str]
) -> None:
    plain = await ada(method, path, body)
    assert code_of(plain) == (status, code)
    assert plain.headers["Content-Type"] == "application/json"
    error = parsed(plain)["error"]
    assert error.keys() == {"code", "message", "details", "context", "requestId"}
    assert sorted(fault["field"] for fault in error["details"]) == fields
    assert all(fault.keys() == {"field", "code", "message"} for fault in error["details"])
    problem = await ada(method, path, body, Accept="application/problem+json")
    assert problem.headers["Content-Type"] == "application/problem+json"
    told = parsed(problem)
    assert (problem.status_code, told["status"], told["code"]) == (status, status, code)
    assert {"type", "title", "status", "detail"} <= told.keys()
    assert told["errors"] == error["details"]


async def test_methods_that_an_address_does_not_take(ada: Person) -> None:
    goal = await ada.goal()
    for method, path, allowed in (
        ("PUT", f"/goals/{goal['id']}", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("DELETE", "/goals", {"GET", "HEAD", "POST"}),
        ("GET", f"/goals/{goal['id']}/complete", {"POST"}),
    ):
        response = await ada(method, path)
        assert code_of(response) == (405, "METHOD_NOT_ALLOWED")
        assert {name.strip() for name in response.headers["Allow"].split(",")} >= allowed
    for path in ("/goals/", f"/goals/{goal['id']}/nothing", "//goals", "/goal"):
        assert code_of(await ada("GET", path)) == (404, "RESOURCE_NOT_FOUND")


async def test_nothing_without_a_token(ada: Person) -> None:
    goal = await ada.goal()
    for method, path in (("GET", "/goals"), ("POST", "/goals"), ("DELETE", f"/goals/{goal['id']}")):
        response = await ada.client.request(method, path)
        assert code_of(response) == (401, "AUTH_TOKEN_INVALID")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert await ada.now(goal) == goal
