"""Nobody gets in without a token of ours that stands, and nobody does more than its token allows.

Every route is walked; the few that are public are listed here, and a new one must be added by hand.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from tests.adversarial.conftest import SECRET
from tests.adversarial.people import Owner, stored
from tests.adversarial.surface import Surface

from waymark.store.database import Database
from waymark.web.route import StrictRoute

PUBLIC = {
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
    "GET /asyncapi.json",
    "GET /docs",
    "GET /",
    "GET /app/{digest}/{name}",
    "GET /app/{digest}/vendor/{name}",
    "GET /api/v1/goals/{goal_id}/chart.svg",
    "GET /api/v1/goals/{goal_id}/badge.svg",
    "GET /calendar/{feed}",
}


def claims(owner: Owner, **changed: Any) -> dict[str, Any]:
    """Those of a good access token of the owner's current session."""
    mine: dict[str, Any] = json.loads(_decoded(owner.token.split(".")[1]))
    return {name: value for name, value in (mine | changed).items() if value is not ...}


def signed(claims: dict[str, Any], *, secret: str = SECRET, algorithm: str = "HS256", **header: Any) -> str:
    key = OctKey.import_key(secret)
    return jwt.encode({"alg": algorithm, **header}, claims, key, algorithms=[algorithm])


def raw(header: bytes, payload: bytes, signature: bytes = b"") -> str:
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (header, payload, signature))


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def forgeries(owner: Owner) -> dict[str, str]:
    """Everything that looks like a token and is none; each differs from a good one in one thing."""
    good = claims(owner)
    payload = json.dumps(good).encode()
    now = int(datetime.now(UTC).timestamp())
    rsa_key = rsa.generate_private_key(65_537, 2_048)
    pem = rsa_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    rs256 = jwt.encode({"alg": "RS256"}, good, RSAKey.import_key(pem), algorithms=["RS256"])
    head, body, seal = owner.token.split(".")
    return {
        "garbage": "garbage",
        "points": "..",
        "an API token's form": "wm_" + "a" * 43,
        "the refresh token": owner.refresh_token,
        "no signature": f"{head}.{body}.",
        "a cut signature": f"{head}.{body}.{seal[:-2]}",
        "two parts": f"{head}.{body}",
        "five parts": f"{head}.{body}.{seal}.{seal}.{seal}",
        "alg none": raw(b'{"alg":"none"}', payload),
        "alg None": raw(b'{"alg":"None","typ":"JWT"}', payload),
        "no alg": raw(b'{"typ":"JWT"}', payload, b"x"),
        "alg null": raw(b'{"alg":null}', payload, b"x"),
        "alg a list": raw(b'{"alg":["HS256"]}', payload, b"x"),
        "HS384": signed(good, algorithm="HS384"),
        "HS512": signed(good, algorithm="HS512"),
        "RS256": rs256,
        "another secret": signed(good, secret="another secret of thirty-two characters"),
        "an embedded key": signed(
            good,
            secret="another secret of thirty-two characters",
            jwk={"kty": "oct", "k": "YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5LXR3byBjaGFyYWN0ZXJz"},
        ),
        "a critical header": raw(b'{"alg":"HS256","crit":["exp"],"exp":1}', payload, b"x"),
        "critical nonsense": raw(b'{"alg":"HS256","crit":5}', payload, b"x"),
        "a nested header": raw(b'{"alg":' + b"[" * 20_000 + b"]" * 20_000 + b"}", payload, b"x"),
        "a header of brackets": raw(b"[" * 30_000, payload, b"x"),
        "a header that is a list": raw(b"[]", payload, b"x"),
        "a header of bytes": raw(b"\xff\xfe", payload, b"x"),
        "not of this issuer": signed(claims(owner, iss="someone")),
        "no issuer": signed(claims(owner, iss=...)),
        "for someone else": signed(claims(owner, aud="someone")),
        "no audience": signed(claims(owner, aud=...)),
        "of another type": signed(claims(owner, type="refresh")),
        "of no type": signed(claims(owner, type=...)),
        "without end": signed(claims(owner, exp=...)),
        "an end that is a text": signed(claims(owner, exp="never")),
        "an end that is null": signed(claims(owner, exp=None)),
        "issued at no time": signed(claims(owner, iat=...)),
        "nobody": signed(claims(owner, sub=...)),
        "a number for a user": signed(claims(owner, sub=5)),
        "no uuid for a user": signed(claims(owner, sub="' OR 1=1--")),
        "an unknown user": signed(claims(owner, sub=str(uuid4()))),
        "no session": signed(claims(owner, sid=...)),
        "a list for a session": signed(claims(owner, sid=["a"])),
        "an unknown session": signed(claims(owner, sid=str(uuid4()))),
        "expired": signed(claims(owner, exp=now - 1, iat=now - 900)),
        "long expired": signed(claims(owner, exp=0)),
        "not yet": signed(claims(owner, nbf=now + 900)),
        "long": "a" * 60_000,
    }


async def test_what_is_public_is_listed(app: FastAPI) -> None:
    routes = [route for route in app.routes if isinstance(route, StrictRoute)]
    assert {f"{route.method} {route.path}" for route in routes if route.nature.public} == PUBLIC
    # Nothing else is served: no route of the framework's own, no mount.
    assert [route for route in app.routes if not isinstance(route, StrictRoute)] == []


