"""A tie: one kind of link between goals and items, its table and its statements.

What a tie means for a goal's progress is told elsewhere.
"""

from typing import Generic, TypeVar

import sqlalchemy as sa

from waymark.domain.neighbours import GoalHabit, GoalTask, Link
from waymark.store.neighbours import goal_habits, goal_tasks
from waymark.store.statement import Statement
from waymark.store.statements import GOAL, USER

L = TypeVar("L", bound=Link)


class Tie(Generic[L]):
    """Links of one kind; `item` names the column of the linked record."""

    def __init__(self, table: sa.Table, record: type[L], item: str) -> None:
        self.table = table
        self.record = record
        self.item = item
        of_user, of_item = table.c.user_id == USER, table.c[item] == sa.bindparam("item_id")
        is_standing = table.c.show_status == "active"
        order = (table.c.created_at, table.c.id)
        self.pair = Statement(
            sa.select(table).where(of_user, table.c.goal_id == GOAL, of_item),
            record,
        )
        """The link of a goal and an item, cut or standing."""
        self.of_item = Statement(
            sa.select(table).where(of_user, is_standing, of_item).order_by(*order),
            record,
        )
        self.of_goal = Statement(
            sa.select(table).where(of_user, is_standing, table.c.goal_id == GOAL).order_by(*order), record
        )

    def item_of(self, link: L) -> str:
        found: str = getattr(link, self.item)
        return found


TASK_TIE = Tie(goal_tasks, GoalTask, "task_id")
HABIT_TIE = Tie(goal_habits, GoalHabit, "habit_id")
