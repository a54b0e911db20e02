"""Work: one user, one transaction, head lock first, everything written in one batch at the end.

Handlers decide what changes; the lock, the version, the journal and the owner are done here.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec
from sqlalchemy import Table

from waymark.domain.days import local_day
from waymark.domain.digests import MODULUS, weight
from waymark.domain.records import Head, JournalRow, Record
from waymark.domain.vocabulary import Operation, SyncStatus
from waymark.errors import NotFound, PreconditionFailed
from waymark.store import schema, statements
from waymark.store.database import Change, Drop, Put, Reader, Transaction
from waymark.store.journal import born, changed_fields, edited
from waymark.store.nouns import Noun
from waymark.store.standing import digests_of
from waymark.store.statement import Statement


class Settling(Protocol):
    """What must be brought in line before a transaction ends."""

    async def settle(self) -> None: ...


R = TypeVar("R", bound=Record)
T = TypeVar("T")
Written: TypeAlias = tuple[Record | None, Record]
"""A record as it was, None for a new one, and as it is."""

MICROSECOND = timedelta(microseconds=1)


def _nothing_yet(_: Record) -> str:
    return ""


def _heard(operation: Operation, after: Record) -> Operation:
    """What followers hear: of a record that they dropped there is no update."""
    return "delete" if operation == "update" and after.show_status == "deleted" else operation


def _weight(record: Record) -> int:
    return 0 if record.show_status == "deleted" else weight(record.id, record.version)


class Work:
    """What a handler holds: rows to read, changes to buffer, the user's clock.

    `now` is the clock's instant and `today` the user's local day at it; instants that are stored
    rise strictly per user whatever the clock does (SYNC "The journal").
    """

    def __init__(
        self,
        tx: Transaction,
        head: Head,
        owner: statements.Owner,
        now: datetime,
        *,
        origin: str,
        expected_versions: frozenset[int] | None,
        closing: "Callable[[Work], Awaitable[None]]",
    ) -> None:
        self.user_id = head.user_id
        self.owner = owner
        self.now = now
        self.today: date = local_day(now, owner.timezone, owner.day_starts_at)
        self.origin = origin
        self._tx = tx
        self._head = head
        self.at = max(now, head.at + MICROSECOND)
        """When this transaction is, as far as its records know."""
        self._last_at = self.at - MICROSECOND
        self._seq = head.seq
        self._expected_versions = expected_versions
        self._closing = closing
        self._puts: dict[Table, dict[Any, msgspec.Struct]] = {}
        self._drops: dict[Table, list[tuple[Any, ...]]] = {}
        self.has_written = False
        """Whether rows were sent to the database, so that only a rollback leaves nothing behind."""
        self.settlements: dict[str, Settling] = {}
        """Goals of this transaction by id; `flushed` settles them, so that no handler can forget to."""
        self.written: list[Written] = []
        """Every record of this transaction, in order: what closing looks at."""
        self.edited_at: datetime | None = None
        """When a person made these edits, if it was not now but before (SYNC "Merge")."""
        self.is_answering = True
        """Whether anybody reads what handlers answer; if not, they need not find out what it looks like."""
        self.sync_statuses: dict[tuple[str, str], SyncStatus] = {}
        """By table and id: what records say of themselves from their next write on."""
        self._digests = dict(head.digests or {})
        self._weights: dict[tuple[str, str], int] = {}
        """What records of this transaction add to the digest of their table."""
        self._journal: list[JournalRow] = []
        self._later: dict[int, tuple[Noun[Any], Record]] = {}
        """Journal rows, by index, whose body is made last."""

    @classmethod
    async def opened(
        cls,
        tx: Transaction,
        user_id: str,
        now: datetime,
        *,
        origin: str,
        closing: "Callable[[Work], Awaitable[None]]",
        expected_versions: frozenset[int] | None = None,
    ) -> "Work":
        """Lock the user's head row, then read whose day it is; NotFound for an erased user.

        `closing` is what follows from all that was written, whatever wrote it; run once, before the end.
        """
        head = await tx.one(statements.LOCK_HEAD, user_id=user_id)
        # A second statement, not a join: under READ COMMITTED a statement that waited for a lock
        # re-reads only the locked row and would see everything else as it was before the wait.
        owner = await tx.one(statements.OWNER, user_id=user_id)
        if head is None or owner is None:
            raise NotFound
        if head.digests is None:
            head = msgspec.structs.replace(head, digests=await digests_of(tx, user_id))
        return cls(tx, head, owner, now, origin=origin, expected_versions=expected_versions, closing=closing)

    @property
    def head(self) -> Head:
        """The user's head row as it stands with what was written so far."""
        if not self._journal:
            return self._head
        return msgspec.structs.replace(self._head, seq=self._seq, at=self._last_at, digests=self._digests)

    @property
    def journalled(self) -> Sequence[JournalRow]:
        """The changes of this transaction in order; bodies of neighbours are there once it is flushed."""
        return self._journal

    # Reading ------------------------------------------------------------------------------

    async def all(self, statement: Statement[T], **params: Any) -> list[T]:
        return await self._tx.all(statement, user_id=self.user_id, **params)

    async def one(self, statement: Statement[T], **params: Any) -> T | None:
        return await self._tx.one(statement, user_id=self.user_id, **params)

    @property
    def reader(self) -> Reader:
        return self._tx

    def check_version(self, record: Record) -> None:
        """Hold the record a request names against its If-Match; asked once, then satisfied."""
        expected, self._expected_versions = self._expected_versions, None
        if expected is not None and record.version not in expected:
            raise PreconditionFailed(context={"version": record.version})

    def check_absence(self) -> None:
        """Refuse an If-Match of a record that is not there yet: it is no version of it."""
        if self._expected_versions is not None:
            raise PreconditionFailed

    # Writing ------------------------------------------------------------------------------

    def instant(self) -> datetime:
        """A moment of this transaction, later than every one handed out to this user before."""
        self._last_at += MICROSECOND
        return self._last_at

    def put(self, table: Table, key: Any, row: msgspec.Struct) -> None:
        """Buffer a derived row (a total, a document); the last one per key is written."""
        self._puts.setdefault(table, {})[key] = row

    def drop(self, table: Table, key: tuple[Any, ...]) -> None:
        """Buffer that a derived row goes; `key` in the order of the table's key."""
        self._drops.setdefault(table, []).append(key)

    def write(
        self,
        table: Table,
        after: R,
        body: Callable[[R], str],
        *,
        before: R | None = None,
        operation: Operation | None = None,
    ) -> R:
        """Stamp a record with its version and time, buffer its row and its journal row.

        `before` is the stored record it replaces (None: it is new); `body` makes the JSON that
        followers see of the stamped record, which is returned.
        """
        self._seq += 1
        at = self.instant()
        key = (table.name, after.id)
        if key in self.sync_statuses:
            after = msgspec.structs.replace(after, sync_status=self.sync_statuses[key])
        fields: tuple[str, ...] = ()
        if before is None:
            after = msgspec.structs.replace(
                after,
                version=self._seq,
                created_at=at,
                updated_at=at,
                provenance=born(self._seq, self.edited_at),
            )
        else:
            fields = changed_fields(before, after)
            after = msgspec.structs.replace(
                after,
                version=self._seq,
                updated_at=at,
                provenance=edited(after.provenance, fields, self._seq, self.edited_at or at),
            )
        self.put(table, after.id, after)
        self._sum_up(key, before, after)
        self.written.append((before, after))
        self._journal.append(
            JournalRow(
                user_id=self.user_id,
                seq=self._seq,
                txn=self._head.seq + 1,
                at=at,
                entity=table.name,
                id=after.id,
                operation=_heard(operation or ("create" if before is None else "update"), after),
                version=self._seq,
                body=body(after),
                fields=fields,
                origin=self.origin,
            )
        )
        return after

    def _sum_up(self, key: tuple[str, str], before: Record | None, after: Record) -> None:
        """Bring the digest of the record's table in line: one that is deleted adds nothing."""
        was = self._weights.get(key)
        if was is None:
            was = 0 if before is None else _weight(before)
        self._weights[key] = now = _weight(after)
        self._digests[key[0]] = (self._digests.get(key[0], 0) + now - was) % MODULUS

    def put_noun(
        self, noun: Noun[R], after: R, *, before: R | None = None, operation: Operation | None = None
    ) -> R:
        """As `write`, for a neighbour: what it is shown as is known only when all else is settled."""
        after = self.write(noun.table, after, _nothing_yet, before=before, operation=operation)
        self._later[len(self._journal) - 1] = (noun, after)
        return after

    async def shown(self, noun: Noun[R], record: R) -> str:
        """A neighbour as GET would give it now, with all that this transaction moved."""
        await self.settle()
        await self.write_through()
        return (await noun.shown(self._tx, self.user_id, self.today, [record]))[0]

    async def settle(self) -> None:
        """Settle every goal this transaction touched; those settled already stay as they are."""
        for settlement in list(self.settlements.values()):
            await settlement.settle()

    async def write_through(self) -> None:
        """Send the rows buffered so far, so that this transaction's own statements find them.

        From here on a refusal or a dry run must roll the transaction back: see `has_written`.
        """
        await self._apply()

    async def run(self, statement: Statement[Any], **params: Any) -> int:
        """Execute a command at once, as `write_through` does with rows; how many rows it touched."""
        self.has_written = True
        return await self._tx.run(statement, user_id=self.user_id, **params)

    async def flushed(self, *extra: Change) -> bool:
        """Send everything buffered as one batch; True when followers have something to see."""
        await self._closing(self)
        if self._later:
            await self.write_through()
            for noun in dict.fromkeys(noun for noun, _ in self._later.values()):
                await self._show(noun)
        if self._journal:
            self._puts[schema.heads] = {self.user_id: self.head}
            self._puts[schema.journal] = {row.seq: row for row in self._journal}
        await self._apply(*extra)
        return bool(self._journal)

    async def _show(self, noun: Noun[Any]) -> None:
        """Make the bodies of a noun's journal rows, all at once."""
        places = [place for place, (of, _) in self._later.items() if of is noun]
        records = [self._later[place][1] for place in places]
        bodies = await noun.shown(self._tx, self.user_id, self.today, records)
        for place, body in zip(places, bodies, strict=True):
            self._journal[place] = msgspec.structs.replace(self._journal[place], body=body)

    async def _apply(self, *extra: Change) -> None:
        changes: list[Change] = [Drop(table, keys) for table, keys in self._drops.items()]
        changes += [Put(table, list(rows.values())) for table, rows in self._puts.items()]
        changes += extra
        if changes:
            await self._tx.apply(changes)
            self.has_written = True
        self._drops, self._puts = {}, {}
