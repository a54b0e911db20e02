"""The page in a real browser, on a real server: Debian's chromium, never one that was downloaded.

Where there is none, these tests are skipped and say so; `scripts/browser.sh` installs it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

READY = "Waymark is ready at "
PASSWORD = "two blazes and a cairn"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}

Visit: TypeAlias = Callable[..., Page]
Theme: TypeAlias = Literal["light", "dark"]


class Site:
    """A server of its own on a port that stays its own, stopped and started as a test likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = "0"
        self.address = ""

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "waymark", "serve"),
                *("--port", self._port, "--data-dir", str(self._folder)),
            ],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
                "WAYMARK_RATE_LIMITS": "off",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(READY):
            raise RuntimeError(line + self._process.communicate()[0])
        self.address = line.removeprefix(READY).split()[0]
        self._port = self.address.rpartition(":")[2]

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one module: while it is open its event loop runs, and no asynchronous test could."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("no chromium on this machine: scripts/browser.sh installs Debian's")
    with sync_playwright() as playwright:
        # Root has no sandbox to be put into.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    site.start()
    yield site
    site.stop()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens the page in a browser of its own; what it logs as an error fails the test."""
    contexts: list[BrowserContext] = []
    failures: list[str] = []

    def visited(*, theme: Theme = "light", size: ViewportSize = DESK) -> Page:
        context = browser.new_context(
            base_url=site.address,
            reduced_motion="reduce",
            color_scheme=theme,
            viewport=size,
            locale="en-US",
            timezone_id="Asia/Tashkent",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on(
            "console",
            lambda said: failures.append(said.text) if "Content Security Policy" in said.text else None,
        )
        page.goto("/")
        return page

    yield visited
    for context in contexts:
        context.close()
    assert failures == []


def register(page: Page, email: str) -> None:
    """A new account, up to the form of its first goal."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Your first goal").wait_for()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.locator("form").get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Goals", exact=True).wait_for()


def first_goal(page: Page) -> None:
    """The form as it stands: twelve books."""
    page.get_by_role("button", name="Create goal").click()
    page.get_by_role("heading", name="Read 12 books").wait_for()


def is_live(page: Page) -> None:
    page.locator(".line.is-live").wait_for(state="attached")
