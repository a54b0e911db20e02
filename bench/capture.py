"""The statements of a transaction as the drivers were given them, and the same statements for another one.

Recording happens in a server started for it, never in one that is measured.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID, uuid4

import apsw
import asyncpg


class Call(NamedTuple):
    """One statement with its positional arguments."""

    sql: str
    arguments: Sequence[Any]


Transcript: TypeAlias = list[Call]


class Template(NamedTuple):
    """One statement as two transactions ran it one after the other: what differs moves on."""

    sql: str
    first: Sequence[Any]
    second: Sequence[Any]


def record() -> Transcript:
    """From now on every connection that this process opens notes its statements in the list returned."""
    heard: Transcript = []

    def trace(_: apsw.Cursor, sql: str, arguments: Any) -> bool:
        heard.append(Call(sql, tuple(arguments or ())))
        return True

    apsw.connection_hooks.append(lambda connection: connection.set_exec_trace(trace))
    initialise = asyncpg.Connection.__init__

    def listening(self: Any, *arguments: Any, **named: Any) -> None:
        initialise(self, *arguments, **named)
        self.add_query_logger(lambda query: heard.append(Call(query.query, tuple(query.args))))

    asyncpg.Connection.__init__ = listening  # type: ignore[method-assign]  # to listen is all it is for
    return heard


def transaction(heard: Transcript) -> Transcript:
    """The part from BEGIN to COMMIT; what the server asked outside of it is its own overhead."""
    words = [call.sql.split(None, 1)[0].rstrip(";").upper() for call in heard]
    return heard[words.index("BEGIN") : len(words) - words[::-1].index("COMMIT")]


def is_alike(first: Transcript, second: Transcript) -> bool:
    """Whether two transactions ran the same statements."""
    return [call.sql for call in first] == [call.sql for call in second]


def templates(first: Transcript, second: Transcript) -> tuple[Template, ...]:
    """Pair two transactions that are alike, statement by statement."""
    return tuple(Template(a.sql, a.arguments, b.arguments) for a, b in zip(first, second, strict=True))


def calls(transaction: Sequence[Template], step: int) -> Transcript:
    """The transaction that comes `step` after the second one."""
    fresh: dict[Any, Any] = {}
    return [
        Call(sql, [moved(a, b, step, fresh) for a, b in zip(first, second, strict=True)])
        for sql, first, second in transaction
    ]


def moved(first: Any, second: Any, step: int, fresh: dict[Any, Any]) -> Any:
    """An argument as many steps on: counters and instants count on, ids are new, text stays as it was."""
    if isinstance(second, list | tuple) and len(first) == len(second):
        return [moved(a, b, step, fresh) for a, b in zip(first, second, strict=True)]
    if first == second or type(first) is not type(second):
        return second
    if isinstance(second, int | Decimal | datetime):
        return second + step * (second - first)
    if is_id(second):
        return fresh.setdefault(second, type(second)(str(uuid4())))
    return second


def is_id(value: object) -> bool:
    if isinstance(value, str):
        try:
            return str(UUID(value)) == value
        except ValueError:
            return False
    return isinstance(value, UUID)
