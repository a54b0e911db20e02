"""A whole database as one file that either kind can be restored from: JSON lines per table, in a zip.

Nothing here knows what the rows mean, but that a restored log is another one than before (SYNC "Cursor").
"""

import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa

from waymark.errors import Conflict
from waymark.store import columns
from waymark.store.database import Add, Database, Reader, Transaction
from waymark.store.migrate import missing
from waymark.store.schema import heads, metadata, rate_windows, users
from waymark.store.statement import Row, Statement

Advance: TypeAlias = Callable[[int], None]

FORMAT: Final = "waymark-backup"
MANIFEST: Final = "manifest.json"
PAGE: Final = 500
"""Rows for each read and for each write: a journal's row can have 64 KiB."""
TABLES: Final = tuple(table for table in metadata.sorted_tables if table is not rate_windows)
"""Parents before children; what is counted for a minute is not worth keeping."""

_PYTHON: Final[dict[type[columns.ColumnType], Any]] = {
    columns.Text: str,
    columns.Uuid: str,
    columns.Whole: int,
    columns.Flag: bool,
    columns.Instant: datetime,
    columns.Day: date,
    columns.Amount: Decimal,
    columns.Total: Decimal,
}


class Part(msgspec.Struct, frozen=True):
    """One table of a backup: how many rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """What a backup says of itself; `revision` is that of the schema."""

    format: str
    revision: str
    created_at: datetime
    tables: dict[str, Part]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())


class _Shape(NamedTuple):
    """How the rows of a table are read from the database and from a backup."""

    first: Statement[Any]
    next: Statement[Any]
    decode: Callable[[bytes], Any]


def revision() -> str:
    """The schema's newest revision, which a backup is made of and restored to."""
    return missing(None)[-1]


async def row_count(reader: Reader) -> int:
    """How many rows a backup would have."""
    rows = [row for table in TABLES for row in await reader.all(_count(table))]
    return sum(count for (count,) in rows)


def _count(table: sa.Table) -> Statement[Row]:
    return Statement(sa.select(sa.func.count()).select_from(table))


# Writing -------------------------------------------------------------------------------------


async def back_up(database: Database, file: Path, now: datetime, advance: Advance) -> Manifest:
    """Write everything, as it is at one moment, to `file`; a file that is there is replaced at the end.

    Readable by its owner alone: it holds hashes of passwords and tokens. What was written is read again
    and held against its checksums before it takes the place of an older one.
    """
    draft = file.with_name(f"{file.name}.part")
    try:
        with open(draft, "wb", opener=_for_the_owner) as raw:  # noqa: ASYNC230  # nobody else is served here
            manifest = await database.snapshot(partial(_archived, raw=raw, now=now, advance=advance))
            if isinstance(manifest, OSError):
                raise manifest
            raw.flush()
            os.fsync(raw.fileno())
        check(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


async def _archived(reader: Reader, *, raw: IO[bytes], now: datetime, advance: Advance) -> Manifest | OSError:
    """The manifest, or what the disk said: raised in here, it would pass for an error of the database."""
    try:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            tables = {str(table.name): await _written(reader, table, archive, advance) for table in TABLES}
            manifest = Manifest(FORMAT, revision(), now, tables)
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        return error
    return manifest


async def _written(reader: Reader, table: sa.Table, archive: zipfile.ZipFile, advance: Advance) -> Part:
    shape, digest, count = _shape(table), hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as part:
        rows = await reader.all(shape.first)
        while rows:
            lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
            digest.update(lines)
            part.write(lines)
            count += len(rows)
            advance(len(rows))
            last = {f"after_{key.name}": getattr(rows[-1], key.name) for key in table.primary_key}
            rows = await reader.all(shape.next, **last)
    return Part(count, digest.hexdigest())


# Reading -------------------------------------------------------------------------------------


def check(file: Path) -> Manifest:
    """The manifest of a backup whose every table is complete; Conflict says what is wrong with it."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
            for name, part in manifest.tables.items():
                with archive.open(f"{name}.jsonl") as lines:
                    if _part_of(lines) != part:
                        raise Conflict(f"{file} is damaged: {name} does not match its checksum.")
    except (zipfile.BadZipFile, KeyError, EOFError, msgspec.MsgspecError, zlib.error) as error:
        raise Conflict(f"{file} is no complete backup: {error}") from error
    if manifest.format != FORMAT or manifest.revision != revision():
        raise Conflict(
            f"{file} was made with schema {manifest.revision}, this version has {revision()}:"
            " restore it with the version that made it, then migrate."
        )
    return manifest


def _part_of(lines: IO[bytes]) -> Part:
    digest, count = hashlib.sha256(), 0
    for line in lines:
        digest.update(line)
        count += 1
    return Part(count, digest.hexdigest())


async def restore(database: Database, file: Path, advance: Advance, *, force: bool = False) -> Manifest:
    """Everything from a backup, in one transaction; Conflict when the database has users already.

    `force` removes what is there first. Every user's log gets a new epoch: cursors from before the restore
    would skip what has happened since the backup, so they must be gone.
    """
    manifest = check(file)

    async def body(tx: Transaction) -> None:
        if force:
            for table in reversed(TABLES):
                await tx.run(Statement(sa.delete(table)))
        elif await tx.one(Statement(sa.select(users.c.id).limit(1))) is not None:
            raise Conflict("The database is not empty; --force replaces everything in it.")
        with zipfile.ZipFile(file) as archive:
            for table in TABLES:
                for rows in _pages(archive, table):
                    await tx.apply([Add(table, rows)])
                    advance(len(rows))

    await database.write(body)
    return manifest


def _pages(archive: zipfile.ZipFile, table: sa.Table) -> Iterator[Sequence[msgspec.Struct]]:
    decode = _shape(table).decode
    with archive.open(f"{table.name}.jsonl") as lines:
        while page := [decode(line) for line in islice(lines, PAGE)]:
            if table is heads:
                page = [msgspec.structs.replace(head, epoch=secrets.token_hex(8)) for head in page]
            yield page


@cache
def _shape(table: sa.Table) -> _Shape:
    record = msgspec.defstruct(
        str(table.name), [(str(column.name), _python(column)) for column in table.columns]
    )
    keys = list(table.primary_key)
    after = [sa.bindparam(f"after_{key.name}", type_=key.type) for key in keys]
    selected = sa.select(table).order_by(*keys).limit(sa.literal(PAGE))
    return _Shape(
        first=Statement(selected, record),
        next=Statement(selected.where(sa.tuple_(*keys) > sa.tuple_(*after)), record),
        decode=msgspec.json.Decoder(record).decode,
    )


def _python(column: sa.Column[Any]) -> Any:
    kind = column.type
    of = kind.of if isinstance(kind, columns.Json) else _PYTHON[type(columns.stored_as(column))]
    return of | None if column.nullable else of
