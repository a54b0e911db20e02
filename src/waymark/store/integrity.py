"""What is wrong with rows that come from outside: values out of bounds, keys twice, a parent that is missing.

Nothing is read or written here, and no rule of a goal is known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from waymark.domain.amounts import parse_amount
from waymark.domain.days import EARLIEST_ON, LATEST_ON
from waymark.domain.refusal import Refusal
from waymark.domain.text import parse_uuid, prose
from waymark.errors import Fault
from waymark.store import columns
from waymark.store.export_statements import PARTS

_MAX_TEXT: Final = 1_000_000
_MAX_WHOLE: Final = 2**53
_MAX_TOTAL: Final = 10**30
_MAX_PLACES: Final = 60


def integrity_faults(records: Mapping[str, Sequence[Any]]) -> list[Fault]:
    """Everything that is wrong, by place; `records` by their name in an export."""
    faults: list[Fault] = []
    for name, (table, _) in PARTS.items():
        faults += _field_faults(name, table, records[name])
        faults += _repeated(name, table, records[name])
        faults += _orphans(name, table, records)
    return faults


def _field_faults(name: str, table: sa.Table, records: Sequence[Any]) -> Iterator[Fault]:
    checks = [
        (str(column.name), check)
        for column in table.columns
        if (check := _CHECKS.get(type(columns.stored_as(column)))) is not None and column.name != "user_id"
    ]
    for index, record in enumerate(records):
        for field, check in checks:
            value = getattr(record, field, None)
            if value is not None and not _is_valid(check, value):
                yield Fault(f"{name}[{index}].{field}", "invalid", "Nothing that Waymark would have written.")


def _is_valid(check: Callable[[Any], Any], value: Any) -> bool:
    try:
        return check(value) is not False
    except Refusal:
        return False


def _is_total(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return value.is_finite() and value.copy_abs() < _MAX_TOTAL and int(exponent) > -_MAX_PLACES


def _is_day(value: date) -> bool:
    return EARLIEST_ON <= value <= LATEST_ON


_CHECKS: Final[Mapping[type[columns.ColumnType], Callable[[Any], Any]]] = {
    columns.Text: lambda text: prose(text, _MAX_TEXT),
    columns.Uuid: lambda text: parse_uuid(text) == text,
    columns.Whole: lambda number: abs(number) <= _MAX_WHOLE,
    columns.Instant: lambda instant: (
        isinstance(instant, datetime) and instant.tzinfo is not None and _is_day(instant.date())
    ),
    columns.Day: _is_day,
    columns.Amount: parse_amount,
    columns.Total: _is_total,
}
"""Column type → whether a value may be kept in it: False, or a Refusal, if not."""


def _repeated(name: str, table: sa.Table, records: Sequence[Any]) -> Iterator[Fault]:
    """Records that say what may be said once."""
    kinds = [
        table.primary_key,
        *(each for each in table.constraints if isinstance(each, sa.UniqueConstraint)),
    ]
    keys = [[str(column.name) for column in kind.columns if column.name != "user_id"] for kind in kinds]
    for fields in keys:
        seen = set()
        for index, record in enumerate(records):
            key = tuple(getattr(record, field) for field in fields)
            if key in seen:
                yield Fault(f"{name}[{index}].{fields[0]}", "duplicate", "It is there twice.")
            seen.add(key)


def _orphans(name: str, table: sa.Table, records: Mapping[str, Sequence[Any]]) -> Iterator[Fault]:
    """Records whose parent is not there."""
    names = {part: other for other, (part, _) in PARTS.items()}
    for constraint in table.foreign_key_constraints:
        parent = names.get(constraint.referred_table)
        if parent is None:
            continue  # the account itself
        field = next(str(key) for key in constraint.column_keys if key != "user_id")
        ids = {record.id for record in records[parent]}
        for index, record in enumerate(records[name]):
            if getattr(record, field) not in ids:
                yield Fault(f"{name}[{index}].{field}", "not_found", f"Not one of {parent}.")
