"""Every drill of several nodes once on two, as an ordinary run has time for; the soak holds them at length.

A drill that this machine does not allow is skipped, and says why.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.drills.drill import held
from tests.drills.faults import TOGETHER
from tests.drills.scene import Link, Scene
from tests.hypothesis_profiles import IS_SOAK

TURNS = 30 if IS_SOAK else 1

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=(2, 3) if IS_SOAK else (2,))
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ExitStack() as stack:
        link = None if Link.find_reason_against() else stack.enter_context(Link.made())
        yield stack.enter_context(Scene.running(request.param, tmp_path_factory.mktemp("nodes"), link))


@pytest.mark.parametrize("drill", TOGETHER)
async def test_nothing_is_lost(drill: str, scene: Scene, request: pytest.FixtureRequest) -> None:
    if drill == "cut" and scene.link is None:
        pytest.skip(str(Link.find_reason_against()))
    request.node.user_properties.append(("database", "postgresql"))
    outcome = await held(drill, scene, TURNS)
    assert outcome.is_clean, outcome
