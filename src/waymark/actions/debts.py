"""Creating, changing, paying and deleting debts; the goals that close them follow.

What remains and which state follows the domain says; ties to goals are money_ties.py's.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from waymark.actions.budgets import goal_named
from waymark.actions.contributions import as_transaction, tell_beginning, tell_payment, told_in
from waymark.actions.money_commands import ChangeDebt, ChangePayment, CreateDebt, CreatePayment, SettleDebt
from waymark.actions.money_ties import linked, move_ties, unlinked
from waymark.actions.nouns import answer, back, begun, found, given, gone
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.tallies import DebtTally
from waymark.domain.amounts import ZERO
from waymark.domain.debts import faults
from waymark.domain.finance import payment_faults
from waymark.domain.neighbours import Debt, DebtPayment
from waymark.domain.records import Goal
from waymark.errors import Conflict, Fault, Invalid, InvalidState, NotFound
from waymark.queries.debts import DEBT_PAYMENTS, DEBTS
from waymark.store import money_statements as money
from waymark.store.work import Work

COLUMNS = {"start_date": "start_on", "due_date": "due_on"}


async def create_debt(work: Work, command: CreateDebt) -> Outcome:
    """A new debt, tied to its goal if it names one."""
    fields = {**given(command, COLUMNS), "start_on": command.start_date or work.today}
    goal_id = fields.pop("linked_goal_id", None)
    debt = await begun(work, DEBTS, fields.pop("id", None), **fields)
    _check(debt)
    tally = DebtTally.begun(work, debt)
    await move_ties(work, await _retied(work, tally, goal_id))
    return await _answered(work, tally, created=True)


async def change_debt(work: Work, debt_id: str, command: ChangeDebt) -> Outcome:
    """A merge patch; the currency stays while there are payments or a goal in it."""
    before = await found(work, DEBTS, debt_id)
    fields = given(command, COLUMNS)
    goal_id = fields.pop("linked_goal_id", before.linked_goal_id)
    debt = replace(before, **fields)
    _check(debt)
    tally = await DebtTally.owned(work, "id", debt_id)
    payments = await work.all(money.PAYMENTS_OF_DEBT, debt_id=debt_id)
    if debt.principal_currency != before.principal_currency and (payments or before.linked_goal_id):
        message = "Cannot change once there are payments, or a goal is tied to it."
        raise Invalid.of("principalCurrency", "has_facts", message)
    tally.define(debt)
    if before.linked_goal_id is not None and debt.principal_amount != before.principal_amount:
        await tell_beginning(work, tally)
        goal = (await Settlement.of(work, before.linked_goal_id)).goal
        if goal.finance_mode == "debt_close" and (goal.initial_value or ZERO) <= (goal.target_value or ZERO):
            message = "More than what its goal ends with."
            raise Invalid.of("principalAmount", "out_of_range", message)
    moves = await _retied(work, tally, goal_id)
    paying = []
    if debt.direction != before.direction:
        paying = await work.all(
            money.TRANSACTIONS_OF_GOAL, goal_id=before.linked_goal_id, budget_id=None, debt_id=debt_id
        )
    await move_ties(work, moves, paying)
    return await _answered(work, tally)


async def remove_debt(work: Work, debt_id: str) -> Outcome:
    """Deleted and untied; its goal remains, and closes no debt any more."""
    before = await found(work, DEBTS, debt_id)
    tally = await DebtTally.owned(work, "id", debt_id)
    tally.define(gone(work, before), "delete")
    await move_ties(work, await _retied(work, tally, None))
    return await _answered(work, tally)


async def restore_debt(work: Work, debt_id: str) -> Outcome:
    """A deleted debt again with its payments, tied to nothing."""
    before = await found(work, DEBTS, debt_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted debt can be restored.", context={"allowed": ["delete"]})
    tally = await DebtTally.find(work, debt_id)
    if tally is None:
        raise NotFound
    tally.define(back(before), "create")
    return await _answered(work, tally)


async def settle_debt(work: Work, debt_id: str, command: SettleDebt) -> Outcome:
    """All that remains, paid at once; InvalidState when nothing does, or the debt is canceled."""
    await found(work, DEBTS, debt_id)
    tally = await DebtTally.owned(work, "id", debt_id)
    _check_payable(tally)
    if tally.remaining <= 0:
        raise InvalidState("Nothing remains to be paid.", context={"allowed": []})
    await _paid(
        work,
        tally,
        CreatePayment.model_construct(
            id=command.id,
            amount=tally.remaining,
            currency=None,
            payment_date=command.payment_date,
            rate=None,
            note=command.note,
        ),
    )
    return await _answered(work, tally)


# Payments ------------------------------------------------------------------------------------


async def create_payment(work: Work, debt_id: str, command: CreatePayment) -> Outcome:
    """A payment; Invalid on `rate` when nothing leads from its currency to the debt's.

    InvalidState for a debt that is canceled.
    """
    tally = await _standing(work, debt_id)
    _check_payable(tally)
    payment = await _paid(work, tally, command)
    outcome = await answer(work, DEBT_PAYMENTS, payment, created=True)
    return msgspec.structs.replace(outcome, location=f"/api/v1/debts/{debt_id}/payments/{payment.id}")


async def change_payment(work: Work, debt_id: str, payment_id: str, command: ChangePayment) -> Outcome:
    """A mend of a payment; the same currency keeps its rate unless another is given."""
    tally = await _standing(work, debt_id)
    before = await _payment(work, debt_id, payment_id)
    fields = given(command, {"payment_date": "paid_on"})
    rate: Decimal | None = fields.pop("rate", before.rate)
    after = replace(before, **fields)
    if after.currency != before.currency and "rate" not in command.model_fields_set:
        rate = None
    after = await _told(work, tally, after, rate)
    if after != before:
        after = work.put_noun(DEBT_PAYMENTS, after, before=before)
        await tell_payment(work, tally, before, after)
    return await answer(work, DEBT_PAYMENTS, after)


async def remove_payment(work: Work, debt_id: str, payment_id: str) -> Outcome:
    """Deleted: debt and goal stand as if it had never been paid."""
    tally = await _standing(work, debt_id)
    before = await _payment(work, debt_id, payment_id)
    after = work.put_noun(DEBT_PAYMENTS, gone(work, before), before=before, operation="delete")
    await tell_payment(work, tally, before, after)
    return await answer(work, DEBT_PAYMENTS, after)


async def _paid(work: Work, tally: DebtTally, command: CreatePayment) -> DebtPayment:
    payment = await begun(
        work,
        DEBT_PAYMENTS,
        command.id,
        debt_id=tally.debt.id,
        amount=command.amount,
        currency=command.currency or tally.debt.principal_currency,
        paid_on=command.payment_date or work.today,
        rate=Decimal(1),
        converted_amount=command.amount,
        note=command.note,
    )
    payment = work.put_noun(DEBT_PAYMENTS, await _told(work, tally, payment, command.rate))
    await tell_payment(work, tally, None, payment)
    return payment


async def _told(work: Work, tally: DebtTally, payment: DebtPayment, rate: Decimal | None) -> DebtPayment:
    """The payment with what it is worth in the debt's currency."""
    found_faults = payment_faults(payment, work.today)
    if found_faults:
        raise Invalid(details=found_faults)
    told = await told_in(work, as_transaction(tally.debt, payment), tally.debt.principal_currency, rate)
    return replace(payment, rate=told.rate, converted_amount=told.converted_amount)


