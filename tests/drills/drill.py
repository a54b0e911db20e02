"""A drill: one fault, again and again under load, and what the database and the follower hold after it.

The table's columns are decided here; `python -m tests.drills` prints it.
"""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Final, NamedTuple

from tests.drills.faults import FAULTS
from tests.drills.load import SENDERS, Load
from tests.drills.scene import Scene
from tests.durability.node import Person
from tests.durability.records import opened

from waymark.actions.doctor import goal_differences, log_differences
from waymark.store import statements

RECOVERY_SECONDS: Final = 10
BUSY_BACKENDS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waymark' AND state <> 'idle'"
)


class Outcome(NamedTuple):
    """A row of the table.

    `lost`: acknowledged and not there. `doubled`: there twice. `half_applied`: what `doctor` would mend, or
    what nobody sent. `untold`: what the follower missed or heard twice. `stuck`: connections that are not
    idle when nobody asks for anything. `refused`: answers of 503. `recovery_seconds`: the longest wait until
    every node wrote again.
    """

    drill: str
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
    """What came of so many faults of a kind, for a person of their own."""
    ada = await Person.registered(scene.nodes[0])
    load = Load(scene.nodes, ada, await ada.goal(scene.nodes[0]))
    slowest = 0.0
    async with load.pressing():
        for turn in range(turns):
            await load.has_acknowledged(4 * SENDERS)
            await FAULTS[drill](scene, load, turn)
            slowest = max(slowest, await load.recovered())
    stuck = await _stuck(scene)
    async with opened(scene.url) as database:
        facts = await database.all(statements.FACTS, user_id=ada.user_id, goal_id=load.goal_id)
        head = await database.one(statements.HEAD, user_id=ada.user_id)
        today = datetime.now(UTC).date()
        differences = [
            *await goal_differences(database, ada.user_id, load.goal_id, today),
            *await log_differences(database, ada.user_id),
        ]
    assert head is not None
    values = Counter(fact.value for fact in facts)
    told, due = Counter(load.follower.seqs), range(load.follower.begun + 1, head.seq + 1)
    return Outcome(
        drill,
        nodes=len(scene.nodes),
        faults=turns,
        acknowledged=len(load.acknowledged),
        lost=len(load.acknowledged - values.keys()),
        doubled=values.total() - len(values),
        half_applied=len(differences) + len(values.keys() - load.sent),
        untold=sum((told - Counter(due)).values()) + sum((Counter(due) - told).values()),
        stuck=stuck,
        refused=load.refused,
        recovery_seconds=slowest,
    )


async def _stuck(scene: Scene) -> int:
    """Connections that do not come to rest."""
    until = time.monotonic() + RECOVERY_SECONDS
    while (busy := int(scene.cluster.sql(BUSY_BACKENDS))) and time.monotonic() < until:  # noqa: ASYNC110  # nothing tells
        await asyncio.sleep(0.1)
    return busy
