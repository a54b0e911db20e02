"""Creating, changing and deleting budgets; what they count is counted anew.

Which transactions belong to a budget the domain says; ties to goals are money_ties.py's.
"""

from typing import Any

from msgspec.structs import replace
from pydantic import BaseModel

from waymark.actions.money_commands import ChangeBudget, CreateBudget
from waymark.actions.money_ties import linked, move_ties, unlinked
from waymark.actions.nouns import answer, back, begun, found, given, gone
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.tallies import BudgetTally
from waymark.domain.budgets import faults
from waymark.domain.neighbours import Budget
from waymark.domain.records import Goal
from waymark.errors import Fault, Invalid, InvalidState, NotFound
from waymark.queries.budgets import BUDGETS
from waymark.store import money_statements as money
from waymark.store.work import Work

COLUMNS = {"start_date": "start_on", "end_date": "end_on"}


async def create_budget(work: Work, command: CreateBudget) -> Outcome:
    """A new budget, tied to its goal if it names one; what belongs to it already counts."""
    fields = _given(command)
    goal_id = fields.pop("linked_goal_id", None)
    budget = await begun(work, BUDGETS, fields.pop("id", None), created_on=work.today, **fields)
    _check(budget)
    tally = BudgetTally.begun(work, budget)
    await _recount(work, tally, await _retied(work, tally, goal_id))
    return await _answered(work, tally, created=True)


async def change_budget(work: Work, budget_id: str, command: ChangeBudget) -> Outcome:
    """A merge patch; another currency is refused while a goal is tied to it."""
    before = await found(work, BUDGETS, budget_id)
    fields = _given(command)
    goal_id = fields.pop("linked_goal_id", before.linked_goal_id)
    budget = replace(before, **fields)
    _check(budget)
    if budget.currency != before.currency and goal_id is not None and goal_id == before.linked_goal_id:
        raise Invalid.of("currency", "currency_mismatch", "A goal in the other currency is tied to it.")
    tally = BudgetTally.known(work, before)
    tally.define(budget)
    moves = await _retied(work, tally, goal_id)
    if moves or _scope(budget) != _scope(before):
        await _recount(work, tally, moves)
    return await _answered(work, tally)


async def remove_budget(work: Work, budget_id: str) -> Outcome:
    """Deleted and untied; its goal keeps what counts in another way."""
    before = await found(work, BUDGETS, budget_id)
    tally = BudgetTally.known(work, before)
    tally.define(gone(work, replace(before, archived_by_goal=False)), "delete")
    await _recount(work, tally, await _retied(work, tally, None))
    return await _answered(work, tally)


async def restore_budget(work: Work, budget_id: str) -> Outcome:
    """A deleted budget again, tied to nothing."""
    before = await found(work, BUDGETS, budget_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted budget can be restored.", context={"allowed": ["delete"]})
    tally = BudgetTally.known(work, before)
    tally.define(back(before), "create")
    await _recount(work, tally, [])
    return await _answered(work, tally)


def _given(command: BaseModel) -> dict[str, Any]:
    fields = given(command, COLUMNS)
    if fields.get("category_ids") is not None:
        fields["category_ids"] = tuple(dict.fromkeys(fields["category_ids"])) or None
    return fields


def _check(budget: Budget) -> None:
    found_faults = faults(budget)
    if found_faults:
        raise Invalid(details=found_faults)


async def _retied(
    work: Work, tally: BudgetTally, goal_id: str | None
) -> list[tuple[Settlement, Goal | None]]:
    """Goals that the budget's `linkedGoalId` moves, each with what it was."""
    was = tally.budget.linked_goal_id
    if was == goal_id:
        return []
    moves: list[tuple[Settlement, Goal | None]] = []
    if was is not None:
        settlement = await Settlement.of(work, was)
        moves.append((settlement, settlement.goal))
        unlinked(settlement, budget=True)
        tally.define(replace(tally.budget, linked_goal_id=None))
    if goal_id is not None:
        settlement = await goal_named(work, goal_id)
        moves.append((settlement, settlement.goal))
        linked(settlement, budget=tally, field="linkedGoalId")
    return moves


async def goal_named(work: Work, goal_id: str) -> Settlement:
    """The user's goal that `linkedGoalId` names; NotFound naming the field."""
    settlement = await Settlement.find(work, goal_id)
    if settlement is None or settlement.goal.show_status == "deleted":
        raise NotFound(details=[Fault("linkedGoalId", "not_found", "There is no such record.")])
    return settlement


async def _recount(work: Work, tally: BudgetTally, moves: list[tuple[Settlement, Goal | None]]) -> None:
    """Tell anew every transaction that belonged to the budget or may belong to it now."""
    belonging = await work.all(
        money.TRANSACTIONS_OF_BUDGET,
        budget_id=tally.budget.id,
        categories=list(tally.budget.category_ids or ()),
    )
    await move_ties(work, moves, belonging)


def _scope(budget: Budget) -> tuple[object, ...]:
    """What of a budget decides which transactions belong to it, in which period, and what they are worth."""
    return (
        budget.category_ids,
        budget.transaction_type,
        budget.budget_type,
        budget.currency,
        budget.period_type,
        budget.start_on,
        budget.end_on,
    )


async def _answered(work: Work, tally: BudgetTally, *, created: bool = False) -> Outcome:
    await work.settle()
    return await answer(work, BUDGETS, tally.budget, created=created)
