"""Somebody's devices at work on every node: check-ins with keys, pushes, and a socket that follows.

Each asks again, on the next node and under the same key, until it is answered; what came of it is judged
elsewhere.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import uuid4

import anyio
import httpx2
import websockets
from tests.durability.node import BUSY, Node, Person
from tests.realtime.site import JOURNALLED, Line

SENDERS: Final = 4
"""Of each kind."""
PUSHED: Final = 3
"""Changes in a push."""
PATIENCE: Final = 60.0

Choice: TypeAlias = Callable[[int], Node]
"""Which node the n-th try of a request goes to."""


class Load:
    """What one person sends to a goal, each value once, and what was admitted of it."""

    def __init__(self, nodes: Sequence[Node], ada: Person, goal_id: str) -> None:
        self.nodes = nodes
        self.ada = ada
        self.goal_id = goal_id
        self.sent: set[Decimal] = set()
        self.acknowledged: set[Decimal] = set()
        self.refused = 0
        """How often a node said that it is too busy."""
        self.follower = Follower(nodes, ada.token)
        self._is_ending = False
        self._http = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {ada.token}"},
            timeout=3,
            limits=httpx2.Limits(max_connections=None),
        )

    @asynccontextmanager
    async def pressing(self) -> AsyncIterator[None]:
        """Everybody at work; at the end everything that was sent is answered."""
        async with self._http, anyio.create_task_group() as following:
            following.start_soon(self.follower.follow)
            await self.follower.reach(0)
            async with anyio.create_task_group() as sending:
                for number in range(SENDERS):
                    sending.start_soon(self._keep, number, self.check_in)
                    sending.start_soon(self._keep, number, self.push)
                yield
                self._is_ending = True
            goal = await self.answered("GET", f"/goals/{self.goal_id}", None, self.nodes_from(0))
            await self.follower.reach(goal.json()["data"]["version"])
            following.cancel_scope.cancel()

    async def has_acknowledged(self, more: int) -> None:
        """Returns when so many more values have been."""
        goal = len(self.acknowledged) + more
        async with asyncio.timeout(PATIENCE):
            while len(self.acknowledged) < goal:  # noqa: ASYNC110  # an event per count would be more to read
                await anyio.sleep(0.01)

    async def recovered(self) -> float:
        """Seconds until a check-in was acknowledged by each of the nodes."""
        begun = time.monotonic()
        async with asyncio.timeout(PATIENCE), anyio.create_task_group() as group:
            for node in self.nodes:
                group.start_soon(self.check_in, lambda _, node=node: node)
        return time.monotonic() - begun

    async def check_in(self, choice: Choice) -> None:
        """One value by REST, under a key."""
        (value,) = self.values(1)
        told = await self.answered(
            "POST", f"/goals/{self.goal_id}/check-in", {"value": str(value)}, choice, key=f"key-{value}"
        )
        assert told.status_code == 201, told.text
        self.acknowledged.add(value)

    async def push(self, choice: Choice) -> None:
        """Some values as an offline device tells them."""
        values = self.values(PUSHED)
        changes = [
            {
                "entity": "goal_check_ins",
                "id": str(uuid4()),
                "operation": "create",
                "data": {"goalId": self.goal_id, "value": str(value)},
                "localUpdatedAt": "2026-03-02T11:00:00Z",
                "idempotencyKey": f"key-{value}",
            }
            for value in values
        ]
        told = await self.answered("POST", "/sync/push", {"changes": changes}, choice)
        assert told.status_code == 200, told.text
        assert {each["status"] for each in told.json()["data"]["results"]} == {"applied"}, told.text
        self.acknowledged.update(values)

    async def answered(
        self, method: str, path: str, body: Any, choice: Choice, *, key: str | None = None
    ) -> httpx2.Response:
        """The first answer that is one; only 503 with a Retry-After may stand in its way."""
        headers = {} if key is None else {"Idempotency-Key": key}
        turn = 0
        while True:
            url = choice(turn).address + path
            turn += 1
            try:
                response = await self._http.request(method, url, json=body, headers=headers)
            except httpx2.HTTPError:
                await anyio.sleep(0.05)
                continue
            if response.status_code != BUSY:
                return response
            assert int(response.headers["Retry-After"]) > 0
            self.refused += 1
            await anyio.sleep(0.1)

    def values(self, count: int) -> list[Decimal]:
        """Numbers that nobody sent before."""
        values = [Decimal(len(self.sent) + number) / 8 for number in range(1, count + 1)]
        self.sent.update(values)
        return values

    async def _keep(self, number: int, send: Callable[[Choice], Awaitable[None]]) -> None:
        while not self._is_ending:
            number += 1
            await send(self.nodes_from(number))

    def nodes_from(self, number: int) -> Choice:
        """One node after the other."""
        return lambda turn: self.nodes[(number + turn) % len(self.nodes)]


class Follower:
    """One device's socket, opened anew on the next node, behind what it heard, whenever it breaks."""

    def __init__(self, nodes: Sequence[Node], token: str) -> None:
        self._nodes = nodes
        self._token = token
        self._since: dict[str, str] = {}
        self.begun = -1
        self.seqs: list[int] = []

    async def follow(self) -> None:
        turn = 0
        while True:
            turn += 1
            try:
                await self._followed(self._nodes[turn % len(self._nodes)])
            except (OSError, TimeoutError, websockets.WebSocketException):
                await anyio.sleep(0.1)

    async def reach(self, seq: int) -> None:
        """Returns when it stands at that seq, or behind it."""
        async with asyncio.timeout(PATIENCE):
            while max([self.begun, *self.seqs[-1:]]) < seq:  # noqa: ASYNC110  # likewise
                await anyio.sleep(0.01)

    async def _followed(self, node: Node) -> None:
        address = node.address.replace("http", "ws", 1).removesuffix("/api/v1") + "/ws"
        async with websockets.connect(address, compression=None, open_timeout=3) as socket:
            line = Line(socket)
            await line.say("hello", token=self._token, **self._since)
            while True:
                frame = await line.next()
                if frame["event"] == "ready" and not self._since:
                    self.begun = line.seq
                if frame["event"] in JOURNALLED:
                    self.seqs.append(line.seq)
                if line.cursor:
                    self._since = {"since": line.cursor}
