"""The SQL of insights and of what is due, as portable constructs; compiled once per database.

Statements of one user are bound to `user_id`; who is due next is asked of everyone at once.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, func, select

from waymark.domain.insights import Due, Insight
from waymark.store.columns import any_of
from waymark.store.insight_tables import dues, insights
from waymark.store.neighbours import budgets, debts, focus_sessions, habits, tasks, transactions
from waymark.store.schema import goal_check_ins, goal_milestones, goals
from waymark.store.statement import Row, Statement

_USER = insights.c.user_id == bindparam("user_id")
_COLUMNS = [insights.c[name] for name in Insight.__struct_fields__]

INSIGHTS_BY_ID = Statement(select(*_COLUMNS).where(_USER, any_of(insights.c.id, "ids")), Insight)
"""Of those ids, whatever became of them."""
SAID_OF = Statement(
    select(*_COLUMNS)
    .where(
        _USER,
        insights.c.subject_id == bindparam("subject_id"),
        insights.c.is_withdrawn.is_(False),
        insights.c.show_status == "active",
    )
    .order_by(insights.c.created_at, insights.c.id),
    Insight,
)
"""What the rules have said of a subject and not taken back."""

_RELATED = {
    "goalId": goals,
    "milestoneId": goal_milestones,
    "checkInId": goal_check_ins,
    "taskId": tasks,
    "habitId": habits,
    "focusSessionId": focus_sessions,
    "budgetId": budgets,
    "debtId": debts,
    "transactionId": transactions,
}
OWN_RELATED: Mapping[str, Statement[Row]] = {
    name: Statement(
        select(table.c.id).where(
            table.c.user_id == bindparam("user_id"),
            table.c.id == bindparam("id"),
            table.c.show_status != "deleted",
        )
    )
    for name, table in _RELATED.items()
}
"""By what an insight may be about: whether there is such a record."""

_NOW = bindparam("now", type_=dues.c.due_at.type)

DUES = Statement(select(dues).where(dues.c.user_id == bindparam("user_id")), Due)
DUE_OF = Statement(
    select(dues).where(
        dues.c.user_id == bindparam("user_id"),
        dues.c.entity == bindparam("entity"),
        dues.c.id == bindparam("id"),
    ),
    Due,
)
DUE_OF_USER = Statement(
    select(dues)
    .where(dues.c.user_id == bindparam("user_id"), dues.c.due_at <= _NOW)
    .order_by(dues.c.due_at, dues.c.entity, dues.c.id)
    .limit(bindparam("limit")),
    Due,
)
DUE = Statement(
    select(dues.c.user_id).where(dues.c.due_at <= _NOW).order_by(dues.c.due_at).limit(bindparam("limit"))
)
NEXT_DUE = Statement(select(func.min(dues.c.due_at, type_=dues.c.due_at.type)))
