"""Tasks, habits, focus time, ties and insights as sync merges them.

What each means its handlers and the domain say; here is what devices tell of it otherwise than REST.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from msgspec.structs import replace
from pydantic import Field

from waymark.actions import focus, habits, insights, tasks
from waymark.actions.fields import Amount, Command, Day, Id, Instant, Prose, Title
from waymark.actions.goal_links import link_item, unlink_item
from waymark.actions.insight_commands import MAX_BODY, ChangeInsight, CreateInsight, Priority, Word
from waymark.actions.links import HABIT_BINDING, TASK_BINDING, Binding
from waymark.actions.neighbour_commands import (
    ChangeFocus,
    ChangeHabit,
    ChangeTask,
    CompleteFocus,
    CompleteHabit,
    CreateFocus,
    CreateHabit,
    CreateTask,
    LinkTerms,
)
from waymark.actions.settlement import Settlement
from waymark.domain.habits import completion_faults
from waymark.domain.insights import Insight
from waymark.domain.merge import Rules
from waymark.domain.neighbours import (
    FocusSession,
    Habit,
    HabitCompletion,
    Item,
    Link,
)
from waymark.domain.vocabulary import CompletionStatus, FocusStatus, InsightLevel, InsightStatus, SyncStatus
from waymark.errors import Invalid
from waymark.queries.focus import FOCUS
from waymark.queries.habits import COMPLETIONS, HABITS
from waymark.queries.insights import INSIGHTS
from waymark.queries.tasks import TASKS
from waymark.store.link_statements import COMPLETION_OF_DAY
from waymark.store.work import Work
from waymark.sync.kinds import (
    Handlers,
    Kind,
    NounKind,
    PlainKind,
    Telling,
    day_of,
    missing,
)
from waymark.sync.reading import command_of, read

N = TypeVar("N", bound=Item)
L = TypeVar("L", bound=Link)

_STEPS: Final[dict[FocusStatus, Any]] = {
    "paused": focus.pause_focus,
    "in_progress": focus.resume_focus,
    "canceled": focus.cancel_focus,
}


class HabitKind(PlainKind[Habit]):
    """The goals that it is tied to are a set."""

    async def server(self, work: Work, record: Habit) -> dict[str, Any]:
        links = await work.all(HABIT_BINDING.tie.of_item, item_id=record.id)
        tied = tuple(link.goal_id for link in links)
        return {**await super().server(work, record), "linked_goal_ids": tied}


# Days of habits ------------------------------------------------------------------------------


class OfHabit(Command):
    """What a day's record hangs on, and which day it is."""

    habit_id: Id | None = None
    date_key: Day | None = None


class PushedDay(CompleteHabit):
    """A day as a device holds it, with the habit that over REST is in the path."""

    habit_id: Id


class ChangeDay(Command):
    """What may be said otherwise of a day; which day it is stays."""

    status: CompletionStatus = "done"
    value: Amount | None = None


class DayKind(NounKind[HabitCompletion]):
    """What was said of a day: one record, whichever device spoke first."""

    async def find_twin(self, work: Work, telling: Telling) -> HabitCompletion | None:
        told = read(OfHabit, telling.data)
        if told.habit_id is None:
            return None
        day = told.date_key or day_of(work, telling)
        return await work.one(COMPLETION_OF_DAY, habit_id=told.habit_id, date_key=day)

    async def create(self, work: Work, telling: Telling) -> None:
        habit, completion = await begun_day(work, telling)
        await habits.tell_days(work, habit, [work.put_noun(COMPLETIONS, completion)])

    async def change(self, work: Work, record: HabitCompletion, writes: Mapping[str, Any]) -> None:
        said = {"status": record.status, "value": record.value, **writes, "date_key": record.date_key}
        await habits.complete_habit(work, record.habit_id, command_of(CompleteHabit, said))

    async def remove(self, work: Work, record: HabitCompletion) -> None:
        await habits.forget_day(work, record.habit_id, record.id)

    async def restore(self, work: Work, record: HabitCompletion) -> None:
        await self.change(work, record, {})


async def begun_day(
    work: Work, telling: Telling, known: Mapping[str, Habit] = {}
) -> tuple[Habit, HabitCompletion]:
    """A day's record as a device tells it, and its habit; id and day are known to be free."""
    command = read(PushedDay, telling.data)
    habit = known.get(command.habit_id)
    if habit is None:
        habit = await work.one(HABITS.by_id, id=command.habit_id)
    if habit is None:
        raise missing("habitId")
    completion = HabitCompletion(
        user_id=work.user_id,
        id=telling.id,
        created_at=work.now,
        updated_at=work.now,
        habit_id=habit.id,
        date_key=command.date_key or day_of(work, telling),
        status=command.status,
        value=command.value,
    )
    faults = completion_faults(
        habit,
        status=completion.status,
        value=completion.value,
        date_key=completion.date_key,
        today=work.today,
    )
    if faults:
        raise Invalid(details=faults)
    return habit, completion


# Focus time ----------------------------------------------------------------------------------


class PushedFocus(ChangeFocus):
    """A session as a device holds it; its status says which step was taken."""

    status: FocusStatus = "in_progress"


