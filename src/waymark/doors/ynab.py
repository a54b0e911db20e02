"""YNAB's export: the register of all accounts, and the plan of each month, as CSV files alone or in a zip.

Targets of categories are not in these files, so they are not taken.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from waymark.actions.imports import Entry, Repeats, made_id
from waymark.actions.money_commands import CreateBudget, CreateTransaction
from waymark.domain.amounts import ZERO
from waymark.domain.money import minor_digits
from waymark.doors.files import File, files
from waymark.doors.reading import Reading
from waymark.doors.table import Row, rows
from waymark.errors import Fault, Invalid

DateOrder: TypeAlias = Literal["ymd", "dmy", "mdy"]

_REGISTER: Final = ("account", "date", "payee", "outflow", "inflow")
_REGISTER_KNOWN: Final = (*_REGISTER, "flag", "category group/category", "category", "memo")
_PLAN: Final = ("month", "category group/category")
_PLAN_KNOWN: Final = (*_PLAN, "assigned", "budgeted")
_DELIMITERS: Final = ",\t;"
_TRANSFER: Final = "Transfer : "
NAMES: Final = {
    "date": "Date",
    "amount": "Outflow/Inflow",
    "name": "Payee",
    "description": "Memo",
    "categoryId": "Category",
    "limitAmount": "Assigned",
}
_PARTS: Final = re.compile(r"([0-9]{1,4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,4})\.?")
_ORDERS: Final[dict[DateOrder, tuple[int, int, int]]] = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
"""Where year, month and day stand."""
_AMOUNT: Final = re.compile(r"[0-9](?:[0-9.,'’\u00a0\u202f ]*[0-9])?|(?<![A-Za-z])[.,][0-9]+")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,'’\u00a0\u202f ])[0-9]{2,3}(?:\1[0-9]{2,3})*)?")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Budgeting(msgspec.Struct, frozen=True):
    """What an export holds."""

    budgets: list[Entry[CreateBudget]]
    transactions: list[Entry[CreateTransaction]]


class _Line(NamedTuple):
    """A row of the register; `flow` is what came in, negative what went out."""

    at: str
    said: Mapping[str, str]
    on: str
    flow: Decimal


def ynab_export(
    path: Path, currency: str, order: DateOrder | None, today: date, reading: Reading
) -> Budgeting:
    """Transactions of the register, and a monthly budget for each category that the plan gave money to.

    Invalid when there is neither, or when nothing tells the order of day and month and none is given.
    """
    found = files(path, lambda name: name.suffix.casefold() in {".csv", ".tsv"})
    registers = [file for file in found if _has(file, _REGISTER)]
    plans = [file for file in found if _has(file, _PLAN)]
    if not registers and not plans:
        raise Invalid(f"{path}: neither a register ({', '.join(_REGISTER)}) nor a plan ({', '.join(_PLAN)}).")
    transactions = [each for file in registers for each in _transactions(file, currency, order, reading)]
    return Budgeting(
        [each for file in plans for each in _budgets(file, currency, today, reading)], transactions
    )


def _has(file: File, needed: Sequence[str]) -> bool:
    try:
        rows(file, needed, needed, delimiters=_DELIMITERS)
    except Invalid:
        return False
    return True


# The register --------------------------------------------------------------------------------


def _transactions(
    file: File, currency: str, order: DateOrder | None, reading: Reading
) -> list[Entry[CreateTransaction]]:
    found = rows(file, _REGISTER, _REGISTER_KNOWN, delimiters=_DELIMITERS)
    order = order or _order(file, [row.cells.get("date", "") for row in found])
    lines = [line for row in found if (line := _line(file, row, currency, order, reading)) is not None]
    leaving = Counter(_side(line) for line in lines if line.flow < 0)
    repeats = Repeats()
    made = []
    for line in lines:
        if line.flow > 0 and leaving[other := _other_side(line)]:
            leaving[other] -= 1
            reading.notes["other side of a transfer: one transaction holds both"] += 1
        elif entry := _transaction(line, currency, repeats, reading):
            made.append(entry)
    return made


def _line(file: File, row: Row, currency: str, order: DateOrder, reading: Reading) -> _Line | None:
    at = f"{file.name} line {row.line}"
    if row.fault is not None:
        reading.refuse(at, row.fault)
        return None
    flows = {name: amount(row.cells.get(name, ""), currency) for name in ("inflow", "outflow")}
    wrong = [name for name, value in flows.items() if value is None]
    if wrong:
        message = f"An amount of {currency} such as 1,234.56 or 1.234,56."
        reading.refuse(at, *(Fault(name.capitalize(), "invalid", message) for name in wrong))
        return None
    flow = (flows["inflow"] or ZERO) - (flows["outflow"] or ZERO)
    if not flow:
        reading.notes["transaction of nothing: left out"] += 1
        return None
    return _Line(
        at, {**dict.fromkeys(_REGISTER, ""), **row.cells}, _iso(row.cells.get("date", ""), order), flow
    )


def _transaction(
    line: _Line, currency: str, repeats: Repeats, reading: Reading
) -> Entry[CreateTransaction] | None:
    said = line.said
    category = said.get("category group/category") or said.get("category") or ""
    is_transfer = said["payee"].startswith(_TRANSFER)
    content = (said["account"], line.on, said["payee"], category, said.get("memo", ""), str(line.flow))
    fields: dict[str, Any] = {
        "type": "transfer" if is_transfer else "income" if line.flow > 0 else "expense",
        "amount": abs(line.flow),
        "currency": currency,
        "categoryId": category or None,
        "date": line.on,
        "name": said["payee"] or None,
        "description": said.get("memo") or None,
        "tags": [tag for tag in (said["account"], said.get("flag")) if tag] or None,
    }
    return reading.entry(CreateTransaction, line.at, repeats.id("ynab", currency, *content), fields)


def _side(line: _Line) -> tuple[str, str, str, Decimal]:
    """From where, to where, when and how much: the same of both sides of a transfer."""
    return line.said["account"], line.said["payee"].removeprefix(_TRANSFER), line.on, -line.flow


def _other_side(line: _Line) -> tuple[str, str, str, Decimal]:
    payee = line.said["payee"]
    source = payee.removeprefix(_TRANSFER) if payee.startswith(_TRANSFER) else ""
    return source, line.said["account"], line.on, line.flow


def _order(file: File, dates: Iterable[str]) -> DateOrder:
    """The only order in which every date of the register is one."""
    parts = {found.groups() for text in dates if (found := _PARTS.fullmatch(text)) is not None}
    fitting = [order for order in _ORDERS if all(_day(part, order) is not None for part in parts)]
    if parts and len(fitting) != 1:
        told = "in more than one way" if fitting else "in no way"
        raise Invalid(f"{file.name}: its dates can be read {told}; say --dates ymd, dmy or mdy.")
    return fitting[0]


def _day(parts: Sequence[str], order: DateOrder) -> date | None:
    year, month, day = (parts[place] for place in _ORDERS[order])
    if len(year) != len("2026"):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _iso(text: str, order: DateOrder) -> str:
    """The day as the command takes it; what is none, as it is."""
    found = _PARTS.fullmatch(text)
    day = _day(found.groups(), order) if found else None
    return str(day) if day else text


def amount(text: str, currency: str) -> Decimal | None:
    """Money as people write it, with its sign and whichever points and commas; None where it is none.

    The last point or comma stands before the decimals if as many digits follow as the currency has, or one.
    """
    found = _AMOUNT.findall(text)
    if not found:
        return None if any(character.isalnum() for character in text) else ZERO
    if len(found) > 1:
        return None
    whole, decimals = found[0], ""
    cut = max(whole.rfind("."), whole.rfind(","))
    digits = len(whole) - cut - 1
    if cut >= 0 and digits in {1, minor_digits(currency)} - {0}:
        whole, decimals = whole[:cut], whole[cut + 1 :]
    if whole and not whole.isdigit() and not _GROUPED.fullmatch(whole):
        return None
    number = Decimal(re.sub("[^0-9]", "", whole) or "0") + Decimal(f"0.{decimals or 0}")
    return -number if "-" in text or "−" in text or text.startswith("(") else number


# The plan ------------------------------------------------------------------------------------


def _budgets(file: File, currency: str, today: date, reading: Reading) -> list[Entry[CreateBudget]]:
    """Of each category the newest month that was given money, as a budget for each month from then on."""
    newest: dict[str, tuple[date, str, Decimal]] = {}
    for row in rows(file, _PLAN, _PLAN_KNOWN, delimiters=_DELIMITERS):
        at = f"{file.name} line {row.line}"
        if row.fault is not None:
            reading.refuse(at, row.fault)
            continue
        month = _month(row.cells.get("month", ""))
        assigned = amount(row.cells.get("assigned", row.cells.get("budgeted", "")), currency)
        if month is None:
            reading.refuse(at, Fault("Month", "invalid", "A month such as Mar 2026."))
        elif assigned is None:
            reading.refuse(at, Fault("Assigned", "invalid", f"An amount of {currency}."))
        elif assigned > 0 and month <= today:
            category = row.cells.get("category group/category", "")
            newest[category] = max(newest.get(category, (month, at, assigned)), (month, at, assigned))
    made = (
        reading.entry(
            CreateBudget,
            at,
            made_id("ynab", "budget", category, currency),
            {
                "name": category,
                "categoryIds": [category],
                "currency": currency,
                "limitAmount": assigned,
                "periodType": "monthly",
                "startDate": str(month),
            },
        )
        for category, (month, at, assigned) in newest.items()
    )
    return [each for each in made if each is not None]


def _month(text: str) -> date | None:
    """`Mar 2026`, also with a whole name; or `2026-03`, with or without a day."""
    found = re.fullmatch(r"([A-Za-z]{3})[a-z]* ([0-9]{4})", text)
    if found and found[1].casefold() in _MONTHS:
        return date(int(found[2]), _MONTHS.index(found[1].casefold()) + 1, 1)
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})(?:-[0-9]{2})?", text)
    return date(int(found[1]), int(found[2]), 1) if found and 1 <= int(found[2]) <= 12 else None  # noqa: PLR2004  # months
