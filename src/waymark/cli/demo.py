"""`demo`: an example account with two years of history, made through the door like everything else.

What happens in it is in story.py and story_worlds.py.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from waymark.actions.accounts import add_user
from waymark.actions.insights import Reading, read_insight
from waymark.actions.perform import Conditions, Door, Outcome, perform
from waymark.app import Application
from waymark.cli.progress import progress
from waymark.cli.running import DataDir, Quiet, run, say
from waymark.cli.story import story
from waymark.clock import FrozenClock
from waymark.domain.insights import Insight
from waymark.errors import AlreadyExists
from waymark.queries.insights import INSIGHTS
from waymark.store.listing import Asked
from waymark.store.work import Work

EMAIL: Final = "demo@example.com"
PASSWORD: Final = "two years of history"  # noqa: S105  # of an account that is there to be looked at
LONGEST: Final = timedelta(days=730)
LAST_LOOKED: Final = timedelta(days=9)
"""Since when nobody has looked at the insights: some are new to whoever opens the page."""


def demo(*, quiet: Quiet = False, data_dir: DataDir = None) -> None:
    """Make an example account: two years, twelve goals fed from every side. A second run changes nothing.

    Everybody knows its password, so keep it away from a server that others can reach.

    Example: waymark demo && waymark serve
    """

    async def body(application: Application) -> None:
        await make_demo(application, quiet=quiet)

    run(body, data_dir)


async def make_demo(application: Application, *, quiet: bool = False) -> None:
    """The account and its history, each moment of it at its own time."""
    now = application.door.clock.now()
    clock = FrozenClock(now - LONGEST)
    door = Door(application.database, clock)
    try:
        user = await add_user(door, EMAIL, PASSWORD)
    except AlreadyExists:
        say(f"The example account is there: {EMAIL}, password: {PASSWORD}")
        return
    moments = story(now.date())
    last_looked_at = now - LAST_LOOKED
    with progress("Two years", len(moments), quiet=quiet) as advance:
        for moment in moments:
            if clock.at < last_looked_at <= moment.at:
                clock.at = last_looked_at
                await _look(application, door, user.id)
            clock.at = moment.at
            await perform(door, user.id, Conditions(origin="cli"), moment.act)
            advance(1)
    say(f"The example account is ready: {EMAIL}, password: {PASSWORD}")


async def _look(application: Application, door: Door, user_id: str) -> None:
    """The person of the story looks through all that rules have said so far."""
    asked = Asked(sort_by="createdAt", order="asc", limit=100)
    while True:
        rows, _, _ = await INSIGHTS.listing.rows(
            door.database,
            application.cursors,
            user_id,
            asked,
            {"status": "new"},
            within={"show_status": "active"},
            today=door.clock.now().date(),
        )
        if not rows:
            return
        said = [INSIGHTS.record_of(row) for row in rows]
        await perform(door, user_id, Conditions(origin="cli"), _seen, said)


async def _seen(work: Work, said: Sequence[Insight]) -> Outcome:
    """News of the pace are put away, the rest is kept."""
    for insight in said:
        reading: Reading = "dismiss" if (insight.rule or "").startswith("pace_") else "view"
        await read_insight(work, insight.id, reading)
    return Outcome(data="null")
