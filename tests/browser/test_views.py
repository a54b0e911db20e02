"""What can be done in each view is done once, and the rest of the page follows.

Through the page's own controls, on an account that begins empty.
"""

import re

from playwright.sync_api import Page, expect
from tests.browser.conftest import Site, Visit, day, first_goal, lived_in, register


def saved(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_goal_is_changed_fed_imagined_and_put_away(visit: Visit) -> None:
    page = visit()
    register(page, "views@example.com")
    first_goal(page)
    dialog, percent = page.get_by_role("dialog"), page.locator(".goal-head .figures strong")
    page.get_by_role("button", name="+1", exact=False).first.click()
    expect(percent).to_have_text("8.33 %")

    page.get_by_role("button", name="Edit", exact=True).click()
    dialog.get_by_label("Target", exact=True).fill("20")
    saved(page)
    expect(percent).to_have_text("5 %")

    page.locator("input[type=range]").fill("8")
    expect(page.locator(".answer")).to_contain_text("there on")

    page.get_by_role("button", name="New task").click()
    dialog.get_by_label("Title").fill("Renew the library card")
    saved(page)
    page.get_by_role("tab", name="Tasks").click()
    page.get_by_role("checkbox", name="Renew the library card").click()
    expect(page.get_by_text("1 of 1 done")).to_be_visible()
    page.get_by_role("button", name="Unlink Renew the library card").click()
    expect(page.get_by_role("tab", name="Tasks")).to_have_count(0)

    page.get_by_role("button", name="Edit milestones").click()
    dialog.get_by_role("button", name="Add a milestone").click()
    dialog.get_by_label("Milestone 5", exact=True).fill("And one to spare")
    dialog.get_by_label("Place of milestone 5").fill("19")
    saved(page)
    expect(page.locator(".milestones")).to_contain_text("And one to spare")

    page.get_by_role("button", name="Share a picture").click()
    dialog.get_by_role("button", name="Make the link").click()
    dialog.get_by_role("img", name="The chart").wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.shared img')].every((each) => each.naturalWidth)"
    )
    dialog.get_by_role("button", name="End the link").click()
    expect(dialog.get_by_role("img")).to_have_count(0)
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".goal-title .badge")).to_have_text("Paused")
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("link", name="Goals").first.click()
    expect(page.get_by_text("No goal under way")).to_be_visible()
    page.get_by_role("tab", name="Archived").click()
    page.get_by_role("link", name="Read 12 books").click()
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.locator(".goal-title .badge")).to_have_text("Paused")


def test_a_form_keeps_what_was_typed(visit: Visit) -> None:
    page = visit()
    register(page, "forms@example.com")
    title = page.get_by_label("What do you want to reach?")
    title.fill("Read a whole shelf")
    page.get_by_label("How is it measured?").select_option("Another unit (km, pages …)")
    expect(title).to_have_value("Read a whole shelf")
    page.get_by_label("Unit").fill("metres")
    page.get_by_label("Target", exact=True).fill("0")
    page.get_by_label("By when").fill("2001-01-01")
    page.get_by_role("button", name="Create goal").click()
    expect(page.locator("[aria-invalid]").first).to_be_focused()
    expect(title).to_have_value("Read a whole shelf")
    expect(page.get_by_label("Unit")).to_have_value("metres")
    expect(page.get_by_label("By when")).to_have_value("2001-01-01")


def test_insights_and_days(visit: Visit) -> None:
    page = visit()
    register(page, "rest@example.com")
    dialog = page.get_by_role("dialog")
    first_goal(page)
    page.get_by_role("textbox", name="Amount").fill("6")
    page.keyboard.press("Enter")

    page.goto("/#/insights")
    seen = page.get_by_role("button", name="Seen", exact=True)
    expect(seen.first).to_be_visible()
    before = seen.count()
    seen.first.click()
    expect(seen).to_have_count(before - 1)

    page.goto("/#/today")
    page.get_by_role("button", name="New habit").click()
    dialog.get_by_label("Title").fill("Read before bed")
    dialog.get_by_label("A day counts by").select_option("A number")
    dialog.get_by_label("Per day").fill("10")
    saved(page)
    page.locator(".habit .day").last.click()
    dialog.get_by_label("How much").fill("12")
    saved(page)
    expect(page.locator(".habit .day").last).to_have_text("12")
    page.locator(".habit .day").last.click()
    expect(page.locator(".habit .day").last).to_have_attribute("aria-pressed", "false")


