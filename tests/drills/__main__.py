"""`python -m tests.drills [NAME …]`: holds drills one after the other and prints their table.

One line for each drill, database and number of nodes; the exit status says whether all were clean.
"""

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from tests.cluster import Cluster
from tests.conftest import DIALECTS
from tests.drills.disk import Disk
from tests.drills.drill import Outcome, held
from tests.drills.faults import ALONE, NEEDS_DISK, TOGETHER
from tests.drills.restoring import restored
from tests.drills.scene import Link, Scene
from tests.drills.warm import POINTS

from waymark.store.migrate import migrate

COLUMNS: Final = {"half_applied": "half-applied", "recovery_seconds": "recovery s"}
RESTORE: Final = "restore"
NAMES: Final = (*dict.fromkeys((*TOGETHER, *ALONE)), RESTORE)
CONSOLE: Final = Console(width=130)


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Some of {' '.join(NAMES)}.")] = None,
    *,
    turns: Annotated[
        int, typer.Option(min=1, help=f"How often each fault happens; each of the {len(POINTS)} points.")
    ] = 30,
    nodes: Annotated[list[int] | None, typer.Option(min=2, help="How many share the database.")] = None,
    database: Annotated[list[str] | None, typer.Option(help=f"Of {' and '.join(DIALECTS)}.")] = None,
) -> None:
    """Break a running Waymark in many ways and count what was lost."""
    chosen = names or list(NAMES)
    if unknown := set(chosen) - set(NAMES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(NAMES)}")
    databases = database or list(DIALECTS)
    outcomes = list[Outcome]()
    if "postgresql" in databases:
        for scene, fitting in _together([name for name in chosen if name in TOGETHER], nodes or (2, 3)):
            outcomes += [_told(asyncio.run(held(name, scene, turns))) for name in fitting]
    for scene, fitting in _alone([name for name in chosen if name in ALONE], databases):
        for name in fitting:
            times = turns * len(POINTS) if name == "point" else turns
            outcomes.append(_told(asyncio.run(held(name, scene, times))))
    if RESTORE in chosen:
        outcomes += [_told(asyncio.run(_restored(each, turns))) for each in databases]
    CONSOLE.print(_table(outcomes))
    sys.exit(not all(outcome.is_clean for outcome in outcomes))


def _together(names: Sequence[str], nodes: Sequence[int]) -> Iterator[tuple[Scene, Sequence[str]]]:
    """Scenes of several nodes, and which of the drills can be held there."""
    fitting, reason = list(names), Link.find_reason_against()
    if "cut" in names and reason:
        CONSOLE.print(f"cut is skipped: {reason}")
        fitting.remove("cut")
    for count in nodes if fitting else ():
        with ExitStack() as stack:
            link = stack.enter_context(Link.made()) if "cut" in fitting else None
            yield stack.enter_context(Scene.running(count, stack.enter_context(_folder()), link)), fitting


def _alone(names: Sequence[str], databases: Sequence[str]) -> Iterator[tuple[Scene, Sequence[str]]]:
    """Scenes of one node, likewise."""
    fitting, reason = list(names), Disk.find_reason_against()
    for name in NEEDS_DISK:
        if name in names and reason:
            CONSOLE.print(f"{name} is skipped: {reason}")
            fitting.remove(name)
    for database in databases if fitting else ():
        with ExitStack() as stack:
            disk = None if reason else stack.enter_context(Disk.made())
            yield stack.enter_context(Scene.alone(database, stack.enter_context(_folder()), disk)), fitting


async def _restored(database: str, turns: int) -> Outcome:
    found = []
    with ExitStack() as stack:
        cluster = Cluster.started(durable=True) if database == "postgresql" else None
        if cluster is not None:
            stack.callback(cluster.remove)
        for turn in range(turns):
            folder = stack.enter_context(_folder())
            names = f"first{turn}", f"second{turn}"
            urls = [cluster.create(name) if cluster else f"sqlite:///{folder / name}.db" for name in names]
            for url in urls:
                await migrate(url)
            found.append(await restored(urls[0], urls[1], folder))
    return Outcome(
        RESTORE,
        database,
        nodes=1,
        faults=turns,
        acknowledged=sum(each.acknowledged for each in found),
        lost=sum(each.lost for each in found),
        doubled=0,  # restoring.py asserts all of it
        half_applied=0,
        untold=0,
        stuck=0,
        refused=0,
        recovery_seconds=max(each.seconds for each in found),
    )


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="waymark-drills-") as name:
        yield Path(name)


def _told(outcome: Outcome) -> Outcome:
    CONSOLE.print(f"{outcome.drill}: {'clean' if outcome.is_clean else 'NOT CLEAN'} ({outcome.database})")
    return outcome


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(*(COLUMNS.get(name, name) for name in Outcome._fields))
    for outcome in outcomes:
        *counts, seconds = outcome
        table.add_row(*map(str, counts), f"{seconds:.1f}")
    return table


typer.run(main)
