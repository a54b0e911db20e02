"""`backup`, `restore` and `export`: a whole database, or one account, as a file.

What is in the files, store and queries decide.
"""

from pathlib import Path
from typing import Annotated

import typer

from waymark.actions.accounts import get_user_by_email
from waymark.app import Application
from waymark.cli.doctor import conclude, examine
from waymark.cli.progress import progress
from waymark.cli.running import DataDir, Quiet, User, run, say
from waymark.clock import RealClock
from waymark.queries.export import exported
from waymark.store.backup import back_up, check, row_count
from waymark.store.backup import restore as restored

Target = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, writable=True)]
Source = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


def backup(file: Target, *, quiet: Quiet = False, data_dir: DataDir = None) -> None:
    """Write everything to one file, as it is at one moment, while a server goes on writing.

    The file can be restored into SQLite and PostgreSQL alike. It is checked before it replaces an older one
    of that name. It holds hashes of passwords: keep it as safe as the database.

    Example: waymark backup waymark-2026-03-02.zip
    """

    async def body(application: Application) -> None:
        total = await application.database.snapshot(row_count)
        with progress("Backing up", total, quiet=quiet) as advance:
            manifest = await back_up(application.database, file, RealClock().now(), advance)
        if not quiet:
            say(f"{file}: {manifest.rows} rows, checked.")

    run(body, data_dir)


def restore(
    file: Source,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace everything that is there.")] = False,
    quiet: Quiet = False,
    data_dir: DataDir = None,
) -> None:
    """Bring a backup back into an empty database, all of it or nothing, and examine it.

    Devices that follow the log start again from a snapshot.

    Example: waymark restore waymark-2026-03-02.zip
    """

    async def body(application: Application) -> int:
        with progress("Restoring", check(file).rows, quiet=quiet) as advance:
            manifest = await restored(application.database, file, advance, force=force)
        if not quiet:
            say(f"{file}: {manifest.rows} rows of {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC restored.")
        return await examine(application, repair=False, email=None, quiet=quiet)

    conclude(run(body, data_dir), quiet=quiet)


def export(file: Target, *, user: User, data_dir: DataDir = None) -> None:
    """Write everything of one account to a JSON file, as the account itself can ask for it.

    Example: waymark export ada.json --user ada@example.com
    """

    async def body(application: Application) -> None:
        owner = await get_user_by_email(application.door, user)
        with file.open("w", encoding="utf-8") as out:
            async for piece in exported(application.database, owner, RealClock().now()):
                out.write(piece)
        say(f"{file}: everything of {owner.email}.")

    run(body, data_dir)
