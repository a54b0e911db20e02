"""Followers that come and go, nodes that are killed: each follower ends with every change, in order, once.

Few of each here; the large figures run with WAYMARK_SOAK=1.
"""

import asyncio
import json
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx2
import pytest
import websockets
from tests.api.person import COUNT, Person
from tests.durability.node import Client, Node
from tests.durability.node import Person as Account
from tests.realtime.site import JOURNALLED, PATIENCE, Site

from waymark.store.database import Database
from waymark.store.statements import HEAD

IS_SOAK = bool(os.environ.get("WAYMARK_SOAK"))
ROVERS, CHANGES = (200, 2_500) if IS_SOAK else (12, 60)
KILLS = 20 if IS_SOAK else 2
LOST = (OSError, websockets.WebSocketException, TimeoutError)


class Rover:
    """A client on a bad line: it comes back with its last cursor, and notes what it was told."""

    def __init__(self, token: str, seed: int) -> None:
        self.token = token
        self.seqs: list[int] = []
        self.visits = 0
        self._cursor: str | None = "1999-01-01T00:00:00Z"
        self._random = random.Random(seed)

    async def roam(self, address: Callable[[], str], last: Callable[[], int | None]) -> None:
        """Until it knows the last change, once there is a last one."""
        while (end := last()) is None or not self.seqs or self.seqs[-1] < end:
            with suppress(*LOST):
                await self._visit(address(), last)
            await asyncio.sleep(0)

    async def _visit(self, address: str, last: Callable[[], int | None]) -> None:
        url = f"{address.replace('http', 'ws', 1)}/ws?token={self.token}&since={self._cursor}"
        patience = self._random.choice([1, 3, 10, 40])
        async with (
            asyncio.timeout(PATIENCE),
            websockets.connect(url, compression=None, max_size=None) as socket,
        ):
            self.visits += 1
            while patience and (not self.seqs or self.seqs[-1] != last()):
                frame = json.loads(await socket.recv())
                assert frame["event"] != "error", frame
                if frame["event"] == "ready":
                    assert not frame["data"]["reset"]
                if frame["event"] in JOURNALLED:
                    assert frame["prevSeq"] == (self.seqs[-1] if self.seqs else 0)
                    self.seqs.append(frame["seq"])
                    self._cursor = frame["cursor"]
                    patience -= 1
            if self._random.random() < 0.5:
                socket.transport.abort()


async def test_reconnect_storms(site: Site, ada: Person) -> None:
    last: int | None = None
    rovers = [Rover(ada.token, seed) for seed in range(ROVERS)]
    async with asyncio.TaskGroup() as group:
        for rover in rovers:
            group.create_task(rover.roam(lambda: f"http://127.0.0.1:{site.port}", lambda: last))
        goal = await ada.goal(**COUNT)
        for value in range(CHANGES):
            await ada.check_in(goal, value)
        last = await site.head(ada)
    for rover in rovers:
        assert rover.seqs == list(range(1, last + 1))
    assert sum(rover.visits for rover in rovers) > 2 * ROVERS


@pytest.mark.slow
async def test_kills_of_nodes(database: Database, database_url: str, tmp_path: Path) -> None:
    """Killed with -9 under writers and followers; on PostgreSQL of either of two nodes."""
    with_two = database_url.startswith("postgres")
    async with AsyncExitStack() as stack:
        nodes = [Node(database_url, tmp_path) for _ in range(2 if with_two else 1)]
        for node in nodes:
            stack.callback(node.end, signal.SIGTERM)
            await asyncio.to_thread(started, node)
        account = await Account.registered(nodes[0])
        goal = await account.goal(nodes[0])
        turns = cycle(nodes)
        last: int | None = None
        rovers = [Rover(account.token, seed) for seed in range(4)]

        async def check_ins(first: int) -> None:
            for number in range(first, first + CHANGES // 4):
                await persistently(partial(checked_in, turns, account, goal, number))

        async with asyncio.TaskGroup() as group:
            for rover in rovers:
                group.create_task(rover.roam(lambda: next(turns).address, lambda: last))
            for round_ in range(KILLS):
                writing = group.create_task(check_ins(round_ * CHANGES))
                await asyncio.sleep(0.3)
                node = nodes[round_ % len(nodes)]
                await asyncio.to_thread(node.end, signal.SIGKILL)
                await asyncio.to_thread(started, node)
                await writing
            async with Client(nodes[0], account.token) as client:
                shown = (await client("GET", f"/goals/{goal}")).json()["data"]
            assert shown["checkInCount"] == KILLS * (CHANGES // 4)
            head = await database.one(HEAD, user_id=account.user_id)
            assert head is not None
            last = head.seq
        for rover in rovers:
            assert rover.seqs == list(range(1, last + 1))


def started(node: Node) -> None:
    node.launch()
    node.wait()


async def checked_in(turns: Iterator[Node], account: Account, goal: str, number: int) -> None:
    async with Client(next(turns), account.token) as client:
        answer = await client("POST", f"/goals/{goal}/check-in", {"value": 1}, key=f"check-in-{number}")
    assert answer.status_code == 201, answer.text


async def persistently(act: Callable[[], Awaitable[None]]) -> None:
    """Until the node answers that is asked."""
    async with asyncio.timeout(3 * PATIENCE):
        while True:
            try:
                return await act()
            except httpx2.TransportError:
                await asyncio.sleep(0.05)
