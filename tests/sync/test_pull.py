"""Pulling: pages that add up to what is there, from any place, whatever happens meanwhile.

What devices make of it, test_devices.py shows.
"""

from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa
from tests.api.person import COUNT, Document, Person, code_of, fields_of, parsed
from tests.api.tables import contents, journal
from tests.sync.pushing import change, everything, new_id, pull, push

from waymark.clock import FrozenClock
from waymark.domain.vocabulary import ENTITIES
from waymark.store import schema
from waymark.store.database import Database
from waymark.store.standing import digests_of
from waymark.store.statement import Statement

Held = dict[tuple[str, str], Document]


async def some_history(person: Person) -> Document:
    """A goal with all that can hang on one, some of it gone again."""
    goal = await person.goal(**COUNT, milestones=[{"title": "half"}, {"title": "all"}])
    task = await person.data("POST", "/tasks", {"title": "Buy", "goalId": goal["id"]})
    gone = await person.data("POST", "/tasks", {"title": "Never mind", "goalId": goal["id"]})
    await person.data("POST", "/habits", {"title": "Read", "linkedGoalIds": [goal["id"]]})
    await person.data("POST", "/budgets", {"name": "Books", "currency": "USD", "limitAmount": 50})
    await person.data("POST", "/transactions", {"type": "expense", "amount": 5, "currency": "USD"})
    undone = (await person.check_in(goal, 3))["checkIn"]
    for value in (10, 20, 30):
        await person.check_in(goal, value)
    await person.data("POST", f"/tasks/{task['id']}/complete")
    await person.data("DELETE", f"/tasks/{gone['id']}")
    await person.data("DELETE", f"/goals/{goal['id']}/check-ins/{undone['id']}")
    return goal


def reduced(changes: list[Document], held: Held | None = None) -> Held:
    """What a device holds that takes in changes one after the other."""
    state = dict(held or {})
    for each in changes:
        key = (each["entity"], each["id"])
        if each["operation"] == "delete":
            state.pop(key, None)
        else:
            state[key] = each
    return state


def versions(held: Held) -> dict[tuple[str, str], int]:
    return {key: each["version"] for key, each in held.items()}


def digests(held: Held) -> dict[str, str]:
    """As the documentation tells clients to compute them."""
    sums: dict[str, int] = dict.fromkeys(ENTITIES, 0)
    for (entity, record_id), each in held.items():
        digest = sha256(f"{record_id}:{each['version']}".encode()).digest()
        sums[entity] += int.from_bytes(digest[:8], "big")
    return {entity: f"{value % 2**64:016x}" for entity, value in sums.items()}


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
async def test_pages_from_any_place_add_up(ada: Person, database: Database, limit: int) -> None:
    """To the state that one read gives; no page shows a part of a transaction."""
    await some_history(ada)
    rows = await journal(database, ada.user["id"])
    whole, end = await everything(ada)
    start = (await pull(ada, "1970-01-01T00:00:00Z", limit=1000))["changes"]
    assert versions(reduced(start)) == versions(reduced(whole))
    txn_of = {row.seq: row.txn for row in rows}
    state, since, seen = reduced([]), "1970-01-01T00:00:00Z", set[int]()
    while True:
        page = await pull(ada, since, limit=limit)
        state, since = reduced(page["changes"], state), page["cursor"]
        txns = {txn_of[each["seq"]] for each in page["changes"]}
        assert not txns & seen, "a transaction came in two parts"
        seen |= txns
        assert [each["seq"] for each in page["changes"]] == sorted(each["seq"] for each in page["changes"])
        assert page["serverTime"] == page["changes"][-1]["serverUpdatedAt"] or not page["hasMore"]
        if not page["hasMore"]:
            break
    assert versions(state) == versions(reduced(whole))
    assert page["digest"] == digests(state)
    assert (await pull(ada, end))["changes"] == []


async def test_a_server_time_is_as_good_as_a_cursor(ada: Person) -> None:
    await some_history(ada)
    since, state = "1970-01-01T00:00:00Z", reduced([])
    while True:
        by_time = await pull(ada, since, limit=3)
        assert await pull(ada, by_time["cursor"], limit=3) == await pull(ada, by_time["serverTime"], limit=3)
        state, since = reduced(by_time["changes"], state), by_time["serverTime"]
        if not by_time["hasMore"]:
            break
    assert by_time["digest"] == digests(state)


