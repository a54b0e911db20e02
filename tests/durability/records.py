"""What is in the database behind the server's back: rows as they are, held against one another.

Opened beside the nodes, or after they are gone; nothing here writes.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from waymark.actions.doctor import goal_differences, log_differences
from waymark.store import schema, statements
from waymark.store.connect import connect
from waymark.store.database import Database
from waymark.store.statement import Statement

ALL = {
    table: Statement(sa.select(table).order_by(*table.primary_key)) for table in schema.metadata.sorted_tables
}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = connect(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {table.name: await database.all(statement) for table, statement in ALL.items()}


async def check_whole(database: Database, user_id: str, goal_id: str) -> dict[str, Decimal | None]:
    """Facts by id, once they, the totals, the document and the journal tell one story.

    The sum and the journal are counted here; totals and document are also computed afresh.
    """
    facts = await database.all(statements.FACTS, user_id=user_id, goal_id=goal_id)
    page = await database.one(statements.PAGE, user_id=user_id, goal_id=goal_id)
    assert page is not None
    document = json.loads(page.body, parse_float=Decimal)
    assert document["checkInCount"] == len(facts)
    assert document["currentValue"] == sum((fact.value or Decimal(0) for fact in facts), Decimal(0))
    rows = await database.all(statements.JOURNAL_AFTER, user_id=user_id, seq=0, limit=1_000_000)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    head = await database.one(statements.HEAD, user_id=user_id)
    assert head is not None
    assert head.seq == len(rows)
    told = {row.id: row.seq for row in rows if row.entity == "goal_check_ins"}
    assert {fact.id: fact.version for fact in facts} == {
        id_: seq for id_, seq in told.items() if id_ in {fact.id for fact in facts}
    }
    assert len(told) == len(facts) + await _of_others(database, user_id, goal_id)
    today = datetime.now(UTC).date()
    assert not await goal_differences(database, user_id, goal_id, today)
    assert not await log_differences(database, user_id)
    return {fact.id: fact.value for fact in facts}


async def _of_others(database: Database, user_id: str, goal_id: str) -> int:
    table = schema.goal_check_ins
    others = Statement(
        sa.select(sa.func.count()).where(
            table.c.user_id == statements.USER, table.c.goal_id != statements.GOAL
        )
    )
    found = await database.one(others, user_id=user_id, goal_id=goal_id)
    assert found is not None
    return int(found[0])
