"""What `doctor` asks of the store beyond what rules need: whether the log and the file are whole.

Only looks. What should be in documents and totals is the domain's to say.
"""

from sqlalchemy import Table, and_, bindparam, cast, exists, func, not_, or_, select

from waymark.domain.neighbours import BudgetEntry, PeriodTotal
from waymark.domain.records import GoalDocumentRow
from waymark.store.connect import is_postgresql, sqlite_path
from waymark.store.neighbours import budget_entries, budget_period_totals, transactions
from waymark.store.schema import goal_documents, journal, users
from waymark.store.sqlite import connection_to, in_our_words
from waymark.store.standing import ENTITY_TABLES
from waymark.store.statement import Row, Statement
from waymark.store.statements import GOAL, USER

USERS = Statement(select(users.c.id, users.c.email).order_by(users.c.email_folded))
DOCUMENT_ROW = Statement(
    select(goal_documents).where(goal_documents.c.user_id == USER, goal_documents.c.goal_id == GOAL),
    GoalDocumentRow,
)
JOURNAL_SPAN = Statement(
    select(func.count(), func.min(journal.c.seq), func.max(journal.c.seq)).where(
        journal.c.user_id == USER, journal.c.seq > bindparam("floor")
    )
)
"""How many rows of the journal there are above the floor, the first and the last of them."""


def _unjournalled(table: Table) -> Statement[Row]:
    row = and_(
        journal.c.user_id == USER,
        journal.c.seq == table.c.version,
        journal.c.entity == table.name,
        journal.c.id == cast(table.c.id, journal.c.id.type),
    )
    return Statement(
        select(table.c.id, table.c.version).where(
            table.c.user_id == USER,
            or_(
                table.c.version > bindparam("head"),
                and_(table.c.version > bindparam("floor"), not_(exists().where(row))),
            ),
        )
    )


UNJOURNALLED = {name: _unjournalled(table) for name, table in ENTITY_TABLES.items()}
"""By table, the records (id, version) whose version is above the head or has no row in the journal."""
ENTRIES_THAT_COUNT = Statement(
    select(budget_entries)
    .join(
        transactions,
        and_(
            transactions.c.user_id == budget_entries.c.user_id,
            transactions.c.id == budget_entries.c.transaction_id,
        ),
    )
    .where(budget_entries.c.user_id == USER, transactions.c.show_status != "deleted"),
    BudgetEntry,
)
"""What standing transactions give to budgets."""
PERIOD_TOTALS = Statement(
    select(budget_period_totals).where(budget_period_totals.c.user_id == USER), PeriodTotal
)


def file_faults(url: str) -> list[str]:
    """What SQLite finds wrong with its own file; PostgreSQL watches over its files itself."""
    if is_postgresql(url):
        return []
    connection = connection_to(sqlite_path(url))
    with in_our_words():
        found = [str(text) for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            found.append(f"{table} row {row} belongs to no {parent}")
        connection.close()
    return found
