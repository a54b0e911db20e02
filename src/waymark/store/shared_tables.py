"""The table of shared links: secret addresses that show one thing of a user without a token.

Only a hash of the secret is kept; what a link shows its route knows.
"""

import sqlalchemy as sa

from waymark.store.columns import Instant, Text, Uuid
from waymark.store.tables import metadata, of_parent, optional, required

shared_links = sa.Table(
    "shared_links",
    metadata,
    required("user_id", Uuid()),
    required("id", Uuid()),
    required("kind", Text()),
    optional("goal_id", Uuid()),
    required("secret_hash", Text()),
    required("created_at", Instant()),
    sa.PrimaryKeyConstraint("user_id", "id"),
    sa.UniqueConstraint("secret_hash"),
    of_parent("users"),
    of_parent("goals", "goal_id"),
    sa.Index(None, "user_id", "goal_id"),
    sqlite_strict=True,
)
