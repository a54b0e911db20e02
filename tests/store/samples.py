"""Rows and statements that the tests of the store write and read.

No rule of a goal is meant by them.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from waymark.domain.records import CheckIn, DayTotal, Goal, GoalDocumentRow, Head, JournalRow, Milestone
from waymark.store import schema
from waymark.store.database import Database, Put, Transaction
from waymark.store.statement import Statement

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 2)
GOAL = [schema.goals.c[name] for name in Goal.__struct_fields__]


def of_user(table: sa.Table) -> sa.ColumnElement[bool]:
    return table.c.user_id == sa.bindparam("user_id")


HEAD = Statement(sa.select(schema.heads).where(of_user(schema.heads)), Head)
LOCKED_HEAD = Statement(sa.select(schema.heads).where(of_user(schema.heads)).with_for_update(), Head)
RAISE_SEQ = Statement(
    sa.update(schema.heads)
    .where(of_user(schema.heads))
    .values(seq=schema.heads.c.seq + 1)
    .returning(schema.heads.c.seq)
)
GOALS = Statement(sa.select(*GOAL).where(of_user(schema.goals)).order_by(schema.goals.c.id), Goal)
CHECK_INS = Statement(
    sa.select(schema.goal_check_ins)
    .where(of_user(schema.goal_check_ins))
    .order_by(schema.goal_check_ins.c.id),
    CheckIn,
)
MILESTONES = Statement(
    sa.select(schema.goal_milestones)
    .where(of_user(schema.goal_milestones))
    .order_by(schema.goal_milestones.c.ordinal),
    Milestone,
)
DAYS = Statement(
    sa.select(schema.goal_day_totals)
    .where(of_user(schema.goal_day_totals))
    .order_by(schema.goal_day_totals.c.day),
    DayTotal,
)
JOURNAL = Statement(
    sa.select(schema.journal).where(of_user(schema.journal)).order_by(schema.journal.c.seq), JournalRow
)
DOCUMENTS = Statement(
    sa.select(schema.goal_documents)
    .where(of_user(schema.goal_documents))
    .order_by(schema.goal_documents.c.progress_percent),
    GoalDocumentRow,
)
_NEW_USER = Statement(sa.insert(schema.users))
ERASE_USER = Statement(sa.delete(schema.users).where(schema.users.c.id == sa.bindparam("user_id")))


def uuid(number: int) -> str:
    return f"0198c0de-7a5e-7000-8000-{number:012d}"


USER = uuid(1)


async def add_user(tx: Transaction, user_id: str = USER, email: str = "ada@example.org") -> None:
    values: dict[str, Any] = dict.fromkeys(schema.users.c.keys())
    values |= {"id": user_id, "email": email, "email_folded": email, "full_name": "Ada", "timezone": "UTC"}
    values |= {"day_starts_at": 0, "created_at": AT, "updated_at": AT, "version": 1}
    await tx.run(_NEW_USER, **values)


async def seeded(database: Database, *more: Put) -> None:
    """A user with a head and a goal, and whatever else."""

    async def body(tx: Transaction) -> None:
        await add_user(tx)
        await tx.apply([Put(schema.heads, [head()]), Put(schema.goals, [goal()]), *more])

    await database.write(body)


def head(seq: int = 0) -> Head:
    return Head(user_id=USER, seq=seq, floor=0, at=AT, epoch="e")


def goal(number: int = 1, **fields: Any) -> Goal:
    values: dict[str, Any] = {"title": "Run", "created_at": AT, "updated_at": AT, "created_on": DAY}
    return Goal(user_id=USER, id=uuid(number), **(values | fields))


def check_in(number: int = 1, **fields: Any) -> CheckIn:
    values: dict[str, Any] = {"goal_id": uuid(1), "created_at": AT, "updated_at": AT, "date_key": DAY}
    return CheckIn(user_id=USER, id=uuid(number), **(values | fields))


def milestone(number: int = 1, **fields: Any) -> Milestone:
    values: dict[str, Any] = {"goal_id": uuid(1), "created_at": AT, "updated_at": AT, "title": "Half"}
    values |= {"ordinal": number, "target_percent": Decimal(50)}
    return Milestone(user_id=USER, id=uuid(number), **(values | fields))


def journal_row(seq: int = 1, body: str = "{}") -> JournalRow:
    return JournalRow(
        user_id=USER,
        seq=seq,
        txn=seq,
        at=AT,
        entity="goals",
        id=uuid(1),
        operation="update",
        version=seq,
        body=body,
        fields=("title",),
        origin="api",
    )


def document(number: int = 1, **fields: Any) -> GoalDocumentRow:
    values: dict[str, Any] = {"body": "{}", "version": 1, "show_status": "active", "day": DAY}
    values |= {"fresh_from": AT, "fresh_until": AT, "progress_percent": Decimal(0), "pace_status": None}
    return GoalDocumentRow(user_id=USER, goal_id=uuid(number), **(values | fields))
