"""Money that moves goals: what follows from a transaction or payment, told the same way whatever changed.

Whether and how it counts the domain says; ties between goals, budgets and debts are money_ties.py's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.beginnings import begin_again, is_told_of, payments_to_tell
from waymark.actions.giving import give
from waymark.actions.settlement import Settlement
from waymark.actions.tallies import BudgetTally, DebtTally
from waymark.domain.budgets import period, sign
from waymark.domain.debts import is_payment
from waymark.domain.finance import Conversion, Share, contribution_of, conversion
from waymark.domain.neighbours import Budget, BudgetEntry, Contribution, Debt, DebtPayment, Transaction
from waymark.domain.records import CheckIn, Goal
from waymark.queries.debts import DEBT_PAYMENTS
from waymark.store import money_statements as money
from waymark.store.work import Work

T = TypeVar("T", Contribution, BudgetEntry)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of some transactions or payments before, by their id; taken out or standing."""

    contributions: Mapping[str, Sequence[Contribution]]
    facts: Mapping[str, CheckIn]
    entries: Mapping[str, Sequence[BudgetEntry]]
    payments: Mapping[str, DebtPayment]
    listing: Sequence[Budget]
    """Budgets that count by category."""

    @classmethod
    async def gathered(cls, work: Work, sources: Sequence[Transaction]) -> "Told":
        ids = [source.id for source in sources]
        given = await work.all(money.CONTRIBUTIONS, ids=ids)
        facts = await work.all(money.CHECK_INS_BY_ID, ids=[each.id for each in given]) if given else []
        by_category = any(source.category_id and not source.budget_id for source in sources)
        return cls(
            contributions=_grouped(given),
            facts={fact.id: fact for fact in facts},
            entries=_grouped(await work.all(money.ENTRIES, ids=ids)),
            payments={
                str(payment.transaction_id): payment
                for payment in await work.all(money.PAYMENTS_OF_TRANSACTIONS, ids=ids)
            },
            listing=await work.all(money.LISTING_BUDGETS) if by_category else (),
        )


async def tell(work: Work, transactions: Sequence[Transaction], *, afresh: bool = False) -> None:
    """Bring payments, budgets and goals in line with transactions as they are now.

    What was converted keeps its rate, unless `afresh`: then the money itself is another. Invalid on
    `rate` where none is known.
    """
    if not transactions:
        return
    told = await Told.gathered(work, transactions)
    for transaction in transactions:
        if await _Telling(work, transaction, told, afresh=afresh).tell():
            told = await Told.gathered(work, transactions)


async def tell_payment(work: Work, tally: DebtTally, before: DebtPayment | None, after: DebtPayment) -> None:
    """As `tell`, for a payment that came by itself: its debt's sum and goal follow."""
    source = as_transaction(tally.debt, after)
    telling = _Telling(work, source, await Told.gathered(work, [source]), afresh=False)
    if before != after:
        tally.move(before, after)
    await telling.tell_payment(tally, after)


async def tell_beginning(work: Work, tally: DebtTally, *, but: str | None = None) -> bool:
    """Bring what the goal that closes the debt begins with in line, and with it what it counts.

    True when that told others again; `but` is the id of a payment that is being told anyway.
    """
    if not await begin_again(work, tally):
        return False
    await work.write_through()
    payments = [each for each in await payments_to_tell(work, tally) if each.id != but]
    made = [each.transaction_id for each in payments if each.transaction_id is not None]
    if made:
        await tell(work, await work.all(money.TRANSACTIONS_BY_ID, ids=made))
    for payment in payments:
        if payment.transaction_id is None:
            await tell_payment(work, tally, payment, payment)
    await work.write_through()  # so that whoever tells one of them yet again sees what was told now
    return True


