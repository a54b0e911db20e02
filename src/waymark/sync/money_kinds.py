"""Budgets, debts, payments, transactions and rates as sync merges them: amounts are decided by people.

What each means its handlers and the domain say.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from waymark.actions import budgets, debts, transactions
from waymark.actions.contributions import tell_payment
from waymark.actions.fields import Command, Id, Rate
from waymark.actions.fx_rates import quote_rate
from waymark.actions.money_commands import (
    ChangeBudget,
    ChangeDebt,
    ChangePayment,
    ChangeTransaction,
    CreateBudget,
    CreateDebt,
    CreatePayment,
    CreateTransaction,
    QuoteRate,
)
from waymark.actions.nouns import back
from waymark.actions.tallies import DebtTally
from waymark.domain.merge import Rules
from waymark.domain.neighbours import DebtPayment, FxRate
from waymark.errors import Conflict, InvalidState
from waymark.queries.budgets import BUDGETS
from waymark.queries.debts import DEBT_PAYMENTS, DEBTS
from waymark.queries.transactions import FX_RATES, TRANSACTIONS
from waymark.store.money_statements import FX_RATE
from waymark.store.work import Work
from waymark.sync.kinds import Handlers, Kind, NounKind, PlainKind, Telling, missing
from waymark.sync.reading import command_of, read


class OfDebt(Command):
    """What a payment hangs on."""

    debt_id: Id


class PaymentKind(NounKind[DebtPayment]):
    """A payment that a transaction makes is changed there."""

    def is_derived(self, telling: Telling) -> bool:
        return telling.data.get("transactionId") is not None

    async def create(self, work: Work, telling: Telling) -> None:
        debt_id = read(OfDebt, telling.data).debt_id
        debt = await work.one(DEBTS.by_id, id=debt_id)
        if debt is None or debt.show_status == "deleted":
            raise missing("debtId")
        await debts.create_payment(work, debt_id, self.creation(work, telling))

    async def change(self, work: Work, record: DebtPayment, writes: Mapping[str, Any]) -> None:
        await debts.change_payment(work, record.debt_id, record.id, command_of(ChangePayment, writes))

    async def remove(self, work: Work, record: DebtPayment) -> None:
        await debts.remove_payment(work, record.debt_id, record.id)

    async def restore(self, work: Work, record: DebtPayment) -> None:
        if record.transaction_id is not None:
            raise Conflict("A transaction makes this payment: change it there.")
        tally = await DebtTally.owned(work, "debtId", record.debt_id)
        after = work.put_noun(DEBT_PAYMENTS, back(record), before=record, operation="create")
        await tell_payment(work, tally, record, after)


class ChangeRate(Command):
    """What a pair is worth; the pair and its day stay."""

    rate: Rate = Decimal(1)


class RateKind(NounKind[FxRate]):
    """A pair of currencies and a day: one record, whichever device told it first; replaced, never deleted."""

    async def find_twin(self, work: Work, telling: Telling) -> FxRate | None:
        told = self.creation(work, telling)
        pair = {"source": told.from_, "target": told.to, "quoted_on": told.date}
        return await work.one(FX_RATE, **pair)

    async def create(self, work: Work, telling: Telling) -> None:
        await quote_rate(work, self.creation(work, telling), telling.id)

    async def change(self, work: Work, record: FxRate, writes: Mapping[str, Any]) -> None:
        said = {"date": record.quoted_on, "from_": record.source, "to": record.target, "rate": record.rate}
        await quote_rate(work, command_of(QuoteRate, {**said, **writes}))

    async def remove(self, _work: Work, _record: FxRate) -> None:
        raise InvalidState("A rate is replaced, never deleted.", context={"allowed": ["update"]})

    async def restore(self, _work: Work, record: FxRate) -> None:
        raise InvalidState(f"The rate {record.id} was never deleted.", context={"allowed": ["update"]})


MONEY_KINDS: Final[tuple[Kind[Any], ...]] = (
    PlainKind(
        BUDGETS,
        Handlers(budgets.create_budget, budgets.change_budget, budgets.remove_budget, budgets.restore_budget),
        creating=CreateBudget,
        changing=ChangeBudget,
        columns=budgets.COLUMNS,
        rules=Rules(
            sets=frozenset({"category_ids"}),
            manual=frozenset({"limit_amount", "currency", "linked_goal_id"}),
        ),
    ),
    PlainKind(
        DEBTS,
        Handlers(debts.create_debt, debts.change_debt, debts.remove_debt, debts.restore_debt),
        creating=CreateDebt,
        changing=ChangeDebt,
        columns=debts.COLUMNS,
        rules=Rules(manual=frozenset({"principal_amount", "principal_currency", "linked_goal_id"})),
        dropped={"status": frozenset({"paid", "overdue"})},
    ),
    PaymentKind(
        DEBT_PAYMENTS,
        creating=CreatePayment,
        changing=ChangePayment,
        columns={"payment_date": "paid_on"},
        rules=Rules(manual=frozenset({"amount", "currency"})),
        day_field="paymentDate",
    ),
    PlainKind(
        TRANSACTIONS,
        Handlers(
            transactions.create_transaction,
            transactions.change_transaction,
            transactions.remove_transaction,
            transactions.restore_transaction,
        ),
        creating=CreateTransaction,
        changing=ChangeTransaction,
        columns=transactions.COLUMNS,
        rules=Rules(
            sets=frozenset({"tags"}),
            manual=frozenset({"amount", "currency", "budget_id", "debt_id"}),
        ),
        day_field="date",
    ),
    RateKind(
        FX_RATES,
        creating=QuoteRate,
        changing=ChangeRate,
    ),
)