class FocusKind(PlainKind[FocusSession]):
    """Its steps have calls of their own over REST."""

    async def create(self, work: Work, telling: Telling) -> None:
        is_open = telling.data.get("status") in ("paused", "canceled")
        data = {**telling.data, "id": telling.id}
        if is_open:
            # A step is taken on a session that runs, and it is the step that ends it.
            data = {**data, "status": "in_progress", "endedAt": None, "actualMinutes": None}
        await focus.create_focus(work, read(CreateFocus, data))
        if is_open:
            await _STEPS[read(PushedFocus, telling.data).status](work, telling.id)

    async def change(self, work: Work, record: FocusSession, writes: Mapping[str, Any]) -> None:
        rest = dict(writes)
        status: FocusStatus | None = rest.pop("status", None)
        ending: dict[str, Any] = {}
        if status == "completed":
            ending = {name: rest.pop(name) for name in ("actual_minutes", "notes") if name in rest}
        if rest:
            await focus.change_focus(work, record.id, command_of(ChangeFocus, rest))
        if status == "completed":
            await focus.complete_focus(work, record.id, command_of(CompleteFocus, ending))
        elif status is not None:
            await _STEPS[status](work, record.id)


# Ties ----------------------------------------------------------------------------------------


class TaskTie(Command):
    """Both ends of a tie to a task."""

    goal_id: Id
    task_id: Id


class HabitTie(Command):
    """Both ends of a tie to a habit."""

    goal_id: Id
    habit_id: Id


class TieKind(Kind[L]):
    """A goal and a task or habit: one record for the pair, whichever device tied them first."""

    changing = LinkTerms

    def __init__(self, binding: Binding[Any, L]) -> None:
        self._binding = binding
        self.entity = str(binding.tie.table.name)

    async def find(self, work: Work, record_id: str) -> L | None:
        return await work.one(self._binding.tie.by_id, id=record_id)

    async def find_twin(self, work: Work, telling: Telling) -> L | None:
        goal_id, item_id = self._ends(telling)
        link = await work.one(self._binding.tie.pair, goal_id=goal_id, item_id=item_id)
        return link if link is not None and link.show_status != "deleted" else None

    async def create(self, work: Work, telling: Telling) -> None:
        goal_id, item_id = self._ends(telling)
        terms = read(LinkTerms, telling.data)
        goal = await Settlement.find(work, goal_id)
        if goal is None or goal.goal.show_status == "deleted":
            raise missing("goalId")
        item = await work.one(self._binding.noun.by_id, id=item_id)
        if item is None or item.show_status == "deleted":
            raise missing("taskId" if self._binding is TASK_BINDING else "habitId")
        await link_item(work, self._binding, goal_id, item_id, terms, link_id=telling.id)

    async def change(self, work: Work, record: L, writes: Mapping[str, Any]) -> None:
        item_id = self._binding.tie.item_of(record)
        await link_item(work, self._binding, record.goal_id, item_id, command_of(LinkTerms, writes))

    async def remove(self, work: Work, record: L) -> None:
        await unlink_item(work, self._binding, record.goal_id, self._binding.tie.item_of(record))

    async def restore(self, work: Work, record: L) -> None:
        await self.change(work, record, {"contribution": record.contribution})

    async def mark(self, work: Work, record: L, status: SyncStatus) -> L:
        return work.write(
            self._binding.tie.table,
            replace(record, sync_status=status),
            self._binding.body,
            before=record,
        )

    async def body(self, _work: Work, record: L) -> str:
        return self._binding.body(record)

    def _ends(self, telling: Telling) -> tuple[str, str]:
        if self._binding is TASK_BINDING:
            to_task = read(TaskTie, telling.data)
            return to_task.goal_id, to_task.task_id
        to_habit = read(HabitTie, telling.data)
        return to_habit.goal_id, to_habit.habit_id


# Insights ------------------------------------------------------------------------------------


class PushedInsight(Command):
    """What a device may change of an insight; what it is about and what can be done stay."""

    title: Title = ""
    body: Annotated[Prose, Field(max_length=MAX_BODY)] = ""
    kind: Word = "insight"
    level: InsightLevel = "info"
    priority: Priority = 5
    scope: Word | None = None
    category: Word | None = None
    rule: Word | None = None
    status: InsightStatus = "new"
    valid_until: Instant | None = None


class InsightKind(PlainKind[Insight]):
    """What a rule says the server makes of the facts; people and assistants make their own."""

    def is_derived(self, telling: Telling) -> bool:
        return telling.data.get("source") == "rule"

    async def change(self, work: Work, record: Insight, writes: Mapping[str, Any]) -> None:
        await insights.change_insight(work, record.id, command_of(ChangeInsight, writes))


NOUN_KINDS: Final[tuple[Kind[Any], ...]] = (
    PlainKind(
        TASKS,
        Handlers(tasks.create_task, tasks.change_task, tasks.remove_task, tasks.restore_task),
        creating=CreateTask,
        changing=ChangeTask,
        columns=tasks.COLUMNS,
    ),
    HabitKind(
        HABITS,
        Handlers(habits.create_habit, habits.change_habit, habits.remove_habit, habits.restore_habit),
        creating=CreateHabit,
        changing=ChangeHabit,
        rules=Rules(links=frozenset({"linked_goal_ids"})),
    ),
    DayKind(
        COMPLETIONS,
        creating=CompleteHabit,
        changing=ChangeDay,
        rules=Rules(groups=(("status", "value"),)),
    ),
    FocusKind(
        FOCUS,
        Handlers(focus.create_focus, focus.change_focus, focus.remove_focus, focus.restore_focus),
        creating=CreateFocus,
        changing=PushedFocus,
    ),
    TieKind(TASK_BINDING),
    TieKind(HABIT_BINDING),
    InsightKind(
        INSIGHTS,
        Handlers(
            insights.create_insight,
            insights.change_insight,
            insights.remove_insight,
            insights.restore_insight,
        ),
        creating=CreateInsight,
        changing=PushedInsight,
    ),
)
