"""The tables of sync: what devices and server could not agree on, and how far each device's pushes came.

No statement and no rule here.
"""

import sqlalchemy as sa

from waymark.store.columns import Instant, Json, Text, Uuid, Whole
from waymark.store.tables import entity, metadata, of_parent, optional, required

sync_conflicts = entity(
    "sync_conflicts",
    required("entity", Text()),
    required("entity_id", Uuid()),
    required("status", Text()),
    required("operation", Text()),
    required("fields", Json(tuple[str, ...])),
    optional("base", Text()),
    required("server", Text()),
    optional("local", Text()),
    required("server_version", Whole()),
    required("edited_at", Instant()),
    optional("client_id", Text()),
    optional("resolution", Text()),
    optional("resolved_at", Instant()),
    of_parent("users"),
    sa.Index(None, "user_id", "entity", "entity_id"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
)

sync_clients = sa.Table(
    "sync_clients",
    metadata,
    required("user_id", Uuid()),
    required("client_id", Text()),
    required("watermark", Whole()),
    required("beyond", Json(tuple[int, ...])),
    required("updated_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "client_id"),
    of_parent("users"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
