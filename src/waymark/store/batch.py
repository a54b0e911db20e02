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

Values: TypeAlias = Callable[[Any], list[Any]]
"""A record, or a key, to the driver's values of its columns."""
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
def _key_of(table: sa.Table) -> Callable[[Any], tuple[Any, ...]]:
    """Record → the values of its key, as Drop gives them."""
    return _fields(_key(table))


def _fields(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Record → the values of some of its fields."""
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda record: (read(record),)


def _order(change: Change) -> tuple[bool, int]:
    rank = _RANK[change.table.name]
    return (False, -rank) if isinstance(change, Drop) else (True, rank)


def row_by_row(change: Change) -> tuple[str, Iterator[Sequence[Any]]]:
    """One change for SQLite: a text, and its arguments for each row."""
    text = _row_text((type(change), change.table))
    if isinstance(change, Drop):
        return text, map(_key_values(change.table, "sqlite"), change.keys)
    return text, map(_row_values(change.table, "sqlite"), change.rows)


def at_once(changes: Sequence[Change]) -> tuple[str, list[list[Any]]]:
    """All changes for PostgreSQL: one statement whose arguments are arrays, one for each column."""
    arguments: list[list[Any]] = []
    for change in changes:
        if isinstance(change, Drop):
            rows = map(_key_values(change.table, "postgresql"), change.keys)
        else:
            rows = map(_row_values(change.table, "postgresql"), change.rows)
        arguments += map(list, zip(*rows, strict=True))
    return _array_text(tuple((type(change), change.table) for change in changes)), arguments


def _key(table: sa.Table) -> list[str]:
    return [column.name for column in table.primary_key]


@cache
def _row_values(table: sa.Table, dialect: Dialect) -> Values:
    columns = _columns(table)
    read = _fields([column.name for column in columns if COMPUTED not in column.info])
    computed = [column.info[COMPUTED] for column in columns if COMPUTED in column.info]
    encoded = _encoding(columns, dialect)
    if not computed:
        return lambda record: encoded(read(record))
    return lambda record: encoded((*read(record), *(compute(record) for compute in computed)))


@cache
def _key_values(table: sa.Table, dialect: Dialect) -> Values:
    return _encoding(list(table.primary_key), dialect)


def _encoding(columns: Sequence[sa.Column[Any]], dialect: Dialect) -> Values:
    """Python's values of these columns → the driver's; most need nothing, so only the others are touched."""
    encoders = [
        (position, encode)
        for position, column in enumerate(columns)
        if (encode := stored_as(column).encoder(dialect)) is not None
    ]

    def encoded(given: Sequence[Any]) -> list[Any]:
        values = list(given)
        for position, encode in encoders:
            if (value := values[position]) is not None:
                values[position] = encode(value)
        return values

    return encoded


@cache
def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    """A row's columns in the order in which it is sent: the record's own, then those computed of it."""
    return sorted(table.columns, key=lambda column: COMPUTED in column.info)


@cache
def _row_text(step: Step) -> str:
    kind, table = step
    if kind is Drop:
        return f"{_delete(table)} WHERE {' AND '.join(f'{name} = ?' for name in _key(table))}"
    marks = ", ".join("?" for _ in _columns(table))
    return f"{_insert(table)} VALUES ({marks}){_on_conflict(step)}"


@cache
def _array_text(steps: tuple[Step, ...]) -> str:
    """Data-modifying CTEs: one round trip, and foreign keys are checked when all of it has happened."""
    parts: list[str] = []
    place = count(1)
    for step in steps:
        kind, table = step
        columns = list(table.primary_key) if kind is Drop else _columns(table)
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
    return f"INSERT INTO {table.name} ({', '.join(column.name for column in _columns(table))})"


def _on_conflict(step: Step) -> str:
    kind, table = step
    if kind is not Put:
        return ""
    key = _key(table)
    rest = ", ".join(
        f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in key
    )
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}"
