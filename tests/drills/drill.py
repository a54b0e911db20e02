"""A drill: one fault, again and again under load, and what the database and the follower hold after it.

The table's columns are decided here; `python -m tests.drills` prints it.
"""

import time
from collections import Counter
from typing import Final, NamedTuple

import anyio
import httpx2
from tests.drills.faults import FAULTS
from tests.drills.judging import judged
from tests.drills.load import SENDERS, Load
from tests.drills.scene import Scene
from tests.durability.node import Person

RECOVERY_SECONDS: Final = 10
ROUND: Final = 12
"""Faults for one person."""
BUSY_BACKENDS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waymark' AND state <> 'idle'"
)
BUSY_READINGS: Final = ("waymark_database_busy ", "waymark_database_waiting ")


class Outcome(NamedTuple):
    """A row of the table.

    `lost`, `doubled`, `half_applied`: the most that was found at once, see judging.py. `untold`: what the
    follower missed or heard twice. `stuck`: connections that are not idle, and who waits for one, when nobody
    asks for anything. `refused`: answers of 503. `recovery_seconds`: the longest wait until every node wrote
    again.
    """

    drill: str
    database: str
    nodes: int
    faults: int
    acknowledged: int
    lost: int
    doubled: int
    half_applied: int
    untold: int
    stuck: int
    refused: int
    recovery_seconds: float

    @property
    def is_clean(self) -> bool:
        wrong = self.lost + self.doubled + self.half_applied + self.untold + self.stuck
        return wrong == 0 and self.recovery_seconds <= RECOVERY_SECONDS


async def held(drill: str, scene: Scene, turns: int) -> Outcome:
    """What came of so many faults of a kind: a row for all of them."""
    rounds = [
        await _round(drill, scene, range(begun, min(begun + ROUND, turns)))
        for begun in range(0, turns, ROUND)
    ]
    *counts, seconds = zip(*(each[3:] for each in rounds), strict=True)
    return Outcome._make([drill, scene.database, len(scene.nodes), *map(sum, counts), max(seconds)])


async def _round(drill: str, scene: Scene, turns: range) -> Outcome:
    """Some faults, for a person of their own: what is told late is summed up from its day on."""
    ada = await Person.registered(scene.nodes[0])
    load = Load(scene.nodes, ada, await ada.goal(scene.nodes[0]))
    fault, slowest, found = FAULTS[drill], 0.0, []
    async with load.pressing():
        for turn in turns:
            await load.has_acknowledged(4 * SENDERS)
            if (seen := await fault(scene, load, turn)) is not None:
                found.append(seen)
            slowest = max(slowest, await load.recovered())
    stuck = await _stuck(scene)
    found.append(await judged(scene.url, load))
    told, due = Counter(load.follower.seqs), range(load.follower.begun + 1, found[-1].head + 1)
    return Outcome(
        drill,
        scene.database,
        nodes=len(scene.nodes),
        faults=len(turns),
        acknowledged=len(load.acknowledged),
        lost=max(each.lost for each in found),
        doubled=max(each.doubled for each in found),
        half_applied=max(each.half_applied for each in found),
        untold=sum((told - Counter(due)).values()) + sum((Counter(due) - told).values()),
        stuck=stuck,
        refused=load.refused,
        recovery_seconds=slowest,
    )


async def _stuck(scene: Scene) -> int:
    """What does not come to rest, as the nodes know it and as PostgreSQL does."""
    until = time.monotonic() + RECOVERY_SECONDS
    while (busy := await _busy(scene)) and time.monotonic() < until:  # noqa: ASYNC110  # nothing tells
        await anyio.sleep(0.1)
    return busy


async def _busy(scene: Scene) -> int:
    busy = 0 if scene.postgres is None else int(scene.postgres.sql(BUSY_BACKENDS))
    async with httpx2.AsyncClient(timeout=30) as http:
        for node in scene.nodes:
            told = await http.get(node.address.removesuffix("/api/v1") + "/metrics")
            lines = [line for line in told.text.splitlines() if line.startswith(BUSY_READINGS)]
            assert len(lines) == len(BUSY_READINGS), told.text
            busy += sum(int(float(line.rpartition(" ")[2])) for line in lines)
    return busy
