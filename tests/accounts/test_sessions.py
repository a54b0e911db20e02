"""Registering, logging in, refreshing and logging out (CONTRACT §2), over HTTP on both databases.

What an account holds is tested elsewhere.
"""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from tests.accounts.node import NOON, PASSWORD, Caller, Node, code_of, data_of, fields_of

from waymark.store import schema
from waymark.store.database import Database
from waymark.store.statement import Statement


async def me(call: Caller, token: str) -> int:
    return (await call("GET", "/auth/me", token=token)).status_code


async def refreshed(call: Caller, refresh_token: str) -> dict[str, Any]:
    pair: dict[str, Any] = data_of(await call("POST", "/auth/refresh", {"refreshToken": refresh_token}))
    return pair


async def test_registering_gives_an_account_and_a_session(call: Caller) -> None:
    response = await call(
        "POST",
        "/auth/register",
        {
            "email": " Ada@Example.com ",
            "password": PASSWORD,
            "fullName": "Ada",
            "baseCurrency": "UZS",
            "timezone": "Asia/Tashkent",
        },
    )
    assert response.status_code == 201
    assert response.headers["location"] == "/api/v1/auth/me"
    answer = data_of(response)
    assert answer["expiresIn"] == 900
    user = answer["user"]
    assert user == {
        "id": user["id"],
        "email": "Ada@Example.com",
        "username": None,
        "fullName": "Ada",
        "baseCurrency": "UZS",
        "timezone": "Asia/Tashkent",
        "dayStartsAt": 0,
        "insightThresholds": None,
        "createdAt": "2026-03-02T12:00:00Z",
        "updatedAt": "2026-03-02T12:00:00Z",
    }
    own = await call("GET", "/auth/me", token=answer["accessToken"])
    assert data_of(own) == user
    again = await call("GET", "/auth/me", token=answer["accessToken"], If_None_Match=own.headers["etag"])
    assert again.status_code == 304


async def test_defaults_of_an_account(call: Caller) -> None:
    user = (await call.registered())["user"]
    assert (user["fullName"], user["baseCurrency"], user["timezone"]) == (None, "USD", "UTC")
    assert user["createdAt"] == NOON.isoformat().replace("+00:00", "Z")


async def test_an_address_has_one_account_whatever_its_case(call: Caller) -> None:
    await call.registered("ada@example.com")
    response = await call("POST", "/auth/register", {"email": "ADA@EXAMPLE.COM", "password": PASSWORD})
    assert code_of(response) == (409, "RESOURCE_ALREADY_EXISTS")
    assert fields_of(response) == {"email": "taken"}


async def test_of_many_who_register_one_address_at_once_one_wins(call: Caller) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    responses = await asyncio.gather(*(call("POST", "/auth/register", body) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [201, *[409] * 7]


@pytest.mark.parametrize("field", ["email", "emailOrUsername"])
async def test_logging_in_opens_a_second_session(call: Caller, field: str) -> None:
    first = await call.registered()
    answer = data_of(await call("POST", "/auth/login", {field: " ADA@example.com", "password": PASSWORD}))
    assert answer["user"] == first["user"]
    assert await me(call, answer["accessToken"]) == 200
    assert await me(call, first["accessToken"]) == 200


async def test_nobody_and_a_wrong_password_are_answered_alike(call: Caller) -> None:
    await call.registered()
    answers = [
        await call("POST", "/auth/login", {"email": email, "password": password})
        for email, password in [
            ("ada@example.com", "wrong"),
            ("bob@example.com", PASSWORD),
            ("not an address", PASSWORD),
        ]
    ]
    assert {code_of(answer) for answer in answers} == {(401, "AUTH_INVALID_CREDENTIALS")}
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1
    assert all("www-authenticate" in answer.headers for answer in answers)


async def test_a_password_may_be_typed_on_another_keyboard(call: Caller) -> None:
    composed, decomposed = "caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301"
    await call("POST", "/auth/register", {"email": "ada@example.com", "password": composed})
    answer = await call("POST", "/auth/login", {"email": "ada@example.com", "password": decomposed})
    assert answer.status_code == 200


REFUSED_LOG_INS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"password": PASSWORD}, {"emailOrUsername": "required"}),
    ({"email": "a@b.co", "emailOrUsername": "a@b.co", "password": "x"}, {"emailOrUsername": "not_allowed"}),
    ({"email": "a@b.co"}, {"password": "required"}),
    ({"email": 5, "password": True}, {"email": "wrong_type", "password": "wrong_type"}),
    ({"email": "a\0b", "password": "x"}, {"email": "control_character"}),
    ({"email": "a@b.co", "password": ""}, {"password": "required"}),
    ({"email": "a@b.co", "password": "x" * 1025}, {"password": "too_long"}),
    ({"email": "a@b.co", "password": PASSWORD, "admin": True}, {"admin": "unknown_field"}),
]


async def test_what_logging_in_refuses(call: Caller) -> None:
    for body, faults in REFUSED_LOG_INS:
        response = await call("POST", "/auth/login", body)
        assert code_of(response) == (422, "VALIDATION_ERROR"), body
        assert fields_of(response) == faults


