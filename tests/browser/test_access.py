"""No serious fault for people who do not see, or not well: axe over every view, both themes, two widths.

axe comes with a package of the test environment; nothing is downloaded.
"""

import json
from importlib.resources import files

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from tests.browser.conftest import DESK, PHONE, Site, Visit, lived_in, register

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
VIEWS = ("goals", "new", "today", "money", "insights", "achievements", "conflicts", "settings")
DIALOGS = {
    "goal": ("Edit", "Edit milestones", "Share a picture", "Link a task", "Link a budget"),
    "today": ("New habit", "New task"),
    "money": ("New transaction", "New budget", "New debt", "Record a payment"),
    "settings": ("New token", "New webhook", "Erase this account"),
}


THEMES = ("light", "dark")


def faults(page: Page) -> list[str]:
    """What axe finds serious in what is shown now, in both themes."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = []
    for theme in THEMES:
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        answer = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{theme}: {each['id']} ({each['impact']}): "
            + json.dumps([node["html"][:160] for node in each["nodes"][:3]])
            for each in answer["violations"]
            if each["impact"] in {"serious", "critical"}
        ]
    return found


def is_wider_than_its_window(page: Page) -> bool:
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return wide


def go(page: Page, view: str) -> None:
    """Opens a view and waits until nothing in it is still to come."""
    page.goto(f"/#/{view}")
    page.locator("h1").wait_for()
    expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_no_view_has_a_serious_fault(visit: Visit, site: Site, size: ViewportSize) -> None:
    page = visit(size=size)
    email = f"views{size['width']}@example.com"
    seen = {"welcome": faults(page)}
    register(page, email)
    for view in VIEWS[:-1] if size == DESK else ():
        go(page, view)
        seen[f"{view}, empty"] = faults(page)
    goal = lived_in(site, email)
    page.reload()
    wide = []
    for view in (*VIEWS, f"goal/{goal}"):
        go(page, view)
        seen[view] = faults(page)
        wide += [view] if is_wider_than_its_window(page) else []
    page.locator(".chart canvas").wait_for()
    page.get_by_text("The same as a table").click()
    page.get_by_role("button", name="+$", exact=False).first.click()
    page.locator(".toast").wait_for()
    seen["table and toast"] = faults(page)
    wide += ["table"] if is_wider_than_its_window(page) else []
    assert {view: found for view, found in seen.items() if found} == {}
    assert wide == []


def test_no_dialog_has_a_serious_fault(visit: Visit, site: Site) -> None:
    page = visit(size=PHONE)
    register(page, "dialogs@example.com")
    goal = lived_in(site, "dialogs@example.com")
    seen = {}
    for view, names in DIALOGS.items():
        go(page, f"{view}/{goal}" if view == "goal" else view)
        for name in names:
            page.get_by_role("button", name=name, exact=True).first.click()
            page.get_by_role("dialog").wait_for()
            seen[f"{view}: {name}"] = faults(page)
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
    assert {dialog: found for dialog, found in seen.items() if found} == {}
