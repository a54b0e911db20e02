"""A reader who follows links gets everywhere and never into nothing; what pages show as JSON is JSON.

Whether it is also what the product answers, test_stories.py finds out.
"""

from pathlib import Path

import pytest
from tests.docs.pages import PAGES, ROOT, anchors, fences, links, parsed, reachable

README = Path("README.md")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    for path, anchor in links(page, text):
        assert (ROOT / path).exists(), path
        if anchor:
            assert anchor in anchors((ROOT / path).read_text("utf-8")), f"{path}#{anchor}"


def test_every_page_of_the_documentation_is_reached_from_the_readme() -> None:
    documentation = {page for page in PAGES if page.is_relative_to("docs")}
    assert Path("docs/README.md") in documentation
    assert documentation - reachable(README) == set()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_json_is_json(page: Path) -> None:
    for block in fences((ROOT / page).read_text("utf-8"), "json"):
        parsed(block)


def test_links_are_found_wherever_they_stand() -> None:
    text = "# It's `one`, two\n"
    text += "[a](b.md#c) ![d](../e.svg) [f](https://example.org) `[g](h)` [i](#its-one-two)\n"
    text += "\n| [j](k) |\n| --- |\n| [l](m.md) |\n\n```sh\n[n](o.md)\n```\n"
    assert [(str(path), anchor) for path, anchor in links(Path("docs/page.md"), text)] == [
        ("docs/b.md", "c"),
        ("e.svg", ""),
        ("docs/page.md", "its-one-two"),
        ("docs/k", ""),
        ("docs/m.md", ""),
    ]
    assert anchors(text) == {"its-one-two"}
