"""Everything of one account as CSV files in a zip, one for each kind of record, for spreadsheets to open.

For reading, not for coming back: texts that a spreadsheet would run are quoted.
"""

import csv
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import msgspec

from waymark.domain.documents import encoded
from waymark.queries.export import SECTIONS
from waymark.store.database import Reader

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""
_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


async def write_spreadsheets(reader: Reader, user_id: str, file: Path) -> int:
    """Write the zip; returns how many records are in it. UTF-8 with a BOM, lines end in CRLF (RFC 4180)."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, section in SECTIONS.items():
            with (
                archive.open(f"{name}.csv", "w", force_zip64=True) as raw,
                TextIOWrapper(raw, "utf-8-sig", newline="") as text,
            ):
                writer = csv.writer(text)
                writer.writerow(section.fields)
                async for body in section.bodies(reader, user_id):
                    writer.writerow(row(_DECODER.decode(body), section.fields))
                    count += 1
    return count


def row(record: dict[str, Any], fields: Sequence[str]) -> list[str]:
    """The cells of a record: empty for null, JSON for what has parts."""
    return [_cell(record.get(field)) for field in fields]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return f"{value:f}" if isinstance(value, Decimal) else encoded(value)
