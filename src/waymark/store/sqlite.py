"""SQLite through apsw: reads in the event loop, writes grouped so that one fsync commits many.

The only module that knows apsw at run time; no statement of its own beyond transactions and pragmas.
"""

import asyncio
import fcntl
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path
from typing import Any, Final, Generic, Literal, TypeVar, cast

import apsw

from waymark.errors import AlreadyExists, Unavailable
from waymark.store.batch import ordered, row_by_row
from waymark.store.database import Change, Load, Reader, Transaction
from waymark.store.statement import Statement

T = TypeVar("T")
U = TypeVar("U")

OLDEST_SQLITE: Final = (3, 51, 3)
"""Before it, a WAL reset could lose committed pages when a checkpoint and a writer met."""
BUSY_SECONDS: Final = 5
"""How long a write waits for a command beside the server to finish its own."""
GROUP_SIZE: Final = 64
"""How many transactions share one commit at most, so that the first of them is not kept waiting."""
STATEMENT_CACHE: Final = 512

_PASSING: Final = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.FullError,
    apsw.IOError,
    apsw.NoMemError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.InterruptError,
    apsw.ConnectionClosedError,
)
_TAKEN: Final = (apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY)


class in_our_words:  # noqa: N801  # reads as what it does, like contextlib.suppress
    """Errors of apsw as errors of the store; anything else is a defect and passes as it is.

    `opening` begins a message for the operator, which tells the cause. A class, because a generator
    would cost a small statement a tenth more.
    """

    __slots__ = ("opening",)

    def __init__(self, opening: str = "") -> None:
        self.opening = opening

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None:
            return
        if isinstance(error, _PASSING):
            raise Unavailable(self.opening and f"{self.opening}: {error}", retry_after=1) from error
        if isinstance(error, apsw.ConstraintError) and error.extendedresult in _TAKEN:  # type: ignore[attr-defined]  # apsw sets it
            raise AlreadyExists from error


def connection_to(path: Path) -> apsw.Connection:
    """A connection with the settings that durability rests on; Unavailable when one cannot be had."""
    version = tuple(map(int, apsw.sqlite_lib_version().split(".")))
    if version < OLDEST_SQLITE:
        raise Unavailable(f"SQLite {apsw.sqlite_lib_version()} can corrupt its write-ahead log: upgrade apsw")
    with in_our_words(f"{path} cannot be opened"):
        connection = apsw.Connection(str(path), statementcachesize=STATEMENT_CACHE)
        connection.set_busy_timeout(BUSY_SECONDS * 1000)
        for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            connection.pragma(name, value)
            if connection.pragma(name) != value:
                raise Unavailable(f"SQLite refused {name}={value} for {path}")
        return connection


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Keep a second server off the database file; Unavailable at once while another one holds it.

    Commands may write beside the server; only servers, which wake their own followers, exclude each other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable(f"{path} is served by another process already") from error
        yield


