"""Ties to what comes later in the same push: made as soon as it is there.

A goal that names a task that names the goal can come in any order so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from waymark.actions.goal_links import link_item
from waymark.actions.links import HABIT_BINDING, TASK_BINDING, Binding
from waymark.actions.neighbour_commands import LinkTerms
from waymark.actions.settlement import Settlement
from waymark.store.work import Work
from waymark.sync.commands import Change

_FIELDS: Final[Mapping[str, tuple[str, Binding[Any, Any]]]] = {
    "linkedTaskIds": ("tasks", TASK_BINDING),
    "linkedHabitIds": ("habits", HABIT_BINDING),
}


class LinksAhead:
    """What goals of one push name that comes after them."""

    def __init__(self) -> None:
        self._coming: set[tuple[str, str]] = set()
        self._goals: dict[tuple[str, str], list[str]] = defaultdict(list)

    def expect(self, changes: Sequence[Change]) -> None:
        """Changes that are about to be made."""
        self._coming |= {(each.entity, each.id) for each in changes if each.operation == "create"}

    async def without(self, work: Work, change: Change) -> Change:
        """A goal's change without what is not there yet."""
        data = dict(change.data)
        for field, (entity, binding) in _FIELDS.items():
            named = data.get(field) if change.entity == "goals" else None
            if not isinstance(named, list):
                continue
            later = [
                each for each in named if isinstance(each, str) and (entity, each.lower()) in self._coming
            ]
            for each in list(later):
                if await work.one(binding.noun.by_id, id=each.lower()) is not None:
                    later.remove(each)
                else:
                    self._goals[entity, each.lower()].append(change.id)
            data[field] = [each for each in named if each not in later]
        return replace(change, data=data)

    async def tie(self, work: Work, change: Change) -> None:
        """The record of a change is there: goals that named it are tied to it."""
        for entity, binding in _FIELDS.values():
            if change.entity != entity:
                continue
            for goal_id in self._goals.pop((entity, change.id), ()):
                goal = await Settlement.find(work, goal_id)
                item = await work.one(binding.noun.by_id, id=change.id)
                is_there = goal is not None and goal.goal.show_status != "deleted"
                if (
                    is_there
                    and item is not None
                    and await binding.find_tied(work, goal_id, change.id) is None
                ):
                    await link_item(work, binding, goal_id, change.id, LinkTerms())

    def is_awaited(self, change: Change) -> bool:
        """Whether goals wait for the record of a change."""
        return (change.entity, change.id) in self._goals

    def has_come(self, change: Change) -> bool:
        """Mark a change as made; whether goals wait for it."""
        self._coming.discard((change.entity, change.id))
        return self.is_awaited(change)
