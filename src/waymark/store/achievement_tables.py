"""The table of what users have earned: records of domain/achievements.py.

No statement and no rule here.
"""

from waymark.store.columns import Instant, Text
from waymark.store.tables import entity, of_parent, required

achievements = entity(
    "achievements",
    required("key", Text()),
    required("earned_at", Instant()),
    of_parent("users"),
)
