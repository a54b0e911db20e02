"""Tokens of an OpenID Connect issuer: one that runs here, on a port of this machine.

What an account can do once it is known is tested elsewhere.
"""

import asyncio
import base64
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from tests.accounts.node import PASSWORD, Caller, Node, code_of, data_of, part

from waymark.store.database import Database


class Provider:
    """A small issuer: metadata, keys, and tokens signed with them."""

    def __init__(self) -> None:
        self.keys: list[RSAKey | ECKey | OKPKey] = [RSAKey.generate_key(2048, {"kid": "first"})]
        self.fetches = 0
        self.is_down = False
        self.named: str | None = None
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/realm"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        bodies = {
            "/realm/.well-known/openid-configuration": {
                "issuer": self.named or self.address,
                "jwks_uri": f"{self.address}/keys",
            },
            "/realm/keys": KeySet(self.keys).as_dict(),  # type: ignore[arg-type]  # a list of kinds of keys
        }
        self.fetches += request.path == "/realm/keys"
        body = json.dumps(bodies[request.path]).encode()
        request.send_response(503 if self.is_down else 200)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def token(self, node: Node, key: Any = None, algorithm: str = "RS256", **said: Any) -> str:
        key = key or self.keys[-1]
        now = int(node.clock.now().timestamp())
        claims = {"iss": self.address, "aud": "waymark", "sub": "ada", "iat": now, "exp": now + 300, **said}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": algorithm, "kid": key.kid, "x-vendor": "extra"}
        registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        return jwt.encode(header, claims, key, registry=registry)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


@pytest.fixture
def node(database: Database, provider: Provider) -> Node:
    return Node(database, issuer=provider.address)


async def test_a_subject_becomes_a_user_on_first_sight(call: Caller, node: Node, provider: Provider) -> None:
    token = provider.token(node, email="ada@example.com", name="Ada")
    user = data_of(await call("GET", "/auth/me", token=token))
    assert (user["email"], user["fullName"]) == ("ada@example.com", "Ada")
    later = provider.token(node, email="moved@example.com", aud=["other", "waymark"])
    assert data_of(await call("GET", "/auth/me", token=later)) == user
    assert (await call("PATCH", "/users/me", {"dayStartsAt": 3}, token=later)).status_code == 200
    other = data_of(await call("GET", "/auth/me", token=provider.token(node, sub="bob")))
    assert other["id"] != user["id"]
    assert provider.fetches == 1


async def test_many_first_sights_at_once_make_one_user(call: Caller, node: Node, provider: Provider) -> None:
    tokens = [provider.token(node, email="ada@example.com", jti=str(number)) for number in range(6)]
    answers = await asyncio.gather(*(call("GET", "/auth/me", token=token) for token in tokens))
    assert len({data_of(answer)["id"] for answer in answers}) == 1


@pytest.mark.parametrize("verified", [True, False, None])
async def test_an_address_of_somebody_else_is_not_taken_over(
    call: Caller, node: Node, provider: Provider, *, verified: bool | None
) -> None:
    local = await call.registered("ada@example.com")
    token = provider.token(node, email="Ada@Example.com", email_verified=verified)
    user = data_of(await call("GET", "/auth/me", token=token))
    assert user["id"] != local["user"]["id"]
    assert user["email"] == f"{user['id']}@oidc.invalid"
    assert data_of(await call("GET", "/auth/me", token=token)) == user


async def test_an_unverified_address_stays_free(call: Caller, node: Node, provider: Provider) -> None:
    token = provider.token(node, email="ada@example.com", email_verified=False)
    assert (await call("GET", "/auth/me", token=token)).status_code == 200
    await call.registered("ada@example.com")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"exp": 1}, "AUTH_TOKEN_EXPIRED"),
    ({"exp": None}, "AUTH_TOKEN_INVALID"),
    ({"aud": "another"}, "AUTH_TOKEN_INVALID"),
    ({"aud": None}, "AUTH_TOKEN_INVALID"),
    ({"iss": "http://127.0.0.1:1/realm"}, "AUTH_TOKEN_INVALID"),
    ({"sub": None}, "AUTH_TOKEN_INVALID"),
    ({"sub": ""}, "AUTH_TOKEN_INVALID"),
    ({"sub": "a\0b"}, "AUTH_TOKEN_INVALID"),
    ({"sub": "x" * 256}, "AUTH_TOKEN_INVALID"),
    ({"sub": 7}, "AUTH_TOKEN_INVALID"),
    ({"nbf": 99_999_999_999}, "AUTH_TOKEN_INVALID"),
]


