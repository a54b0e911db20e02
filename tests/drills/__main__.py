"""`python -m tests.drills [NAME …]`: holds drills one after the other and prints their table.

One line for each drill and number of nodes; the exit status says whether all were clean.
"""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tests.drills.drill import Outcome, held
from tests.drills.faults import FAULTS
from tests.drills.scene import Link, Scene

COLUMNS = {"half_applied": "half-applied", "recovery_seconds": "recovery s"}


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Some of {' '.join(FAULTS)}.")] = None,
    *,
    turns: Annotated[int, typer.Option(min=1, help="How often each fault happens.")] = 30,
    nodes: Annotated[list[int] | None, typer.Option(min=2, help="How many share the database.")] = None,
) -> None:
    """Break a running Waymark in many ways and count what was lost."""
    console, outcomes = Console(width=120), list[Outcome]()
    chosen = names or list(FAULTS)
    if unknown := set(chosen) - FAULTS.keys():
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(FAULTS)}")
    with ExitStack() as stack:
        reason, link = Link.find_reason_against(), None
        if "cut" in chosen and reason:
            console.print(f"cut is skipped: {reason}")
            chosen.remove("cut")
        elif "cut" in chosen:
            link = stack.enter_context(Link.made())
        for count in nodes or (2, 3):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-drills-")))
            with Scene.running(count, folder, link) as scene:
                outcomes += [_told(console, asyncio.run(held(name, scene, turns))) for name in chosen]
    console.print(_table(outcomes))
    sys.exit(not all(outcome.is_clean for outcome in outcomes))


def _told(console: Console, outcome: Outcome) -> Outcome:
    console.print(f"{outcome.drill}: {'clean' if outcome.is_clean else 'NOT CLEAN'}")
    return outcome


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(*(COLUMNS.get(name, name) for name in Outcome._fields))
    for outcome in outcomes:
        *counts, seconds = outcome
        table.add_row(*map(str, counts), f"{seconds:.1f}")
    return table


typer.run(main)
