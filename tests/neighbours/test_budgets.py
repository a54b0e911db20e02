"""Budgets over HTTP: what belongs to them and what is left, and the goals they are tied to."""

from decimal import Decimal

import pytest
from tests.api.person import SAVING, Document, Person, code_of, fields_of, parsed, shown
from tests.neighbours.money import TRIP, budget, moved

pytestmark = pytest.mark.anyio
STATE = ("spentAmount", "remainingAmount", "percentUsed", "contributionTotal", "isOverspent")


async def state(person: Person, made: Document) -> list[object]:
    return shown(await person.get(f"/budgets/{made['id']}"), *STATE)


async def test_a_budget_counts_its_categories_in_its_days(ada: Person) -> None:
    await moved(ada, 50_000, type="expense", categoryId="food", date="2026-02-28")
    made = await budget(ada, periodType="monthly", startDate="2026-02-01")
    assert await state(ada, made) == [0, 1_000_000, 0, 50_000, False]
    first = await moved(ada, 400_000, type="expense", categoryId="food")
    await moved(ada, 7, type="income", categoryId="food")
    await moved(ada, 7, type="expense", categoryId="food", date="2026-01-31")
    await moved(ada, 7, type="expense", categoryId="fuel")
    refund = await moved(ada, 100_000, type="income", budgetId=made["id"])
    assert await state(ada, made) == [300_000, 700_000, 30, 350_000, False]
    await ada.data("PATCH", f"/transactions/{first['id']}", {"amount": 1_400_000})
    assert await state(ada, made) == [1_300_000, -300_000, 100, 1_350_000, True]
    await ada.data("PATCH", f"/budgets/{made['id']}", {"categoryIds": ["fuel"]})
    assert await state(ada, made) == [-99_993, 1_099_993, 0, -99_993, False]
    await ada.data("DELETE", f"/transactions/{refund['id']}")
    assert await state(ada, made) == [7, 999_993, 0, 7, False]
    await ada.data("DELETE", f"/budgets/{made['id']}")
    await moved(ada, 3, type="expense", categoryId="fuel")
    await ada.data("POST", f"/budgets/{made['id']}/restore")
    assert await state(ada, made) == [10, 999_990, 0, 10, False]


async def test_other_periods_count_what_was_counted_before(ada: Person) -> None:
    """What fell into a period by one definition falls into another by the next, and is all there again."""
    for amount, on in ((100, "02-10"), (20, "02-27"), (3, "03-01"), (4, "03-02")):
        await moved(ada, amount, type="expense", categoryId="food", date=f"2026-{on}")
    made = await budget(ada, limitAmount=1_000)
    carryover = {"rolloverMode": "carryover"}
    for change, spent, remaining, total in (
        ({}, 127, 873, 127),
        ({"periodType": "monthly"}, 7, 993, 127),
        ({"periodType": "weekly"}, 4, 996, 127),
        ({"startDate": "2026-02-09", **carryover}, 4, 3_873, 127),
        ({"periodType": "monthly"}, 7, 1_873, 127),
        ({"startDate": "2026-02-15"}, 7, 1_973, 27),
        ({"endDate": "2026-03-01"}, 3, 1_977, 23),
        ({"startDate": "2026-02-28", "periodType": "weekly"}, 3, 997, 3),
        ({"periodType": "custom_range", "startDate": "2026-02-10"}, 123, 877, 123),
        ({"periodType": "none", "startDate": None, "endDate": None}, 127, 873, 127),
    ):
        await ada.data("PATCH", f"/budgets/{made['id']}", change)
        shows = await ada.get(f"/budgets/{made['id']}")
        assert shown(shows, "spentAmount", "remainingAmount", "contributionTotal") == [
            spent,
            remaining,
            total,
        ], change
    for each in await ada.get("/transactions"):
        await ada.data("DELETE", f"/transactions/{each['id']}")
    assert await state(ada, made) == [0, 1_000, 0, 0, False]


async def test_its_etag_moves_with_what_it_counts(ada: Person) -> None:
    made = await budget(ada)
    path = f"/budgets/{made['id']}"
    etag = (await ada("GET", path)).headers["ETag"]
    assert (await ada("GET", path, If_None_Match=etag)).status_code == 304
    await moved(ada, 1, type="expense", categoryId="food")
    assert (await ada("GET", path, If_None_Match=etag)).status_code == 200


