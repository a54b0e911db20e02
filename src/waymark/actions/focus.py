"""Focus sessions: started, paused, completed, mended, and what their minutes move in goals and tasks.

Windows of minutes are gathered by settling; nothing here adds them up but a task's own total.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from waymark.actions.links import TASK_BINDING
from waymark.actions.neighbour_commands import ChangeFocus, CompleteFocus, CreateFocus, StartFocus
from waymark.actions.nouns import answer, back, begun, found, given, gone, owned
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain.days import local_day
from waymark.domain.neighbours import FocusSession
from waymark.domain.vocabulary import FocusStatus, Operation
from waymark.errors import Fault, Invalid, InvalidState
from waymark.queries.focus import FOCUS
from waymark.queries.tasks import TASKS
from waymark.store.link_statements import FOCUSED_SESSIONS
from waymark.store.work import Work

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_ALLOWED: Final[dict[FocusStatus, list[str]]] = {
    "in_progress": ["pause", "complete", "cancel"],
    "paused": ["resume", "complete", "cancel"],
    "completed": [],
    "canceled": [],
}


async def start_focus(work: Work, command: StartFocus) -> Outcome:
    """A session that begins now, for a task, a goal, both or neither."""
    fields = given(command, {})
    session = await begun(
        work, FOCUS, fields.pop("id", None), started_at=work.now, date_key=work.today, **fields
    )
    await _check(work, None, session)
    return await answer(work, FOCUS, work.put_noun(FOCUS, session), created=True)


async def create_focus(work: Work, command: CreateFocus) -> Outcome:
    """A session since some instant up to now; one that is over counts like any completed one."""
    fields = given(command, {})
    started_at = command.started_at or work.now
    day = local_day(started_at, work.owner.timezone, work.owner.day_starts_at)
    fields |= {"started_at": started_at, "date_key": day}
    if command.status == "completed":
        fields |= _ended(command, started_at, work.now)
    session = await begun(work, FOCUS, fields.pop("id", None), **fields)
    faults = [*_time_faults(session, work.now), *_open_faults(session)]
    if faults:
        raise Invalid(details=faults)
    await _check(work, None, session)
    session = work.put_noun(FOCUS, session)
    await _recounted(work, _Counting(), session)
    return await answer(work, FOCUS, session, created=True)


async def change_focus(work: Work, session_id: str, command: ChangeFocus) -> Outcome:
    """A merge patch; the minutes of a completed session follow it to another task or goal."""
    before = await found(work, FOCUS, session_id)
    session = replace(before, **given(command, {}))
    if session.actual_minutes is not None and session.status != "completed":
        raise Invalid.of("actualMinutes", "not_allowed", "Only a completed session has them.")
    await _check(work, before, session)
    return await answer(work, FOCUS, await _stored(work, before, session))


async def pause_focus(work: Work, session_id: str) -> Outcome:
    """The clock stops."""
    before = await _in_step(work, session_id, "pause")
    return await answer(
        work, FOCUS, await _stored(work, before, replace(before, status="paused", paused_at=work.now))
    )


async def resume_focus(work: Work, session_id: str) -> Outcome:
    """The clock goes on."""
    before = await _in_step(work, session_id, "resume")
    return await answer(work, FOCUS, await _stored(work, before, _running(before, work.now)))


async def complete_focus(work: Work, session_id: str, command: CompleteFocus) -> Outcome:
    """Its minutes, as told or as they passed, count for its task and goals from now on."""
    before = await _in_step(work, session_id, "complete")
    session = _running(before, work.now)
    minutes = command.actual_minutes
    if minutes is None:
        passed = work.now - session.started_at - session.paused_seconds * _SECOND
        minutes = max(0, passed // _MINUTE)
    notes = command.notes if "notes" in command.model_fields_set else session.notes
    session = replace(session, status="completed", ended_at=work.now, actual_minutes=minutes, notes=notes)
    return await answer(work, FOCUS, await _stored(work, before, session))


async def cancel_focus(work: Work, session_id: str) -> Outcome:
    """Given up: it counts for nothing."""
    before = await _in_step(work, session_id, "cancel")
    session = replace(_running(before, work.now), status="canceled", ended_at=work.now)
    return await answer(work, FOCUS, await _stored(work, before, session))


async def remove_focus(work: Work, session_id: str) -> Outcome:
    """Deleted: its minutes are taken back."""
    before = await found(work, FOCUS, session_id)
    return await answer(work, FOCUS, await _stored(work, before, gone(work, before)))


async def restore_focus(work: Work, session_id: str) -> Outcome:
    """A deleted session again, and its minutes with it."""
    before = await found(work, FOCUS, session_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted session can be restored.", context={"allowed": ["delete"]})
    return await answer(work, FOCUS, await _stored(work, before, back(before)))


async def tell_sessions(work: Work, settlement: Settlement) -> None:
    """A goal measures time only now: what was completed for it before counts as if it always had."""
    for session in await work.all(FOCUSED_SESSIONS, goal_id=settlement.goal.id):
        minutes = Decimal(session.actual_minutes or 0)
        await settlement.say("focus", session.id, session.date_key, minutes, unit="minutes")


async def _in_step(work: Work, session_id: str, step: str) -> FocusSession:
    """The session, if its state allows the step."""
    session = await found(work, FOCUS, session_id)
    allowed = _ALLOWED[session.status]
    if step not in allowed:
        raise InvalidState(
            f"A session that is {session.status} does not allow the step {step}.",
            context={"allowed": allowed, "status": session.status},
        )
    return session


async def _check(work: Work, before: FocusSession | None, session: FocusSession) -> None:
    """What it newly refers to is the user's own."""
    if before is None or session.task_id != before.task_id:
        await owned(work, TASKS, "taskId", session.task_id)
    if session.goal_id is not None and (before is None or session.goal_id != before.goal_id):
        await TASK_BINDING.goal(work, "goalId", session.goal_id)


