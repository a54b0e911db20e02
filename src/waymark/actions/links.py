"""Ties between goals and their tasks and habits, made and cut from either end.

What a tie gives to the ledger its kind says; progress follows by settling.
"""

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.settlement import Settlement
from waymark.domain import money
from waymark.domain.amounts import MAX_AMOUNT, stored
from waymark.domain.documents import LinkRow, encoded, head
from waymark.domain.goal import check_in_faults
from waymark.domain.habits import ledger_value
from waymark.domain.neighbours import Habit, HabitCompletion, Item, Link, Task
from waymark.domain.records import Goal
from waymark.domain.units import converted
from waymark.domain.vocabulary import MAX_LINKS, Operation, SourceType
from waymark.errors import Fault, Invalid, NotFound
from waymark.queries.habits import HABITS
from waymark.queries.tasks import TASKS
from waymark.store import link_statements
from waymark.store.nouns import Noun
from waymark.store.ties import HABIT_TIE, TASK_TIE, Tie
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
        self,
        work: Work,
        settlement: Settlement,
        item: N,
        contribution: Decimal | None = None,
        *,
        link_id: str | None = None,
    ) -> L:
        """Tie an item to a goal, or tell anew what it gives; Invalid for a contribution that cannot be.

        `link_id` is for a pair that was never tied before.
        """
        _check_contribution(work, settlement.goal, contribution)
        link = await work.one(self.tie.pair, goal_id=settlement.goal.id, item_id=item.id)
        is_tied = link is not None and link.show_status == "active"
        if link is not None and is_tied and link.contribution == contribution:
            return link
        if not is_tied and self._tied(settlement) >= MAX_LINKS:
            raise Invalid.of("goalId", "too_many", f"A goal has at most {MAX_LINKS} links of a kind.")
        if link is None:
            fresh = self.tie.record(
                user_id=work.user_id,
                id=link_id or str(uuid7()),
                created_at=work.now,
                updated_at=work.now,
                goal_id=settlement.goal.id,
                contribution=contribution,
                **cast("dict[str, Any]", {self.tie.item: item.id}),
            )
            link = work.write(self.tie.table, fresh, self.body)
        else:
            after = replace(link, show_status="active", deleted_at=None, contribution=contribution)
            operation: Operation = "update" if is_tied else "create"
            link = work.write(self.tie.table, after, self.body, before=link, operation=operation)
        settlement.relink()
        if contribution is not None:
            await self._give(work, settlement, item, contribution)
        elif is_tied:
            await settlement.silence(self._source, item.id)
        return link

    async def cut(self, work: Work, link: L) -> L:
        """Untie: the goal stands as if they had never been tied."""
        settlement = await Settlement.of(work, link.goal_id, even_deleted=True)
        settlement.relink()
        await settlement.silence(self._source, self.tie.item_of(link))
        gone = replace(link, show_status="deleted", deleted_at=work.now)
        return work.write(self.tie.table, gone, self.body, before=link, operation="delete")

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
            settlement = await self.goal(work, "goalId", item.goal_id)
            if await self.find_tied(work, item.goal_id, item.id) is None:
                await self.bind(work, settlement, item)

    async def tell_in(self, work: Work, settlement: Settlement, unit: str, before: str) -> None:
        """What items give from now on, in the goal's new unit; what they gave is converted when folded."""
        for link in await work.all(self.tie.of_goal, goal_id=settlement.goal.id):
            if link.contribution is not None:
                told = stored(converted(link.contribution, before, unit))
                work.write(self.tie.table, replace(link, contribution=told), self.body, before=link)

    async def find_tied(self, work: Work, goal_id: str, item_id: str) -> L | None:
        """The standing link of a goal and an item."""
        link = await work.one(self.tie.pair, goal_id=goal_id, item_id=item_id)
        return link if link is not None and link.show_status == "active" else None

    async def goal(self, work: Work, field: str, goal_id: str) -> Settlement:
        """The user's goal that a field names."""
        settlement = await Settlement.find(work, goal_id)
        if settlement is None or settlement.goal.show_status == "deleted":
            raise NotFound(details=[Fault(field, "not_found", "There is no such record.")])
        return settlement

    def _tied(self, settlement: Settlement) -> int:
        world = settlement.world
        return 0 if world is None else len(world.task_ids if self.tie is TASK_TIE else world.habit_ids)

    def body(self, link: L) -> str:
        """The link as its journal row and its routes show it."""
        return encoded(
            LinkRow(
                **head(link),
                goal_id=link.goal_id,
                task_id=getattr(link, "task_id", None),
                habit_id=getattr(link, "habit_id", None),
                contribution=link.contribution,
            )
        )


async def _give_task(_work: Work, settlement: Settlement, task: Task, contribution: Decimal) -> None:
    """A task gives once, on the day it was completed."""
    if task.status != "completed" or task.completed_on is None or settlement.goal.metric_type == "none":
        await settlement.silence("task", task.id)
        return
    await settlement.say("task", task.id, task.completed_on, contribution)


async def _give_habit(work: Work, settlement: Settlement, habit: Habit, contribution: Decimal) -> None:
    """A numeric habit gives each of its days, by what was done."""
    said = await work.all(link_statements.COMPLETIONS_OF_HABITS, ids=[habit.id])
    values = {}
    for completion in said:
        value = day_value(settlement.goal, habit, contribution, completion)
        if value is not None:
            values[completion.date_key] = value
    await settlement.say_days("habit", habit.id, values)


def day_value(
    goal: Goal, habit: Habit, contribution: Decimal, completion: HabitCompletion, field: str = "contribution"
) -> Decimal | None:
    """What a habit's day gives to the goal's ledger, money in its minor units; None: nothing.

    Invalid, naming `field`, for more than a ledger holds.
    """
    value = ledger_value(habit, contribution, completion)
    if value is None or goal.metric_type == "none":
        return None
    if abs(value) > MAX_AMOUNT:
        raise Invalid.of(field, "out_of_range", "Times the day's value it is more than 10^12.")
    return value if goal.currency is None else money.rounded(value, goal.currency)


TASK_BINDING = Binding(TASKS, TASK_TIE, "task", _give_task)
HABIT_BINDING = Binding(HABITS, HABIT_TIE, "habit", _give_habit)


async def own_items(work: Work, noun: Noun[N], field: str, ids: Iterable[str]) -> list[N]:
    """The user's records that a list names, each once; NotFound names every place of an unknown one."""
    found: dict[str, N] = {}
    faults = []
    for index, item_id in enumerate(ids):
        item = found.get(item_id)
        if item is None:
            item = await work.one(noun.by_id, id=item_id)
        if item is None or item.show_status == "deleted":
            faults.append(Fault(f"{field}[{index}]", "not_found", "There is no such record."))
        else:
            found[item_id] = item
    if faults:
        raise NotFound(details=faults)
    return list(found.values())


def _check_contribution(work: Work, goal: Goal, contribution: Decimal | None) -> None:
    """Whether the goal's ledger can hold it."""
    if contribution is None:
        return
    if goal.metric_type == "none":
        raise Invalid.of("contribution", "not_allowed", "A goal without a metric has no ledger.")
    faults = check_in_faults(
        goal, value=contribution, unit=None, mode="increment", date_key=work.today, today=work.today
    )
    if faults:
        raise Invalid(details=[Fault("contribution", each.code, each.message) for each in faults])
