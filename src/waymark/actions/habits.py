"""Creating, changing and deleting habits, and saying how their days went.

Rates, streaks and what a day is worth are the domain's; links by either end are links.py's.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from waymark.actions.links import HABIT_BINDING, day_value
from waymark.actions.neighbour_commands import ChangeHabit, CompleteHabit, CreateHabit, HabitFields
from waymark.actions.nouns import answer, back, begun, found, given, gone
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain import habits as rules
from waymark.domain.documents import with_field
from waymark.domain.neighbours import Habit, HabitCompletion
from waymark.errors import Fault, Invalid, InvalidState, NotFound
from waymark.queries.habits import COMPLETIONS, HABITS
from waymark.store.link_statements import COMPLETION_OF_DAY
from waymark.store.work import Work


async def create_habit(work: Work, command: CreateHabit, *, begun_on: date | None = None) -> Outcome:
    """A new habit, tied to the goals it names; one with a history was begun on an earlier day."""
    fields, wanted = _given(command)
    habit = await begun(work, HABITS, fields.pop("id", None), created_on=begun_on or work.today, **fields)
    _check(habit)
    habit = work.put_noun(HABITS, habit)
    await _tie(work, None, habit, wanted or [])
    return await answer(work, HABITS, habit, created=True)


async def change_habit(work: Work, habit_id: str, command: ChangeHabit) -> Outcome:
    """A merge patch; its goals are told anew, and another set of them is tied."""
    before = await found(work, HABITS, habit_id)
    fields, wanted = _given(command)
    habit = replace(before, **fields)
    _check(habit)
    links = await work.all(HABIT_BINDING.tie.of_item, item_id=habit_id)
    if habit.completion_mode == "boolean" and any(link.contribution is not None for link in links):
        message = "What its days come to counts for a goal; take the contribution from the link first."
        raise Invalid.of("completionMode", "not_allowed", message)
    if wanted is not None and "goal_id" not in fields and before.goal_id not in wanted:
        habit = replace(habit, goal_id=None)
    if habit == before and (wanted is None or set(wanted) == {link.goal_id for link in links}):
        return await answer(work, HABITS, before)
    habit = work.put_noun(HABITS, habit, before=before)
    await HABIT_BINDING.told(work, habit)
    await _tie(work, before, habit, wanted)
    return await answer(work, HABITS, habit)


async def remove_habit(work: Work, habit_id: str) -> Outcome:
    """Deleted and untied: its goals stand as if it had never been."""
    before = await found(work, HABITS, habit_id)
    await HABIT_BINDING.cut_all(work, before)
    after = gone(work, replace(before, goal_id=None))
    return await answer(work, HABITS, work.put_noun(HABITS, after, before=before, operation="delete"))


async def restore_habit(work: Work, habit_id: str) -> Outcome:
    """A deleted habit again, with its days and tied to nothing."""
    before = await found(work, HABITS, habit_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted habit can be restored.", context={"allowed": ["delete"]})
    return await answer(work, HABITS, work.put_noun(HABITS, back(before), before=before, operation="create"))


async def complete_habit(work: Work, habit_id: str, command: CompleteHabit) -> Outcome:
    """What is said of a day, in place of what was said of it before; the habit with that day."""
    habit = await found(work, HABITS, habit_id)
    day = command.date_key or work.today
    faults = rules.completion_faults(
        habit, status=command.status, value=command.value, date_key=day, today=work.today
    )
    if faults:
        raise Invalid(details=faults)
    before = await work.one(COMPLETION_OF_DAY, habit_id=habit_id, date_key=day)
    if before is None:
        fresh = await begun(
            work,
            COMPLETIONS,
            command.id,
            habit_id=habit_id,
            date_key=day,
            status=command.status,
            value=command.value,
        )
        said = work.put_noun(COMPLETIONS, fresh)
    else:
        said = replace(back(before), status=command.status, value=command.value)
        if said == before:
            return await _told(work, habit, before)
        is_again = before.show_status == "deleted"
        said = work.put_noun(COMPLETIONS, said, before=before, operation="create" if is_again else "update")
    return await _told(work, await tell_days(work, habit, [said]), said)


async def forget_day(work: Work, habit_id: str, completion_id: str) -> Outcome:
    """Take back what was said of a day: all stands as if it had never been said."""
    habit = await work.one(HABITS.by_id, id=habit_id)
    before = await work.one(COMPLETIONS.by_id, id=completion_id)
    if habit is None or habit.show_status == "deleted":
        raise NotFound
    if before is None or before.habit_id != habit_id or before.show_status == "deleted":
        raise NotFound
    work.check_version(before)
    said = work.put_noun(COMPLETIONS, gone(work, before), before=before, operation="delete")
    await tell_days(work, habit, [said])
    return await answer(work, COMPLETIONS, said)


async def tell_days(work: Work, habit: Habit, said: Sequence[HabitCompletion]) -> Habit:
    """The habit with other days: its streaks are others, and its goals hear of those days alone."""
    for link in await work.all(HABIT_BINDING.tie.of_item, item_id=habit.id):
        settlement = await Settlement.find(work, link.goal_id)
        if settlement is None:
            continue
        settlement.relink()
        if link.contribution is None:
            continue
        for each in said:
            value = None
            if each.show_status == "active":
                value = day_value(settlement.goal, habit, link.contribution, each, "value")
            await settlement.say("habit", habit.id, each.date_key, value, per_day=True)
    return work.put_noun(HABITS, habit, before=habit)


async def _told(work: Work, habit: Habit, said: HabitCompletion) -> Outcome:
    outcome = await answer(work, HABITS, habit)
    return replace(outcome, data=with_field(outcome.data, "completion", await work.shown(COMPLETIONS, said)))


async def _tie(work: Work, before: Habit | None, habit: Habit, wanted: list[str] | None) -> None:
    """Follow `goalId`; with `wanted` the habit is tied to those goals, the one of `goalId`, and no others."""
    if wanted is None:
        await HABIT_BINDING.rehome(work, before, habit)
        return
    named = {goal_id: f"linkedGoalIds[{index}]" for index, goal_id in enumerate(wanted)}
    if habit.goal_id is not None:
        named.setdefault(habit.goal_id, "goalId")
    tied = {link.goal_id: link for link in await work.all(HABIT_BINDING.tie.of_item, item_id=habit.id)}
    for goal_id, link in tied.items():
        if goal_id not in named:
            await HABIT_BINDING.cut(work, link)
    for goal_id, field in named.items():
        if goal_id not in tied:
            await HABIT_BINDING.bind(work, await HABIT_BINDING.goal(work, field, goal_id), habit)


def _given(command: HabitFields) -> tuple[dict[str, Any], list[str] | None]:
    """The fields a command names, and the goals it names, None when it leaves them as they are."""
    fields = given(command, {})
    if "linked_goal_ids" not in fields:
        return fields, None
    return fields, list(fields.pop("linked_goal_ids") or ())


def _check(habit: Habit) -> None:
    faults: list[Fault] = rules.faults(habit)
    if faults:
        raise Invalid(details=faults)
