"""`export` and `import archive`: everything of one account as a file, and back.

What is in the file queries decide, what becomes of it actions.
"""

from typing import Annotated, Literal

import msgspec
import typer
from rich import box
from rich.table import Table

from waymark.actions.accounts import get_user_by_email
from waymark.actions.archives import Restored, restore_archive
from waymark.actions.perform import Conditions, perform
from waymark.app import Application
from waymark.cli.importing import DryRun
from waymark.cli.progress import progress
from waymark.cli.running import DataDir, Quiet, Source, Target, User, answers, run, say
from waymark.clock import RealClock
from waymark.doors.archive import archive
from waymark.doors.files import File
from waymark.doors.spreadsheets import write_spreadsheets
from waymark.queries.export import exported
from waymark.store.export_statements import PARTS


def export(
    file: Target,
    *,
    user: User,
    form: Annotated[
        Literal["json", "csv"],
        typer.Option(
            "--format", help="json: one document, to import again; csv: a zip of tables, to look at."
        ),
    ] = "json",
    data_dir: DataDir = None,
) -> None:
    """Write everything of one account to a file, as the account itself can ask for it.

    Deleted records are part of it, passwords and secrets are not. `waymark import archive` brings the JSON
    document back into an empty account.

    Example: waymark export ada.json --user ada@example.com
    """

    async def body(application: Application) -> None:
        owner = await get_user_by_email(application.door, user)
        if form == "csv":
            await write_spreadsheets(application.database, owner.id, file)
        else:
            with file.open("w", encoding="utf-8") as out:
                async for piece in exported(application.database, owner, RealClock().now()):
                    out.write(piece)
        say(f"{file}: everything of {owner.email}.")

    run(body, data_dir)


def import_archive(
    file: Source, *, user: User, dry_run: DryRun = False, quiet: Quiet = False, data_dir: DataDir = None
) -> None:
    """Bring an account's JSON export back into an account in which nothing was ever written.

    All of it or nothing: goals with everything beside them, deleted records and settings too, with the ids,
    versions and instants that they had. Sessions, tokens, webhooks and the journal stay behind. A second
    import changes nothing.

    Example: waymark import archive ada.json --user ada@new.example.com
    """

    async def body(application: Application) -> Restored:
        owner = await get_user_by_email(application.door, user)
        found = archive(File(str(file), file.read_bytes()))
        total = sum(map(len, found.records.values()))
        conditions = Conditions(origin="import", dry_run=dry_run)
        with progress("Importing", total, quiet=quiet) as advance:
            outcome = await perform(application.door, owner.id, conditions, restore_archive, found, advance)
        if not dry_run:
            # It is no news but another state: followers are to look for themselves.
            application.door.wake(owner.id)
        return msgspec.json.decode(outcome.data, type=Restored)

    came = run(body, data_dir)
    if not quiet:
        table = Table("", "new", "there", box=box.SIMPLE_HEAD, padding=(0, 1))
        for name in PARTS:
            table.add_row(name, str(came.new.get(name, 0)), str(came.known.get(name, 0)))
        answers().print(table)
        if dry_run:
            say("A dry run: nothing was written.")
