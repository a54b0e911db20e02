"""What the rules of insights say: words, numbers, how loud, and what can be done about it.

Values in, texts out; when something is said insights.py decides.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from waymark.domain import money
from waymark.domain.amounts import plain
from waymark.domain.budgets import BudgetState, Period
from waymark.domain.days import EARLIEST_ON, LATEST_ON
from waymark.domain.documents import GoalDocument, MilestoneDocument
from waymark.domain.habits import Run
from waymark.domain.insights import REMINDERS, Key
from waymark.domain.neighbours import Budget, Debt, Habit
from waymark.domain.vocabulary import InsightLevel, InsightRule

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

_MOST_OF_A_NAME: Final = 80
_LOUDNESS: Final[Mapping[InsightRule, tuple[InsightLevel, int]]] = {
    "milestone_reached": ("celebration", 6),
    "progress_threshold": ("info", 4),
    "goal_completed": ("celebration", 8),
    "target_reached": ("celebration", 8),
    "pace_behind": ("warning", 7),
    "pace_recovered": ("info", 4),
    "deadline_near": ("warning", 7),
    "overdue": ("critical", 9),
    "stalled": ("info", 5),
    "budget_threshold": ("warning", 7),
    "debt_paid": ("celebration", 7),
    "habit_streak": ("celebration", 5),
    "deadline_due": ("warning", 8),
    "milestone_due": ("info", 6),
}
"""Level and priority, 1 to 10, of each rule."""


class InsightAction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request that a client can send as it stands."""

    type: str
    label: str
    method: Method
    path: str
    body: dict[str, Any] | None = None


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of an insight that its rule decides."""

    level: InsightLevel
    priority: int
    kind: str = "insight"
    scope: str
    category: str
    title: str
    body: str
    related: dict[str, str]
    actions: list[InsightAction]
    payload: dict[str, Any]
    until_on: date | None = None
    """The last local day on which it is worth showing; None: always."""


class _Words(NamedTuple):
    title: str
    body: str
    actions: list[InsightAction]
    payload: dict[str, Any]
    until_on: date | None = None


def said_of_goal(key: Key, goal: GoalDocument, today: date) -> Saying:
    """What a rule says of a goal, shown as it stands on the local day `today`."""
    words = _WORDS[key.rule](goal, key.bucket, today)
    level, priority = _LOUDNESS[key.rule]
    related = {"goalId": goal.id}
    if key.rule in {"milestone_reached", "milestone_due"}:
        related["milestoneId"] = _milestone_of(goal, key.bucket).id
    return Saying(
        level=level,
        priority=priority,
        kind="reminder" if key.rule in REMINDERS else "insight",
        scope="goal",
        category=goal.goal_type,
        title=words.title,
        body=words.body,
        related=related,
        actions=[*words.actions, _see("goal", "goals", goal.id)],
        payload={"progressPercent": goal.progress_percent, **words.payload},
        until_on=words.until_on,
    )


def said_of_budget(threshold: int, budget: Budget, period: Period, state: BudgetState) -> Saying:
    """That a threshold of a budget's limit was passed in a period."""
    is_all = threshold >= 100  # noqa: PLR2004 - percent
    limit = plain(state.spent_amount + state.remaining_amount)
    from_on = None if period.from_on == EARLIEST_ON else period.from_on
    to_on = None if period.to_on == LATEST_ON else period.to_on
    related = {"budgetId": budget.id}
    if budget.linked_goal_id is not None:
        related["goalId"] = budget.linked_goal_id
    return Saying(
        level="critical" if is_all else "warning",
        priority=9 if is_all else 7,
        scope="budget",
        category="finance",
        title=f"{_short(budget.name)}: {threshold} % of the budget is used",
        body=f"{state.spent_amount} of {limit} {budget.currency} are spent"
        + (", nothing is left." if is_all else f", {state.remaining_amount} {budget.currency} are left."),
        related=related,
        actions=[_see("budget", "budgets", budget.id)],
        payload={
            "threshold": threshold,
            "spentAmount": state.spent_amount,
            "limitAmount": limit,
            "currency": budget.currency,
            "periodFrom": from_on,
            "periodTo": to_on,
        },
        until_on=to_on,
    )