async def test_a_page_has_each_record_once(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    place = await pull(ada)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "a"})
    fresh = await ada.goal(**COUNT)
    await ada.data("PATCH", f"/goals/{fresh['id']}", {"title": "b"})
    await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "c"})
    page = await pull(ada, place["cursor"], entities="goals")
    told = [(each["id"], each["operation"], each["data"]["title"]) for each in page["changes"]]
    assert told == [(fresh["id"], "create", "b"), (goal["id"], "update", "c")]
    assert [each["data"] for each in page["changes"]] == [await ada.now(fresh), await ada.now(goal)]


async def test_times_are_spelled_as_in_documents(ada: Person, clock: FrozenClock) -> None:
    """Those of pages the database writes: whole seconds without a fraction, all others with six digits."""
    for microsecond in (0, 7, 120_000):
        clock.at = clock.at.replace(hour=clock.at.hour + 1, microsecond=microsecond)
        await ada.data("POST", "/tasks", {"title": str(microsecond)})
    page = await pull(ada, "1970-01-01T00:00:00Z", entities="tasks")
    told = [each["serverUpdatedAt"] for each in page["changes"]]
    assert told == [each["data"]["updatedAt"] for each in page["changes"]]
    assert [time[19:] for time in told] == ["Z", ".000007Z", ".120000Z"]


async def test_some_entities_only(ada: Person) -> None:
    goal = await some_history(ada)
    since: str | None = "1970-01-01T00:00:00Z"
    seen = []
    while True:
        page = await pull(ada, since, limit=2, entities="goal_check_ins,tasks")
        seen += page["changes"]
        since = page["cursor"]
        if not page["hasMore"]:
            break
    assert {each["entity"] for each in seen} == {"goal_check_ins", "tasks"}
    assert page["digest"].keys() == {"goal_check_ins", "tasks"}
    assert page["digest"] == {name: digests(reduced(seen))[name] for name in page["digest"]}
    await ada.check_in(goal, 1)
    assert [each["entity"] for each in (await pull(ada, since, entities="tasks"))["changes"]] == []


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_a_snapshot(ada: Person, limit: int) -> None:
    """All that stands, once, as GET gives it; deleted records are left out."""
    goal = await some_history(ada)
    changes, _ = await everything(ada, limit=limit)
    keys = [(each["entity"], each["id"]) for each in changes]
    assert len(set(keys)) == len(keys)
    assert {each["data"]["showStatus"] for each in changes if "showStatus" in each["data"]} == {"active"}
    of_entity: dict[str, list[Any]] = {}
    for each in changes:
        of_entity.setdefault(each["entity"], []).append(each["data"])
    assert of_entity["goals"] == [await ada.now(goal)]
    assert of_entity["tasks"] == await ada.get("/tasks")
    assert of_entity["habits"] == await ada.get("/habits")
    assert of_entity["budgets"] == await ada.get("/budgets")
    facts = await ada.get(f"/goals/{goal['id']}/check-ins")
    assert {each["id"] for each in of_entity["goal_check_ins"]} == {each["id"] for each in facts}
    assert of_entity["goal_check_ins"] == sorted(facts, key=lambda fact: fact["id"])
    assert sorted(of_entity["goal_milestones"], key=lambda each: each["order"]) == goal_milestones(
        await ada.now(goal)
    )


def goal_milestones(goal: Document) -> list[Document]:
    found: list[Document] = goal["milestones"]
    return found


async def test_nothing_is_lost_between_snapshot_and_stream(ada: Person) -> None:
    """What is written while pages are read, in front of and behind where they are, comes afterwards."""
    goal = await some_history(ada)
    state, since = reduced([]), None
    while True:
        page = await pull(ada, since, limit=2)
        state, since = reduced(page["changes"], state), page["cursor"]
        if since.startswith("s."):
            await ada.data("PATCH", f"/goals/{goal['id']}", {"title": f"at {len(state)}"})
            made = await ada.data("POST", "/tasks", {"title": f"at {len(state)}"})
            if len(state) % 4:
                await ada.data("DELETE", f"/tasks/{made['id']}")
            if len(state) > 60:
                break
        if not page["hasMore"]:
            break
    changes, _ = await everything(ada, since)
    state = reduced(changes, state)
    assert versions(state) == versions(reduced((await everything(ada))[0]))


async def test_who_forgets_the_cursor_of_a_snapshot_loses_nothing(ada: Person) -> None:
    await some_history(ada)
    first = await pull(ada, limit=2)
    assert (first["hasMore"], first["serverTime"]) == (True, "1970-01-01T00:00:00Z")
    changes, _ = await everything(ada, first["serverTime"])
    assert versions(reduced(changes)) == versions(reduced((await everything(ada))[0]))


