"""Four worlds feed one number: both databases tell what a count from the raw facts does, after every step.

Goals, budgets and debts are read from both and held against the oracle's books.
"""

import faulthandler
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from tests.hypothesis_profiles import IS_SOAK
from tests.laws.oracle import Fact
from tests.laws.telling import differing, standing
from tests.laws.world import World
from tests.laws.worlds_machine import Telling
from tests.laws.worlds_oracle import Aim, Source

from waymark.store import neighbours, schema


class Agreement(Telling):
    """After each step."""

    @invariant()
    def goals_are_never_stale(self) -> None:
        self.books.noted()
        for world in self.worlds:
            shown = listed(world, "/goals")
            standing = {goal.id: goal for goal in self.books.goals.values() if not goal.is_deleted}
            assert shown.keys() == standing.keys()
            for goal in standing.values():
                told = shown[goal.id] | {
                    name: sorted(shown[goal.id][name]) for name in ("linkedTaskIds", "linkedHabitIds")
                }
                expected = self.books.document(goal, stamps_of(world, goal), self.today)
                differences = list(differing(expected, told))
                assert not differences, (goal, self.today, differences)

    @invariant()
    def money_does_not_drift(self) -> None:
        for world in self.worlds:
            budgets, debts = listed(world, "/budgets"), listed(world, "/debts")
            for budget in self.books.budgets.values():
                if not budget.is_deleted:
                    spent, ever = self.books.spent(budget, self.today)
                    goal = self.books.goals.get(budget.goal_id or "")
                    expected = {
                        "spentAmount": spent,
                        "remainingAmount": budget.limit - spent,
                        "contributionTotal": ever,
                        "linkedGoalId": budget.goal_id,
                        "showStatus": "archived" if goal and goal.was_completed else "active",
                    }
                    assert not list(differing(expected, budgets[budget.id])), (budget, expected)
            for debt in self.books.debts.values():
                if not debt.is_deleted:
                    paid = self.books.paid(debt)
                    expected = {"totalPaid": paid, "remainingAmount": debt.principal - paid}
                    expected["linkedGoalId"] = debt.goal_id
                    assert not list(differing(expected, debts[debt.id])), (debt, expected)

    @rule()
    def explain(self) -> None:
        """Terms that add up to the shown percent, to the last digit."""
        for goal in self.books.goals.values():
            if goal.is_deleted:
                continue
            document = self.done("GET", f"/goals/{goal.id}")
            told = self.done("GET", f"/goals/{goal.id}/progress")
            assert sum(term["points"] for term in told["terms"]) == document["progressPercent"]
            assert {term["source"] for term in told["terms"]} - {"override"} == {
                source if source != "ledger" else ledger_of(goal) for source in goal.terms
            }

    def teardown(self) -> None:
        if not self.worlds[0].user_id:
            return
        for world in self.worlds:
            self.totals_add_up(world)

    def totals_add_up(self, world: World) -> None:
        for goal in self.books.goals.values():
            if goal.is_deleted:
                continue
            days = rows(world, schema.goal_day_totals, "goal_id", goal.id)
            assert sorted(row["day"] for row in days) == sorted({fact.day for fact in goal.facts.values()})
            for row in days:
                assert row["count"] == sum(fact.day == row["day"] for fact in goal.facts.values())
                if goal.metric != "none":
                    assert Fraction(row["closing"]) == goal.value_on(row["day"])
        for budget in self.books.budgets.values():
            days = rows(world, neighbours.budget_days, "budget_id", budget.id)
            assert sum(Fraction(row["spent"]) for row in days) == self.books.spent(budget, self.today)[1]


def ledger_of(goal: Aim) -> str:
    weights = goal.weights or {}
    is_finance = "finance" in weights or ("metric" not in weights and goal.finance_mode is not None)
    return "finance" if is_finance else "metric"


def listed(world: World, path: str) -> dict[str, Any]:
    """Everything that is not deleted, by id."""
    found: dict[str, Any] = {}
    for show in ("active", "archived"):
        reply = world.send("GET", f"{path}?showStatus={show}")
        assert reply.is_done, reply
        found |= {each["id"]: each for each in reply.body}
    return found


def stamps_of(world: World, goal: Aim) -> dict[Source, Fact]:
    """What sources gave to the goal's ledger, as its history shows it."""
    found: dict[Source, Fact] = {}
    page = 1
    while True:
        reply = world.send("GET", f"/goals/{goal.id}/check-ins?limit=100&page={page}")
        assert reply.is_done, reply
        for each in reply.body:
            if each["sourceType"] == "manual":
                continue
            day = date.fromisoformat(each["dateKey"])
            source = (each["sourceType"], each["sourceId"], day)
            assert source not in found, "one fact counts once"
            at, unit = each["createdAt"], each["unit"]
            found[source] = Fact(each["id"], each["value"], unit, each["mode"], day, at)
        if len(reply.body) < 100:
            return found
        page += 1


