"""What comes in by the file: recorded many at a time, each once however often the file comes.

How a file is read is not known here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from waymark.actions.check_ins import begun
from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.contributions import tell
from waymark.actions.fields import Command
from waymark.actions.goals import create_goal
from waymark.actions.habits import create_habit
from waymark.actions.links import HABIT_BINDING, TASK_BINDING
from waymark.actions.money_commands import CreateTransaction
from waymark.actions.neighbour_commands import CompleteHabit, CreateHabit, CreateTask
from waymark.actions.nouns import found
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.tasks import begin_task
from waymark.actions.transactions import begin_transaction
from waymark.domain.documents import encoded
from waymark.domain.habits import completion_faults
from waymark.domain.neighbours import Habit, HabitCompletion, Task
from waymark.domain.records import CheckIn, Goal
from waymark.domain.vocabulary import Operation
from waymark.errors import Fault, Invalid, NotFound
from waymark.queries.habits import COMPLETIONS, HABITS
from waymark.store import statements
from waymark.store.import_statements import DAYS_SAID, KNOWN
from waymark.store.work import Work

C = TypeVar("C", bound=Command)

NAMESPACE: Final = UUID("6f0d3c8e-2f43-5b0e-9a55-57a3c0de0001")
"""Of every id that is made from content. Changing it makes every import come in twice."""


class Entry(msgspec.Struct, Generic[C], frozen=True):
    """Something to import: where in the file it stands, the id that its content gives it, what it says."""

    at: str
    id: str
    command: C


class Refused(msgspec.Struct, frozen=True):
    """A place in the file that did not come in, and why."""

    at: str
    faults: tuple[Fault, ...]


class Imported(msgspec.Struct, frozen=True):
    """What became of some entries; `new` and `known` are counts."""

    new: int = 0
    known: int = 0
    refused: tuple[Refused, ...] = ()

    def and_then(self, later: "Imported") -> "Imported":
        """Both together."""
        return Imported(self.new + later.new, self.known + later.known, (*self.refused, *later.refused))


def made_id(*content: str) -> str:
    """The id of what has this content, the same each time."""
    return str(uuid5(NAMESPACE, "\n".join(content)))


class Repeats:
    """Ids of content that may repeat: the n-th of its like has its own, in the order of the file."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, ...]] = Counter()

    def id(self, *content: str) -> str:
        self._seen[content] += 1
        return made_id(*content, str(self._seen[content]))


def goal_id_of(user_id: str, goal: CreateGoal) -> str:
    """The id of a goal that an import makes: its title, metric and unit tell it from the user's others."""
    return made_id(user_id, goal.title, goal.metric_type, goal.currency or goal.unit or "")


def entries(goal_id: str, commands: Iterable[tuple[str, RecordCheckIn]]) -> Iterator[Entry[RecordCheckIn]]:
    """Facts with their ids: (goal, day, value, note, n-th of its like), in the order of the file."""
    repeats = Repeats()
    for at, command in commands:
        yield Entry(
            at, repeats.id(goal_id, str(command.date_key), str(command.value), command.note or ""), command
        )


# Check-ins -----------------------------------------------------------------------------------


async def import_check_ins(work: Work, goal_id: str, facts: Sequence[Entry[RecordCheckIn]]) -> Outcome:
    """Record those of `facts` that are not there yet, whatever the goal's state; data is `Imported`.

    A fact that was imported and undone since stays undone. NotFound for an unknown goal.
    """
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    fresh, imported = await _judged(work, settlement.goal, facts)
    for fact in fresh:
        settlement.record(fact)
    return Outcome(data=encoded(imported))


async def rehearse_check_ins(
    work: Work, goal_id: str, definition: CreateGoal | None, facts: Sequence[Entry[RecordCheckIn]]
) -> Outcome:
    """What `import_check_ins` would say, on a goal that may still have to be made; for a dry run.

    NotFound for an unknown goal without definition, Invalid for a bad definition.
    """
    if definition is not None and await work.one(statements.GOAL_ROW, goal_id=goal_id) is None:
        await create_goal(work, definition.model_copy(update={"id": goal_id}))
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    _, imported = await _judged(work, settlement.goal, facts)
    return Outcome(data=encoded(imported))


