"""The two ways in: `Waymark` for plain programs, `AsyncWaymark` on an event loop, with the same methods.

What is asked is in nouns.py and calls.py.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Generic, Self, TypeVar

import httpx2

from waymark.client import nouns
from waymark.client.calls import TRIES, Calls, Tokens
from waymark.client.nouns import Noun, Plans
from waymark.client.wire import TIMEOUT_SECONDS, AsyncWire, Plan, Wire
from waymark.domain.documents import CheckInDocument, MilestoneDocument, ProgressDocument, SummaryDocument
from waymark.domain.neighbour_documents import CompletedHabit, CompletionDocument, PaymentDocument

T = TypeVar("T")
M = TypeVar("M")


class _Opened:
    """Where the API is, and as whom it is called."""

    def __init__(
        self,
        address: str,
        token: str | None,
        refresh_token: str | None,
        keep: Callable[[Tokens], None],
        tries: int,
    ) -> None:
        self.address = address.rstrip("/")
        self.calls = Calls(None if token is None else Tokens(token, refresh_token), keep=keep, tries=tries)

    @property
    def api(self) -> str:
        return f"{self.address}/api/v1"

    def _let_in(self, path: str, fields: dict[str, Any]) -> Plan[None]:
        self.calls.admit((yield from self.calls.ask("POST", path, nouns.wired(fields))))


class Waymark(_Opened):
    """The API as one user. Calls raise the Problem that the server tells, NoAnswer when there is none.

    `address` is the server's, such as `http://127.0.0.1:8000`. `token` is an access token or API token;
    `keep` is told each new pair of tokens.
    """

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        refresh_token: str | None = None,
        keep: Callable[[Tokens], None] = lambda _: None,
        tries: int = TRIES,
        http: httpx2.Client | None = None,
    ) -> None:
        super().__init__(address, token, refresh_token, keep, tries)
        self.http = http or httpx2.Client(base_url=self.api, timeout=TIMEOUT_SECONDS)
        self.run = Wire(self.http)
        self.goals = Records(self, nouns.GOALS)
        self.tasks = Records(self, nouns.TASKS)
        self.habits = Records(self, nouns.HABITS)
        self.focus_sessions = Records(self, nouns.FOCUS_SESSIONS)
        self.budgets = Records(self, nouns.BUDGETS)
        self.debts = Records(self, nouns.DEBTS)
        self.transactions = Records(self, nouns.TRANSACTIONS)
        self.fx_rates = Records(self, nouns.FX_RATES)
        self.insights = Records(self, nouns.INSIGHTS)

    def register(self, email: str, password: str, **fields: Any) -> None:
        self.run(self._let_in("/auth/register", {"email": email, "password": password, **fields}))

    def login(self, email: str, password: str) -> None:
        self.run(self._let_in("/auth/login", {"email": email, "password": password}))

    def milestones(self, goal_id: str) -> "Records[MilestoneDocument, MilestoneDocument]":
        return Records(self, nouns.MILESTONES.below(goal_id))

    def check_ins(self, goal_id: str) -> "Records[CheckInDocument, nouns.CheckedIn]":
        return Records(self, nouns.CHECK_INS.below(goal_id))

    def completions(self, habit_id: str) -> "Records[CompletionDocument, CompletedHabit]":
        return Records(self, nouns.COMPLETIONS.below(habit_id))

    def payments(self, debt_id: str) -> "Records[PaymentDocument, PaymentDocument]":
        return Records(self, nouns.PAYMENTS.below(debt_id))

    def progress(self, goal_id: str) -> ProgressDocument:
        """A goal's number, explained."""
        return self.run(nouns.progress(self.calls, goal_id))

    def summary(self) -> SummaryDocument:
        """All goals at a glance."""
        return self.run(nouns.summary(self.calls))

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncWaymark(_Opened):
    """`Waymark` on an event loop: the same, awaited; lists are iterated with `async for`."""

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        refresh_token: str | None = None,
        keep: Callable[[Tokens], None] = lambda _: None,
        tries: int = TRIES,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        super().__init__(address, token, refresh_token, keep, tries)
        self.http = http or httpx2.AsyncClient(base_url=self.api, timeout=TIMEOUT_SECONDS)
        self.run = AsyncWire(self.http)
        self.goals = AsyncRecords(self, nouns.GOALS)
        self.tasks = AsyncRecords(self, nouns.TASKS)
        self.habits = AsyncRecords(self, nouns.HABITS)
        self.focus_sessions = AsyncRecords(self, nouns.FOCUS_SESSIONS)
        self.budgets = AsyncRecords(self, nouns.BUDGETS)
        self.debts = AsyncRecords(self, nouns.DEBTS)
        self.transactions = AsyncRecords(self, nouns.TRANSACTIONS)
        self.fx_rates = AsyncRecords(self, nouns.FX_RATES)
        self.insights = AsyncRecords(self, nouns.INSIGHTS)

    async def register(self, email: str, password: str, **fields: Any) -> None:
        await self.run(self._let_in("/auth/register", {"email": email, "password": password, **fields}))

    async def login(self, email: str, password: str) -> None:
        await self.run(self._let_in("/auth/login", {"email": email, "password": password}))

    def milestones(self, goal_id: str) -> "AsyncRecords[MilestoneDocument, MilestoneDocument]":
        return AsyncRecords(self, nouns.MILESTONES.below(goal_id))

    def check_ins(self, goal_id: str) -> "AsyncRecords[CheckInDocument, nouns.CheckedIn]":
        return AsyncRecords(self, nouns.CHECK_INS.below(goal_id))

    def completions(self, habit_id: str) -> "AsyncRecords[CompletionDocument, CompletedHabit]":
        return AsyncRecords(self, nouns.COMPLETIONS.below(habit_id))

    def payments(self, debt_id: str) -> "AsyncRecords[PaymentDocument, PaymentDocument]":
        return AsyncRecords(self, nouns.PAYMENTS.below(debt_id))

    async def progress(self, goal_id: str) -> ProgressDocument:
        """A goal's number, explained."""
        return await self.run(nouns.progress(self.calls, goal_id))

    async def summary(self) -> SummaryDocument:
        """All goals at a glance."""
        return await self.run(nouns.summary(self.calls))

    async def close(self) -> None:
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Records(Generic[T, M]):
    """One kind of record."""

    def __init__(self, waymark: Waymark, noun: Noun[T, M]) -> None:
        self._run = waymark.run
        self._plans = Plans(waymark.calls, noun)

    def get(self, record_id: str) -> T:
        return self._run(self._plans.get(record_id))

    def list(self, **filters: Any) -> Iterator[T]:
        """All of them, page by page as they are needed."""
        cursor = None
        while True:
            page = self._run(self._plans.page(cursor, filters))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def create(self, *, key: str | None = None, **fields: Any) -> M:
        """`key` makes it the same creation, however often it is asked for."""
        return self._run(self._plans.create(fields, key))

    def change(self, record_id: str, *, version: int | None = None, **fields: Any) -> T:
        return self._run(self._plans.change(record_id, fields, version))

    def delete(self, record_id: str) -> None:
        self._run(self._plans.delete(record_id))

    def act(self, record_id: str, action: str, **fields: Any) -> Any:
        """What a kind has of its own, such as `complete` or `restore`."""
        return self._run(self._plans.act(record_id, action, fields))


class AsyncRecords(Generic[T, M]):
    """The same on an event loop."""

    def __init__(self, waymark: AsyncWaymark, noun: Noun[T, M]) -> None:
        self._run = waymark.run
        self._plans = Plans(waymark.calls, noun)

    async def get(self, record_id: str) -> T:
        return await self._run(self._plans.get(record_id))

    async def list(self, **filters: Any) -> AsyncIterator[T]:
        """All of them, page by page as they are needed."""
        cursor = None
        while True:
            page = await self._run(self._plans.page(cursor, filters))
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def create(self, *, key: str | None = None, **fields: Any) -> M:
        """`key` makes it the same creation, however often it is asked for."""
        return await self._run(self._plans.create(fields, key))

    async def change(self, record_id: str, *, version: int | None = None, **fields: Any) -> T:
        return await self._run(self._plans.change(record_id, fields, version))

    async def delete(self, record_id: str) -> None:
        await self._run(self._plans.delete(record_id))

    async def act(self, record_id: str, action: str, **fields: Any) -> Any:
        """What a kind has of its own, such as `complete` or `restore`."""
        return await self._run(self._plans.act(record_id, action, fields))
