"""Looking behind the wire: what the database holds, read as it is.

For facts that no answer shows, such as that nothing at all was written.
"""

from typing import Any

import sqlalchemy as sa

from waymark.domain.records import JournalRow
from waymark.store import schema
from waymark.store.database import Database
from waymark.store.statement import Statement

CONTENTS = {
    table.name: Statement[Any](sa.select(table).order_by(*table.primary_key.columns))
    for table in schema.metadata.sorted_tables
}


async def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {name: await database.all(statement) for name, statement in CONTENTS.items()}


async def journal(database: Database, user_id: str) -> list[JournalRow]:
    """A user's journal in the order of its seqs."""
    names = [column.name for column in schema.journal.columns]
    rows = [
        JournalRow(**dict(zip(names, row, strict=True))) for row in await database.all(CONTENTS["journal"])
    ]
    return [row for row in rows if row.user_id == user_id]
