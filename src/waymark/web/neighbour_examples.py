"""Examples of neighbours, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

COMMON: Final[dict[str, Any]] = {
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
    **COMMON,
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
HABIT: Final[dict[str, Any]] = {
    "id": "0198c0de-c262-7b4d-9a5f-7c9d1e3f5a72",
    **COMMON,
    "title": "Read ten pages",
    "habitType": "education",
    "status": "active",
    "frequency": "custom",
    "daysOfWeek": [1, 3, 5],
    "timesPerWeek": None,
    "completionMode": "numeric",
    "targetPerDay": 10,
    "unit": "pages",
    "countingType": "create",
    "goalId": GOAL_ID,
    "linkedGoalIds": [GOAL_ID],
    "streakCurrent": 4,
    "streakBest": 9,
    "completionRate30d": 69.23,
    "goals": GOALS,
}
COMPLETION: Final[dict[str, Any]] = {
    "id": "0198c0de-d373-7c5e-8b60-8dae2f406b83",
    **COMMON,
    "habitId": HABIT["id"],
    "dateKey": "2026-03-02",
    "status": "done",
    "value": 12,
}
COMPLETED_HABIT: Final[dict[str, Any]] = {**HABIT, "completion": COMPLETION}
HABIT_STATS: Final[dict[str, Any]] = {
    "streakCurrent": 4,
    "streakBest": 9,
    "completionRate30d": 69.23,
    "scheduled30": 13,
    "done30": 9,
    "skipped30": 1,
    "total": 41,
}
FOCUS: Final[dict[str, Any]] = {
    "id": "0198c0de-e484-7d6f-9c71-9ebf30517c94",
    **COMMON,
    "taskId": TASK["id"],
    "goalId": GOAL_ID,
    "plannedMinutes": 25,
    "actualMinutes": 23,
    "status": "completed",
    "startedAt": "2026-03-02T09:00:00Z",
    "endedAt": "2026-03-02T09:25:00Z",
    "pausedAt": None,
    "pausedSeconds": 120,
    "dateKey": "2026-03-02",
    "notes": None,
}
RUNNING_FOCUS: Final[dict[str, Any]] = {
    **FOCUS,
    "actualMinutes": None,
    "status": "in_progress",
    "endedAt": None,
    "pausedSeconds": 0,
}
FOCUS_STATS: Final[dict[str, Any]] = {
    "todayMinutes": 23,
    "last7Minutes": 95,
    "last30Minutes": 310,
    "totalMinutes": 1_240,
    "sessions": 61,
}
TASK_LINK: Final[dict[str, Any]] = {
    "id": "0198c0de-f595-7e70-8d82-afc041628da5",
    **COMMON,
    "goalId": GOAL_ID,
    "taskId": TASK["id"],
    "contribution": 50,
}
HABIT_LINK: Final[dict[str, Any]] = {
    "id": "0198c0df-06a6-7f81-9e93-b0d152739eb6",
    **COMMON,
    "goalId": GOAL_ID,
    "habitId": HABIT["id"],
    "contribution": 0.5,
}
LINKED_TASK: Final[dict[str, Any]] = {**TASK, "contribution": 50}
LINKED_HABIT: Final[dict[str, Any]] = {**HABIT, "contribution": 0.5}