def test_money_and_settings(visit: Visit) -> None:
    page = visit()
    register(page, "money@example.com")
    dialog = page.get_by_role("dialog")
    page.goto("/#/money")
    page.get_by_role("button", name="New budget").click()
    dialog.get_by_label("Name").fill("Books")
    dialog.get_by_label("Limit").fill("50")
    saved(page)
    page.get_by_role("button", name="New transaction").click()
    dialog.get_by_label("Amount").fill("12.34")
    dialog.get_by_label("What for").fill("Atlas")
    dialog.get_by_label("Budget").select_option("Books")
    saved(page)
    expect(page.locator(".balance")).to_contain_text("$12.34 of $50")
    page.get_by_role("button", name="New debt").click()
    dialog.get_by_label("With whom").fill("Ann")
    dialog.get_by_label("Amount", exact=True).fill("100")
    saved(page)
    page.get_by_role("button", name="Record a payment").click()
    dialog.get_by_label("Amount in USD").fill("20")
    dialog.get_by_role("button", name="Record").click()
    expect(page.get_by_text("$80 of $100 left")).to_be_visible()

    page.goto("/#/settings")
    page.get_by_role("button", name="New token").click()
    dialog.get_by_label("What for").fill("A script")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.locator("code")).to_contain_text("wm")
    dialog.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Make the address").click()
    expect(page.get_by_label("Address")).to_have_value(re.compile(r"/calendar/wml_.{43}\.ics$"))
    page.get_by_label("Light or dark").select_option("Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_what_comes_next_is_said_as_one_would(visit: Visit) -> None:
    page = visit()
    register(page, "next@example.com")
    page.get_by_role("button", name="Finish something").click()
    page.get_by_role("button", name="Create goal").click()
    terms, dialog = page.locator(".terms"), page.get_by_role("dialog")
    expect(terms).to_contain_text("Next step")
    expect(terms).to_contain_text("Plan it")
    expect(page.get_by_role("heading", name="The way so far")).to_have_count(0)
    for title, due in (("Write the rest", day(9)), ("Write the outline", day(1))):
        page.get_by_role("button", name="New task").click()
        dialog.get_by_label("Title").fill(title)
        dialog.get_by_label("Due").fill(due)
        saved(page)
    expect(terms).to_contain_text("Write the outline, due tomorrow")
    expect(page.get_by_role("tab", name="Tasks (2)")).to_have_attribute("aria-selected", "true")
    page.get_by_role("checkbox", name="Write the outline").click()
    expect(terms).to_contain_text("Write the rest, due in 9 days")
    page.goto("/#/goals")
    page.reload()
    expect(page.locator(".card-foot")).to_contain_text("Write the rest, due in 9 days")


def test_the_first_day_promises_nothing(visit: Visit) -> None:
    page = visit()
    register(page, "early@example.com")
    first_goal(page)
    page.get_by_role("button", name="+5", exact=True).click()
    expect(page.locator(".goal-head .figures strong")).to_have_text("41.67 %")
    expect(page.locator(".goal-title .badge")).to_have_text("Too early to tell")
    expect(page.locator(".terms")).to_contain_text("Due")
    expect(page.locator(".terms")).not_to_contain_text("At this rate")
    expect(page.locator(".terms")).not_to_contain_text("Lately")
    expect(page.locator(".chart .legend")).to_have_text("YouPlanTarget")


def test_an_insight_that_asks_for_a_check_in_lets_one_say_how_much(visit: Visit, site: Site) -> None:
    page = visit()
    register(page, "behind@example.com")
    lived_in(site, "behind@example.com")
    page.goto("/#/insights")
    card = page.locator(".insight", has_text="Behind: A new kitchen")
    expect(card).not_to_contain_text(re.compile(r"\d{4}-\d\d-\d\d"))
    card.get_by_role("button", name=re.compile("^Check in")).click()
    amount = page.get_by_role("dialog").get_by_role("textbox", name="Amount")
    expect(amount).not_to_have_value("")
    amount.fill("99.5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(card).to_have_count(0)
    page.goto("/#/goals")
    expect(page.locator(".card", has_text="A new kitchen")).to_contain_text("$135 of $1,200")


def test_a_clock_runs_on_over_a_reload_and_its_end_counts(visit: Visit) -> None:
    page = visit()
    register(page, "focus@example.com")
    first_goal(page)
    page.get_by_role("link", name="Focus on it").click()
    page.get_by_role("button", name="25 minutes").click()
    expect(page.locator(".focus .figures")).to_contain_text("of 25 minutes · Read 12 books")
    page.reload()
    page.get_by_role("button", name="Pause the clock").click()
    expect(page.locator(".focus .figures")).to_contain_text("paused")
    clock = page.get_by_role("timer").inner_text()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("timer")).not_to_have_text(clock)
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("0 minutes of focus kept")).to_be_visible()
    expect(page.get_by_role("button", name="15 minutes")).to_be_visible()
