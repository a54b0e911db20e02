"""`backup` and `restore`: a whole database as a file.

What is in the file, the store decides; one account's export is archives.py's.
"""

from typing import Annotated

import typer

from waymark.app import Application
from waymark.cli.doctor import conclude, examine
from waymark.cli.progress import progress
from waymark.cli.running import DataDir, Quiet, Source, Target, run, say
from waymark.clock import RealClock
from waymark.store.backup import back_up, check, row_count
from waymark.store.backup import restore as restored


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
