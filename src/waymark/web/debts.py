"""Debts, their payments and the plan that pays them off, over HTTP.

No rule lives here.
"""

from decimal import Decimal
from typing import Final, Literal

from waymark.actions import debts
from waymark.actions.fields import Amount, Currency, Day, Id, Parameters
from waymark.actions.money_commands import ChangeDebt, ChangePayment, CreateDebt, CreatePayment, SettleDebt
from waymark.domain.debts import PayoffPlan
from waymark.domain.documents import encoded
from waymark.domain.neighbour_documents import DebtDocument, PaymentDocument
from waymark.domain.vocabulary import DebtDirection, DebtStatus, PayoffStrategy
from waymark.errors import AlreadyExists, Conflict, Invalid, InvalidState, NotFound
from waymark.queries import nouns as queries
from waymark.queries.debts import DEBT_PAYMENTS, DEBTS, payoff
from waymark.store.database import Reader
from waymark.web import money_examples as example
from waymark.web.asking import LOCATED, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.nouns import NounList, add_routes
from waymark.web.route import Router

router: Final = Router(prefix="/api/v1", tag="debts", about="What is owed, either way, and how it is paid.")


class DebtList(NounList):
    """Filters are exact."""

    direction: DebtDirection | None = None
    status: DebtStatus | None = None
    principal_currency: Currency | None = None
    linked_goal_id: Id | None = None
    due_date_from: Day | None = None
    due_date_to: Day | None = None
    sort_by: Literal[
        "createdAt", "updatedAt", "counterpartyName", "principalAmount", "startDate", "dueDate"
    ] = "createdAt"


class PaymentList(NounList):
    """By the day of payment."""

    payment_date_from: Day | None = None
    payment_date_to: Day | None = None
    sort_by: Literal["createdAt", "updatedAt", "paymentDate"] = "paymentDate"


class PayoffQuery(Parameters):
    """Which debt gets what is left over each month: the dearest first, or the smallest."""

    strategy: PayoffStrategy = "avalanche"
    extra_per_month: Amount = Decimal(0)


add_routes(
    router,
    DEBTS,
    path="/debts",
    one="debt",
    many="debts",
    reply=DebtDocument,
    query=DebtList,
    creating=CreateDebt,
    changing=ChangeDebt,
    create=debts.create_debt,
    change=debts.change_debt,
    remove=debts.remove_debt,
    restore=debts.restore_debt,
    example=example.DEBT,
    create_example=example.CREATE_DEBT,
    change_example={"dueDate": "2027-01-31"},
)


@router.get("/debts/payoff-plan", reply=list[PayoffPlan], example=[example.PAYOFF_PLAN])
async def plan_payoff(call: Request, query: PayoffQuery) -> Answer:
    """Plan how debts are paid off.

    A plan for each currency in which the user owes something, with interest, month by month.
    """
    if query.extra_per_month < 0:
        raise Invalid.of("extraPerMonth", "out_of_range", "Not negative.")
    door = call.services.door

    async def planned(reader: Reader) -> list[PayoffPlan]:
        today = await queries.today_of(reader, call.user_id, door.clock.now())
        return await payoff(reader, call.user_id, query.strategy, query.extra_per_month, today)

    return Answer(encoded(await door.database.snapshot(planned)))


@router.post(
    "/debts/{record_id}/settle",
    reply=DebtDocument,
    errors=(*LOCATED, InvalidState, AlreadyExists),
    example=example.SETTLED,
    body_example={"paymentDate": "2026-03-10"},
    has_etag=True,
    has_if_match=True,
)
async def settle_debt(call: Request, record_id: Id, body: SettleDebt) -> Answer:
    """Pay all that remains of a debt.

    One payment, by default today; deleting it takes that back.
    """
    return await performed(call, debts.settle_debt, record_id, body)


@router.get(
    "/debts/{record_id}/payments", reply=list[PaymentDocument], errors=(NotFound,), example=[example.PAYMENT]
)
async def list_payments(call: Request, record_id: Id, query: PaymentList) -> Answer:
    """List a debt's payments.

    The newest first unless asked otherwise.
    """
    door = call.services.door
    await queries.standing(door.database, DEBTS, call.user_id, record_id)
    bodies, meta = await queries.listed(
        door.database,
        DEBT_PAYMENTS,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        {**filters(query, "payment_date_from", "payment_date_to"), "debt_id": record_id},
        show_status=query.show_status,
        now=door.clock.now(),
    )
    return Answer(bodies, encoded(meta))


@router.post(
    "/debts/{record_id}/payments",
    status_code=201,
    reply=PaymentDocument,
    errors=(NotFound, AlreadyExists, InvalidState),
    example=example.PAYMENT,
    body_example=example.CREATE_PAYMENT,
    has_etag=True,
)
async def create_payment(call: Request, record_id: Id, body: CreatePayment) -> Answer:
    """Record a payment of a debt.

    The goal that closes the debt moves with it. A canceled debt takes none (409).
    """
    return await performed(call, debts.create_payment, record_id, body)


@router.get(
    "/debts/{record_id}/payments/{payment_id}",
    reply=PaymentDocument,
    errors=(NotFound,),
    example=example.PAYMENT,
    has_etag=True,
)
async def get_payment(call: Request, record_id: Id, payment_id: Id) -> Answer:
    """Get a payment."""
    database, now = call.services.door.database, call.services.door.clock.now()
    await queries.standing(database, DEBTS, call.user_id, record_id)
    payment = await queries.standing(database, DEBT_PAYMENTS, call.user_id, payment_id)
    if payment.debt_id != record_id:
        raise NotFound
    body, etag = await queries.one(database, DEBT_PAYMENTS, call.user_id, payment_id, now)
    return Answer(body, etag=etag)


@router.patch(
    "/debts/{record_id}/payments/{payment_id}",
    reply=PaymentDocument,
    errors=(*LOCATED, Conflict),
    example=example.PAYMENT,
    body_example={"amount": 1000000},
    has_etag=True,
    has_if_match=True,
)
async def change_payment(call: Request, record_id: Id, payment_id: Id, body: ChangePayment) -> Answer:
    """Change a payment.

    A merge patch. One that a transaction makes is changed there (409).
    """
    return await performed(call, debts.change_payment, record_id, payment_id, body)


@router.delete(
    "/debts/{record_id}/payments/{payment_id}",
    reply=PaymentDocument,
    errors=(*LOCATED, Conflict),
    example={**example.PAYMENT, "showStatus": "deleted", "deletedAt": "2026-03-03T09:30:00Z"},
    has_etag=True,
    has_if_match=True,
)
async def delete_payment(call: Request, record_id: Id, payment_id: Id) -> Answer:
    """Delete a payment.

    What it gave to a goal is taken back.
    """
    return await performed(call, debts.remove_payment, record_id, payment_id)
