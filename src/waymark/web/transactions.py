"""Transactions and rates of exchange over HTTP.

No rule lives here.
"""

from typing import Final, Literal

from pydantic import Field

from waymark.actions import fx_rates, transactions
from waymark.actions.fields import Currency, Day, Id, Line, Search
from waymark.actions.money_commands import ChangeTransaction, CreateTransaction, QuoteRate
from waymark.domain.documents import encoded
from waymark.domain.neighbour_documents import FxRateDocument, TransactionDocument
from waymark.domain.vocabulary import TransactionType
from waymark.errors import PreconditionFailed
from waymark.queries import nouns as queries
from waymark.queries.transactions import FX_RATES, TRANSACTIONS
from waymark.web import money_examples as example
from waymark.web.asking import Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1", tag="transactions", about="Money that moves, and the goals, budgets and debts it moves."
)


class TransactionList(NounList):
    """Filters are exact; `search` finds its text in name and description, whatever the case.

    Days include both ends.
    """

    type: TransactionType | None = None
    search: Search | None = None
    currency: Currency | None = None
    category_id: Line | None = None
    goal_id: Id | None = None
    budget_id: Id | None = None
    debt_id: Id | None = None
    habit_id: Id | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    sort_by: Literal["createdAt", "updatedAt", "date", "amount"] = "date"


class FxRateList(NounList):
    """Filters are exact."""

    from_: Currency | None = Field(default=None, alias="from")
    to: Currency | None = None
    date: Day | None = None
    sort_by: Literal["createdAt", "updatedAt", "date"] = "date"


add_routes(
    router,
    TRANSACTIONS,
    path="/transactions",
    one="transaction",
    many="transactions",
    reply=TransactionDocument,
    query=TransactionList,
    creating=CreateTransaction,
    changing=ChangeTransaction,
    create=transactions.create_transaction,
    change=transactions.change_transaction,
    remove=transactions.remove_transaction,
    restore=transactions.restore_transaction,
    example=example.TRANSACTION,
    create_example={
        "type": "expense",
        "amount": 120000,
        "currency": "UZS",
        "date": "2026-03-02",
        "categoryId": "food",
    },
    change_example={"amount": 50},
)


@router.get("/fx-rates", reply=list[FxRateDocument], example=[example.FX_RATE])
async def list_fx_rates(call: Request, query: FxRateList) -> Answer:
    """List rates of exchange.

    The newest day first unless asked otherwise.
    """
    door = call.services.door
    bodies, meta = await queries.listed(
        door.database,
        FX_RATES,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        filters(query, "from_", "to", "date"),
        show_status=query.show_status,
        now=door.clock.now(),
    )
    return Answer(bodies, encoded(meta))


@router.put(
    "/fx-rates",
    reply=FxRateDocument,
    errors=(PreconditionFailed,),
    example=example.FX_RATE,
    body_example=example.QUOTE_RATE,
    has_etag=True,
    has_if_match=True,
)
async def quote_rate(call: Request, body: QuoteRate) -> Answer:
    """Put the rate of a pair of currencies from a day on.

    Saying it again replaces it; what was converted before keeps the rate it had.
    """
    return await performed(call, fx_rates.quote_rate, body)