async def test_every_other_route_refuses_what_is_no_token(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    attempts = [("nothing", None), *((reason, f"Bearer {token}") for reason, token in forgeries(ada).items())]
    attempts += [
        ("no scheme", ada.token),
        ("another scheme", f"Basic {ada.token}"),
        ("two", f"Bearer {ada.token} {ada.token}"),
        ("two headers", f"Bearer {ada.token}, Bearer {ada.token}"),
        ("quoted", f'Bearer "{ada.token}"'),
        ("a tail", f"Bearer {ada.token},x"),
    ]
    private = [each for each in surface.operations if each.name not in PUBLIC]
    assert len(private) > 35
    for operation in private:
        for reason, authorization in attempts:
            response = await ada.client.request(
                operation.route.method,
                operation.at(ada.ids),
                content=json.dumps(operation.body or {}).encode(),
                headers={"content-type": "application/json"}
                | ({} if authorization is None else {"authorization": authorization}),
            )
            assert response.status_code == 401, (operation.name, reason, response.text)
            code = "AUTH_TOKEN_EXPIRED" if "expired" in reason else "AUTH_TOKEN_INVALID"
            assert response.json()["error"]["code"] == code, (operation.name, reason)
            assert response.headers["www-authenticate"].startswith("Bearer")
    assert await stored(database) == before
    good = await ada("GET", "/api/v1/auth/me")
    assert good.status_code == 200  # so each of them was refused for its fault alone


async def test_a_good_token_made_here_is_taken(ada: Owner) -> None:
    """Else the forgeries would prove nothing."""
    token = signed(claims(ada))
    assert (await ada("GET", "/api/v1/auth/me", authorization=f"Bearer {token}")).status_code == 200


async def test_a_token_is_not_taken_anywhere_but_in_its_header(ada: Owner, surface: Surface) -> None:
    for operation in surface.operations:
        if operation.name in PUBLIC or operation.route.is_write:
            continue
        for query in (f"?token={ada.token}", f"?access_token={ada.token}"):
            response = await ada.client.get(
                operation.at(ada.ids) + query, headers={"cookie": f"token={ada.token}"}
            )
            assert response.status_code == 401, operation.name


@pytest.mark.parametrize(("scopes", "is_refused"), [(["read"], True), (["write"], False)])
async def test_an_api_token_does_what_its_scopes_say(
    ada: Owner, surface: Surface, database: Database, scopes: list[str], is_refused: bool
) -> None:
    """`is_refused`: whether it is writing that is refused, else reading."""
    made = await ada.made("POST", "/auth/tokens", {"name": "program", "scopes": scopes})
    before = await stored(database)
    bearer: dict[str, Any] = {"authorization": f"Bearer {made['token']}"}
    refused = 0
    for operation in surface.operations:
        if operation.name in PUBLIC or operation.route.is_write is not is_refused:
            continue
        for query in ("", "?dryRun=true"):
            response = await ada(
                operation.route.method, operation.at(ada.ids) + query, body=operation.body, **bearer
            )
            assert response.status_code == 403, (operation.name, response.text)
            assert response.json()["error"]["code"] == "FORBIDDEN"
            refused += 1
    assert refused > 25
    assert await stored(database) == before


async def test_no_api_token_makes_or_ends_credentials(ada: Owner, database: Database) -> None:
    made = await ada.made("POST", "/auth/tokens", {"name": "program", "scopes": ["read", "write"]})
    before = await stored(database)
    bearer: dict[str, Any] = {"authorization": f"Bearer {made['token']}"}
    password = "correct horse battery staple"
    for method, path, body in (
        ("POST", "/auth/tokens", {"name": "child"}),
        ("DELETE", f"/auth/tokens/{made['id']}", None),
        ("DELETE", f"/auth/sessions/{ada.ids['sessions']}", None),
        ("POST", "/auth/logout", None),
        ("POST", "/users/me/calendar", None),
        ("DELETE", "/users/me/calendar", None),
        ("POST", f"/goals/{ada.ids['goals']}/pictures", None),
        ("DELETE", f"/goals/{ada.ids['goals']}/pictures", None),
        ("POST", "/users/me/password", {"current": password, "new": "another passphrase"}),
        ("DELETE", "/users/me", {"password": password}),
    ):
        response = await ada(method, f"/api/v1{path}", body=body, **bearer)
        assert response.status_code == 403, (path, response.text)
    assert await stored(database) == before


async def test_what_was_ended_lets_nobody_in(ada: Owner, surface: Surface) -> None:
    made = await ada.made("POST", "/auth/tokens", {"name": "program", "scopes": ["read", "write"]})
    soon = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    brief = await ada.made("POST", "/auth/tokens", {"name": "brief", "expiresAt": soon})
    bearers = [made["token"], ada.token]
    for token in bearers:
        assert (await ada("GET", "/api/v1/goals", authorization=f"Bearer {token}")).status_code == 200
    await ada.made("DELETE", f"/auth/tokens/{made['id']}")
    await ada.made("POST", "/auth/logout")
    for operation in surface.operations:
        if operation.name in PUBLIC:
            continue
        for token in bearers:
            response = await ada(
                operation.route.method,
                operation.at(ada.ids),
                body=operation.body,
                authorization=f"Bearer {token}",
            )
            assert response.status_code == 401, operation.name
    while datetime.now(UTC) < datetime.fromisoformat(soon):
        pass
    late = await ada("GET", "/api/v1/goals", authorization=f"Bearer {brief['token']}")
    assert (late.status_code, late.json()["error"]["code"]) == (401, "AUTH_TOKEN_EXPIRED")
