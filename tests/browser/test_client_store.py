"""The TypeScript client's database of the browser: what a device did is there in another tab, and later."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

SOURCES: Final = Path(__file__).parents[2] / "clients/typescript/src"
ORIGIN: Final = "http://localhost:9"
OPEN: Final = """async () => {
  const { Device, IndexedDbStore, Waymark } = await import("/index.js");
  window.phone = await Device.open(new Waymark("http://localhost:9"), await IndexedDbStore.open("phone"));
}"""


@pytest.fixture
def context(browser: Browser) -> BrowserContext:
    """An origin whose files are the client's modules."""

    def answer(route: Route) -> None:
        path = SOURCES / route.request.url.removeprefix(f"{ORIGIN}/")
        if path.suffix == ".js":
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    context = browser.new_context()
    context.route(f"{ORIGIN}/**", answer)
    return context


def tab(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{ORIGIN}/")
    return page


def test_one_tab_after_the_other(context: BrowserContext) -> None:
    first, second = tab(context), tab(context)
    first.evaluate(OPEN)
    kept = first.evaluate("phone.create('goals', { title: 'Kept', targetValue: 0.000001 })")
    first.evaluate("phone.create('goals', { title: 'Gone' }).then((id) => phone.delete('goals', id))")
    second.evaluate(f"() => {{ window.opening = ({OPEN})(); }}")
    assert (
        second.evaluate("Promise.race([opening, new Promise((end) => setTimeout(end, 300, 'waits'))])")
        == "waits"
    )
    first.evaluate("phone.close()")
    second.evaluate("opening")
    shown = [{"id": kept, "title": "Kept", "targetValue": 0.000001, "syncStatus": "local"}]
    assert second.evaluate("phone.all('goals')") == shown
    second.close()  # without a word: the lock goes with its tab
    third = tab(context)
    third.evaluate(OPEN)
    assert third.evaluate("phone.all('goals')") == shown
    context.close()