class _Telling:
    """One transaction, with one conversion for each currency that it is told in."""

    def __init__(self, work: Work, source: Transaction, told: Told, *, afresh: bool) -> None:
        self._work = work
        self._source = source
        self._told = told
        self._stands = source.show_status != "deleted"
        self._worths: dict[str, Conversion] = {}
        self._primary: str | None = None
        """The currency that the transaction's own rate leads to."""
        self._contributions = {each.goal_id: each for each in told.contributions.get(source.id, ())}
        self._entries = {each.budget_id: each for each in told.entries.get(source.id, ())}
        self._payment = told.payments.get(source.id)
        self._afresh = afresh

    async def tell(self) -> bool:
        """True when others were told again on the way."""
        goal = await self._goal(self._source.goal_id)
        debt = await self._debt(goal)
        self._primary = await self._told_in(goal, debt)
        await self._remember()
        pays = self._stands and debt is not None and is_payment(debt.debt, self._source, goal)
        before, after = await self._pay(debt if pays else None)
        tied = await self._enter(goal)
        earlier = await self._tally(before)
        has_told = False
        if before != after:
            for tally in dict.fromkeys(filter(None, (debt, earlier))):
                has_told |= await tell_beginning(self._work, tally, but=after.id if after else None)
        goal_ids = [
            self._source.goal_id,
            *(tally.budget.linked_goal_id for tally in tied.values()),
            debt.debt.linked_goal_id if debt else None,
            earlier.debt.linked_goal_id if earlier else None,
            *self._contributions,
        ]
        for goal_id in dict.fromkeys(filter(None, goal_ids)):
            settlement = await Settlement.find(self._work, goal_id)
            if settlement is not None:
                await self._give(settlement, tied, after)
        return has_told

    async def tell_payment(self, tally: DebtTally, after: DebtPayment) -> None:
        await tell_beginning(self._work, tally, but=after.id)
        self._worths[tally.debt.principal_currency] = Conversion(after.rate, after.converted_amount)
        for goal_id in dict.fromkeys(filter(None, [tally.debt.linked_goal_id, *self._contributions])):
            settlement = await Settlement.find(self._work, goal_id)
            if settlement is not None:
                await self._give(settlement, {}, after)

    # What it belongs to -------------------------------------------------------------------

    async def _goal(self, goal_id: str | None) -> Goal | None:
        settlement = None if goal_id is None else await Settlement.find(self._work, goal_id)
        return None if settlement is None else settlement.goal

    async def _debt(self, goal: Goal | None) -> DebtTally | None:
        """The debt that it names, else that of the goal that it names."""
        debt_id = self._source.debt_id or (goal.linked_debt_id if goal else None)
        return None if debt_id is None else await DebtTally.find(self._work, debt_id)

    async def _tally(self, payment: DebtPayment | None) -> DebtTally | None:
        return None if payment is None else await DebtTally.find(self._work, payment.debt_id)

    async def _told_in(self, goal: Goal | None, debt: DebtTally | None) -> str | None:
        if goal is not None and goal.currency is not None:
            return goal.currency
        if debt is not None:
            return debt.debt.principal_currency
        if self._source.budget_id is not None:
            tally = await BudgetTally.find(self._work, self._source.budget_id)
            return tally.budget.currency if tally else None
        return None

    async def _enter(self, goal: Goal | None) -> dict[str, BudgetTally]:
        """Its place in budgets; those that count it now."""
        counting = {
            tally.budget.id: (tally, way)
            for tally in await self._candidates(goal)
            if (way := self._way(tally.budget, goal))
        }
        for budget_id, entry in self._entries.items():
            tally = await BudgetTally.find(self._work, budget_id)
            if budget_id not in counting and tally is not None:
                tally.enter(entry, None)
        for budget_id, (tally, way) in counting.items():
            told = await self._worth(tally.budget.currency)
            after = BudgetEntry(
                user_id=self._source.user_id,
                budget_id=budget_id,
                transaction_id=self._source.id,
                from_on=period(tally.budget, self._source.happened_on).from_on,
                currency=tally.budget.currency,
                rate=told.rate,
                converted_amount=told.converted_amount,
                sign=way,
            )
            tally.enter(self._entries.get(budget_id), after)
        return {budget_id: tally for budget_id, (tally, _) in counting.items()}

    async def _candidates(self, goal: Goal | None) -> list[BudgetTally]:
        if not self._stands:
            return []
        source = self._source
        if source.budget_id is not None:
            named = await BudgetTally.find(self._work, source.budget_id)
            found = [] if named is None else [named]
        else:
            for budget in self._told.listing if source.category_id else ():
                BudgetTally.known(self._work, budget)
            if goal is not None and goal.linked_budget_id is not None:
                await BudgetTally.find(self._work, goal.linked_budget_id)
            found = list(BudgetTally.all(self._work))
        return [tally for tally in found if tally.budget.show_status != "deleted"]

    def _way(self, budget: Budget, goal: Goal | None) -> int:
        """As the domain says; what names a goal and no budget belongs to the goal's own project budget.

        One that is deleted still knows its budget, so that deleting a goal takes nothing out of it.
        """
        source = self._source
        is_project_of_goal = (
            budget.budget_type == "project"
            and source.budget_id is None
            and goal is not None
            and goal.linked_budget_id == budget.id
        )
        return sign(budget, replace(source, budget_id=budget.id) if is_project_of_goal else source)

    # What it is worth ---------------------------------------------------------------------

    async def _remember(self) -> None:
        """Keep the conversions that were made before, unless the money is another."""
        if self._afresh:
            return
        if self._payment is not None:
            tally = await self._tally(self._payment)
            is_same = (self._payment.amount, self._payment.currency, self._payment.paid_on) == self._money
            if tally is not None and is_same:
                kept = Conversion(self._payment.rate, self._payment.converted_amount)
                self._worths[tally.debt.principal_currency] = kept
        for given in self._contributions.values():
            goal = await self._goal(given.goal_id)
            if goal is not None and goal.currency is not None and self._is_of(given):
                self._worths[goal.currency] = Conversion(given.rate, given.converted_amount)
        for entry in self._entries.values():
            self._worths[entry.currency] = Conversion(entry.rate, entry.converted_amount)

    @property
    def _money(self) -> tuple[Decimal, str, date]:
        return self._source.amount, self._source.currency, self._source.happened_on

    def _is_of(self, given: Contribution) -> bool:
        """Whether it tells of the money as it is: one that was taken out may tell of it as it was."""
        return (given.amount, given.currency, given.happened_on) == self._money

    async def _worth(self, currency: str) -> Conversion:
        """The amount in a currency; its own rate speaks of what the transaction names first."""
        own = self._source.rate if self._primary in {None, currency} else None
        if own is not None or currency not in self._worths:
            self._worths[currency] = await told_in(self._work, self._source, currency, own)
        return self._worths[currency]

    # What follows -------------------------------------------------------------------------

    async def _pay(self, tally: DebtTally | None) -> tuple[DebtPayment | None, DebtPayment | None]:
        """The payment that it makes, before and after; None: it never made one."""
        before, source, earlier = self._payment, self._source, await self._tally(self._payment)
        if tally is None:
            if before is None or earlier is None or before.show_status == "deleted":
                return before, before
            after = replace(before, show_status="deleted", deleted_at=self._work.now)
            self._work.put_noun(DEBT_PAYMENTS, after, before=before, operation="delete")
            earlier.move(before, None)
            return before, after
        told = await self._worth(tally.debt.principal_currency)
        base = before or DebtPayment(
            user_id=source.user_id,
            id=str(uuid7()),
            created_at=self._work.now,
            updated_at=self._work.now,
            debt_id=tally.debt.id,
            amount=source.amount,
            currency=source.currency,
            paid_on=source.happened_on,
            rate=told.rate,
            converted_amount=told.converted_amount,
            note=source.name,
            transaction_id=source.id,
        )
        after = replace(
            base,
            show_status="active",
            deleted_at=None,
            debt_id=tally.debt.id,
            amount=source.amount,
            currency=source.currency,
            paid_on=source.happened_on,
            rate=told.rate,
            converted_amount=told.converted_amount,
            note=source.name,
        )
        if after == before:
            return before, after
        is_new = before is None or before.show_status == "deleted"
        after = self._work.put_noun(
            DEBT_PAYMENTS, after, before=before, operation="create" if is_new else "update"
        )
        if earlier is not None and earlier is not tally:
            earlier.move(before, None)
            tally.move(None, after)
        else:
            tally.move(before, after)
        return before, after

    async def _give(
        self,
        settlement: Settlement,
        tied: Mapping[str, BudgetTally],
        payment: DebtPayment | None,
    ) -> None:
        """What it gives to one goal."""
        goal = settlement.goal
        debt = None if goal.linked_debt_id is None else await DebtTally.find(self._work, goal.linked_debt_id)
        if debt is not None and debt.debt.linked_goal_id != goal.id:
            debt = None
        paid = _of(debt, payment)
        share = None
        if self._stands:
            budget = tied.get(goal.linked_budget_id or "")
            share = contribution_of(
                goal,
                self._source,
                in_budget=budget is not None and budget.budget.linked_goal_id == goal.id,
                is_payment=paid is not None and paid.show_status == "active",
            )
        if share is not None and share.via == "debt":
            share = Share("debt", 1)  # what is paid of the debt is gained, whoever owes it
        if debt is not None and paid is not None and goal.finance_mode == "debt_close":
            # It may have been paid before the goal began: then the value that it begins with tells of it.
            share = None if await is_told_of(debt, paid) else share
        known = self._contributions.get(goal.id)
        told = None if share is None or goal.currency is None else await self._worth(goal.currency)
        fact = None if known is None else self._told.facts.get(known.id)
        give(self._work, settlement, self._source, share, told, known, fact)


