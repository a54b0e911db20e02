"""The lists there are: where each noun's rows lie, what they are filtered and sorted by.

How a list is paged is listing.py's; who may see what is in `owner`.
"""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from waymark.store import statements
from waymark.store.listing import Listing, SortKey
from waymark.store.schema import goal_check_ins, goal_documents, goals

NOW = sa.bindparam("now", type_=goal_documents.c.fresh_until.type)

GOALS = Listing(
    "goals",
    goals.join(
        goal_documents,
        (goal_documents.c.user_id == goals.c.user_id) & (goal_documents.c.goal_id == goals.c.id),
    ),
    columns=[goal_documents.c.body],
    owner=[
        goals.c.user_id == statements.USER,
        goals.c.show_status == sa.bindparam("show_status"),
    ],
    tie=SortKey(goals.c.id, str),
    sorts={
        "position": [SortKey(goals.c.position, int)],
        "createdAt": [SortKey(goals.c.created_at, datetime)],
        "updatedAt": [SortKey(goals.c.updated_at, datetime)],
        "targetDate": [SortKey(goals.c.target_on, date)],
        "title": [SortKey(goals.c.title_folded, str)],
        "progressPercent": [SortKey(goal_documents.c.progress_percent, Decimal)],
    },
    filters={
        "status": goals.c.status == sa.bindparam("status"),
        "goal_type": goals.c.goal_type == sa.bindparam("goal_type"),
        "metric_type": goals.c.metric_type == sa.bindparam("metric_type"),
        "finance_mode": goals.c.finance_mode == sa.bindparam("finance_mode"),
        "pace_status": goal_documents.c.pace_status == sa.bindparam("pace_status"),
        "search": goals.c.search_folded.like(sa.bindparam("search"), escape="\\"),
        "target_date_from": goals.c.target_on >= sa.bindparam("target_date_from"),
        "target_date_to": goals.c.target_on <= sa.bindparam("target_date_to"),
        "updated_since": goals.c.updated_at >= sa.bindparam("updated_since"),
    },
    stale=[
        goal_documents.c.user_id == statements.USER,
        goal_documents.c.show_status == sa.bindparam("show_status"),
        (goal_documents.c.fresh_until <= NOW) | (goal_documents.c.fresh_from > NOW),
    ],
)

CHECK_INS = Listing(
    "check-ins",
    goal_check_ins,
    columns=list(goal_check_ins.c),
    owner=[
        goal_check_ins.c.user_id == statements.USER,
        goal_check_ins.c.goal_id == statements.GOAL,
        goal_check_ins.c.show_status == sa.bindparam("show_status"),
    ],
    tie=SortKey(goal_check_ins.c.id, str),
    sorts={
        "dateKey": [SortKey(goal_check_ins.c.date_key, date), SortKey(goal_check_ins.c.created_at, datetime)],
        "createdAt": [SortKey(goal_check_ins.c.created_at, datetime)],
    },
    filters={
        "source_type": goal_check_ins.c.source_type == sa.bindparam("source_type"),
        "date_from": goal_check_ins.c.date_key >= sa.bindparam("date_from"),
        "date_to": goal_check_ins.c.date_key <= sa.bindparam("date_to"),
    },
)
