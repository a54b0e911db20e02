"""Column types: what a Python value becomes in each database, exactly, and back.

Values only; tables are in schema.py, statements where they are used.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact
from typing import Any, ClassVar, Literal, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

Dialect: TypeAlias = Literal["sqlite", "postgresql"]
Convert: TypeAlias = Callable[[Any], Any]

AMOUNT_DECIMALS = 6
_SCALE = 10**AMOUNT_DECIMALS
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ONE = Decimal(1)


def _plain(number: Decimal) -> Decimal:
    """The same number in its one stored form: 1.50 → 1.5, 1E+3 → 1000, -0 → 0."""
    if not number:
        return Decimal(0)
    normal = number.normalize(_EXACT)
    return normal.quantize(_ONE, context=_EXACT) if normal == normal.to_integral_value() else normal


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone")
    return instant


def microseconds(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970; ValueError without a zone."""
    return (_aware(instant) - _EPOCH) // _MICROSECOND


def instant_at(count: int) -> datetime:
    """The inverse of `microseconds`, in UTC."""
    return _EPOCH + timedelta(microseconds=count)


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError(f"{number} is no number to store")
    return number


def _scaled(number: Decimal) -> int:
    scaled = _finite(number).scaleb(AMOUNT_DECIMALS, _EXACT)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{number} has more than {AMOUNT_DECIMALS} decimals")
    return whole


def _unscaled(scaled: int) -> Decimal:
    whole, rest = divmod(scaled, _SCALE)
    return Decimal(scaled).scaleb(-AMOUNT_DECIMALS, _EXACT).normalize(_EXACT) if rest else Decimal(whole)


def _ours(dialect: sa.Dialect) -> Dialect:
    """Which database a dialect of SQLAlchemy writes for; its default one only prints constructs."""
    return "sqlite" if dialect.name == "sqlite" else "postgresql"


class ColumnType(sa.types.TypeDecorator[Any]):
    """How one kind of value is declared, sent and read in each database.

    SQLAlchemy only writes SQL here, so conversions are asked for by name and not by its execution;
    None means that the driver speaks Python's type already.
    """

    cache_ok = True
    impl: Any = sa.Text
    forms: ClassVar[dict[Dialect, sa.types.TypeEngine[Any]]]

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """SQLAlchemy's question for the declared type."""
        return dialect.type_descriptor(self.forms[_ours(dialect)])

    def encoder(self, _dialect: Dialect) -> Convert | None:
        """From Python to the driver; never called with None."""
        return None

    def decoder(self, _dialect: Dialect) -> Convert | None:
        """From the driver to Python; never called with None."""
        return None

    def process_literal_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """SQLAlchemy's question for a constant that becomes part of the text."""
        encode = self.encoder(_ours(dialect))
        return value if value is None or encode is None else encode(value)


def stored_as(column: sa.ColumnElement[Any]) -> ColumnType:
    """A column's type; TypeError when it is none of this module's."""
    if not isinstance(column.type, ColumnType):
        raise TypeError(f"{column} is stored as {column.type!r}")
    return column.type


class Text(ColumnType):
    """Text that sorts by code point in both databases."""

    forms: ClassVar = {"sqlite": sa.TEXT(), "postgresql": sa.TEXT(collation="C")}


class Uuid(ColumnType):
    """A lower-case UUID, `str` in Python."""

    forms: ClassVar = {"sqlite": sa.TEXT(), "postgresql": pg.UUID(as_uuid=False)}

    def decoder(self, dialect: Dialect) -> Convert | None:
        return str if dialect == "postgresql" else None


class Whole(ColumnType):
    """A signed 64-bit integer."""

    impl = sa.BigInteger
    forms: ClassVar = {"sqlite": sa.INTEGER(), "postgresql": sa.BIGINT()}


class Flag(ColumnType):
    """A boolean."""

    impl = sa.Boolean
    forms: ClassVar = {"sqlite": sa.INTEGER(), "postgresql": sa.BOOLEAN()}

    def decoder(self, dialect: Dialect) -> Convert | None:
        return bool if dialect == "sqlite" else None


