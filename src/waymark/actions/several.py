"""Several commands of one user in one database transaction: each as if it came alone, in their order.

The door for those who bring many; what each command does is its handler's business.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec

from waymark.actions.closing import close
from waymark.actions.perform import (
    REMEMBERED,
    Conditions,
    Door,
    Outcome,
    Undone,
    answer_row,
    concluded,
    refusal_row,
    replayed,
)
from waymark.domain.records import Head, JournalRow
from waymark.errors import Problem
from waymark.store import schema
from waymark.store.database import Change, Put, Transaction
from waymark.store.statements import ANSWER, Owner
from waymark.store.work import Work

P = ParamSpec("P")
T = TypeVar("T")


class Done(msgspec.Struct, Generic[T], frozen=True):
    """What one command came to, and what followers see of it."""

    result: T
    rows: Sequence[JournalRow]

    def find_body(self, entity: str, record_id: str) -> str | None:
        """A record's JSON as it went out last; None where it was not written."""
        for row in reversed(self.rows):
            if row.id == record_id and row.entity == entity:
                return row.body
        return None


class Several:
    """The transaction. Each command has a Work and a `txn` in the journal of its own."""

    def __init__(self, tx: Transaction, head: Head, owner: Owner, now: datetime, origin: str) -> None:
        self.user_id = head.user_id
        self.reader = tx
        self.now = now
        self._tx = tx
        self._head = head
        self._owner = owner
        self._origin = origin
        self._first_seq = head.seq
        self._extra: list[Change] = []

    @classmethod
    async def opened(cls, tx: Transaction, user_id: str, now: datetime, origin: str) -> "Several":
        """Lock the user's head row; NotFound for an erased user."""
        first = await Work.opened(tx, user_id, now, origin=origin, closing=close)
        return cls(tx, first.head, first.owner, now, origin)

    @property
    def head(self) -> Head:
        """The user's head row after the commands so far."""
        return self._head

    @property
    def is_journalled(self) -> bool:
        return self._head.seq > self._first_seq

    def work(self) -> Work:
        """What the next command holds; it counts once it is `perform`ed."""
        return Work(
            self._tx,
            self._head,
            self._owner,
            self.now,
            origin=self._origin,
            expected_versions=None,
            closing=close,
        )

    async def perform(
        self,
        action: Callable[Concatenate[Work, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Done[T]:
        """Run one command and write what it changed. Raises what the action raises: see `attempt`."""
        return await self.perform_with(self.work(), action, *args, **kwargs)

    async def perform_with(
        self,
        work: Work,
        action: Callable[Concatenate[Work, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Done[T]:
        """As `perform`, with a `work` that was told more about the command, such as when it was meant."""
        result = await action(work, *args, **kwargs)
        work.edited_at = None  # what follows of itself is of now
        await work.settle()
        await work.flushed()
        self._head = work.head
        return Done(result, work.journalled)

    async def attempt(self, body: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run some commands; if that raises, nothing of them stays and the transaction goes on."""
        head = self._head
        try:
            return await self._tx.attempt(body)
        except BaseException:
            self._head = head
            raise

    def keep(self, change: Change) -> None:
        """Rows that are written with the transaction, whatever its later commands come to."""
        self._extra.append(change)

    async def finish(self) -> None:
        await self._tx.apply(self._extra)


async def perform_several(
    door: Door,
    user_id: str,
    conditions: Conditions,
    script: Callable[[Several], Awaitable[Outcome | Problem]],
) -> Outcome:
    """A script of commands as one transaction of one user, under the conditions of a single one.

    A refusal that the script raises undoes all of it; one that it returns is raised when what the script
    wrote is committed. Either is remembered for a key.
    """
    retry = None if conditions.dry_run else conditions.retry

    async def unit(tx: Transaction) -> tuple[Outcome | Problem, bool]:
        several = await Several.opened(tx, user_id, door.clock.now(), conditions.origin)
        if retry is not None:
            stored = await tx.one(ANSWER, user_id=user_id, key=retry.key)
            if stored is not None:
                return replayed(stored, retry), False
        try:
            outcome = await script(several)
        except REMEMBERED as problem:
            raise Undone(problem) from None
        if conditions.dry_run:
            raise Undone(outcome)
        if retry is not None:
            work = several.work()
            if isinstance(outcome, Problem):
                row = refusal_row(work, retry, outcome)
            else:
                row = answer_row(work, retry, outcome)
            several.keep(Put(schema.idempotency, [row]))
        await several.finish()
        return outcome, several.is_journalled

    return await concluded(door, user_id, retry, unit)
