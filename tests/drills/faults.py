"""What goes wrong, one function for each: it happens, and ends, while the load goes on.

A fault returns when whatever it took is there again; how long the nodes need from then on is measured.
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import anyio
import asyncpg
import httpx2
from tests.drills.judging import Found, judged
from tests.drills.load import PATIENCE, Load
from tests.drills.scene import POOL, Scene
from tests.drills.warm import POINTS
from tests.durability.node import BUSY, Client
from tests.hypothesis_profiles import IS_SOAK

Fault: TypeAlias = Callable[[Scene, Load, int], Awaitable[Found | None]]
"""`turn` counts how often it happened. What was found is for faults that leave nobody who writes."""

CANCELLED: Final = 100
AWAY_SECONDS: Final = 12.0 if IS_SOAK else 1.0
"""Longer than any limit of the product's, when there is time."""
FULL: Final = 20
"""How many writes find the disk full."""
CHANCE: Final = random.Random(20_260_302)


async def kill(scene: Scene, _: Load, turn: int) -> None:
    """SIGKILL to a node, which is started again."""
    node = scene.nodes[turn % len(scene.nodes)]
    await anyio.to_thread.run_sync(node.end)
    node.launch()
    await anyio.to_thread.run_sync(node.wait)


async def restart(scene: Scene, load: Load, turn: int) -> None:
    """The database crashes, or is stopped in order; meanwhile every node says 503 and when to ask again."""
    await anyio.to_thread.run_sync(scene.cluster.stop, "fast" if turn % 2 else "immediate")
    try:
        async with httpx2.AsyncClient(timeout=30) as http:
            for node in scene.nodes:
                headers = {"Authorization": f"Bearer {load.ada.token}"}
                told = await http.get(f"{node.address}/goals/{load.goal_id}", headers=headers)
                assert (told.status_code, "Retry-After" in told.headers) == (BUSY, True), told.text
                ready = await http.get(node.address.removesuffix("/api/v1") + "/readyz")
                assert (ready.status_code, "Retry-After" in ready.headers) == (BUSY, True), ready.text
    finally:
        await anyio.to_thread.run_sync(scene.cluster.start)


async def terminate(scene: Scene, _: Load, __: int) -> None:
    """The database ends every connection of every node, ten times in half a second."""
    operator = await asyncpg.connect(scene.url)
    for _turn in range(10):
        await operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'waymark'"
        )
        await anyio.sleep(0.05)
    await operator.close()


async def pause(scene: Scene, _: Load, turn: int) -> None:
    """SIGSTOP to a node in the middle of whatever it does, and SIGCONT."""
    node = scene.nodes[turn % len(scene.nodes)]
    os.kill(node.pid, signal.SIGSTOP)
    await anyio.sleep(AWAY_SECONDS)
    os.kill(node.pid, signal.SIGCONT)


async def cancel(scene: Scene, load: Load, _: int) -> None:
    """Clients that hang up at any moment of a check-in."""
    headers = {"Authorization": f"Bearer {load.ada.token}"}

    async def give_up(http: httpx2.AsyncClient, number: int) -> None:
        address = f"{scene.nodes[number % len(scene.nodes)].address}/goals/{load.goal_id}/check-in"
        has_given_up = False
        while not has_given_up:
            (value,) = load.values(1)
            with anyio.move_on_after(CHANCE.uniform(0, 0.1)) as patience:
                if (await http.post(address, json={"value": str(value)})).is_success:
                    load.acknowledged.add(value)
            has_given_up = patience.cancelled_caught

    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(headers=headers, limits=limits, timeout=None) as http:
        for begun in range(0, CANCELLED, 50):
            async with anyio.create_task_group() as group:
                for number in range(begun, begun + 50):
                    group.start_soon(give_up, http, number)


async def exhaust(scene: Scene, load: Load, _: int) -> None:
    """Somebody holds a lock longer than anybody waits, and more wait for it than there are connections."""
    refused = load.refused
    operator = await asyncpg.connect(scene.url)
    async with anyio.create_task_group() as group, operator.transaction():
        await operator.execute("SELECT FROM heads WHERE user_id = $1 FOR UPDATE", load.ada.user_id)
        for number in range(2 * POOL * len(scene.nodes)):
            group.start_soon(load.check_in, load.nodes_from(number))
        while load.refused == refused:  # noqa: ASYNC110  # an event per refusal would be more to read
            await anyio.sleep(0.01)
    await operator.close()


async def cut(scene: Scene, load: Load, _: int) -> None:
    """Nothing passes between a node and the database; clients reach the node: 503 at most."""
    assert scene.link is not None
    scene.link.cut()
    with anyio.move_on_after(AWAY_SECONDS):
        headers = {"Authorization": f"Bearer {load.ada.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=None) as http:
            while True:
                told = await http.get(f"{scene.nodes[-1].address}/goals/{load.goal_id}")
                assert (told.status_code, "Retry-After" in told.headers) == (BUSY, True), told.text
                await anyio.sleep(0.1)
    scene.link.mend()


async def point(scene: Scene, load: Load, turn: int) -> Found:
    """A server ends at a named moment of a write: each in turn, and each time of another write."""
    (node,) = scene.nodes
    await node.lay_fuse(POINTS[-1 - turn % len(POINTS)], CHANCE.randint(1, 20))
    await anyio.to_thread.run_sync(node.wait_for_end)
    found = await judged(scene.url, load)
    node.launch()
    await anyio.to_thread.run_sync(node.wait)
    return found


async def power(scene: Scene, load: Load, _: int) -> Found:
    """The machine of the server and its database loses power."""
    await anyio.sleep(CHANCE.uniform(0, 0.2))
    await anyio.to_thread.run_sync(scene.lose_power)
    found = await judged(scene.url, load)
    for node in scene.nodes:
        node.launch()
        await anyio.to_thread.run_sync(node.wait)
    return found


async def full(scene: Scene, load: Load, _: int) -> None:
    """The disk is full: writes are refused, reads go on; when there is space again, nothing is restarted."""
    assert scene.disk is not None
    refused = load.refused
    await anyio.to_thread.run_sync(scene.disk.fill)
    try:
        async with asyncio.timeout(PATIENCE), Client(scene.nodes[0], load.ada.token) as client:
            while load.refused < refused + FULL:
                read = await client.once("GET", f"/goals/{load.goal_id}")
                assert read.status_code == 200, read.text
                await anyio.sleep(0.01)
    finally:
        scene.disk.free()


TOGETHER: Final[Mapping[str, Fault]] = {
    "kill": kill,
    "restart": restart,
    "terminate": terminate,
    "pause": pause,
    "cancel": cancel,
    "exhaust": exhaust,
    "cut": cut,
}
"""What nodes live through that share a database."""
ALONE: Final[Mapping[str, Fault]] = {"point": point, "power": power, "full": full, "cancel": cancel}
"""What one node does, on either database."""
FAULTS: Final[Mapping[str, Fault]] = {**TOGETHER, **ALONE}
NEEDS_DISK: Final = ("power", "full")
