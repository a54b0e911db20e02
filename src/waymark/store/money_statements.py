"""The SQL of money: budgets' entries and totals, debts' payments, contributions, quotes of rates.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, case, or_, select

from waymark.domain.money import Quote
from waymark.domain.neighbours import (
    Beginning,
    Budget,
    BudgetEntry,
    Contribution,
    Debt,
    DebtPayment,
    FxRate,
    PeriodTotal,
    Transaction,
)
from waymark.domain.records import CheckIn
from waymark.store.columns import any_of, is_found_in
from waymark.store.listing import Listing, SortKey
from waymark.store.neighbours import (
    budget_entries,
    budget_period_totals,
    budgets,
    debt_payments,
    debts,
    fx_rates,
    goal_beginnings,
    goal_finance_contributions,
    transactions,
)
from waymark.store.schema import goal_check_ins, goal_documents, goals
from waymark.store.statement import Statement
from waymark.store.statements import GOAL, USER

_BUDGET: BindParameter[str] = bindparam("budget_id")
_DEBT: BindParameter[str] = bindparam("debt_id")
_ON = bindparam("on", type_=fx_rates.c.quoted_on.type)


class Paid(msgspec.Struct, frozen=True):
    """One standing payment of a debt."""

    id: str
    debt_id: str
    converted_amount: Decimal


# Budgets -------------------------------------------------------------------------------------

LISTING_BUDGETS = Statement(
    select(budgets).where(
        budgets.c.user_id == USER, budgets.c.show_status != "deleted", budgets.c.category_ids.is_not(None)
    ),
    Budget,
)
"""Budgets that count by category."""
ENTRIES = Statement(
    select(budget_entries).where(
        budget_entries.c.user_id == USER, any_of(budget_entries.c.transaction_id, "ids")
    ),
    BudgetEntry,
)
PERIOD_TOTAL = Statement(
    select(budget_period_totals).where(
        budget_period_totals.c.user_id == USER,
        budget_period_totals.c.budget_id == _BUDGET,
        budget_period_totals.c.from_on == bindparam("from_on"),
    ),
    PeriodTotal,
)
PERIOD_TOTALS = Statement(
    select(budget_period_totals).where(
        budget_period_totals.c.user_id == USER, any_of(budget_period_totals.c.budget_id, "ids")
    ),
    PeriodTotal,
)

# Transactions --------------------------------------------------------------------------------

_COLUMNS = tuple(transactions.c[name] for name in Transaction.__struct_fields__)
_IN_ORDER = (transactions.c.happened_on, transactions.c.created_at, transactions.c.id)
_STANDING = and_(transactions.c.user_id == USER, transactions.c.show_status != "deleted")
_ENTERED = select(budget_entries.c.transaction_id).where(
    budget_entries.c.user_id == USER, budget_entries.c.budget_id == _BUDGET
)
_SAVING = select(goals.c.id).where(goals.c.user_id == USER, goals.c.linked_budget_id == _BUDGET)
_CONTRIBUTING = select(goal_finance_contributions.c.transaction_id).where(
    goal_finance_contributions.c.user_id == USER,
    goal_finance_contributions.c.goal_id == GOAL,
    goal_finance_contributions.c.show_status == "active",
)
_PAYING = select(debt_payments.c.transaction_id).where(
    debt_payments.c.user_id == USER,
    debt_payments.c.debt_id == _DEBT,
    debt_payments.c.show_status == "active",
    debt_payments.c.transaction_id.is_not(None),
)
TRANSACTIONS_OF_GOAL = Statement(
    select(*_COLUMNS)
    .where(
        _STANDING,
        or_(
            transactions.c.goal_id == GOAL,
            transactions.c.budget_id == _BUDGET,
            transactions.c.debt_id == _DEBT,
            transactions.c.id.in_(_ENTERED),
            transactions.c.id.in_(_PAYING),
            transactions.c.id.in_(_CONTRIBUTING),
        ),
    )
    .order_by(*_IN_ORDER),
    Transaction,
)
"""All that may count for a goal, by whatever way; ids of a budget and a debt that it is or was tied to."""
TRANSACTIONS_BY_ID = Statement(
    select(*_COLUMNS).where(transactions.c.user_id == USER, any_of(transactions.c.id, "ids")), Transaction
)
TRANSACTIONS_OF_BUDGET = Statement(
    select(*_COLUMNS)
    .where(
        _STANDING,
        or_(
            transactions.c.budget_id == _BUDGET,
            any_of(transactions.c.category_id, "categories"),
            transactions.c.goal_id.in_(_SAVING),
            transactions.c.id.in_(_ENTERED),
        ),
    )
    .order_by(*_IN_ORDER),
    Transaction,
)
"""All that may belong to a budget, by whatever way."""
TRANSACTION_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "search": is_found_in(transactions.c.search_folded),
    "date_from": transactions.c.happened_on >= bindparam("date_from"),
    "date_to": transactions.c.happened_on <= bindparam("date_to"),
}

# Debts ---------------------------------------------------------------------------------------

_TODAY = bindparam("today", type_=debts.c.due_on.type)
# What is stored was true when it was written; since then only the due date may have passed.
_STATUS = case(
    (debts.c.status.in_(["paid", "canceled"]), debts.c.status),
    (debts.c.due_on < _TODAY, "overdue"),
    else_="active",
)
DEBT_FILTERS = {
    "status": bindparam("status", type_=debts.c.status.type) == _STATUS,
    "due_date_from": debts.c.due_on >= bindparam("due_date_from"),
    "due_date_to": debts.c.due_on <= bindparam("due_date_to"),
}
PAYMENT_FILTERS = {
    "payment_date_from": debt_payments.c.paid_on >= bindparam("payment_date_from"),
    "payment_date_to": debt_payments.c.paid_on <= bindparam("payment_date_to"),
}
STANDING_DEBTS = Statement(
    select(debts).where(debts.c.user_id == USER, debts.c.show_status == "active"), Debt
)
_PAYMENTS = select(debt_payments).where(debt_payments.c.user_id == USER)
PAYMENTS_OF_DEBT = Statement(
    _PAYMENTS.where(debt_payments.c.debt_id == _DEBT).order_by(
        debt_payments.c.created_at, debt_payments.c.id
    ),
    DebtPayment,
)
"""Standing and deleted ones, as they came."""
BEGINNING = Statement(
    select(goal_beginnings).where(goal_beginnings.c.user_id == USER, goal_beginnings.c.goal_id == GOAL),
    Beginning,
)
PAYMENTS_OF_TRANSACTIONS = Statement(
    _PAYMENTS.where(any_of(debt_payments.c.transaction_id, "ids")), DebtPayment
)
PAID = Statement(
    select(debt_payments.c.id, debt_payments.c.debt_id, debt_payments.c.converted_amount).where(
        debt_payments.c.user_id == USER,
        any_of(debt_payments.c.debt_id, "ids"),
        debt_payments.c.show_status == "active",
    ),
    Paid,
)
"""Added up by the reader: SQLite's sum of scaled integers would overflow where an exact one does not."""

