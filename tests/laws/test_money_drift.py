"""Money moved at random between transactions, budgets, debts and goals: to the last cent what it must be.

Sums are held against exact decimals that are moved beside them, one by one.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.hypothesis_profiles import IS_SOAK
from tests.laws.world import START, World

MOVES = 10_000 if IS_SOAK else 150
"""On each database."""
LOOK_EVERY = 100 if IS_SOAK else 25
SIGNS = {
    "save": {"income": 1, "transfer": 1, "expense": -1},
    "spend": {"expense": 1, "income": -1},
    "debt": {"expense": 1, "transfer": 1},
}
CURRENCY = {"save": "UZS", "spend": "USD", "debt": "EUR"}
RATES = [Decimal("12617.35"), Decimal("0.000079"), Decimal("0.92"), Decimal("3.333333")]


@dataclass(frozen=True)
class Move:
    """A transaction of one account: a goal with a budget of its own, or with the debt that it closes."""

    id: str
    account: str
    by: str
    type: str
    amount: Decimal
    currency: str
    rate: Decimal | None
    is_gone: bool = False

    @property
    def gives(self) -> Decimal | None:
        """In the account's currency; None: it does not count."""
        sign = SIGNS[self.account].get(self.type)
        if self.is_gone or sign is None:
            return None
        if self.currency == CURRENCY[self.account]:
            return sign * self.amount
        assert self.rate is not None
        return sign * (self.amount * self.rate).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


class Purse:
    """The accounts of one person, and what every move must have made of them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)  # the same moves at every run
        self.moves: list[Move] = []
        self.sums: dict[str, Decimal] = defaultdict(Decimal)
        self.counts: dict[str, int] = defaultdict(int)
        self.names: dict[str, dict[str, str]] = {}
        common = {"goalType": "financial", "metricType": "amount"}
        for mode in ("save", "spend"):
            body = {"title": mode, "financeMode": mode, "currency": CURRENCY[mode], "targetValue": 10_000}
            goal = self.world.done("POST", "/goals", {**common, **body})
            self.names[mode] = {"goalId": goal["id"], "budgetId": goal["linkedBudgetId"]}
        debt = {"direction": "i_owe", "counterpartyName": "c", "principalAmount": "98765.43"}
        owed = self.world.done("POST", "/debts", {**debt, "principalCurrency": CURRENCY["debt"]})
        body = {"title": "debt", "financeMode": "debt_close", "linkedDebtId": owed["id"]}
        goal = self.world.done("POST", "/goals", {**common, **body})
        self.names["debt"] = {"goalId": goal["id"], "debtId": owed["id"]}

    def count(self, before: Move | None, after: Move | None) -> None:
        for move, sign in ((before, -1), (after, 1)):
            given = None if move is None else move.gives
            if move is not None and given is not None:
                self.sums[move.account] += sign * given
                self.counts[move.account] += sign

    def sent(self, move: Move) -> dict[str, Any]:
        names = dict.fromkeys(("goalId", "budgetId", "debtId"))
        return {
            **names,
            move.by: self.names[move.account][move.by],
            "type": move.type,
            "amount": str(move.amount),
            "currency": move.currency,
            "rate": None if move.rate is None else str(move.rate),
            "date": str((START - timedelta(self.random.randrange(60))).date()),
        }

    def any_move(self, move_id: str) -> Move:
        account = self.random.choice(list(CURRENCY))
        currency = self.random.choice(["UZS", "USD", "EUR"])
        return Move(
            id=move_id,
            account=account,
            by=self.random.choice(list(self.names[account])),
            type=self.random.choice(["income", "expense", "transfer"]),
            amount=Decimal(self.random.choice([1, 5, 10, 33, self.random.randrange(1, 10**7)])) / 100,
            currency=currency,
            rate=None if currency == CURRENCY[account] else self.random.choice(RATES),
        )

    def move(self) -> None:
        """One more, another, one gone or one back."""
        what = self.random.randrange(10) if self.moves else 0
        if what < 4:
            made = self.any_move(f"{len(self.moves):08x}-0000-4000-8000-000000000000")
            self.world.done("POST", "/transactions", {"id": made.id, **self.sent(made)})
            self.moves.append(made)
            self.count(None, made)
            return
        index = self.random.randrange(len(self.moves))
        before = self.moves[index]
        path = f"/transactions/{before.id}"
        if before.is_gone:
            after = replace(before, is_gone=False)
            self.world.done("POST", f"{path}/restore")
        elif what < 7:
            after = self.any_move(before.id)
            self.world.done("PATCH", path, self.sent(after))
        else:
            after = replace(before, is_gone=True)
            self.world.done("DELETE", path)
        self.moves[index] = after
        self.count(before, after)

    def look(self) -> None:
        for account, names in self.names.items():
            goal = self.world.done("GET", f"/goals/{names['goalId']}")
            told = self.world.done("GET", f"/goals/{names['goalId']}/finance-progress")
            left, total = self.sums[account], self.sums[account]
            if account == "debt":
                debt = self.world.done("GET", f"/debts/{names['debtId']}")
                left = Decimal("98765.43") - total
                assert (debt["totalPaid"], debt["remainingAmount"]) == (total, left)
            else:
                budget = self.world.done("GET", f"/budgets/{names['budgetId']}")
                assert (budget["spentAmount"], budget["contributionTotal"]) == (total, total)
            assert goal["currentValue"] == left
            assert goal["financeContributionCount"] == told["contributionCount"] == self.counts[account]
            assert told["contributionTotal"] == total


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = World(database_url, tmp_path)
    world.enter("UTC")
    yield world
    world.close()


@pytest.mark.slow
def test_no_cent_is_lost(world: World) -> None:
    purse = Purse(world, seed=2026)
    for number in range(MOVES):
        purse.move()
        if number % LOOK_EVERY == 0:
            purse.look()
    purse.look()
    for each in range(len(purse.moves)):
        if not purse.moves[each].is_gone:
            world.done("DELETE", f"/transactions/{purse.moves[each].id}")
    purse.sums.clear()
    purse.counts.clear()
    purse.look()
