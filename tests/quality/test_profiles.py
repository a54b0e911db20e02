"""The small run and the soak differ as promised: how often Hypothesis tries, and which tests run.

Each is a pytest of its own, started as a person would.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = """
import pytest
from hypothesis import settings

@pytest.mark.soak
def test_large(): pass

def test_profile(): assert settings.default.max_examples == {examples}
"""


@pytest.mark.parametrize(
    ("soak", "examples", "outcome"), [("0", 100, "1 passed, 1 skipped"), ("1", 2_000, "2 passed")]
)
def test_the_profile(soak: str, examples: int, outcome: str, tmp_path: Path) -> None:
    sample = tmp_path / "test_sample.py"
    sample.write_text(SAMPLE.format(examples=examples))
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            str(ROOT / "pyproject.toml"),
            "-p",
            "no:cacheprovider",
            str(sample),
        ],
        cwd=ROOT,
        env={**os.environ, "WAYMARK_SOAK": soak},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in run.stdout
