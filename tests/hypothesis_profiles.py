"""How much Hypothesis tries: little at every run, a lot with WAYMARK_SOAK=1 (`make soak`).

A pytest plugin; it also leaves the `soak` tests out of an ordinary run.
"""

import os

import pytest
from hypothesis import settings

IS_SOAK = os.environ.get("WAYMARK_SOAK") == "1"

# The small run is the same each time, so that a red one is about the change; the soak looks anew.
settings.register_profile(
    "small", max_examples=100, stateful_step_count=20, deadline=None, print_blob=True, derandomize=True
)
settings.register_profile("soak", max_examples=2_000, stateful_step_count=50, deadline=None, print_blob=True)
settings.load_profile("soak" if IS_SOAK else "small")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not IS_SOAK:
        skipped = pytest.mark.skip(reason="large figures: make soak")
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(skipped)