async def test_what_an_issuers_token_must_say(call: Caller, node: Node, provider: Provider) -> None:
    for said, code in REFUSED:
        response = await call("GET", "/auth/me", token=provider.token(node, **said))
        assert code_of(response) == (401, code), said


async def test_only_the_issuers_keys_and_asymmetric_algorithms_count(
    call: Caller, node: Node, provider: Provider
) -> None:
    ours = RSAKey.generate_key(2048, {"kid": "first"})
    assert (await call("GET", "/auth/me", token=provider.token(node, ours))).status_code == 401
    _, payload, _ = provider.token(node).split(".")
    text = f"{part({'alg': 'HS256', 'kid': 'first'})}.{payload}"
    signature = hmac.digest(provider.keys[0].as_pem(private=False), text.encode(), "sha256")
    forged = f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert (await call("GET", "/auth/me", token=forged)).status_code == 401
    weak = provider.token(node, algorithm="RS512")
    assert (await call("GET", "/auth/me", token=weak)).status_code == 401


async def test_keys_may_rotate(call: Caller, node: Node, provider: Provider) -> None:
    old = provider.token(node)
    assert (await call("GET", "/auth/me", token=old)).status_code == 200
    rotated: list[tuple[ECKey | OKPKey, str]] = [
        (ECKey.generate_key("P-256", {"kid": "second"}), "ES256"),
        (OKPKey.generate_key("Ed25519", {"kid": "third"}), "Ed25519"),
    ]
    for key, algorithm in rotated:
        provider.keys = [key]
        token = provider.token(node, algorithm=algorithm)
        early = await call("GET", "/auth/me", token=token)
        assert early.status_code == 401
        node.pass_seconds(31)
        assert (await call("GET", "/auth/me", token=token)).status_code == 200
    assert (await call("GET", "/auth/me", token=old)).status_code == 401


async def test_unknown_keys_do_not_flood_the_issuer(call: Caller, node: Node, provider: Provider) -> None:
    await call("GET", "/auth/me", token=provider.token(node))
    node.pass_seconds(31)
    for number in range(10):
        stray = ECKey.generate_key("P-256", {"kid": f"stray {number}"})
        token = provider.token(node, stray, "ES256")
        assert (await call("GET", "/auth/me", token=token)).status_code == 401
    assert provider.fetches == 2


async def test_an_issuer_that_is_down(call: Caller, node: Node, provider: Provider) -> None:
    provider.is_down = True
    response = await call("GET", "/auth/me", token=provider.token(node))
    assert code_of(response) == (503, "SERVICE_UNAVAILABLE")
    assert "retry-after" in response.headers
    # Those with a password of ours are not kept waiting.
    local = await call.registered()
    assert (await call("GET", "/auth/me", token=local["accessToken"])).status_code == 200
    provider.is_down = False
    node.pass_seconds(31)
    token = provider.token(node)
    assert (await call("GET", "/auth/me", token=token)).status_code == 200
    provider.is_down = True
    node.pass_seconds(3_700)
    assert (await call("GET", "/auth/me", token=provider.token(node))).status_code == 200


async def test_metadata_of_another_issuer_is_not_believed(
    call: Caller, node: Node, provider: Provider
) -> None:
    provider.named = "https://evil.example"
    assert (await call("GET", "/auth/me", token=provider.token(node))).status_code == 503


async def test_such_a_user_has_no_password_and_no_session(
    call: Caller, node: Node, provider: Provider
) -> None:
    token = provider.token(node, email="ada@example.com")
    user = data_of(await call("GET", "/auth/me", token=token))
    login = {"email": "ada@example.com", "password": PASSWORD}
    assert code_of(await call("POST", "/auth/login", login)) == (401, "AUTH_INVALID_CREDENTIALS")
    change = await call("POST", "/users/me/password", {"current": PASSWORD, "new": PASSWORD}, token=token)
    assert code_of(change) == (401, "AUTH_INVALID_CREDENTIALS")
    assert code_of(await call("POST", "/auth/logout", token=token)) == (403, "FORBIDDEN")
    assert data_of(await call("DELETE", "/users/me", token=token)) == user
    again = data_of(await call("GET", "/auth/me", token=provider.token(node, email="ada@example.com")))
    assert again["id"] != user["id"]
