"""Ties of goals to budgets and debts, one to one: both ends move together, and what they count follows.

How a transaction counts is contributions.py's; what may be tied, the domain says.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.beginnings import begin, begin_otherwise
from waymark.actions.contributions import tell, tell_beginning, tell_payment
from waymark.actions.settlement import Settlement
from waymark.actions.tallies import BudgetTally, DebtTally, shelved
from waymark.domain import goal as rules
from waymark.domain.amounts import ZERO
from waymark.domain.neighbours import Budget, Transaction
from waymark.domain.records import Goal
from waymark.domain.vocabulary import BudgetFlow, FinanceMode
from waymark.errors import Conflict, Fault, Invalid, NotFound
from waymark.store import money_statements as money
from waymark.store.work import Work

_FLOWS: Final[dict[FinanceMode | None, BudgetFlow]] = {"save": "income", "spend": "expense"}
"""Which money the project budget of a goal counts, by the goal's mode."""


class Tied(msgspec.Struct, frozen=True):
    """The budget and the debt that a goal names."""

    budget: BudgetTally | None = None
    debt: DebtTally | None = None

    @property
    def debt_facts(self) -> rules.DebtFacts | None:
        return self.debt.facts if self.debt else None

    def budget_currency(self, goal_id: str) -> str | None:
        """The currency a goal must have; None where the budget follows the goal."""
        if self.budget is None:
            return None
        budget = self.budget.budget
        is_following = budget.budget_type == "project" and budget.linked_goal_id == goal_id
        return None if is_following else budget.currency


async def named(work: Work, goal_id: str, budget_id: str | None, debt_id: str | None) -> Tied:
    """What a goal is to be tied to; NotFound for what is not the user's, Conflict for what is taken."""
    faults, budget, debt = [], None, None
    if budget_id is not None:
        budget = await BudgetTally.find(work, budget_id)
        if budget is None or budget.budget.show_status == "deleted":
            faults.append(Fault("linkedBudgetId", "not_found", "There is no such record."))
    if debt_id is not None:
        debt = await DebtTally.find(work, debt_id)
        if debt is None or debt.debt.show_status == "deleted":
            faults.append(Fault("linkedDebtId", "not_found", "There is no such record."))
    if faults:
        raise NotFound(details=faults)
    if budget is not None:
        check_free("linkedBudgetId", budget.budget.linked_goal_id, goal_id)
    if debt is not None:
        check_free("linkedDebtId", debt.debt.linked_goal_id, goal_id)
    return Tied(budget, debt)


def check_free(field: str, tied_to: str | None, goal_id: str) -> None:
    """Conflict naming the goal that a budget or debt is tied to already."""
    if tied_to is not None and tied_to != goal_id:
        raise Conflict(
            "It is tied to another goal already.",
            details=[Fault(field, "already_linked", f"Tied to the goal {tied_to}.")],
            context={"goalId": tied_to},
        )


def with_project_budget(work: Work, goal: Goal) -> Goal:
    """A goal that saves or spends, with a budget of its own."""
    target, initial = goal.target_value or ZERO, goal.initial_value or ZERO
    budget = Budget(
        user_id=work.user_id,
        id=str(uuid7()),
        created_at=work.now,
        updated_at=work.now,
        created_on=work.today,
        name=goal.title,
        budget_type="project",
        transaction_type=_FLOWS[goal.finance_mode],
        currency=str(goal.currency),
        limit_amount=target if target > 0 else abs(target - initial),
    )
    BudgetTally.begun(work, budget)
    return replace(goal, linked_budget_id=budget.id)