async def test_another_currency_converts_or_is_refused(ada: Person) -> None:
    made = await budget(ada)
    body = {"type": "expense", "amount": 4, "currency": "USD", "date": "2026-03-02", "categoryId": "food"}
    assert fields_of(await ada("POST", "/transactions", body)) == {"rate"}
    assert await state(ada, made) == [0, 1_000_000, 0, 0, False]
    await ada.data("POST", "/transactions", {**body, "rate": 12_500})
    assert await state(ada, made) == [50_000, 950_000, 5, 50_000, False]


async def test_tying_makes_contributions_of_what_it_counts_already(ada: Person) -> None:
    goal = await ada.goal("Diet", **{**TRIP, "financeMode": "spend"}, createBudget=False)
    made = await budget(ada)
    both = await moved(ada, 120_000, type="expense", categoryId="food", goalId=goal["id"])
    await moved(ada, 480_000, type="expense", categoryId="food")
    tied = await ada.data("POST", f"/goals/{goal['id']}/link-budget", {"budgetId": made["id"]})
    assert shown(tied, "currentValue", "progressPercent", "financeContributionCount") == [600_000, 50, 2]
    there = await ada.get(f"/budgets/{made['id']}")
    assert there["linkedGoalId"] == goal["id"]
    assert there["goals"] == [{"id": goal["id"], "title": "Diet", "progressPercent": 50}]
    assert {each["via"] for each in await ada.get(f"/goals/{goal['id']}/contributions")} == {"goal", "budget"}
    assert parsed(await ada("GET", f"/goals/{goal['id']}/finance-progress"))["data"] == {
        "goalId": goal["id"],
        "linkedBudgetId": made["id"],
        "linkedDebtId": None,
        "financialProgressPercent": 50,
        "budgetSpentAmount": 600_000,
        "budgetLimitAmount": 1_000_000,
        "debtTotalPaid": 0,
        "debtPrincipalAmount": 0,
        "contributionCount": 2,
        "contributionTotal": 600_000,
        "currency": "UZS",
    }
    loose = await ada.data("DELETE", f"/goals/{goal['id']}/unlink-budget")
    assert shown(loose, "currentValue", "financeContributionCount", "linkedBudgetId") == [120_000, 1, None]
    assert (await ada.get(f"/budgets/{made['id']}"))["linkedGoalId"] is None
    # The same from the other end, and untied by deleting.
    await ada.data("PATCH", f"/budgets/{made['id']}", {"linkedGoalId": goal["id"]})
    assert shown(await ada.now(goal), "currentValue", "linkedBudgetId") == [600_000, made["id"]]
    await ada.data("DELETE", f"/budgets/{made['id']}")
    assert shown(await ada.now(goal), "currentValue", "linkedBudgetId") == [120_000, None]
    await ada.data("DELETE", f"/transactions/{both['id']}")
    assert shown(await ada.now(goal), "currentValue", "checkInCount") == [0, 0]


async def test_narrowing_a_tied_budget_takes_out_what_left_it(ada: Person) -> None:
    made = await budget(ada, categoryIds=["food", "fuel"])
    goal = await ada.goal(**{**TRIP, "financeMode": "spend"}, linkedBudgetId=made["id"])
    for category, amount in (("food", 1_000), ("fuel", 200)):
        await moved(ada, amount, type="expense", categoryId=category)
    assert (await ada.now(goal))["currentValue"] == 1_200
    await ada.data("PATCH", f"/budgets/{made['id']}", {"categoryIds": ["fuel"]})
    assert (await ada.now(goal))["currentValue"] == 200
    await ada.data("PATCH", f"/budgets/{made['id']}", {"startDate": "2026-03-03"})
    assert (await ada.now(goal))["currentValue"] == 0
    await ada.data("PATCH", f"/budgets/{made['id']}", {"startDate": None, "categoryIds": ["food"]})
    assert (await ada.now(goal))["currentValue"] == 1_000


