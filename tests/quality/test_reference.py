"""Every setting, error code, route and command is documented, and as it is in the code.

The pages are generated, so the tests hold the committed text against a fresh one.
"""

import runpy
from pathlib import Path

import pytest

from waymark.errors import PROBLEMS
from waymark.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES: dict[Path, str] = runpy.run_path(str(ROOT / "scripts" / "reference.py"))["pages"]()


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_the_committed_page_is_the_generated_one(path: Path) -> None:
    assert (ROOT / path).read_text("utf-8") == PAGES[path], "run: make format"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_nothing_is_left_unsaid(path: Path) -> None:
    assert "|  |" not in PAGES[path]


def test_the_pages_name_everything() -> None:
    settings, errors = PAGES[Path("docs/reference/settings.md")], PAGES[Path("docs/reference/errors.md")]
    assert [name for name in Settings.model_fields if f"| `WAYMARK_{name.upper()}` |" not in settings] == []
    assert [code for code in PROBLEMS if f"| `{code}` |" not in errors] == []
    assert len(PROBLEMS) >= 19
