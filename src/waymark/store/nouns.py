"""A noun: one kind of neighbour, and all that is the same for each - its row by id, its lists.

What a kind's records mean is the domain's; how they are shown, its query says.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from waymark.domain.records import Record
from waymark.store.columns import Amount, ColumnType, Day, Instant, Text, Total, Whole, stored_as
from waymark.store.database import Reader
from waymark.store.listing import Listing, SortKey
from waymark.store.statement import Statement

R = TypeVar("R", bound=Record)

Shown: TypeAlias = Callable[[Reader, str, date, Sequence[R]], Awaitable[list[str]]]
"""The JSON of some records of a user as GET gives them on a day: with what is computed and joined."""


class Noun(Generic[R]):
    """One kind of entity beside goals: its table, its record, how it is shown, listed and filtered.

    `sorts` maps what clients call a sorting to its columns; createdAt and updatedAt are there for all.
    `filters` maps a parameter to the column it must equal, or to a condition on a bind of its name.
    """

    def __init__(
        self,
        table: sa.Table,
        record: type[R],
        shown: Shown[R],
        *,
        sorts: Mapping[str, str] = {},
        filters: Mapping[str, str | sa.ColumnElement[bool]] = {},
        moves_with_day: bool = False,
    ) -> None:
        self.table = table
        self.name = str(table.name)
        self.record = record
        self.shown = shown
        self.moves_with_day = moves_with_day
        """Whether something shown is computed for the day, so that the ETag names it."""
        columns = [table.c[name] for name in record.__struct_fields__]
        user: sa.BindParameter[str] = sa.bindparam("user_id")
        self.by_id = Statement(
            sa.select(*columns).where(table.c.user_id == user, table.c.id == sa.bindparam("id")), record
        )
        named = {"createdAt": "created_at", "updatedAt": "updated_at", **sorts}
        self.listing = Listing(
            self.name,
            table,
            columns=columns,
            owner=[table.c.user_id == user, table.c.show_status == sa.bindparam("show_status")],
            tie=SortKey(table.c.id, str),
            sorts={
                name: [SortKey(table.c[column], _PYTHON[type(stored_as(table.c[column]))])]
                for name, column in named.items()
            },
            filters={
                name: table.c[what] == sa.bindparam(name) if isinstance(what, str) else what
                for name, what in filters.items()
            },
        )

    def etag(self, record: R, today: date) -> str:
        return f'"{record.version}-{today}"' if self.moves_with_day else f'"{record.version}"'

    def record_of(self, row: Sequence[Any]) -> R:
        """A row of the list as a record."""
        return self.record(**dict(zip(self.listing.names, row, strict=True)))


def at_least(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """A filter: not before or below the parameter."""
    return column >= sa.bindparam(name)


def at_most(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """A filter: not after or above the parameter."""
    return column <= sa.bindparam(name)


_PYTHON: Final[dict[type[ColumnType], Any]] = {
    Amount: Decimal,
    Day: date,
    Instant: datetime,
    Text: str,
    Total: Decimal,
    Whole: int,
}
