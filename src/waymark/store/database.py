"""The one interface that both databases stand behind; only the two driver modules implement it.

No SQL and no driver here.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec
import sqlalchemy as sa

from waymark.store.columns import Dialect
from waymark.store.statement import Statement

T = TypeVar("T")
U = TypeVar("U")


class Add(NamedTuple):
    """New rows; one that exists already fails the transaction with AlreadyExists."""

    table: sa.Table
    rows: Sequence[msgspec.Struct]


class Put(NamedTuple):
    """Whole rows, inserted or replaced by primary key; a row at most once in a batch."""

    table: sa.Table
    rows: Sequence[msgspec.Struct]


class Drop(NamedTuple):
    """Rows taken out by primary key, values in the order of the key's columns."""

    table: sa.Table
    keys: Sequence[tuple[Any, ...]]


Change: TypeAlias = Add | Put | Drop


class Load(NamedTuple):
    """How busy a database is at this moment, as far as this process uses it."""

    busy: int
    """Connections at work; on SQLite 1 while a group is written."""
    limit: int
    waiting: int
    """Who waits for a connection; on SQLite transactions that wait for the next group."""


class Reader(Protocol):
    """Whatever answers queries."""

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        """Every row."""

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        """The first row, if there is any."""

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        """What `into` makes of the rows, one after the other: of many that are long it need not hold all."""


class Transaction(Reader, Protocol):
    """What the body of a write sees: its own changes included."""

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        """Execute a command; the number of rows it touched."""

    async def apply(self, changes: Sequence[Change]) -> None:
        """All changes as one batch, on PostgreSQL in one round trip.

        Drops come first, then rows, parents before children.
        """

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a part of the transaction; if it raises, nothing of it stays and the transaction goes on."""


class Database(Reader, Protocol):
    """A database: reading on it directly is one autocommitted statement, the shortest way to a row.

    Every method may raise Unavailable: not reachable, too busy, too slow, or its disk is full.
    """

    @property
    def dialect(self) -> Dialect:
        """Which of the two it is."""

    async def open(self) -> None:
        """Connect; Unavailable with a sentence for the operator when that cannot be."""

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""

    async def check(self) -> None:
        """Return if the database answers now."""

    def load(self) -> Load:
        """How busy it is, without asking it."""

    async def snapshot(self, body: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        """Run `body`, whose reads all see the same state. It may await nothing but its reader."""

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        """Run `body` in one transaction, committed when this returns; if it raises, nothing of it stays.

        `body` may await nothing but its transaction: SQLite runs it without ever suspending it.
        """
