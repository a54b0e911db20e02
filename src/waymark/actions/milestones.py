"""Placing, changing and taking away a goal's milestones.

Where they lie and when they are reached the domain says; this keeps ids and history together.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.commands import ChangeMilestone, MilestoneBody, ReplaceMilestones
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain.account import is_judged_by_percent, milestone_documents
from waymark.domain.amounts import ZERO
from waymark.domain.documents import MilestoneDocument, encoded
from waymark.domain.milestones import MilestoneDraft, draft_of, laid_out
from waymark.domain.progress import HUNDRED
from waymark.domain.records import Milestone
from waymark.errors import AlreadyExists, Fault, Invalid, NotFound
from waymark.store import statements
from waymark.store.work import Work


async def add_milestone(work: Work, goal_id: str, command: MilestoneBody) -> Outcome:
    """One more; without a place of its own it comes after the last."""
    settlement = await Settlement.of(work, goal_id)
    work.check_version(settlement.goal)
    standing = settlement.ordered
    is_placed = command.target_percent is not None or command.target_value is not None
    if not is_placed and standing and standing[-1].target_percent == HUNDRED:
        message = "The last milestone lies at 100 %: give targetPercent or targetValue."
        raise Invalid.of("targetPercent", "required", message)
    milestone = await _begun(work, settlement, command, "id")
    drafts = [*map(draft_of, standing), MilestoneDraft(command.target_percent, command.target_value)]
    settlement.place(await _laid_out(settlement, drafts, [*standing, milestone], alone=len(standing)))
    await settlement.settle()
    location = f"/api/v1/goals/{goal_id}/milestones/{milestone.id}"
    return _reply(settlement, milestone.id, created=True, location=location)


async def change_milestone(work: Work, goal_id: str, milestone_id: str, command: ChangeMilestone) -> Outcome:
    """A merge patch of one; a new place moves it among the others."""
    settlement, standing, index = await _found(work, goal_id, milestone_id)
    milestone = standing[index]
    work.check_version(milestone)
    given: dict[str, Any] = {name: getattr(command, name) for name in command.model_fields_set}
    drafts = [draft_of(each) for each in standing]
    if given.keys() & {"target_percent", "target_value"}:
        drafts[index] = MilestoneDraft(given.get("target_percent"), given.get("target_value"))
    changed = replace(
        milestone,
        title=given.get("title", milestone.title),
        description=given.get("description", milestone.description),
        due_on=given.get("due_date", milestone.due_on),
    )
    changed = _ticked(work, settlement, changed, "completed", completed=given.get("completed"))
    standing[index] = changed
    placed = await _laid_out(settlement, drafts, standing, alone=index)
    if placed == settlement.ordered:
        return _standing_reply(settlement, milestone_id)
    settlement.place(placed)
    await settlement.settle()
    return _reply(settlement, milestone_id)


async def remove_milestone(work: Work, goal_id: str, milestone_id: str) -> Outcome:
    """Take one away; the others stay where they are."""
    settlement, standing, index = await _found(work, goal_id, milestone_id)
    gone = standing.pop(index)
    work.check_version(gone)
    settlement.place(replace(each, ordinal=ordinal) for ordinal, each in enumerate(standing, start=1))
    await settlement.settle()
    return Outcome(data=settlement.removed[milestone_id])


async def replace_milestones(work: Work, goal_id: str, command: ReplaceMilestones) -> Outcome:
    """The whole set anew; those named by id keep their id and history."""
    settlement = await Settlement.of(work, goal_id)
    work.check_version(settlement.goal)
    settlement.place(await with_bodies(work, settlement, command.milestones))
    await settlement.settle()
    return Outcome(data=encoded(settlement.document.milestones), etag=settlement.etag)


async def with_bodies(work: Work, settlement: Settlement, bodies: Sequence[MilestoneBody]) -> list[Milestone]:
    """A set of milestones as given, laid out; Invalid names every fault as `milestones[i].…`."""
    records = []
    for index, body in enumerate(bodies):
        field = f"milestones[{index}]"
        if body.id is not None and any(body.id == other.id for other in bodies[:index]):
            raise Invalid.of(f"{field}.id", "duplicate", "Each id once.")
        known = settlement.milestones.get(body.id or "")
        if known is None:
            records.append(await _begun(work, settlement, body, f"{field}.id", f"{field}.completed"))
            continue
        kept = replace(known, title=body.title, description=body.description, due_on=body.due_date)
        records.append(_ticked(work, settlement, kept, f"{field}.completed", completed=body.completed))
    drafts = [MilestoneDraft(body.target_percent, body.target_value) for body in bodies]
    return await _laid_out(settlement, drafts, records)


async def _begun(
    work: Work, settlement: Settlement, body: MilestoneBody, id_field: str, tick_field: str = "completed"
) -> Milestone:
    if body.id is not None and await work.one(statements.MILESTONE, id=body.id) is not None:
        raise AlreadyExists(details=[Fault(id_field, "already_exists", "A milestone with this id exists.")])
    milestone = Milestone(
        user_id=work.user_id,
        id=body.id or str(uuid7()),
        created_at=work.now,
        updated_at=work.now,
        goal_id=settlement.goal.id,
        title=body.title,
        description=body.description,
        ordinal=0,
        target_percent=ZERO,  # until it is laid out
        due_on=body.due_date,
    )
    return _ticked(work, settlement, milestone, tick_field, completed=body.completed)


def _ticked(
    work: Work, settlement: Settlement, milestone: Milestone, field: str, *, completed: bool | None
) -> Milestone:
    """The milestone with its tick set or taken back by hand; refused where a value decides."""
    if completed is None or completed == (milestone.completed_at is not None):
        return milestone
    if not is_judged_by_percent(settlement.goal):
        raise Invalid.of(field, "not_allowed", "A measured goal reaches its milestones by its value.")
    if not completed:
        return replace(milestone, completed_at=None, completed_by_hand=False, reached_on=None)
    return replace(milestone, completed_at=work.instant(), completed_by_hand=True, reached_on=work.today)


async def _laid_out(
    settlement: Settlement,
    drafts: Sequence[MilestoneDraft],
    records: Sequence[Milestone],
    *,
    alone: int | None = None,
) -> list[Milestone]:
    """The records with their places; `alone` names the draft that a request of one is about."""
    goal = settlement.goal
    positions, faults = laid_out(drafts, goal, await settlement.base())
    faults += [
        Fault(f"milestones[{index}].dueDate", "out_of_range", "Between startDate and targetDate.")
        for index, each in enumerate(records)
        if each.due_on is not None
        and not (goal.start_on or each.due_on) <= each.due_on <= (goal.target_on or each.due_on)
    ]
    if faults:
        prefix = f"milestones[{alone}]."
        raise Invalid(
            details=[Fault(each.field.removeprefix(prefix), each.code, each.message) for each in faults]
        )
    return [
        replace(
            records[position.index],
            ordinal=position.ordinal,
            target_percent=position.target_percent,
            target_value=position.target_value,
            value_given=position.value_given,
        )
        for position in positions
    ]


async def _found(work: Work, goal_id: str, milestone_id: str) -> tuple[Settlement, list[Milestone], int]:
    settlement = await Settlement.of(work, goal_id)
    standing = settlement.ordered
    for index, milestone in enumerate(standing):
        if milestone.id == milestone_id:
            return settlement, standing, index
    raise NotFound


def _reply(
    settlement: Settlement, milestone_id: str, *, created: bool = False, location: str | None = None
) -> Outcome:
    documents = settlement.document.milestones
    return _answer(documents, milestone_id, created=created, location=location)


def _standing_reply(settlement: Settlement, milestone_id: str) -> Outcome:
    return _answer(milestone_documents(settlement.ordered), milestone_id)


def _answer(
    documents: Sequence[MilestoneDocument],
    milestone_id: str,
    *,
    created: bool = False,
    location: str | None = None,
) -> Outcome:
    document = next(each for each in documents if each.id == milestone_id)
    return Outcome(data=encoded(document), created=created, location=location, etag=f'"{document.version}"')
