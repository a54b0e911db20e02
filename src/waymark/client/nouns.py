"""The API's nouns: for each its path and the structs of its answers; what can be asked follows from that.

Every method is a plan; who carries it out is not known here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar

import msgspec

from waymark.client.calls import Calls
from waymark.client.wire import Plan
from waymark.domain.documents import (
    CheckInDocument,
    GoalDocument,
    MilestoneDocument,
    ProgressDocument,
    SummaryDocument,
)
from waymark.domain.neighbour_documents import (
    BudgetDocument,
    CompletedHabit,
    CompletionDocument,
    DebtDocument,
    FocusDocument,
    FxRateDocument,
    HabitDocument,
    InsightDocument,
    PaymentDocument,
    TaskDocument,
    TransactionDocument,
)

T = TypeVar("T")
M = TypeVar("M")
A = TypeVar("A")


class CheckedIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a check-in is answered with."""

    check_in: CheckInDocument
    goal: GoalDocument
    milestones_reached: list[MilestoneDocument]
    insights: list[InsightDocument]


class Noun(msgspec.Struct, Generic[T, M], frozen=True):
    """One kind of record. `path` may lie below another record, whose id stands for `{}`."""

    path: str
    document: type[T]
    made: type[M]
    """What creating it answers."""
    creating: str | None = None
    """Where it is created, if not at `path`."""

    def below(self, parent_id: str) -> "Noun[T, M]":
        """Those of one parent."""
        creating = None if self.creating is None else self.creating.format(parent_id)
        return msgspec.structs.replace(self, path=self.path.format(parent_id), creating=creating)


def _noun(path: str, document: type[T]) -> Noun[T, T]:
    return Noun(path, document, document)


GOALS: Final = _noun("/goals", GoalDocument)
TASKS: Final = _noun("/tasks", TaskDocument)
HABITS: Final = _noun("/habits", HabitDocument)
FOCUS_SESSIONS: Final = _noun("/focus-sessions", FocusDocument)
BUDGETS: Final = _noun("/budgets", BudgetDocument)
DEBTS: Final = _noun("/debts", DebtDocument)
TRANSACTIONS: Final = _noun("/transactions", TransactionDocument)
FX_RATES: Final = _noun("/fx-rates", FxRateDocument)
INSIGHTS: Final = _noun("/insights", InsightDocument)
MILESTONES: Final = _noun("/goals/{}/milestones", MilestoneDocument)
PAYMENTS: Final = _noun("/debts/{}/payments", PaymentDocument)
CHECK_INS: Final = Noun("/goals/{}/check-ins", CheckInDocument, CheckedIn, "/goals/{}/check-in")
COMPLETIONS: Final = Noun("/habits/{}/history", CompletionDocument, CompletedHabit, "/habits/{}/complete")


class _ListMeta(msgspec.Struct, rename="camel"):
    next_cursor: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some of a list, and the cursor of the next page; None: this was the last."""

    items: list[T]
    next_cursor: str | None


class Plans(Generic[T, M]):
    """What can be asked of one noun. Fields and filters are given as Python spells them: `target_value`."""

    def __init__(self, calls: Calls, noun: Noun[T, M]) -> None:
        self._calls = calls
        self._noun = noun

    def get(self, record_id: str) -> Plan[T]:
        return (yield from self._read(self._noun.document, "GET", f"{self._noun.path}/{record_id}"))

    def page(self, cursor: str | None, filters: Mapping[str, Any]) -> Plan[Page[T]]:
        params = {camel(name): _text(value) for name, value in filters.items()}
        if cursor is not None:
            params["cursor"] = cursor
        answer = yield from self._calls.ask("GET", self._noun.path, params=params)
        meta = msgspec.json.decode(answer.meta, type=_ListMeta | None)
        items: list[T] = msgspec.json.decode(answer.data, type=list[self._noun.document])  # type: ignore[name-defined]  # a type that is known at run time
        return Page(items, None if meta is None else meta.next_cursor)

    def create(self, fields: Mapping[str, Any], key: str | None) -> Plan[M]:
        path = self._noun.creating or self._noun.path
        return (yield from self._read(self._noun.made, "POST", path, wired(fields), key=key))

    def change(self, record_id: str, fields: Mapping[str, Any], version: int | None) -> Plan[T]:
        """With `version`: only if the record still has it, else PreconditionFailed."""
        headers = {} if version is None else {"if-match": f'"{version}"'}
        path = f"{self._noun.path}/{record_id}"
        return (yield from self._read(self._noun.document, "PATCH", path, wired(fields), headers=headers))

    def delete(self, record_id: str) -> Plan[None]:
        yield from self._calls.ask("DELETE", f"{self._noun.path}/{record_id}")

    def act(self, record_id: str, action: str, fields: Mapping[str, Any]) -> Plan[Any]:
        """What a kind has of its own, such as `complete`: the answer as JSON values."""
        body = wired(fields) if fields else msgspec.UNSET
        path = f"{self._noun.path}/{record_id}/{action}"
        answer = yield from self._calls.ask("POST", path, body)
        return msgspec.json.decode(answer.data)

    def _read(self, kind: type[A], method: str, path: str, body: Any = msgspec.UNSET, **how: Any) -> Plan[A]:
        answer = yield from self._calls.ask(method, path, body, **how)
        return msgspec.json.decode(answer.data, type=kind)


def progress(calls: Calls, goal_id: str) -> Plan[ProgressDocument]:
    answer = yield from calls.ask("GET", f"/goals/{goal_id}/progress")
    return msgspec.json.decode(answer.data, type=ProgressDocument)


def summary(calls: Calls) -> Plan[SummaryDocument]:
    answer = yield from calls.ask("GET", "/goals/summary")
    return msgspec.json.decode(answer.data, type=SummaryDocument)


def wired(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by their names on the wire."""
    return {camel(name): value for name, value in fields.items()}


def camel(name: str) -> str:
    """`target_value` → `targetValue`; a word that Python keeps for itself ends with `_`."""
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date() | datetime():
            return value.isoformat()
        case list() | tuple():
            return ",".join(map(_text, value))
        case _:
            return str(value)
