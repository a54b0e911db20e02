"""Who gets through to an endpoint: tokens, rights and rate limits, denied by default.

How tokens are made and checked is tested with the accounts.
"""

import httpx2
import pytest
from fastapi import FastAPI
from tests.web.sample import ID, Services, sample

from waymark.web.limits import Limits, OwnWindows
from waymark.web.route import StrictRoute

THINGS = "/api/v1/things"


def asking(app: FastAPI, **headers: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://test", headers=headers
    )


async def test_every_route_that_is_not_public_refuses_strangers(app: FastAPI, services: Services) -> None:
    routes = [route for route in app.routes if isinstance(route, StrictRoute)]
    assert len(routes) > 10
    async with asking(app) as stranger:
        for route in routes:
            path = route.path.replace("{thing_id}", ID)
            response = await stranger.request(route.method, path)
            assert (response.status_code == 401) is not route.nature.public, route.path
    assert services.ran == []


@pytest.mark.parametrize(
    ("authorization", "code", "challenge"),
    [
        (None, "AUTH_TOKEN_INVALID", 'Bearer realm="waymark"'),
        ("Bearer", "AUTH_TOKEN_INVALID", 'Bearer realm="waymark", error="invalid_token"'),
        ("Bearer wrong", "AUTH_TOKEN_INVALID", 'Bearer realm="waymark", error="invalid_token"'),
        ("Bearer full full", "AUTH_TOKEN_INVALID", 'Bearer realm="waymark", error="invalid_token"'),
        ("Basic ZnVsbA==", "AUTH_TOKEN_INVALID", 'Bearer realm="waymark", error="invalid_token"'),
        ("Bearer expired", "AUTH_TOKEN_EXPIRED", 'Bearer realm="waymark", error="invalid_token"'),
    ],
)
async def test_what_is_no_good_token(
    app: FastAPI, authorization: str | None, code: str, challenge: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with asking(app, **headers) as client:
        response = await client.get(THINGS)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == code
    assert response.headers["www-authenticate"] == challenge


async def test_the_scheme_may_be_in_any_case(app: FastAPI) -> None:
    async with asking(app, Authorization="bEARER full") as client:
        assert (await client.get(THINGS)).status_code == 200


async def test_a_token_does_what_its_rights_allow(app: FastAPI, services: Services) -> None:
    async with asking(app, Authorization="Bearer reader") as reader:
        assert (await reader.get(f"{THINGS}/{ID}")).status_code == 200
        services.ran.clear()
        for method, path in [("POST", THINGS), ("PATCH", f"{THINGS}/{ID}"), ("DELETE", f"{THINGS}/{ID}")]:
            response = await reader.request(method, path, json={"title": "a"})
            assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert services.ran == []


async def test_a_strangers_body_is_not_even_read(app: FastAPI) -> None:
    async with asking(app) as stranger:
        response = await stranger.post(THINGS, content=b"{" * 1_000)
    assert response.status_code == 401


async def test_reads_and_writes_have_their_own_limits() -> None:
    services = Services(Limits({"read": 3, "write": 1}, OwnWindows(lambda: 1_000.0)))
    async with asking(sample(services), Authorization="Bearer full") as client:
        answers = [await client.get(f"{THINGS}/{ID}") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
        assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"3"}
        assert {answer.headers["x-ratelimit-reset"] for answer in answers} == {"60"}
        refused = answers[-1]
        assert refused.headers["retry-after"] == "60"
        assert refused.json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
        assert (await client.post(THINGS, json={"title": "a"})).status_code == 201
        assert (await client.post(THINGS, json={"title": "a"})).status_code == 429
        assert (await client.get("/healthz")).status_code == 200


async def test_a_public_route_counts_by_itself() -> None:
    services = Services(Limits({"auth": 2}, OwnWindows()))
    async with asking(sample(services)) as client:
        answers = [await client.post("/api/v1/auth/login", json={"title": "ada"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        other = await client.post("/api/v1/auth/login", json={"title": "bob"})
        assert other.status_code == 200
