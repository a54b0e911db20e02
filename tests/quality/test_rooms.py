"""The walls between the rooms (DESIGN, import-linter contracts in pyproject.toml) hold and are walls.

Each contract must break when an import that it forbids is planted in a copy of the source.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = [
    ("domain/text.py", "import waymark.store.schema", "Rooms: imports point down"),
    ("store/schema.py", "import waymark.actions.commands", "Rooms: imports point down"),
    ("unplaced.py", "", "Rooms: imports point down"),
    ("domain/text.py", "import os", "The domain is pure"),
    ("domain/text.py", "import waymark.clock", "The domain is pure"),
    ("actions/commands.py", "import sqlalchemy", "Only the store knows databases"),
    ("domain/text.py", "import apsw", "Only the store knows databases"),
    (
        "actions/commands.py",
        "import starlette.requests",
        "Only the web and the composition root know the framework",
    ),
    ("client/wire.py", "import waymark.store.schema", "Rooms: imports point down"),
    ("domain/digests.py", "import structlog", "The client needs nothing of the server"),
]


def report(folder: Path) -> "subprocess.CompletedProcess[str]":
    """import-linter's word on the copy in `folder`, which comes first on the path."""
    program = f"import sys; sys.path.insert(0, {str(folder / 'src')!r}); import importlinter.cli as c; "
    program += "sys.exit(c.lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_walls_stand(copy: Path) -> None:
    checked = report(copy)
    assert checked.returncode == 0, checked.stdout
    assert " 0 broken" in checked.stdout


@pytest.mark.parametrize(("name", "line", "contract"), PLANTED, ids=lambda value: value or "nothing")
def test_a_forbidden_import_is_found(name: str, line: str, contract: str, copy: Path) -> None:
    with (copy / "src" / "waymark" / name).open("a") as module:
        module.write(f"\n{line}\n")
    checked = report(copy)
    assert checked.returncode == 1, checked.stderr
    assert f"{contract} BROKEN" in " ".join(checked.stdout.split())
