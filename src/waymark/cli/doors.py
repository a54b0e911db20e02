"""`import beeminder|loop|todoist|ynab`: what other programs export becomes goals, habits, tasks and money.

What the files look like the doors know; each command here only says what comes after what.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from waymark.actions.budgets import create_budget
from waymark.actions.goals import create_goal
from waymark.actions.habits import create_habit
from waymark.actions.imports import (
    import_check_ins,
    import_days,
    import_tasks,
    import_transactions,
    rehearse_check_ins,
)
from waymark.actions.money_commands import CreateTransaction
from waymark.actions.neighbour_commands import CompleteHabit, CreateTask
from waymark.app import Application
from waymark.cli.importing import CHUNK, DryRun, Job, fact_told
from waymark.cli.running import DataDir, Quiet, Source, User, run
from waymark.domain.money import is_currency
from waymark.domain.refusal import Refusal
from waymark.domain.text import parse_uuid
from waymark.doors import beeminder, loop, todoist, ynab
from waymark.doors.files import File
from waymark.doors.reading import Reading
from waymark.errors import Invalid, NotFound
from waymark.store import statements

Several = Annotated[Path, typer.Argument(metavar="FILE", exists=True, readable=True)]


def import_beeminder(
    file: Source, *, user: User, dry_run: DryRun = False, quiet: Quiet = False, data_dir: DataDir = None
) -> None:
    """Bring in goals of Beeminder with their datapoints, from the JSON that its API gives.

    FILE holds one goal, or a list of them: GET …/goals/GOAL.json?datapoints=true. Datapoints that Beeminder
    made up are left out. A second import brings in only what is new.

    Exit codes: 0 when everything came in or was there, 3 when something was refused.

    Example: waymark import beeminder weight.json --user ada@example.com --dry-run
    """
    reading = Reading()

    async def body(application: Application) -> Job:
        job = await Job.begun(application, user, beeminder.NAMES, dry_run=dry_run, quiet=quiet)
        for read in beeminder.beeminder_goals(File(str(file), file.read_bytes()), job.zone, reading):
            if await job.make("goals", create_goal, read.goal):
                goal_id = read.goal.id
                action, *more = (rehearse_check_ins, read.goal.command) if dry_run else (import_check_ins,)
                await job.bring("check-ins", read.facts, fact_told, action, goal_id, *more)
        return job

    run(body, data_dir).conclude(reading, "check-ins")


def import_loop(
    file: Several, *, user: User, dry_run: DryRun = False, quiet: Quiet = False, data_dir: DataDir = None
) -> None:
    """Bring in habits of Loop Habit Tracker with their days, from its CSV export: a zip or a folder.

    Of a day of which something is said already, nothing is changed.

    Exit codes: 0 when everything came in or was there, 3 when something was refused.

    Example: waymark import loop "Loop Habits CSV 2026-03-02.zip" --user ada@example.com
    """
    reading = Reading()
    habits = loop.loop_habits(file, reading)

    async def body(application: Application) -> Job:
        job = await Job.begun(application, user, loop.NAMES, dry_run=dry_run, quiet=quiet)
        for habit in habits:
            create = partial(create_habit, begun_on=habit.begun_on)
            if await job.make("habits", create, habit.habit):
                more = (habit.habit, habit.begun_on)
                await job.bring("days", habit.days, _day_told, import_days, *more)
        return job

    run(body, data_dir).conclude(reading, "days")


def import_todoist(
    file: Source,
    *,
    user: User,
    goal: Annotated[str | None, typer.Option(help="Id of the goal to link the tasks to.")] = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> None:
    """Bring in open tasks of Todoist, from a project's CSV file or a backup, a zip with all of them.

    A task is known again by its project, its content, the tasks above it, and as the n-th of its like.

    Exit codes: 0 when everything came in or was there, 3 when something was refused.

    Example: waymark import todoist backup.zip --user ada@example.com
    """
    reading = Reading()
    goal_id = None if goal is None else _goal_id(goal)
    tasks = todoist.todoist_tasks(file, goal_id, reading)

    async def body(application: Application) -> Job:
        job = await Job.begun(application, user, todoist.NAMES, dry_run=dry_run, quiet=quiet)
        if goal_id is not None:
            known = {"user_id": job.user_id, "goal_id": goal_id}
            if await application.database.one(statements.GOAL_ROW, **known) is None:
                raise NotFound(f"{user} has no goal {goal_id}.")
        # A rehearsal keeps nothing, so parents and what is below them must be in one.
        chunk = max(1, len(tasks)) if dry_run else CHUNK
        await job.bring("tasks", tasks, _task_told, import_tasks, chunk=chunk)
        return job

    run(body, data_dir).conclude(reading, "tasks")


def import_ynab(
    file: Source,
    *,
    user: User,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the plan: the files do not tell it.")],
    dates: Annotated[
        ynab.DateOrder | None,
        typer.Option(help="Order of year, month and day, if the file leaves it open."),
    ] = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> None:
    """Bring in money of YNAB: transactions of the register, and a monthly budget for each category planned.

    FILE is the zip of its export, or the register or plan out of it. Both sides of a transfer are one
    transaction.

    Exit codes: 0 when everything came in or was there, 3 when something was refused.

    Example: waymark import ynab export.zip --user ada@example.com --currency USD
    """
    if not is_currency(currency):
        raise Invalid.of("--currency", "not_allowed", "An ISO 4217 currency code such as USD.")
    reading = Reading()

    async def body(application: Application) -> Job:
        job = await Job.begun(application, user, ynab.NAMES, dry_run=dry_run, quiet=quiet)
        found = ynab.ynab_export(file, currency, dates, job.today, reading)
        for budget in found.budgets:
            await job.make("budgets", create_budget, budget)
        for kind in ("income", "expense", "transfer"):
            some = [each for each in found.transactions if each.command.type == kind]
            await job.bring(kind, some, _money_told, import_transactions)
        return job

    run(body, data_dir).conclude(reading, "expense")


def _goal_id(text: str) -> str:
    try:
        return parse_uuid(text)
    except Refusal as refusal:
        raise Invalid.of("--goal", refusal.code, refusal.message) from None


def _day_told(command: CompleteHabit) -> tuple[Decimal | None, date | None]:
    return command.value, command.date_key


def _task_told(command: CreateTask) -> tuple[Decimal | None, date | None]:
    return None, command.due_date


def _money_told(command: CreateTransaction) -> tuple[Decimal | None, date | None]:
    return command.amount, command.date
