"""A database that counts what is asked of it: calls, rows that come back, rows that are sent.

It stands before a real one and adds nothing else; what may be asked, a test says.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from waymark.store.columns import Dialect
from waymark.store.database import Change, Database, Drop, Load, Reader, Transaction
from waymark.store.statement import Statement

T = TypeVar("T")
U = TypeVar("U")


class Asked(NamedTuple):
    calls: int = 0
    read: int = 0
    """Rows."""
    written: int = 0


class _Reads:
    def __init__(
        self, inner: Reader, count: Callable[[Asked], None], statements: set[Statement[Any]]
    ) -> None:
        self._inner = inner
        self._count = count
        self.statements = statements
        """Those that were run."""

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        rows = await self._inner.all(statement, **params)
        self._count(Asked(calls=1, read=len(rows)))
        self.statements.add(statement)
        return rows

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        row = await self._inner.one(statement, **params)
        self._count(Asked(calls=1, read=row is not None))
        self.statements.add(statement)
        return row

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        return into(await self.all(statement, **params))


class _Writes(_Reads):
    _inner: Transaction

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        written = await self._inner.run(statement, **params)
        self._count(Asked(calls=1, written=written))
        return written

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return await self._inner.attempt(body)

    async def apply(self, changes: Sequence[Change]) -> None:
        await self._inner.apply(changes)
        rows = (change.keys if isinstance(change, Drop) else change.rows for change in changes)
        self._count(Asked(calls=1, written=sum(map(len, rows))))


class CountingDatabase(_Reads):
    _inner: Database

    def __init__(self, inner: Database) -> None:
        super().__init__(inner, self._counted, set())
        self.asked = Asked()
        """Since the last `begin`."""

    @property
    def dialect(self) -> Dialect:
        return self._inner.dialect

    def begin(self) -> Asked:
        """What was asked so far; from now on it is counted anew."""
        asked, self.asked = self.asked, Asked()
        return asked

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def check(self) -> None:
        await self._inner.check()

    def load(self) -> Load:
        return self._inner.load()

    async def snapshot(self, body: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        return await self._inner.snapshot(lambda reader: body(_Reads(reader, self._counted, self.statements)))

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        return await self._inner.write(lambda tx: body(_Writes(tx, self._counted, self.statements)))

    def _counted(self, more: Asked) -> None:
        self.asked = Asked(*(one + other for one, other in zip(self.asked, more, strict=True)))
