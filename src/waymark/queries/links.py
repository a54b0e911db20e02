"""What is linked to a goal: its tasks and habits, each as it shows itself, with what it contributes.

Nothing here writes.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

from waymark.domain.documents import encoded, joined, with_field
from waymark.domain.neighbour_documents import HabitDocument, TaskDocument
from waymark.domain.neighbours import Item, Link
from waymark.queries.goals import standing_goal
from waymark.queries.habits import HABITS
from waymark.queries.nouns import today_of
from waymark.queries.tasks import TASKS
from waymark.store.database import Reader
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.nouns import Noun
from waymark.store.ties import HABIT_TIE, TASK_TIE, Tie, listing_of

N = TypeVar("N", bound=Item)
L = TypeVar("L", bound=Link)


class LinkedTask(TaskDocument, frozen=True, kw_only=True, rename="camel"):
    contribution: Decimal | None


class LinkedHabit(HabitDocument, frozen=True, kw_only=True, rename="camel"):
    contribution: Decimal | None


class Linked(Generic[N, L]):
    """The items of one kind that are tied to a goal, as a list."""

    def __init__(self, noun: Noun[N], tie: Tie[L]) -> None:
        self._noun = noun
        self._listing = listing_of(noun, tie)

    async def listed(
        self,
        reader: Reader,
        cursors: Cursors,
        user_id: str,
        goal_id: str,
        asked: Asked,
        given: Mapping[str, Any],
        *,
        show_status: str,
        now: datetime,
    ) -> tuple[str, ListMeta]:
        """A page as a JSON array; NotFound for an unknown or deleted goal."""
        await standing_goal(reader, user_id, goal_id)
        within = {"goal_id": goal_id, "show_status": show_status}
        rows, meta, _ = await self._listing.rows(reader, cursors, user_id, asked, given, within=within)
        names = self._noun.record.__struct_fields__
        records = [self._noun.record(**dict(zip(names, row, strict=False))) for row in rows]
        bodies = await self._noun.shown(reader, user_id, await today_of(reader, user_id, now), records)
        return joined(
            with_field(body, "contribution", encoded(row[-1])) for body, row in zip(bodies, rows, strict=True)
        ), meta


LINKED_TASKS: Final = Linked(TASKS, TASK_TIE)
LINKED_HABITS: Final = Linked(HABITS, HABIT_TIE)
