"""The goals that a neighbour shows: which it is linked to, and how far they are.

Joined at read, outside the neighbour's version and ETag.
"""

from collections import defaultdict
from collections.abc import Sequence

from waymark.domain.neighbour_documents import GoalGlance
from waymark.store.database import Reader
from waymark.store.statement import Row, Statement


async def goals_of(
    reader: Reader, statement: Statement[Row], user_id: str, ids: Sequence[str]
) -> dict[str, list[GoalGlance]]:
    """By linked record's id, the goals it is linked to; `statement` selects (id, goal, title, percent)."""
    found: dict[str, list[GoalGlance]] = defaultdict(list)
    for linked, goal_id, title, percent in await reader.all(statement, user_id=user_id, ids=list(ids)):
        found[linked].append(GoalGlance(goal_id, title, percent))
    return found