def linked(
    settlement: Settlement, *, budget: BudgetTally | None = None, debt: DebtTally | None = None, field: str
) -> None:
    """Define a goal as tied to a budget or a debt too; Invalid on `field` for one that it cannot have.

    A goal that goes down to what its debt leaves closes that debt.
    """
    goal = settlement.goal
    after = goal
    if budget is not None:
        check_free(field, budget.budget.linked_goal_id, goal.id)
        after = replace(after, linked_budget_id=budget.budget.id)
    if debt is not None:
        check_free(field, debt.debt.linked_goal_id, goal.id)
        mode = goal.finance_mode or ("debt_close" if goal.direction == "decrease" else None)
        after = replace(after, linked_debt_id=debt.debt.id, finance_mode=mode)
    faults = rules.faults(
        rules.draft_of(after),
        debt=debt.facts if debt else None,
        budget_currency=budget.budget.currency if budget else None,
    )
    if faults:
        raise Invalid(details=[Fault(field, fault.code, fault.message) for fault in faults])
    if after != goal:
        settlement.define(after)


def unlinked(settlement: Settlement, *, budget: bool = False, debt: bool = False) -> None:
    """Define a goal as tied to no budget, or no debt: what remains is a valid goal."""
    goal = settlement.goal
    after = replace(goal, linked_budget_id=None) if budget else goal
    if debt:
        mode = None if goal.finance_mode == "debt_close" else goal.finance_mode
        after = replace(after, linked_debt_id=None, finance_mode=mode)
    if after != goal:
        settlement.define(after)


async def move_ties(
    work: Work, moves: Sequence[tuple[Settlement, Goal | None]], extra: Iterable[Transaction] = ()
) -> None:
    """Bring the other ends in line with goals as they are now defined, and tell anew what they count.

    `moves` pairs each goal with what it was (None: it is new); `extra` are transactions to tell besides.
    All at once: a transaction is told only once.
    """
    transactions = {each.id: each for each in extra}
    debts: dict[str, DebtTally] = {}
    for settlement, before in moves:
        goal = settlement.goal
        if before is not None and _ways(before) == _ways(goal) and await _is_tied(work, goal):
            await _begin_otherwise(work, before, goal)
            continue
        telling = [*await _move_budget(work, before, goal)]
        await _move_debt(work, before, settlement)
        for side in filter(None, (before, goal)):
            telling += await work.all(
                money.TRANSACTIONS_OF_GOAL,
                goal_id=goal.id,
                budget_id=side.linked_budget_id,
                debt_id=side.linked_debt_id,
            )
            if side.linked_debt_id is not None:
                tally = await DebtTally.find(work, side.linked_debt_id)
                if tally is not None:
                    debts[side.linked_debt_id] = tally
        for each in telling:
            transactions.setdefault(each.id, each)
    await tell(work, list(transactions.values()))
    for debt_id, tally in debts.items():
        for payment in await work.all(money.PAYMENTS_OF_DEBT, debt_id=debt_id):
            if payment.transaction_id is None:
                await tell_payment(work, tally, payment, payment)


async def free(work: Work, goal: Goal) -> None:
    """A deleted goal lets go of its budget and debt; it remembers them for when it is restored.

    They keep what belongs to them because it names the goal: deleting a plan takes back no money.
    """
    if goal.linked_budget_id is not None:
        budget = await BudgetTally.find(work, goal.linked_budget_id)
        if budget is not None and budget.budget.linked_goal_id == goal.id:
            budget.define(shelved(replace(budget.budget, linked_goal_id=None), is_completed=False))
    if goal.linked_debt_id is not None:
        debt = await DebtTally.find(work, goal.linked_debt_id)
        if debt is not None and debt.debt.linked_goal_id == goal.id:
            debt.define(replace(debt.debt, linked_goal_id=None))


