"""Everything that is a user's as one JSON document, made page by page: memory does not grow with it.

Each record is as it was when its page was read, and none comes twice; a new noun is one more section.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from waymark.domain.documents import CheckInDocument, GoalDocument, check_in_document, encoded
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
    CHECK_INS,
    GOAL_BODIES,
    GOALS,
    JOURNAL,
    MILESTONES,
    NEIGHBOURS,
    PAGE,
    TARGETS,
)
from waymark.store.journal import UNSEEN, wire_name
from waymark.store.statement import Statement

T = TypeVar("T")
Section: TypeAlias = Callable[[Reader, str], AsyncIterator[str]]

FORMAT: Final = "waymark-export"
VERSION: Final = 1
_BOOKKEEPING: Final = UNSEEN - {"version", "updated_at"}


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
    journal: list[dict[str, Any]]


async def exported(reader: Reader, user: User, now: datetime) -> AsyncIterator[str]:
    """The document in pieces of JSON text; `now` is the machine's instant."""
    yield f'{{"format":"{FORMAT}","version":{VERSION},"exportedAt":{encoded(now)},"user":{user_body(user)}'
    sessions = [session_document(each, None) for each in await standing_sessions(reader, user.id, now)]
    tokens = [api_token_document(each) for each in await api_tokens(reader, user.id)]
    yield f',"sessions":{encoded(sessions)},"apiTokens":{encoded(tokens)}'
    for name, section in SECTIONS.items():
        separator = f',"{name}":['
        async for body in section(reader, user.id):
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


def entities(statement: Statement[T], body: Callable[[T], str]) -> Section:
    """A section of records that are read by their ids, deleted ones too."""

    async def section(reader: Reader, user_id: str) -> AsyncIterator[str]:
        async for row in _all(reader, statement, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
            yield body(row)

    return section


def _after_id(row: Any) -> Mapping[str, Any]:
    return {"after": row.id}


def _as_stored(record: msgspec.Struct) -> str:
    """A record's columns under the names that clients know."""
    names = [name for name in record.__struct_fields__ if name not in _BOOKKEEPING]
    return encoded({wire_name(name): getattr(record, name) for name in names})


# Sections that are not simply a table's rows --------------------------------------------------


async def _goal_bodies(reader: Reader, user_id: str) -> AsyncIterator[str]:
    rows = _all(reader, GOAL_BODIES, {"after": BEFORE_ALL}, lambda row: {"after": row[0]}, user_id=user_id)
    async for _, body in rows:
        yield body


async def _check_ins(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for goal in _all(reader, GOALS, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
        facts = _all(reader, CHECK_INS, {"after": BEFORE_ALL}, _after_id, user_id=user_id, goal_id=goal.id)
        async for fact in facts:
            yield encoded(check_in_document(fact, goal))


async def _targets(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for goal in _all(reader, GOALS, {"after": BEFORE_ALL}, _after_id, user_id=user_id):
        for version in await reader.all(TARGETS, user_id=user_id, goal_id=goal.id):
            yield _as_stored(version)


async def _journal(reader: Reader, user_id: str) -> AsyncIterator[str]:
    async for row in _all(reader, JOURNAL, {"after": 0}, lambda row: {"after": row.seq}, user_id=user_id):
        seen = {name: getattr(row, name) for name in row.__struct_fields__ if name not in {"user_id", "body"}}
        yield encoded({**seen, "data": msgspec.Raw(row.body.encode())})


SECTIONS: Final[dict[str, Section]] = {
    "goals": _goal_bodies,
    "goalMilestones": entities(MILESTONES, _as_stored),
    "goalCheckIns": _check_ins,
    "goalTargets": _targets,
    **{name: entities(statement, _as_stored) for name, statement in NEIGHBOURS.items()},
    "journal": _journal,
}
"""Name in the document → its records; `entities` makes one of a table's pages."""
