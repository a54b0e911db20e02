"""What the journal says after writes over HTTP (SYNC "The journal"), read where it is kept.

Followers read it through sockets and sync; here are its rows.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.api.person import COUNT, WEIGHT, Person
from tests.api.tables import contents, journal

from waymark.clock import FrozenClock
from waymark.domain.records import JournalRow
from waymark.store.database import Database

MILESTONES = [{"title": f"number {number}"} for number in range(4)]


async def lived(ada: Person, clock: FrozenClock) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A goal that has seen every kind of write, the clock going wild meanwhile, and its check-ins."""
    goal = await ada.goal(**WEIGHT, milestones=MILESTONES)
    path = f"/goals/{goal['id']}"
    clock.at -= timedelta(days=3_650)
    facts = [(await ada.check_in(goal, value))["checkIn"] for value in (89, 80, 91)]
    await ada.data("PATCH", f"{path}/check-ins/{facts[0]['id']}", {"value": 90})
    clock.at += timedelta(days=7_300)
    await ada.data("DELETE", f"{path}/check-ins/{facts[1]['id']}")
    clock.at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    await ada.data("PATCH", path, {"title": "Renamed", "targetValue": 85})
    for step in ("pause", "resume", "complete", "reactivate", "archive", "restore"):
        await ada.data("POST", f"{path}/{step}")
    first = goal["milestones"][0]["id"]
    await ada.data("PATCH", f"{path}/milestones/{first}", {"targetPercent": 10})
    await ada.data("DELETE", f"{path}/milestones/{first}")
    await ada.data("POST", f"{path}/milestones", {"title": "again", "targetPercent": 5})
    await ada.data("PUT", f"{path}/milestones", {"milestones": [{"title": "only"}]})
    await ada.data("DELETE", path)
    await ada.data("POST", f"{path}/restore")
    return goal, facts


async def test_seqs_versions_and_times(ada: Person, clock: FrozenClock, database: Database) -> None:
    await lived(ada, clock)
    rows = await journal(database, ada.user["id"])
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.version for row in rows] == [row.seq for row in rows]
    assert all(one.at < other.at for one, other in pairwise(rows))
    firsts = {row.txn: min(each.seq for each in rows if each.txn == row.txn) for row in rows}
    assert all(row.txn == firsts[row.txn] for row in rows)
    assert [row.txn for row in rows] == sorted(row.txn for row in rows)
    assert {row.origin for row in rows} == {"api"}


async def test_images_are_what_get_gives(ada: Person, clock: FrozenClock, database: Database) -> None:
    goal, facts = await lived(ada, clock)
    path = f"/goals/{goal['id']}"
    latest = {(row.entity, row.id): row for row in await journal(database, ada.user["id"])}
    assert latest["goals", goal["id"]].body == await text_of(ada, path)
    for fact in (facts[0], facts[2]):
        assert latest["goal_check_ins", fact["id"]].body == await text_of(
            ada, f"{path}/check-ins/{fact['id']}"
        )
    for milestone in await ada.get(f"{path}/milestones"):
        shown = await text_of(ada, f"{path}/milestones/{milestone['id']}")
        assert latest["goal_milestones", milestone["id"]].body == shown
    gone = latest["goal_check_ins", facts[1]["id"]]
    assert (gone.operation, '"showStatus":"deleted"' in gone.body) == ("delete", True)
    for row in latest.values():
        stamp = row.at.isoformat().replace("+00:00", "Z")
        assert f'"version":{row.version},' in row.body
        assert f'"updatedAt":"{stamp}"' in row.body


async def text_of(ada: Person, path: str) -> str:
    body = (await ada("GET", path)).text
    return body.removeprefix('{"success":true,"data":').removesuffix(',"meta":null,"error":null}')


async def test_a_goal_is_settled_once_per_transaction(
    ada: Person, clock: FrozenClock, database: Database
) -> None:
    goal, _ = await lived(ada, clock)
    rows = [row for row in await journal(database, ada.user["id"]) if row.id == goal["id"]]
    assert len({row.txn for row in rows}) == len(rows)


async def test_what_one_check_in_writes(ada: Person, database: Database) -> None:
    """The fact, the milestones it reached, the goal, what is said of it; nothing that stayed as it was."""
    goal = await ada.goal(**WEIGHT, milestones=MILESTONES)
    first = goal["milestones"][0]["id"]

    async def written(value: int) -> list[tuple[str, str, tuple[str, ...]]]:
        head = len(await journal(database, ada.user["id"]))
        told = await ada.check_in(goal, value)
        rows = (await journal(database, ada.user["id"]))[head:]
        rows = [row for row in rows if row.entity != "achievements"]
        said = {insight["id"] for insight in told["insights"]}
        assert {row.id for row in rows} <= {told["checkIn"]["id"], first, goal["id"], *said}
        return [(row.entity, row.operation, row.fields) for row in rows]

    fact, whole = ("goal_check_ins", "create", ()), ("goals", "update", ())
    assert await written(91) == [fact, whole]
    reached, said = ("goal_milestones", "update", ("completedAt",)), ("insights", "create", ())
    assert await written(89) == [fact, reached, whole, said, said]


async def test_operations_of_a_goal(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}"
    await ada.data("PATCH", path, {"title": "Renamed"})
    await ada.data("DELETE", path)
    await ada.data("POST", f"{path}/restore")
    rows = await journal(database, ada.user["id"])
    assert [row.operation for row in rows] == ["create", "update", "delete", "create"]
    assert rows[1].fields == ("title",)


async def test_nothing_happened_nothing_written(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT, milestones=MILESTONES)
    fact = (await ada.check_in(goal, 5))["checkIn"]
    path = f"/goals/{goal['id']}"
    before = await contents(database)
    for method, where, body in (
        ("PATCH", path, {}),
        ("PATCH", path, {"title": goal["title"], "targetValue": 100, "status": "active"}),
        ("PATCH", f"{path}/check-ins/{fact['id']}", {"value": 5}),
        ("PATCH", f"{path}/milestones/{goal['milestones'][0]['id']}", {"title": "number 0"}),
        ("GET", path, None),
        ("GET", "/goals", None),
    ):
        await ada.data(method, where, body)
        assert await contents(database) == before, (method, where, body)


async def test_refused_writes_leave_nothing(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT)
    path = f"/goals/{goal['id']}"
    before = await contents(database)
    for method, where, body in (
        ("POST", "/goals", {"title": "A goal", "metricType": "weight"}),
        ("PATCH", path, {"title": "Renamed", "targetValue": 1.5}),
        ("PATCH", path, {"title": "Renamed", "status": "archived", "currency": "USD"}),
        ("POST", f"{path}/check-in", {"value": 0.5}),
        ("POST", f"{path}/resume", None),
        ("PUT", f"{path}/milestones", {"milestones": [{"title": "a", "targetPercent": 0}]}),
    ):
        assert (await ada(method, where, body)).status_code in {409, 422}
    assert await contents(database) == before


async def test_one_bulk_call_is_one_transaction(ada: Person, eve: Person, database: Database) -> None:
    goals = [await ada.goal(), await ada.goal()]
    await eve.goal()
    await ada.data("POST", "/goals/bulk-delete", {"ids": [goal["id"] for goal in goals]})
    rows = await journal(database, ada.user["id"])
    assert [ended(row) for row in rows[-2:]] == [(3, goals[0]["id"]), (3, goals[1]["id"])]
    assert [row.seq for row in await journal(database, eve.user["id"])] == [1]


def ended(row: JournalRow) -> tuple[int, str]:
    assert row.operation == "delete"
    return row.txn, row.id
