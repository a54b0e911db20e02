"""Devices: what they show offline, and that nothing is lost or doubled when answers are.

A lost request, a lost answer and a crash are made by the transport between device and application.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from tests.api.person import COUNT, Person
from tests.api.tables import journal
from tests.client.conftest import Devices

from waymark.client import AsyncDevice, AsyncWaymark, Conflict, NoAnswer, Synced
from waymark.client.replica import TOGETHER
from waymark.clock import FrozenClock
from waymark.errors import Conflict as ConflictProblem
from waymark.errors import NotFound
from waymark.store.database import Database
from waymark.sync.kinds import wire_name
from waymark.sync.registry import KINDS


class Losing(httpx2.ASGITransport):
    """Loses what the test says, request or answer, and goes on."""

    lost: Sequence[str] = ()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        what, self.lost = (self.lost[0], self.lost[1:]) if self.lost else ("", self.lost)
        if what == "request":
            raise httpx2.ConnectError("lost")
        response = await super().handle_async_request(request)
        if what == "answer":
            raise httpx2.ReadError("lost")
        return response


@pytest.fixture
def losing(app: FastAPI) -> Losing:
    return Losing(app=app)


@pytest.fixture
def frail(losing: Losing, ada: Person) -> AsyncWaymark:
    """The API over that transport, tried once."""
    http = httpx2.AsyncClient(transport=losing, base_url="http://test/api/v1")
    return AsyncWaymark("http://test", ada.token, http=http, tries=1)


async def test_from_local_to_synced(device: Devices) -> None:
    phone = device()
    goal = phone.create("goals", title="Read", metric_type="count", target_value=10)
    phone.edit("goals", goal, title="Read more")
    assert phone.get("goals", goal) == {
        "id": goal,
        "title": "Read more",
        "metricType": "count",
        "targetValue": 10,
        "syncStatus": "local",
    }
    assert [change.operation for change in phone.pending()] == ["create", "update"]
    assert await phone.sync() == Synced(pushed=2, pulled=1)
    assert phone.get("goals", goal)["syncStatus"] == "synced"
    phone.edit("goals", goal, title="Read less")
    assert [each["title"] for each in phone.all("goals")] == ["Read less"]
    phone.delete("goals", goal)
    assert phone.find("goals", goal) is None
    with pytest.raises(NotFound):
        phone.edit("goals", goal, title="Gone")
    await phone.sync()
    assert (phone.all("goals"), phone.pending()) == ([], [])


async def test_what_nobody_heard_of_is_forgotten(device: Devices) -> None:
    phone = device()
    phone.delete("tasks", phone.create("tasks", title="Nothing"))
    assert phone.pending() == []


@pytest.mark.parametrize("lost", [("request",), ("answer",), ("answer", "request", "answer")])
async def test_what_is_lost_on_the_way(
    lost: Sequence[str],
    frail: AsyncWaymark,
    losing: Losing,
    clock: FrozenClock,
    database: Database,
    ada: Person,
) -> None:
    goal = await ada.goal(**COUNT)
    phone = AsyncDevice(frail, ":memory:", clock=clock)
    await phone.sync()
    phone.create("goal_check_ins", goal_id=goal["id"], value=5)
    losing.lost = lost
    for _ in lost:
        with pytest.raises(NoAnswer):
            await phone.sync()
        assert phone.pending()[0].is_sent
        phone.create("goal_check_ins", goal_id=goal["id"], value=1)
    await phone.sync()
    assert phone.get("goals", goal["id"])["currentValue"] == 5 + len(lost)
    facts = [row for row in await journal(database, ada.user["id"]) if row.entity == "goal_check_ins"]
    assert len(facts) == 1 + len(lost)


async def test_a_crash_between_answer_and_disk(
    waymark: AsyncWaymark, clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = AsyncDevice(waymark, tmp_path / "phone.db", clock=clock)
    task = phone.create("tasks", title="Once")
    with monkeypatch.context() as patch:

        def die(*_: Any, **__: Any) -> None:
            raise MemoryError

        patch.setattr(phone.store, "drop_change", die)
        with pytest.raises(MemoryError):
            await phone.sync()
    phone.close()
    phone = AsyncDevice(waymark, tmp_path / "phone.db", clock=clock)
    assert phone.get("tasks", task)["syncStatus"] == "pending"
    await phone.sync()
    assert [each["title"] for each in phone.all("tasks")] == ["Once"]
    phone.close()


async def test_a_second_edit_knows_the_first(device: Devices, waymark: AsyncWaymark, ada: Person) -> None:
    """Made while the first was under way: no conflict with oneself, but one with what another did."""
    phone = device()
    money = phone.create("transactions", type="expense", amount=5, currency="USD")
    await phone.sync()
    phone.edit("transactions", money, amount=6)
    syncing = phone._syncing.push()  # noqa: SLF001  # stopped between sending and the answer
    request = next(syncing)
    phone.edit("transactions", money, amount=7)
    sent: dict[str, Any] = {"headers": dict(request.headers), "content": request.body}
    answer = await waymark.http.request(request.method, request.path, **sent)
    syncing.close()
    assert answer.status_code == 200
    await phone.sync()
    assert (phone.get("transactions", money)["amount"], phone.conflicts()) == (7, [])
    phone.edit("transactions", money, amount=8)
    await ada.data("PATCH", f"/transactions/{money}", {"amount": 9})
    await phone.sync()
    assert phone.get("transactions", money)["amount"] == 9
    assert phone.get("transactions", money)["syncStatus"] == "conflict"
    (conflict,) = phone.conflicts()
    assert (conflict.fields, conflict.local, conflict.server["amount"]) == (("amount",), {"amount": 8}, 9)


async def test_deciding(waymark: AsyncWaymark, clock: FrozenClock, ada: Person) -> None:
    heard: list[Conflict] = []
    phone = AsyncDevice(waymark, ":memory:", clock=clock, on_conflict=heard.append)
    watch = AsyncDevice(waymark, ":memory:", clock=clock, on_conflict=heard.append)
    money = phone.create("transactions", type="expense", amount=5, currency="USD")
    await phone.sync()
    phone.edit("transactions", money, amount=8)
    await ada.data("PATCH", f"/transactions/{money}", {"amount": 9})
    await phone.sync()
    await watch.sync()
    assert [conflict.entity_id for conflict in heard] == [money, money]
    await ada.data("PATCH", f"/transactions/{money}", {"amount": 10})
    with pytest.raises(ConflictProblem):
        await watch.resolve(heard[1], "use_local")
    (fresh,) = watch.conflicts()
    assert fresh.server["amount"] == 10
    await watch.sync()
    decided = await watch.resolve(fresh, "use_local")
    assert (decided["amount"], decided["syncStatus"]) == (8, "synced")
    assert watch.conflicts() == []
    await phone.sync()
    assert (phone.conflicts(), phone.get("transactions", money)["amount"]) == ([], 8)


async def test_a_refused_change_is_kept(device: Devices) -> None:
    phone = device()
    goal = phone.create("goals", title="", metric_type="count", target_value=1)
    other = phone.create("tasks", title="Fine")
    assert (await phone.sync()).refused == 1
    assert phone.get("tasks", other)["syncStatus"] == "synced"
    (refused,) = phone.refused()
    assert (refused.id, refused.error["code"]) == (goal, "VALIDATION_ERROR")
    phone.again(refused.key, title="Something")
    await phone.sync()
    assert phone.get("goals", goal)["title"] == "Something"
    assert phone.refused() == []


async def test_the_same_day_on_two_devices(device: Devices) -> None:
    """The first id is kept; what the second did goes on under it."""
    phone, watch = device(), device()
    habit = phone.create("habits", title="Run")
    await phone.sync()
    await watch.sync()
    told = {"habit_id": habit, "date_key": "2026-03-02"}
    first = phone.create("habit_completions", **told, status="done")
    second = watch.create("habit_completions", **told, status="miss")
    watch.edit("habit_completions", second, status="done")
    await phone.sync()
    await watch.sync()
    assert [each["id"] for each in watch.all("habit_completions")] == [first]
    assert watch.pending() == []


async def test_a_copy_that_went_wrong_is_mended(device: Devices, ada: Person) -> None:
    phone = device()
    goal, other = await ada.goal("One"), await ada.goal("Two")
    await phone.sync()
    phone.store._connection.execute("DELETE FROM records WHERE id = ?", (goal["id"],))  # noqa: SLF001  # the disk's own fault
    assert await phone.sync() == Synced(pulled=2)
    assert {each["id"] for each in phone.all("goals")} == {goal["id"], other["id"]}


async def test_a_cursor_that_is_gone(device: Devices, ada: Person) -> None:
    """All that stands comes again; what waits is kept, and what was deleted meanwhile is not."""
    phone = device()
    kept, deleted = await ada.goal("Kept"), await ada.goal("Deleted")
    await phone.sync()
    phone.edit("goals", kept["id"], title="Mine")
    await ada.data("DELETE", f"/goals/{deleted['id']}")
    cursor = phone.cursor or ""
    phone.cursor = cursor[:14] + ("A" if cursor[14] != "A" else "B") + cursor[15:]  # another epoch
    await phone.sync()
    assert [each["title"] for each in phone.all("goals")] == ["Mine"]
    assert (phone.pending(), phone.is_in_snapshot) == ([], False)


def test_what_moves_together_moves_together_on_the_server() -> None:
    for entity, groups in TOGETHER.items():
        kind = KINDS[entity]
        wired = [{wire_name(kind.changing, field) for field in group} for group in kind.rules.groups]
        assert [set(group) for group in groups] == wired, entity
    assert {entity for entity, kind in KINDS.items() if kind.rules.groups} == TOGETHER.keys()
