"""The page in a real browser, on a real server: Debian's chromium, never one that was downloaded.

Where there is none, these tests are skipped and say so; `scripts/browser.sh` installs it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

READY = "Waymark is ready at "
PASSWORD = "two blazes and a cairn"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}

ZONE = "Asia/Tashkent"

PATIENCE_MS = 15_000
"""A slow machine is no fault of the page."""
expect.set_options(timeout=PATIENCE_MS)

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
            timezone_id=ZONE,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
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


def day(away: int) -> str:
    """A local day of these accounts, so many days from now."""
    return str((datetime.now(ZoneInfo(ZONE)) + timedelta(days=away)).date())


def lived_in(site: Site, email: str) -> str:
    """Gives an account something of all that the page shows; answers the id of a goal that is behind."""
    with httpx2.Client(base_url=f"{site.address}/api/v1") as client:

        def made(path: str, **body: Any) -> Any:
            answer = client.post(path, json=body)
            assert answer.is_success, answer.text
            return answer.json()["data"]

        account = made("/auth/login", emailOrUsername=email, password=PASSWORD)
        client.headers["Authorization"] = f"Bearer {account['accessToken']}"
        amount = {"metricType": "amount", "currency": "USD", "targetValue": 1000}
        span = {"startDate": day(-40), "targetDate": day(40)}
        halves = [{"title": "Half of the kitchen"}, {"title": "All of it"}]
        goal: str = made(
            "/goals", title="A new kitchen", goalType="financial", milestones=halves, **amount, **span
        )["id"]
        for away, value in ((-38, 25.5), (-1, 10)):
            made(f"/goals/{goal}/check-in", value=value, dateKey=day(away), note="put aside")
        client.patch(f"/goals/{goal}", json={"targetValue": 1200}).raise_for_status()
        steps = made("/goals", title="Hand in the thesis", goalType="education", metricType="none", **span)
        made("/tasks", title="Read it aloud", goalId=steps["id"], status="planned", dueDate=day(3))
        made("/tasks", title="Ask the joiner", goalId=goal, status="planned", dueDate=day(-2))
        habit = made("/habits", title="Cook at home", frequency="daily", goalId=goal)
        made(f"/habits/{habit['id']}/complete", dateKey=day(0), status="done")
        made("/budgets", name="Groceries", limitAmount=300, currency="USD", periodType="monthly")
        made("/debts", direction="i_owe", counterpartyName="Ann", principalAmount=90, principalCurrency="USD")
        spent = {"type": "expense", "amount": 40, "currency": "USD", "name": "Boots"}
        held = made("/transactions", **spent)
        client.patch(f"/transactions/{held['id']}", json={"amount": 45}).raise_for_status()
        change = {"entity": "transactions", "id": held["id"], "operation": "update", "data": {"amount": 55}}
        change |= {"localUpdatedAt": held["updatedAt"], "baseVersion": held["version"], "idempotencyKey": "a"}
        assert made("/sync/push", changes=[change])["results"][0]["status"] == "conflict"
        made("/focus-sessions/start", plannedMinutes=25, goalId=steps["id"])
        return goal
