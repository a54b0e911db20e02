"""Budgets and debts inside one transaction: what moves their sums, told once and written once.

Which transactions belong to them contributions.py decides; what a sum means, the domain.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from waymark.domain.amounts import ZERO, plain
from waymark.domain.debts import remaining_amount, status_of
from waymark.domain.goal import DebtFacts
from waymark.domain.lifecycle import is_completed
from waymark.domain.neighbours import Beginning, Budget, BudgetEntry, Debt, DebtPayment, PeriodTotal
from waymark.domain.records import Goal
from waymark.domain.vocabulary import Operation
from waymark.errors import Fault, NotFound
from waymark.queries.budgets import BUDGETS
from waymark.queries.debts import DEBTS
from waymark.store import money_statements as money
from waymark.store import neighbours as tables
from waymark.store.work import Work


class BudgetTally:
    """One budget of one transaction; settling writes its periods' sums and, once, its record."""

    def __init__(self, work: Work, budget: Budget, stored: Budget | None) -> None:
        self._work = work
        self._stored = stored
        self.budget = budget
        self._moved: dict[date, tuple[Decimal, int]] = defaultdict(lambda: (ZERO, 0))
        self._operation: Operation | None = None

    @classmethod
    def begun(cls, work: Work, budget: Budget) -> "BudgetTally":
        """A new budget."""
        tally = work.settlements[budget.id] = cls(work, budget, None)
        tally._operation = "create"
        # What belongs to it may have to be written before it is settled.
        work.put(tables.budgets, budget.id, budget)
        return tally

    @classmethod
    def known(cls, work: Work, budget: Budget) -> "BudgetTally":
        """The tally of a stored budget; the same object for the same budget."""
        tally = work.settlements.get(budget.id)
        if not isinstance(tally, cls):
            tally = work.settlements[budget.id] = cls(work, budget, budget)
        return tally

    @classmethod
    async def find(cls, work: Work, budget_id: str) -> "BudgetTally | None":
        """The budget, deleted or not."""
        tally = work.settlements.get(budget_id)
        if isinstance(tally, cls):
            return tally
        budget = await work.one(BUDGETS.by_id, id=budget_id)
        return None if budget is None else cls.known(work, budget)

    @classmethod
    async def owned(cls, work: Work, field: str, budget_id: str) -> "BudgetTally":
        """The budget that a field names; NotFound naming the field."""
        tally = await cls.find(work, budget_id)
        if tally is None or tally.budget.show_status == "deleted":
            raise NotFound(details=[Fault(field, "not_found", "There is no such record.")])
        return tally

    @classmethod
    def all(cls, work: Work) -> Iterator["BudgetTally"]:
        """Those of this transaction so far."""
        return (tally for tally in list(work.settlements.values()) if isinstance(tally, cls))

    def define(self, budget: Budget, operation: Operation = "update") -> None:
        """Another definition or state of the budget."""
        if budget != self.budget:
            self.budget = budget
            self._operation = self._operation or operation

    def enter(self, before: BudgetEntry | None, after: BudgetEntry | None) -> None:
        """What a transaction gives instead of what it gave; None: nothing."""
        if before == after:
            return
        for entry, sign in ((before, -1), (after, 1)):
            if entry is not None:
                spent, count = self._moved[entry.from_on]
                self._moved[entry.from_on] = (
                    spent + sign * entry.sign * entry.converted_amount,
                    count + sign,
                )
        if after is not None:
            self._work.put(tables.budget_entries, (after.transaction_id, after.budget_id), after)
        elif before is not None:
            key = (before.user_id, before.transaction_id, before.budget_id)
            self._work.drop(tables.budget_entries, key)
        self._operation = self._operation or "update"

    async def settle(self) -> None:
        if self._operation is None:
            return
        for from_on, (spent, count) in self._moved.items():
            await self._move(from_on, spent, count)
        self._moved.clear()
        self.budget = self._stored = self._work.put_noun(
            BUDGETS, self.budget, before=self._stored, operation=self._operation
        )
        self._operation = None

    async def _move(self, from_on: date, spent: Decimal, count: int) -> None:
        user_id, budget_id = self.budget.user_id, self.budget.id
        was = await self._work.one(money.PERIOD_TOTAL, budget_id=budget_id, from_on=from_on)
        if was is not None:
            spent, count = was.spent + spent, was.count + count
        if count:
            total = PeriodTotal(
                user_id=user_id, budget_id=budget_id, from_on=from_on, spent=plain(spent), count=count
            )
            self._work.put(tables.budget_period_totals, (budget_id, from_on), total)
        elif was is not None:
            self._work.drop(tables.budget_period_totals, (user_id, budget_id, from_on))


