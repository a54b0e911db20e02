"""A goal's account: what its facts add up to, and the document that is made of it.

Values in, document out: the same function serves settling, `doctor` and what-if.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from waymark.domain.amounts import ZERO, percent2, plain
from waymark.domain.days import EARLIEST_ON
from waymark.domain.documents import (
    GoalDocument,
    MilestoneDocument,
    Stats,
    WeightsDocument,
    milestone_document,
)
from waymark.domain.ledger import extremes
from waymark.domain.neighbours import World
from waymark.domain.pace import PaceFacts, day_gain, pace, window_days
from waymark.domain.progress import (
    HUNDRED,
    Progress,
    Share,
    Standing,
    gained,
    milestones_share,
    percent_alone,
    progress,
    span,
    standing,
    standing_in_percent,
    tasks_percent,
)
from waymark.domain.records import DayEnds, DayTotal, Goal, Milestone, SourceTotal
from waymark.domain.vocabulary import SourceType


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Where the fold of a goal's facts ended, in goal units."""

    base: Decimal | None
    """Value that gains are counted from; None for a measured goal before its first measurement."""
    current: Decimal | None
    sources: Mapping[SourceType, SourceTotal]
    window: Sequence[DayEnds]
    """Entered days with facts, in order, from `window_start` on."""
    world: World | None = None
    """What is linked to the goal; None: nothing."""

    @property
    def count(self) -> int:
        return sum(total.count for total in self.sources.values())


def window_start(goal: Goal, today: date) -> date:
    """The first day that pace looks at: how far back `Account.window` must reach."""
    return window_days(goal, today)[0]


def is_judged_by_percent(goal: Goal) -> bool:
    """Whether milestones are reached by progressPercent instead of a value (DOMAIN §4)."""
    return goal.metric_type == "none" or goal.progress_weights is not None


def way_of(goal: Goal, account: Account) -> Standing | None:
    """Where a goal with a metric stands; None without one."""
    return None if goal.metric_type == "none" else standing(goal, account.base, account.current)


def progress_of(goal: Goal, milestones: Sequence[Milestone], account: Account) -> Progress:
    """The number and its terms, from everything that counts."""
    return progress(
        goal,
        way_of(goal, account),
        count=account.count,
        tasks=_tasks_share(account.world),
        habits=_habits_share(account.world),
        milestones=milestones_share(milestones),
    )


def _tasks_share(world: World | None) -> Share | None:
    if world is None:
        return None
    percent = tasks_percent(world.counted_completed, world.counted_in_progress, world.counted_tasks)
    return None if percent is None else Share(percent, world.counted_completed, world.counted_tasks)


def _habits_share(world: World | None) -> Share | None:
    if world is None or world.habits_percent is None:
        return None
    return Share(world.habits_percent, world.counted_habits, world.counted_habits)


def stats_of(goal: Goal, account: Account) -> Stats:
    """What the linked worlds add up to."""
    way, finance = way_of(goal, account), account.sources.get("finance")
    told = None
    if way is not None and (finance is not None or goal.finance_mode is not None):
        told = percent_alone(way, finance.added if finance else ZERO)
    world = account.world
    if world is None:
        return Stats(financial_progress_percent=told)
    tasks, habits = _tasks_share(world), _habits_share(world)
    return Stats(
        financial_progress_percent=told,
        habits_progress_percent=None if habits is None else percent2(habits.percent),
        tasks_progress_percent=None if tasks is None else percent2(tasks.percent),
        focus_minutes_last30=world.focus_minutes_last30,
        focus_minutes_total=world.focus_minutes_total,
        total_tasks=world.total_tasks,
        completed_tasks=world.completed_tasks,
        total_habits=len(world.habit_ids),
    )


def goal_document(goal: Goal, milestones: Sequence[Milestone], account: Account, today: date) -> GoalDocument:
    """The goal as GET gives it on the owner's local day `today`; milestones in their order."""
    told = progress_of(goal, milestones, account)
    way = way_of(goal, account)
    newest = [total.newest_at for total in account.sources.values() if total.newest_at is not None]
    weights = goal.progress_weights
    return GoalDocument(
        id=goal.id,
        user_id=goal.user_id,
        show_status=goal.show_status,
        sync_status=goal.sync_status,
        version=goal.version,
        created_at=goal.created_at,
        updated_at=goal.updated_at,
        deleted_at=goal.deleted_at,
        title=goal.title,
        description=goal.description,
        goal_type=goal.goal_type,
        status=goal.status,
        metric_type=goal.metric_type,
        direction=goal.direction,
        unit=goal.unit,
        currency=goal.currency,
        initial_value=None if way is None else account.base,
        target_value=goal.target_value,
        progress_target_value=goal.progress_target_value,
        current_value=_current(way, account),
        check_in_mode=goal.check_in_mode,
        finance_mode=goal.finance_mode,
        linked_budget_id=goal.linked_budget_id,
        linked_debt_id=goal.linked_debt_id,
        start_date=goal.start_on,
        target_date=goal.target_on,
        completed_date=goal.completed_on,
        position=goal.position,
        progress_percent=told.percent,
        raw_percent=told.raw_percent,
        progress_weights=None if weights is None else WeightsDocument(**msgspec.structs.asdict(weights)),
        insight_thresholds=goal.insight_thresholds,
        auto_complete=goal.auto_complete,
        milestones=milestone_documents(milestones),
        stats=stats_of(goal, account),
        pace=pace(pace_facts(goal, told, account, today)),
        linked_task_ids=list(account.world.task_ids) if account.world else [],
        linked_habit_ids=list(account.world.habit_ids) if account.world else [],
        finance_contribution_count=account.sources["finance"].count if "finance" in account.sources else 0,
        check_in_count=account.count,
        last_check_in_at=max(newest, default=None),
    )


def pace_facts(goal: Goal, told: Progress, account: Account, today: date) -> PaceFacts:
    """What pace and what-if need of a goal and its account."""
    window = account.window
    first_fact_on = window[0].day if window else None
    if account.count > sum(total.count for total in window):
        first_fact_on = EARLIEST_ON  # before the window; on which day makes no difference
    return PaceFacts(
        goal=goal,
        way=way_of(goal, account) or standing_in_percent(told.earned_percent),
        gains={total.day: day_gain(total, goal.direction, account.base) for total in window},
        first_fact_on=first_fact_on,
        today=today,
    )


def _current(way: Standing | None, account: Account) -> Decimal | None:
    """0 without a metric, so that clients always hold a number; None before the first measurement."""
    if way is None:
        return ZERO
    return None if account.current is None else plain(account.current)


def milestone_documents(milestones: Sequence[Milestone]) -> list[MilestoneDocument]:
    """Milestones in their order, each beginning where the one before it ends."""
    begins = [ZERO, *(milestone.target_percent for milestone in milestones)]
    return [milestone_document(each, begin) for each, begin in zip(milestones, begins, strict=False)]


def is_there(goal: Goal, milestones: Sequence[Milestone], account: Account) -> bool:
    """Whether the goal has come the whole way: what autoComplete waits for."""
    way = way_of(goal, account)
    if way is None:
        return progress_of(goal, milestones, account).earned_percent >= HUNDRED
    return way.is_there


def was_there(goal: Goal, base: Decimal | None, days: Sequence[DayTotal]) -> bool:
    """Whether some prefix of the fold, on the given entered days, had come the whole way."""
    way = span(goal.direction, base, goal)
    if base is None or way is None:
        return False
    peaks = (value for total in days for value in extremes(total) or ())
    return any(gained(goal.direction, base, value) >= way for value in peaks)
