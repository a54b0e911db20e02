"""Rows as a table for the eye, as JSON for machines and as markdown for the documentation.

Measures nothing.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.measure import Row

HEADINGS = (
    "what",
    "database",
    "measured against",
    "ours/s",
    "reference/s",
    "ratio",
    "lowest–highest",
    "goal",
    "met",
)
RESULTS = Path(__file__).parent / "results"


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def show(rows: Sequence[Row], *, title: str) -> None:
    table = Table(title=title, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if "/s" in heading or "ratio" in heading else "left")
    for row in rows:
        style = {True: "", False: "red", None: "dim"}[row.is_met]
        table.add_row(*_cells(row), style=style)
    Console(width=None if os.isatty(1) else 150).print(table)


def save(rows: Sequence[Row], *, title: str, about: Mapping[str, object]) -> None:
    """Write results/latest.json and results/latest.md."""
    RESULTS.mkdir(exist_ok=True)
    report = {
        "title": title,
        **about,
        "rows": [{**msgspec.to_builtins(row), "met": row.is_met} for row in rows],
    }
    (RESULTS / "latest.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    lines = [
        f"# {title}",
        "",
        _line(HEADINGS),
        _line(["---"] * len(HEADINGS)),
        *(_line(_cells(row)) for row in rows),
    ]
    (RESULTS / "latest.md").write_text("\n".join([*lines, ""]), "utf-8")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥" if row.sense == "at least" else "≤"
    return (
        row.what,
        row.database,
        row.reference,
        _rate(row.ours_per_second),
        _rate(row.reference_per_second),
        _ratio(row.ratio),
        f"{_ratio(row.lowest)}–{_ratio(row.highest)}",
        "–" if row.goal is None else f"{sign} {_ratio(row.goal)}",
        {True: "yes", False: "no", None: "–"}[row.is_met],
    )


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"
