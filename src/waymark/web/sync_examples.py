"""Examples of sync, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

from waymark.web.goal_examples import CHECK_IN, GOAL
from waymark.web.neighbour_examples import COMMON

_TRANSACTION_ID: Final = "0198c0de-d373-7c5e-8b60-8d0e2f4a6b83"
_CURSOR: Final = "AVKMiSeQyPmTPfhbcj4TEc8AAAAAAAAAB8kh8X6IkLAJ"

PUSH: Final[dict[str, Any]] = {
    "changes": [
        {
            "entity": "goals",
            "id": GOAL["id"],
            "operation": "create",
            "data": {"title": "A week in Samarkand", "metricType": "count", "targetValue": 10},
            "localUpdatedAt": "2026-03-02T09:12:00Z",
            "idempotencyKey": "phone-41",
        },
        {
            "entity": "goal_check_ins",
            "id": CHECK_IN["id"],
            "operation": "create",
            "data": {"goalId": GOAL["id"], "value": 2, "dateKey": "2026-03-02"},
            "localUpdatedAt": "2026-03-02T09:15:00Z",
            "idempotencyKey": "phone-42",
        },
    ],
    "clientId": "phone",
    "clientSeq": 17,
    "clientTime": "2026-03-02T09:30:00Z",
    "lastSyncedAt": "2026-03-01T20:04:11.000217Z",
}
PUSHED: Final[dict[str, Any]] = {
    "results": [
        {"entity": "goals", "id": GOAL["id"], "status": "applied", "record": GOAL},
        {"entity": "goal_check_ins", "id": CHECK_IN["id"], "status": "applied", "record": CHECK_IN},
    ],
    "serverTime": "2026-03-01T20:04:11.000217Z",
    "cursor": _CURSOR,
}
PULLED: Final[dict[str, Any]] = {
    "changes": [
        {
            "entity": "goals",
            "id": GOAL["id"],
            "operation": "update",
            "data": GOAL,
            "version": GOAL["version"],
            "serverUpdatedAt": GOAL["updatedAt"],
            "seq": GOAL["version"],
        }
    ],
    "serverTime": GOAL["updatedAt"],
    "cursor": _CURSOR,
    "hasMore": False,
    "digest": {"goals": "5f1d7c0a9be24413", "goal_check_ins": "0000000000000000"},
}
CONFLICT: Final[dict[str, Any]] = {
    "id": "0198c0e0-1a2b-7c3d-8e4f-5a6b7c8d9e01",
    **COMMON,
    "entity": "transactions",
    "entityId": _TRANSACTION_ID,
    "status": "open",
    "operation": "update",
    "fields": ["amount"],
    "base": {"id": _TRANSACTION_ID, "amount": 120000},
    "server": {"id": _TRANSACTION_ID, "amount": 130000},
    "local": {"amount": 125000},
    "serverVersion": 7,
    "localUpdatedAt": "2026-03-02T09:12:00Z",
    "clientId": "phone",
    "resolution": None,
    "resolvedAt": None,
}
RESOLVE: Final[dict[str, Any]] = {
    "conflictId": CONFLICT["id"],
    "resolution": "use_local",
    "serverVersion": 7,
}
RESOLVED: Final[dict[str, Any]] = {
    "conflict": {
        **CONFLICT,
        "status": "resolved",
        "resolution": "use_local",
        "resolvedAt": "2026-03-02T09:40:00Z",
    },
    "record": {"id": _TRANSACTION_ID, "amount": 125000},
}