def _ended(command: CreateFocus, started_at: datetime, now: datetime) -> dict[str, object]:
    """When a session that is told of ended and what it took, each by the other where not said."""
    minutes, ended_at = command.actual_minutes, command.ended_at
    if ended_at is None:
        ended_at = now if minutes is None else min(now, started_at + minutes * _MINUTE)
    if minutes is None:
        minutes = max(0, (ended_at - started_at) // _MINUTE)
    return {"ended_at": ended_at, "actual_minutes": minutes}


def _time_faults(session: FocusSession, now: datetime) -> Iterator[Fault]:
    for name, instant in (("startedAt", session.started_at), ("endedAt", session.ended_at)):
        if instant is not None and instant > now:
            yield Fault(name, "out_of_range", "At most now.")
    if session.ended_at is not None and session.ended_at < session.started_at <= now:
        yield Fault("endedAt", "out_of_range", "Not before startedAt.")


def _open_faults(session: FocusSession) -> Iterator[Fault]:
    if session.status != "completed":
        for name, content in (("endedAt", session.ended_at), ("actualMinutes", session.actual_minutes)):
            if content is not None:
                yield Fault(name, "not_allowed", "Only a completed session has it.")


def _running(session: FocusSession, now: datetime) -> FocusSession:
    """The session with its pause, if it is in one, ended."""
    if session.paused_at is None:
        return session
    paused = max(0, (now - session.paused_at) // _SECOND)
    return replace(
        session, status="in_progress", paused_at=None, paused_seconds=session.paused_seconds + paused
    )


async def _stored(work: Work, before: FocusSession, session: FocusSession) -> FocusSession:
    """The session stored if it changed, with all that its minutes move."""
    if session == before:
        return before
    operation: Operation = "update"
    if session.show_status != before.show_status:
        operation = "delete" if session.show_status == "deleted" else "create"
    session = work.put_noun(FOCUS, session, before=before, operation=operation)
    await _recounted(work, _counting(before), session)
    return session


async def _recounted(work: Work, was: "_Counting", session: FocusSession) -> None:
    """Tell its task and goals what a session counts for instead of what it did."""
    now = _counting(session)
    if was == now:
        return
    for task_id in _named(was.task_id, now.task_id):
        more = (now.minutes or 0) if now.task_id == task_id else 0
        less = (was.minutes or 0) if was.task_id == task_id else 0
        await _count(work, task_id, more - less)
        for link in await work.all(TASK_BINDING.tie.of_item, item_id=task_id):
            await _relinked(work, link.goal_id)
    for goal_id in _named(was.goal_id, now.goal_id):
        settlement = await _relinked(work, goal_id)
        gives = now.goal_id == goal_id and settlement.goal.metric_type == "duration"
        value = Decimal(now.minutes) if gives and now.minutes is not None else None
        await settlement.say("focus", session.id, session.date_key, value, unit="minutes")


class _Counting(msgspec.Struct, frozen=True):
    """What a session counts for: nothing unless it is completed."""

    minutes: int | None = None
    task_id: str | None = None
    goal_id: str | None = None


def _counting(session: FocusSession) -> _Counting:
    if session.status != "completed" or session.show_status == "deleted":
        return _Counting()
    return _Counting(session.actual_minutes, session.task_id, session.goal_id)


def _named(*ids: str | None) -> list[str]:
    return list(dict.fromkeys(each for each in ids if each is not None))


async def _relinked(work: Work, goal_id: str) -> Settlement:
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    settlement.relink()
    return settlement


async def _count(work: Work, task_id: str, minutes: int) -> None:
    """A task with so many more minutes, a deleted one too: it may be restored."""
    task = await work.one(TASKS.by_id, id=task_id)
    if task is not None and minutes:
        counted = replace(task, focus_total_minutes=task.focus_total_minutes + minutes)
        operation: Operation = "delete" if task.show_status == "deleted" else "update"
        work.put_noun(TASKS, counted, before=task, operation=operation)