async def test_a_snapshot_does_without_a_pruned_journal(ada: Person, database: Database) -> None:
    goal = await some_history(ada)
    changes, _ = await everything(ada)
    await pruned(database, ada.user["id"])
    again, end = await everything(ada, limit=5)
    assert [each["data"] for each in again] == [each["data"] for each in changes]
    await ada.check_in(goal, 1)
    assert (await pull(ada, end))["changes"] != []


async def pruned(database: Database, user_id: str) -> None:
    """The journal without its rows, as when all of them are old: `floor` moves along."""
    head = schema.heads
    of_user: sa.BindParameter[str] = sa.bindparam("user_id")
    await database.write(
        lambda tx: tx.run(
            Statement(sa.delete(schema.journal).where(schema.journal.c.user_id == of_user)), user_id=user_id
        )
    )
    await database.write(
        lambda tx: tx.run(
            Statement(sa.update(head).where(head.c.user_id == of_user).values(floor=head.c.seq)),
            user_id=user_id,
        )
    )


async def test_a_place_that_is_gone(ada: Person, database: Database) -> None:
    goal = await some_history(ada)
    first = await pull(ada, "1970-01-01T00:00:00Z", limit=1)
    place = await pull(ada)
    await pruned(database, ada.user["id"])
    for since in (first["cursor"], first["serverTime"], "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"):
        answer = await ada("GET", "/sync/pull", params={"since": since})
        assert code_of(answer) == (410, "CURSOR_GONE"), since
    assert (await pull(ada, place["cursor"]))["changes"] == []
    mine = change("goals", goal["id"], "update", {"title": "pending"}, baseVersion=goal["version"])
    assert (await push(ada, mine, lastSyncedAt=first["cursor"]))[0]["record"]["title"] == "pending"


async def test_a_snapshot_that_took_too_long(ada: Person, database: Database) -> None:
    await some_history(ada)
    first = await pull(ada, limit=2)
    await ada.goal()
    await pruned(database, ada.user["id"])
    answer = await ada("GET", "/sync/pull", params={"since": first["cursor"]})
    assert code_of(answer) == (410, "CURSOR_GONE")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"since": "nonsense"}, "since"),
        ({"since": "s.AAAA"}, "since"),
        ({"since": ""}, "since"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"entities": "goals,planets"}, "entities[1]"),
        ({"page": "1"}, "page"),
    ],
)
async def test_what_cannot_be_asked(ada: Person, params: dict[str, str], field: str) -> None:
    assert fields_of(await ada("GET", "/sync/pull", params=params)) == {field}


async def test_anothers_snapshot(ada: Person, eve: Person) -> None:
    await some_history(ada)
    first = await pull(ada, limit=2)
    assert fields_of(await eve("GET", "/sync/pull", params={"since": first["cursor"]})) == {"since"}
    other = {"since": first["cursor"], "entities": "goals"}
    assert fields_of(await ada("GET", "/sync/pull", params=other)) == {"since"}


async def test_digests_are_kept_and_counted_alike(ada: Person, database: Database) -> None:
    """As each write moves them, and as they are counted of the records themselves after an upgrade."""
    await some_history(ada)
    user_id = ada.user["id"]
    kept = (await pull(ada))["digest"]
    counted = await digests_of(database, user_id)
    assert kept == {entity: f"{counted.get(entity, 0):016x}" for entity in ENTITIES}
    unknown = sa.update(schema.heads).where(schema.heads.c.user_id == sa.bindparam("user_id"))
    await database.write(lambda tx: tx.run(Statement(unknown.values(digests=None)), user_id=user_id))
    assert (await pull(ada))["digest"] == kept
    await push(ada, change("tasks", new_id(), "create", {"title": "after an upgrade"}))
    page = await pull(ada)
    assert page["digest"] == digests(reduced(page["changes"]))
    names = [column.name for column in schema.heads.columns]
    (row,) = (row for row in (await contents(database))["heads"] if row[names.index("user_id")] == user_id)
    assert row[names.index("digests")] is not None


async def test_an_empty_account(ada: Person) -> None:
    page = await pull(ada)
    assert (page["changes"], page["hasMore"]) == ([], False)
    assert await pull(ada, page["cursor"]) == page
    assert await pull(ada, page["serverTime"]) == page
    assert parsed(await ada("GET", "/sync/pull"))["meta"] is None
