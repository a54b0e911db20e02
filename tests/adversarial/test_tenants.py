"""Two people with the same belongings: whatever one names of the other's is as unknown as what never was.

Every route and every place for an id is walked; what is asked in words of rules is tested elsewhere.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx2
import pytest
from tests.adversarial.people import Owner, fields_of, stored, unsigned
from tests.adversarial.surface import Operation, Surface

from waymark.store.database import Database

UNKNOWN = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"
HEADERS: list[dict[str, str]] = [
    {},
    {"accept": "application/problem+json"},
    {"if_match": '"{version}"'},
    {"if_none_match": "*"},
    {"idempotency_key": "the key of a stranger {ids}".replace(" ", "-")},
]
"""Ways to ask; `{version}` is that of the other's goal."""


def mixtures(
    operation: Operation, own: Owner, other: Owner
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Ids of which at least one is the other's, and the same with unknown ones in their places."""
    for choice in product((False, True), repeat=len(operation.slots)):
        if any(choice):
            theirs = dict(own.ids)
            nobodys = dict(own.ids)
            for slot, is_foreign in zip(operation.slots, choice, strict=True):
                if is_foreign:
                    theirs[slot], nobodys[slot] = other.ids[slot], UNKNOWN
            yield theirs, nobodys


async def asked(
    owner: Owner,
    operation: Operation,
    ids: dict[str, str],
    query: str,
    headers: dict[str, Any],
    *,
    upper: bool,
) -> httpx2.Response:
    path = operation.at({name: value.upper() for name, value in ids.items()} if upper else ids)
    return await owner(operation.route.method, path + query, body=operation.body, **headers)


async def test_every_id_in_a_path_is_as_unknown_as_none(
    ada: Owner, eve: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database, ada.user["id"])
    goal = await ada.made("GET", f"/goals/{ada.ids['goals']}")
    probes = 0
    for operation in surface.operations:
        for theirs, nobodys in mixtures(operation, eve, ada):
            for headers, upper, query in product(HEADERS, (False, True), ("", "?dryRun=true", "?nonsense=1")):
                if query == "?dryRun=true" and not operation.route.has_dry_run:
                    continue
                told = {}
                for whose, ids in (("theirs", theirs), ("nobodys", nobodys)):
                    filled = {
                        name: value.format(version=goal["version"], ids=f"{whose}-{probes}")
                        for name, value in headers.items()
                    }
                    told[whose] = unsigned(await asked(eve, operation, ids, query, filled, upper=upper))
                assert told["theirs"] == told["nobodys"], (operation.name, theirs, headers)
                assert told["theirs"][0] == (422 if "nonsense" in query else 404), operation.name
                probes += 1
    assert probes > 500
    assert await stored(database, ada.user["id"]) == before


async def test_an_id_of_ones_own_in_the_wrong_place_is_unknown_too(
    ada: Owner, surface: Surface, database: Database
) -> None:
    """A check-in or milestone is found under its own goal and no other; a task may be tied to several."""
    other = await ada.made("POST", "/goals", {"title": "another"})
    before = await stored(database)
    nested = [each for each in surface.operations if each.slots[1:] in (["check-ins"], ["milestones"])]
    assert len(nested) >= 6
    for operation in nested:
        path = operation.at({**ada.ids, "goals": other["id"]})
        response = await ada(operation.route.method, path, body=operation.body)
        assert response.status_code == 404, operation.name
    assert await stored(database) == before


async def test_every_id_in_a_body_is_as_unknown_as_none(
    ada: Owner, eve: Owner, surface: Surface, database: Database
) -> None:
    """Links are refused by the field's name; an `id` to create with is free, whoever else has it."""
    before = await stored(database, ada.user["id"])
    probes = 0
    for operation in surface.writes:
        for field in operation.fields:
            if field.kind != "uuid":
                continue
            for theirs in ada.ids.values():
                told = []
                for foreign in (theirs, UNKNOWN):
                    body = surface.planted(operation, field, foreign)
                    if field.name == "link.id":
                        body["link"]["type"] = "task"
                    is_of_conflict = operation.name.endswith("resolve-conflict")
                    if is_of_conflict and field.name == "id":
                        body["entity"] = "goals"
                    path = operation.at(eve.ids) + "?dryRun=true"
                    response = await eve(operation.route.method, path, body=body)
                    told.append((response.status_code, masked(response.json(), foreign)))
                    if field.path[-1] != "id" or field.name == "link.id" or is_of_conflict:
                        is_bulk = operation.name.endswith("bulk-delete")
                        assert response.status_code in ({200} if is_bulk else {404, 422}), response.text
                        assert is_bulk or field.name in fields_of(response)
                    else:
                        assert response.status_code == 200, (operation.name, field.name, response.text)
                assert told[0] == told[1], (operation.name, field.name)
                probes += 1
    assert probes > 50
    assert await stored(database, ada.user["id"]) == before


def masked(answer: Any, foreign: str) -> Any:
    """An answer without the ids and tags that each is made with."""
    if isinstance(answer, dict):
        hidden = {"requestId", "createdAt", "updatedAt", "id", "goalId"}
        return {name: masked(held, foreign) for name, held in answer.items() if name not in hidden}
    if isinstance(answer, list):
        return [masked(each, foreign) for each in answer]
    return "an id" if answer == foreign else answer


@pytest.mark.parametrize("kind", ["goals", "check-ins", "milestones"])
async def test_anothers_id_is_free_to_create_with(
    ada: Owner, eve: Owner, database: Database, kind: str
) -> None:
    before = await stored(database, ada.user["id"])
    theirs = ada.ids[kind]
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "goals": ("/goals", {"title": "mine"}),
        "check-ins": (f"/goals/{eve.ids['goals']}/check-in", {"value": 90}),
        "milestones": (f"/goals/{eve.ids['goals']}/milestones", {"title": "mine", "targetPercent": 60}),
    }
    path, body = bodies[kind]
    created = await eve("POST", f"/api/v1{path}", body={**body, "id": theirs.upper()})
    assert created.status_code == 201, created.text
    assert theirs in created.headers["location"]
    again = await eve("POST", f"/api/v1{path}", body={**body, "id": theirs})
    assert (again.status_code, fields_of(again)) == (409, {"id"})
    assert await stored(database, ada.user["id"]) == before