def rows(world: World, table: Any, name: str, value: str) -> list[dict[str, Any]]:
    found = (dict(zip(table.c.keys(), row, strict=True)) for row in world.rows(table))
    return [row for row in found if row[name] == value]


@pytest.fixture
def worlds(sqlite_url: str, postgres_url: str, tmp_path: Path) -> Iterator[tuple[World, World]]:
    opened = World(sqlite_url, tmp_path), World(postgres_url, tmp_path)
    yield opened
    for world in opened:
        world.close()


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = World(database_url, tmp_path)
    world.enter("UTC")
    yield world
    world.close()


@pytest.mark.slow
def test_both_databases_agree_with_the_books(worlds: tuple[World, World]) -> None:
    faulthandler.cancel_dump_traceback_later()  # a failure may take longer to shrink than a test may hang
    run_state_machine_as_test(
        type("OnBoth", (Agreement,), {"worlds": worlds}),
        settings=settings(
            max_examples=2_000 if IS_SOAK else 10,
            stateful_step_count=50 if IS_SOAK else 20,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("noun", ["tasks", "habits", "focus-sessions", "transactions", "budgets", "debts"])
def test_deleting_what_is_linked_leaves_a_valid_goal(world: World, noun: str) -> None:
    """It stands as if it had never been, takes its own definition back, and lives on."""
    body: dict[str, Any] = {"title": "Trip", "goalType": "financial", "metricType": "amount"}
    body |= {"currency": "USD", "targetValue": 100, "createBudget": False}
    goal = world.done("POST", "/goals", body)
    path = f"/goals/{goal['id']}"
    before = world.done("GET", path)
    home = {"goalId": goal["id"]}
    debt = {"direction": "i_owe", "counterpartyName": "c", "principalAmount": 50, "principalCurrency": "USD"}
    bodies: dict[str, Any] = {
        "tasks": {"title": "t", "status": "completed", **home},
        "habits": {"title": "h", **home},
        "focus-sessions": {"plannedMinutes": 25, **home},
        "transactions": {"type": "income", "amount": 40, "currency": "USD", **home},
        "budgets": {"name": "b", "currency": "USD", "limitAmount": 9, "linkedGoalId": goal["id"]},
        "debts": {**debt, "linkedGoalId": goal["id"]},
    }
    made = world.done("POST", f"/{noun}{'/start' if noun == 'focus-sessions' else ''}", bodies[noun])
    item = f"/{noun}/{made['id']}"
    then = {
        "habits": ("POST", f"{item}/complete", {"status": "done"}),
        "focus-sessions": ("POST", f"{item}/complete", {"actualMinutes": 20}),
        "debts": ("POST", f"{item}/payments", {"amount": 10}),
        "budgets": (
            "POST",
            "/transactions",
            {**bodies["transactions"], "goalId": None, "budgetId": made["id"]},
        ),
    }
    if noun in then:
        world.done(*then[noun])
    assert world.done("GET", path)["stats"] != before["stats"] or noun == "budgets"
    world.done("DELETE", item)
    after = world.done("GET", path)
    assert standing(after) == standing(before)
    again = {"targetValue": 100, **{name: after[name] for name in ("currency", "direction", "metricType")}}
    assert world.done("PATCH", path, again) == after
    world.done("POST", f"{path}/complete")
    world.done("POST", f"{item}/restore")
    back = world.done("POST", f"{path}/reactivate")
    # Time and money name their goal themselves; what was tied comes back untied.
    assert (standing(back) == standing(before)) == (noun not in {"focus-sessions", "transactions"})


def test_a_goal_that_is_deleted_counts_in_nothing(world: World) -> None:
    """What belonged to its budget and debt only because it names the goal; restored, it does again."""
    money = {"goalType": "financial", "metricType": "amount", "targetValue": 100}
    save = world.done("POST", "/goals", money | {"title": "s", "financeMode": "save", "currency": "USD"})
    owed = {"direction": "i_owe", "counterpartyName": "c", "principalAmount": 50, "principalCurrency": "USD"}
    debt = world.done("POST", "/debts", owed)
    close = {"goalType": "financial", "metricType": "amount", "financeMode": "debt_close"}
    close = world.done("POST", "/goals", close | {"title": "c", "linkedDebtId": debt["id"]})
    for goal, kind in ((save, "income"), (close, "expense")):
        paid = {"type": kind, "amount": 20, "currency": "USD", "goalId": goal["id"]}
        world.done("POST", "/transactions", paid)
    budget_path, debt_path = f"/budgets/{save['linkedBudgetId']}", f"/debts/{debt['id']}"
    for step, counted in ((("DELETE", ""), 0), (("POST", "/restore"), 20)):
        for goal in (save, close):
            world.done(step[0], f"/goals/{goal['id']}{step[1]}")
        assert world.done("GET", budget_path)["spentAmount"] == counted
        assert world.done("GET", debt_path)["totalPaid"] == counted
    assert world.done("GET", f"/goals/{save['id']}")["currentValue"] == 20
    assert world.done("GET", f"/goals/{close['id']}")["currentValue"] == 30
