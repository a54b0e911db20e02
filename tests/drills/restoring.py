"""A backup taken under load is restored into a new database, and a device comes back that knows more than it.

It starts again, keeps what it has not told yet, and holds all that the restored database holds; what it saw
before the restore is no excuse for overwriting what was done after it.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import anyio
from tests.durability.node import Client, Node, Person
from tests.durability.records import check_whole, opened
from tests.hypothesis_profiles import IS_SOAK

from waymark.client import AsyncDevice, AsyncWaymark
from waymark.store.backup import back_up, restore

CLIENTS = 3
LEAD = 200 if IS_SOAK else 10
"""Check-ins acknowledged before the backup, and again after it."""


class Load:
    """Clients that check in on one goal until told to end."""

    def __init__(self, node: Node, ada: Person, goal_id: str) -> None:
        self._node = node
        self._ada = ada
        self._path = f"/goals/{goal_id}/check-in"
        self.acknowledged: set[str] = set()

    @asynccontextmanager
    async def pressing(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            for _ in range(CLIENTS):
                group.start_soon(self._keep)
            yield
            group.cancel_scope.cancel()

    async def go_on(self) -> None:
        goal = len(self.acknowledged) + LEAD
        with anyio.fail_after(60):
            while len(self.acknowledged) < goal:  # noqa: ASYNC110  # an event per count would be more to read
                await anyio.sleep(0.01)

    async def _keep(self) -> None:
        async with Client(self._node, self._ada.token) as client:
            while True:
                told = await client("POST", self._path, {"value": 1})
                assert told.status_code == 201, told.text
                self.acknowledged.add(told.json()["data"]["checkIn"]["id"])


class Found(NamedTuple):
    """Check-ins acknowledged before the backup began, those that it lacks, and the time to restore."""

    acknowledged: int
    lost: int
    seconds: float


class Known(NamedTuple):
    """What stands before the restore, and what the device did since it last told the server."""

    ada: Person
    goal_id: str
    surely: set[str]
    """Check-ins acknowledged before the backup began."""
    cursor: str | None
    spent: str
    version: int
    """Of that transaction, as the device saw it last: after the backup."""
    pending: list[str]
    """Ids of what it edited and made; the last two are a check-in and a task."""


async def restored(first: str, second: str, folder: Path) -> Found:
    """One backup of the database `first`, restored into the empty `second`; both are migrated.

    AssertionError where the server, the device or what is stored is not as promised.
    """
    file = folder / "backup.zip"
    known = await _known(first, file, folder)
    ada, goal_id = known.ada, known.goal_id
    async with opened(second) as database:
        begun = time.monotonic()
        await restore(database, file, lambda _: None)
        seconds = time.monotonic() - begun
        facts = set(await check_whole(database, ada.user_id, goal_id))
    found = Found(len(known.surely), len(known.surely - facts), seconds)

    with Node(second, folder) as node:
        node.wait()
        facts |= await _other_history(node, known)
        async with Client(node, ada.token) as client:
            gone = await client("GET", f"/sync/pull?since={known.cursor}")
        assert (gone.status_code, gone.json()["error"]["code"]) == (410, "CURSOR_GONE")
        async with _phone(node, ada, folder) as phone:
            assert [change.id for change in phone.pending()] == known.pending
            synced = await phone.sync()
            assert (synced.pushed, synced.refused, synced.differing) == (len(known.pending), 0, ())
            assert phone.pending() == []
            facts.add(known.pending[-2])
            assert {each["id"] for each in phone.all("goal_check_ins")} == facts
            assert phone.get("goals", goal_id)["title"] == "Mine"
            assert phone.get("tasks", known.pending[-1])["title"] == "Call home"
            (conflict,) = phone.conflicts()
            assert (conflict.entity_id, conflict.local) == (known.spent, {"amount": 8})
            assert conflict.server["amount"] == 7
    async with opened(second) as database:
        assert (await check_whole(database, ada.user_id, goal_id)).keys() == facts
    return found


async def _known(url: str, file: Path, folder: Path) -> Known:
    """A backup under load, and a device that heard of what came after it."""
    with Node(url, folder) as node:
        node.wait()
        ada = await Person.registered(node)
        goal_id = await ada.goal(node)
        spent = await _spent(node, ada)
        load = Load(node, ada, goal_id)
        async with _phone(node, ada, folder) as phone:
            await phone.sync()
            async with load.pressing():
                await load.go_on()
                surely = set(load.acknowledged)
                async with opened(url) as database:
                    await back_up(database, file, datetime.now(UTC), lambda _: None)
                await load.go_on()
            await _pay(node, ada, spent, 6)
            await phone.sync()
            cursor, version = phone.cursor, phone.get("transactions", spent)["version"]
            phone.edit("transactions", spent, amount=8)
            phone.edit("goals", goal_id, title="Mine")
            made = phone.create("goal_check_ins", goal_id=goal_id, value=50)
            pending = [spent, goal_id, made, phone.create("tasks", title="Call home")]
    return Known(ada, goal_id, surely, cursor, spent, version, pending)


async def _other_history(node: Node, known: Known) -> set[str]:
    """Somebody else pays too, and the log grows beyond what the device saw; the check-ins that do that."""
    await _pay(node, known.ada, known.spent, 7)
    made: set[str] = set()
    async with Client(node, known.ada.token) as client:
        seq = 0
        while seq <= known.version:
            told = await client("POST", f"/goals/{known.goal_id}/check-in", {"value": 2})
            data = told.json()["data"]
            made.add(data["checkIn"]["id"])
            seq = data["goal"]["version"]
    return made


async def _spent(node: Node, ada: Person) -> str:
    """The id of a new transaction."""
    async with Client(node, ada.token) as client:
        body = {"type": "expense", "amount": 5, "currency": "USD"}
        told = await client("POST", "/transactions", body)
    assert told.status_code == 201, told.text
    spent: str = told.json()["data"]["id"]
    return spent


async def _pay(node: Node, ada: Person, spent: str, amount: int) -> None:
    async with Client(node, ada.token) as client:
        told = await client("PATCH", f"/transactions/{spent}", {"amount": amount})
    assert told.status_code == 200, told.text


@asynccontextmanager
async def _phone(node: Node, ada: Person, folder: Path) -> AsyncIterator[AsyncDevice]:
    """The same device, wherever the server is now."""
    async with AsyncWaymark(node.address.removesuffix("/api/v1"), ada.token) as waymark:
        phone = AsyncDevice(waymark, folder / "phone.db")
        yield phone
        phone.close()