REFUSED_REGISTRATIONS: list[tuple[str, object, str]] = [
    *(
        ("email", email, "invalid")
        for email in (
            "ada", "ada@", "@example.com", "ada@example", "a da@example.com", "ada@exa mple.com",
            "ada@-example.com", "ada@example..com", ".ada@example.com", "a..b@example.com",
            "ada@example.com, bob@example.com", "<ada@example.com>", "ada@ada@example.com",
            "ada\u200b@example.com", "a" * 65 + "@example.com",
        )
    ),
    ("email", "a@" + "b" * 250 + ".com", "too_long"),
    ("email", "ada\0@example.com", "control_character"),
    ("email", "", "required"),
    ("email", None, "wrong_type"),
    ("email", ["ada@example.com"], "wrong_type"),
    ("password", "1234567", "too_short"),
    ("password", "x" * 1025, "too_long"),
    ("password", "12345678\0", "control_character"),
    ("password", 12345678, "wrong_type"),
    ("fullName", "x" * 201, "too_long"),
    ("fullName", "A\nda", "control_character"),
    ("fullName", "   ", "required"),
    ("baseCurrency", "usd", "not_allowed"),
    ("baseCurrency", "XXX", "not_allowed"),
    ("baseCurrency", None, "wrong_type"),
    ("timezone", "Mars/Olympus", "not_allowed"),
    ("timezone", "../etc/passwd", "not_allowed"),
    ("timezone", "", "not_allowed"),
    ("dayStartsAt", 3, "unknown_field"),
    ("id", "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21", "unknown_field"),
    ("idempotencyKey", "once", "unknown_field"),
]  # fmt: skip


async def test_what_registering_refuses(call: Caller) -> None:
    for field, value, fault in REFUSED_REGISTRATIONS:
        body = {"email": "ada@example.com", "password": PASSWORD, field: value}
        response = await call("POST", "/auth/register", body)
        assert code_of(response) == (422, "VALIDATION_ERROR"), (field, value)
        assert fields_of(response) == {field: fault}
    await call.registered("ada@example.com")


async def test_passwords_that_are_taken(call: Caller) -> None:
    for number, password in enumerate(["12345678", "x" * 1024, "пароль-пароль", "   spaces   ", "🔑" * 1024]):
        account = {"email": f"user{number}@example.com", "password": password}
        assert (await call("POST", "/auth/register", account)).status_code == 201
        assert (await call("POST", "/auth/login", account)).status_code == 200


async def test_refreshing_rotates(call: Caller, node: Node) -> None:
    first = await call.registered()
    node.pass_seconds(600)
    second = await refreshed(call, first["refreshToken"])
    node.pass_seconds(600)
    third = await refreshed(call, second["refreshToken"])
    assert len({first["refreshToken"], second["refreshToken"], third["refreshToken"]}) == 3
    assert third["expiresIn"] == 900
    assert await me(call, third["accessToken"]) == 200
    assert code_of(await call("GET", "/auth/me", token=first["accessToken"])) == (401, "AUTH_TOKEN_EXPIRED")
    assert len(data_of(await call("GET", "/auth/sessions", token=third["accessToken"]))) == 1


async def test_a_lost_reply_does_not_log_out(call: Caller, node: Node) -> None:
    first = await call.registered()
    await refreshed(call, first["refreshToken"])
    node.pass_seconds(30)
    again = await refreshed(call, first["refreshToken"])
    assert await me(call, again["accessToken"]) == 200
    node.pass_seconds(100)
    following = await refreshed(call, again["refreshToken"])
    assert await me(call, following["accessToken"]) == 200


