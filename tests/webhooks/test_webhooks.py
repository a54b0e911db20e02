"""Webhooks as their owner keeps them: made, changed, turned off and on, with a secret that is told once.

What is sent is tested elsewhere.
"""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.person import Person, code_of, data_of, fields_of, parsed
from tests.api.tables import contents

from waymark.actions.sealing import Seal, Unreadable
from waymark.domain.webhooks import MAX_WEBHOOKS
from waymark.store.database import Database

URL = "https://planner.example/hooks?of=ada"


async def test_a_webhook_is_made_with_a_secret_that_is_told_once(ada: Person) -> None:
    made = await ada("POST", "/webhooks", {"url": URL})
    hook = data_of(made)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/webhooks/{hook['id']}")
    assert hook["secret"].startswith("whsec_")
    assert hook["events"] == ["entity:updated", "insight:new", "reminder"]
    assert (hook["status"], hook["entities"], hook["goalIds"], hook["version"]) == ("active", None, None, 1)
    told = await ada("GET", f"/webhooks/{hook['id']}")
    assert data_of(told) == {name: value for name, value in hook.items() if name != "secret"}
    assert made.headers["ETag"] == told.headers["ETag"] == '"1"'
    assert await ada.get("/webhooks") == [data_of(told)]
    assert await ada.get("/webhooks", status="paused") == []


async def test_answers_that_carried_a_secret_are_replayed_without_it(ada: Person) -> None:
    first = data_of(await ada("POST", "/webhooks", {"url": URL}, Idempotency_Key="made"))
    again = data_of(await ada("POST", "/webhooks", {"url": URL}, Idempotency_Key="made"))
    assert again == {name: value for name, value in first.items() if name != "secret"}
    path = f"/webhooks/{first['id']}/rotate-secret"
    rotated = data_of(await ada("POST", path, Idempotency_Key="rotated"))
    assert rotated["secret"] != first["secret"]
    assert "secret" not in data_of(await ada("POST", path, Idempotency_Key="rotated"))
    dry = {"dryRun": "true"}
    assert "secret" not in data_of(await ada("POST", "/webhooks", {"url": URL}, params=dry))
    assert "secret" not in data_of(await ada("POST", path, params=dry))


async def test_a_secret_is_nowhere_in_the_database(ada: Person, database: Database) -> None:
    hook = await ada.data("POST", "/webhooks", {"url": URL}, Idempotency_Key="made")
    await ada.data("POST", f"/webhooks/{hook['id']}/rotate-secret", Idempotency_Key="rotated")
    stored = repr(await contents(database))
    assert URL in stored
    assert hook["secret"] not in stored
    assert "whsec_" not in stored


async def test_a_sealed_secret_opens_only_for_its_own_record_and_key() -> None:
    seal = Seal("a secret of at least thirty-two characters")
    sealed = seal.sealed("whsec_x", "ada", "hook")
    assert seal.opened(sealed, "ada", "hook") == "whsec_x"
    assert sealed != seal.sealed("whsec_x", "ada", "hook")
    for other, whose, record in (
        (seal, "eve", "hook"),
        (seal, "ada", "other"),
        (Seal("another secret of at least thirty-two characters"), "ada", "hook"),
    ):
        with pytest.raises(Unreadable):
            other.opened(sealed, whose, record)