class _Session:
    """Reader and Transaction over one connection. None of its coroutines ever suspends."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        return self.fetch(statement, params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        rows = self.fetch(statement, params)
        return rows[0] if rows else None

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        return self.fold(into, statement, params)

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        self.fetch(statement, params)
        return self.connection.changes()

    async def apply(self, changes: Sequence[Change]) -> None:
        with in_our_words():
            for change in ordered(changes):
                self.connection.executemany(*row_by_row(change))

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        self.connection.execute("SAVEPOINT attempt")
        try:
            return await body()
        except BaseException:
            if self.connection.in_transaction:  # a full disk, say, has ended it already
                self.connection.execute("ROLLBACK TO attempt")
            raise
        finally:
            if self.connection.in_transaction:
                self.connection.execute("RELEASE attempt")

    def fetch(self, statement: Statement[T], params: dict[str, Any]) -> list[T]:
        return self.fold(list, statement, params)

    def fold(self, into: Callable[[Iterable[T]], U], statement: Statement[T], params: dict[str, Any]) -> U:
        text = statement.compiled("sqlite").text
        with in_our_words():
            # Row by row into what they become, while they are at hand: all at once first takes a third more.
            cursor = self.connection.execute(text, statement.arguments("sqlite", params))
            return into(statement.rows("sqlite", cursor))


class _Unit(Generic[T]):
    """One caller's transaction within a group, and the promise of its outcome."""

    def __init__(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> None:
        self.body = body
        self.context = copy_context()
        self.promise: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.error: BaseException | None = None
        self.result: T

    def perform(self, session: _Session) -> None:
        """Run the body in a savepoint of the group's transaction; its error is its own, not the group's."""
        session.connection.execute("SAVEPOINT unit")
        try:
            self.result = self.context.run(_driven, self.body(session))
        except BaseException as error:  # the caller gets it, the others of the group go on
            if not session.connection.in_transaction:  # a full disk, say, has ended it for the whole group
                raise
            self.error = error
            session.connection.execute("ROLLBACK TO unit")
        session.connection.execute("RELEASE unit")

    def settle(self, failure: BaseException | None) -> None:
        """Tell the caller, unless it has gone: what its body came to, or why none of it counts."""
        if self.promise.done():
            return
        error = self.error or failure
        if error is None:
            self.promise.set_result(self.result)
        else:
            self.promise.set_exception(error)


def _driven(body: Coroutine[Any, Any, T]) -> T:
    """What a coroutine comes to that awaits nothing but a _Session, so never suspends."""
    try:
        body.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    body.close()
    raise RuntimeError("the body of a transaction may await nothing but its transaction")


class SQLite:
    """A SQLite file as a Database, for one serving process.

    Statements run in the event loop: they take microseconds, and a thread would fight it for the interpreter
    (docs/adr/0003: with readers beside it, 1.2 to 2.7 times the commits of a writer thread).
    Only COMMIT, which waits for the disk, runs in a thread; who wants to write meanwhile joins the next
    group.
    """

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: deque[_Unit[Any]] = deque()
        self._groups: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._writer = _Session(connection_to(self.path))
        self._reader = _Session(connection_to(self.path))
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")

    async def close(self) -> None:
        if self._groups is not None:
            await self._groups
        self._disk.shutdown()
        self._reader.connection.close()
        self._writer.connection.close()

    async def check(self) -> None:
        with in_our_words():
            self._reader.connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()

    def load(self) -> Load:
        return Load(busy=int(self._groups is not None), limit=1, waiting=len(self._waiting))

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        return self._reader.fetch(statement, params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        rows = self._reader.fetch(statement, params)
        return rows[0] if rows else None

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        return self._reader.fold(into, statement, params)

    async def snapshot(self, body: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        connection = self._reader.connection
        with in_our_words():
            connection.execute("BEGIN")
            try:
                return _driven(body(self._reader))
            finally:
                connection.execute("ROLLBACK")

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        unit = _Unit(body)
        self._waiting.append(unit)
        if self._groups is None:
            self._groups = asyncio.create_task(self._commit_groups())
        return await unit.promise

    async def _commit_groups(self) -> None:
        """Work until nobody waits: a task of its own, so that no caller's end disturbs a group."""
        try:
            while self._waiting:
                group: list[_Unit[Any]] = []
                failure: Exception | None = None
                try:
                    with in_our_words():
                        await self._commit(group)
                except Exception as error:  # noqa: BLE001  # each caller of the group must hear of it
                    failure = error
                    self._roll_back()
                    if not group:  # it could not even begin
                        group.extend(self._waiting)
                        self._waiting.clear()
                for unit in group:
                    unit.settle(failure)
        finally:
            self._groups = None

    async def _commit(self, group: list[_Unit[Any]]) -> None:
        """Fill `group` with those who wait, perform them and commit them all."""
        await self._begin()
        while self._waiting and len(group) < GROUP_SIZE:
            unit = self._waiting.popleft()
            if unit.promise.cancelled():
                continue
            group.append(unit)
            unit.perform(self._writer)
            await asyncio.sleep(0)  # readers get their turn between two writes
        await self._in_thread(self._writer.connection.execute, "COMMIT")

    async def _begin(self) -> None:
        connection = self._writer.connection
        try:
            connection.set_busy_timeout(0)
            connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            connection.set_busy_timeout(BUSY_SECONDS * 1000)
            await self._in_thread(connection.execute, "BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        with suppress(apsw.Error):  # where it fails, the next BEGIN says so
            if self._writer.connection.in_transaction:
                self._writer.connection.execute("ROLLBACK")

    async def _in_thread(self, call: Callable[[str], Any], text: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self._disk, call, text)
