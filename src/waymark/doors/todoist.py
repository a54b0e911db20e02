"""Todoist's CSV: a project as a template (TYPE, CONTENT, …), or a backup, a zip with one for each project.

They hold open tasks alone. Words for dates are not understood here.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from waymark.actions.imports import Entry, Repeats
from waymark.actions.neighbour_commands import CreateTask
from waymark.domain.vocabulary import MAX_TITLE
from waymark.doors.files import File, files
from waymark.doors.reading import Reading
from waymark.doors.table import rows
from waymark.errors import Fault, Invalid

NEEDED: Final = ("type", "content")
_KNOWN: Final = (
    *NEEDED,
    "description",
    "priority",
    "indent",
    "responsible",
    "date",
    "duration",
    "duration_unit",
    "deadline",
)
NAMES: Final = {
    "title": "CONTENT",
    "notes": "DESCRIPTION",
    "priority": "PRIORITY",
    "dueDate": "DATE",
    "estimatedMinutes": "DURATION",
    "parentTaskId": "INDENT",
}
_PRIORITIES: Final = {"1": "high", "2": "medium", "3": "low", "4": "low"}
_MINUTES: Final = {"minute": 1, "day": 24 * 60}
_MAX_INDENT: Final = 10
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?", re.DOTALL)
_PROJECT_ID: Final = re.compile(r" ?\[[0-9A-Za-z]+\]$")


def todoist_tasks(path: Path, goal_id: str | None, reading: Reading) -> list[Entry[CreateTask]]:
    """The tasks of a file, parents before what is below them; all of them linked to `goal_id`, if given."""
    found = files(path, lambda name: name.suffix.casefold() == ".csv")
    if not found:
        raise Invalid(f"{path}: there is no CSV file in it.")
    repeats = Repeats()
    tasks = []
    for file in found:
        tasks += _Project(file, goal_id, repeats, reading).tasks()
    return tasks


class _Project:
    """One file, read from its top: a row may belong to those before it."""

    def __init__(self, file: File, goal_id: str | None, repeats: Repeats, reading: Reading) -> None:
        self._file = file
        self._goal_id = goal_id
        self._repeats = repeats
        self._reading = reading
        self._name = _PROJECT_ID.sub("", file.path.stem)
        self._section = ""
        self._above: list[tuple[str, str]] = []
        """Content and id of the tasks that the next row may be below."""

    def tasks(self) -> list[Entry[CreateTask]]:
        drafts: list[tuple[str, dict[str, str], str, list[str]]] = []
        for row in rows(self._file, NEEDED, _KNOWN):
            at = f"{self._file.name} line {row.line}"
            said = {"type": "", "content": "", **row.cells}
            kind = said["type"].casefold()
            if row.fault is not None:
                self._reading.refuse(at, row.fault)
            elif kind == "task":
                drafts.append((at, said, self._section, []))
            elif kind == "section":
                self._section = said["content"]
            elif kind == "note":
                if drafts:
                    drafts[-1][3].append(said["content"])
            elif kind not in {"", "meta"}:
                self._reading.refuse(at, Fault("TYPE", "not_allowed", "One of task, section, note, meta."))
        made = (self._task(*draft) for draft in drafts)
        return [task for task in made if task is not None]

    def _task(
        self, at: str, said: Mapping[str, str], section: str, comments: Sequence[str]
    ) -> Entry[CreateTask] | None:
        content = said["content"]
        level = self._level(said.get("indent", ""))
        path = [text for text, _ in self._above[:level]]
        task_id = self._repeats.id("todoist", self._name, *path, content)
        parent_id = self._above[level - 1][1] if level else None
        self._above = [*self._above[:level], (content, task_id)]
        due, words = self._due(said)
        notes = [content] if len(content) > MAX_TITLE else []
        notes += [said.get("description", ""), *comments, self._origin(section, words)]
        fields: dict[str, Any] = {
            "title": content if len(content) <= MAX_TITLE else content[: MAX_TITLE - 1] + "…",
            "status": "planned" if due else "inbox",
            "priority": _PRIORITIES.get(said.get("priority", "")),
            "goalId": self._goal_id,
            "parentTaskId": parent_id,
            "dueDate": due,
            "estimatedMinutes": self._minutes(said),
            "notes": "\n\n".join(filter(None, notes)),
        }
        return self._reading.entry(CreateTask, at, task_id, fields)

    def _level(self, indent: str) -> int:
        """How many tasks this one is below: never more than there are."""
        told = int(indent) if indent.isascii() and indent.isdigit() and len(indent) < _MAX_INDENT else 1
        return min(max(told - 1, 0), len(self._above))

    def _due(self, said: Mapping[str, str]) -> tuple[str | None, str]:
        """The day that a date or deadline names, and a date that is told in words."""
        for name in ("date", "deadline"):
            day = _DAY.fullmatch(said.get(name, ""))
            if day:
                return day[1], ""
        words = said.get("date", "")
        if words:
            self._reading.notes["date in words or repeating: kept as text in the notes"] += 1
        return None, words

    def _minutes(self, said: Mapping[str, str]) -> int | None:
        length = said.get("duration", "")
        unit = _MINUTES.get(said.get("duration_unit", "").casefold() or "minute")
        is_told = length.isascii() and length.isdigit() and len(length) < _MAX_INDENT
        return int(length) * unit if is_told and unit is not None else None

    def _origin(self, section: str, words: str) -> str:
        place = " / ".join(filter(None, ("Todoist", self._name, section)))
        return f"{place}: {words}" if words else place
