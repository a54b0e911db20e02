"""A database that fails one chosen call, as one does whose server goes away at that moment.

It stands before a real one and adds nothing else; which call fails, and whether it did, a test asks it.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from waymark.errors import Unavailable
from waymark.store.columns import Dialect
from waymark.store.database import Change, Database, Load, Reader, Transaction
from waymark.store.statement import Statement

T = TypeVar("T")
U = TypeVar("U")


class _Reads:
    def __init__(self, inner: Reader, count: Callable[[], None]) -> None:
        self._inner = inner
        self._count = count

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        self._count()
        return await self._inner.all(statement, **params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        self._count()
        return await self._inner.one(statement, **params)

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        self._count()
        return await self._inner.folded(into, statement, **params)


class _Writes(_Reads):
    _inner: Transaction

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        self._count()
        return await self._inner.run(statement, **params)

    async def apply(self, changes: Sequence[Change]) -> None:
        self._count()
        await self._inner.apply(changes)

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        self._count()
        return await self._inner.attempt(body)


class FailingDatabase(_Reads):
    """The n-th call after `arm(n)` fails before it is made; a commit is a call too."""

    _inner: Database

    def __init__(self, inner: Database) -> None:
        super().__init__(inner, self._counted)
        self._left = 0
        self.commits = 0
        self.calls = 0

    @property
    def dialect(self) -> Dialect:
        return self._inner.dialect

    @property
    def has_failed(self) -> bool:
        """Whether the armed call came; also true when nothing was armed."""
        return self._left <= 0

    def arm(self, number: int) -> None:
        self._left = number

    def disarm(self) -> None:
        self._left = 0

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def check(self) -> None:
        self._counted()
        await self._inner.check()

    def load(self) -> Load:
        return self._inner.load()

    async def snapshot(self, body: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        self._counted()
        return await self._inner.snapshot(lambda reader: body(_Reads(reader, self._counted)))

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        async def unit(tx: Transaction) -> T:
            result = await body(_Writes(tx, self._counted))
            self._counted()
            return result

        self._counted()
        result = await self._inner.write(unit)
        self.commits += 1
        return result

    def _counted(self) -> None:
        self.calls += 1
        self._left -= 1
        if self._left == 0:
            raise Unavailable(retry_after=1)
