"""What a goal that closes a debt begins with: the payments that were made before, told by its initial value.

What it comes to the domain says; which payments then count, contributions.py tells.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from waymark.actions.settlement import Settlement
from waymark.actions.tallies import DebtTally
from waymark.domain.amounts import ZERO
from waymark.domain.debts import begun
from waymark.domain.neighbours import Beginning, DebtPayment
from waymark.domain.records import Goal
from waymark.store import money_statements as money
from waymark.store.work import Work


async def begin(work: Work, tally: DebtTally, settlement: Settlement) -> None:
    """The goal is tied to the debt that it closes: for the first time, or again after it was deleted."""
    beginning = await tally.beginning()
    if beginning is None:
        tally.begin(await _first(work, tally, settlement.goal))
    await begin_again(work, tally)


async def begin_otherwise(tally: DebtTally, before: Goal, goal: Goal) -> None:
    """The goal's owner gave it another initial value, or another end."""
    beginning = await tally.beginning()
    if beginning is None:
        return
    by = (goal.initial_value or ZERO) - (before.initial_value or ZERO)
    if by and beginning.is_whole:
        # What counts goes on to count: the new value is not one that was left after it.
        beginning = replace(beginning, payment_ids=(), is_whole=False)
    tally.begin(replace(beginning, own=beginning.own + by))


async def begin_again(work: Work, tally: DebtTally) -> bool:
    """Give the goal the initial value that debt and payments now make; True when others count now."""
    beginning = await tally.beginning()
    if beginning is None:
        return False
    settlement = await Settlement.of(work, beginning.goal_id)
    goal = settlement.goal
    initial, is_whole = begun(tally.debt, beginning, tally.payments, goal.target_value or ZERO)
    if initial != goal.initial_value:
        settlement.define(replace(goal, initial_value=initial))
    if is_whole == beginning.is_whole:
        return False
    tally.begin(replace(beginning, is_whole=is_whole))
    return True


async def is_told_of(tally: DebtTally, payment: DebtPayment) -> bool:
    """Whether the goal's initial value tells of the payment, so that it is not gained again."""
    beginning = await tally.beginning()
    return beginning is not None and not beginning.is_whole and payment.id in beginning.payment_ids


async def payments_to_tell(work: Work, tally: DebtTally) -> Sequence[DebtPayment]:
    """The standing payments that were made before."""
    beginning = await tally.beginning()
    told = beginning.payment_ids if beginning else ()
    payments = await work.all(money.PAYMENTS_OF_DEBT, debt_id=tally.debt.id)
    return [each for each in payments if each.id in told and each.show_status == "active"]


async def _first(work: Work, tally: DebtTally, goal: Goal) -> Beginning:
    """It begins with what the debt left once some first payments were made: those are told by that.

    So the end of the fold is what the debt leaves, whether the goal begins with the principal or with what
    was left. Where no first payments come to it, the owner gave a value of their own, and all count.
    """
    payments = [
        payment
        for payment in await work.all(money.PAYMENTS_OF_DEBT, debt_id=tally.debt.id)
        if payment.id in tally.payments
    ]
    given = {
        each.transaction_id
        for each in await work.all(money.CONTRIBUTIONS, ids=[_source_id(each) for each in payments])
        if each.goal_id == goal.id
    }
    fresh = [payment for payment in payments if _source_id(payment) not in given]
    own = (goal.initial_value or ZERO) - tally.debt.principal_amount
    running, first = ZERO, 0
    while first < len(fresh) and running != -own:
        running += fresh[first].converted_amount
        first += 1
    is_told = running == -own
    return Beginning(
        user_id=work.user_id,
        goal_id=goal.id,
        debt_id=tally.debt.id,
        payment_ids=tuple(payment.id for payment in fresh[:first]) if is_told else (),
        own=ZERO if is_told else own,
    )


def _source_id(payment: DebtPayment) -> str:
    return payment.transaction_id or payment.id
