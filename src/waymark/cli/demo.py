"""`demo`: an example account with two years of history, made through the door like everything else.

What happens in it is in story.py.
"""

from datetime import timedelta
from typing import Final

from waymark.actions.accounts import add_user
from waymark.actions.perform import Conditions, Door, perform
from waymark.app import Application
from waymark.cli.progress import progress
from waymark.cli.running import DataDir, Quiet, run, say
from waymark.cli.story import story
from waymark.clock import FrozenClock
from waymark.errors import AlreadyExists

EMAIL: Final = "demo@example.com"
PASSWORD: Final = "two years of history"  # noqa: S105  # of an account that is there to be looked at
LONGEST: Final = timedelta(days=730)


def demo(*, quiet: Quiet = False, data_dir: DataDir = None) -> None:
    """Make an example account: two years, eight goals of every kind. A second run changes nothing.

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
    with progress("Two years", len(moments), quiet=quiet) as advance:
        for moment in moments:
            clock.at = moment.at
            await perform(door, user.id, Conditions(origin="cli"), moment.act)
            advance(1)
    say(f"The example account is ready: {EMAIL}, password: {PASSWORD}")
