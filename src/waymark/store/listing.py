"""Lists, one way for every noun: filters, sorting, pages by number or by cursor.

A list is described once (`Listing`); its statements are made per shape of request and kept.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from functools import reduce
from hashlib import sha256
from typing import Any, Literal, TypeAlias, cast

import msgspec
import sqlalchemy as sa

from waymark.errors import Invalid
from waymark.store.database import Reader
from waymark.store.statement import Statement

Order: TypeAlias = Literal["asc", "desc"]
Condition: TypeAlias = sa.ColumnElement[bool]

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class SortKey(msgspec.Struct, frozen=True):
    """A column to sort by and the Python type of its values, as a cursor holds them."""

    column: sa.Column[Any]
    type: Any

    @property
    def is_nullable(self) -> bool:
        return bool(self.column.nullable)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list is asked for; `cursor` and `page` exclude each other."""

    sort_by: str
    order: Order
    limit: int = DEFAULT_LIMIT
    page: int | None = None
    cursor: str | None = None


class ListMeta(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`meta` of a list. A page read by cursor has no number."""

    page: int | None
    limit: int
    total: int
    total_pages: int
    has_more: bool
    next_cursor: str | None


class Cursors:
    """Makes and reads cursors: opaque, signed for one user, one list and one set of filters."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hmac.digest(secret, b"waymark cursors", "sha256")

    def made(self, scope: bytes, values: Sequence[Any]) -> str:
        payload = msgspec.json.encode(values)
        return urlsafe_b64encode(self._signature(scope, payload) + payload).decode().rstrip("=")

    def values(self, scope: bytes, cursor: str, types: Sequence[Any]) -> tuple[Any, ...]:
        """What the cursor points behind; Invalid for one that is forged, foreign or of another list."""
        refused = Invalid.of("cursor", "invalid", "Not a cursor of this list; begin without one.")
        kind = tuple.__class_getitem__(tuple(types))
        try:
            raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            signature, payload = raw[:16], raw[16:]
            if hmac.compare_digest(signature, self._signature(scope, payload)):
                return cast("tuple[Any, ...]", msgspec.json.decode(payload, type=kind))
        except (ValueError, msgspec.DecodeError):
            pass
        raise refused

    def _signature(self, scope: bytes, payload: bytes) -> bytes:
        return hmac.digest(self._secret, scope + b"\0" + payload, "sha256")[:16]


class Listing:
    """A list of one noun: where its rows are, what each is filtered and sorted by.

    `body` is the column or columns that make a row's JSON; conditions take parameters of their
    filter's name. Ties are broken by id, nulls come last, whatever the order. `stale` says, of one
    table, which rows of the list are not of today; a list without it has none.
    """

    def __init__(
        self,
        name: str,
        source: sa.FromClause,
        *,
        columns: Sequence[sa.ColumnElement[Any]],
        owner: Sequence[Condition],
        tie: SortKey,
        sorts: Mapping[str, Sequence[SortKey]],
        filters: Mapping[str, Condition],
        stale: Sequence[Condition] = (),
    ) -> None:
        self.name = name
        self._source = source
        self._columns = columns
        self._owner = owner
        self._tie = tie
        self.names = [str(column.key) for column in columns]
        """Names of the columns, in the order of a row."""
        self.sorts = sorts
        self._filters = filters
        self._stale = stale
        self._made: dict[tuple[Any, ...], Statement[Any]] = {}

    async def rows(
        self,
        reader: Reader,
        cursors: Cursors,
        user_id: str,
        asked: Asked,
        given: Mapping[str, Any],
        *,
        within: Mapping[str, Any],
        **params: Any,
    ) -> tuple[list[tuple[Any, ...]], ListMeta, int]:
        """The rows of the columns, the page's meta and how many rows of the list are stale.

        `within` holds the parameters of the owner's conditions: a cursor serves one such list alone.
        """
        keys = [*self.sorts[asked.sort_by], self._tie]
        values: tuple[Any, ...] | None = None
        if asked.cursor is not None:
            scope = self._scope(user_id, asked, {**within, **given})
            values = cursors.values(scope, asked.cursor, [each.type | None for each in keys])
        page = asked.page or 1
        bound: dict[str, Any] = {
            **params,
            **within,
            **given,
            "user_id": user_id,
            "limit": asked.limit + 1,
            "offset": 0 if values is not None else (page - 1) * asked.limit,
            **{f"after_{index}": value for index, value in enumerate(values or ()) if value is not None},
        }
        shape = (asked.sort_by, asked.order, tuple(given), values and tuple(v is None for v in values))
        found = await reader.all(self._statement(shape, keys, asked, given, values), **bound)
        if found:
            total, stale = found[0][-2], found[0][-1]
        else:
            total, stale = (await reader.one(self._counting(tuple(given), given), **bound)) or (0, 0)
        rows, has_more = found[: asked.limit], len(found) > asked.limit
        width = len(self._columns)
        next_cursor = None
        if has_more:
            scope = self._scope(user_id, asked, {**within, **given})
            next_cursor = cursors.made(scope, rows[-1][width : width + len(keys)])
        meta = ListMeta(
            page=None if values is not None else page,
            limit=asked.limit,
            total=total,
            total_pages=-(-total // asked.limit),
            has_more=has_more,
            next_cursor=next_cursor,
        )
        return [row[:width] for row in rows], meta, stale

    def _scope(self, user_id: str, asked: Asked, given: Mapping[str, Any]) -> bytes:
        parts = [self.name, user_id, asked.sort_by, asked.order, sorted(given.items(), key=lambda kv: kv[0])]
        return sha256(msgspec.json.encode(parts)).digest()

    def _wheres(self, names: Sequence[str]) -> list[Condition]:
        return [*self._owner, *(self._filters[name] for name in names)]

    def _counts(self, names: Sequence[str]) -> list[sa.ColumnElement[Any]]:
        counted = sa.select(sa.func.count())
        total = counted.where(*self._wheres(names))
        if len(total.get_final_froms()) > 1:  # else no condition asks for the join, which costs every row
            total = total.select_from(self._source)
        stale = counted.where(*self._stale).scalar_subquery() if self._stale else sa.literal_column("0")
        return [total.scalar_subquery().label("total"), stale.label("stale")]

    def _counting(self, names: tuple[str, ...], given: Mapping[str, Any]) -> Statement[Any]:
        shape = ("counts", names)
        if shape not in self._made:
            self._made[shape] = Statement(sa.select(*self._counts(list(given))))
        return self._made[shape]

    def _statement(
        self,
        shape: tuple[Any, ...],
        keys: Sequence[SortKey],
        asked: Asked,
        given: Mapping[str, Any],
        values: Sequence[Any] | None,
    ) -> Statement[Any]:
        if shape not in self._made:
            names = list(given)
            wheres = self._wheres(names)
            if values is not None:
                wheres.append(_after(keys, values, asked.order))
            orders: list[sa.ColumnElement[Any]] = []
            for key in keys:
                if key.is_nullable:
                    orders.append(key.column.is_(None))
                orders.append(key.column.asc() if asked.order == "asc" else key.column.desc())
            self._made[shape] = Statement(
                sa.select(*self._columns, *(key.column for key in keys), *self._counts(names))
                .select_from(self._source)
                .where(*wheres)
                .order_by(*orders)
                .limit(sa.bindparam("limit"))
                .offset(sa.bindparam("offset"))
            )
        return self._made[shape]


def _after(keys: Sequence[SortKey], values: Sequence[Any], order: Order) -> Condition:
    """Rows that come after `values` in the order of the keys, nulls last."""
    cases: list[Condition] = []
    same: list[Condition] = []
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        column = key.column
        bound: sa.BindParameter[Any] = sa.bindparam(f"after_{index}")
        if value is None:
            same.append(column.is_(None))
            continue
        later: Condition = column > bound if order == "asc" else column < bound
        if key.is_nullable:
            later = later | column.is_(None)
        cases.append(sa.and_(*same, later))
        same.append(column == bound)
    return reduce(lambda one, other: one | other, cases)