def said_of_debt(debt: Debt) -> Saying:
    """That a debt is paid."""
    level, priority = _LOUDNESS["debt_paid"]
    whose = "to" if debt.direction == "i_owe" else "by"
    related = {"debtId": debt.id}
    if debt.linked_goal_id is not None:
        related["goalId"] = debt.linked_goal_id
    return Saying(
        level=level,
        priority=priority,
        scope="debt",
        category="finance",
        title=f"Paid: {_short(debt.counterparty_name)}",
        body=f"All of the {debt.principal_amount} {debt.principal_currency} owed {whose} "
        f"{debt.counterparty_name} are paid.",
        related=related,
        actions=[_see("debt", "debts", debt.id)],
        payload={"principalAmount": debt.principal_amount, "currency": debt.principal_currency},
    )


def said_of_streak(length: int, habit: Habit, run: Run) -> Saying:
    """That a habit was kept so many days in a row."""
    level, priority = _LOUDNESS["habit_streak"]
    related = {"habitId": habit.id}
    if habit.goal_id is not None:
        related["goalId"] = habit.goal_id
    return Saying(
        level=level,
        priority=priority,
        scope="habit",
        category=habit.habit_type,
        title=f"{_short(habit.title)}: {length} days in a row",
        body=f"“{habit.title}” has been kept {length} times in a row, since {run.from_on}.",
        related=related,
        actions=[_see("habit", "habits", habit.id)],
        payload={"length": length, "since": run.from_on},
    )


# Goals ---------------------------------------------------------------------------------------


def _milestone_reached(goal: GoalDocument, bucket: str, _today: date) -> _Words:
    milestone = _milestone_of(goal, bucket)
    return _Words(
        f"Milestone reached: {_short(milestone.title)}",
        f"{_standing(goal)} “{milestone.title}” lies at {milestone.target_percent} %.",
        [],
        {"targetPercent": milestone.target_percent, "targetValue": milestone.target_value},
    )


def _progress_threshold(goal: GoalDocument, bucket: str, _today: date) -> _Words:
    explain = InsightAction(
        type="explain_progress", label="See what adds up", method="GET", path=f"{_path(goal)}/progress"
    )
    return _Words(
        f"{_short(goal.title)}: {bucket} % done", _standing(goal), [explain], {"threshold": int(bucket)}
    )


def _goal_completed(goal: GoalDocument, _bucket: str, _today: date) -> _Words:
    return _Words(
        f"Completed: {_short(goal.title)}",
        f"“{goal.title}” is completed since {goal.completed_date}.",
        [
            _post(goal, "archive", "Archive it"),
            _post(goal, "reactivate", "Not yet"),
        ],
        {"completedDate": goal.completed_date},
    )


def _target_reached(goal: GoalDocument, _bucket: str, _today: date) -> _Words:
    return _Words(
        f"Target reached: {_short(goal.title)}",
        f"{_standing(goal)} Complete it, or aim higher.",
        [_complete(goal)],
        {"currentValue": goal.current_value, "targetValue": goal.target_value},
    )


def _pace_behind(goal: GoalDocument, _bucket: str, _today: date) -> _Words:
    needed = goal.pace.next_needed
    hint = ""
    if needed is not None:
        amount = money.as_told(needed.amount, goal.metric_type, goal.currency)
        hint = f" {_amount(goal, amount)} by {needed.by} bring it back to its line."
    return _Words(
        f"Behind: {_short(goal.title)}",
        f"{_standing(goal)}{hint}",
        _check_in(goal),
        {
            "requiredPerDay": goal.pace.required_per_day,
            "actualPerDay": goal.pace.actual_per_day,
            "safeDays": goal.pace.safe_days,
        },
    )


def _pace_recovered(goal: GoalDocument, _bucket: str, _today: date) -> _Words:
    return _Words(
        f"Back on its way: {_short(goal.title)}",
        f"{_standing(goal)} It is no longer behind.",
        [],
        {"paceStatus": goal.pace.status, "safeDays": goal.pace.safe_days},
    )


def _deadline_near(goal: GoalDocument, _bucket: str, today: date) -> _Words:
    days = (_end_of(goal) - today).days
    return _Words(
        f"{_short(goal.title)} is due {_in_days(days)}",
        f"{_standing(goal)} It is due on {goal.target_date}.",
        [_complete(goal), *_check_in(goal)],
        {"targetDate": goal.target_date, "daysLeft": days},
        goal.target_date,
    )


def _overdue(goal: GoalDocument, _bucket: str, today: date) -> _Words:
    projected = goal.pace.projected_date
    moves = []
    if projected is not None and projected > today:
        moves = [
            InsightAction(
                type="move_target_date",
                label=f"Move it to {projected}",
                method="PATCH",
                path=_path(goal),
                body={"targetDate": projected},
            )
        ]
    return _Words(
        f"Overdue: {_short(goal.title)}",
        f"{_standing(goal)} It was due on {goal.target_date}.",
        [_complete(goal), *moves],
        {"targetDate": goal.target_date, "daysLeft": (_end_of(goal) - today).days},
    )


