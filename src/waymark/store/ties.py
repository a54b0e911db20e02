"""A tie: one kind of link between goals and items, its table, its statements and its list.

What a tie means for a goal's progress is told elsewhere.
"""

from typing import Generic, TypeVar

import sqlalchemy as sa

from waymark.domain.neighbours import GoalHabit, GoalTask, Item, Link
from waymark.store.listing import Listing, SortKey
from waymark.store.neighbours import goal_habits, goal_tasks
from waymark.store.nouns import Noun
from waymark.store.statement import Statement
from waymark.store.statements import GOAL, USER

L = TypeVar("L", bound=Link)
N = TypeVar("N", bound=Item)


class Tie(Generic[L]):
    """Links of one kind; `item` names the column of the linked record."""

    def __init__(self, table: sa.Table, record: type[L], item: str) -> None:
        self.table = table
        self.record = record
        self.item = item
        self.by_id = Statement(
            sa.select(table).where(table.c.user_id == USER, table.c.id == sa.bindparam("id")), record
        )
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


def listing_of(noun: Noun[N], tie: Tie[L]) -> Listing:
    """The items of a kind that are tied to a goal: the columns of their record, then the contribution."""
    items, links = noun.table, tie.table
    is_item = sa.and_(items.c.user_id == links.c.user_id, items.c.id == links.c[tie.item])
    return Listing(
        str(links.name),
        links.join(items, is_item),
        columns=[*(items.c[name] for name in noun.record.__struct_fields__), links.c.contribution],
        owner=[
            links.c.user_id == USER,
            links.c.goal_id == GOAL,
            links.c.show_status == "active",
            items.c.show_status == sa.bindparam("show_status"),
        ],
        tie=SortKey(items.c.id, str),
        sorts=noun.listing.sorts,
        filters={"status": items.c.status == sa.bindparam("status")},
    )


TASK_TIE = Tie(goal_tasks, GoalTask, "task_id")
HABIT_TIE = Tie(goal_habits, GoalHabit, "habit_id")
