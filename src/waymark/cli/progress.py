"""How far a long command has come: a bar on a terminal, a line at each tenth elsewhere.

Always on standard error, so that answers can be piped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from waymark.cli.running import complaints

Advance: TypeAlias = Callable[[int], None]
"""Tells how many more are done."""
_TENTHS: Final = 10


@contextmanager
def progress(what: str, total: int, *, quiet: bool) -> Iterator[Advance]:
    """Show the way to `total` while the block runs; `quiet` shows nothing."""
    console = complaints()
    if quiet or total == 0:
        yield lambda _done: None
    elif console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
    else:
        yield _lines(what, total)


def _lines(what: str, total: int) -> Advance:
    console = complaints()
    reached = 0

    def advance(done: int) -> None:
        nonlocal reached
        before, reached = reached, reached + done
        if reached * _TENTHS // total > before * _TENTHS // total:
            console.print(f"{what}: {reached} of {total}")

    return advance
