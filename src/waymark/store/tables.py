"""What every table is made with: names of constraints, the columns that all entities have.

No table here.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from waymark.store.columns import Instant, Json, Text, Uuid, Whole

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

COMPUTED = "computed"
"""Key in `Column.info` of the function record → value of a column that no record has a field for."""


def required(name: str, kind: sa.types.TypeEngine[Any], **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, **more)


def optional(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def entity(name: str, *rest: SchemaItem) -> sa.Table:
    """A table of user-owned entities with the columns that all of them have."""
    return sa.Table(
        name,
        metadata,
        required("user_id", Uuid()),
        required("id", Uuid()),
        required("show_status", Text()),
        required("sync_status", Text()),
        required("version", Whole()),
        required("created_at", Instant()),
        required("updated_at", Instant()),
        optional("deleted_at", Instant()),
        required("provenance", Json(dict[str, tuple[int, int]])),
        *rest,
        sa.PrimaryKeyConstraint("user_id", "id"),
        sqlite_strict=True,
    )


def of_parent(parent: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    """The rows of a table go with the user, or with the user's `parent` that `column` names."""
    own, theirs = ["user_id"], [f"{parent}.{'user_id' if column else 'id'}"]
    if column:
        own, theirs = [*own, column], [*theirs, f"{parent}.id"]
    return sa.ForeignKeyConstraint(own, theirs, ondelete="CASCADE")