async def test_a_saving_goal_has_a_project_budget(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    path = f"/budgets/{goal['linkedBudgetId']}"
    made = await ada.get(path)
    expected = ["Trip", "project", "income", "UZS", 1_200_000, goal["id"]]
    names = ("name", "budgetType", "transactionType", "currency", "limitAmount", "linkedGoalId")
    assert shown(made, *names) == expected
    await ada.data("PATCH", f"/goals/{goal['id']}", {"currency": "USD", "targetValue": 900})
    assert shown(await ada.get(path), "currency", "limitAmount") == ["USD", 900]
    await moved(ada, 90, currency="USD", goalId=goal["id"])
    assert (await ada.get(path))["spentAmount"] == 90
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    assert (await ada.get(path))["showStatus"] == "archived"
    await ada.data("POST", f"/goals/{goal['id']}/reactivate")
    assert (await ada.get(path))["showStatus"] == "active"
    assert (await ada.goal("None", **TRIP, createBudget=False))["linkedBudgetId"] is None


async def test_a_goal_that_completes_by_itself_archives_its_budget(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP, autoComplete=True)
    path = f"/budgets/{goal['linkedBudgetId']}"
    last = await moved(ada, 1_200_000, budgetId=goal["linkedBudgetId"])
    assert (await ada.now(goal))["status"] == "completed"
    assert (await ada.get(path))["showStatus"] == "archived"
    await ada.data("DELETE", f"/transactions/{last['id']}")
    assert (await ada.now(goal))["status"] == "active"
    assert (await ada.get(path))["showStatus"] == "active"


async def test_deleting_a_goal_frees_its_budget(ada: Person) -> None:
    made = await budget(ada)
    goal = await ada.goal("One", **TRIP, linkedBudgetId=made["id"])
    await moved(ada, 100, type="expense", categoryId="food")
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert (await ada.get(f"/budgets/{made['id']}"))["linkedGoalId"] is None
    await moved(ada, 20, type="expense", categoryId="food")
    back = await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(back, "linkedBudgetId", "currentValue") == [made["id"], -120]
    assert (await ada.get(f"/budgets/{made['id']}"))["linkedGoalId"] == goal["id"]
    # Taken meanwhile: it stays with whom it is.
    await ada.data("POST", "/goals/bulk-delete", {"ids": [goal["id"]]})
    other = await ada.goal("Other", **TRIP, linkedBudgetId=made["id"])
    back = await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(back, "linkedBudgetId", "currentValue") == [None, 0]
    assert (await ada.now(other))["currentValue"] == -120


async def test_what_cannot_be_tied(ada: Person, eve: Person) -> None:
    made, dollars = await budget(ada), await budget(ada, currency="USD", name="Dollars")
    theirs = await budget(eve)
    goal = await ada.goal("One", **TRIP, linkedBudgetId=made["id"])
    other = await ada.goal("Other", **TRIP)
    health = await ada.goal("Run", metricType="count", targetValue=9)
    link = f"/goals/{other['id']}/link-budget"
    taken = await ada("POST", link, {"budgetId": made["id"]})
    assert code_of(taken) == (409, "CONFLICT")
    assert taken.json()["error"]["context"] == {"goalId": goal["id"]}
    assert (
        code_of(await ada("POST", "/goals", {"title": "x", **TRIP, "linkedBudgetId": made["id"]}))[0] == 409
    )
    mismatch = await ada("POST", link, {"budgetId": dollars["id"]})
    assert fields_of(mismatch) == {"budgetId"}
    assert mismatch.json()["error"]["details"][0]["code"] == "currency_mismatch"
    assert code_of(await ada("POST", link, {"budgetId": theirs["id"]})) == (404, "RESOURCE_NOT_FOUND")
    assert fields_of(
        await ada("POST", f"/goals/{health['id']}/link-budget", {"budgetId": dollars["id"]})
    ) == {"budgetId"}
    assert fields_of(await ada("PATCH", f"/budgets/{made['id']}", {"currency": "USD"})) == {"currency"}
    assert fields_of(await ada("PATCH", f"/goals/{goal['id']}", {"currency": "USD"})) == {"linkedBudgetId"}
    for field, value in (("limitAmount", 0), ("limitAmount", "1.001"), ("endDate", "2026-01-01")):
        body = {"startDate": "2026-02-01", field: value}
        assert fields_of(await ada("PATCH", f"/budgets/{made['id']}", body)) == {field}
    assert fields_of(await ada("PATCH", f"/budgets/{made['id']}", {"periodType": "custom_range"})) == {
        "startDate",
        "endDate",
    }
    assert (await ada.now(other))["linkedBudgetId"] == other["linkedBudgetId"]


async def test_a_goal_takes_the_currency_of_its_budget(ada: Person) -> None:
    made = await budget(ada)
    body = {name: value for name, value in SAVING.items() if name != "currency"}
    goal = await ada.goal(**body, linkedBudgetId=made["id"])
    assert goal["currency"] == "UZS"
    assert goal["progressPercent"] == Decimal(0)


async def test_a_project_budget_that_narrows_and_widens_counts_what_names_its_goal(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    path = f"/budgets/{goal['linkedBudgetId']}"
    await moved(ada, 100, goalId=goal["id"])
    await ada.data("PATCH", path, {"startDate": "2026-03-03"})
    assert (await ada.get(path))["spentAmount"] == 0
    await ada.data("PATCH", path, {"startDate": None})
    assert (await ada.get(path))["spentAmount"] == 100
    assert (await ada.now(goal))["currentValue"] == 100
