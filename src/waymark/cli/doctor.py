"""`doctor`: every document, total and milestone held against the facts, and the log against itself.

What is compared, and how it is mended, is in actions.
"""

from functools import partial
from typing import Annotated, Any, Final

import typer

from waymark.actions.accounts import get_user_by_email
from waymark.actions.doctor import (
    Difference,
    count_anew,
    goal_differences,
    log_differences,
    mend_money,
    mend_totals,
    money_differences,
    settle_anew,
)
from waymark.actions.perform import Conditions, perform
from waymark.app import Application
from waymark.cli.progress import progress
from waymark.cli.running import FAILED, DataDir, Quiet, run, say
from waymark.domain.days import local_day
from waymark.store import inspection, statements
from waymark.store.database import Reader

MOST_SHOWN: Final = 200
"""Characters of a stored value in a line."""
_BY_DOCTOR: Final = Conditions(origin="cli")


def doctor(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Settle goals that differ anew.")] = False,
    user: Annotated[str | None, typer.Option(help="Only this account.", metavar="EMAIL")] = None,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> None:
    """Hold everything computed against the facts it was computed from.

    Lists each difference; with --repair, goals are settled anew, sums of budgets and digests counted anew,
    and all is looked at again. Exit code 1 when a difference remains.

    Example: waymark doctor --repair
    """
    conclude(run(partial(examine, repair=repair, email=user, quiet=quiet), data_dir), quiet=quiet)


def conclude(differences: int, *, quiet: bool) -> None:
    """Say what an examination came to, and end the command accordingly."""
    if differences:
        say(f"{differences} difference(s) from the facts.")
        raise typer.Exit(FAILED)
    if not quiet:
        say("Everything agrees with the facts.")


async def examine(application: Application, *, repair: bool, email: str | None, quiet: bool) -> int:
    """Say every difference; how many stand at the end."""
    database = application.database
    owners = await database.all(inspection.USERS)
    if email is not None:
        owners = [(owner.id, owner.email) for owner in [await get_user_by_email(application.door, email)]]
    goals = [
        (owner_id, address, goal_id)
        for owner_id, address in owners
        for (goal_id,) in await database.all(statements.GOAL_IDS, user_id=owner_id)
    ]
    url = application.settings.database_url.get_secret_value()
    found = 0
    for fault in inspection.file_faults(url):
        found += _said("database", [Difference(fault, None, None)])
    for owner_id, address in owners:
        where = address
        differences = await database.snapshot(partial(_whole, user_id=owner_id))
        if differences and repair:
            _said(where, differences)
            await database.write(partial(count_anew, user_id=owner_id))
            await perform(application.door, owner_id, _BY_DOCTOR, mend_money)
            where = f"{where}, after repair"
            differences = await database.snapshot(partial(_whole, user_id=owner_id))
        found += _said(where, differences)
    with progress("Goals", len(goals), quiet=quiet) as advance:
        for owner_id, address, goal_id in goals:
            where = f"{address} goal {goal_id}"
            differences = await _differences(application, owner_id, goal_id)
            if differences and repair:
                _said(where, differences)
                await perform(application.door, owner_id, _BY_DOCTOR, mend_totals, goal_id)
                await perform(application.door, owner_id, _BY_DOCTOR, settle_anew, goal_id)
                where = f"{where}, after repair"
                differences = await _differences(application, owner_id, goal_id)
            found += _said(where, differences)
            advance(1)
    return found


async def _whole(reader: Reader, user_id: str) -> list[Difference]:
    """What is wrong with an account, goals apart."""
    return [*await log_differences(reader, user_id), *await money_differences(reader, user_id)]


async def _differences(application: Application, user_id: str, goal_id: str) -> list[Difference]:
    owner = await application.database.one(statements.OWNER, user_id=user_id)
    if owner is None:
        return []
    today = local_day(application.door.clock.now(), owner.timezone, owner.day_starts_at)
    looking = partial(goal_differences, user_id=user_id, goal_id=goal_id, today=today)
    return await application.database.snapshot(looking)


def _said(where: str, differences: list[Difference]) -> int:
    for each in differences:
        if each.stored is each.expected is None:
            say(f"{where}: {each.what}")
        else:
            say(f"{where}: {each.what}: stored {_shown(each.stored)}, expected {_shown(each.expected)}")
    return len(differences)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