# Contributions -------------------------------------------------------------------------------

CONTRIBUTIONS = Statement(
    select(goal_finance_contributions).where(
        goal_finance_contributions.c.user_id == USER,
        any_of(goal_finance_contributions.c.transaction_id, "ids"),
    ),
    Contribution,
)
"""Standing and taken out, of some transactions or payments."""
CHECK_INS_BY_ID = Statement(
    select(goal_check_ins).where(goal_check_ins.c.user_id == USER, any_of(goal_check_ins.c.id, "ids")),
    CheckIn,
)
GOALS_OF_TRANSACTIONS = Statement(
    select(
        goal_finance_contributions.c.transaction_id,
        goals.c.id,
        goals.c.title,
        goal_documents.c.progress_percent,
    )
    .join_from(
        goal_finance_contributions,
        goals,
        and_(
            goals.c.user_id == goal_finance_contributions.c.user_id,
            goals.c.id == goal_finance_contributions.c.goal_id,
        ),
    )
    .join(
        goal_documents,
        and_(goal_documents.c.user_id == goals.c.user_id, goal_documents.c.goal_id == goals.c.id),
    )
    .where(
        goal_finance_contributions.c.user_id == USER,
        goal_finance_contributions.c.show_status == "active",
        any_of(goal_finance_contributions.c.transaction_id, "ids"),
        goals.c.show_status != "deleted",
    )
    .order_by(goal_finance_contributions.c.created_at, goal_finance_contributions.c.id)
)
CONTRIBUTION_LIST = Listing(
    "contributions",
    goal_finance_contributions,
    columns=list(goal_finance_contributions.c),
    owner=[
        goal_finance_contributions.c.user_id == USER,
        goal_finance_contributions.c.goal_id == GOAL,
        goal_finance_contributions.c.show_status == bindparam("show_status"),
    ],
    tie=SortKey(goal_finance_contributions.c.id, str),
    sorts={
        "date": [
            SortKey(goal_finance_contributions.c.happened_on, date),
            SortKey(goal_finance_contributions.c.created_at, datetime),
        ],
        "createdAt": [SortKey(goal_finance_contributions.c.created_at, datetime)],
    },
    filters={
        "via": goal_finance_contributions.c.via == bindparam("via"),
        "transaction_id": goal_finance_contributions.c.transaction_id == bindparam("transaction_id"),
        "date_from": goal_finance_contributions.c.happened_on >= bindparam("date_from"),
        "date_to": goal_finance_contributions.c.happened_on <= bindparam("date_to"),
    },
)

# Rates ---------------------------------------------------------------------------------------

_newer = fx_rates.alias("newer")
QUOTES = Statement(
    select(fx_rates.c.quoted_on.label("on"), fx_rates.c.source, fx_rates.c.target, fx_rates.c.rate).where(
        fx_rates.c.user_id == USER,
        fx_rates.c.quoted_on <= _ON,
        any_of(fx_rates.c.source, "currencies"),
        any_of(fx_rates.c.target, "currencies"),
        ~select(_newer.c.id)
        .where(
            _newer.c.user_id == fx_rates.c.user_id,
            _newer.c.source == fx_rates.c.source,
            _newer.c.target == fx_rates.c.target,
            _newer.c.quoted_on > fx_rates.c.quoted_on,
            _newer.c.quoted_on <= _ON,
        )
        .exists(),
    ),
    Quote,
)
"""Of each pair among some currencies the newest rate on or before a day."""
FX_RATE = Statement(
    select(fx_rates).where(
        fx_rates.c.user_id == USER,
        fx_rates.c.source == bindparam("source"),
        fx_rates.c.target == bindparam("target"),
        fx_rates.c.quoted_on == bindparam("quoted_on"),
    ),
    FxRate,
)
