"""A statement: one SQLAlchemy construct, compiled once per database, with its conversions.

It never touches a connection; the drivers ask it for text, arguments and rows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar, cast, overload

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg, PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteDialect
from sqlalchemy.sql.compiler import SQLCompiler

from waymark.store.columns import ColumnType, Convert, Dialect

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
Maker: TypeAlias = Callable[[Iterable[Any]], Any]
"""The driver's row → the statement's."""
Construct: TypeAlias = (
    sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[Any] | sa.Insert | sa.Update | sa.Delete
)


class _WithConstants(SQLCompiler):
    """Writes what has a value already into the text, and placeholders only for named parameters."""

    def visit_bindparam(self, bindparam: Any, *options: Any, **more: Any) -> Any:
        if not bindparam.required:
            more["literal_binds"] = True
        return super().visit_bindparam(bindparam, *options, **more)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no types


class _SQLiteText(_WithConstants, SQLiteCompiler):
    pass


class _PostgresText(_WithConstants, PGCompiler_asyncpg):
    pass


def _writer(dialect: sa.Dialect, compiler: type[SQLCompiler]) -> sa.Dialect:
    dialect.statement_compiler = compiler
    return dialect


SQL: dict[Dialect, sa.Dialect] = {
    "sqlite": _writer(SQLiteDialect(paramstyle="qmark"), _SQLiteText),
    "postgresql": _writer(PGDialect_asyncpg(), _PostgresText),  # type: ignore[no-untyped-call]  # SQLAlchemy's has no types
}
"""The two writers of SQL text."""


class Argument(NamedTuple):
    """One placeholder: its parameter's name and what its value goes through."""

    name: str
    encode: Convert | None


class Columns(NamedTuple):
    """What is selected: decoders by position, where one is needed, and every name."""

    decoders: tuple[tuple[int, Convert], ...]
    names: tuple[str, ...]


class Compiled(NamedTuple):
    """What a driver needs of a statement."""

    text: str
    arguments: tuple[Argument, ...]
    columns: Columns


class Statement(Generic[T]):
    """A query or a command with named parameters.

    Rows come back as `into`, a Struct with exactly the selected columns as fields, or as tuples without it.
    Constants in the construct become part of the text, so that partial indexes are found.
    """

    @overload
    def __init__(self: "Statement[Row]", construct: Construct) -> None: ...
    @overload
    def __init__(self, construct: Construct, into: type[T]) -> None: ...
    def __init__(self, construct: Construct, into: Any = None) -> None:
        self.construct = construct
        self.into = into
        self._compiled: dict[Dialect, Compiled] = {}
        self._makers: dict[Dialect, Maker] = {}

    def compiled(self, dialect: Dialect) -> Compiled:
        """Its text and conversions for one database."""
        ready = self._compiled.get(dialect)
        if ready is None:
            ready = self._compiled[dialect] = _compile(self.construct, dialect)
        return ready

    def arguments(self, dialect: Dialect, params: Mapping[str, Any]) -> list[Any]:
        """The driver's positional arguments; KeyError names a parameter that was not given."""
        return [
            value if (value := params[name]) is None or encode is None else encode(value)
            for name, encode in self.compiled(dialect).arguments
        ]

    def rows(self, dialect: Dialect, raw: Iterable[Iterable[Any]]) -> Iterator[T]:
        """The driver's rows in Python's types."""
        made = self._makers.get(dialect)
        if made is None:
            made = self._makers[dialect] = _maker(self.compiled(dialect).columns, self.into)
        return map(made, raw)


def _maker(columns: Columns, into: Any) -> Maker:
    """The driver's row → ours, as code written for these columns: a loop over them takes longer."""
    if into is None and not columns.decoders:
        return tuple
    decoders = dict(columns.decoders)
    places = range(len(columns.names))
    terms = [f"None if v{at} is None else d{at}(v{at})" if at in decoders else f"v{at}" for at in places]
    if into is not None:
        terms = [f"{name}={term}" for name, term in zip(columns.names, terms, strict=True)]
    scope: dict[str, Any] = {"into": into, **{f"d{at}": decode for at, decode in decoders.items()}}
    values, made = "".join(f"v{at}, " for at in places), ", ".join(terms)
    text = f"def made(row):\n    {values}= row\n    return {'' if into is None else 'into'}({made},)"
    exec(text, scope)  # noqa: S102  # nothing in the text but positions and the names of our own columns
    return cast("Maker", scope["made"])


def _compile(construct: Construct, dialect: Dialect) -> Compiled:
    compiled = construct.compile(dialect=SQL[dialect])
    marks = [name for name in compiled.positiontup or () if name]
    selected = construct.exported_columns
    return Compiled(
        text=str(compiled),
        arguments=tuple(Argument(name, _encoder(compiled.binds[name].type, dialect)) for name in marks),
        columns=Columns(
            decoders=tuple(
                (position, decode)
                for position, column in enumerate(selected)
                if (decode := _decoder(column.type, dialect)) is not None
            ),
            names=tuple(map(str, selected.keys())),
        ),
    )


def _encoder(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.encoder(dialect) if isinstance(kind, ColumnType) else None


def _decoder(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, ColumnType):
        return kind.decoder(dialect)
    return bool if dialect == "sqlite" and isinstance(kind, sa.Boolean) else None
