"""A CSV file as rows of named cells, each with the number of the line it begins in.

What the cells mean is not known here; a line that is no CSV costs only itself.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from waymark.doors.files import File
from waymark.errors import Fault, Invalid


class Row(NamedTuple):
    """A record of the file: its cells by column, or what is wrong with it."""

    line: int
    cells: dict[str, str]
    fault: Fault | None = None


def rows(file: File, needed: Collection[str], known: Collection[str], *, delimiters: str = ",") -> list[Row]:
    """Every record after the header that is not empty; cells are trimmed, columns in any order and case.

    Of `delimiters` the first one serves by which the header has every column of `needed`. Invalid when it
    has not, or has one of the `known` twice; others are left out. All names here are lower-case.
    """
    for delimiter in delimiters:
        records = _records(file.lines, delimiter)
        _, header = next(records, (0, None))
        names = [name.strip().casefold() for name in header or ()]
        if set(needed) <= set(names) and all(names.count(name) <= 1 for name in known):
            return [_row(line, names, record, known) for line, record in records]
    more = sorted(set(known) - set(needed))
    raise Invalid(
        f"{file.name}: the first line must name the columns, by commas: {', '.join(needed)}"
        + (f" (and, if you like, {', '.join(more)})." if more else ".")
    )


def cells(file: File) -> list[tuple[int, list[str] | None]]:
    """Every record that is not empty, header or not, with its line; None for one that cannot be read."""
    return list(_records(file.lines, ","))


def _row(line: int, names: Sequence[str], record: Sequence[str] | None, known: Collection[str]) -> Row:
    if record is None:
        return Row(line, {}, Fault("line", "invalid", "A quoted text is not closed properly."))
    if len(record) > len(names):
        message = f"{len(record)} columns instead of {len(names)}; does a text need quotes?"
        return Row(line, {}, Fault("line", "invalid", message))
    return Row(line, {name: cell.strip() for name, cell in zip(names, record, strict=False) if name in known})


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Records that are not empty. After one that cannot be read, reading goes on with the very next line."""
    start = 0
    while start < len(lines):
        rest = (lines[number] for number in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        try:
            record = next(reader)
        except csv.Error:
            yield start + 1, None
            start += 1
            continue
        if any(cell.strip() for cell in record):
            yield start + 1, record
        start += reader.line_num
