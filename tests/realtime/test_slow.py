"""Readers that do not read: they cost next to nothing, slow nobody, and miss nothing when they do read.

Memory is that of a server in a process of its own. The large figures run with WAYMARK_SOAK=1.
"""

import asyncio
import json
import os
import socket
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import pytest
import websockets
from tests.api.person import Person
from tests.durability.node import Client, Node
from tests.durability.node import Person as Account
from tests.realtime.site import PATIENCE, Site
from websockets.asyncio.client import ClientConnection

from waymark.cli import serve

IS_SOAK = bool(os.environ.get("WAYMARK_SOAK"))
EACH, CHANGES, MEMORY_MIB = (50, 5_000, 64) if IS_SOAK else (4, 400, 48)
ALL_AT_ONCE = 0.5
"""Seconds within which a healthy reader hears of 99 % of changes, with the large figures."""
HEAVY: dict[str, Any] = {
    # One character beyond the basic plane makes Python keep the whole text at four bytes each.
    "title": "A goal with a long document 🏔",
    "metricType": "count",
    "targetValue": 1_000_000,
    "milestones": [{"title": f"number {number}", "description": "x" * 480} for number in range(45)],
}


class Told(msgspec.Struct):
    """Enough of a frame."""

    event: str
    seq: int = 0


async def opened(address: str, token: str, *, receives: int | None = None) -> ClientConnection:
    """A socket that is live; with a bound on what the system takes in for who does not read."""
    url = f"{address.replace('http', 'ws', 1)}/ws?token={token}"
    raw = socket.socket()
    if receives is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    host, port = address.split("/")[2].split(":")
    raw.connect((host, int(port)))
    raw.setblocking(False)  # noqa: FBT003  # the system's own signature
    connection = await websockets.connect(
        url, sock=raw, compression=None, max_size=None, max_queue=1, ping_interval=None
    )
    while json.loads(await connection.recv())["event"] != "live":
        pass
    return connection


async def read(connection: ClientConnection, last: int) -> list[tuple[int, float]]:
    """Seq and moment of arrival of each frame up to that seq."""
    told: list[tuple[int, float]] = []
    async with asyncio.timeout(10 * PATIENCE):
        while not told or told[-1][0] < last:
            frame = msgspec.json.decode(await connection.recv(), type=Told)
            assert frame.event == "entity:updated", frame
            told.append((frame.seq, time.monotonic()))
    return told


def resident_mib(node: Node) -> float:
    status = Path(f"/proc/{node.pid}/status").read_text("ascii")
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kib) / 1024


@pytest.mark.slow
async def test_stalled_sockets_harm_nobody(database_url: str, tmp_path: Path) -> None:
    """Queued, what they do not read would be far more than the memory that they may cost."""
    async with AsyncExitStack() as stack:
        node = await asyncio.to_thread(stack.enter_context, Node(database_url, tmp_path))
        await asyncio.to_thread(node.wait)
        account = await Account.registered(node)
        async with Client(node, account.token) as client:
            goal = (await client("POST", "/goals", HEAVY)).json()["data"]
            before_them = goal["version"]
            # A change of the title is one heavy frame, and nothing else.
            stalled = [await opened(node.address, account.token, receives=4_096) for _ in range(EACH)]
            healthy = [await opened(node.address, account.token) for _ in range(EACH)]
            before = resident_mib(node)
            last = before_them + CHANGES
            reading = [asyncio.create_task(read(each, last)) for each in healthy]
            sent: dict[int, float] = {}
            for number in range(CHANGES):
                sent[before_them + number + 1] = time.monotonic()
                answer = await client("PATCH", f"/goals/{goal['id']}", {"title": f"title {number} 🏔"})
                assert answer.status_code == 200, answer.text
            told = await asyncio.gather(*reading)
            grown = resident_mib(node) - before
        whole = list(range(before_them + 1, last + 1))
        for one in told:
            assert [seq for seq, _ in one] == whole
        assert grown <= MEMORY_MIB, f"{grown:.0f} MiB more"
        for connection in stalled:
            assert [seq for seq, _ in await read(connection, last)] == whole
        if IS_SOAK:
            late = [at - sent[seq] for one in told for seq, at in one]
            assert quantiles(late, n=100)[98] < ALL_AT_ONCE
        for connection in (*stalled, *healthy):
            connection.transport.abort()


async def test_who_falls_too_far_behind_begins_anew(database_url: str, tmp_path: Path) -> None:
    def impatient(services: Any) -> None:
        services.streams.journals.furthest = 40

    async with Site.running(database_url, tmp_path, prepare=impatient) as site:
        ada = await Person.registered(site.client, "ada")
        goal = await ada.goal(**HEAVY)
        connection = await opened(f"http://127.0.0.1:{site.port}", ada.token, receives=4_096)
        for number in range(160):
            await ada.data("PATCH", f"/goals/{goal['id']}", {"title": f"title {number} 🏔"})
        seqs: list[int] = []
        while (frame := json.loads(await asyncio.wait_for(connection.recv(), PATIENCE)))["event"] != "ready":
            seqs.append(frame["seq"])
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert (frame["data"]["reset"], frame["data"]["resumed"]) == (True, False)
        assert frame["data"]["seq"] == await site.head(ada)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(connection.recv(), PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4409


async def test_who_never_reads_is_dropped(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket by its pings, an event stream by the system; both at last."""
    monkeypatch.setattr(serve, "PING_SECONDS", 1)
    monkeypatch.setattr(serve, "STALLED_SECONDS", 2)
    async with Site.running(database_url, tmp_path) as site:
        ada = await Person.registered(site.client, "ada")
        goal = await ada.goal(**HEAVY)
        head = f"GET /events?token={ada.token} HTTP/1.1\r\nHost: x\r\n\r\n"
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(("127.0.0.1", site.port))
        deaf.sendall(head.encode())
        connection = await opened(f"http://127.0.0.1:{site.port}", ada.token, receives=4_096)
        connection.transport.pause_reading()
        async with asyncio.timeout(3 * PATIENCE):
            number = 0
            while site.services.streams.count(ada.user["id"]) or not number:
                number += 1
                await ada.data("PATCH", f"/goals/{goal['id']}", {"title": f"title {number} 🏔"})
        deaf.close()
        connection.transport.abort()
