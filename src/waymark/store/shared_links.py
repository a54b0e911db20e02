"""Rows and SQL of shared links, and of what the calendar among them shows.

Whose a secret is is found by its hash; from there on every statement names its user.
"""

from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import bindparam, select

from waymark.store.schema import goal_documents
from waymark.store.shared_tables import shared_links
from waymark.store.statement import Statement
from waymark.store.statements import USER

LinkKind: TypeAlias = Literal["calendar", "picture"]

_NAMESPACE: Final = UUID("c1a7d4c0-5d0e-5c57-9d50-6a1f4a6c1b11")


class SharedLink(msgspec.Struct, frozen=True, kw_only=True):
    """One link; `goal_id` names what it shows where that is one goal."""

    user_id: str
    id: str
    kind: LinkKind
    goal_id: str | None = None
    secret_hash: str
    created_at: datetime


def link_id(kind: LinkKind, goal_id: str | None = None) -> str:
    """A user has one link of a kind and goal, so that another one takes its place."""
    return str(uuid5(_NAMESPACE, f"{kind}|{goal_id or ''}"))


SHARED_LINK = Statement(
    select(shared_links).where(shared_links.c.user_id == USER, shared_links.c.id == bindparam("id")),
    SharedLink,
)
SHARED_LINK_BY_HASH = Statement(
    select(shared_links).where(
        shared_links.c.secret_hash == bindparam("secret_hash"),
        shared_links.c.kind == bindparam("kind"),
    ),
    SharedLink,
)
CALENDAR = Statement(
    select(goal_documents.c.body, goal_documents.c.fresh_from)
    .where(goal_documents.c.user_id == USER, goal_documents.c.show_status == "active")
    .order_by(goal_documents.c.goal_id)
)
"""Documents of the goals in sight, each with the beginning of the day that it is of."""
