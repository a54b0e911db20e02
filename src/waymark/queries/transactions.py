"""Transactions and fx rates as readers see them.

Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date

from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import FxRateDocument, TransactionDocument
from waymark.domain.neighbours import FxRate, Transaction
from waymark.queries.glances import goals_of
from waymark.store import money_statements as money
from waymark.store.database import Reader
from waymark.store.neighbours import fx_rates, transactions
from waymark.store.nouns import Noun


async def shown_transactions(
    reader: Reader, user_id: str, _today: date, records: Sequence[Transaction]
) -> list[str]:
    goals = await goals_of(reader, money.GOALS_OF_TRANSACTIONS, user_id, [each.id for each in records])
    return [
        encoded(
            TransactionDocument(
                **head(each),
                type=each.type,
                amount=each.amount,
                currency=each.currency,
                category_id=each.category_id,
                date=each.happened_on,
                goal_id=each.goal_id,
                budget_id=each.budget_id,
                debt_id=each.debt_id,
                habit_id=each.habit_id,
                rate=each.rate,
                name=each.name,
                description=each.description,
                tags=each.tags,
                goals=goals[each.id],
            )
        )
        for each in records
    ]


async def shown_fx_rates(
    _reader: Reader, _user_id: str, _today: date, records: Sequence[FxRate]
) -> list[str]:
    return [
        encoded(
            FxRateDocument(
                **head(each),
                date=each.quoted_on,
                from_=each.source,
                to=each.target,
                rate=each.rate,
            )
        )
        for each in records
    ]


TRANSACTIONS = Noun(
    transactions,
    Transaction,
    shown_transactions,
    sorts={"date": "happened_on", "amount": "amount"},
    filters={
        "type": "type",
        "currency": "currency",
        "category_id": "category_id",
        "goal_id": "goal_id",
        "budget_id": "budget_id",
        "debt_id": "debt_id",
        "habit_id": "habit_id",
        **money.TRANSACTION_FILTERS,
    },
)
FX_RATES = Noun(
    fx_rates,
    FxRate,
    shown_fx_rates,
    sorts={"date": "quoted_on"},
    filters={"from_": "source", "to": "target", "date": "quoted_on"},
)