async def regain(work: Work, settlement: Settlement) -> None:
    """A restored goal is tied again to what is still free and still fits."""
    before = settlement.goal
    if before.linked_budget_id is not None:
        budget = await BudgetTally.find(work, before.linked_budget_id)
        if (
            budget is None
            or not _is_free(budget.budget.show_status, budget.budget.linked_goal_id)
            or (budget.budget.currency != before.currency)
        ):
            unlinked(settlement, budget=True)
    if before.linked_debt_id is not None:
        debt = await DebtTally.find(work, before.linked_debt_id)
        if (
            debt is None
            or not _is_free(debt.debt.show_status, debt.debt.linked_goal_id)
            or (debt.debt.principal_currency != before.currency)
        ):
            unlinked(settlement, debt=True)
    await move_ties(work, [(settlement, before)])


def _is_free(show_status: str, tied_to: str | None) -> bool:
    return show_status != "deleted" and tied_to is None


def _ways(goal: Goal) -> tuple[object, ...]:
    """What of a goal decides how money counts for it."""
    return (
        goal.linked_budget_id,
        goal.linked_debt_id,
        goal.finance_mode,
        goal.metric_type,
        goal.currency,
    )


async def _is_tied(work: Work, goal: Goal) -> bool:
    """Whether the other ends agree; those of a goal that was deleted do not."""
    if goal.linked_budget_id is not None:
        budget = await BudgetTally.find(work, goal.linked_budget_id)
        if budget is None or budget.budget.linked_goal_id != goal.id:
            return False
    if goal.linked_debt_id is not None:
        debt = await DebtTally.find(work, goal.linked_debt_id)
        if debt is None or debt.debt.linked_goal_id != goal.id:
            return False
    return True


async def _move_budget(work: Work, before: Goal | None, goal: Goal) -> Sequence[Transaction]:
    """What the goal's own budget may count otherwise now, because its flow turned."""
    was = before.linked_budget_id if before else None
    if was is not None and was != goal.linked_budget_id:
        tally = await BudgetTally.find(work, was)
        if tally is not None and tally.budget.linked_goal_id == goal.id:
            tally.define(shelved(replace(tally.budget, linked_goal_id=None), is_completed=False))
    if goal.linked_budget_id is None:
        return []
    tally = await BudgetTally.find(work, goal.linked_budget_id)
    if tally is None:
        return []
    budget = replace(tally.budget, linked_goal_id=goal.id)
    flow = budget.transaction_type
    if before is not None and before.finance_mode != goal.finance_mode and was == budget.id:
        flow = _FLOWS.get(goal.finance_mode, flow) if budget.budget_type == "project" else flow
    tally.define(replace(budget, transaction_type=flow))
    if flow == budget.transaction_type:
        return []
    categories = list(budget.category_ids or ())
    return await work.all(money.TRANSACTIONS_OF_BUDGET, budget_id=budget.id, categories=categories)


async def _move_debt(work: Work, before: Goal | None, settlement: Settlement) -> None:
    """The debt's end of the tie, and what a goal that closes it begins with."""
    goal = settlement.goal
    was = before.linked_debt_id if before else None
    if was is not None and (was != goal.linked_debt_id or goal.finance_mode != "debt_close"):
        tally = await DebtTally.find(work, was)
        if tally is not None:
            tally.forget(goal.id)
            if was != goal.linked_debt_id and tally.debt.linked_goal_id == goal.id:
                tally.define(replace(tally.debt, linked_goal_id=None))
    if goal.linked_debt_id is None:
        return
    tally = await DebtTally.find(work, goal.linked_debt_id)
    if tally is not None:
        tally.define(replace(tally.debt, linked_goal_id=goal.id))
        if goal.finance_mode == "debt_close":
            await begin(work, tally, settlement)


async def _begin_otherwise(work: Work, before: Goal, goal: Goal) -> None:
    if goal.linked_debt_id is None or _begins(before) == _begins(goal):
        return
    tally = await DebtTally.find(work, goal.linked_debt_id)
    if tally is not None:
        await begin_otherwise(tally, before, goal)
        await tell_beginning(work, tally)


def _begins(goal: Goal) -> tuple[object, ...]:
    """What of a goal that closes a debt its owner may move without moving the tie."""
    return goal.initial_value, goal.target_value
