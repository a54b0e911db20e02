"""No serious fault for people who do not see, or not well: axe over every view, both themes, two widths.

axe comes with a package of the test environment; nothing is downloaded.
"""

import json
from importlib.resources import files

import pytest
from playwright.sync_api import Page, ViewportSize
from tests.browser.conftest import DESK, PHONE, Theme, Visit, first_goal, register

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
VIEWS = ("goals", "new", "today", "money", "insights", "achievements", "conflicts", "settings")


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']} ({each['impact']}): {json.dumps([node['html'][:160] for node in each['nodes'][:3]])}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
    ]


def is_wider_than_its_window(page: Page) -> bool:
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return wide


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]
)
def test_no_view_has_a_serious_fault(visit: Visit, theme: Theme, size: ViewportSize) -> None:
    page = visit(theme=theme, size=size)
    seen = {"welcome": faults(page)}
    register(page, f"{theme}{size['width']}@example.com")
    first_goal(page)
    page.get_by_role("button", name="+2", exact=False).first.click()
    page.locator("#facts .row").first.wait_for()
    page.locator(".chart canvas").wait_for()
    page.get_by_text("The same as a table").click()
    seen["goal"] = faults(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("dialog").wait_for()
    seen["dialog"] = faults(page)
    page.keyboard.press("Escape")
    wide = ["goal"] if is_wider_than_its_window(page) else []
    for view in VIEWS:
        page.goto(f"/#/{view}")
        page.locator("h1").wait_for()
        page.wait_for_load_state("networkidle")
        seen[view] = faults(page)
        wide += [view] if is_wider_than_its_window(page) else []
    assert {view: found for view, found in seen.items() if found} == {}
    assert wide == []
