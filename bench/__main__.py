"""`python -m bench`: prints the table of ratios and writes results/latest.json and .md.

The order of a run is here; what is measured is in contests.py.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench import contests, report
from bench.dataset import Scale
from bench.live import live
from bench.measure import Effort, Row
from bench.processes import LOAD_CORE, SERVER_CORE, worker
from bench.sites import DatabaseName, baseline, ground, waymark
from bench.sync import sync

CONTESTS: dict[str, Callable[..., list[Row]]] = {
    "read": contests.read,
    "list": contests.listing,
    "check-in": contests.write,
    "growth": contests.growth,
    "worlds": contests.worlds,
    "live": live,
    "sync": sync,
}
FULL, FULL_SCALE = Effort(rounds=5, seconds=1), Scale()
QUICK = Effort(rounds=3, seconds=0.4)
QUICK_SCALE = Scale(read=2_000, listed=200, written=200, long=10_000, money=2_000, sockets=1_000)
SATURATED = 0.9
progress = Console(stderr=True)


class Database(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
    BOTH = "both"


def main(
    *,
    quick: Annotated[bool, typer.Option(help="Shorter rounds and histories: under 3 minutes.")] = False,
    only: Annotated[str, typer.Option(help=f"Some of {','.join(CONTESTS)}.")] = ",".join(CONTESTS),
    database: Annotated[Database, typer.Option(help="Where the data lives.")] = Database.BOTH,
) -> None:
    """Measure Waymark against what TRUST.md names, as ratios within one run."""
    chosen = [part.strip() for part in only.split(",")]
    if unknown := set(chosen) - set(CONTESTS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(CONTESTS)}")
    names: list[DatabaseName] = ["sqlite", "postgresql"]
    if database is not Database.BOTH:
        names = ["sqlite" if database is Database.SQLITE else "postgresql"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and databases are stopped
    effort, scale = (QUICK, QUICK_SCALE) if quick else (FULL, FULL_SCALE)
    with worker(LOAD_CORE) as generator, worker(SERVER_CORE) as driver:
        crew = contests.Crew(generator, driver, lanes=scale.people)
        rows = [row for name in names for row in _measured(crew, name, chosen, scale, effort)]
    title = f"Waymark's speed, {datetime.now(UTC):%Y-%m-%d}: {report.machine()}"
    about = {
        "serverCore": SERVER_CORE,
        "loadCore": LOAD_CORE,
        "generatorBusyAtMost": crew.busiest,
        "effort": msgspec.to_builtins(effort),
        "scale": msgspec.to_builtins(scale),
    }
    report.show(rows, title=title)
    if crew.busiest > SATURATED:
        progress.print(
            f"The load generator was {crew.busiest:.0%} busy: fast references may be faster still."
        )
    report.save(rows, title=title, about=about)


def _measured(
    crew: contests.Crew, name: DatabaseName, chosen: Sequence[str], scale: Scale, effort: Effort
) -> Iterator[Row]:
    with ExitStack() as stack:
        progress.print(f"{name}: filling the databases")
        on = stack.enter_context(ground(name))
        theirs = stack.enter_context(baseline(on, scale))
        wanted = {"grows": {"growth", "sync"}, "saves": {"worlds"}, "records": {"check-in"}}
        ours = stack.enter_context(
            waymark(on, scale, **{option: bool(some & {*chosen}) for option, some in wanted.items()})
        )
        for part in chosen:
            progress.print(f"{name}: {part}")
            yield from CONTESTS[part](crew, on, ours, theirs, scale, effort)


if __name__ == "__main__":
    typer.run(main)
