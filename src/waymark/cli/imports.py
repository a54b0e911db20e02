"""`import csv`: a file of facts becomes check-ins of one goal.

What a fact must look like and what makes it the same fact again, actions and domain say.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
import typer
from pydantic import ValidationError

from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.faults import faults
from waymark.actions.fresh import fresh_page
from waymark.actions.goals import create_goal
from waymark.actions.imports import entries, goal_id_of, import_check_ins, rehearse_check_ins
from waymark.app import Application
from waymark.cli.importing import DryRun, Job, fact_told
from waymark.cli.running import DataDir, Quiet, Source, User, run
from waymark.domain.documents import GoalDocument
from waymark.domain.refusal import Refusal
from waymark.domain.text import parse_uuid
from waymark.doors.files import File
from waymark.doors.reading import Reading
from waymark.doors.table import rows
from waymark.errors import AlreadyExists, Fault, Invalid, NotFound
from waymark.store import statements

COLUMNS: Final = {"date": "dateKey", "value": "value", "note": "note"}
"""Column of the file → field of the command."""
NAMES: Final = {field: column for column, field in COLUMNS.items()}
OPTIONS: Final = {
    "title": "--title",
    "description": "--description",
    "goalType": "--type",
    "metricType": "--metric",
    "unit": "--unit",
    "currency": "--currency",
    "checkInMode": "--mode",
    "initialValue": "--initial",
    "targetValue": "--target",
    "direction": "--direction",
    "startDate": "--start",
    "targetDate": "--target-date",
}
"""Field of the goal's definition → option."""


def import_csv(  # noqa: PLR0913  # a command's options
    file: Source,
    *,
    user: User,
    goal: Annotated[str | None, typer.Option(help="Id of the goal that gets the facts.")] = None,
    title: Annotated[
        str | None, typer.Option(help="Make a goal with this title, or find the one made so.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="What the goal is about.")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--type", help="financial, health, education, productivity or personal (default)."),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="none (default), amount, weight, count, duration or custom.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the values, such as kg or minutes.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code, for --metric amount.")] = None,
    mode: Annotated[
        str | None, typer.Option(help="increment: values add up; measure: the newest one is the state.")
    ] = None,
    initial: Annotated[str | None, typer.Option(help="Value before the first fact.")] = None,
    target: Annotated[str | None, typer.Option(help="Value to reach.")] = None,
    direction: Annotated[str | None, typer.Option(help="increase, decrease or neutral.")] = None,
    start: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    target_date: Annotated[str | None, typer.Option(help="Day to be there, YYYY-MM-DD.")] = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> None:
    """Record the lines of a CSV file as check-ins of a goal.

    The first line names the columns, in any order: date (YYYY-MM-DD), value, and note if you like. The order
    of the file is the order of the facts. A second import changes nothing: a fact is known again by its
    goal, date, value and note, and as the n-th of its like; the goal of --title by its title, metric and
    unit or currency. Lines that are refused are listed with their numbers, the rest comes in.

    Exit codes: 0 when every line came in or was there, 3 when some were refused.

    Example: waymark import csv weight.csv --user ada@example.com --title "Down to 68 kg" --type health
    --metric weight --unit kg --initial 92 --target 68
    """
    given = {
        "title": title,
        "description": description,
        "goalType": kind,
        "metricType": metric,
        "unit": unit,
        "currency": currency,
        "checkInMode": mode,
        "initialValue": initial,
        "targetValue": target,
        "direction": direction,
        "startDate": start,
        "targetDate": target_date,
    }
    given = {field: text for field, text in given.items() if text is not None}
    if (goal is None) == (title is None) or (goal is not None and given):
        raise typer.BadParameter("give either --goal, or --title with what defines the goal")
    aim = _definition(given) if goal is None else _goal_id(goal)

    reading = Reading()
    commands = _commands(File(str(file), file.read_bytes()), reading)

    async def body(application: Application) -> Job:
        job = await Job.begun(application, user, NAMES, dry_run=dry_run, quiet=quiet)
        goal_id, definition = await _aimed(job, aim)
        action, *more = (rehearse_check_ins, definition) if dry_run else (import_check_ins,)
        facts = list(entries(goal_id, commands))
        await job.bring("check-ins", facts, fact_told, action, goal_id, *more)
        if not dry_run:
            job.outcome = await _state(job, goal_id)
        return job

    run(body, data_dir).conclude(reading, "check-ins")


async def _aimed(job: Job, aim: CreateGoal | str) -> tuple[str, CreateGoal | None]:
    """The goal's id, once it is found or made, and its definition if it was told; Invalid, NotFound."""
    if isinstance(aim, str):
        if await job.application.database.one(statements.GOAL_ROW, user_id=job.user_id, goal_id=aim) is None:
            raise NotFound(f"The account has no goal {aim}.")
        return aim, None
    definition = aim.model_copy(update={"id": goal_id_of(job.user_id, aim)})
    try:
        await job.perform(create_goal, definition)
    except AlreadyExists:
        pass  # a run before this one made it
    except Invalid as problem:
        raise _in_options(problem.details) from None
    return str(definition.id), definition


async def _state(job: Job, goal_id: str) -> str:
    """Where the goal stands now."""
    try:
        page = await fresh_page(job.application.door, job.user_id, goal_id)
    except NotFound:
        return f"The goal {goal_id} is deleted; restore it to see its progress."
    return _line(msgspec.json.decode(page.body, type=GoalDocument))


def _line(goal: GoalDocument) -> str:
    """A goal's state in one line."""
    unit = goal.currency or goal.unit or ""
    reached = sum(milestone.completed_at is not None for milestone in goal.milestones)
    parts = [
        f"{goal.title} ({goal.id}): {goal.progress_percent} %",
        f"current value {goal.current_value} {unit}".rstrip(),
        f"{goal.check_in_count} check-ins",
    ]
    if goal.milestones:
        parts.append(f"{reached} of {len(goal.milestones)} milestones reached")
    return ", ".join(parts)


def _definition(given: dict[str, Any]) -> CreateGoal:
    try:
        return CreateGoal.model_validate(given)
    except ValidationError as error:
        raise _in_options(faults(error)) from None


def _in_options(details: Sequence[Fault]) -> Invalid:
    named = [Fault(OPTIONS.get(fault.field, fault.field), fault.code, fault.message) for fault in details]
    return Invalid("The goal cannot be made like that:", details=named)


def _goal_id(text: str) -> str:
    try:
        return parse_uuid(text)
    except Refusal as refusal:
        raise Invalid.of("--goal", refusal.code, refusal.message) from None


def _commands(file: File, reading: Reading) -> list[tuple[str, RecordCheckIn]]:
    """What the rows ask for, each with its place; those that ask for nothing valid are refused."""
    commands = []
    for row in rows(file, ["date", "value"], list(COLUMNS)):
        at = f"line {row.line}"
        if row.fault is not None:
            reading.refuse(at, row.fault)
            continue
        # An empty cell says nothing; a date that is not told would silently become today.
        cells = {"date": "", **row.cells}
        given = {COLUMNS[name]: cell for name, cell in cells.items() if cell or name == "date"}
        try:
            commands.append((at, RecordCheckIn.model_validate(given)))
        except ValidationError as error:
            reading.refuse(at, *faults(error))
    return commands
