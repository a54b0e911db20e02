"""Insights: what begins to hold of a goal, what still does, and when time alone may move it next.

Pure. A rule speaks once for each of its buckets (DOMAIN §7); what it says is insight_texts.py's.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from waymark.domain.amounts import ZERO
from waymark.domain.habits import Run
from waymark.domain.ledger import extremes
from waymark.domain.lifecycle import is_completed
from waymark.domain.neighbours import World
from waymark.domain.pace import start_of
from waymark.domain.progress import HUNDRED, Aim, Standing, gained, metric_percent, span
from waymark.domain.records import DayTotal, Goal, Milestone, Record, TargetVersion
from waymark.domain.vocabulary import (
    Direction,
    InsightLevel,
    InsightRule,
    InsightSource,
    InsightStatus,
    PaceStatus,
)

DEFAULT_THRESHOLDS: Final = (25, 50, 75, 90, 100)
BUDGET_THRESHOLDS: Final = (90, 100)
STREAK_LENGTHS: Final = (7, 30, 100)
STALLED_DAYS: Final = 14
NEAR_DAYS: Final = (1, 7)
"""How many days before its end a goal is told to be near; the nearer one first."""
REMINDERS: Final[frozenset[InsightRule]] = frozenset({"deadline_due", "milestone_due"})
NAMESPACE: Final = UUID("7a3f1c52-0d0e-5a8b-9c61-4be2f1a0c9d3")
_LAGGING: Final = frozenset[PaceStatus | None]({"behind", "recovering"})
_ONE_DAY: Final = timedelta(1)


class Insight(Record, frozen=True, kw_only=True):
    """Something worth telling, by a rule, a person or an assistant."""

    kind: str
    """`insight`, `reminder`, or a word of whoever made it."""
    level: InsightLevel
    scope: str | None = None
    category: str | None = None
    rule: str | None = None
    title: str
    body: str
    priority: int
    related: dict[str, str] = msgspec.field(default_factory=dict)
    """Ids of what it is about, by their wire names."""
    actions: str = "[]"
    """JSON of what a client can run as it stands."""
    payload: str | None = None
    """JSON of the numbers behind the words."""
    status: InsightStatus = "new"
    source: InsightSource
    valid_until: datetime | None = None
    subject_id: str | None = None
    """What its rule looks at; None where no rule made it."""
    bucket: str | None = None
    is_withdrawn: bool = False
    """Dismissed by its rule, because it no longer held: only then the rule may say it again."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """The next moment at which time alone may move something worth an event."""

    user_id: str
    entity: str
    id: str
    due_at: datetime


class Key(NamedTuple):
    """What one insight stands for: a rule speaks once for each bucket of a subject."""

    rule: InsightRule
    bucket: str

    def id_of(self, subject_id: str) -> str:
        """The id of its record, so that once is a primary key."""
        return str(uuid5(NAMESPACE, f"{self.rule}|{subject_id}|{self.bucket}"))


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A goal as the rules look at it, when it was last settled or as it stands now."""

    goal: Goal
    day: date
    milestones: Sequence[Milestone]
    """The standing ones in their order."""
    percent: Decimal
    """What it has earned; of a goal that was completed before, 100."""
    is_there: bool
    """Whether it has come the whole way."""
    pace: PaceStatus | None
    versions: Sequence[TargetVersion]
    last_fact_on: date | None
    world: World | None

    @property
    def counts_habits(self) -> bool:
        """Whether its number moves with the days of its habits."""
        weights = self.goal.progress_weights
        is_counted = self.goal.metric_type == "none" if weights is None else bool(weights.habits)
        return is_counted and self.world is not None and bool(self.world.habit_ids)

    @property
    def is_told_by_facts(self) -> bool:
        """Whether its ledger tells that something was done: what tasks and habits count by is not in it."""
        world = self.world
        if world is None or (self.goal.metric_type != "none" and self.goal.progress_weights is None):
            return True
        return not world.task_ids and not world.habit_ids


class Reach(msgspec.Struct, frozen=True):
    """The farthest that any prefix of the standing facts got: what a later dip does not take back."""

    direction: Direction
    base: Decimal | None
    gain: Decimal

    @classmethod
    def of(cls, direction: Direction, base: Decimal | None, days: Iterable[DayTotal]) -> "Reach":
        """Of all entered days of a goal."""
        peaks = [value for total in days for value in extremes(total) or ()]
        gains = [] if base is None else [gained(direction, base, value) for value in peaks]
        return cls(direction, base, max(gains, default=ZERO))

    def percent_of(self, aim: Aim) -> Decimal:
        whole = span(self.direction, self.base, aim)
        way = Standing(direction=self.direction, base=self.base, current=None, gained=self.gain, span=whole)
        return metric_percent(way)


def noticed(before: Look | None, after: Look, thresholds: Iterable[int]) -> list[Key]:
    """What holds now and did not before, in the order in which it is told; None: there was no before.

    Of the thresholds only the highest one jumped over (DOMAIN §7). Nothing of a deleted goal.
    """
    if after.goal.show_status == "deleted":
        return []
    known = set() if before is None else set(_held(before))
    fresh = [key for key in _held(after) if key not in known]
    if is_completed(after.goal):
        fresh = [key for key in fresh if key.rule != "target_reached"]
    floor = ZERO if before is None else before.percent
    jumped = [each for each in sorted(thresholds) if floor < each <= after.percent]
    if jumped:
        fresh.append(Key("progress_threshold", str(jumped[-1])))
    turn = _turn(None if before is None else before.pace, after.pace)
    return fresh if turn is None else [*fresh, Key(turn, after.day.isoformat())]


