"""Every drill of a single node once on each database; the soak holds them at length.

A drill that this machine does not allow is skipped, and says why.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import anyio
import anyio.lowlevel
import pytest
from tests.conftest import DIALECTS
from tests.drills.disk import Disk
from tests.drills.drill import held
from tests.drills.faults import ALONE, NEEDS_DISK
from tests.drills.judging import judged
from tests.drills.load import Load
from tests.drills.scene import Scene
from tests.drills.warm import POINTS
from tests.durability.node import Person
from tests.hypothesis_profiles import IS_SOAK

TURNS = dict.fromkeys(ALONE, 50 if IS_SOAK else 1)
TURNS["point"] = len(POINTS) * 50 if IS_SOAK else len(POINTS) // 2

pytestmark = pytest.mark.slow


def stage(stack: ExitStack, database: str, request: pytest.FixtureRequest, *, durable: bool = True) -> Scene:
    """On a disk whose power can be cut, where there may be one."""
    disk = None if Disk.find_reason_against() else stack.enter_context(Disk.made())
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return stack.enter_context(Scene.alone(database, factory.mktemp(database), disk, durable=durable))


@pytest.fixture(scope="module", params=DIALECTS)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with ExitStack() as stack:
        yield stage(stack, request.param, request)


@pytest.mark.parametrize("drill", ALONE)
async def test_nothing_is_lost(drill: str, scene: Scene, request: pytest.FixtureRequest) -> None:
    if drill in NEEDS_DISK and scene.disk is None:
        pytest.skip(str(Disk.find_reason_against()))
    request.node.user_properties.append(("database", scene.database))
    outcome = await held(drill, scene, TURNS[drill])
    assert outcome.is_clean, outcome


@pytest.fixture(params=DIALECTS)
def careless(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """`synchronous=NORMAL` on SQLite, `fsync=off` on PostgreSQL."""
    with ExitStack() as stack:
        yield stage(stack, request.param, request, durable=False)


async def test_a_power_cut_takes_what_was_not_synced(careless: Scene, request: pytest.FixtureRequest) -> None:
    if careless.disk is None:
        pytest.skip(str(Disk.find_reason_against()))
    request.node.user_properties.append(("database", careless.database))
    ada = await Person.registered(careless.nodes[0])
    load = Load(careless.nodes, ada, await ada.goal(careless.nodes[0]))
    with anyio.CancelScope() as pressing:
        async with load.pressing():
            await load.has_acknowledged(20)
            try:
                await anyio.to_thread.run_sync(careless.lose_power)
            except RuntimeError:  # what is left is no database
                lost = len(load.acknowledged)
            else:
                lost = (await judged(careless.url, load)).lost
            pressing.cancel()
            await anyio.lowlevel.checkpoint()
    assert lost > 0