async def test_changes_are_merge_patches_under_if_match(ada: Person) -> None:
    goal = await ada.goal()
    hook = await ada.data("POST", "/webhooks", {"url": URL, "description": "first", "entities": ["goals"]})
    path = f"/webhooks/{hook['id']}"
    body = {"description": None, "events": ["reminder", "reminder"], "goalIds": [goal["id"]]}
    changed = await ada.data("PATCH", path, body, If_Match='"1"')
    assert (changed["description"], changed["events"], changed["goalIds"]) == (
        None,
        ["reminder"],
        [goal["id"]],
    )
    assert (changed["entities"], changed["version"]) == (["goals"], 2)
    assert code_of(await ada("PATCH", path, body, If_Match='"1"')) == (412, "PRECONDITION_FAILED")
    assert (await ada.data("PATCH", path, body))["version"] == 2
    for status in ("paused", "active"):
        assert (await ada.data("PATCH", path, {"status": status}))["status"] == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": []}, "events"),
        ({"events": ["goal:updated"]}, "events[0]"),
        ({"entities": []}, "entities"),
        ({"entities": ["users"]}, "entities[0]"),
        ({"goalIds": []}, "goalIds"),
        ({"status": "disabled"}, "status"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"failingSince": None}, "failingSince"),
        ({"description": "a" * 501}, "description"),
        ({"url": None}, "url"),
        ({"events": None}, "events"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(ada: Person, body: dict[str, Any], field: str) -> None:
    hook = await ada.data("POST", "/webhooks", {"url": URL})
    assert fields_of(await ada("PATCH", f"/webhooks/{hook['id']}", body)) == {field}


async def test_goals_must_be_ones_own(ada: Person, eve: Person) -> None:
    own, foreign = (await ada.goal())["id"], (await eve.goal())["id"]
    answer = await ada("POST", "/webhooks", {"url": URL, "goalIds": [own, foreign]})
    assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
    assert [fault["field"] for fault in parsed(answer)["error"]["details"]] == ["goalIds[1]"]


async def test_deleting_and_restoring(ada: Person) -> None:
    hook = await ada.data("POST", "/webhooks", {"url": URL})
    path = f"/webhooks/{hook['id']}"
    assert (await ada.data("DELETE", path))["showStatus"] == "deleted"
    for method, where in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/test"),
        ("GET", "/deliveries"),
    ):
        answer = await ada(method, path + where, {} if method == "PATCH" else None)
        assert answer.status_code == 404, where
    assert [each["id"] for each in await ada.get("/webhooks", showStatus="deleted")] == [hook["id"]]
    assert (await ada.data("POST", f"{path}/restore"))["status"] == "active"
    assert code_of(await ada("POST", f"{path}/restore")) == (409, "INVALID_STATE")


async def test_a_token_that_may_not_read_makes_none(ada: Person, client: httpx2.AsyncClient) -> None:
    hook = await ada.data("POST", "/webhooks", {"url": URL})
    token = (await ada.data("POST", "/auth/tokens", {"name": "meter", "scopes": ["write"]}))["token"]
    meter = Person(client, token, ada.user)
    for method, path, body in (
        ("POST", "/webhooks", {"url": URL}),
        ("PATCH", f"/webhooks/{hook['id']}", {"url": "https://elsewhere.example/"}),
        ("POST", f"/webhooks/{hook['id']}/rotate-secret", None),
    ):
        assert code_of(await meter(method, path, body)) == (403, "FORBIDDEN"), path


async def test_there_is_a_most(ada: Person) -> None:
    hooks = [await ada.data("POST", "/webhooks", {"url": URL}) for _ in range(MAX_WEBHOOKS)]
    assert code_of(await ada("POST", "/webhooks", {"url": URL})) == (409, "CONFLICT")
    await ada.data("DELETE", f"/webhooks/{hooks[0]['id']}")
    assert (await ada("POST", "/webhooks", {"url": URL})).status_code == 201


async def test_another_server_secret_says_what_is_wrong(ada: Person, app: FastAPI) -> None:
    """Whoever changes WAYMARK_SECRET learns it from the log of deliveries, and mends it by rotating."""
    hook = await ada.data("POST", "/webhooks", {"url": "http://127.0.0.1:9/"})
    app.state.services.courier._seal = Seal("another secret of at least thirty-two characters")  # noqa: SLF001  # as a restart with another one would
    told = await ada.data("POST", f"/webhooks/{hook['id']}/test")
    assert (told["status"], told["attempts"][0]["error"]) == ("failed", "secret_unreadable")
