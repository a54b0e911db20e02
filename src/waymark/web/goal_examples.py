"""Examples of goal requests and answers, as the OpenAPI document shows them.

Made by the rules themselves from one sample goal, so that they cannot say what the service would not.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from waymark.domain.account import Account, goal_document, progress_of
from waymark.domain.documents import (
    CheckInReply,
    LatestFact,
    ProgressDocument,
    TermDocument,
    check_in_document,
    encoded,
)
from waymark.domain.ledger import day_total, refolded, rule_of
from waymark.domain.lifecycle import stepped
from waymark.domain.progress import standing
from waymark.domain.records import CheckIn, Goal, Milestone, SourceTotal, TargetVersion
from waymark.domain.series import History, Series, marks, points, projection, target_changes

_USER: Final = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"
_GOAL: Final = "0198c0de-8b21-7f0a-b1c4-2e9d7a6f5c31"
_AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_TODAY: Final = date(2026, 3, 10)

_goal: Final = Goal(
    user_id=_USER,
    id=_GOAL,
    version=4,
    created_at=_AT,
    updated_at=_AT,
    created_on=date(2026, 3, 2),
    title="Down to 80 kg",
    goal_type="health",
    metric_type="weight",
    direction="decrease",
    unit="kg",
    initial_value=Decimal(92),
    target_value=Decimal(80),
    check_in_mode="measure",
    start_on=date(2026, 3, 1),
    target_on=date(2026, 6, 1),
)
_fact: Final = CheckIn(
    user_id=_USER,
    id="0198c0de-9c31-7a1b-8d2e-4f6a8b0c2d4e",
    version=5,
    created_at=datetime(2026, 3, 9, 6, 45, tzinfo=UTC),
    updated_at=datetime(2026, 3, 9, 6, 45, tzinfo=UTC),
    goal_id=_GOAL,
    value=Decimal(91),
    unit="kg",
    note="after a week of cycling",
    date_key=date(2026, 3, 9),
)
_milestone: Final = Milestone(
    user_id=_USER,
    id="0198c0de-ad41-7b2c-9e3f-5a7b9c1d3e5f",
    version=3,
    created_at=_AT,
    updated_at=_AT,
    goal_id=_GOAL,
    title="Half way",
    ordinal=1,
    target_percent=Decimal(50),
    target_value=Decimal(86),
)
_days: Final = refolded(
    [day_total(rule_of(_goal), _USER, _GOAL, _fact.date_key, [_fact])], _goal.initial_value
)
_account: Final = Account(
    base=_goal.initial_value,
    current=_fact.value,
    sources={
        "manual": SourceTotal(
            user_id=_USER,
            goal_id=_GOAL,
            source_type="manual",
            added=Decimal(-1),
            count=1,
            newest_at=_fact.created_at,
        )
    },
    window=_days,
)


def _plain(document: Any) -> Any:
    return msgspec.json.decode(encoded(document))


def _shown(goal: Goal) -> Any:
    return _plain(goal_document(goal, [_milestone], _account, _TODAY))


_document: Final = goal_document(_goal, [_milestone], _account, _TODAY)
GOAL: Final = _plain(_document)
COMPLETED: Final = _shown(stepped(_goal, "complete", _TODAY))
DELETED: Final = _shown(replace(stepped(_goal, "delete", _TODAY), deleted_at=_AT))
MILESTONE: Final = GOAL["milestones"][0]
STATS: Final = GOAL["stats"]
CHECK_IN: Final = _plain(check_in_document(_fact, _goal))
UNDONE: Final = _plain(check_in_document(replace(_fact, show_status="deleted", deleted_at=_AT), _goal))
CHECKED_IN: Final = _plain(
    CheckInReply(
        check_in=msgspec.Raw(encoded(check_in_document(_fact, _goal)).encode()),
        goal=msgspec.Raw(encoded(_document).encode()),
        milestones_reached=[],
        insights=[],
    )
)
_told: Final = progress_of(_goal, [_milestone], _account)
PROGRESS: Final = _plain(
    ProgressDocument(
        goal_id=_GOAL,
        as_of=_TODAY,
        progress_percent=_told.percent,
        raw_percent=_told.raw_percent,
        rule=_told.rule,
        terms=[
            TermDocument(
                **msgspec.structs.asdict(term),
                latest=[LatestFact(id=_fact.id, at=_fact.created_at, amount=_fact.value)],
            )
            for term in _told.terms
        ],
    )
)
_versions: Final = [
    TargetVersion(
        user_id=_USER,
        goal_id=_GOAL,
        from_on=_goal.created_on,
        target_value=_goal.target_value,
        progress_target_value=None,
        target_on=_goal.target_on,
    )
]
SERIES: Final = _plain(
    Series(
        goal_id=_GOAL,
        bucket="week",
        points=points(
            History(
                goal=_goal,
                base=_account.base,
                opening=_account.base,
                totals=_days,
                versions=_versions,
                today=_TODAY,
            ),
            date(2026, 3, 2),
            _TODAY,
            "week",
        ),
        projection=projection(
            _goal, standing(_goal, _account.base, _account.current), _document.pace, _TODAY
        ),
        milestones=marks([_milestone]),
        target_changes=target_changes(_versions, _TODAY),
    )
)
SUMMARY: Final = {
    "counts": {"active": 4, "paused": 0, "completed": 2, "archived": 1},
    "byPace": {"ahead": 1, "behind": 2, "on_track": 1},
    "meanProgressPercent": 48.2,
    "attention": [
        {
            "goalId": _GOAL,
            "title": "Down to 80 kg",
            "paceStatus": "behind",
            "safeDays": -1,
            "nextNeeded": {"amount": 0.17, "by": "2026-03-10"},
        }
    ],
    "deadlines": [{"goalId": _GOAL, "title": "Down to 80 kg", "targetDate": "2026-06-01", "daysLeft": 83}],
}
CREATE: Final = {
    "title": "Down to 80 kg",
    "goalType": "health",
    "metricType": "weight",
    "unit": "kg",
    "initialValue": 92,
    "targetValue": 80,
    "startDate": "2026-03-01",
    "targetDate": "2026-06-01",
    "milestones": [{"title": "Half way", "targetPercent": 50}],
}
CHANGE: Final = {"targetDate": "2026-07-01", "description": None}
CHECK_IN_BODY: Final = {"value": 91, "note": "after a week of cycling", "dateKey": "2026-03-09"}
BULK_DELETE: Final = {"ids": [_GOAL]}
BULK: Final = {"results": [{"id": _GOAL, "status": "deleted"}]}
