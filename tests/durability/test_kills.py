"""A server, or its PostgreSQL, ends at any moment under load: what was acknowledged stands, nothing is half.

Acknowledgements are written to a file and synced before they count, as a careful client would.
"""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import anyio
import httpx2
import pytest
from tests.cluster import Cluster
from tests.durability.node import BUSY, Client, Node, Person
from tests.durability.records import check_whole, opened
from tests.hypothesis_profiles import IS_SOAK

from waymark.store.migrate import migrate

KILLS = 600 if IS_SOAK else 3
CRASHES = 100 if IS_SOAK else 1
CLIENTS = 8
SEED = 20_260_302

pytestmark = pytest.mark.slow


class Load:
    """Clients that check in on one goal until the node is gone, and the synced list of what it admitted."""

    def __init__(self, ada: Person, goal_id: str, folder: Path) -> None:
        self._ada = ada
        self._goal_id = goal_id
        self._file = (folder / "acknowledged").open("ab", buffering=0)
        self._count = 0
        self.sent: dict[str, Decimal] = {}
        self.acknowledged: set[str] = set()

    async def press(self, node: Node) -> None:
        """Returns when every client has lost its node."""
        async with anyio.create_task_group() as group:
            for _ in range(CLIENTS):
                group.start_soon(self._press, node)

    async def settle(self, node: Node) -> None:
        """Ask again, under the same key, for everything that was sent and not acknowledged."""
        async with Client(node, self._ada.token) as client:
            for id_ in self.sent.keys() - self.acknowledged:
                await self._send(client, id_)
        assert self.acknowledged == self.sent.keys()

    async def _press(self, node: Node) -> None:
        async with Client(node, self._ada.token) as client:
            while True:
                self._count += 1
                id_ = str(UUID(int=self._count))
                self.sent[id_] = Decimal(self._count) / 4
                try:
                    await self._send(client, id_)
                except httpx2.HTTPError:
                    return

    async def _send(self, client: Client, id_: str) -> None:
        body = {"id": id_, "value": str(self.sent[id_])}
        response = await client("POST", f"/goals/{self._goal_id}/check-in", body, key=id_)
        assert response.status_code == 201, response.text
        self._file.write(f"{id_}\n".encode())
        os.fsync(self._file.fileno())
        self.acknowledged.add(id_)

    async def has_acknowledged(self, count: int) -> None:
        """Returns when so many have been, in all."""
        while len(self.acknowledged) < count:  # noqa: ASYNC110  # an event per count would be more to read
            await anyio.sleep(0.001)

    def close(self) -> None:
        self._file.close()


async def test_a_killed_server_loses_nothing(database_url: str, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    with ExitStack() as held:
        node = held.enter_context(Node(database_url, tmp_path)).wait()
        ada = await Person.registered(node)
        goal_id = await ada.goal(node)
        load = held.enter_context(closing(Load(ada, goal_id, tmp_path)))
        for _ in range(KILLS):
            acknowledged = len(load.acknowledged)
            async with anyio.create_task_group() as group:
                group.start_soon(load.press, node)
                await load.has_acknowledged(acknowledged + 1)
                await anyio.sleep(moments.uniform(0, 0.2))
                await anyio.to_thread.run_sync(node.end)
            async with opened(database_url) as database:
                facts = await check_whole(database, ada.user_id, goal_id)
            assert load.acknowledged <= facts.keys() <= load.sent.keys()
            assert facts == {id_: load.sent[id_] for id_ in facts}
            node.launch()
            await anyio.to_thread.run_sync(node.wait)
        await load.settle(node)
        async with opened(database_url) as database:
            assert await check_whole(database, ada.user_id, goal_id) == load.sent


@pytest.fixture
def durable(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    request.node.user_properties.append(("database", "postgresql"))
    cluster = Cluster.started(durable=True)
    yield cluster
    cluster.remove()


async def test_a_crashed_postgresql_loses_nothing(durable: Cluster, tmp_path: Path) -> None:
    moments = random.Random(SEED)
    url = durable.create("waymark")
    await migrate(url)
    with ExitStack() as held:
        node = held.enter_context(Node(url, tmp_path)).wait()
        ada = await Person.registered(node)
        goal_id = await ada.goal(node)
        load = held.enter_context(closing(Load(ada, goal_id, tmp_path)))
        for _ in range(CRASHES):
            acknowledged = len(load.acknowledged)
            async with anyio.create_task_group() as group:
                group.start_soon(load.press, node)
                await load.has_acknowledged(acknowledged + CLIENTS)
                await anyio.sleep(moments.uniform(0, 0.2))
                await anyio.to_thread.run_sync(durable.stop)
                async with Client(node, ada.token) as probe:
                    alone = await probe.once("GET", f"/goals/{goal_id}")
                assert (alone.status_code, "Retry-After" in alone.headers) == (BUSY, True)
                await anyio.to_thread.run_sync(durable.start)
                await load.has_acknowledged(acknowledged + 1)
                await anyio.to_thread.run_sync(node.end)
            async with opened(url) as database:
                facts = await check_whole(database, ada.user_id, goal_id)
            assert load.acknowledged <= facts.keys() <= load.sent.keys()
            node.launch()
            await anyio.to_thread.run_sync(node.wait)
        await load.settle(node)
        async with opened(url) as database:
            assert await check_whole(database, ada.user_id, goal_id) == load.sent