async def told_in(work: Work, source: Transaction, currency: str, rate: Decimal | None) -> Conversion:
    """Money in another currency, by its own rate or the newest one known on its day; Invalid on `rate`."""
    base = work.owner.base_currency or currency
    quotes = []
    if rate is None and source.currency != currency:
        currencies = sorted({source.currency, currency, base})
        quotes = await work.all(money.QUOTES, on=source.happened_on, currencies=currencies)
    return conversion(
        source.amount,
        source.currency,
        currency,
        on=source.happened_on,
        rate=rate,
        base=base,
        quotes=quotes,
    )


def as_transaction(debt: Debt, payment: DebtPayment) -> Transaction:
    """A payment that came by itself, as the transaction it would be."""
    return Transaction(
        user_id=payment.user_id,
        id=payment.id,
        show_status=payment.show_status,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
        type="expense" if debt.direction == "i_owe" else "income",
        amount=payment.amount,
        currency=payment.currency,
        happened_on=payment.paid_on,
        debt_id=debt.id,
    )


def _of(tally: DebtTally | None, payment: DebtPayment | None) -> DebtPayment | None:
    """The payment if it is one of that debt's."""
    is_of = tally is not None and payment is not None and payment.debt_id == tally.debt.id
    return payment if is_of else None


def _grouped(rows: Sequence[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row.transaction_id, []).append(row)
    return found
