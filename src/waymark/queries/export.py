"""Everything that is a user's as one JSON document, made page by page: memory does not grow with it.

Each record is as it was when its page was read, and none comes twice; a new noun is one more section.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from waymark.domain.documents import (
    CheckInDocument,
    GoalDocument,
    check_in_document,
    encoded,
    with_field,
)
from waymark.domain.neighbours import Beginning, BudgetEntry
from waymark.domain.records import JournalRow, TargetVersion
from waymark.queries.accounts import (
    ApiTokenDocument,
    SessionDocument,
    UserDocument,
    api_token_document,
    api_tokens,
    session_document,
    standing_sessions,
    user_body,
)
from waymark.store.account_statements import User
from waymark.store.database import Reader
from waymark.store.export_statements import (
    BEFORE_ALL,
    BEGINNINGS,
    BUDGETS,
    CHECK_INS,
    ENTRIES,
    GOAL_BODIES,
    GOALS,
    JOURNAL,
    JSON_TEXTS,
    KEPT_OF_GOAL,
    MILESTONES,
    NEIGHBOURS,
    PAGE,
    TARGETS,
    every,
)
from waymark.store.journal import wire_name
from waymark.store.statement import Statement

T = TypeVar("T")
Bodies: TypeAlias = Callable[[Reader, str], AsyncIterator[str]]
"""Records of a user, each as JSON."""

FORMAT: Final = "waymark-export"
VERSION: Final = 1
OF_THE_LOG: Final = "provenance"
"""The one column that is not exported: it names places in this instance's log."""


class ExportDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole document, as a reader may decode it."""

    format: str
    version: int
    exported_at: datetime
    user: UserDocument
    sessions: list[SessionDocument]
    api_tokens: list[ApiTokenDocument]
    goals: list[GoalDocument]
    goal_milestones: list[dict[str, Any]]
    goal_check_ins: list[CheckInDocument]
    goal_targets: list[dict[str, Any]]
    tasks: list[dict[str, Any]] = []
    habits: list[dict[str, Any]] = []
    habit_completions: list[dict[str, Any]] = []
    focus_sessions: list[dict[str, Any]] = []
    budgets: list[dict[str, Any]] = []
    debts: list[dict[str, Any]] = []
    debt_payments: list[dict[str, Any]] = []
    transactions: list[dict[str, Any]] = []
    fx_rates: list[dict[str, Any]] = []
    goal_tasks: list[dict[str, Any]] = []
    goal_habits: list[dict[str, Any]] = []
    goal_finance_contributions: list[dict[str, Any]] = []
    insights: list[dict[str, Any]] = []
    achievements: list[dict[str, Any]] = []
    sync_conflicts: list[dict[str, Any]] = []
    goal_beginnings: list[dict[str, Any]] = []
    budget_entries: list[dict[str, Any]] = []
    journal: list[dict[str, Any]]


class Section(NamedTuple):
    """One kind of record: the names of its fields, and the records."""

    fields: tuple[str, ...]
    bodies: Bodies


async def exported(reader: Reader, user: User, now: datetime) -> AsyncIterator[str]:
    """The document in pieces of JSON text; `now` is the machine's instant."""
    yield f'{{"format":"{FORMAT}","version":{VERSION},"exportedAt":{encoded(now)},"user":{user_body(user)}'
    sessions = [session_document(each, None) for each in await standing_sessions(reader, user.id, now)]
    tokens = [api_token_document(each) for each in await api_tokens(reader, user.id)]
    yield f',"sessions":{encoded(sessions)},"apiTokens":{encoded(tokens)}'
    for name, section in SECTIONS.items():
        separator = f',"{name}":['
        async for body in section.bodies(reader, user.id):
            yield separator + body
            separator = ","
        yield "]" if separator == "," else separator + "]"
    yield "}"


async def _all(
    reader: Reader,
    statement: Statement[T],
    last: Mapping[str, Any],
    key: Callable[[T], Mapping[str, Any]],
    **params: Any,
) -> AsyncIterator[T]:
    """Every row of a statement that gives a page of those after `last`, in the order of `key`."""
    while True:
        rows = await reader.all(statement, **last, **params)
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = key(rows[-1])


