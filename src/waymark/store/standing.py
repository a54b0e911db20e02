"""What stands of a user: every entity's table, summed up and read page by page.

Deleted records are left out of both: whoever reads everything anew has no use for them.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import Table, and_, bindparam, select

from waymark.domain.digests import total
from waymark.domain.records import Record
from waymark.domain.vocabulary import ENTITIES
from waymark.store.columns import any_of
from waymark.store.database import Reader
from waymark.store.schema import goal_documents, journal
from waymark.store.statement import Row, Statement
from waymark.store.statements import USER
from waymark.store.tables import metadata

R = TypeVar("R", bound=Record)

ENTITY_TABLES: Final[Mapping[str, Table]] = {
    name: metadata.tables[name] for name in ENTITIES if name in metadata.tables
}
"""By name, in the order of the contract: parents before what hangs on them."""


def _versions(table: Table) -> Statement[Row]:
    return Statement(
        select(table.c.id, table.c.version).where(table.c.user_id == USER, table.c.show_status != "deleted")
    )


VERSIONS: Final[Mapping[str, Statement[Row]]] = {
    name: _versions(table) for name, table in ENTITY_TABLES.items()
}


async def digests_of(reader: Reader, user_id: str) -> dict[str, int]:
    """The digest of every entity, counted from the records themselves; heads keep it from then on."""
    found = {}
    for name, statement in VERSIONS.items():
        rows = await reader.all(statement, user_id=user_id)
        if rows:
            found[name] = total((str(row[0]), row[1]) for row in rows)
    return found


def _standing_rows(table: Table) -> Statement[Row]:
    """Standing records after an id, with the JSON of their last change where that is still remembered."""
    is_last = and_(journal.c.user_id == table.c.user_id, journal.c.seq == table.c.version)
    return Statement(
        select(table.c.id, table.c.version, table.c.updated_at, journal.c.body)
        .select_from(table.outerjoin(journal, is_last))
        .where(
            table.c.user_id == USER,
            table.c.show_status != "deleted",
            table.c.id > bindparam("after", type_=table.c.id.type),
        )
        .order_by(table.c.id)
        .limit(bindparam("limit"))
    )


ROWS: Final[Mapping[str, Statement[Row]]] = {
    name: _standing_rows(table) for name, table in ENTITY_TABLES.items()
}
"""A page of what stands of an entity: id, version, time, JSON."""
GOAL_BODIES: Final = Statement(
    select(goal_documents.c.goal_id, goal_documents.c.body).where(
        goal_documents.c.user_id == USER, any_of(goal_documents.c.goal_id, "ids")
    )
)


def by_ids(table: Table, record: type[R]) -> Statement[R]:
    """The records that the parameter `ids` names."""
    columns: list[Any] = [table.c[name] for name in record.__struct_fields__]
    return Statement(select(*columns).where(table.c.user_id == USER, any_of(table.c.id, "ids")), record)
