"""What a device keeps on its disk: records as last synced, changes that wait, and where it stands.

Rows only; what they mean is known above.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
  entity TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, is_deleted INTEGER NOT NULL,
  round INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
  place INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, entity TEXT NOT NULL, id TEXT NOT NULL,
  operation TEXT NOT NULL, data TEXT NOT NULL, seen TEXT NOT NULL, base_version INTEGER,
  made_at TEXT NOT NULL, push INTEGER, error TEXT
);
CREATE INDEX IF NOT EXISTS changes_by_record ON changes (entity, id);
"""
BUSY_SECONDS: Final = 5.0


class StoredRecord(msgspec.Struct, frozen=True):
    """A record as the server last told it; `round` is the snapshot since which it was."""

    entity: str
    id: str
    version: int
    is_deleted: bool
    round: int
    body: str


class StoredChange(msgspec.Struct, frozen=True):
    """A change of this device. `push` numbers the push that it goes with; `error`: it was refused."""

    place: int
    key: str
    entity: str
    id: str
    operation: str
    data: str
    seen: str
    """What the person saw in the fields that were changed, and in those that move with them."""
    base_version: int | None
    made_at: str
    push: int | None
    error: str | None


class Store:
    """An SQLite file; every method is part of the transaction that stands around it, or one by itself."""

    def __init__(self, path: Path | str) -> None:
        """`:memory:` keeps nothing."""
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # Facts --------------------------------------------------------------------------------

    def find_fact(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put_fact(self, name: str, value: str | None) -> None:
        if value is None:
            self._connection.execute("DELETE FROM facts WHERE name = ?", (name,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    # Records ------------------------------------------------------------------------------

    def find_record(self, entity: str, record_id: str) -> StoredRecord | None:
        row = self._connection.execute(
            "SELECT * FROM records WHERE entity = ? AND id = ?", (entity, record_id)
        ).fetchone()
        return None if row is None else _record(row)

    def standing(self, entity: str) -> list[StoredRecord]:
        """Those that are not deleted, by id."""
        rows = self._connection.execute(
            "SELECT * FROM records WHERE entity = ? AND NOT is_deleted ORDER BY id", (entity,)
        )
        return [_record(row) for row in rows]

    def versions(self) -> list[tuple[str, str, int]]:
        """Entity, id and version of all that is not deleted."""
        return self._connection.execute(
            "SELECT entity, id, version FROM records WHERE NOT is_deleted"
        ).fetchall()

    def put_record(self, record: StoredRecord) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(record)
        )

    def sweep(self, before_round: int, entity: str | None = None) -> None:
        """Forget what no snapshot since then told of."""
        self._connection.execute(
            "DELETE FROM records WHERE round < ?1 AND (?2 IS NULL OR entity = ?2)", (before_round, entity)
        )

    # Changes ------------------------------------------------------------------------------

    def add_change(self, change: StoredChange) -> None:
        """At the end of the queue; its place is given there."""
        self._connection.execute(
            "INSERT INTO changes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(change)[1:],
        )

    def put_change(self, change: StoredChange) -> None:
        """In the place of the one that it comes from."""
        self._connection.execute(
            "INSERT OR REPLACE INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            msgspec.structs.astuple(change),
        )

    def drop_change(self, place: int) -> None:
        self._connection.execute("DELETE FROM changes WHERE place = ?", (place,))

    def waiting(self, entity: str | None = None, record_id: str | None = None) -> list[StoredChange]:
        """Changes in their order: of everything, of an entity or of a record."""
        rows = self._connection.execute(
            "SELECT * FROM changes WHERE error IS NULL AND (?1 IS NULL OR entity = ?1)"
            " AND (?2 IS NULL OR id = ?2) ORDER BY place",
            (entity, record_id),
        )
        return [StoredChange(*row) for row in rows]

    def refused(self) -> list[StoredChange]:
        rows = self._connection.execute("SELECT * FROM changes WHERE error IS NOT NULL ORDER BY place")
        return [StoredChange(*row) for row in rows]


def _record(row: tuple[str, str, int, int, int, str]) -> StoredRecord:
    entity, record_id, version, is_deleted, told_in, body = row
    return StoredRecord(entity, record_id, version, bool(is_deleted), told_in, body)
