"""`make docs`: every page is in it and in its navigation, and a reader needs nothing but the files.

The build fails on any warning: a link into nothing, a page that no list names.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page
from tests.docs.pages import PAGES, ROOT

SECONDS = 100
"""Far more than it takes: what hangs must end, what is slow may be."""
LOADED = {"script": "src", "link": "href", "img": "src", "source": "srcset", "iframe": "src"}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation") / "site"
    command = [sys.executable, "scripts/documentation.py", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return folder


class Elements(HTMLParser):
    """What a page loads by itself, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if LOADED.get(tag) in given:
            self.loads.append(given[LOADED[tag]])
        elif tag == "a":
            self.links.append(given.get("href", ""))


def loads(site: Path) -> Iterator[tuple[Path, str]]:
    """Every address that a file of the site makes a browser ask for."""
    for page in site.rglob("*.html"):
        yield from ((page, address) for address in Elements(page.read_text("utf-8")).loads)
    for page in [*site.rglob("*.css"), *site.rglob("*.svg"), *site.rglob("*.html")]:
        styles = page.read_text("utf-8")
        if page.suffix == ".html":
            styles = "".join(re.findall(r"<style.*?</style>", styles, re.DOTALL))
        yield from ((page, one or other) for one, other in ADDRESS.findall(styles))


def beside(page: Path, address: str) -> Path:
    path = unquote(re.split(r"[?#]", address)[0])
    return (page.parent / path).resolve() if path else page


@pytest.mark.slow
def test_every_page_is_in_the_navigation(site: Path) -> None:
    front = site / "index.html"
    sidebar = re.search(r'<div class="sidebar-tree">.*?</aside>', front.read_text("utf-8"), re.DOTALL)
    assert sidebar is not None
    named = {beside(front, address) for address in Elements(sidebar[0]).links}
    assert {site / page.with_suffix(".html") for page in PAGES} - named == {site / "README.html"}


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    asked = [(page, address) for page, address in loads(site) if not address.startswith(("data:", "#"))]
    assert len(asked) > len(PAGES)
    assert [each for each in asked if not beside(*each).is_file()] == []


@pytest.mark.slow
def test_links_lead_to_files_of_the_site(site: Path) -> None:
    for page in site.rglob("*.html"):
        links = Elements(page.read_text("utf-8")).links
        inside = [address for address in links if not re.match(r"[a-z]+:", address)]
        assert [address for address in inside if not beside(page, address).is_file()] == [], page


@pytest.mark.slow
def test_it_is_read_and_searched_from_files(site: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    for name in ("index.html", "docs/reference/rules.html", "api.html"):
        page.goto((site / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390, name
    assert page.locator("details.op").count() > 100
    assert page.get_by_text("Try it").count() == 0  # there is no server to try it on
    assert page.get_by_role("link", name="/asyncapi.json").get_attribute("href") == "asyncapi.json"
    page.goto((site / "index.html").as_uri())
    assert faults(page) == []
    assert searched(page, site, "largest remainder") == "The rules of a goal"
    context.close()
    assert told == []


def faults(page: Page) -> list[str]:
    """What axe finds serious, in both themes."""
    page.evaluate(AXE)
    found = []
    for theme in ("light", "dark"):
        page.evaluate("(theme) => (document.body.dataset.theme = theme)", theme)
        answer = page.evaluate("() => axe.run(document, {resultTypes: ['violations'], preload: false})")
        serious = (each for each in answer["violations"] if each["impact"] in {"serious", "critical"})
        found += [f"{theme}: {each['id']}: {each['nodes'][0]['html']}" for each in serious]
    return found


def searched(page: Page, site: Path, words: str) -> str:
    """The first page that is found."""
    page.goto((site / "search.html").as_uri() + f"?q={words}")
    found = page.locator("#search-results li a").first
    found.wait_for()
    return found.inner_text()
