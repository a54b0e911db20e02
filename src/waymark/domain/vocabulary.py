"""The words of the contract, once: every closed set of values that a client may meet.

No rule says here what a word means or when it is allowed.
"""

from typing import Final, Literal, TypeAlias, get_args

GoalType: TypeAlias = Literal["financial", "health", "education", "productivity", "personal"]
GoalStatus: TypeAlias = Literal["active", "paused", "completed", "archived"]
MetricType: TypeAlias = Literal["none", "amount", "weight", "count", "duration", "custom"]
Direction: TypeAlias = Literal["increase", "decrease", "neutral"]
CheckInMode: TypeAlias = Literal["increment", "measure"]
FinanceMode: TypeAlias = Literal["save", "spend", "debt_close"]
ShowStatus: TypeAlias = Literal["active", "archived", "deleted"]
SyncStatus: TypeAlias = Literal["synced", "conflict"]
SourceType: TypeAlias = Literal["manual", "task", "habit", "finance", "focus"]
LinkType: TypeAlias = Literal["task", "habit", "transaction", "focus_session", "url"]
PaceStatus: TypeAlias = Literal[
    "completed",
    "paused",
    "not_started",
    "overdue",
    "no_deadline",
    "insufficient_data",
    "ahead",
    "on_track",
    "at_risk",
    "recovering",
    "behind",
]
ProgressRule: TypeAlias = Literal["weighted", "metric", "mean", "override"]
Operation: TypeAlias = Literal["create", "update", "delete"]
Bucket: TypeAlias = Literal["day", "week", "month"]
TaskStatus: TypeAlias = Literal[
    "inbox", "planned", "in_progress", "completed", "canceled", "moved", "overdue"
]
Priority: TypeAlias = Literal["low", "medium", "high"]
HabitType: TypeAlias = Literal["health", "finance", "productivity", "education", "personal", "custom"]
HabitStatus: TypeAlias = Literal["active", "paused", "archived"]
Frequency: TypeAlias = Literal["daily", "weekly", "custom"]
CompletionMode: TypeAlias = Literal["boolean", "numeric"]
CountingType: TypeAlias = Literal["create", "quit"]
CompletionStatus: TypeAlias = Literal["done", "miss", "skip"]
FocusStatus: TypeAlias = Literal["in_progress", "paused", "completed", "canceled"]
BudgetType: TypeAlias = Literal["category", "project"]
BudgetFlow: TypeAlias = Literal["income", "expense"]
BudgetPeriod: TypeAlias = Literal["none", "weekly", "monthly", "custom_range"]
RolloverMode: TypeAlias = Literal["none", "carryover"]
DebtDirection: TypeAlias = Literal["i_owe", "they_owe_me"]
DebtStatus: TypeAlias = Literal["active", "paid", "overdue", "canceled"]
InterestMode: TypeAlias = Literal["simple", "compound"]
TransactionType: TypeAlias = Literal["income", "expense", "transfer"]
ContributionVia: TypeAlias = Literal["goal", "budget", "debt"]
ConflictStatus: TypeAlias = Literal["open", "resolved"]
Resolution: TypeAlias = Literal["use_server", "use_local", "merge"]
ChangeStatus: TypeAlias = Literal["applied", "merged", "noop", "conflict", "rejected"]
"""What became of a pushed change."""
PayoffStrategy: TypeAlias = Literal["avalanche", "snowball"]
InsightLevel: TypeAlias = Literal["info", "warning", "critical", "celebration"]
InsightStatus: TypeAlias = Literal["new", "viewed", "completed", "dismissed"]
InsightSource: TypeAlias = Literal["rule", "manual", "ai"]
InsightRule: TypeAlias = Literal[
    "milestone_reached",
    "progress_threshold",
    "goal_completed",
    "target_reached",
    "pace_behind",
    "pace_recovered",
    "deadline_near",
    "overdue",
    "stalled",
    "budget_threshold",
    "debt_paid",
    "habit_streak",
    "deadline_due",
    "milestone_due",
]

WEIGHT_UNITS: Final = ("kg", "g", "lb", "oz", "st")
DURATION_UNITS: Final = ("seconds", "minutes", "hours", "days")

Entity: TypeAlias = Literal[
    "goals",
    "goal_milestones",
    "goal_check_ins",
    "goal_tasks",
    "goal_habits",
    "goal_finance_contributions",
    "tasks",
    "habits",
    "habit_completions",
    "focus_sessions",
    "budgets",
    "debts",
    "debt_payments",
    "transactions",
    "fx_rates",
    "insights",
    "achievements",
    "sync_conflicts",
]
ENTITIES: Final[tuple[Entity, ...]] = get_args(Entity)
"""Names of journalled entities, which are the names of their tables (CONTRACT §5)."""

MAX_MILESTONES: Final = 100
MAX_LINKS: Final = 500
MAX_TITLE: Final = 200
MAX_DESCRIPTION: Final = 5_000
MAX_MILESTONE_DESCRIPTION: Final = 500
MAX_CUSTOM_UNIT: Final = 32


def values(alias: object) -> tuple[str, ...]:
    """The members of one of the aliases above, in their order."""
    return get_args(alias)
