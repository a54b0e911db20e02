"""Loop Habit Tracker's CSV export: Habits.csv, and Checkmarks.csv for each habit or for all at once.

Scores.csv is not read: what a habit has come to is computed here from its days.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

import msgspec

from waymark.actions.imports import Entry, Repeats, made_id
from waymark.actions.neighbour_commands import CompleteHabit, CreateHabit
from waymark.domain.amounts import AmountError, parse_amount
from waymark.doors.files import File, files
from waymark.doors.reading import Reading
from waymark.doors.table import Row, cells, rows
from waymark.errors import Fault, Invalid

HABITS: Final = "Habits.csv"
CHECKMARKS: Final = "Checkmarks.csv"
_WEEK: Final = 7
_THOUSANDTH: Final = Decimal("0.001")
_KNOWN: Final = (
    "position",
    "name",
    "type",
    "question",
    "description",
    "frequencynumerator",
    "frequencydenominator",
    "numrepetitions",
    "interval",
    "unit",
    "target type",
    "target value",
    "archived?",
)
NAMES: Final = {
    "title": "Name",
    "unit": "Unit",
    "targetPerDay": "Target Value",
    "dateKey": "Date",
    "value": "Value",
    "status": "Value",
}
_CODES: Final = {"2": "YES_MANUAL", "1": "YES_AUTO", "0": "NO", "-1": "UNKNOWN", "3": "SKIP", "-3": "SKIP"}
"""What older versions wrote for a habit of yes or no."""


class LoopHabit(msgspec.Struct, frozen=True):
    """A habit, the first of its days, and what was said of them, oldest first."""

    habit: Entry[CreateHabit]
    begun_on: date | None
    days: list[Entry[CompleteHabit]]


class _Mark(NamedTuple):
    """A cell of a Checkmarks.csv."""

    at: str
    day: str
    value: str


def loop_habits(path: Path, reading: Reading) -> list[LoopHabit]:
    """The habits of an export, a zip or a folder; Invalid when it is none."""
    found = files(path, lambda name: name.name in {HABITS, CHECKMARKS})
    listed = [file for file in found if file.path.name == HABITS]
    if not listed:
        raise Invalid(f"{path}: there is no {HABITS} in it. Loop writes one: Settings, Export as CSV.")
    top = min(listed, key=lambda file: len(file.path.parts))
    habits = rows(top, ["name"], _KNOWN)
    marks = _marks(top.path.parent, [row.cells.get("name", "") for row in habits], found, reading)
    repeats = Repeats()
    read = []
    for position, row in enumerate(habits):
        made = _habit(row, repeats, reading)
        if made is not None:
            days = [day for mark in marks.get(position, ()) if (day := _day(made, mark, reading)) is not None]
            days.sort(key=lambda each: str(each.command.date_key))
            begun_on = days[0].command.date_key if days else None
            read.append(LoopHabit(made, begun_on, days))
    return read


def _habit(row: Row, repeats: Repeats, reading: Reading) -> Entry[CreateHabit] | None:
    at = f"{HABITS} line {row.line}"
    if row.fault is not None:
        reading.refuse(at, row.fault)
        return None
    said = {"name": "", **row.cells}
    fields: dict[str, Any] = {
        "title": said["name"],
        "status": "archived" if said.get("archived?", "").casefold() == "true" else "active",
        **_frequency(said, reading),
    }
    if said.get("type") == "NUMERICAL":
        fields |= {
            "completionMode": "numeric",
            "unit": said.get("unit") or None,
            "countingType": "quit" if said.get("target type") == "AT_MOST" else "create",
            "targetPerDay": _target(said, fields["frequency"], reading),
        }
    if said.get("question") or said.get("description"):
        reading.notes["question or description of a habit: left out"] += 1
    return reading.entry(CreateHabit, at, repeats.id("loop", said["name"]), fields)


def _frequency(said: Mapping[str, str], reading: Reading) -> dict[str, Any]:
    """So many times in so many days, as days or times a week."""
    times = _whole(said.get("frequencynumerator") or said.get("numrepetitions"))
    days = _whole(said.get("frequencydenominator") or said.get("interval"))
    if times >= days:
        return {"frequency": "daily"}
    if days != _WEEK:
        reading.notes["frequency told as so many times a week"] += 1
    a_week = max(1, min(_WEEK, round(Decimal(_WEEK * times) / days)))
    return {"frequency": "daily"} if a_week == _WEEK else {"frequency": "weekly", "timesPerWeek": a_week}


def _whole(text: str | None) -> int:
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < _WEEK else 1


def _target(said: Mapping[str, str], frequency: str, reading: Reading) -> str | None:
    """The target of a day, if there is any."""
    target = said.get("target value", "")
    if not target.strip("0."):
        return None
    if frequency != "daily":
        reading.notes["target of a week or month: left out, any amount keeps the day"] += 1
        return None
    return target


def _marks(
    top: PurePosixPath, names: Sequence[str], found: Sequence[File], reading: Reading
) -> dict[int, list[_Mark]]:
    """What was said of each habit, by its place in Habits.csv.

    The file of a habit's own folder (`001 Name/`) speaks first; the one of all together can lack days.
    """
    marks: dict[int, list[_Mark]] = {}
    for file in found:
        folder = file.path.parent
        if file.path.name == CHECKMARKS and folder.parent == top and folder != top:
            number = folder.name.split(" ", 1)[0]
            if number.isascii() and number.isdigit() and 1 <= int(number) <= len(names):
                marks[int(number) - 1] = _own(file, reading)
    together = next((file for file in found if file.path == top / CHECKMARKS), None)
    if together is not None:
        for position, own in _of_all(together, names, reading).items():
            marks.setdefault(position, own)
    return marks


def _own(file: File, reading: Reading) -> list[_Mark]:
    """One habit's days: date and value, in newer versions with a header and notes."""
    marks = []
    for line, record in cells(file):
        at = f"{file.name} line {line}"
        if record is None or len(record) <= 1:
            reading.refuse(at, Fault("line", "invalid", "A date and a value, by a comma."))
        elif record[0].strip().casefold() != "date":
            marks.append(_Mark(at, record[0].strip(), record[1].strip()))
            if any(cell.strip() for cell in record[2:]):
                reading.notes["note of a day: left out"] += 1
    return marks


