"""Access tokens and API tokens: what is believed, what is refused, what scopes allow (TRUST "Threats").

Over HTTP on both databases; forged tokens are signed here with the node's own key.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.accounts.node import PASSWORD, SECRET, Caller, Node, code_of, data_of, fields_of, part

from waymark.actions.perform import Door
from waymark.errors import NotFound, TokenInvalid
from waymark.store.database import Database
from waymark.store.statement import Statement
from waymark.web.access import Access

UNKNOWN = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, OctKey.import_key(SECRET)).claims
    return claims


def signed(claims: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode({"alg": algorithm}, claims, OctKey.import_key(secret), algorithms=[algorithm])


async def test_an_access_token_says_what_it_must(call: Caller) -> None:
    answer = await call.registered()
    claims = claims_of(answer["accessToken"])
    assert set(claims) == {"iss", "aud", "type", "sub", "sid", "jti", "iat", "exp"}
    assert (claims["sub"], claims["type"]) == (answer["user"]["id"], "access")
    assert claims["exp"] - claims["iat"] == 900


async def test_an_access_token_ends_to_the_second(call: Caller, node: Node) -> None:
    token = (await call.registered())["accessToken"]
    node.pass_seconds(898)
    assert (await call("GET", "/auth/me", token=token)).status_code == 200
    node.pass_seconds(2)
    expired = await call("GET", "/auth/me", token=token)
    assert code_of(expired) == (401, "AUTH_TOKEN_EXPIRED")
    assert expired.headers["www-authenticate"].startswith("Bearer")


FORGERIES: list[dict[str, Any]] = [
    *({name: None} for name in ("iss", "aud", "type", "sub", "sid", "jti", "iat", "exp")),
    {"iss": "somebody"},
    {"aud": "elsewhere"},
    {"type": "refresh"},
    {"sub": UNKNOWN},
    {"sub": "ada"},
    {"sub": 5},
    {"sid": UNKNOWN},
    {"sid": "1' or '1'='1"},
    {"exp": "tomorrow"},
    {"exp": True},
    {"iat": "yesterday"},
]


async def test_a_token_that_says_something_else_is_refused(call: Caller) -> None:
    claims = claims_of((await call.registered())["accessToken"])
    assert (await call("GET", "/auth/me", token=signed(claims))).status_code == 200
    for change in FORGERIES:
        said = {name: value for name, value in (claims | change).items() if value is not None}
        response = await call("GET", "/auth/me", token=signed(said))
        assert code_of(response) == (401, "AUTH_TOKEN_INVALID"), change


async def test_other_keys_and_algorithms_are_refused(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    claims = claims_of(token)
    header, payload, signature = token.split(".")
    forged = [
        signed(claims, "another secret of at least 32 characters"),
        signed(claims, SECRET, "HS512"),
        f"{part({'alg': 'none'})}.{payload}.",
        f"{part({'alg': 'HS256', 'crit': 1})}.{payload}.{signature}",
        f"{part({'alg': 'HS256', 'crit': ['exp']})}.{payload}.{signature}",
        f"{header}.{part(claims | {'sub': UNKNOWN})}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        "." * 2,
        "wm_",
        "x" * 8_000,
        part([[[[]]]]) + ".e30.e30",
    ]
    for each in forged:
        assert code_of(await call("GET", "/auth/me", token=each)) == (401, "AUTH_TOKEN_INVALID"), each


async def test_without_a_bearer_token_everything_is_denied(call: Caller) -> None:
    for header in ("", "Bearer", "Basic YWRhOnB3", "Token x", "Bearer a b"):
        response = await call("GET", "/auth/me", Authorization=header)
        assert code_of(response) == (401, "AUTH_TOKEN_INVALID"), header
        assert "www-authenticate" in response.headers


async def test_a_refresh_token_is_no_access_token(call: Caller) -> None:
    answer = await call.registered()
    assert (await call("GET", "/auth/me", token=answer["refreshToken"])).status_code == 401


# API tokens ----------------------------------------------------------------------------------


async def created(call: Caller, token: str, **fields: Any) -> dict[str, Any]:
    body = {"name": "widget", **fields}
    answer: dict[str, Any] = data_of(await call("POST", "/auth/tokens", body, token=token))
    return answer


async def test_an_api_token_is_shown_once(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    response = await call(
        "POST", "/auth/tokens", {"name": "widget", "scopes": ["write", "read"]}, token=owner
    )
    assert response.status_code == 201
    token = data_of(response)
    assert token["token"].startswith("wm_")
    assert len(token["token"]) >= 43
    assert (token["name"], token["scopes"], token["expiresAt"]) == ("widget", ["read", "write"], None)
    shown = data_of(await call("GET", response.headers["location"].removeprefix("/api/v1"), token=owner))
    assert shown == {name: value for name, value in token.items() if name != "token"}
    assert data_of(await call("GET", "/auth/tokens", token=owner)) == [shown]
    assert (await call("GET", "/auth/me", token=token["token"])).status_code == 200


async def test_scopes_hold(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    reader = (await created(call, owner))["token"]
    writer = (await created(call, owner, scopes=["write"]))["token"]
    patch = ("PATCH", "/users/me", {"dayStartsAt": 2})
    assert code_of(await call(*patch, token=reader)) == (403, "FORBIDDEN")
    assert code_of(await call("GET", "/auth/me", token=writer)) == (403, "FORBIDDEN")
    assert (await call(*patch, token=writer)).status_code == 200
    assert data_of(await call("GET", "/auth/me", token=reader))["dayStartsAt"] == 2


FOR_PEOPLE: list[tuple[str, str, dict[str, str] | None]] = [
    ("POST", "/auth/tokens", {"name": "more"}),
    ("DELETE", f"/auth/tokens/{UNKNOWN}", None),
    ("DELETE", f"/auth/sessions/{UNKNOWN}", None),
    ("POST", "/auth/logout", None),
    ("POST", "/users/me/password", {"current": PASSWORD, "new": "a new password"}),
    ("DELETE", "/users/me", {"password": PASSWORD}),
]


async def test_an_api_token_is_not_a_person(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    token = (await created(call, owner, scopes=["read", "write"]))["token"]
    for method, path, body in FOR_PEOPLE:
        assert code_of(await call(method, path, body, token=token)) == (403, "FORBIDDEN"), (method, path)
    assert (await call("GET", "/auth/me", token=owner)).status_code == 200


async def test_a_revoked_api_token_is_dead_at_once(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    stranger = (await call.registered("bob@example.com"))["accessToken"]
    token = await created(call, owner)
    path = f"/auth/tokens/{token['id']}"
    assert (await call("GET", "/auth/me", token=token["token"])).status_code == 200
    for method in ("GET", "DELETE"):
        assert code_of(await call(method, path, token=stranger)) == (404, "RESOURCE_NOT_FOUND")
    assert (await call("DELETE", f"{path}?dryRun=true", token=owner)).status_code == 200
    assert (await call("GET", "/auth/me", token=token["token"])).status_code == 200
    assert (await call("DELETE", path, token=owner)).status_code == 200
    assert (await call("GET", "/auth/me", token=token["token"])).status_code == 401
    assert code_of(await call("DELETE", path, token=owner)) == (404, "RESOURCE_NOT_FOUND")
    assert data_of(await call("GET", "/auth/tokens", token=owner)) == []


async def test_an_api_token_ends_when_it_says(call: Caller, node: Node) -> None:
    owner = (await call.registered())["accessToken"]
    expires_at = node.clock.now() + timedelta(seconds=3)
    token = (await created(call, owner, expiresAt=expires_at.isoformat()))["token"]
    assert (await call("GET", "/auth/me", token=token)).status_code == 200
    node.pass_seconds(4)
    assert code_of(await call("GET", "/auth/me", token=token)) == (401, "AUTH_TOKEN_EXPIRED")


async def test_use_of_an_api_token_is_dated(call: Caller, node: Node) -> None:
    owner = (await call.registered())["accessToken"]
    token = await created(call, owner)
    assert token["lastUsedAt"] is None

    async def used_at() -> Any:
        await call("GET", "/auth/me", token=token["token"])
        return data_of(await call("GET", f"/auth/tokens/{token['id']}", token=owner))["lastUsedAt"]

    first = await used_at()
    node.pass_seconds(30)
    assert await used_at() == first
    node.pass_seconds(30)
    assert await used_at() > first


REFUSED_TOKENS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"name": ""}, {"name": "required"}),
    ({"name": None}, {"name": "wrong_type"}),
    ({"scopes": []}, {"scopes": "too_few"}),
    ({"scopes": ["admin"]}, {"scopes[0]": "not_allowed"}),
    ({"scopes": "read"}, {"scopes": "wrong_type"}),
    ({"expiresAt": "2020-01-01T00:00:00Z"}, {"expiresAt": "out_of_range"}),
    ({"expiresAt": 1}, {"expiresAt": "wrong_type"}),
    ({"token": "wm_mine"}, {"token": "unknown_field"}),
]


async def test_what_creating_a_token_refuses(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    for fields, faults in REFUSED_TOKENS:
        response = await call("POST", "/auth/tokens", {"name": "widget", **fields}, token=owner)
        assert code_of(response) == (422, "VALIDATION_ERROR"), fields
        assert fields_of(response) == faults


async def test_a_rehearsed_token_does_not_exist(call: Caller) -> None:
    owner = (await call.registered())["accessToken"]
    response = await call("POST", "/auth/tokens?dryRun=true", {"name": "widget"}, token=owner)
    assert response.status_code == 200
    assert "token" not in data_of(response)
    assert data_of(await call("GET", "/auth/tokens", token=owner)) == []


# What is remembered of them ------------------------------------------------------------------


async def test_a_token_is_looked_up_once_in_five_seconds(call: Caller, node: Node) -> None:
    token = (await call.registered())["accessToken"]
    first = await node.authenticate(token)
    node.pass_seconds(4)
    assert await node.authenticate(token) is first
    node.pass_seconds(1)
    assert await node.authenticate(token) is not first


async def test_memory_of_tokens_is_bounded(call: Caller, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waymark.web.access.MAX_REMEMBERED", 2)
    owner = (await call.registered())["accessToken"]
    tokens = [(await created(call, owner))["token"] for _ in range(3)]
    seen = [await node.authenticate(token) for token in tokens]
    assert await node.authenticate(tokens[2]) is seen[2]
    assert await node.authenticate(tokens[0]) is not seen[0]


class Meanwhile:
    """A database after each of whose single-row reads something else happens first."""

    def __init__(self, database: Database, happens: Callable[[], Awaitable[object]]) -> None:
        self._database = database
        self._happens = happens

    async def one(self, statement: Statement[Any], **params: Any) -> Any:
        row = await self._database.one(statement, **params)
        await self._happens()
        return row


async def test_what_is_revoked_while_it_is_looked_up_is_not_remembered(
    call: Caller, node: Node, database: Database
) -> None:
    token = (await call.registered())["accessToken"]
    claims = claims_of(token)

    async def revoked() -> None:
        with suppress(NotFound):
            await node.sessions.end(claims["sub"], claims["sid"])
        access.forget(claims["sub"])

    slow: Any = Meanwhile(database, revoked)
    access = Access(Door(slow, node.data_clock), node.access_tokens, None, node.clock)
    await access.authenticate(token)
    with pytest.raises(TokenInvalid):
        await access.authenticate(token)
