"""Builds build/site, the documentation as pages to read offline, from the markdown as it lies in the project.

What leads where is docs/README.md's to say: its headings and links become the navigation, and a page that
no list names fails the build, as every warning does. Nothing is fetched, now or by a reader.
"""

import asyncio
import re
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx2
from markdown_it import MarkdownIt
from sphinx.application import Sphinx

from waymark import __version__
from waymark.app import create_app
from waymark.settings import Settings

ROOT: Final = Path(__file__).parents[1]
SITE: Final = ROOT / "build" / "site"
APP: Final = "src/waymark/web/static/app"
FRONT: Final = "README"
OVERVIEW: Final = "docs/README"
DECISIONS: Final = "docs/adr/README"
API: Final = """\
<p><a href="../../api.html">Every route with its parameters, bodies, answers and examples</a>, made from
<a href="../../openapi.json">openapi.json</a>; of what is followed live,
<a href="../../asyncapi.json">asyncapi.json</a>.</p>
"""

LIGHT: Final = {
    "color-brand-primary": "#1f5a41",
    "color-brand-content": "#1f5a41",
    "color-brand-visited": "#17442f",
    "color-background-primary": "#fffdf7",
    "color-background-secondary": "#f4f1e8",
    "color-background-hover": "#ece8db",
    "color-background-border": "#dcd6c6",
    "color-foreground-primary": "#1d2a24",
    "color-foreground-secondary": "#57625b",
    "color-foreground-muted": "#57625b",
    "color-code-background": "#f4f1e8",
    "color-inline-code-background": "#f4f1e8",
}
DARK: Final = {
    "color-brand-primary": "#86cba6",
    "color-brand-content": "#86cba6",
    "color-brand-visited": "#a5dcbf",
    "color-background-primary": "#121714",
    "color-background-secondary": "#1a211d",
    "color-background-hover": "#232c27",
    "color-background-border": "#303b35",
    "color-foreground-primary": "#e9ece4",
    "color-foreground-secondary": "#a6b2aa",
    "color-foreground-muted": "#a6b2aa",
    "color-code-background": "#1a211d",
    "color-inline-code-background": "#1a211d",
}
"""The page's own paper and pine, src/waymark/web/static/app/app.css."""

OPTIONS: Final[dict[str, Any]] = {
    "project": "Waymark",
    "release": __version__,
    "extensions": ["myst_parser"],
    "root_doc": FRONT,
    "include_patterns": ["*.md", "docs/*.md", "docs/**/*.md", "bench/README.md"],
    "exclude_patterns": [".*", "build", "clients", "src", "tests"],
    "nitpicky": True,
    "myst_heading_anchors": 3,
    "suppress_warnings": ["misc.highlighting_failure"],  # answers are JSON with … in it
    "html_theme": "furo",
    "html_title": "Waymark",
    "html_logo": f"{APP}/waymark.svg",
    "html_favicon": f"{APP}/waymark.svg",
    "html_static_path": ["docs/site.css", f"{APP}/vendor/national-park-latin.woff2"],
    "html_css_files": ["site.css"],
    "html_theme_options": {
        "light_css_variables": LIGHT,
        "dark_css_variables": DARK,
        "navigation_with_keys": True,
    },
    "html_copy_source": False,
    "html_show_copyright": False,
    "html_show_search_summary": False,  # wants a server; these pages are opened from files too
    "html_use_index": False,
}


def build(site: Path) -> int:
    """0, or 1 when anything deserved a warning; `site` then holds the pages, and nothing of before.

    What its making leaves behind lies beside it.
    """
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    write_api(site)
    app = Sphinx(
        srcdir=ROOT,
        confdir=None,
        outdir=site,
        doctreedir=site.parent / "doctrees",
        buildername="html",
        confoverrides=OPTIONS,
        status=None,
        freshenv=True,
        warningiserror=True,
    )
    app.connect("source-read", read)
    app.build()
    for page in site.rglob("*.html"):
        page.write_text(accessible(page.read_text("utf-8")), "utf-8")
    shutil.copyfile(site / f"{FRONT}.html", site / "index.html")
    return app.statuscode


def read(app: Sphinx, page: str, source: list[str]) -> None:
    """What a page has in the site and not on a forge: the navigation, and where the API is shown."""
    del app
    if page == FRONT:
        source[0] += toctree("", [OVERVIEW]) + navigation(OVERVIEW)
    elif page == DECISIONS:
        source[0] += navigation(DECISIONS)
    elif page == "docs/reference/routes":
        source[0] = source[0].replace("\n\n", f"\n\n{API}\n", 1)


def navigation(page: str) -> str:
    """A page's lists of other pages, as trees named by the headings above them."""
    trees: dict[str, list[str]] = {}
    caption = ""
    found = MarkdownIt().parse((ROOT / page).with_suffix(".md").read_text("utf-8"))
    for opening, inline in pairwise(found):
        if opening.type == "heading_open":
            caption = inline.content if opening.tag == "h2" else ""
        elif inline.type == "inline" and opening.type == "paragraph_open" and opening.level > 1:
            addresses = (str(child.attrGet("href")) for child in inline.children or () if child.tag == "a")
            trees.setdefault(caption, []).extend(
                (ROOT / page).parent.joinpath(each).resolve().relative_to(ROOT).with_suffix("").as_posix()
                for each in addresses
                if re.fullmatch(r"[^:#]+\.md", each)
            )
    return "".join(toctree(each, pages) for each, pages in trees.items())


def toctree(caption: str, pages: list[str]) -> str:
    named = f":caption: {caption}\n" if caption else ""
    listed = "\n".join(f"/{page}" for page in pages)
    return f"\n\n```{{toctree}}\n:hidden:\n{named}\n{listed}\n```\n"


def accessible(text: str) -> str:
    """A page with what its theme leaves out: what scrolls does by keyboard, captions say their level."""
    text = text.replace('class="caption" role="heading"', 'class="caption" role="heading" aria-level="2"')
    text = text.replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
    return text.replace("<pre>", '<pre tabindex="0">')


def write_api(site: Path) -> None:
    """The server's own page of the API, with its document in it: a file cannot ask a server for one."""
    shown, *documents = asyncio.run(answers("/docs", "/openapi.json", "/asyncapi.json"))
    for name, text in zip(("openapi.json", "asyncapi.json"), documents, strict=True):
        (site / name).write_text(text, "utf-8")
    held = documents[0].replace("<", r"\u003c")  # so that no text in it ends the element
    held = f'<script type="application/json" id="document">{held}</script>\n<script>'
    (site / "api.html").write_text(shown.replace("<script>", held, 1), "utf-8")


async def answers(*paths: str) -> list[str]:
    """What a server answers there."""
    transport = httpx2.ASGITransport(app=create_app(Settings()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
        return [(await client.get(path)).raise_for_status().text for path in paths]


if __name__ == "__main__":
    into = Path(sys.argv[1]) if sys.argv[1:] else SITE
    failed = build(into)
    print(into / "index.html")
    sys.exit(failed)
