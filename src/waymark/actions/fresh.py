"""Reading what the clock may have moved: a document of another day is settled again first.

The reads themselves are queries'; this only decides whether one may be shown as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from waymark.actions.achievements import award_all
from waymark.actions.perform import Conditions, Door, Outcome, perform
from waymark.actions.settlement import Settlement
from waymark.domain.achievements import Achievement, Measures, is_in_line
from waymark.errors import NotFound
from waymark.queries import achievements as honours
from waymark.queries import goals as queries
from waymark.store import statements
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.statements import Page
from waymark.store.work import Work

_BY_CLOCK = Conditions(origin="clock")


async def fresh_page(door: Door, user_id: str, goal_id: str) -> Page:
    """The goal's document of the owner's present day; NotFound for an unknown or deleted goal."""
    page = await queries.find_page(door.database, user_id, goal_id)
    if page is not None and not queries.is_fresh(page, door.clock.now()):
        await perform(door, user_id, _BY_CLOCK, refresh_goals, [goal_id])
        page = await queries.find_page(door.database, user_id, goal_id)
    if page is None:
        raise NotFound
    return page


async def fresh_list(
    door: Door,
    cursors: Cursors,
    user_id: str,
    asked: Asked,
    given: Mapping[str, Any],
    *,
    show_status: str,
) -> tuple[str, ListMeta]:
    """A page of goals, all of the user's settled for the present day: sorting needs every one."""
    now = door.clock.now()
    reading = (door.database, cursors, user_id, asked, given)
    bodies, meta, stale = await queries.goal_list(*reading, show_status=show_status, now=now)
    if stale:
        await refresh_all(door, user_id, now)
        bodies, meta, _ = await queries.goal_list(*reading, show_status=show_status, now=now)
    return bodies, meta


async def refresh_all(door: Door, user_id: str, now: datetime) -> None:
    """Settle every goal of the user whose document is not of the day at `now`, some at a time."""
    while True:
        stale = await door.database.all(statements.STALE, user_id=user_id, now=now)
        if not stale:
            return
        await perform(door, user_id, _BY_CLOCK, refresh_goals, [goal_id for (goal_id,) in stale])


async def refresh_goals(work: Work, goal_ids: Sequence[str]) -> Outcome:
    """Make the documents of some goals anew for the user's today."""
    for goal_id in goal_ids:
        settlement = await Settlement.find(work, goal_id)
        if settlement is not None:
            await settlement.refresh()
    return Outcome(data="null")


async def fresh_achievements(door: Door, user_id: str) -> tuple[Measures, Mapping[str, Achievement]]:
    """What a user's facts come to today, and what is earned by it: by key, and in line with it."""
    await refresh_all(door, user_id, door.clock.now())
    found = await honours.measures_and_earned(door.database, user_id, door.clock.now())
    if not is_in_line(*found):
        await perform(door, user_id, _BY_CLOCK, _awarded)
        found = await honours.measures_and_earned(door.database, user_id, door.clock.now())
    return found


async def _awarded(work: Work) -> Outcome:
    await award_all(work)
    return Outcome(data="null")