class DebtTally:
    """One debt of one transaction, with its payments as they will stand."""

    def __init__(self, work: Work, debt: Debt, stored: Debt | None, payments: dict[str, Decimal]) -> None:
        self._work = work
        self._stored = stored
        self.debt = debt
        self.payments = payments
        """What each pays, by id, in the debt's currency."""
        self._beginnings: dict[str, Beginning | None] = {}
        """By goal, as they will stand."""
        self._operation: Operation | None = None

    @classmethod
    def begun(cls, work: Work, debt: Debt) -> "DebtTally":
        """A new debt."""
        tally = work.settlements[debt.id] = cls(work, debt, None, {})
        tally._operation = "create"
        work.put(tables.debts, debt.id, debt)
        return tally

    @classmethod
    async def find(cls, work: Work, debt_id: str) -> "DebtTally | None":
        """The debt, deleted or not; the same object for the same debt."""
        tally = work.settlements.get(debt_id)
        if isinstance(tally, cls):
            return tally
        debt = await work.one(DEBTS.by_id, id=debt_id)
        if debt is None:
            return None
        paid = await work.all(money.PAID, ids=[debt_id])
        payments = {payment.id: payment.converted_amount for payment in paid}
        tally = work.settlements[debt_id] = cls(work, debt, debt, payments)
        return tally

    @classmethod
    async def owned(cls, work: Work, field: str, debt_id: str) -> "DebtTally":
        """The debt that a field names; NotFound naming the field."""
        tally = await cls.find(work, debt_id)
        if tally is None or tally.debt.show_status == "deleted":
            raise NotFound(details=[Fault(field, "not_found", "There is no such record.")])
        return tally

    @property
    def paid(self) -> Decimal:
        return sum(self.payments.values(), ZERO)

    @property
    def remaining(self) -> Decimal:
        return remaining_amount(self.debt, self.paid)

    @property
    def facts(self) -> DebtFacts:
        """What a goal takes from it."""
        return DebtFacts(self.remaining, self.debt.principal_currency)

    async def beginning(self) -> Beginning | None:
        """Of the goal that closes it."""
        goal_id = self.debt.linked_goal_id
        if goal_id is None:
            return None
        if goal_id not in self._beginnings:
            known = await self._work.one(money.BEGINNING, goal_id=goal_id)
            self._beginnings[goal_id] = known if known and known.debt_id == self.debt.id else None
        return self._beginnings[goal_id]

    def begin(self, beginning: Beginning) -> None:
        """What the goal that closes it begins with from now on."""
        self._beginnings[beginning.goal_id] = beginning
        self._work.put(tables.goal_beginnings, beginning.goal_id, beginning)

    def forget(self, goal_id: str) -> None:
        """A goal closes it no more."""
        self._beginnings[goal_id] = None
        self._work.drop(tables.goal_beginnings, (self.debt.user_id, goal_id))

    def define(self, debt: Debt, operation: Operation = "update") -> None:
        """Another definition or state of the debt."""
        if debt != self.debt:
            self.debt = debt
            self._operation = self._operation or operation

    def move(self, before: DebtPayment | None, after: DebtPayment | None) -> None:
        """One payment of this debt instead of another; what is None or deleted pays nothing."""
        for payment in filter(None, (before, after)):
            self.payments.pop(payment.id, None)
        if after is not None and after.show_status != "deleted":
            self.payments[after.id] = after.converted_amount
        self._operation = self._operation or "update"

    async def settle(self) -> None:
        if self._operation is None:
            return
        debt = replace(self.debt, status=status_of(self.debt, self.paid, self._work.today))
        self.debt = self._stored = self._work.put_noun(
            DEBTS, debt, before=self._stored, operation=self._operation
        )
        self._operation = None


async def follow(work: Work, before: Goal | None, goal: Goal) -> None:
    """What a goal's new state means for the budget tied to it (DOMAIN §5).

    Completing archives it and reactivating restores it; currency and target reach a project budget.
    """
    if goal.linked_budget_id is None or (before is not None and _steers(before) == _steers(goal)):
        return
    tally = await BudgetTally.find(work, goal.linked_budget_id)
    if tally is None or tally.budget.linked_goal_id != goal.id:
        return
    budget = shelved(tally.budget, is_completed=is_completed(goal))
    if budget.budget_type == "project" and before is not None and before.linked_budget_id == budget.id:
        if goal.currency is not None:
            budget = replace(budget, currency=goal.currency)
        if before.target_value != goal.target_value and (goal.target_value or ZERO) > 0:
            budget = replace(budget, limit_amount=goal.target_value)
    tally.define(budget)
    await tally.settle()


def shelved(budget: Budget, *, is_completed: bool) -> Budget:
    """The budget of a goal that is completed, or is not: archived by that, or as it was before."""
    if is_completed and budget.show_status == "active":
        return replace(budget, show_status="archived", archived_by_goal=True)
    if not is_completed and budget.archived_by_goal:
        status = "active" if budget.show_status == "archived" else budget.show_status
        return replace(budget, show_status=status, archived_by_goal=False)
    return budget


def _steers(goal: Goal) -> tuple[object, ...]:
    """What of a goal its budget follows."""
    is_deleted = goal.show_status == "deleted"
    return goal.linked_budget_id, is_completed(goal), goal.currency, goal.target_value, is_deleted
