"""Waking what the clock moves: each user's goals and habits whose moment has come, oldest first.

What moves them the rules say. Any number of workers may do this at once: what is due is asked again
under the user's lock, so that whoever comes second finds nothing.
"""

from datetime import datetime
from typing import Final

import structlog

from waymark.actions.noticing import queue
from waymark.actions.noticing_neighbours import notice_by_clock
from waymark.actions.perform import Conditions, Door, Outcome, perform
from waymark.actions.settlement import Settlement
from waymark.errors import NotFound, Unavailable
from waymark.store.insight_statements import DUE, DUE_OF_USER, NEXT_DUE
from waymark.store.work import Work

USERS_AT_ONCE: Final = 200
AT_ONCE: Final = 20
"""What one transaction wakes, so that none holds its user, or on SQLite everyone, for long."""
_BY_CLOCK: Final = Conditions(origin="clock")


async def wake_due(door: Door, now: datetime) -> datetime | None:
    """Wake what is due at an instant; when the next will be, None: nothing waits for the clock.

    One user's failure is told in the log and holds up no other; it is tried again.
    """
    due = await door.database.all(DUE, now=now, limit=USERS_AT_ONCE)
    woken, left = 0, 0
    for user_id in dict.fromkeys(row[0] for row in due):
        try:
            await perform(door, user_id, _BY_CLOCK, _wake)
            woken += 1
        except (NotFound, Unavailable):
            left += 1  # erased meanwhile, or its lock is held: both are seen when it is looked at again
        except Exception as error:  # noqa: BLE001  # the other users' clocks go on
            structlog.get_logger().error("waking a user failed", user_id=user_id, exc_info=error)
            left += 1
    if left:
        return now if woken else None
    row = await door.database.one(NEXT_DUE)
    return None if row is None else row[0]


async def _wake(work: Work) -> Outcome:
    for due in await work.all(DUE_OF_USER, now=work.now, limit=AT_ONCE):
        if due.entity != "goals":
            await notice_by_clock(work, due)
            continue
        settlement = await Settlement.find(work, due.id)
        if settlement is None:
            queue(work, due.entity, due.id, due.due_at, None)
        else:
            await settlement.refresh()
    return Outcome(data="null")
