"""PostgreSQL through an asyncpg pool: short waits, clean cancellation, one round trip for each batch.

The only module that knows asyncpg at run time; no statement of its own beyond settings.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from waymark.errors import AlreadyExists, Unavailable
from waymark.store.batch import at_once, ordered
from waymark.store.database import Change, Load, Reader, Transaction
from waymark.store.statement import Statement

T = TypeVar("T")
U = TypeVar("U")
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

OLDEST_POSTGRESQL: Final = 15
ACQUIRE_SECONDS: Final = 3
"""How long a connection may take to come about."""
GRACE_SECONDS: Final = 5
"""How much longer than the server's limits an answer is waited for, should no server be left to keep them."""
SETTINGS: Final = {
    "application_name": "waymark",
    "synchronous_commit": "on",
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    "jit": "off",
}


class Pool(NamedTuple):
    """How many connections a node keeps, and how long whatever uses one may wait; in milliseconds."""

    min_size: int = 2
    max_size: int = 10
    timeout_ms: int = 3_000
    statement_timeout_ms: int = 5_000
    lock_timeout_ms: int = 2_000

    @property
    def settings(self) -> dict[str, str]:
        """What the server is told at the beginning of each connection."""
        return {
            **SETTINGS,
            "statement_timeout": f"{self.statement_timeout_ms}ms",
            "lock_timeout": f"{self.lock_timeout_ms}ms",
        }

    @property
    def answer_seconds(self) -> float:
        """How long an answer is waited for."""
        return self.statement_timeout_ms / 1_000 + GRACE_SECONDS


DEFAULT_POOL: Final = Pool()
_PASSING: Final = ("08", "0A000", "25P03", "28", "3D", "40", "53", "55", "57", "58")
"""SQLSTATEs of what passes or an operator mends: connection, stale plan, idle too long, password, no such
database, rolled back, resources, lock, shutdown, system."""


_TROUBLE: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that the server ended while it was idle, or was being lent
    OSError,
    TimeoutError,
)


@contextmanager
def in_our_words(opening: str = "") -> Iterator[None]:
    """Errors of asyncpg as errors of the store; anything else is a defect and passes as it is.

    `opening` begins a message for the operator, which tells the cause.
    """
    try:
        yield
    except _TROUBLE as error:
        _say(error, opening and f"{opening}: {error}")
        raise


def _say(error: BaseException, message: str = "") -> None:
    """Raise what an error of asyncpg means to the store's callers; return when it is a defect of ours."""
    if isinstance(error, asyncpg.UniqueViolationError):
        raise AlreadyExists from error
    if not isinstance(error, asyncpg.PostgresError) or (error.sqlstate or "").startswith(_PASSING):
        raise Unavailable(message, retry_after=1) from error


async def connection_to(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection of its own, outside any pool, with our settings; Unavailable says why there is none."""
    with in_our_words("PostgreSQL cannot be reached"):
        return await asyncpg.connect(url, timeout=ACQUIRE_SECONDS, server_settings=DEFAULT_POOL.settings)


class _Session:
    """Reader and Transaction over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        return await self.folded(list, statement, **params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        rows = await self.all(statement, **params)
        return rows[0] if rows else None

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        arguments = statement.arguments("postgresql", params)
        found = await self.connection.fetch(statement.compiled("postgresql").text, *arguments)
        return into(statement.rows("postgresql", found))

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        arguments = statement.arguments("postgresql", params)
        tag = await self.connection.execute(statement.compiled("postgresql").text, *arguments)
        return int(tag.rpartition(" ")[2])

    async def apply(self, changes: Sequence[Change]) -> None:
        if batch := ordered(changes):
            text, arguments = at_once(batch)
            await self.connection.execute(text, *arguments)

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        with in_our_words():
            async with self.connection.transaction():
                return await body()


async def _left_as_it_is(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """No session state is ever set, so none is reset in a round trip; asyncpg rolls back by itself."""


class Postgres:
    """A PostgreSQL database as a Database; any number of processes may share it."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: str, limits: Pool = DEFAULT_POOL) -> None:
        self.url = url
        self.limits = limits
        self.waiting = 0
        """Who waits for a connection."""

    async def open(self) -> None:
        with in_our_words("PostgreSQL cannot be reached"):
            self.pool: asyncpg.Pool[asyncpg.Record] = await asyncpg.create_pool(
                self.url,
                min_size=min(self.limits.min_size, self.limits.max_size),
                max_size=self.limits.max_size,
                max_inactive_connection_lifetime=300,
                timeout=ACQUIRE_SECONDS,
                command_timeout=self.limits.answer_seconds,
                statement_cache_size=512,
                max_cacheable_statement_size=0,  # no bound: a batch's text is long, and always the same
                max_cached_statement_lifetime=0,
                server_settings=self.limits.settings,
                reset=_left_as_it_is,
            )
        async with self._session() as session:
            if session.connection.get_server_version().major < OLDEST_POSTGRESQL:
                raise Unavailable(f"PostgreSQL {OLDEST_POSTGRESQL} or newer is needed")
            if await session.connection.fetchval("SHOW synchronous_commit") != "on":
                raise Unavailable("PostgreSQL refused synchronous_commit=on: commits could be lost")

    async def close(self) -> None:
        try:
            async with asyncio.timeout(self.limits.answer_seconds):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    async def check(self) -> None:
        async with self._session() as session:
            await session.connection.execute("SELECT 1")

    def load(self) -> Load:
        busy = self.pool.get_size() - self.pool.get_idle_size()
        return Load(busy, self.limits.max_size, self.waiting)

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        async with self._session() as session:
            return await session.all(statement, **params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        async with self._session() as session:
            return await session.one(statement, **params)

    async def folded(self, into: Callable[[Iterable[T]], U], statement: Statement[T], **params: Any) -> U:
        async with self._session() as session:
            return await session.folded(into, statement, **params)

    async def snapshot(self, body: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        async with (
            self._session() as session,
            session.connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await body(session)

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        async with self._session() as session, session.connection.transaction():
            return await body(session)

    def _session(self) -> "_Lent":
        return _Lent(self)


class _Lent:
    """A session on a pooled connection; written out, for a generator costs every read a tenth more."""

    def __init__(self, database: Postgres) -> None:
        self.database = database
        self.connection: Connection

    async def __aenter__(self) -> _Session:
        self.database.waiting += 1
        try:
            async with asyncio.timeout(self.database.limits.timeout_ms / 1_000):
                self.connection = await self.database.pool.acquire()
        except _TROUBLE as error:
            _say(error)
            raise
        finally:
            self.database.waiting -= 1
        return _Session(self.connection)

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        await self.database.pool.release(self.connection)
        if isinstance(error, _TROUBLE):
            _say(error)
