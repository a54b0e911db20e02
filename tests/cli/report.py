"""What an import printed, as a test asks for it."""

from decimal import Decimal
from typing import NamedTuple


class Row(NamedTuple):
    """A line of the report; `sum` is None where nothing was summed."""

    read: int
    new: int
    there: int
    refused: int
    sum: Decimal | None = None
    first: str = ""
    last: str = ""


def report(out: str) -> dict[str, Row]:
    """The lines of the report by the kind of record."""
    found = {}
    for line in out.splitlines():
        words = line.split()
        if len(words) >= 5 and all(word.isdecimal() for word in words[1:5]):
            dates = [word for word in words[5:] if word.count("-") == 2]
            sums = [Decimal(word) for word in words[5:] if word not in dates]
            first, last = dates or ("", "")
            read, new, there, refused = map(int, words[1:5])
            found[words[0]] = Row(read, new, there, refused, sums[0] if sums else None, first, last)
    return found
