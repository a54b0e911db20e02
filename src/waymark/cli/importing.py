"""What every import shares: records brought in by batches, with progress, and a report in the end.

What is in the files the doors know; what comes in, actions and domain say.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import msgspec
import typer
from rich import box
from rich.table import Table

from waymark.actions.accounts import get_user_by_email
from waymark.actions.commands import RecordCheckIn
from waymark.actions.fields import Command
from waymark.actions.imports import Entry, Imported, Refused
from waymark.actions.perform import Conditions, Outcome, perform
from waymark.app import Application
from waymark.cli.progress import progress
from waymark.cli.running import REFUSED_LINES, answers, complaints, say
from waymark.domain.days import local_day
from waymark.doors.reading import Reading
from waymark.errors import AlreadyExists, Invalid, NotFound
from waymark.store.work import Work

C = TypeVar("C", bound=Command)

CHUNK: Final = 500
"""Records for each transaction, so that a server beside it gets its turn."""
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Say what would come in, write nothing.")]
Told: TypeAlias = Callable[[C], tuple[Decimal | None, date | None]]
"""The number and the day that a command tells, for sums and ranges."""
Bring: TypeAlias = Callable[..., Awaitable[Outcome]]
"""An action that takes entries last, each once however often it comes; its data is `Imported`."""


class Line(msgspec.Struct):
    """A line of the report: one kind of record; `sum`, `first` and `last` are of all that was read."""

    imported: Imported = Imported()
    sum: Decimal | None = None
    first: date | None = None
    last: date | None = None

    def tell(self, told: Iterable[tuple[Decimal | None, date | None]]) -> None:
        for value, day in told:
            if value is not None:
                self.sum = (self.sum or Decimal(0)) + value
            if day is not None:
                self.first, self.last = min(self.first or day, day), max(self.last or day, day)


class Job:
    """One import into one account. A dry run goes the same way, and each of its transactions is undone."""

    def __init__(self, application: Application, user_id: str, zone: str, today: date) -> None:
        self.application = application
        self.user_id = user_id
        self.zone = zone
        self.today = today
        self.lines: dict[str, Line] = {}
        self.outcome = ""
        """What has come of it, in a line."""
        self._conditions = Conditions(origin="import")
        self._names: Mapping[str, str] = {}
        self._quiet = False

    @classmethod
    async def begun(
        cls, application: Application, email: str, names: Mapping[str, str], *, dry_run: bool, quiet: bool
    ) -> "Job":
        """For the account of an address; NotFound. `names` tells what the file calls a command's field."""
        user = await get_user_by_email(application.door, email)
        today = local_day(application.door.clock.now(), user.timezone, user.day_starts_at)
        job = cls(application, user.id, user.timezone, today)
        job._conditions = Conditions(origin="import", dry_run=dry_run)
        job._names = names
        job._quiet = quiet
        return job

    @property
    def is_dry(self) -> bool:
        return self._conditions.dry_run

    async def perform(self, action: Callable[..., Awaitable[Outcome]], *args: Any) -> Outcome:
        """One action as one transaction, undone if this is a dry run."""
        return await perform(self.application.door, self.user_id, self._conditions, action, *args)

    async def make(self, kind: str, create: Callable[[Work, C], Awaitable[Outcome]], entry: Entry[C]) -> bool:
        """One record, unless it is there already; whether it is there now, or would be."""
        line = self.lines.setdefault(kind, Line())
        command = entry.command.model_copy(update={"id": entry.id})
        imported = Imported(new=1)
        try:
            await self.perform(create, command)
        except AlreadyExists:
            imported = Imported(known=1)
        except (Invalid, NotFound) as problem:
            imported = Imported(refused=(Refused(entry.at, problem.details),))
        line.imported = line.imported.and_then(imported)
        return not imported.refused

    async def bring(
        self,
        kind: str,
        entries: Sequence[Entry[C]],
        told: Told[C],
        action: Bring,
        *args: Any,
        chunk: int = CHUNK,
    ) -> None:
        """Many records, `chunk` of them to a transaction."""
        line = self.lines.setdefault(kind, Line())
        line.tell(told(entry.command) for entry in entries)
        with progress(f"Importing {kind}", len(entries), quiet=self._quiet) as advance:
            for begin in range(0, len(entries), chunk):
                some = entries[begin : begin + chunk]
                line.imported = line.imported.and_then(await self._brought(some, action, *args))
                advance(len(some))

    async def _brought(self, entries: Sequence[Entry[C]], action: Bring, *args: Any) -> Imported:
        try:
            outcome = await self.perform(action, *args, entries)
        except Invalid as problem:
            if len(entries) == 1:
                return Imported(refused=(Refused(entries[0].at, problem.details),))
            imported = Imported()
            for entry in entries:
                imported = imported.and_then(await self._brought([entry], action, *args))
            return imported
        return msgspec.json.decode(outcome.data, type=Imported)

    def conclude(self, reading: Reading, kind: str) -> None:
        """Print the report; exit when something was refused. What could not be read counts as of a kind."""
        line = self.lines.setdefault(kind, Line())
        line.imported = line.imported.and_then(Imported(refused=tuple(reading.refused)))
        if not self._quiet:
            answers().print(self._table())
            for note, count in sorted(reading.notes.items()):
                say(f"{count} × {note}")
            if self.outcome:
                say(self.outcome)
            if self.is_dry:
                say("A dry run: nothing was written.")
        refused = [each for told in self.lines.values() for each in told.imported.refused]
        _complain(refused, self._names)
        if refused:
            raise typer.Exit(REFUSED_LINES)

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("", no_wrap=True)
        for name in ("read", "new", "there", "refused", "sum", "from", "to"):
            table.add_column(name, justify="right", no_wrap=True)
        for kind, line in self.lines.items():
            done = line.imported
            counts = (done.new, done.known, len(done.refused))
            sums = "" if line.sum is None else f"{line.sum:f}"
            table.add_row(
                kind, *map(str, (sum(counts), *counts)), sums, str(line.first or ""), str(line.last or "")
            )
        return table


def _complain(refused: Sequence[Refused], names: Mapping[str, str]) -> None:
    console = complaints()
    for each in sorted(refused, key=_place):
        reasons = (f"{names.get(fault.field, fault.field)}: {fault.message}" for fault in each.faults)
        console.print(f"{each.at}: {' '.join(reasons)}", markup=False)


def _place(refused: Refused) -> list[tuple[int, str]]:
    """Places in the order of the file: line 9 before line 10."""
    parts = re.split("([0-9]+)", refused.at)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def fact_told(command: RecordCheckIn) -> tuple[Decimal | None, date | None]:
    """Value and day of a check-in."""
    return command.value, command.date_key
