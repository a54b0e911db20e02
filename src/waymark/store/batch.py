"""A batch of changes as SQL text and arguments: whole rows written and taken out, for both databases.

No connection here; the drivers execute what this writes.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any, TypeAlias

import sqlalchemy as sa

from waymark.store.columns import Dialect, Many, stored_as
from waymark.store.database import Change, Drop, Put
from waymark.store.schema import COMPUTED, metadata
from waymark.store.statement import SQL

Read: TypeAlias = Callable[[Any], Any]
Step: TypeAlias = tuple[type[Change], sa.Table]
"""A change without its rows: what a text depends on."""

_RANK = {table.name: rank for rank, table in enumerate(metadata.sorted_tables)}


def ordered(changes: Sequence[Change]) -> list[Change]:
    """Those that change anything: drops, children before parents; then rows, parents before children.

    ValueError for a row that is in it twice: what PostgreSQL would make of it depends on its plan.
    """
    keys = [key for change in changes for key in _keys(change)]
    if len(set(keys)) < len(keys):
        raise ValueError("a batch has a row twice")
    return sorted((change for change in changes if change[1]), key=_order)


def _keys(change: Change) -> Iterator[tuple[str, Any]]:
    name = change.table.name
    if isinstance(change, Drop):
        return ((name, key) for key in change.keys)
    read = _key_of(change.table)
    return ((name, read(row)) for row in change.rows)


@cache
def _key_of(table: sa.Table) -> Read:
    """Record → the values of its key, as Drop gives them."""
    names = _key(table)
    return lambda row: tuple([getattr(row, name) for name in names])


def _order(change: Change) -> tuple[bool, int]:
    rank = _RANK[change.table.name]
    return (False, -rank) if isinstance(change, Drop) else (True, rank)


def row_by_row(change: Change) -> tuple[str, Iterator[Sequence[Any]]]:
    """One change for SQLite: a text, and its arguments for each row."""
    text = _row_text((type(change), change.table))
    if isinstance(change, Drop):
        encode = _key_encoders(change.table, "sqlite")
        return text, ([read(value) for read, value in zip(encode, key, strict=True)] for key in change.keys)
    reads = _readers(change.table, "sqlite")
    return text, ([read(row) for read in reads] for row in change.rows)


def at_once(changes: Sequence[Change]) -> tuple[str, list[list[Any]]]:
    """All changes for PostgreSQL: one statement whose arguments are arrays, one for each column."""
    arguments: list[list[Any]] = []
    for change in changes:
        if isinstance(change, Drop):
            encode = _key_encoders(change.table, "postgresql")
            values = zip(*change.keys, strict=True)
            arguments += (
                [read(value) for value in column] for read, column in zip(encode, values, strict=True)
            )
        else:
            reads = _readers(change.table, "postgresql")
            arguments += ([read(row) for row in change.rows] for read in reads)
    return _array_text(tuple((type(change), change.table) for change in changes)), arguments


def _key(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key]


@cache
def _readers(table: sa.Table, dialect: Dialect) -> list[Read]:
    return [
        _encoding(column, dialect, column.info.get(COMPUTED) or attrgetter(column.name))
        for column in table.columns
    ]


@cache
def _key_encoders(table: sa.Table, dialect: Dialect) -> list[Read]:
    return [_encoding(column, dialect, lambda value: value) for column in table.primary_key]


def _encoding(column: sa.Column[Any], dialect: Dialect, read: Read) -> Read:
    encode = stored_as(column).encoder(dialect)
    if encode is None:
        return read
    return lambda source: None if (value := read(source)) is None else encode(value)


@cache
def _row_text(step: Step) -> str:
    kind, table = step
    if kind is Drop:
        return f"{_delete(table)} WHERE {' AND '.join(f'{name} = ?' for name in _key(table))}"
    marks = ", ".join("?" for _ in table.columns)
    return f"{_insert(table)} VALUES ({marks}){_on_conflict(step)}"


@cache
def _array_text(steps: tuple[Step, ...]) -> str:
    """Data-modifying CTEs: one round trip, and foreign keys are checked when all of it has happened."""
    parts: list[str] = []
    place = count(1)
    for step in steps:
        kind, table = step
        columns = list(table.primary_key if kind is Drop else table.columns)
        arrays = ", ".join(
            f"${next(place)}::{Many(stored_as(column)).compile(SQL['postgresql'])}" for column in columns
        )
        if kind is Drop:
            names = _key(table)
            same = " AND ".join(f"{table.name}.{name} = gone.{name}" for name in names)
            parts.append(f"{_delete(table)} USING unnest({arrays}) AS gone ({', '.join(names)}) WHERE {same}")
        else:
            parts.append(f"{_insert(table)} SELECT * FROM unnest({arrays}){_on_conflict(step)}")  # noqa: S608  # names of our own tables
    *first, last = parts
    if not first:
        return last
    return f"WITH {', '.join(f'change_{number} AS ({part})' for number, part in enumerate(first))} {last}"


def _delete(table: sa.Table) -> str:
    return f"DELETE FROM {table.name}"  # noqa: S608  # likewise


def _insert(table: sa.Table) -> str:
    return f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)})"


def _on_conflict(step: Step) -> str:
    kind, table = step
    if kind is not Put:
        return ""
    key = _key(table)
    rest = ", ".join(
        f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in key
    )
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}"
