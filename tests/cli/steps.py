"""A goal with one imported fact, taken a step further in its life."""

import re
from pathlib import Path

from tests.cli.conftest import EMAIL, Waymark, on

from waymark.actions.goals import step_goal
from waymark.actions.perform import Door
from waymark.clock import RealClock
from waymark.domain.lifecycle import Step
from waymark.store import inspection
from waymark.store.database import Database


def stepped(waymark: Waymark, log: Path, url: str, step: Step) -> str:
    """The goal's id."""
    options = ("--title", "Paid", "--metric", "amount", "--currency", "USD", "--target", "100")
    out = waymark("import", "csv", log, "--user", EMAIL, *options).out
    (goal_id,) = re.findall(r"[0-9a-f-]{36}", out)

    async def body(database: Database) -> None:
        ((user_id, _),) = await database.all(inspection.USERS)
        await Door(database, RealClock()).perform(user_id, step_goal, goal_id, step)

    on(url, body)
    return str(goal_id)
