"""A captured transaction as a pgbench script, and pgbench's rate for it.

What differs between two check-ins is computed from a counter; all else is written out.
"""

import asyncio
import re
import subprocess
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from bench.capture import Template, is_id
from bench.processes import SERVER_CORE, on_core

PLACEHOLDER = re.compile(r"\$(\d+)")
RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
DIGITS = 10**11
"""Added to the counter, it fills the last group of a UUID."""


def script(url: str, transaction: Sequence[Template]) -> str:
    """The statements in pgbench's language; `step` is the number of the transaction."""
    return asyncio.run(_script(url, transaction))


async def _script(url: str, transaction: Sequence[Template]) -> str:
    connection = await asyncpg.connect(url)
    lines = [r"\set step :step + 1"]
    ids: dict[Any, str] = {}
    for sql, first, second in transaction:
        types = (await connection.prepare(sql)).get_parameters() if second else ()
        values = [
            f"({_sql(a, b, ids)})::{kind.name}" for a, b, kind in zip(first, second, types, strict=True)
        ]
        text = PLACEHOLDER.sub(lambda match, values=values: values[int(match[1]) - 1], sql)  # type: ignore[misc]  # a default in a lambda
        lines.append(text.rstrip().rstrip(";") + ";")
    await connection.close()
    return "\n".join([*lines, ""])


def _sql(first: Any, second: Any, ids: dict[Any, str]) -> str:  # noqa: PLR0911  one form per type
    match second:
        case None:
            return "NULL"
        case list() | tuple():
            pairs = (
                zip(first, second, strict=True)
                if len(first) == len(second)
                else zip(second, second, strict=True)
            )
            return f"ARRAY[{', '.join(_sql(a, b, ids) for a, b in pairs)}]"
        case bool():
            return str(second).lower()
        case int() if isinstance(first, int) and first != second:
            return f"{second} + :step * {second - first}"
        case int() | Decimal():
            return str(second)
        case str() | UUID() if first != second and is_id(second):
            start = ids.setdefault(second, str(uuid4())[:24])
            return f"'{start}' || ({DIGITS} + :step)"
        case str() | UUID() | date():
            return _quoted(str(second))
        case _:
            raise TypeError(f"{second!r} has no form in a script")


def _quoted(text: str) -> str:
    """A literal without a colon in it: pgbench looks for variables inside of strings, too."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", r"\x3a").replace("\n", r"\n")
    return f"E'{escaped}'"


def rate(program: Path, url: str, scripts: Sequence[Path], step: int, seconds: float) -> float:
    """Transactions per second of one client per script, all at once, where the server would run."""
    command = [
        str(program),
        "--no-vacuum",
        "--protocol=prepared",
        f"--time={max(1, round(seconds))}",
        "--client=1",
    ]
    with on_core(SERVER_CORE):
        clients = [
            subprocess.Popen(
                [*command, f"--define=step={step}", f"--file={path}", url],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for path in scripts
        ]
    return sum(_rate(client) for client in clients)


def _rate(client: "subprocess.Popen[str]") -> float:
    out, err = client.communicate()
    found = RATE.search(out)
    if client.returncode or found is None:
        raise RuntimeError(err[-2000:])
    return float(found[1])
