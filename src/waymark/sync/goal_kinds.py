"""Goals, their milestones and their check-ins as sync merges them.

What a step, a milestone or a fact means the domain says; here is what of them moves together.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from msgspec.structs import replace
from pydantic import Field

from waymark.actions.check_ins import begun, change_check_in, remove_check_in
from waymark.actions.commands import (
    ChangeCheckIn,
    ChangeGoal,
    ChangeMilestone,
    CreateGoal,
    MilestoneBody,
    RecordCheckIn,
)
from waymark.actions.fields import Command, Day, Id
from waymark.actions.goal_links import link_item, unlink_item
from waymark.actions.goals import change_goal, create_goal, step_goal
from waymark.actions.links import HABIT_BINDING, TASK_BINDING, Binding, own_items
from waymark.actions.milestones import add_milestone, change_milestone, remove_milestone
from waymark.actions.neighbour_commands import LinkTerms
from waymark.actions.nouns import back
from waymark.actions.settlement import Settlement
from waymark.domain.account import is_judged_by_percent, milestone_documents
from waymark.domain.amounts import ZERO
from waymark.domain.documents import check_in_document, encoded, milestone_document
from waymark.domain.lifecycle import Step
from waymark.domain.merge import Rules
from waymark.domain.records import CheckIn, Goal, Milestone
from waymark.domain.vocabulary import MAX_LINKS, SyncStatus
from waymark.errors import Conflict, Invalid
from waymark.store import schema, statements
from waymark.store.work import Work
from waymark.sync.kinds import Kind, Telling, day_of, missing
from waymark.sync.reading import Pointer, command_of, read

_TARGET: Final = (
    *("metric_type", "unit", "initial_value", "target_value", "progress_target_value"),
    *("direction", "check_in_mode", "start_date", "target_date"),
)
_LINKED: Final[Mapping[str, Binding[Any, Any]]] = {
    "linked_task_ids": TASK_BINDING,
    "linked_habit_ids": HABIT_BINDING,
}


class PushedGoal(ChangeGoal):
    """A goal as a device holds it: what a patch takes, and what over REST has calls of its own."""

    completed_date: Day | None = None
    linked_task_ids: Annotated[list[Id], Field(max_length=MAX_LINKS)] = Field(default=[])
    linked_habit_ids: Annotated[list[Id], Field(max_length=MAX_LINKS)] = Field(default=[])


class OfGoal(Command):
    """What a milestone hangs on."""

    goal_id: Id


class PushedFact(RecordCheckIn):
    """A check-in as a device holds it, with the goal that over REST is in the path."""

    goal_id: Id


class GoalKind(Kind[Goal]):
    """Its status and its target each move whole; links are sets; money is decided by people."""

    entity = "goals"
    changing = PushedGoal
    rules = Rules(
        groups=(("status", "completed_date"), _TARGET),
        links=frozenset(_LINKED),
        manual=frozenset({"currency", "linked_budget_id", "linked_debt_id"}),
    )
    columns: Mapping[str, str] = {
        "start_date": "start_on",
        "target_date": "target_on",
        "completed_date": "completed_on",
    }

    async def find(self, work: Work, record_id: str) -> Goal | None:
        return await work.one(statements.GOAL_ROW, goal_id=record_id)

    async def create(self, work: Work, telling: Telling) -> None:
        data = dict(telling.data)
        steps: list[tuple[Step, date | None]] = []
        if data.get("status") in ("completed", "archived"):
            status = data.pop("status")
            ended_on = read(PushedGoal, {"completedDate": data.get("completedDate")}).completed_date
            if status == "completed" or ended_on is not None:
                steps.append(("complete", _past(work, ended_on or day_of(work, telling))))
            if status == "archived":
                steps.append(("archive", None))
        await create_goal(work, read(CreateGoal, {**data, "id": telling.id}), steps=steps)

    async def change(self, work: Work, record: Goal, writes: Mapping[str, Any]) -> None:
        rest = dict(writes)
        for field, binding in _LINKED.items():
            if field in rest:
                await self._relink(work, record, binding, field, rest.pop(field))
        completed_on = _past(work, rest.pop("completed_date", None))
        await change_goal(work, record.id, command_of(ChangeGoal, rest), completed_on=completed_on)

    async def remove(self, work: Work, record: Goal) -> None:
        await step_goal(work, record.id, "delete")

    async def restore(self, work: Work, record: Goal) -> None:
        await step_goal(work, record.id, "restore")

    async def server(self, work: Work, record: Goal) -> dict[str, Any]:
        shown = await super().server(work, record)
        for field, binding in _LINKED.items():
            links = await work.all(binding.tie.of_goal, goal_id=record.id)
            shown[field] = tuple(binding.tie.item_of(link) for link in links)
        return shown

    async def mark(self, work: Work, record: Goal, status: SyncStatus) -> Goal:
        settlement = await Settlement.of(work, record.id, even_deleted=True)
        settlement.define(replace(settlement.goal, sync_status=status))
        await settlement.settle()
        return settlement.goal

    async def body(self, work: Work, record: Goal) -> str:
        settlement = await Settlement.of(work, record.id, even_deleted=True)
        if not settlement.is_settled:
            await settlement.refresh()
        return settlement.body

    async def _relink(
        self, work: Work, goal: Goal, binding: Binding[Any, Any], field: str, wanted: Sequence[str]
    ) -> None:
        links = await work.all(binding.tie.of_goal, goal_id=goal.id)
        tied = {binding.tie.item_of(link) for link in links}
        added = [item_id for item_id in wanted if item_id not in tied]
        name = str(PushedGoal.model_fields[field].alias)
        for item in await own_items(work, binding.noun, name, added):
            await link_item(work, binding, goal.id, item.id, LinkTerms())
        for item_id in tied.difference(wanted):
            await unlink_item(work, binding, goal.id, item_id)


class MilestoneKind(Kind[Milestone]):
    """One boundary of a goal; its place is what was given, a percent or a value."""

    entity = "goal_milestones"
    changing = ChangeMilestone
    rules = Rules(groups=(("target_percent", "target_value"),))
    columns: Mapping[str, str] = {"due_date": "due_on"}

    async def find(self, work: Work, record_id: str) -> Milestone | None:
        return await work.one(statements.MILESTONE, id=record_id)

    async def create(self, work: Work, telling: Telling) -> None:
        settlement = await _goal_of(work, read(OfGoal, telling.data).goal_id)
        data = _ticked(telling.data, settlement.goal)
        await add_milestone(work, settlement.goal.id, read(MilestoneBody, {**data, "id": telling.id}))

    def said(self, record: Milestone, data: Mapping[str, Any]) -> dict[str, Any]:
        """A whole record tells of two places, one of which only follows from the other."""
        given, follows = "targetPercent", "targetValue"
        if record.value_given:
            given, follows = follows, given
        dropped = {follows} if given in data else set()
        return super().said(record, {name: held for name, held in data.items() if name not in dropped})

    async def change(self, work: Work, record: Milestone, writes: Mapping[str, Any]) -> None:
        command = command_of(ChangeMilestone, writes)
        await change_milestone(work, record.goal_id, record.id, command)

    async def remove(self, work: Work, record: Milestone) -> None:
        await remove_milestone(work, record.goal_id, record.id)

    async def restore(self, work: Work, record: Milestone) -> None:
        settlement = await Settlement.of(work, record.goal_id)
        if any(each.target_percent == record.target_percent for each in settlement.ordered):
            raise Invalid.of("targetPercent", "duplicate", "Another milestone lies there by now.")
        settlement.place([*settlement.ordered, replace(back(record), ordinal=len(settlement.milestones) + 1)])

    async def server(self, work: Work, record: Milestone) -> dict[str, Any]:
        return {**await super().server(work, record), "completed": record.completed_at is not None}

    def fields(self, record: Milestone) -> list[str]:
        place = "target_value" if record.value_given else "target_percent"
        return ["title", "description", "due_date", place]

    async def mark(self, work: Work, record: Milestone, status: SyncStatus) -> Milestone:
        marked = replace(record, sync_status=status)
        if record.show_status == "deleted":
            return work.write(schema.goal_milestones, marked, _milestone_body, before=record)
        settlement = await Settlement.of(work, record.goal_id, even_deleted=True)
        settlement.place([marked if each.id == record.id else each for each in settlement.ordered])
        await settlement.settle()
        return settlement.milestones[record.id]

    async def body(self, work: Work, record: Milestone) -> str:
        settlement = await Settlement.of(work, record.goal_id, even_deleted=True)
        shown = {each.id: each for each in milestone_documents(settlement.ordered)}
        return encoded(shown[record.id]) if record.id in shown else _milestone_body(record)


class CheckInKind(Kind[CheckIn]):
    """A fact: it enters whatever became of its goal. What a source says is changed at the source."""

    entity = "goal_check_ins"
    changing = ChangeCheckIn
    rules = Rules(groups=(("value", "unit", "mode"),))

    async def find(self, work: Work, record_id: str) -> CheckIn | None:
        return await work.one(statements.CHECK_IN, id=record_id)

    def is_derived(self, telling: Telling) -> bool:
        return telling.data.get("sourceType") not in (None, "manual")

    async def create(self, work: Work, telling: Telling) -> None:
        await record_fact(work, telling)

    async def change(self, work: Work, record: CheckIn, writes: Mapping[str, Any]) -> None:
        await change_check_in(work, record.goal_id, record.id, command_of(ChangeCheckIn, writes))

    async def remove(self, work: Work, record: CheckIn) -> None:
        await remove_check_in(work, record.goal_id, record.id)

    async def restore(self, work: Work, record: CheckIn) -> None:
        if record.source_type != "manual":
            raise Conflict(f"This fact comes from a {record.source_type}; change it there.")
        settlement = await Settlement.of(work, record.goal_id, even_deleted=True)
        settlement.mend(record, back(record), "create")

    async def server(self, work: Work, record: CheckIn) -> dict[str, Any]:
        goal = await work.one(statements.GOAL_ROW, goal_id=record.goal_id)
        shown = await super().server(work, record)
        # Documents tell the mode in which a fact counts, also when the fact leaves that to its goal.
        shown["mode"] = record.mode or (goal.check_in_mode if goal else None)
        shown["link"] = None
        if record.link_type is not None:
            shown["link"] = Pointer(record.link_type, record.link_id, record.link_url)
        return shown

    async def mark(self, work: Work, record: CheckIn, status: SyncStatus) -> CheckIn:
        settlement = await Settlement.of(work, record.goal_id, even_deleted=True)
        return settlement.mend(record, replace(record, sync_status=status))

    async def body(self, work: Work, record: CheckIn) -> str:
        settlement = await Settlement.of(work, record.goal_id, even_deleted=True)
        return encoded(check_in_document(record, settlement.goal))


async def record_fact(work: Work, telling: Telling) -> CheckIn:
    """A check-in as a device tells it, on a goal in whatever state; its id is known to be free."""
    command = read(PushedFact, telling.data)
    settlement = await _goal_of(work, command.goal_id)
    if command.date_key is None or command.id is not None:
        day = command.date_key or day_of(work, telling)
        command = command.model_copy(update={"date_key": day, "id": None})
    return settlement.record(replace(await begun(work, settlement.goal, command), id=telling.id))


async def _goal_of(work: Work, goal_id: str) -> Settlement:
    settlement = await Settlement.find(work, goal_id)
    if settlement is None:
        raise missing("goalId")
    return settlement


def _ticked(data: Mapping[str, Any], goal: Goal) -> dict[str, Any]:
    """A milestone's data with its tick, where people tick: elsewhere the value decides."""
    told = {name: held for name, held in data.items() if name != "completed"}
    if not is_judged_by_percent(goal):
        return told
    return {**told, "completed": data.get("completed", data.get("completedAt") is not None)}


def _milestone_body(milestone: Milestone) -> str:
    """A milestone that stands nowhere any more."""
    return encoded(milestone_document(milestone, ZERO))


def _past(work: Work, day: date | None) -> date | None:
    """A day as it can be here: a device may be ahead of its owner's zone."""
    return None if day is None else min(day, work.today)
