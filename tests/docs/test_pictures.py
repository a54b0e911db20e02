"""The pictures of the rules are what the product draws today, and each is shown to somebody."""

import asyncio
import runpy
from pathlib import Path

from tests.docs.pages import ROOT, links

RULES = Path("docs/reference/rules.md")


def test_the_committed_pictures_are_the_drawn_ones() -> None:
    drawn: dict[Path, str] = asyncio.run(runpy.run_path(str(ROOT / "scripts" / "pictures.py"))["pictures"]())
    committed = {path: path.read_text("utf-8") for path in (ROOT / "docs/pictures").glob("rules-*.svg")}
    assert committed == {path: f"{text}\n" for path, text in drawn.items()}, "run: make format"
    shown = {ROOT / path for path, _ in links(RULES, (ROOT / RULES).read_text("utf-8"))}
    assert drawn.keys() - shown == set()
