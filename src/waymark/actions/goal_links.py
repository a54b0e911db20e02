"""Tying tasks and habits to goals from the goal's end, and untying them.

What a tie does to a goal is links.py's.
"""

from typing import TypeVar

from msgspec.structs import replace

from waymark.actions.links import Binding
from waymark.actions.neighbour_commands import LinkTerms
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.domain.neighbours import Habit, Item, Link
from waymark.errors import Invalid, NotFound
from waymark.store.work import Work

N = TypeVar("N", bound=Item)
L = TypeVar("L", bound=Link)


async def link_item(
    work: Work,
    binding: Binding[N, L],
    goal_id: str,
    item_id: str,
    terms: LinkTerms,
    *,
    link_id: str | None = None,
) -> Outcome:
    """The tie, new or with other terms; NotFound for an unknown goal or item."""
    settlement = await Settlement.of(work, goal_id)
    item = await _standing(work, binding, item_id)
    before = await binding.find_tied(work, goal_id, item_id)
    if before is None:
        work.check_absence()
    else:
        work.check_version(before)
    if isinstance(item, Habit) and item.completion_mode == "boolean" and terms.contribution is not None:
        raise Invalid.of("contribution", "not_allowed", "A habit of yes or no has no value to count.")
    link = await binding.bind(work, settlement, item, terms.contribution, link_id=link_id)
    if before is None:
        # Whoever shows the item must hear that it names another goal.
        work.put_noun(binding.noun, item, before=item)
    return Outcome(data=binding.body(link), etag=f'"{link.version}"')


async def unlink_item(work: Work, binding: Binding[N, L], goal_id: str, item_id: str) -> Outcome:
    """The tie taken away; the item no longer names the goal either. NotFound where there is none."""
    await Settlement.of(work, goal_id)
    item = await _standing(work, binding, item_id)
    before = await binding.find_tied(work, goal_id, item_id)
    if before is None:
        work.check_absence()
        raise NotFound
    work.check_version(before)
    link = await binding.cut(work, before)
    after = replace(item, goal_id=None) if item.goal_id == goal_id else item
    work.put_noun(binding.noun, after, before=item)
    return Outcome(data=binding.body(link), etag=f'"{link.version}"')


async def _standing(work: Work, binding: Binding[N, L], item_id: str) -> N:
    item = await work.one(binding.noun.by_id, id=item_id)
    if item is None or item.show_status == "deleted":
        raise NotFound
    return item