def _of_all(file: File, names: Sequence[str], reading: Reading) -> dict[int, list[_Mark]]:
    """All habits' days: a date, then a column for each habit. Its names are not quoted, so they may break."""
    records = cells(file)
    header = [cell.strip() for cell in (records[0][1] or [])] if records else []
    while header and not header[-1]:
        header.pop()
    by_name = set(header[1:]) <= set(names) and len(set(header[1:])) == len(header[1:])
    places = [names.index(name) for name in header[1:]] if by_name else list(range(len(names)))
    marks: dict[int, list[_Mark]] = {place: [] for place in places}
    for line, record in records[1:]:
        at = f"{file.name} line {line}"
        said = [cell.strip() for cell in record or ()]
        if len(said) - 1 not in {len(places), len(places) + 1}:
            reading.refuse(at, Fault("line", "invalid", f"A date and {len(places)} values, by commas."))
            continue
        for place, value in zip(places, said[1:], strict=False):
            marks[place].append(_Mark(at, said[0], value))
    return marks


def _day(habit: Entry[CreateHabit], mark: _Mark, reading: Reading) -> Entry[CompleteHabit] | None:
    """What a mark says of its day; None where it says nothing."""
    is_numeric = habit.command.completion_mode == "numeric"
    word = mark.value if is_numeric else _CODES.get(mark.value, mark.value)
    if word in {"UNKNOWN", "", "-1"}:
        return None
    if word == "YES_AUTO":
        reading.notes["day that Loop filled in by itself (YES_AUTO): left out"] += 1
        return None
    fields: dict[str, Any] = {"dateKey": mark.day}
    if word == "SKIP":
        fields["status"] = "skip"
    elif is_numeric:
        fields |= _measured(habit.command, word)
    elif word in {"YES_MANUAL", "NO"}:
        fields["status"] = "done" if word == "YES_MANUAL" else "miss"
    else:
        reading.refuse(mark.at, Fault("Value", "not_allowed", f"{word} is nothing that Loop writes."))
        return None
    return reading.entry(CompleteHabit, mark.at, made_id(habit.id, mark.day), fields)


def _measured(habit: CreateHabit, word: str) -> dict[str, Any]:
    """A numeric habit's day: Loop writes thousandths, and some of them by the names of other marks."""
    number = {"NO": "0", "YES_MANUAL": "2"}.get(word, word)
    try:
        value = parse_amount(number) * _THOUSANDTH
    except AmountError:
        return {"status": "done", "value": number}  # refused by its name
    is_over = habit.target_per_day is not None and value > habit.target_per_day
    is_kept = not is_over if habit.counting_type == "quit" else bool(value)
    return {"status": "done" if is_kept else "miss", "value": value}
