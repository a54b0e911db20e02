"""JSON that the database writes itself, as UTF-8: what goes out as it is needs no object on its way.

Only expressions; which columns go into what, the statements say.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class _Of(sa.ColumnElement[Any]):
    """An expression that each database writes in its own words."""

    inherit_cache = False

    def __init__(self, inner: sa.ColumnElement[Any]) -> None:
        self.inner = inner

    def self_group(self, against: Any = None) -> "_Of":  # noqa: ARG002  # SQLAlchemy's name
        return self


class _Utf8(_Of):
    """A text as bytes: drivers would make characters of it, and the answer bytes again."""

    type = sa.LargeBinary()


class _Written(_Of):
    """An instant as JSON has it, without its quotes: a fraction of six digits, or none for a whole second."""

    type = sa.Text()


def utf8(*parts: sa.ColumnElement[Any] | str) -> sa.ColumnElement[bytes]:
    """The parts one behind the other, as bytes; numbers in their shortest form, NULL as nothing."""
    return _Utf8(sa.func.concat(*parts))


def written(instant: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """An instant of a column as our documents spell it."""
    return _Written(instant)


@compiles(_Utf8, "sqlite")
def _as_blob(element: _Utf8, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"CAST({compiler.process(element.inner, **kwargs)} AS BLOB)"


@compiles(_Utf8, "postgresql")
def _as_bytea(element: _Utf8, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"convert_to({compiler.process(element.inner, **kwargs)}, 'UTF8')"


@compiles(_Written, "sqlite")
def _of_count(element: _Written, compiler: SQLCompiler, **kwargs: Any) -> str:
    # date() and time() take a third of the time of strftime().
    count = compiler.process(element.inner, **kwargs)
    second = f"{count} / 1000000, 'unixepoch'"
    fraction = f"CASE {count} % 1000000 WHEN 0 THEN '' ELSE '.' || substr({count} % 1000000 + 1000000, 2) END"
    return f"concat(date({second}), 'T', time({second}), {fraction}, 'Z')"


@compiles(_Written, "postgresql")
def _of_timestamp(element: _Written, compiler: SQLCompiler, **kwargs: Any) -> str:
    instant = f"{compiler.process(element.inner, **kwargs)} AT TIME ZONE 'UTC'"
    return f"""replace(to_char({instant}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z'"""
