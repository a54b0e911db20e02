"""Examples of frames, as the AsyncAPI document shows them; those of the journal made as streams make them.

Values only; tests hold them against the types.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from waymark.domain.records import JournalRow
from waymark.domain.vocabulary import Entity, Operation
from waymark.errors import TokenExpired
from waymark.realtime.cursor import Cursors
from waymark.realtime.frames import (
    EntityUpdated,
    ErrorFrame,
    Frame,
    Hello,
    InsightNew,
    Live,
    Ping,
    Pong,
    Presence,
    Ready,
    Reminder,
    Renewal,
    Subscribe,
    Unsubscribe,
    error_text,
)
from waymark.web.goal_examples import CHECK_IN, GOAL
from waymark.web.neighbour_examples import COMMON

_USER: Final = COMMON["userId"]
_CURSORS: Final = Cursors(_USER, "an epoch")
_TOKEN: Final = "<access token>"  # noqa: S105  # says where one goes


_INSIGHT: Final[dict[str, Any]] = {
    "id": "0198c0de-f5a4-7e70-8d83-af1c4d6e8fa5",
    **COMMON,
    "kind": "milestone",
    "level": "celebration",
    "scope": "goal",
    "category": "progress",
    "rule": "milestone_reached",
    "title": "A quarter of the way",
    "body": "Down to 80 kg: 25 % are behind you.",
    "priority": 7,
    "related": {"goalId": GOAL["id"]},
    "actions": [],
    "payload": {"percent": 25},
    "status": "new",
    "source": "rule",
    "validUntil": None,
}
_REMINDER: Final = {
    **_INSIGHT,
    "kind": "reminder",
    "level": "warning",
    "category": "deadline",
    "rule": "deadline_due",
    "title": "Due today",
    "body": "Down to 80 kg is due today.",
    "payload": {"targetDate": "2026-06-01"},
}


def _framed(entity: Entity, operation: Operation, seq: int, document: dict[str, Any]) -> dict[str, Any]:
    document = {**document, "version": seq}
    row = JournalRow(
        user_id=_USER,
        seq=seq,
        txn=42,
        at=datetime(2026, 3, 9, 6, 45, tzinfo=UTC),
        entity=entity,
        id=document["id"],
        operation=operation,
        version=seq,
        body=msgspec.json.encode(document).decode(),
        fields=(),
        origin="api",
    )
    framed: dict[str, Any] = msgspec.json.decode(Frame(row, _CURSORS.after(row)).text(seq - 1))
    return framed


_UPDATED: Final = _framed("goals", "update", 43, GOAL)
_POSITION: Final = {"cursor": _UPDATED["cursor"], "seq": 43}

EXAMPLES: Final[dict[type[msgspec.Struct], list[dict[str, Any]]]] = {
    EntityUpdated: [_framed("goal_check_ins", "create", 42, CHECK_IN), _UPDATED],
    InsightNew: [_framed("insights", "create", 44, _INSIGHT)],
    Reminder: [_framed("insights", "create", 45, _REMINDER)],
    Ready: [
        {"event": "ready", "data": {**_POSITION, "resumed": True, "reset": False}},
        {"event": "ready", "data": {**_POSITION, "resumed": False, "reset": True}},
    ],
    Live: [{"event": "live", "data": _POSITION}],
    Pong: [{"event": "pong", "data": _POSITION}],
    ErrorFrame: [msgspec.json.decode(error_text(TokenExpired()))],
    Hello: [
        {"event": "hello", "data": {"token": _TOKEN}},
        {"event": "hello", "data": {"token": _TOKEN, "since": _UPDATED["cursor"]}},
    ],
    Subscribe: [
        {"event": "subscribe", "data": {"entities": ["goals", "insights"]}},
        {"event": "subscribe", "data": {"entities": ["goals"], "ids": [GOAL["id"]]}},
    ],
    Unsubscribe: [
        {"event": "unsubscribe", "data": {"entities": ["insights"]}},
        {"event": "unsubscribe", "data": {}},
    ],
    Presence: [{"event": "presence:active"}],
    Ping: [{"event": "ping"}],
    Renewal: [{"event": "auth", "data": {"token": _TOKEN}}],
}
"""By frame."""
