"""Tying a goal to a budget or a debt from its own end, and asking what would be.

What a tie moves is money_ties.py's; what would be, the domain's.
"""

from waymark.actions.goals import unchanged_or
from waymark.actions.money_commands import LinkBudget, LinkDebt, Simulate
from waymark.actions.money_ties import linked, move_ties, unlinked
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.tallies import BudgetTally, DebtTally
from waymark.domain.account import pace_facts, progress_of
from waymark.domain.documents import encoded
from waymark.domain.whatif import Scenario, scenario_faults, simulation
from waymark.errors import Invalid
from waymark.queries.goals import ledger
from waymark.store.work import Work


async def link_budget(work: Work, goal_id: str, command: LinkBudget) -> Outcome:
    """The budget's transactions count for the goal; Conflict for a budget of another goal."""
    settlement = await _found(work, goal_id)
    before = settlement.goal
    linked(settlement, budget=await BudgetTally.owned(work, "budgetId", command.budget_id), field="budgetId")
    await move_ties(work, [(settlement, before)])
    await settlement.settle()
    return await unchanged_or(settlement)


async def link_debt(work: Work, goal_id: str, command: LinkDebt) -> Outcome:
    """The debt's payments count for the goal; Conflict for a debt of another goal."""
    settlement = await _found(work, goal_id)
    before = settlement.goal
    linked(settlement, debt=await DebtTally.owned(work, "debtId", command.debt_id), field="debtId")
    await move_ties(work, [(settlement, before)])
    await settlement.settle()
    return await unchanged_or(settlement)


async def unlink_budget(work: Work, goal_id: str) -> Outcome:
    """What nothing else justifies is taken out; a goal without a budget stays as it is."""
    settlement = await _found(work, goal_id)
    before = settlement.goal
    unlinked(settlement, budget=True)
    await move_ties(work, [(settlement, before)])
    await settlement.settle()
    return await unchanged_or(settlement)


async def unlink_debt(work: Work, goal_id: str) -> Outcome:
    """As `unlink_budget`; a goal that closes the debt closes none any more."""
    settlement = await _found(work, goal_id)
    before = settlement.goal
    unlinked(settlement, debt=True)
    await move_ties(work, [(settlement, before)])
    await settlement.settle()
    return await unchanged_or(settlement)


async def simulate(work: Work, goal_id: str, command: Simulate) -> Outcome:
    """Pace and projection as they would be; nothing changes."""
    found = await ledger(work.reader, work.user_id, goal_id, work.today)
    scenario = Scenario(
        add_per_month=command.add_per_month,
        target_on=command.target_date,
        target_value=command.target_value,
        pause_from_on=command.pause_from,
        pause_to_on=command.pause_to,
    )
    faults = scenario_faults(found.goal, scenario, work.today)
    if faults:
        raise Invalid(details=faults)
    told = progress_of(found.goal, found.milestones, found.account)
    return Outcome(
        data=encoded(simulation(pace_facts(found.goal, told, found.account, work.today), scenario))
    )


async def _found(work: Work, goal_id: str) -> Settlement:
    settlement = await Settlement.of(work, goal_id)
    work.check_version(settlement.goal)
    return settlement
