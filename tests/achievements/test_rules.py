"""The catalogue and the level as pure rules.

What earns it is tested through HTTP, beside this.
"""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.achievements import CATALOGUE, THRESHOLDS, level, progress_percent

LEVELS = [(0, 1), (99, 1), (100, 2), (299, 2), (300, 3), (599, 3), (600, 4), (1_000, 5), (4_500, 10)]


def honours_worth(xp: int) -> list[object]:
    """Something earned that comes to so many points."""
    return [type("Held", (), {"xp": xp})()]


@pytest.mark.parametrize(("xp", "number"), LEVELS)
def test_levels_begin_where_they_are_said_to(xp: int, number: int) -> None:
    found = level(honours_worth(xp))  # type: ignore[arg-type]  # points are all that is asked of it
    assert (found.level, found.xp) == (number, xp)
    assert found.xp_from <= xp < found.xp_for_next
    assert found.xp_from == 50 * number * (number - 1)


@given(st.integers(0, 10**12))
def test_progress_to_the_next_level_never_shows_it_before_it_is_there(xp: int) -> None:
    found = level(honours_worth(xp))  # type: ignore[arg-type]  # likewise
    assert 0 <= found.progress_percent <= 100
    assert found.xp_for_next - found.xp_from == 100 * found.level


def test_all_that_can_be_earned_has_an_id_of_its_own_and_rises() -> None:
    assert len({honour.id for honour in CATALOGUE.values()}) == len(CATALOGUE) == 15
    for honours in THRESHOLDS.values():
        for lower, higher in pairwise(honours):
            assert lower.threshold < higher.threshold
            assert lower.xp < higher.xp


@pytest.mark.parametrize(
    ("value", "percent"), [(0, "0"), (1, "14.29"), (6, "85.71"), (7, "100"), (40, "100")]
)
def test_progress_toward_a_week(value: int, percent: str) -> None:
    measures = dict.fromkeys(THRESHOLDS, 0) | {"best_streak": value}
    assert progress_percent(CATALOGUE["best_streak_7"], measures) == Decimal(percent)
    assert CATALOGUE["best_streak_7"].is_earned(measures) == (percent == "100")
