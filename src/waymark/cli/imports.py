"""`import csv`: a file of facts becomes check-ins of one goal.

What a fact must look like and what makes it the same fact again, actions and domain say.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from pydantic import ValidationError
from rich.table import Table

from waymark.actions.accounts import get_user_by_email
from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.fresh import fresh_page
from waymark.actions.goals import create_goal
from waymark.actions.imports import (
    Entry,
    Imported,
    Refused,
    entries,
    goal_id_of,
    import_check_ins,
    rehearse_import,
)
from waymark.actions.perform import Conditions, perform
from waymark.app import Application
from waymark.cli.progress import progress
from waymark.cli.running import REFUSED_LINES, DataDir, Quiet, User, answers, complaints, run, say
from waymark.cli.table import Row, rows
from waymark.domain.documents import GoalDocument
from waymark.domain.refusal import Refusal
from waymark.domain.text import parse_uuid
from waymark.errors import AlreadyExists, Fault, Invalid, NotFound
from waymark.store import statements
from waymark.web.reading import faults

CHUNK: Final = 500
"""Facts for each transaction, so that a server beside it gets its turn."""
COLUMNS: Final = {"date": "dateKey", "value": "value", "note": "note"}
"""Column of the file → field of the command."""
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
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every line, write nothing.")] = False,
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

    async def body(application: Application) -> Imported:
        job = await _Job.begun(application, user, aim, dry_run=dry_run)
        imported = await job.done(rows(file, ["date", "value"], list(COLUMNS)), quiet=quiet)
        if not quiet:
            await job.summarise(imported)
        return imported

    imported = run(body, data_dir)
    _complain(imported.refused)
    if imported.refused:
        raise typer.Exit(REFUSED_LINES)


class _Job:
    """One import into one goal."""

    def __init__(
        self,
        application: Application,
        user_id: str,
        goal_id: str,
        definition: CreateGoal | None,
        *,
        dry_run: bool,
    ) -> None:
        self._door = application.door
        self._user_id = user_id
        self._goal_id = goal_id
        self._definition = definition
        self._conditions = Conditions(origin="import", dry_run=dry_run)

    @classmethod
    async def begun(
        cls, application: Application, email: str, aim: CreateGoal | str, *, dry_run: bool
    ) -> "_Job":
        """The goal is found or made, unless this is a dry run."""
        user = await get_user_by_email(application.door, email)
        if isinstance(aim, str):
            if await application.database.one(statements.GOAL_ROW, user_id=user.id, goal_id=aim) is None:
                raise NotFound(f"{email} has no goal {aim}.")
            return cls(application, user.id, aim, None, dry_run=dry_run)
        definition = aim.model_copy(update={"id": goal_id_of(user.id, aim)})
        job = cls(application, user.id, str(definition.id), definition, dry_run=dry_run)
        try:
            await perform(job._door, user.id, job._conditions, create_goal, definition)
        except AlreadyExists:
            pass  # a run before this one made it
        except Invalid as problem:
            raise _in_options(problem.details) from None
        return job

    async def done(self, found: Sequence[Row], *, quiet: bool) -> Imported:
        commands, unreadable = _commands(found)
        facts = list(entries(self._goal_id, commands))
        imported = Imported(refused=tuple(unreadable))
        with progress("Importing", len(facts), quiet=quiet) as advance:
            for begin in range(0, len(facts), CHUNK):
                chunk = facts[begin : begin + CHUNK]
                imported = imported.and_then(await self._import(chunk))
                advance(len(chunk))
        return imported

    async def _import(self, chunk: Sequence[Entry]) -> Imported:
        if self._conditions.dry_run:
            args = (self._goal_id, self._definition, chunk)
            outcome = await perform(self._door, self._user_id, self._conditions, rehearse_import, *args)
        else:
            outcome = await perform(
                self._door, self._user_id, self._conditions, import_check_ins, self._goal_id, chunk
            )
        return msgspec.json.decode(outcome.data, type=Imported)

    async def summarise(self, imported: Imported) -> None:
        counts = {"new": imported.new, "already there": imported.known, "refused": len(imported.refused)}
        table = Table("read", *counts)
        table.add_row(str(sum(counts.values())), *map(str, counts.values()))
        answers().print(table)
        if self._conditions.dry_run:
            say("A dry run: nothing was written.")
            return
        try:
            page = await fresh_page(self._door, self._user_id, self._goal_id)
        except NotFound:
            say(f"The goal {self._goal_id} is deleted; restore it to see its progress.")
            return
        say(_line(msgspec.json.decode(page.body, type=GoalDocument)))


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


def _commands(found: Sequence[Row]) -> tuple[list[tuple[int, RecordCheckIn]], list[Refused]]:
    """What the rows ask for, and those that ask for nothing valid."""
    commands: list[tuple[int, RecordCheckIn]] = []
    refused = []
    for row in found:
        if row.fault is not None:
            refused.append(Refused(row.line, (row.fault,)))
            continue
        # An empty cell says nothing; a date that is not told would silently become today.
        cells = {"date": "", **row.cells}
        given = {COLUMNS[name]: cell for name, cell in cells.items() if cell or name == "date"}
        try:
            commands.append((row.line, RecordCheckIn.model_validate(given)))
        except ValidationError as error:
            refused.append(Refused(row.line, tuple(faults(error))))
    return commands, refused


def _complain(refused: Sequence[Refused]) -> None:
    columns = {field: column for column, field in COLUMNS.items()}
    console = complaints()
    for each in sorted(refused, key=lambda refusal: refusal.line):
        reasons = (f"{columns.get(fault.field, fault.field)}: {fault.message}" for fault in each.faults)
        console.print(f"line {each.line}: {' '.join(reasons)}", markup=False)
