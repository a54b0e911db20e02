"""Ties between goals and their tasks and habits, made and cut from either end.

What a tie gives to the ledger its kind says; progress follows by settling.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.settlement import Settlement
from waymark.domain.days import local_day
from waymark.domain.documents import LinkRow, encoded
from waymark.domain.goal import check_in_faults
from waymark.domain.neighbours import Item, Link, Task
from waymark.domain.vocabulary import MAX_LINKS, SourceType
from waymark.errors import Fault, Invalid, NotFound
from waymark.queries.tasks import TASKS
from waymark.store.nouns import Noun
from waymark.store.ties import TASK_TIE, Tie
from waymark.store.work import Work

N = TypeVar("N", bound=Item)
L = TypeVar("L", bound=Link)


class Binding(Generic[N, L]):
    """How items of one kind are tied to goals; `give` says to the ledger what an item is worth there."""

    def __init__(
        self,
        noun: Noun[N],
        tie: Tie[L],
        source: SourceType,
        give: Callable[[Work, Settlement, N, Decimal], Awaitable[None]],
    ) -> None:
        self.noun = noun
        self.tie = tie
        self._source = source
        self._give = give

    async def bind(
        self, work: Work, settlement: Settlement, item: N, contribution: Decimal | None = None
    ) -> L:
        """Tie an item to a goal, or tell anew what it gives; Invalid for a contribution that cannot be."""
        self._check(work, settlement, contribution)
        link = await work.one(self.tie.pair, goal_id=settlement.goal.id, item_id=item.id)
        if link is not None and link.show_status == "active" and link.contribution == contribution:
            return link
        if link is None:
            fresh = self.tie.record(
                user_id=work.user_id,
                id=str(uuid7()),
                created_at=work.now,
                updated_at=work.now,
                goal_id=settlement.goal.id,
                contribution=contribution,
                **cast("dict[str, Any]", {self.tie.item: item.id}),
            )
            link = work.write(self.tie.table, fresh, self._body)
        else:
            again = link.show_status == "deleted"
            after = replace(link, show_status="active", deleted_at=None, contribution=contribution)
            link = work.write(
                self.tie.table, after, self._body, before=link, operation="create" if again else "update"
            )
        settlement.relink()
        if contribution is None:
            await settlement.silence(self._source, item.id)
        else:
            await self._give(work, settlement, item, contribution)
        return link

    async def cut(self, work: Work, link: L) -> L:
        """Untie: the goal stands as if they had never been tied."""
        settlement = await Settlement.of(work, link.goal_id, even_deleted=True)
        settlement.relink()
        await settlement.silence(self._source, self.tie.item_of(link))
        gone = replace(link, show_status="deleted", deleted_at=work.now)
        return work.write(self.tie.table, gone, self._body, before=link, operation="delete")

    async def cut_all(self, work: Work, item: N) -> None:
        for link in await work.all(self.tie.of_item, item_id=item.id):
            await self.cut(work, link)

    async def told(self, work: Work, item: N) -> None:
        """The item changed: every goal it is tied to hears of it."""
        for link in await work.all(self.tie.of_item, item_id=item.id):
            settlement = await Settlement.find(work, link.goal_id)
            if settlement is None:
                continue
            settlement.relink()
            if link.contribution is not None:
                await self._give(work, settlement, item, link.contribution)

    async def rehome(self, work: Work, before: N | None, item: N) -> None:
        """Follow an item's `goalId`: what it was tied to by it is cut, what it names now is tied."""
        was = before.goal_id if before else None
        if was == item.goal_id:
            return
        if was is not None:
            link = await work.one(self.tie.pair, goal_id=was, item_id=item.id)
            if link is not None and link.show_status == "active":
                await self.cut(work, link)
        if item.goal_id is not None:
            await self.bind(work, await self.goal(work, "goalId", item.goal_id), item)

    async def goal(self, work: Work, field: str, goal_id: str) -> Settlement:
        """The user's goal that a field names."""
        settlement = await Settlement.find(work, goal_id)
        if settlement is None or settlement.goal.show_status == "deleted":
            raise NotFound(details=[Fault(field, "not_found", "There is no such record.")])
        return settlement

    def _check(self, work: Work, settlement: Settlement, contribution: Decimal | None) -> None:
        world = settlement.world
        if world is not None and max(len(world.task_ids), len(world.habit_ids)) >= MAX_LINKS:
            raise Invalid.of("goalId", "too_many", f"A goal has at most {MAX_LINKS} links of a kind.")
        if contribution is None:
            return
        goal = settlement.goal
        if goal.metric_type == "none":
            raise Invalid.of("contribution", "not_allowed", "A goal without a metric has no ledger.")
        faults = check_in_faults(
            goal, value=contribution, unit=None, mode="increment", date_key=work.today, today=work.today
        )
        if faults:
            raise Invalid(details=[Fault("contribution", each.code, each.message) for each in faults])

    def _body(self, link: L) -> str:
        return encoded(
            LinkRow(
                id=link.id,
                user_id=link.user_id,
                show_status=link.show_status,
                sync_status=link.sync_status,
                version=link.version,
                created_at=link.created_at,
                updated_at=link.updated_at,
                deleted_at=link.deleted_at,
                goal_id=link.goal_id,
                task_id=getattr(link, "task_id", None),
                habit_id=getattr(link, "habit_id", None),
                contribution=link.contribution,
            )
        )


async def _give_task(work: Work, settlement: Settlement, task: Task, contribution: Decimal) -> None:
    """A task gives once, on the day it was completed."""
    if task.status != "completed" or task.completed_at is None:
        await settlement.silence("task", task.id)
        return
    completed_on = local_day(task.completed_at, work.owner.timezone, work.owner.day_starts_at)
    await settlement.say("task", task.id, completed_on, contribution)


TASK_BINDING = Binding(TASKS, TASK_TIE, "task", _give_task)