async def test_two_people_may_use_one_key(ada: Owner, eve: Owner, database: Database) -> None:
    first = await ada("POST", "/api/v1/goals", body={"title": "secret of ada"}, idempotency_key="shared")
    before = await stored(database, ada.user["id"])
    second = await eve("POST", "/api/v1/goals", body={"title": "secret of ada"}, idempotency_key="shared")
    other = await eve("POST", "/api/v1/goals", body={"title": "else"}, idempotency_key="shared")
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 409)
    assert first.json()["data"]["id"] != second.json()["data"]["id"]
    assert second.json()["data"]["userId"] == eve.user["id"]
    assert await stored(database, ada.user["id"]) == before


async def test_no_read_shows_a_byte_of_anothers(ada: Owner, eve: Owner, surface: Surface) -> None:
    secret = "qzx-a-secret-of-ada"
    await ada.made("PATCH", f"/goals/{ada.ids['goals']}", {"title": secret, "description": secret})
    await ada.made("POST", f"/goals/{ada.ids['goals']}/check-in", {"value": 90, "note": secret})
    await ada.made("PATCH", "/users/me", {"fullName": secret})
    await ada.made("POST", "/auth/tokens", {"name": secret})
    seen, foreign = 0, [secret, "ada@example.com", *ada.ids.values()]
    for operation in surface.operations:
        if operation.route.is_write:
            continue
        for query in ("", f"?search={secret}", "?showStatus=deleted", "?limit=100"):
            response = await eve("GET", operation.at(eve.ids) + query)
            assert not [each for each in foreign if each in response.text], operation.name
            seen += response.status_code == 200
    assert seen > 15


async def test_bulk_delete_touches_nobody_elses(ada: Owner, eve: Owner, database: Database) -> None:
    before = await stored(database, ada.user["id"])
    ids = [ada.ids["goals"], UNKNOWN, eve.ids["goals"], ada.ids["goals"].upper()]
    answer = await eve.made("POST", "/goals/bulk-delete", {"ids": ids})
    assert [(each["id"], each["status"]) for each in answer["results"]] == [
        (ada.ids["goals"], "not_found"),
        (UNKNOWN, "not_found"),
        (eve.ids["goals"], "deleted"),
    ]
    assert await stored(database, ada.user["id"]) == before


async def test_erasing_one_leaves_the_other_whole(ada: Owner, eve: Owner, database: Database) -> None:
    before = await stored(database, ada.user["id"])
    erased = await eve("DELETE", "/api/v1/users/me", body={"password": "correct horse battery staple"})
    assert erased.status_code == 200
    assert await stored(database, ada.user["id"]) == before
    assert not any((await stored(database, eve.user["id"])).values())
