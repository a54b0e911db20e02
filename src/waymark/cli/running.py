"""What every command shares: its options, an open application, how it speaks and how it ends.

No command lives here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, TypeAlias, TypeVar

import typer
from rich.console import Console

from waymark.app import Application
from waymark.errors import Unavailable
from waymark.logs import configure_logs
from waymark.settings import Settings
from waymark.store.migrate import migrate, pending

T = TypeVar("T")

FAILED: Final = 1
MISUSED: Final = 2
"""Wrong settings or arguments: also what the option parser exits with."""
REFUSED_LINES: Final = 3

DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Folder of the embedded database; else WAYMARK_DATA_DIR."),
]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what went wrong.")]
User: TypeAlias = Annotated[str, typer.Option(help="E-mail address of the account.", metavar="EMAIL")]
Target: TypeAlias = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, writable=True)]
Source: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)
]


def say(text: str) -> None:
    """A line of a command's answer, on standard output at once."""
    typer.echo(text)


def answers() -> Console:
    """Standard output as it is now, for tables."""
    return Console(highlight=False)


def complaints() -> Console:
    """Standard error as it is now, for progress and for what went wrong."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def settled(**options: object) -> Settings:
    """The settings in force, with logs configured as they say; SettingsError."""
    settings = Settings.load(**options)
    configure_logs(settings.log)
    return settings


async def prepare(settings: Settings, *, may_migrate: bool = False) -> None:
    """Bring an embedded database up to date; Unavailable names what another one lacks.

    A database that others share is changed only when its operator asks for it.
    """
    url = settings.database_url.get_secret_value()
    if settings.is_embedded or may_migrate:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        await migrate(url)
    elif missing := await pending(url):
        raise Unavailable(
            f"The database lacks {len(missing)} migration(s): {', '.join(missing)}."
            " Run `waymark migrate` first."
        )


def run(body: Callable[[Application], Awaitable[T]], data_dir: Path | None) -> T:
    """Run `body` on an open, migrated application, beside a running server if there is one."""
    settings = settled(data_dir=data_dir)

    async def opened() -> T:
        await prepare(settings)
        application = Application(settings)
        await application.database.open()
        try:
            async with application.bell.running():
                return await body(application)
        finally:
            await application.database.close()

    return asyncio.run(opened())
