"""Transactions over HTTP: what they give to goals, exactly once, and how it is taken back.

Numbers are those of DOMAIN.md §§2 and 3, or worked out beside each test.
"""

from decimal import Decimal
from itertools import permutations

import pytest
from tests.api.person import SAVING, Document, Person, code_of, fields_of, shown
from tests.neighbours.money import TRIP, moved

pytestmark = pytest.mark.anyio


def money(goal: Document) -> list[object]:
    return [
        goal["currentValue"],
        goal["progressPercent"],
        goal["financeContributionCount"],
        goal["stats"]["financialProgressPercent"],
    ]


async def test_a_rate_of_its_own_is_kept(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    made = await moved(ada, 40, currency="USD", rate=12_500, goalId=goal["id"])
    assert money(await ada.now(goal)) == [500_000, Decimal("41.67"), 1, Decimal("41.67")]
    assert made["goals"] == [{"id": goal["id"], "title": "Trip", "progressPercent": Decimal("41.67")}]
    (given,) = await ada.get(f"/goals/{goal['id']}/contributions")
    expected = {
        "goalId": goal["id"],
        "transactionId": made["id"],
        "amount": 40,
        "currency": "USD",
        "rate": 12_500,
        "convertedAmount": 500_000,
        "sign": 1,
        "via": "goal",
        "date": "2026-03-02",
    }
    assert given | expected == given


async def test_no_rate_is_an_error_that_writes_nothing(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    body = {"type": "income", "amount": 40, "currency": "USD", "date": "2026-03-02", "goalId": goal["id"]}
    assert fields_of(await ada("POST", "/transactions", body)) == {"rate"}
    assert await ada.get("/transactions") == []
    assert (await ada.now(goal))["version"] == goal["version"]


async def test_fx_rates_speak_from_their_day_on_and_are_kept(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    for day, rate in (("2026-03-01", 12_000), ("2026-03-03", 13_000)):
        await ada.data("PUT", "/fx-rates", {"date": day, "from": "USD", "to": "UZS", "rate": rate})
    made = await moved(ada, 10, currency="USD", goalId=goal["id"])
    assert (await ada.now(goal))["currentValue"] == 120_000
    put = {"date": "2026-03-01", "from": "USD", "to": "UZS", "rate": 11_000}
    again = await ada.data("PUT", "/fx-rates", put)
    assert shown(again, "date", "from", "to", "rate") == ["2026-03-01", "USD", "UZS", 11_000]
    assert len(await ada.get("/fx-rates", **{"from": "USD"})) == 2
    assert await ada.get("/fx-rates", to="USD") == []
    # What was converted keeps its rate, through everything that does not touch its money.
    await ada.data("PATCH", f"/transactions/{made['id']}", {"name": "Gift"})
    await ada.data("DELETE", f"/transactions/{made['id']}")
    await ada.data("POST", f"/transactions/{made['id']}/restore")
    assert (await ada.now(goal))["currentValue"] == 120_000
    await ada.data("PATCH", f"/transactions/{made['id']}", {"amount": 20})
    assert (await ada.now(goal))["currentValue"] == 220_000
    await ada.data("PATCH", f"/transactions/{made['id']}", {"rate": 10})
    assert (await ada.now(goal))["currentValue"] == 200
    assert fields_of(await ada("PUT", "/fx-rates", {**put, "to": "USD"})) == {"to"}


async def test_rates_are_inverted_and_led_through_the_base_currency(ada: Person) -> None:
    await ada.data("PATCH", "/users/me", {"baseCurrency": "USD"})
    goal = await ada.goal("Trip", **{**TRIP, "currency": "EUR", "targetValue": 100})
    await ada.data("PUT", "/fx-rates", {"date": "2026-03-01", "from": "USD", "to": "UZS", "rate": 12_500})
    await ada.data("PUT", "/fx-rates", {"date": "2026-03-01", "from": "USD", "to": "EUR", "rate": "0.8"})
    await moved(ada, 125_000, goalId=goal["id"])
    assert (await ada.now(goal))["currentValue"] == 8


@pytest.mark.parametrize(
    ("mode", "moves", "current"),
    [
        ("save", [("income", 150), ("transfer", "0.1"), ("expense", "50.05")], Decimal("100.05")),
        ("spend", [("expense", 150), ("income", "0.1"), ("transfer", 7)], Decimal("149.9")),
    ],
)
async def test_the_way_it_counts(
    ada: Person, mode: str, moves: list[tuple[str, object]], current: Decimal
) -> None:
    goal = await ada.goal(**SAVING, financeMode=mode)
    for kind, amount in moves:
        await moved(ada, amount, type=kind, currency="USD", goalId=goal["id"])
    assert (await ada.now(goal))["currentValue"] == current


async def test_cents_are_exact(ada: Person) -> None:
    goal = await ada.goal(**SAVING, financeMode="save")
    for amount in (150, "0.1", Decimal("0.2")):
        await moved(ada, str(amount), currency="USD", goalId=goal["id"])
    assert money(await ada.now(goal)) == [Decimal("150.3"), Decimal("15.03"), 3, Decimal("15.03")]


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
async def test_undoing_in_any_order_ends_where_it_began(ada: Person, order: tuple[int, ...]) -> None:
    goal = await ada.goal("Trip", **TRIP, milestones=[{"title": "half", "targetPercent": 50}])
    made = [
        await moved(ada, 300_000, goalId=goal["id"], date="2026-02-20"),
        await moved(ada, 40, currency="USD", rate=12_500, budgetId=goal["linkedBudgetId"]),
        await moved(ada, 100_000, goalId=goal["id"], budgetId=goal["linkedBudgetId"], date="2026-03-01"),
    ]
    full = await ada.now(goal)
    assert money(full) == [900_000, 75, 3, 75]
    assert full["milestones"][0]["completedAt"] is not None
    for index in order:
        await ada.data("DELETE", f"/transactions/{made[index]['id']}")
    empty = await ada.now(goal)
    assert money(empty) == [0, 0, 0, 0]
    assert empty["milestones"][0]["completedAt"] is None
    assert empty["pace"] == goal["pace"]
    assert (await ada.get(f"/budgets/{goal['linkedBudgetId']}"))["contributionTotal"] == 0
    for index in reversed(order):
        await ada.data("POST", f"/transactions/{made[index]['id']}/restore")
    again = await ada.now(goal)
    assert [money(again), again["milestones"][0]["completedAt"]] == [
        money(full),
        full["milestones"][0]["completedAt"],
    ]


async def test_a_change_replaces_what_it_gave(ada: Person) -> None:
    one, other = await ada.goal("One", **TRIP), await ada.goal("Other", **TRIP)
    made = await moved(ada, 120_000, goalId=one["id"])
    path = f"/transactions/{made['id']}"
    await ada.data("PATCH", path, {"amount": 240_000, "type": "expense"})
    assert (await ada.now(one))["currentValue"] == -240_000
    await ada.data("PATCH", path, {"goalId": other["id"], "type": "income"})
    assert money(await ada.now(one)) == [0, 0, 0, 0]
    assert money(await ada.now(other)) == [240_000, 20, 1, 20]
    await ada.data("PATCH", path, {"goalId": None})
    assert money(await ada.now(other)) == [0, 0, 0, 0]
    # It comes back as it is then, not as it was.
    await ada.data("PATCH", path, {"amount": 60_000})
    await ada.data("PATCH", path, {"goalId": other["id"]})
    assert (await ada.now(other))["currentValue"] == 60_000


async def test_facts_enter_whatever_the_goals_state(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    await moved(ada, 120_000, goalId=goal["id"])
    await ada.data("POST", f"/goals/{goal['id']}/reactivate")
    assert (await ada.now(goal))["currentValue"] == 120_000


async def test_what_is_refused(ada: Person, eve: Person) -> None:
    theirs = await eve.goal("Trip", **TRIP)
    body = {"type": "income", "amount": 5, "currency": "USD", "date": "2026-03-02"}
    for name in ("goalId", "budgetId", "debtId", "habitId"):
        for other in (theirs["id"], theirs["linkedBudgetId"]):
            response = await ada("POST", "/transactions", {**body, name: other})
            assert code_of(response) == (404, "RESOURCE_NOT_FOUND")
            assert response.json()["error"]["details"][0]["field"] == name
    for field, value in (
        ("amount", 0),
        ("amount", -1),
        ("amount", "0.001"),
        ("date", "2026-03-04"),
        ("currency", "XXX"),
        ("type", "gift"),
        ("rate", 0),
    ):
        assert fields_of(await ada("POST", "/transactions", {**body, field: value})) == {field}
    assert await ada.get("/transactions") == []
    await ada.data("POST", "/transactions", {**body, "date": "2026-03-03"})


async def test_lists_retries_and_conditions(ada: Person, eve: Person) -> None:
    made = await moved(ada, 1, categoryId="food", tags=["a", "b"])
    await moved(ada, 2, date="2026-02-01")
    path = f"/transactions/{made['id']}"
    assert [each["amount"] for each in await ada.get("/transactions")] == [1, 2]
    assert [each["id"] for each in await ada.get("/transactions", categoryId="food")] == [made["id"]]
    assert [each["amount"] for each in await ada.get("/transactions", dateTo="2026-02-28")] == [2]
    assert code_of(await ada("PATCH", path, {"amount": 3}, If_Match='"99"'))[0] == 412
    dry = await ada("PATCH", path, {"amount": 3}, params={"dryRun": "true"})
    assert (dry.json()["data"]["amount"], (await ada.get(path))["amount"]) == (3, 1)
    body = {"type": "income", "amount": 9, "currency": "UZS", "date": "2026-03-02"}
    twice = [await ada.data("POST", "/transactions", body, Idempotency_Key="k") for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(await ada.get("/transactions")) == 3
    assert code_of(await eve("GET", path)) == (404, "RESOURCE_NOT_FOUND")


async def test_another_currency_drops_the_rate_of_the_old_one(ada: Person) -> None:
    goal = await ada.goal("Trip", **TRIP)
    made = await moved(ada, 40, currency="USD", rate=12_500, goalId=goal["id"])
    path = f"/transactions/{made['id']}"
    assert fields_of(await ada("PATCH", path, {"currency": "EUR"})) == {"rate"}
    assert shown(await ada.get(path), "currency", "rate") == ["USD", 12_500]
    await ada.data("PATCH", path, {"currency": "EUR", "rate": 13_000})
    assert (await ada.now(goal))["currentValue"] == 520_000
    await ada.data("PATCH", path, {"currency": "EUR", "amount": 50})
    assert (await ada.now(goal))["currentValue"] == 650_000
    told = await ada.data("PATCH", path, {"currency": "UZS"})
    assert shown(told, "currency", "rate") == ["UZS", None]
    assert (await ada.now(goal))["currentValue"] == 50


async def test_only_a_goal_of_money_is_fed(ada: Person) -> None:
    count, bare = await ada.goal("Run", metricType="count", targetValue=9), await ada.goal("Be kind")
    made = await moved(ada, 1)
    body = {"type": "income", "amount": 5, "currency": "UZS", "goalId": count["id"]}
    for response in (
        await ada("POST", "/transactions", body),
        await ada("PATCH", f"/transactions/{made['id']}", {"goalId": bare["id"]}),
    ):
        (fault,) = response.json()["error"]["details"]
        assert [response.status_code, fault] == [
            422,
            {
                "field": "goalId",
                "code": "not_allowed",
                "message": "Only a goal measured by amount is fed by money.",
            },
        ]
    assert fields_of(await ada("POST", "/transactions", {**body, "date": "2027-01-01"})) == {"goalId", "date"}


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/transactions", {"amount": 0, "type": "gift", "currency": "usd"}, {"amount", "type", "currency"}),
        ("/budgets", {"limitAmount": "-0.01", "currency": "UZS"}, {"limitAmount", "name"}),
        (
            "/debts",
            {"principalAmount": 0, "interestRateAnnual": 1001, "direction": "i_owe"},
            {"principalAmount", "interestRateAnnual", "counterpartyName", "principalCurrency"},
        ),
        (
            "/habits",
            {"title": "", "timesPerWeek": 8, "targetPerDay": 0},
            {"title", "timesPerWeek", "targetPerDay"},
        ),
        ("/focus-sessions", {"plannedMinutes": 0, "startedAt": "now"}, {"plannedMinutes", "startedAt"}),
    ],
)
async def test_all_that_a_value_alone_tells_is_told_at_once(
    ada: Person, path: str, body: dict[str, object], fields: set[str]
) -> None:
    assert fields_of(await ada("POST", path, body)) == fields


async def test_search_finds_text_in_name_and_description(ada: Person) -> None:
    await moved(ada, 1, name="Café 100%", description="with Straße")
    await moved(ada, 2, name="cafe_au_lait")
    await moved(ada, 3)
    for search, amounts in (
        ({"search": "STRASSE"}, [1]),
        ({"search": "CAF"}, [2, 1]),
        ({"search": "é 100%"}, [1]),
        ({"search": "%"}, [1]),
        ({"search": "e_a"}, [2]),
        ({"search": "caf", "type": "expense"}, []),
    ):
        assert [each["amount"] for each in await ada.get("/transactions", **search)] == amounts
    (found,) = await ada.get("/transactions", search="e_a")
    await ada.data("PATCH", f"/transactions/{found['id']}", {"name": "Tea"})
    assert await ada.get("/transactions", search="e_a") == []
    assert fields_of(await ada("GET", "/transactions", params={"search": ""})) == {"search"}
