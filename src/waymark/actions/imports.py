"""Facts that come in by the file: recorded many at a time, each once however often the file comes.

How a file is read is not known here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from waymark.actions.check_ins import begun
from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.goals import create_goal
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain.documents import encoded
from waymark.domain.records import CheckIn, Goal
from waymark.errors import Fault, Invalid
from waymark.store import statements
from waymark.store.work import Work

NAMESPACE: Final = UUID("6f0d3c8e-2f43-5b0e-9a55-57a3c0de0001")
"""Of every id that is made from content. Changing it makes every import come in twice."""


class Entry(msgspec.Struct, frozen=True):
    """A fact to import: the line it stands in, the id that its content gives it, and what it says."""

    line: int
    id: str
    command: RecordCheckIn


class Refused(msgspec.Struct, frozen=True):
    """A line that did not come in, and why."""

    line: int
    faults: tuple[Fault, ...]


class Imported(msgspec.Struct, frozen=True):
    """What became of some entries; `new` and `known` are counts."""

    new: int = 0
    known: int = 0
    refused: tuple[Refused, ...] = ()

    def and_then(self, later: "Imported") -> "Imported":
        """Both together."""
        return Imported(self.new + later.new, self.known + later.known, (*self.refused, *later.refused))


def goal_id_of(user_id: str, goal: CreateGoal) -> str:
    """The id of a goal that an import makes: its title, metric and unit tell it from the user's others."""
    told = (user_id, goal.title, goal.metric_type, goal.currency or goal.unit or "")
    return str(uuid5(NAMESPACE, "\n".join(told)))


def entries(goal_id: str, commands: Iterable[tuple[int, RecordCheckIn]]) -> Iterator[Entry]:
    """Facts with their ids: (goal, day, value, note, n-th of its like), in the order of the file."""
    seen: Counter[tuple[str, ...]] = Counter()
    for line, command in commands:
        content = (goal_id, str(command.date_key), str(command.value), command.note or "")
        seen[content] += 1
        yield Entry(line, str(uuid5(NAMESPACE, "\n".join((*content, str(seen[content]))))), command)


async def import_check_ins(work: Work, goal_id: str, facts: Sequence[Entry]) -> Outcome:
    """Record those of `facts` that are not there yet, whatever the goal's state; data is `Imported`.

    A fact that was imported and undone since stays undone. NotFound for an unknown goal.
    """
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    fresh, imported = await _judged(work, settlement.goal, facts)
    for fact in fresh:
        settlement.record(fact)
    return Outcome(data=encoded(imported))


async def rehearse_import(
    work: Work, goal_id: str, definition: CreateGoal | None, facts: Sequence[Entry]
) -> Outcome:
    """What `import_check_ins` would say, on a goal that may still have to be made; for a dry run.

    NotFound for an unknown goal without definition, Invalid for a bad definition.
    """
    if definition is not None and await work.one(statements.GOAL_ROW, goal_id=goal_id) is None:
        await create_goal(work, definition.model_copy(update={"id": goal_id}))
    settlement = await Settlement.of(work, goal_id, even_deleted=True)
    _, imported = await _judged(work, settlement.goal, facts)
    return Outcome(data=encoded(imported))


async def _judged(work: Work, goal: Goal, facts: Sequence[Entry]) -> tuple[list[CheckIn], Imported]:
    rows = await work.all(statements.KNOWN_CHECK_INS, ids=[fact.id for fact in facts])
    known = {check_in_id for (check_in_id,) in rows}
    fresh: list[CheckIn] = []
    refused: list[Refused] = []
    for fact in facts:
        if fact.id in known:
            continue
        try:
            fresh.append(replace(await begun(work, goal, fact.command), id=fact.id))
        except Invalid as problem:
            refused.append(Refused(fact.line, problem.details))
    return fresh, Imported(len(fresh), len(known), tuple(refused))