def entities(statement: Statement[Any]) -> Section:
    """A section of records that are read by their ids, deleted ones too."""

    async def bodies(reader: Reader, user_id: str) -> AsyncIterator[str]:
        async for row in _all(reader, statement, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
            yield _as_stored(row)

    return Section(_fields(statement.into), bodies)


def _after_id(row: Any) -> Mapping[str, Any]:
    return {"after": row.id}


def _fields(record: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(wire_name(name) for name in _columns(record))


def _columns(record: type[msgspec.Struct] | msgspec.Struct) -> Sequence[str]:
    return [name for name in record.__struct_fields__ if name != OF_THE_LOG]


def _as_stored(record: msgspec.Struct) -> str:
    """A record's columns under the names that clients know."""
    values = {wire_name(name): getattr(record, name) for name in _columns(record)}
    for name in JSON_TEXTS.get(type(record), ()):
        text = values[wire_name(name)]
        values[wire_name(name)] = None if text is None else msgspec.Raw(text.encode())
    return encoded(values)


# Sections that are not simply a table's rows --------------------------------------------------


async def _goal_bodies(reader: Reader, user_id: str) -> AsyncIterator[str]:
    rows = _all(reader, GOAL_BODIES, {"after": BEFORE_ALL}, lambda row: {"after": row[0]}, user_id=user_id)
    async for _, body, *kept in rows:
        for name, value in zip(KEPT_OF_GOAL, kept, strict=True):
            body = with_field(body, wire_name(name), encoded(value))  # noqa: PLW2901  # grown field by field
        yield body


async def _check_ins(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for goal in _all(reader, GOALS, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
        facts = _all(reader, CHECK_INS, {"after": BEFORE_ALL}, _after_id, user_id=user_id, goal_id=goal.id)
        async for fact in facts:
            # The document shows the mode in which a fact counts; whether it was told is another thing.
            yield with_field(encoded(check_in_document(fact, goal)), GIVEN_MODE, encoded(fact.mode))


async def _targets(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for goal in _all(reader, GOALS, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
        for version in await reader.all(TARGETS, user_id=user_id, goal_id=goal.id):
            yield _as_stored(version)


async def _beginnings(reader: Reader, user_id: str) -> AsyncIterator[str]:
    rows = _all(
        reader, BEGINNINGS, {"after": BEFORE_ALL}, lambda row: {"after": row.goal_id}, user_id=user_id
    )
    async for beginning in rows:
        yield _as_stored(beginning)


async def _entries(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for budget in _all(reader, BUDGETS, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
        entries = _all(
            reader,
            ENTRIES,
            {"after": BEFORE_ALL},
            lambda entry: {"after": entry.transaction_id},
            user_id=user_id,
            budget_id=budget.id,
        )
        async for entry in entries:
            yield _as_stored(entry)


async def _journal(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for row in _all(reader, JOURNAL, {"after": 0}, lambda row: {"after": row.seq}, user_id=user_id):
        seen = {name: getattr(row, name) for name in _JOURNAL_FIELDS}
        yield encoded({**seen, "data": msgspec.Raw(row.body.encode())})


GIVEN_MODE: Final = "givenMode"
_JOURNAL_FIELDS: Final = tuple(
    name for name in JournalRow.__struct_fields__ if name not in {"user_id", "body"}
)
_GOAL_FIELDS: Final = tuple(field.encode_name for field in msgspec.structs.fields(GoalDocument)) + tuple(
    map(wire_name, KEPT_OF_GOAL)
)
_FACT_FIELDS: Final = (
    *(field.encode_name for field in msgspec.structs.fields(CheckInDocument)),
    GIVEN_MODE,
)
SECTIONS: Final[dict[str, Section]] = {
    "goals": Section(_GOAL_FIELDS, _goal_bodies),
    "goalMilestones": entities(MILESTONES),
    "goalCheckIns": Section(_FACT_FIELDS, _check_ins),
    "goalTargets": Section(_fields(TargetVersion), _targets),
    **{name: entities(every(table, record)) for name, (table, record) in NEIGHBOURS.items()},
    "goalBeginnings": Section(_fields(Beginning), _beginnings),
    "budgetEntries": Section(_fields(BudgetEntry), _entries),
    "journal": Section((*_JOURNAL_FIELDS, "data"), _journal),
}
"""Name in the document → its records; `entities` makes one of a table's pages."""
