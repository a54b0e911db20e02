"""What every reader shares: what was found in a file, what was left out of it, and commands made of it.

No format is known here.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from waymark.actions.faults import faults
from waymark.actions.fields import Command
from waymark.actions.imports import Entry, Refused
from waymark.errors import Fault

C = TypeVar("C", bound=Command)


class Reading:
    """What a reader notes beside what it makes: places it refused, and what it left out or changed."""

    def __init__(self) -> None:
        self.refused: list[Refused] = []
        self.notes: Counter[str] = Counter()
        """What was left out or is told otherwise, and how often."""

    def refuse(self, at: str, *found: Fault) -> None:
        self.refused.append(Refused(at, found))

    def entry(self, model: type[C], at: str, record_id: str, fields: Mapping[str, Any]) -> Entry[C] | None:
        """The command that fields make; None, and refused, when they make none."""
        given = {field: value for field, value in fields.items() if value is not None}
        try:
            return Entry(at, record_id, model.model_validate(given))
        except ValidationError as error:
            self.refuse(at, *faults(error))
            return None