def _stalled(goal: GoalDocument, bucket: str, today: date) -> _Words:
    return _Words(
        f"Quiet: {_short(goal.title)}",
        f"{_standing(goal)} Nothing was recorded since {bucket}.",
        [_post(goal, "pause", "Pause it")],
        {"since": bucket, "days": (today - date.fromisoformat(bucket)).days},
    )


def _deadline_due(goal: GoalDocument, _bucket: str, _today: date) -> _Words:
    return _Words(
        f"Due today: {_short(goal.title)}",
        _standing(goal),
        [_complete(goal), *_check_in(goal)],
        {"targetDate": goal.target_date},
        goal.target_date,
    )


def _milestone_due(goal: GoalDocument, bucket: str, today: date) -> _Words:
    milestone = _milestone_of(goal, bucket)
    path = f"{_path(goal)}/milestones"
    return _Words(
        f"Due today: {_short(milestone.title)}",
        f"{_standing(goal)} “{milestone.title}” lies at {milestone.target_percent} %.",
        [InsightAction(type="view_milestones", label="See the milestones", method="GET", path=path)],
        {"dueDate": milestone.due_date, "targetPercent": milestone.target_percent},
        today,
    )


_WORDS: Final[Mapping[InsightRule, Callable[[GoalDocument, str, date], _Words]]] = {
    "milestone_reached": _milestone_reached,
    "progress_threshold": _progress_threshold,
    "goal_completed": _goal_completed,
    "target_reached": _target_reached,
    "pace_behind": _pace_behind,
    "pace_recovered": _pace_recovered,
    "deadline_near": _deadline_near,
    "overdue": _overdue,
    "stalled": _stalled,
    "deadline_due": _deadline_due,
    "milestone_due": _milestone_due,
}


# Pieces --------------------------------------------------------------------------------------


def _standing(goal: GoalDocument) -> str:
    """A sentence that says how far the goal is."""
    far = f"“{goal.title}” stands at {goal.progress_percent} %"
    if goal.metric_type == "none" or goal.current_value is None:
        return f"{far}."
    if goal.target_value is None:
        return f"{far}: {_amount(goal, goal.current_value)}."
    return f"{far}: {goal.current_value} of {_amount(goal, goal.target_value)}."


def _amount(goal: GoalDocument, value: Decimal) -> str:
    unit = goal.currency or goal.unit
    if goal.metric_type == "none":
        unit = "%"
    return f"{value}" if unit is None else f"{value} {unit}"


def _in_days(days: int) -> str:
    return "today" if not days else "tomorrow" if days == 1 else f"in {days} days"


def _check_in(goal: GoalDocument) -> list[InsightAction]:
    """Recording what brings the goal to its line; nothing where that is no number."""
    needed, value = goal.pace.next_needed, goal.pace.expected_value
    if needed is None or goal.metric_type == "none" or goal.progress_weights is not None:
        return []
    if goal.check_in_mode == "increment":
        value = needed.amount
    if value is None or goal.direction == "neutral":
        return []
    value = money.as_told(value, goal.metric_type, goal.currency)
    return [
        InsightAction(
            type="check_in",
            label=f"Check in {_amount(goal, value)}",
            method="POST",
            path=f"{_path(goal)}/check-in",
            body={"value": value},
        )
    ]


def _complete(goal: GoalDocument) -> InsightAction:
    return _post(goal, "complete", "Complete it", {})


def _post(goal: GoalDocument, step: str, label: str, body: dict[str, Any] | None = None) -> InsightAction:
    """A step of the goal."""
    path = f"{_path(goal)}/{step}"
    return InsightAction(type=f"{step}_goal", label=label, method="POST", path=path, body=body)


def _see(what: str, where: str, record_id: str) -> InsightAction:
    path = f"/api/v1/{where}/{record_id}"
    return InsightAction(type=f"view_{what}", label=f"See the {what}", method="GET", path=path)


def _path(goal: GoalDocument) -> str:
    return f"/api/v1/goals/{goal.id}"


def _milestone_of(goal: GoalDocument, bucket: str) -> MilestoneDocument:
    milestone_id = bucket.partition(":")[0]
    return next(each for each in goal.milestones if each.id == milestone_id)


def _end_of(goal: GoalDocument) -> date:
    """The target date of a goal that is told of because it has one."""
    return goal.target_date or date.max


def _short(name: str) -> str:
    return name if len(name) <= _MOST_OF_A_NAME else f"{name[: _MOST_OF_A_NAME - 1]}…"
