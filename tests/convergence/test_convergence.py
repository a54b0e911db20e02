"""Devices that lose requests and answers, crash, and live by wrong clocks end in one state, whatever happens.

`WAYMARK_CONVERGENCE_SEED` replays one run; a soak makes 2,000 runs on each database.
"""

import os
from pathlib import Path
from random import Random

import pytest
from tests.convergence.invariants import hold
from tests.convergence.world import World, drawn_ids
from tests.hypothesis_profiles import IS_SOAK

from waymark.store.connect import connect
from waymark.store.database import Database

DEVICES, HAPPENINGS = 3, 110
GIVEN = os.environ.get("WAYMARK_CONVERGENCE_SEED")
SEEDS = [int(GIVEN)] if GIVEN else range(2_000 if IS_SOAK else 4)


async def ran(seed: int, database: Database, url: str, folder: Path, happenings: int = HAPPENINGS) -> World:
    random = Random(seed)
    with drawn_ids(random):
        world = World(seed, database, url, folder)
        await world.enter(DEVICES)
        await world.live(happenings)
    return world


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_run_converges(seed: int, database: Database, database_url: str, tmp_path: Path) -> None:
    world = await ran(seed, database, database_url, tmp_path)
    await hold(world)


@pytest.mark.parametrize("seed", [7])
async def test_a_seed_is_a_run(seed: int, sqlite_url: str, postgres_url: str, tmp_path: Path) -> None:
    """Byte for byte, on both databases."""
    hashes = []
    for url in (sqlite_url, postgres_url):
        database = connect(url)
        await database.open()
        hashes.append((await ran(seed, database, url, tmp_path)).hash())
        await database.close()
    assert hashes[0] == hashes[1]