async def _standing(work: Work, debt_id: str) -> DebtTally:
    tally = await DebtTally.find(work, debt_id)
    if tally is None or tally.debt.show_status == "deleted":
        raise NotFound
    return tally


def _check_payable(tally: DebtTally) -> None:
    if tally.debt.status == "canceled":
        message = "A canceled debt is not paid: change its status to active first."
        raise InvalidState(message, context={"allowed": ["change", "delete"], "status": "canceled"})


async def _payment(work: Work, debt_id: str, payment_id: str) -> DebtPayment:
    """The payment that a path names; Conflict for one that a transaction makes."""
    payment = await work.one(DEBT_PAYMENTS.by_id, id=payment_id)
    if payment is None or payment.debt_id != debt_id or payment.show_status == "deleted":
        raise NotFound
    work.check_version(payment)
    if payment.transaction_id is not None:
        raise Conflict(
            "A transaction makes this payment: change it there.",
            details=[Fault("transactionId", "of_a_source", "It is changed where it comes from.")],
            context={"transactionId": payment.transaction_id},
        )
    return payment


# Ties ----------------------------------------------------------------------------------------


async def _retied(work: Work, tally: DebtTally, goal_id: str | None) -> list[tuple[Settlement, Goal | None]]:
    """Goals that the debt's `linkedGoalId` moves, each with what it was."""
    was = tally.debt.linked_goal_id
    if was == goal_id:
        return []
    moves: list[tuple[Settlement, Goal | None]] = []
    if was is not None:
        settlement = await Settlement.of(work, was)
        moves.append((settlement, settlement.goal))
        unlinked(settlement, debt=True)
        tally.define(replace(tally.debt, linked_goal_id=None))
    if goal_id is not None:
        settlement = await goal_named(work, goal_id)
        moves.append((settlement, settlement.goal))
        linked(settlement, debt=tally, field="linkedGoalId")
    return moves


def _check(debt: Debt) -> None:
    found_faults = faults(debt)
    if found_faults:
        raise Invalid(details=found_faults)


async def _answered(work: Work, tally: DebtTally, *, created: bool = False) -> Outcome:
    await work.settle()
    return await answer(work, DEBTS, tally.debt, created=created)
