"""What follows from all that a transaction wrote, whatever wrote it: the last step before its end.

What follows each module says; here is only the order.
"""

from waymark.actions.achievements import award
from waymark.actions.noticing_neighbours import notice_neighbours
from waymark.store.work import Work


async def close(work: Work) -> None:
    """Say what neighbours made hold, then give what is earned by it all."""
    await notice_neighbours(work)
    await award(work)