async def _judged(
    work: Work, goal: Goal, facts: Sequence[Entry[RecordCheckIn]]
) -> tuple[list[CheckIn], Imported]:
    unknown = await _unknown(work, "goal_check_ins", facts)
    fresh: list[CheckIn] = []
    refused: list[Refused] = []
    for fact in unknown:
        try:
            fresh.append(replace(await begun(work, goal, fact.command), id=fact.id))
        except Invalid as problem:
            refused.append(Refused(fact.at, problem.details))
    return fresh, Imported(len(fresh), len(facts) - len(unknown), tuple(refused))


# Habits and their days -----------------------------------------------------------------------


async def import_days(
    work: Work, entry: Entry[CreateHabit], begun_on: date | None, days: Sequence[Entry[CompleteHabit]]
) -> Outcome:
    """Say those of `days` of which nothing was said yet, of a habit that is made if it is not there.

    Its goals are told. Data is `Imported`, of the days alone; Invalid for a habit that cannot be.
    """
    habit = await work.one(HABITS.by_id, id=entry.id)
    if habit is None:
        await create_habit(work, entry.command.model_copy(update={"id": entry.id}), begun_on=begun_on)
        habit = await found(work, HABITS, entry.id)
    rows = await work.all(DAYS_SAID, habit_id=habit.id, days=[day.command.date_key for day in days])
    said = {date_key for (date_key,) in rows}
    refused: list[Refused] = []
    new = known = 0
    for day in days:
        completion = _completion(work, habit, day)
        faults = completion_faults(
            habit,
            status=completion.status,
            value=completion.value,
            date_key=completion.date_key,
            today=work.today,
        )
        if completion.date_key in said:
            known += 1
        elif faults:
            refused.append(Refused(day.at, tuple(faults)))
        else:
            said.add(completion.date_key)
            work.put_noun(COMPLETIONS, completion)
            new += 1
    if new:
        await work.write_through()
        await HABIT_BINDING.told(work, habit)
        operation: Operation = "delete" if habit.show_status == "deleted" else "update"
        work.put_noun(HABITS, habit, before=habit, operation=operation)
    return Outcome(data=encoded(Imported(new, known, tuple(refused))))


def _completion(work: Work, habit: Habit, day: Entry[CompleteHabit]) -> HabitCompletion:
    return HabitCompletion(
        user_id=work.user_id,
        id=day.id,
        created_at=work.now,
        updated_at=work.now,
        habit_id=habit.id,
        date_key=day.command.date_key or work.today,
        status=day.command.status,
        value=day.command.value,
    )


# Tasks and transactions ----------------------------------------------------------------------


async def import_tasks(work: Work, tasks: Sequence[Entry[CreateTask]]) -> Outcome:
    """Those of `tasks` that are not there yet, parents before what is below them; data is `Imported`."""
    unknown = await _unknown(work, "tasks", tasks)
    fresh: list[Task] = []
    refused: list[Refused] = []
    for task in unknown:
        if task.command.parent_task_id is not None:
            await work.write_through()  # the parent may be one of these
        try:
            fresh.append(await begin_task(work, task.command.model_copy(update={"id": task.id})))
        except (Invalid, NotFound) as problem:
            refused.append(Refused(task.at, problem.details))
    await work.write_through()
    for each in fresh:
        await TASK_BINDING.rehome(work, None, each)
    return Outcome(data=encoded(Imported(len(fresh), len(tasks) - len(unknown), tuple(refused))))


async def import_transactions(work: Work, transactions: Sequence[Entry[CreateTransaction]]) -> Outcome:
    """Those of `transactions` that are not there yet, all told at once; data is `Imported`.

    Invalid, for all of them, where one is counted in a currency that nothing leads to.
    """
    unknown = await _unknown(work, "transactions", transactions)
    fresh, refused = [], []
    for each in unknown:
        try:
            fresh.append(await begin_transaction(work, each.command.model_copy(update={"id": each.id})))
        except (Invalid, NotFound) as problem:
            refused.append(Refused(each.at, problem.details))
    await tell(work, fresh, afresh=True)
    return Outcome(data=encoded(Imported(len(fresh), len(transactions) - len(unknown), tuple(refused))))


async def _unknown(work: Work, table: str, given: Sequence[Entry[C]]) -> list[Entry[C]]:
    """Those whose id no record has, not even a deleted one; each id once."""
    rows = await work.all(KNOWN[table], ids=[each.id for each in given])
    known = {record_id for (record_id,) in rows}
    return [each for each in given if each.id not in known]