def still_holds(  # noqa: PLR0911 - one return per rule
    key: Key, now: Look, threshold_percent: Decimal, target_percent: Decimal
) -> bool:
    """Whether what was said may stay although something was undone or defined otherwise.

    `threshold_percent` is the farthest that the standing facts ever came, in percent of the way;
    `target_percent` the same of the way that was in force in the bucket of a `target_reached`.
    """
    goal = now.goal
    match key.rule:
        case "milestone_reached":
            return key.bucket in _reached(now)
        case "progress_threshold":
            return threshold_percent >= int(key.bucket)
        case "target_reached":
            return target_percent >= HUNDRED
        case "goal_completed":
            return is_completed(goal)
        case "deadline_near" | "overdue" | "deadline_due":
            return goal.target_on is not None and key.bucket.startswith(goal.target_on.isoformat())
        case "milestone_due":
            return any(key.bucket == f"{each.id}:{each.due_on}" for each in now.milestones)
        case _:
            return True


def turned_back(key: Key) -> Key | None:
    """What was said on the same day if this turn only takes another one back; None: it is no turn."""
    match key.rule:
        case "pace_behind":
            return Key("pace_recovered", key.bucket)
        case "pace_recovered":
            return Key("pace_behind", key.bucket)
        case _:
            return None


def due_on(now: Look) -> date | None:
    """The next local day on which time alone may move the goal's number or its insights; None: never."""
    goal, tomorrow = now.goal, now.day + _ONE_DAY
    if goal.show_status != "active" or is_completed(goal) or goal.status == "archived":
        return None
    if now.counts_habits:
        return tomorrow
    if goal.status != "active":
        return None
    found: date | None = None
    for day in _eventful_days(now):
        if day == tomorrow:
            return day
        if day > now.day and (found is None or day < found):
            found = day
    return found


def streak_keys(before: Run | None, now: Run | None) -> list[Key]:
    """Which lengths the run that goes on has come to."""
    if now is None:
        return []
    was = 0 if before is None else before.kept
    return [_streak_key(now, length) for length in STREAK_LENGTHS if was < length <= now.kept]


def streak_holds(bucket: str, runs: Iterable[Run]) -> bool:
    """Whether a run that was told of is still as long, wherever it begins by now."""
    day, _, length = bucket.partition(":")
    begun_on = date.fromisoformat(day)
    return any(run.from_on <= begun_on <= run.to_on and run.kept >= int(length) for run in runs)


def budget_key(from_on: date, threshold: int) -> Key:
    """Of a budget's period, by its first day."""
    return Key("budget_threshold", f"{from_on}:{threshold}")


def _streak_key(run: Run, length: int) -> Key:
    return Key("habit_streak", f"{run.from_on}:{length}")


def _held(look: Look) -> Iterator[Key]:
    """Everything that holds of the goal, but for what moves with its percent and its pace."""
    goal = look.goal
    for milestone in look.milestones:
        if milestone.completed_at is not None:
            yield Key("milestone_reached", milestone.id)
    if look.is_there:
        yield Key("target_reached", _aimed_since(look).isoformat())
    if is_completed(goal):
        yield Key("goal_completed", "")
    elif goal.status == "active" and goal.show_status == "active":
        yield from _held_on_the_day(look)


def _aimed_since(look: Look) -> date:
    """Since when the target is what it is: another deadline alone makes no other target."""
    since = look.goal.created_on
    for version in reversed(look.versions):
        if _aim(version) != _aim(look.goal):
            break
        since = version.from_on
    return since


def _aim(aim: Aim) -> tuple[Decimal | None, Decimal | None]:
    return aim.target_value, aim.progress_target_value


def _held_on_the_day(look: Look) -> Iterator[Key]:
    """What the day brings to a goal that is under way."""
    target_on, day = look.goal.target_on, look.day
    if target_on is not None:
        left = (target_on - day).days
        near = next((days for days in NEAR_DAYS if left <= days), None)
        if left < 0:
            yield Key("overdue", target_on.isoformat())
        elif near is not None:
            yield Key("deadline_near", f"{target_on}:{near}")
        if not left:
            yield Key("deadline_due", target_on.isoformat())
    for milestone in look.milestones:
        if milestone.due_on == day and milestone.completed_at is None:
            yield Key("milestone_due", f"{milestone.id}:{day}")
    quiet_since = _quiet_since(look)
    if quiet_since is not None and (day - quiet_since).days >= STALLED_DAYS:
        yield Key("stalled", quiet_since.isoformat())


def _eventful_days(look: Look) -> Iterator[date]:
    """Days that may bring something to a goal that is under way, past ones among them."""
    goal = look.goal
    if goal.target_on is not None:
        if look.day <= goal.target_on and not look.is_there:
            # Its pace is another one each day, from the day on which it starts.
            yield max(look.day + _ONE_DAY, start_of(goal))
        yield from (goal.target_on - timedelta(days) for days in (*NEAR_DAYS, 0, -1))
    yield from (each.due_on for each in look.milestones if each.due_on and each.completed_at is None)
    quiet_since = _quiet_since(look)
    if quiet_since is not None:
        yield quiet_since + timedelta(STALLED_DAYS)


def _quiet_since(look: Look) -> date | None:
    """The day of the last fact, else that of its beginning; None where silence says nothing."""
    if look.is_there or not look.is_told_by_facts:
        return None
    goal = look.goal
    return look.last_fact_on or max(goal.created_on, start_of(goal))


def _reached(look: Look) -> set[str]:
    return {each.id for each in look.milestones if each.completed_at is not None}


def _turn(before: PaceStatus | None, after: PaceStatus | None) -> InsightRule | None:
    if after == "behind":
        return None if before == "behind" else "pace_behind"
    if before in _LAGGING and after in {"at_risk", "on_track", "ahead"}:
        return "pace_recovered"
    return None