async def test_a_spent_token_that_comes_back_ends_the_family(call: Caller, node: Node) -> None:
    first = await call.registered()
    other = data_of(await call("POST", "/auth/login", {"email": "ada@example.com", "password": PASSWORD}))
    second = await refreshed(call, first["refreshToken"])
    node.pass_seconds(31)
    assert await me(call, second["accessToken"]) == 200
    thief = await call("POST", "/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert code_of(thief) == (401, "AUTH_TOKEN_INVALID")
    # At once, for the access token too, although it was seen valid a moment ago.
    assert await me(call, second["accessToken"]) == 401
    owner = await call("POST", "/auth/refresh", {"refreshToken": second["refreshToken"]})
    assert code_of(owner) == (401, "AUTH_TOKEN_INVALID")
    assert await me(call, other["accessToken"]) == 200


async def test_grace_is_counted_from_the_first_use(call: Caller, node: Node) -> None:
    first = await call.registered()
    await refreshed(call, first["refreshToken"])
    node.pass_seconds(20)
    await refreshed(call, first["refreshToken"])
    node.pass_seconds(20)
    late = await call("POST", "/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert late.status_code == 401


async def test_refreshing_twice_at_once_leaves_both_valid(call: Caller) -> None:
    first = await call.registered()
    pairs = await asyncio.gather(*(refreshed(call, first["refreshToken"]) for _ in range(4)))
    assert [await me(call, pair["accessToken"]) for pair in pairs] == [200] * 4
    assert len({pair["refreshToken"] for pair in pairs}) == 4


async def test_a_session_that_nobody_uses_expires(call: Caller, node: Node) -> None:
    first = await call.registered()
    node.pass_seconds(30 * 86_400)
    late = await call("POST", "/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert code_of(late) == (401, "AUTH_TOKEN_EXPIRED")


async def test_spent_tokens_are_kept_no_longer_than_they_would_have_lived(
    call: Caller, node: Node, database: Database
) -> None:
    pair = await call.registered()
    for _ in range(4):
        node.pass_seconds(20 * 86_400)
        pair = await refreshed(call, pair["refreshToken"])
    assert len(await database.all(Statement(sa.select(schema.refresh_tokens)))) == 2


async def test_refresh_tokens_that_never_were(call: Caller) -> None:
    for token, status in [("nonsense", 401), ("wm_" + "x" * 43, 401), ("", 422), ("a b", 422), (None, 422)]:
        response = await call("POST", "/auth/refresh", {"refreshToken": token})
        assert response.status_code == status, token


async def test_logging_out_ends_the_session_of_the_token(call: Caller) -> None:
    first = await call.registered()
    other = data_of(await call("POST", "/auth/login", {"email": "ada@example.com", "password": PASSWORD}))
    assert await me(call, first["accessToken"]) == 200
    ended = await call("POST", "/auth/logout", token=first["accessToken"])
    assert ended.status_code == 200
    assert await me(call, first["accessToken"]) == 401
    assert await me(call, other["accessToken"]) == 200
    late = await call("POST", "/auth/refresh", {"refreshToken": first["refreshToken"]})
    assert code_of(late) == (401, "AUTH_TOKEN_INVALID")


async def test_sessions_are_listed_and_ended(call: Caller, node: Node) -> None:
    first = await call.registered()
    node.pass_seconds(1)
    login = {"email": "ada@example.com", "password": PASSWORD}
    phone = data_of(await call("POST", "/auth/login", login, User_Agent="phone \x07" + "x" * 300))
    stranger = await call.registered("bob@example.com")
    response = await call("GET", "/auth/sessions", token=first["accessToken"])
    assert response.json()["meta"] == {
        "page": 1, "limit": 20, "total": 2, "totalPages": 1, "hasMore": False, "nextCursor": None,
    }  # fmt: skip
    listed = data_of(response)
    assert [session["current"] for session in listed] == [False, True]
    assert listed[0]["userAgent"] == ("phone " + "x" * 300)[:200]
    assert listed[0]["address"] == "127.0.0.1"
    second_page = await call("GET", "/auth/sessions?page=2&limit=1", token=first["accessToken"])
    assert data_of(second_page) == listed[1:]
    path = f"/auth/sessions/{listed[0]['id'].upper()}"
    assert (await call("DELETE", path, token=stranger["accessToken"])).status_code == 404
    tried = await call("DELETE", f"{path}?dryRun=true", token=first["accessToken"])
    assert (tried.status_code, tried.json()["meta"]) == (200, {"dryRun": True})
    assert await me(call, phone["accessToken"]) == 200
    assert (await call("DELETE", path, token=first["accessToken"])).status_code == 200
    assert await me(call, phone["accessToken"]) == 401
    assert code_of(await call("DELETE", path, token=first["accessToken"])) == (404, "RESOURCE_NOT_FOUND")
    assert len(data_of(await call("GET", "/auth/sessions", token=first["accessToken"]))) == 1


async def test_session_lists_refuse_strange_parameters(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    for query in ("page=0", "page=-1", "limit=0", "limit=101", "limit=x", "page=1&page=2", "sort=x"):
        response = await call("GET", f"/auth/sessions?{query}", token=token)
        assert code_of(response) == (422, "VALIDATION_ERROR"), query


async def test_a_session_ended_on_another_node_is_noticed_within_seconds(
    call: Caller, database: Database
) -> None:
    first = await call.registered()
    assert await me(call, first["accessToken"]) == 200
    elsewhere = Caller(Node(database))
    await elsewhere("POST", "/auth/logout", token=first["accessToken"])
    await elsewhere.close()
    call.node.pass_seconds(5)
    assert await me(call, first["accessToken"]) == 401


async def test_attempts_are_counted_per_account_and_address(database: Database) -> None:
    call = Caller(Node(database, attempts=3))
    try:
        wrong = {"email": "ada@example.com", "password": "wrong"}
        for _ in range(3):
            assert (await call("POST", "/auth/login", wrong)).status_code == 401
        refused = await call("POST", "/auth/login", wrong)
        assert code_of(refused) == (429, "RATE_LIMIT_EXCEEDED")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        # Registering is counted apart, per address here.
        for number in range(3):
            await call.registered(f"user{number}@example.com")
        another = {"email": "user3@example.com", "password": PASSWORD}
        assert (await call("POST", "/auth/register", another)).status_code == 429
        call.node.pass_seconds(61)
        assert (await call("POST", "/auth/login", wrong)).status_code == 401
    finally:
        await call.close()
