"""Tables of webhooks, of how far each has come, and of the deliveries on their way.

No statement here.
"""

import sqlalchemy as sa

from waymark.domain.webhooks import Attempt
from waymark.store.columns import Instant, Json, Text, Uuid, Whole
from waymark.store.tables import entity, metadata, of_parent, optional, required

webhooks = entity(
    "webhooks",
    required("url", Text()),
    optional("description", Text()),
    required("events", Json(tuple[str, ...])),
    optional("entities", Json(tuple[str, ...])),
    optional("goal_ids", Json(tuple[str, ...])),
    required("status", Text()),
    optional("status_reason", Text()),
    required("status_at", Instant()),
    required("secret", Text()),
    optional("old_secret", Text()),
    optional("old_secret_until", Instant()),
    of_parent("users"),
    sa.Index(None, "user_id", "show_status", "created_at", "id"),
)

# Apart from the webhook: the worker moves it with every event, and an owner's change must not undo that.
webhook_progress = sa.Table(
    "webhook_progress",
    metadata,
    required("user_id", Uuid()),
    required("webhook_id", Uuid()),
    required("enqueued_seq", Whole()),
    required("told_seq", Whole()),
    optional("due_at", Instant()),
    required("leased_until", Instant()),
    optional("failing_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "webhook_id"),
    of_parent("webhooks", "webhook_id"),
    sa.Index(None, "due_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    required("user_id", Uuid()),
    required("webhook_id", Uuid()),
    required("id", Uuid()),
    optional("seq", Whole()),
    optional("prev_seq", Whole()),
    required("event", Text()),
    optional("entity", Text()),
    optional("entity_id", Text()),
    optional("operation", Text()),
    required("status", Text()),
    required("tries", Whole()),
    required("attempts", Json(tuple[Attempt, ...])),
    optional("next_at", Instant()),
    required("created_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "webhook_id", "id"),
    of_parent("webhooks", "webhook_id"),
    sa.Index(None, "user_id", "webhook_id", "created_at", "id"),
    sa.Index(None, "user_id", "webhook_id", "seq"),
    sqlite_strict=True,
)
_IS_PENDING = sa.text("status = 'pending'")
sa.Index(
    "ix_webhook_deliveries_due",
    *(webhook_deliveries.c[name] for name in ("user_id", "webhook_id", "next_at")),
    sqlite_where=_IS_PENDING,
    postgresql_where=_IS_PENDING,
)
