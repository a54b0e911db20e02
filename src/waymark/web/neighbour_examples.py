"""Examples of neighbours, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

_COMMON: Final[dict[str, Any]] = {
    "userId": "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21",
    "showStatus": "active",
    "syncStatus": "synced",
    "version": 7,
    "createdAt": "2026-03-02T09:30:00Z",
    "updatedAt": "2026-03-02T09:30:00Z",
    "deletedAt": None,
}
GOAL_ID: Final = "0198c0de-8b21-7f0a-b1c4-2e9d7a6f5c31"
GOALS: Final = [{"id": GOAL_ID, "title": "A week in Samarkand", "progressPercent": 41.67}]
TASK: Final[dict[str, Any]] = {
    "id": "0198c0de-b151-7a3c-8f4e-6b8c0d2e4f61",
    **_COMMON,
    "title": "Book the flight",
    "status": "planned",
    "priority": "high",
    "goalId": GOAL_ID,
    "habitId": None,
    "parentTaskId": None,
    "progressValue": None,
    "progressUnit": None,
    "dueDate": "2026-04-01",
    "startDate": None,
    "estimatedMinutes": 30,
    "focusTotalMinutes": 0,
    "notes": None,
    "completedAt": None,
    "goals": GOALS,
}
