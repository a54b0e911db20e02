"""Recording, mending and undoing check-ins: the facts that people put into the ledger.

What a value must look like the domain says; progress follows by settling.
"""

from typing import Any

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.commands import ChangeCheckIn, LinkBody, RecordCheckIn
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain.documents import CheckInReply, encoded
from waymark.domain.goal import check_in_faults
from waymark.domain.lifecycle import allowed
from waymark.domain.records import CheckIn, Goal
from waymark.errors import AlreadyExists, Conflict, Fault, Invalid, InvalidState, NotFound
from waymark.store import link_statements, statements
from waymark.store.work import Work


async def record_check_in(work: Work, goal_id: str, command: RecordCheckIn) -> Outcome:
    """A fact and what it moved: the goal, the milestones it reached, the insights it gave.

    InvalidState on a goal that is completed, archived or deleted: reactivate or restore it first.
    """
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    goal = settlement.goal
    work.check_version(goal)
    if goal.show_status == "deleted" or goal.status in {"completed", "archived"}:
        state = "deleted" if goal.show_status == "deleted" else goal.status
        raise InvalidState(
            f"A goal that is {state} takes no check-ins.",
            context={"allowed": allowed(goal), "status": goal.status},
        )
    fact = settlement.record(await begun(work, goal, command))
    await settlement.settle()
    data = CheckInReply(
        check_in=msgspec.Raw(settlement.check_in_body(fact).encode()),
        goal=msgspec.Raw(settlement.body.encode()),
        milestones_reached=settlement.reached,
        insights=[msgspec.Raw(body.encode()) for body in settlement.insights],
    )
    return Outcome(
        data=encoded(data),
        created=True,
        etag=settlement.etag,
        location=f"/api/v1/goals/{goal_id}/check-ins/{fact.id}",
    )


async def begun(work: Work, goal: Goal, command: RecordCheckIn) -> CheckIn:
    """The fact that a command asks for, checked; Invalid, NotFound (link) or AlreadyExists."""
    date_key = command.date_key or work.today
    faults = check_in_faults(
        goal,
        value=command.value,
        unit=command.unit,
        mode=command.mode,
        date_key=date_key,
        today=work.today,
    )
    faults += _link_faults(command.link)
    if faults:
        raise Invalid(details=faults)
    await _check_linked(work, command.link)
    if command.id is not None and await work.one(statements.CHECK_IN, id=command.id) is not None:
        raise AlreadyExists(details=[Fault("id", "already_exists", "A check-in with this id exists.")])
    return CheckIn(
        user_id=work.user_id,
        id=command.id or str(uuid7()),
        created_at=work.now,
        updated_at=work.now,
        goal_id=goal.id,
        value=command.value,
        # The goal's unit may change later; the fact keeps the one it was told in.
        unit=command.unit or goal.unit,
        mode=command.mode,
        note=command.note or None,
        **_link(command.link),
        date_key=date_key,
    )


async def change_check_in(work: Work, goal_id: str, check_in_id: str, command: ChangeCheckIn) -> Outcome:
    """A mend of a manual check-in as a merge patch; the goal is aggregated again from its day on."""
    settlement, before = await _found(work, goal_id, check_in_id)
    given: dict[str, Any] = {name: getattr(command, name) for name in command.model_fields_set}
    faults: list[Fault] = []
    if "link" in given:
        link = given.pop("link")
        faults = _link_faults(link)
        await _check_linked(work, None if faults else link)
        given |= _link(None if faults else link)
    if "note" in given:
        given["note"] = given["note"] or None
    if given.get("unit", "") is None:
        given["unit"] = settlement.goal.unit
    after = replace(before, **given)
    faults += check_in_faults(
        settlement.goal,
        value=after.value,
        unit=after.unit,
        mode=after.mode,
        date_key=after.date_key,
        today=work.today,
    )
    if faults:
        raise Invalid(details=faults)
    if after != before:
        after = settlement.mend(before, after)
    return _reply(settlement, after)


async def remove_check_in(work: Work, goal_id: str, check_in_id: str) -> Outcome:
    """Take a manual check-in out: the goal stands as if it had never been."""
    settlement, before = await _found(work, goal_id, check_in_id)
    gone = replace(before, show_status="deleted", deleted_at=work.now)
    return _reply(settlement, settlement.mend(before, gone, "delete"))


async def _found(work: Work, goal_id: str, check_in_id: str) -> tuple[Settlement, CheckIn]:
    settlement = await Settlement.of(work, goal_id)
    fact = await work.one(statements.CHECK_IN, id=check_in_id)
    if fact is None or fact.goal_id != goal_id or fact.show_status == "deleted":
        raise NotFound
    work.check_version(fact)
    if fact.source_type != "manual":
        raise Conflict(
            f"This fact comes from a {fact.source_type}; change it there.",
            context={"sourceType": fact.source_type, "sourceId": fact.source_id},
        )
    return settlement, fact


def _reply(settlement: Settlement, fact: CheckIn) -> Outcome:
    return Outcome(data=settlement.check_in_body(fact), etag=f'"{fact.version}"')


def _link(link: LinkBody | None) -> dict[str, Any]:
    if link is None:
        return {"link_type": None, "link_id": None, "link_url": None}
    return {"link_type": link.type, "link_id": link.id, "link_url": link.url}


def _link_faults(link: LinkBody | None) -> list[Fault]:
    """A URL has `url` alone, everything else `id` alone."""
    if link is None:
        return []
    wanted, other = ("url", "id") if link.type == "url" else ("id", "url")
    faults = []
    if getattr(link, wanted) is None:
        faults.append(Fault(f"link.{wanted}", "required", f"A link to a {link.type} needs it."))
    if getattr(link, other) is not None:
        faults.append(Fault(f"link.{other}", "not_allowed", f"A link to a {link.type} has none."))
    return faults


async def _check_linked(work: Work, link: LinkBody | None) -> None:
    """What a check-in points to must be the user's own."""
    if link is None or link.id is None:
        return
    if await work.one(link_statements.OWN_RECORD[link.type], id=link.id) is None:
        raise NotFound(details=[Fault("link.id", "not_found", "There is no such record.")])
