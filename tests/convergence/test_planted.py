"""The harness bites: with a safeguard taken out of the server, one of its runs turns red.

The lock, the wake and the answer's transaction have their checks in tests/planted.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.convergence.invariants import hold
from tests.convergence.test_convergence import ran

from waymark.domain.merge import Merged
from waymark.store.database import Database
from waymark.store.work import Work
from waymark.sync import changing, pull

pytestmark = pytest.mark.planted


def counter_that_does_not_roll_back(patch: pytest.MonkeyPatch) -> None:
    """As a database's sequence: what was drawn is gone, whether or not it was committed."""
    opened, flushed = Work.__init__, Work.flushed
    drawn: dict[str, int] = {}

    def begun(work: Work, *args: Any, **more: Any) -> None:
        opened(work, *args, **more)
        work._seq = max(work._seq, drawn.get(work.user_id, 0))  # noqa: SLF001  # the safeguard itself

    async def and_drawn(work: Work, *extra: Any) -> bool:
        drawn[work.user_id] = work.head.seq
        return await flushed(work, *extra)

    patch.setattr(Work, "__init__", begun)
    patch.setattr(Work, "flushed", and_drawn)


def blind_last_write_wins(patch: pytest.MonkeyPatch) -> None:
    def merged(_rules: Any, *, local: dict[str, Any], **_: Any) -> Merged:
        return Merged(writes=dict(local), edits=dict(local))

    patch.setattr(changing, "merged", merged)


def rows_left_out(patch: pytest.MonkeyPatch) -> None:
    """Pages that lack a row: what a cursor by the clock does to rows that commit late."""
    coalesced = pull._coalesced  # noqa: SLF001  # the safeguard itself

    def without_the_first(rows: Iterable[Any]) -> list[bytes]:
        found = list(rows)
        return coalesced(found[1:] if len(found) > 2 else found)

    patch.setattr(pull, "_coalesced", without_the_first)


PLANTS = [counter_that_does_not_roll_back, blind_last_write_wins, rows_left_out]
RUNS = 12
"""Within so many one turns red; mostly the first few do."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda it: it.__name__)
async def test_a_run_turns_red(
    plant: Callable[[pytest.MonkeyPatch], None],
    database: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        await some_runs(database, database_url, tmp_path)


async def some_runs(database: Database, url: str, folder: Path) -> None:
    for seed in range(1, RUNS):
        await hold(await ran(seed, database, url, folder))
