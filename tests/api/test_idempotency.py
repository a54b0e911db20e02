"""Idempotency keys in detail: what is the same request, what is remembered, for whom and how long.

That every write takes them is walked elsewhere.
"""

from asyncio import gather
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.api.person import COUNT, PASSWORD, Person, code_of, data_of, fields_of, parsed, shown

from waymark.clock import FrozenClock


async def test_the_first_answer_whatever_came_after(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT)
    path, body = f"/goals/{goal['id']}/check-in", {"value": 5}
    first = await ada("POST", path, body, Idempotency_Key="k")
    await ada.check_in(goal, 7)
    clock.at += timedelta(hours=24)
    again = await ada("POST", path, body, Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)
    for name in ("ETag", "Location"):
        assert again.headers[name] == first.headers[name]
    assert (await ada.now(goal))["currentValue"] == 12


async def test_the_body_is_compared_as_it_was_understood(ada: Person) -> None:
    goal = await ada.goal(metricType="custom", unit="km", targetValue=100)
    path = f"/goals/{goal['id']}/check-in"

    async def sent(text: str) -> tuple[int, int]:
        headers = {
            "Authorization": f"Bearer {ada.token}",
            "Idempotency-Key": "k",
            "Content-Type": "application/json",
        }
        response = await ada.client.post(path, content=text, headers=headers)
        return response.status_code, (await ada.now(goal))["checkInCount"]

    assert await sent('{"value":1.5,"note":"x"}') == (201, 1)
    assert await sent(' {"note": "x", "value": "1.50"}') == (201, 1)
    assert await sent('{"value":1.5,"note":"x","idempotencyKey":"k"}') == (201, 1)
    assert await sent('{"value":1.5,"note":"y"}') == (409, 1)
    assert await sent('{"value":1.5}') == (409, 1)
    assert await sent('{"value":1.5,"note":null}') == (409, 1)


async def test_another_method_or_path(ada: Person) -> None:
    one, other = await ada.goal(), await ada.goal()
    await ada.data("POST", f"/goals/{one['id']}/pause", Idempotency_Key="k")
    for method, path in (
        ("POST", f"/goals/{other['id']}/pause"),
        ("POST", f"/goals/{one['id']}/resume"),
        ("DELETE", f"/goals/{one['id']}"),
    ):
        assert code_of(await ada(method, path, Idempotency_Key="k")) == (409, "IDEMPOTENCY_CONFLICT")
    assert (await ada.now(one))["status"] == "paused"


async def test_header_and_body(ada: Person) -> None:
    body = {"title": "Once", "idempotencyKey": "k"}
    first = await ada.data("POST", "/goals", body)
    assert await ada.data("POST", "/goals", body, Idempotency_Key="k") == first
    assert fields_of(await ada("POST", "/goals", body, Idempotency_Key="other")) == {"idempotencyKey"}
    assert len(await ada.get("/goals")) == 1


async def test_refused_keys(ada: Person) -> None:
    for key in ("", "x" * 201, "two words", "ключ", 5, ["k"]):
        response = await ada("POST", "/goals", {"title": "Never", "idempotencyKey": key})
        assert fields_of(response) == {"idempotencyKey"}
        if isinstance(key, str) and key.isascii():
            response = await ada("POST", "/goals", {"title": "Never"}, Idempotency_Key=key)
            assert fields_of(response) == {"Idempotency-Key"}
    assert await ada.get("/goals") == []


async def test_decided_refusals_are_answered_again(ada: Person) -> None:
    """Even when the same request would succeed by now."""
    goal, missing = await ada.goal(), str(uuid4())
    path = f"/goals/{goal['id']}"
    requests: list[tuple[str, str, Any, int]] = [
        ("POST", f"{path}/resume", None, 409),
        ("PATCH", path, {"targetValue": 5}, 422),
        ("PATCH", f"/goals/{missing}", {"title": "Here"}, 404),
        ("POST", "/goals", {"title": "Twice", "id": goal["id"]}, 409),
    ]

    async def asked() -> list[tuple[int, Any]]:
        answers = [
            await ada(method, where, body, Idempotency_Key=str(number))
            for number, (method, where, body, _) in enumerate(requests)
        ]
        return [(each.status_code, {**parsed(each)["error"], "requestId": ""}) for each in answers]

    first = await asked()
    assert [status for status, _ in first] == [status for *_, status in requests]
    await ada.data("POST", f"{path}/pause")
    await ada.data("PATCH", path, COUNT)
    await ada.goal(id=missing)
    assert await asked() == first
    assert shown(await ada.now(goal), "status", "targetValue") == ["paused", 100]


async def test_a_failed_condition_is_not_decided(ada: Person) -> None:
    goal = await ada.goal()
    path, body = f"/goals/{goal['id']}", {"title": "Renamed"}
    refused = await ada("PATCH", path, body, Idempotency_Key="k", If_Match='"999"')
    assert code_of(refused) == (412, "PRECONDITION_FAILED")
    tag = f'"{goal["version"]}"'
    first = await ada("PATCH", path, body, Idempotency_Key="k", If_Match=tag)
    assert data_of(first)["title"] == "Renamed"
    # The retry of what was done already is told so, though its If-Match is stale by now.
    assert (await ada("PATCH", path, body, Idempotency_Key="k", If_Match=tag)).content == first.content


async def test_keys_are_everybodys_own(ada: Person, eve: Person) -> None:
    mine = await ada.data("POST", "/goals", {"title": "Mine"}, Idempotency_Key="k")
    hers = await eve.data("POST", "/goals", {"title": "Hers"}, Idempotency_Key="k")
    assert mine["id"] != hers["id"]


async def test_ten_at_once(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}/check-in"
    answers = await gather(*(ada("POST", path, {"value": 5}, Idempotency_Key="k") for _ in range(10)))
    assert {(each.status_code, each.content) for each in answers} == {(201, answers[0].content)}
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [5, 1]


async def test_not_where_tokens_are_made(ada: Person) -> None:
    body = {"email": ada.user["email"], "password": PASSWORD}
    first = await ada("POST", "/auth/login", body, Idempotency_Key="k")
    again = await ada("POST", "/auth/login", body, Idempotency_Key="k")
    assert data_of(first)["accessToken"] != data_of(again)["accessToken"]
    assert fields_of(await ada("POST", "/auth/login", {**body, "idempotencyKey": "k"})) == {"idempotencyKey"}
