"""What stands in a database against what was sent and what was acknowledged.

Read behind the server's back, when nobody writes.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

from tests.drills.load import Load
from tests.durability.records import opened

from waymark.actions.doctor import goal_differences, log_differences
from waymark.store import statements


class Found(NamedTuple):
    """Counts, and where the journal stands.

    `lost`: acknowledged and not there. `doubled`: there twice. `half_applied`: what `doctor` would mend, or
    what nobody sent.
    """

    lost: int
    doubled: int
    half_applied: int
    head: int


async def judged(url: str, load: Load) -> Found:
    ada = load.ada
    async with opened(url) as database:
        facts = await database.all(statements.FACTS, user_id=ada.user_id, goal_id=load.goal_id)
        head = await database.one(statements.HEAD, user_id=ada.user_id)
        differences = [
            *await goal_differences(database, ada.user_id, load.goal_id, datetime.now(UTC).date()),
            *await log_differences(database, ada.user_id),
        ]
    values = Counter(fact.value for fact in facts)
    return Found(
        lost=len(load.acknowledged - values.keys()),
        doubled=values.total() - len(values),
        half_applied=len(differences) + len(values.keys() - load.sent),
        head=0 if head is None else head.seq,
    )
