"""Four worlds feed one number: both databases tell what a count from the raw facts does, after every step.

Goals, budgets and debts are read from both and held against the oracle's books.
"""

import faulthandler
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from tests.hypothesis_profiles import IS_SOAK
from tests.laws.looking import Look
from tests.laws.telling import differing, standing
from tests.laws.world import World
from tests.laws.worlds_machine import Telling
from tests.laws.worlds_money import any_goal
from tests.laws.worlds_oracle import Aim, Budget

from waymark.store import neighbours, schema

PARTS = 8 if IS_SOAK else 1
"""So that the workers share the large figure."""


class Agreement(Telling):
    """After each step what was touched, and at the end of a story everything."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = [Look(world) for world in self.worlds]

    @invariant()
    def goals_are_never_stale(self) -> None:
        self.books.noted()
        is_shelved = (goal.status == "archived" for goal in self.standing("goals"))
        is_archived = (self.is_archived(budget) for budget in self.standing("budgets"))
        archived = {noun for noun, some in (("goals", is_shelved), ("budgets", is_archived)) if any(some)}
        for look in self.looks:
            look.again(self.today, archived)
            assert look.shown["goals"].keys() == {goal.id for goal in self.standing("goals")}
        for goal in self.standing("goals"):
            expected: dict[str, Any] = {}
            for look in self.looks:
                stamps = look.stamps(goal.id)
                # The same ones make the same document; only ids that the server makes differ.
                facts = repr([(source, fact.value, fact.at) for source, fact in sorted(stamps.items())])
                if facts not in expected:
                    expected[facts] = self.books.document(goal, stamps, self.today)
                shown = look.shown["goals"][goal.id]
                told = shown | {name: sorted(shown[name]) for name in ("linkedTaskIds", "linkedHabitIds")}
                differences = list(differing(expected[facts], told))
                assert not differences, (goal, self.today, differences)

    @invariant()
    def money_does_not_drift(self) -> None:
        for look in self.looks:
            budgets, debts = look.shown["budgets"], look.shown["debts"]
            assert budgets.keys() == {budget.id for budget in self.standing("budgets")}
            assert debts.keys() == {debt.id for debt in self.standing("debts")}
            for budget in self.standing("budgets"):
                sums = self.books.spent(budget)
                spent = sums.get(budget.period_of(self.today)[0], Fraction(0))
                expected = {
                    "spentAmount": spent,
                    "remainingAmount": self.books.limit(budget, sums, self.today) - spent,
                    "contributionTotal": sum(sums.values(), Fraction(0)),
                    "linkedGoalId": budget.goal_id,
                    "showStatus": "archived" if self.is_archived(budget) else "active",
                }
                differences = list(differing(expected, budgets[budget.id]))
                assert not differences, (budget, self.today, differences)
            for debt in self.standing("debts"):
                paid = self.books.paid(debt)
                expected = {"totalPaid": paid, "remainingAmount": debt.principal - paid}
                expected["linkedGoalId"] = debt.goal_id
                differences = list(differing(expected, debts[debt.id]))
                assert not differences, (debt, differences)

    def standing(self, noun: str) -> list[Any]:
        return [each for each in getattr(self.books, noun).values() if not each.is_deleted]

    def is_archived(self, budget: Budget) -> bool:
        goal = self.books.goals.get(budget.goal_id or "")
        return goal is not None and goal.was_completed

    @rule(goal=any_goal)
    def explain(self, goal: Aim) -> None:
        """Terms that add up to the shown percent, to the last digit."""
        if goal.is_deleted:
            return
        document = self.done("GET", f"/goals/{goal.id}")
        told = self.done("GET", f"/goals/{goal.id}/progress")
        assert sum(term["points"] for term in told["terms"]) == document["progressPercent"]
        assert {term["source"] for term in told["terms"]} - {"override"} == {
            source if source != "ledger" else ledger_of(goal) for source in goal.terms
        }

    def teardown(self) -> None:
        if not self.worlds[0].user_id:
            return
        self.looks = [Look(world) for world in self.worlds]
        self.goals_are_never_stale()
        self.money_does_not_drift()
        for goal in self.standing("goals"):
            self.explain(goal)
        for world in self.worlds:
            self.totals_add_up(world)

    def totals_add_up(self, world: World) -> None:
        days = by(world, schema.goal_day_totals, "goal_id")
        for goal in self.standing("goals"):
            totals = days[goal.id]
            assert sorted(row["day"] for row in totals) == sorted({fact.day for fact in goal.facts.values()})
            for row in totals:
                assert row["count"] == sum(fact.day == row["day"] for fact in goal.facts.values())
                if goal.metric != "none":
                    assert Fraction(row["closing"]) == goal.value_on(row["day"])
        periods = by(world, neighbours.budget_period_totals, "budget_id")
        for budget in self.books.budgets.values():
            told = {row["from_on"]: Fraction(row["spent"]) for row in periods[budget.id]}
            assert told == self.books.spent(budget)


def ledger_of(goal: Aim) -> str:
    weights = goal.weights or {}
    is_finance = "finance" in weights or ("metric" not in weights and goal.finance_mode is not None)
    return "finance" if is_finance else "metric"


def by(world: World, table: Any, name: str) -> dict[str, list[dict[str, Any]]]:
    """The person's rows, by what one of their columns says."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for cells in world.rows(table):
        row = dict(zip(table.c.keys(), cells, strict=True))
        found[row[name]].append(row)
    return found


@pytest.fixture(params=range(PARTS))
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
            max_examples=2_000 // PARTS if IS_SOAK else 10,
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


def test_deleting_a_goal_takes_nothing_from_its_budget_and_debt(world: World) -> None:
    """What belongs to them only because it names the goal was saved and paid; restored, it counts again."""
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
    for method, step in (("DELETE", ""), ("POST", "/restore")):
        for goal in (save, close):
            world.done(method, f"/goals/{goal['id']}{step}")
        assert world.done("GET", budget_path)["spentAmount"] == 20
        assert world.done("GET", debt_path)["totalPaid"] == 20
    assert world.done("GET", f"/goals/{save['id']}")["currentValue"] == 20
    assert world.done("GET", f"/goals/{close['id']}")["currentValue"] == 30
