"""The SQL of goals, facts and totals, as portable constructs; compiled once per database.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, func, select

from waymark.domain.records import (
    CheckIn,
    DayEnds,
    DayTotal,
    Goal,
    Head,
    JournalRow,
    Milestone,
    SourceTotal,
    TargetVersion,
)
from waymark.domain.vocabulary import PaceStatus
from waymark.store.columns import any_of
from waymark.store.insight_tables import dues
from waymark.store.schema import (
    goal_check_ins,
    goal_day_totals,
    goal_documents,
    goal_milestones,
    goal_source_totals,
    goal_targets,
    goals,
    heads,
    idempotency,
    journal,
    users,
)
from waymark.store.statement import Statement

USER: BindParameter[str] = bindparam("user_id")
GOAL: BindParameter[str] = bindparam("goal_id")


class Owner(msgspec.Struct, frozen=True):
    """What rules need to know of a user: whose day it is and what their money is."""

    timezone: str
    day_starts_at: int
    base_currency: str | None
    insight_thresholds: tuple[int, ...] | None


class Stored(msgspec.Struct, frozen=True):
    """The first answer to an idempotency key."""

    fingerprint: str
    created_at: datetime
    status: int
    answer: str
    location: str | None
    etag: str | None


class Page(msgspec.Struct, frozen=True):
    """A document as a read streams it."""

    body: str
    version: int
    day: date
    fresh_from: datetime
    fresh_until: datetime
    show_status: str


class Shown(msgspec.Struct, frozen=True):
    """How a goal was shown when it was last settled, and when it is due again."""

    day: date
    percent: Decimal
    pace: PaceStatus | None
    due_at: datetime | None


LOCK_HEAD = Statement(select(heads).where(heads.c.user_id == USER).with_for_update(), Head)
HEAD = Statement(select(heads).where(heads.c.user_id == USER), Head)
OWNER = Statement(
    select(users.c.timezone, users.c.day_starts_at, users.c.base_currency, users.c.insight_thresholds).where(
        users.c.id == USER
    ),
    Owner,
)
ANSWER = Statement(
    select(
        idempotency.c.fingerprint,
        idempotency.c.created_at,
        idempotency.c.status,
        idempotency.c.answer,
        idempotency.c.location,
        idempotency.c.etag,
    ).where(idempotency.c.user_id == USER, idempotency.c.key == bindparam("key")),
    Stored,
)

# One goal and what its rules need ------------------------------------------------------------

GOAL_COLUMNS = [goals.c[name] for name in Goal.__struct_fields__]
"""Without the columns that exist only for searching and sorting."""
GOAL_ROW = Statement(select(*GOAL_COLUMNS).where(goals.c.user_id == USER, goals.c.id == GOAL), Goal)
GOALS_AND_SHOWN = (
    select(
        *GOAL_COLUMNS,
        goal_documents.c.day,
        goal_documents.c.progress_percent,
        goal_documents.c.pace_status,
        dues.c.due_at,
    )
    .join_from(
        goals,
        goal_documents,
        and_(goal_documents.c.user_id == goals.c.user_id, goal_documents.c.goal_id == goals.c.id),
        isouter=True,
    )
    .join(
        dues,
        and_(dues.c.user_id == goals.c.user_id, dues.c.entity == "goals", dues.c.id == goals.c.id),
        isouter=True,
    )
)
"""The columns of goals, then those of their `Shown`, null while there is no document."""
GOAL_AND_SHOWN = Statement(GOALS_AND_SHOWN.where(goals.c.user_id == USER, goals.c.id == GOAL))
MILESTONES = Statement(
    select(goal_milestones)
    .where(
        goal_milestones.c.user_id == USER,
        goal_milestones.c.goal_id == GOAL,
        goal_milestones.c.show_status == "active",
    )
    .order_by(goal_milestones.c.ordinal),
    Milestone,
)
TARGETS = Statement(
    select(goal_targets)
    .where(goal_targets.c.user_id == USER, goal_targets.c.goal_id == GOAL)
    .order_by(goal_targets.c.from_on),
    TargetVersion,
)
SOURCE_TOTALS = Statement(
    select(goal_source_totals).where(
        goal_source_totals.c.user_id == USER, goal_source_totals.c.goal_id == GOAL
    ),
    SourceTotal,
)
_DAYS_OF_GOAL = select(goal_day_totals).where(
    goal_day_totals.c.user_id == USER, goal_day_totals.c.goal_id == GOAL
)
DAYS_FROM = Statement(
    _DAYS_OF_GOAL.where(goal_day_totals.c.day >= bindparam("day")).order_by(goal_day_totals.c.day), DayTotal
)
LAST_DAY_BEFORE = Statement(
    _DAYS_OF_GOAL.where(goal_day_totals.c.day < bindparam("day"))
    .order_by(goal_day_totals.c.day.desc())
    .limit(1),
    DayTotal,
)
LAST_DAY = Statement(_DAYS_OF_GOAL.order_by(goal_day_totals.c.day.desc()).limit(1), DayTotal)
_WINDOW = _DAYS_OF_GOAL.where(
    goal_day_totals.c.day >= bindparam("first"), goal_day_totals.c.day < bindparam("end")
).order_by(goal_day_totals.c.day)
WINDOW = Statement(_WINDOW, DayTotal)
WINDOW_ENDS = Statement(
    _WINDOW.with_only_columns(*(goal_day_totals.c[name] for name in DayEnds.__struct_fields__)), DayEnds
)
_STANDING = and_(
    goal_check_ins.c.user_id == USER,
    goal_check_ins.c.goal_id == GOAL,
    goal_check_ins.c.show_status == "active",
)
_FACT_ORDER = (goal_check_ins.c.date_key, goal_check_ins.c.created_at, goal_check_ins.c.id)
FACTS = Statement(select(goal_check_ins).where(_STANDING).order_by(*_FACT_ORDER), CheckIn)
FACTS_OF_DAY = Statement(
    select(goal_check_ins)
    .where(_STANDING, goal_check_ins.c.date_key == bindparam("day"))
    .order_by(*_FACT_ORDER),
    CheckIn,
)
LATEST_FACTS = Statement(
    select(goal_check_ins).where(_STANDING).order_by(*(column.desc() for column in _FACT_ORDER)).limit(5),
    CheckIn,
)
FACTS_OF_SOURCE = Statement(
    select(goal_check_ins).where(
        _STANDING,
        goal_check_ins.c.source_type != "manual",  # as the index of sources says, so that it is used
        goal_check_ins.c.source_type == bindparam("source_type"),
        goal_check_ins.c.source_id == bindparam("source_id"),
    ),
    CheckIn,
)
NEWEST_FACTS = Statement(
    select(goal_check_ins.c.id, goal_check_ins.c.created_at)
    .where(_STANDING, goal_check_ins.c.source_type == bindparam("source_type"))
    .order_by(goal_check_ins.c.created_at.desc())
    .limit(bindparam("limit"))
)
CHECK_IN = Statement(
    select(goal_check_ins).where(goal_check_ins.c.user_id == USER, goal_check_ins.c.id == bindparam("id")),
    CheckIn,
)
KNOWN_CHECK_INS = Statement(
    select(goal_check_ins.c.id).where(goal_check_ins.c.user_id == USER, any_of(goal_check_ins.c.id, "ids"))
)
"""Which of many ids are taken, by deleted check-ins too."""
MILESTONE = Statement(
    select(goal_milestones).where(goal_milestones.c.user_id == USER, goal_milestones.c.id == bindparam("id")),
    Milestone,
)
FIRST_MEASURED_DAY = Statement(
    _DAYS_OF_GOAL.where(goal_day_totals.c.first_measurement.is_not(None))
    .order_by(goal_day_totals.c.day)
    .limit(1),
    DayTotal,
)
LAST_POSITION = Statement(
    select(func.coalesce(func.max(goals.c.position), -1)).where(goals.c.user_id == USER)
)

# Documents -----------------------------------------------------------------------------------

PAGE = Statement(
    select(
        goal_documents.c.body,
        goal_documents.c.version,
        goal_documents.c.day,
        goal_documents.c.fresh_from,
        goal_documents.c.fresh_until,
        goal_documents.c.show_status,
    ).where(goal_documents.c.user_id == USER, goal_documents.c.goal_id == GOAL),
    Page,
)
STANDING_BODIES = Statement(
    select(goal_documents.c.body).where(
        goal_documents.c.user_id == USER, goal_documents.c.show_status != "deleted"
    )
)
STALE = Statement(
    select(goal_documents.c.goal_id)
    .where(
        goal_documents.c.user_id == USER,
        (goal_documents.c.fresh_until <= bindparam("now", type_=goal_documents.c.fresh_until.type))
        | (goal_documents.c.fresh_from > bindparam("now", type_=goal_documents.c.fresh_from.type)),
    )
    .order_by(goal_documents.c.fresh_until)
    .limit(100)
)
GOAL_IDS = Statement(select(goals.c.id).where(goals.c.user_id == USER))

JOURNAL_AFTER = Statement(
    select(journal)
    .where(journal.c.user_id == USER, journal.c.seq > bindparam("seq"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit")),
    JournalRow,
)