class Instant(ColumnType):
    """An aware UTC datetime, to the microsecond; SQLite counts from 1970. ValueError without a zone."""

    impl = sa.DateTime
    forms: ClassVar = {"sqlite": sa.INTEGER(), "postgresql": sa.TIMESTAMP(timezone=True)}

    def encoder(self, dialect: Dialect) -> Convert | None:
        return microseconds if dialect == "sqlite" else _aware

    def decoder(self, dialect: Dialect) -> Convert | None:
        return instant_at if dialect == "sqlite" else None


class Day(ColumnType):
    """A calendar day; SQLite counts from 0001-01-01, so that days sort and subtract there too."""

    impl = sa.Date
    forms: ClassVar = {"sqlite": sa.INTEGER(), "postgresql": sa.DATE()}

    def encoder(self, dialect: Dialect) -> Convert | None:
        return date.toordinal if dialect == "sqlite" else None

    def decoder(self, dialect: Dialect) -> Convert | None:
        return date.fromordinal if dialect == "sqlite" else None


class Amount(ColumnType):
    """An exact decimal of at most 6 decimals and |x| ≤ 10¹², sortable; ValueError beyond 6 decimals.

    SQLite's NUMERIC is a binary float, so there it is an integer of millionths.
    """

    impl = sa.Numeric
    forms: ClassVar = {"sqlite": sa.INTEGER(), "postgresql": sa.NUMERIC()}

    def encoder(self, dialect: Dialect) -> Convert | None:
        return _scaled if dialect == "sqlite" else _checked

    def decoder(self, dialect: Dialect) -> Convert | None:
        return _unscaled if dialect == "sqlite" else _plain


def _checked(number: Decimal) -> Decimal:
    _scaled(number)
    return number


class Total(ColumnType):
    """An exact decimal of any size: what sums and computed values are kept in. Does not sort on SQLite."""

    impl = sa.Numeric
    forms: ClassVar = {"sqlite": sa.TEXT(), "postgresql": sa.NUMERIC()}

    def encoder(self, dialect: Dialect) -> Convert | None:
        return _digits if dialect == "sqlite" else _finite

    def decoder(self, dialect: Dialect) -> Convert | None:
        return Decimal if dialect == "sqlite" else _plain


def _digits(number: Decimal) -> str:
    return format(_plain(_finite(number)), "f")


class Json(ColumnType):
    """A value of one msgspec type as JSON text; decimals inside are strings, so they stay exact."""

    forms: ClassVar = {"sqlite": sa.TEXT(), "postgresql": sa.TEXT()}

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.of = of

    def encoder(self, _dialect: Dialect) -> Convert | None:
        encode = msgspec.json.Encoder().encode
        return lambda value: encode(value).decode()

    def decoder(self, _dialect: Dialect) -> Convert | None:
        return msgspec.json.Decoder(self.of).decode


class Many(ColumnType):
    """A list of one column type as a single parameter: an array, or JSON text on SQLite."""

    def __init__(self, item: ColumnType) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return sa.TEXT()
        return pg.ARRAY(self.item.forms["postgresql"])

    def encoder(self, dialect: Dialect) -> Convert | None:
        encode = self.item.encoder(dialect) or (lambda value: value)
        if dialect == "sqlite":
            return lambda values: msgspec.json.encode([encode(value) for value in values]).decode()
        return lambda values: [encode(value) for value in values]


def is_found_in(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The parameter `search` is somewhere in a folded column, and is folded itself."""
    # Not LIKE, to which % and _ would be more than text.
    return sa.func.replace(column, sa.bindparam("search", type_=Text()), "") != column


class any_of(sa.ColumnElement[bool]):  # noqa: N801  # reads as a function in statements, like sa.and_
    """`column` is one of the values of the list parameter `name`: IN with a text that never changes."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        if not isinstance(column.type, ColumnType):
            message = f"{column} has none of the types of this module"
            raise TypeError(message)
        self.column = column
        self.values = sa.bindparam(name, type_=Many(column.type))

    def self_group(self, against: Any = None) -> "any_of":  # noqa: ARG002  # SQLAlchemy's name
        return self


@compiles(any_of, "sqlite")
def _in_json(element: any_of, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = compiler.process(element.column, **kwargs), compiler.process(element.values, **kwargs)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # compiled, not typed in


@compiles(any_of, "postgresql")
def _in_array(element: any_of, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = compiler.process(element.column, **kwargs), compiler.process(element.values, **kwargs)
    return f"{column} = ANY({values})"
