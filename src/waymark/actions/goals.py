"""Creating, changing and stepping goals: commands and rows in, records out.

What combinations make sense and what a step does, the domain says; settling follows by itself.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.commands import BulkDelete, ChangeGoal, CreateGoal, GoalFields, WeightsBody
from waymark.actions.focus import tell_sessions
from waymark.actions.links import HABIT_BINDING, TASK_BINDING, own_items
from waymark.actions.milestones import with_bodies
from waymark.actions.money_ties import Tied, free, move_ties, named, regain, with_project_budget
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain import goal as rules
from waymark.domain.amounts import stored
from waymark.domain.documents import BulkReply, BulkResult, encoded
from waymark.domain.goal import Draft
from waymark.domain.lifecycle import Step, step_for_status, stepped
from waymark.domain.records import Goal, Milestone, Weights
from waymark.domain.units import converted, is_convertible
from waymark.errors import AlreadyExists, Fault, Invalid
from waymark.queries.habits import HABITS
from waymark.queries.tasks import TASKS
from waymark.store import statements
from waymark.store.work import Work

COLUMNS = {"start_date": "start_on", "target_date": "target_on"}
"""Names that a command and a record spell differently."""


def reply(settlement: Settlement, *, created: bool = False) -> Outcome:
    """The settled goal as a write answers it."""
    location = f"/api/v1/goals/{settlement.goal.id}" if created else None
    return Outcome(data=settlement.body, created=created, etag=settlement.etag, location=location)


async def create_goal(
    work: Work, command: CreateGoal, *, steps: Sequence[tuple[Step, date | None]] = ()
) -> Outcome:
    """A new goal with its milestones; AlreadyExists, NotFound (links) or Invalid with every fault.

    `steps`, each with the day of completion, are what was done with it before it came here.
    """
    goal_id = command.id or str(uuid7())
    if await work.one(statements.GOAL_ROW, goal_id=goal_id) is not None:
        raise AlreadyExists(details=[Fault("id", "already_exists", "A goal with this id exists.")])
    ties = await named(work, goal_id, command.linked_budget_id, command.linked_debt_id)
    tasks = await own_items(work, TASKS, "linkedTaskIds", command.linked_task_ids)
    habits = await own_items(work, HABITS, "linkedHabitIds", command.linked_habit_ids)
    debt, currency = ties.debt_facts, ties.budget_currency(goal_id)
    draft = rules.completed_definition(
        Draft(**_given(command, set(Draft.__struct_fields__))), debt=debt, budget_currency=currency
    )
    faults = rules.faults(
        draft, debt=debt, budget_currency=currency, due_days=[each.due_date for each in command.milestones]
    )
    if faults:
        raise Invalid(details=faults)
    position = command.position
    if position is None:
        last = await work.one(statements.LAST_POSITION)
        position = last[0] + 1 if last else 0
    goal = Goal(
        user_id=work.user_id,
        id=goal_id,
        created_at=work.now,
        updated_at=work.now,
        created_on=work.today,
        title=command.title,
        description=command.description,
        status="active",
        position=position,
        auto_complete=command.auto_complete,
        **msgspec.structs.asdict(draft),
    )
    if command.status == "paused":
        goal = stepped(goal, "pause", work.today)
    for step, completed_on in steps:
        goal = stepped(goal, step, work.today, completed_on)
    if command.create_budget and ties.budget is None and goal.finance_mode in {"save", "spend"}:
        goal = with_project_budget(work, goal)
    settlement = Settlement.begun(work, goal)
    settlement.place(await with_bodies(work, settlement, command.milestones))
    for task in tasks:
        await TASK_BINDING.bind(work, settlement, task)
    for habit in habits:
        await HABIT_BINDING.bind(work, settlement, habit)
        work.put_noun(HABITS, habit, before=habit)  # its linkedGoalIds moved
    await move_ties(work, [(settlement, None)])
    await settlement.settle()
    return reply(settlement, created=True)


async def change_goal(
    work: Work, goal_id: str, command: ChangeGoal, *, completed_on: date | None = None
) -> Outcome:
    """A merge patch; a `status` in it runs the same step as the action of that name."""
    settlement = await Settlement.of(work, goal_id)
    before = settlement.goal
    work.check_version(before)
    given = _given(command)
    wanted_status = given.pop("status", None)
    ties = await named(
        work,
        goal_id,
        given.get("linked_budget_id", before.linked_budget_id),
        given.get("linked_debt_id", before.linked_debt_id),
    )
    draft, milestones = _redefined(before, settlement.ordered, given, ties)
    faults = [
        *rules.faults(
            draft,
            debt=ties.debt_facts,
            budget_currency=ties.budget_currency(goal_id),
            due_days=[milestone.due_on for milestone in milestones],
        ),
        *rules.change_faults(before, draft, has_facts=settlement.facts.count > 0),
    ]
    if faults:
        raise Invalid(details=faults)
    others = {name: value for name, value in given.items() if name not in Draft.__struct_fields__}
    goal = replace(before, **msgspec.structs.asdict(draft), **others)
    if wanted_status is not None:
        step = step_for_status(goal, wanted_status)
        goal = goal if step is None else stepped(goal, step, work.today, completed_on)
    if milestones != settlement.ordered:
        settlement.place(milestones)
    if before.unit and goal.unit and before.unit != goal.unit and is_convertible(before.unit, goal.unit):
        settlement.tell_targets_in(goal.unit, before.unit)
        for binding in (TASK_BINDING, HABIT_BINDING):
            await binding.tell_in(work, settlement, goal.unit, before.unit)
    if goal != before:
        settlement.define(goal)
        await move_ties(work, [(settlement, before)])
        if goal.metric_type == "duration" != before.metric_type:
            await tell_sessions(work, settlement)
    await settlement.settle()
    return await unchanged_or(settlement)


def _redefined(
    before: Goal, milestones: list[Milestone], given: dict[str, Any], ties: Tied
) -> tuple[Draft, list[Milestone]]:
    """The definition under a patch, and its milestones told in the unit it has then."""
    draft, unit = rules.draft_of(before), given.get("unit")
    if unit is not None and unit != before.unit and is_convertible(before.unit, unit):
        draft = rules.with_unit(draft, unit)
        milestones = [
            replace(each, target_value=stored(converted(each.target_value, before.unit, unit)))
            if each.value_given and each.target_value is not None
            else each
            for each in milestones
        ]
    known = set(Draft.__struct_fields__)
    draft = replace(draft, **{name: value for name, value in given.items() if name in known})
    draft = rules.completed_definition(
        draft, debt=ties.debt_facts, budget_currency=ties.budget_currency(before.id)
    )
    if draft.metric_type == "none":
        milestones = [replace(each, target_value=None, value_given=False) for each in milestones]
    return draft, milestones


async def unchanged_or(settlement: Settlement) -> Outcome:
    """The goal after a write; one that changed nothing answers the document that stands."""
    if not settlement.is_settled:
        await settlement.refresh()
    return reply(settlement)


async def step_goal(work: Work, goal_id: str, step: Step, *, completed_on: date | None = None) -> Outcome:
    """One step of a goal's life; InvalidState with `context.allowed` where it does not lead there."""
    settlement = await Settlement.of(work, goal_id, even_deleted=step == "restore")
    goal = settlement.goal
    work.check_version(goal)
    after = stepped(goal, step, work.today, completed_on)
    if step == "delete":
        settlement.define(replace(after, deleted_at=work.now), "delete")
        await free(work, goal)
    elif goal.show_status == "deleted":
        # Followers dropped it when it was deleted, so to them it is new.
        settlement.define(replace(after, deleted_at=None), "create")
        await regain(work, settlement)
    else:
        settlement.define(after)
    await settlement.settle()
    return reply(settlement)


async def delete_goals(work: Work, command: BulkDelete) -> Outcome:
    """Each goal of a list, once; unknown ids are said so and hold nothing up."""
    results = []
    for goal_id in dict.fromkeys(command.ids):
        settlement = await Settlement.find(work, goal_id)
        if settlement is None or settlement.goal.show_status == "deleted":
            results.append(BulkResult(id=goal_id, status="not_found"))
            continue
        after = stepped(settlement.goal, "delete", work.today)
        settlement.define(replace(after, deleted_at=work.now), "delete")
        await free(work, after)
        results.append(BulkResult(id=goal_id, status="deleted"))
    await work.settle()
    return Outcome(data=encoded(BulkReply(results=results)))


def _given(command: GoalFields, only: set[str] | None = None) -> dict[str, Any]:
    """The fields a command names, under their record names and in their stored types."""
    values: dict[str, Any] = {}
    for name in command.model_fields_set:
        column = COLUMNS.get(name, name)
        value = getattr(command, name)
        if isinstance(value, WeightsBody):
            value = Weights(**{source: weight for source, weight in value if weight is not None})
        elif isinstance(value, list) and name == "insight_thresholds":
            value = tuple(value)
        if only is None or column in only:
            values[column] = value
    return values
