"""Debts and their payments as readers see them, and the plan that pays them off.

Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from waymark.domain.amounts import ZERO
from waymark.domain.debts import PayoffPlan, debt_state, payoff_plans
from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import DebtDocument, PaymentDocument
from waymark.domain.neighbours import Debt, DebtPayment
from waymark.domain.vocabulary import PayoffStrategy
from waymark.queries.glances import goals_of
from waymark.store import link_statements as links
from waymark.store import money_statements as money
from waymark.store.database import Reader
from waymark.store.neighbours import debt_payments, debts
from waymark.store.nouns import Noun


async def paid_sums(reader: Reader, user_id: str, ids: Sequence[str]) -> dict[str, Decimal]:
    """What was paid of each debt, in its currency."""
    sums = dict.fromkeys(ids, ZERO)
    for payment in await reader.all(money.PAID, user_id=user_id, ids=list(ids)):
        sums[payment.debt_id] += payment.converted_amount
    return sums


async def shown_debts(reader: Reader, user_id: str, today: date, records: Sequence[Debt]) -> list[str]:
    paid = await paid_sums(reader, user_id, [debt.id for debt in records])
    linked = [debt.linked_goal_id for debt in records if debt.linked_goal_id is not None]
    goals = await goals_of(reader, links.GOALS_BY_ID, user_id, linked)
    return [
        encoded(
            DebtDocument(
                **head(debt),
                direction=debt.direction,
                counterparty_name=debt.counterparty_name,
                principal_amount=debt.principal_amount,
                principal_currency=debt.principal_currency,
                start_date=debt.start_on,
                due_date=debt.due_on,
                interest_mode=debt.interest_mode,
                interest_rate_annual=debt.interest_rate_annual,
                linked_goal_id=debt.linked_goal_id,
                status=state.status,
                total_paid=state.total_paid,
                remaining_amount=state.remaining_amount,
                percent_paid=state.percent_paid,
                goals=goals[debt.linked_goal_id or ""],
            )
        )
        for debt in records
        for state in (debt_state(debt, paid[debt.id], today),)
    ]


async def shown_payments(
    _reader: Reader, _user_id: str, _today: date, records: Sequence[DebtPayment]
) -> list[str]:
    return [
        encoded(
            PaymentDocument(
                **head(payment),
                debt_id=payment.debt_id,
                amount=payment.amount,
                currency=payment.currency,
                payment_date=payment.paid_on,
                rate=payment.rate,
                converted_amount=payment.converted_amount,
                note=payment.note,
                transaction_id=payment.transaction_id,
            )
        )
        for payment in records
    ]


DEBTS = Noun(
    debts,
    Debt,
    shown_debts,
    sorts={
        "counterpartyName": "counterparty_name",
        "principalAmount": "principal_amount",
        "startDate": "start_on",
        "dueDate": "due_on",
    },
    filters={
        "direction": "direction",
        "principal_currency": "principal_currency",
        "linked_goal_id": "linked_goal_id",
        **money.DEBT_FILTERS,
    },
    moves_with_day=True,
)
DEBT_PAYMENTS = Noun(
    debt_payments,
    DebtPayment,
    shown_payments,
    sorts={"paymentDate": "paid_on"},
    filters={"debt_id": "debt_id", **money.PAYMENT_FILTERS},
)


async def payoff(
    reader: Reader, user_id: str, strategy: PayoffStrategy, extra_per_month: Decimal, today: date
) -> list[PayoffPlan]:
    """A plan for each currency in which the user owes something."""
    standing = await reader.all(money.STANDING_DEBTS, user_id=user_id)
    paid = await paid_sums(reader, user_id, [debt.id for debt in standing])
    return payoff_plans([(debt, paid[debt.id]) for debt in standing], strategy, extra_per_month, today)
