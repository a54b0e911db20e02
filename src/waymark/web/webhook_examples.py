"""Examples of webhooks, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

from waymark.web.neighbour_examples import COMMON, GOAL_ID

_WEBHOOK_ID: Final = "0198c0de-f592-7e80-ad82-af204b6c8da5"

CREATE_WEBHOOK: Final[dict[str, Any]] = {
    "url": "https://planner.example/hooks/waymark",
    "description": "The family dashboard",
    "events": ["entity:updated", "insight:new"],
    "entities": ["goals", "insights"],
}
WEBHOOK: Final[dict[str, Any]] = {
    "id": _WEBHOOK_ID,
    **COMMON,
    **CREATE_WEBHOOK,
    "goalIds": None,
    "status": "active",
    "statusReason": None,
    "statusSince": "2026-03-02T09:30:00Z",
    "failingSince": None,
    "oldSecretUntil": None,
}
NEW_WEBHOOK: Final[dict[str, Any]] = {
    **WEBHOOK,
    "secret": "whsec_3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=",
}
ROTATED_WEBHOOK: Final[dict[str, Any]] = {**NEW_WEBHOOK, "oldSecretUntil": "2026-03-03T09:30:00Z"}
DELIVERY: Final[dict[str, Any]] = {
    "id": "5b0c6a52-6f0e-5d0c-9a35-0d8c6f1f2f0a",
    "webhookId": _WEBHOOK_ID,
    "event": "entity:updated",
    "entity": "goals",
    "entityId": GOAL_ID,
    "operation": "update",
    "seq": 412,
    "status": "pending",
    "attempts": [
        {"at": "2026-03-02T09:30:00Z", "statusCode": 503, "error": "not_accepted", "durationMs": 87}
    ],
    "nextAttemptAt": "2026-03-02T09:30:05Z",
    "createdAt": "2026-03-02T09:30:00Z",
}
TEST: Final[dict[str, Any]] = {
    **DELIVERY,
    "id": "0198c0de-0693-7f91-be93-b0315c7d9eb6",
    "event": "webhook:test",
    "entity": None,
    "entityId": None,
    "operation": None,
    "seq": None,
    "status": "delivered",
    "attempts": [{"at": "2026-03-02T09:30:00Z", "statusCode": 204, "error": None, "durationMs": 41}],
    "nextAttemptAt": None,
}
REPLAY: Final[dict[str, Any]] = {"since": "2026-03-02T09:30:00Z"}
