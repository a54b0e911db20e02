"""A random history of one goal, and what its rules must have said by then: told again naively.

The model walks every fact and keeps everything it ever said; it shares no code with the product. Progress
and pace it takes from the goal as it is shown, because other laws hold those against an oracle.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.hypothesis_profiles import IS_SOAK
from tests.laws.world import START, World

from waymark.store.insight_tables import insights
from waymark.store.statement import Statement

QUARTERS = [{"title": str(percent), "targetPercent": percent} for percent in (25, 50, 75)]
GOALS = (
    {"metricType": "count", "targetValue": 40},
    {"metricType": "weight", "unit": "kg", "initialValue": 100, "targetValue": 60},
    {"metricType": "custom", "unit": "points", "targetValue": 40, "autoComplete": True},
)
DEFAULT = [25, 50, 75, 90, 100]
SAID = Statement(
    sa.select(insights.c.rule, insights.c.bucket, insights.c.status).where(
        insights.c.user_id == sa.bindparam("user_id")
    )
)

days = st.integers(-6, 0)
commands = st.one_of(
    st.tuples(st.just("check_in"), st.integers(-15, 30), days),
    st.tuples(st.just("check_in"), st.integers(-15, 30), days),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("mend"), st.integers(0, 9), st.integers(-15, 30)),
    st.tuples(st.just("change"), st.just("targetValue"), st.sampled_from([20, 40, 55, 80])),
    st.tuples(st.just("change"), st.just("insightThresholds"), st.sampled_from([None, [], [10, 60]])),
    st.tuples(st.just("change"), st.just("targetDate"), st.sampled_from([None, 0, 1, 3, 9, 20])),
    st.tuples(st.just("change"), st.just("title"), st.just("Renamed")),
    st.tuples(st.sampled_from(["complete", "reactivate", "pause", "resume"])),
    st.tuples(st.just("pass"), st.sampled_from([1, 1, 2, 7, 15])),
)


class Model:
    """What was said of one goal: a status for each rule and bucket."""

    def __init__(self) -> None:
        self.said: dict[tuple[str, str], str] = {}
        self.targets: dict[date, Fraction] = {}
        self.shown: dict[str, Any] | None = None
        self.held: set[tuple[str, str]] = set()
        self.gains: list[Fraction] = []

    def look(self, goal: dict[str, Any], facts: list[dict[str, Any]], today: date, *, undone: bool) -> None:
        """The goal as it is after a command, with every fact that stands."""
        before, self.shown = self.shown, goal
        self.aim(goal["targetValue"], today)
        self.gains = list(self.prefixes(goal, facts))
        held = {*self.holding(goal), *self.holding_today(goal, facts, today)}
        fresh, self.held = held - self.held, held
        if goal["status"] == "completed":
            fresh = {key for key in fresh if key[0] != "target_reached"}
        fresh |= self.jumped(goal, Fraction(0) if before is None else before["progressPercent"])
        if undone:
            for key in [key for key, status in self.said.items() if status == "new"]:
                if not self.stands(key, goal):
                    self.said[key] = "dismissed"
        turn = self.turn(None if before is None else before["pace"]["status"], goal["pace"]["status"])
        if turn is not None:
            other = ({"pace_behind", "pace_recovered"} - {turn}).pop(), str(today)
            if undone and self.said.get(other) == "new":
                self.said[other] = "dismissed"
            else:
                fresh.add((turn, str(today)))
        self.said |= dict.fromkeys(fresh, "new")

    def aim(self, target: Fraction, today: date) -> None:
        """A target of a day replaces that day's; one that is as it was before leaves no trace."""
        earlier = {day: value for day, value in self.targets.items() if day < today}
        if not self.targets or list(self.targets.values())[-1] != target:
            is_back = bool(earlier) and list(earlier.values())[-1] == target
            self.targets = earlier if is_back else {**earlier, today: target}

    @staticmethod
    def jumped(goal: dict[str, Any], since: Fraction) -> set[tuple[str, str]]:
        # Completed by hand it shows 100 % without having earned it.
        earned: Fraction = goal["rawPercent"] if goal["status"] == "completed" else goal["progressPercent"]
        thresholds = DEFAULT if goal["insightThresholds"] is None else goal["insightThresholds"]
        passed = [int(percent) for percent in thresholds if since < percent <= earned]
        return {("progress_threshold", str(max(passed)))} if passed else set()

    @staticmethod
    def prefixes(goal: dict[str, Any], facts: list[dict[str, Any]]) -> Iterator[Fraction]:
        value = base = goal["initialValue"] or Fraction(0)
        falls = goal["direction"] == "decrease"
        for fact in facts:
            if fact["mode"] == "measure":
                value = fact["value"]
            else:
                value += -fact["value"] if falls else fact["value"]
            yield base - value if falls else value - base

    def span(self, goal: dict[str, Any], target: Fraction) -> Fraction:
        return abs(target - (goal["initialValue"] or Fraction(0)))

    def holding(self, goal: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for milestone in goal["milestones"]:
            if milestone["completedAt"]:
                yield "milestone_reached", milestone["id"]
        # Who completed a goal has seen that it is there.
        if goal["status"] == "completed" or goal["rawPercent"] >= 100:
            yield "target_reached", str(list(self.targets)[-1])
        if goal["status"] == "completed":
            yield "goal_completed", ""

    @staticmethod
    def holding_today(
        goal: dict[str, Any], facts: list[dict[str, Any]], today: date
    ) -> Iterator[tuple[str, str]]:
        if goal["status"] != "active":
            return
        if goal["targetDate"] is not None:
            left = (date.fromisoformat(goal["targetDate"]) - today).days
            if left < 0:
                yield "overdue", goal["targetDate"]
            elif left <= 7:
                yield "deadline_near", f"{goal['targetDate']}:{1 if left <= 1 else 7}"
            if left == 0:
                yield "deadline_due", goal["targetDate"]
        quiet = max([fact["dateKey"] for fact in facts], default=str(START.date()))
        if goal["rawPercent"] < 100 and (today - date.fromisoformat(quiet)).days >= 14:
            yield "stalled", quiet

    def stands(self, key: tuple[str, str], goal: dict[str, Any]) -> bool:
        rule, bucket = key
        best = max(self.gains, default=Fraction(0))
        if rule == "milestone_reached":
            return any(each["id"] == bucket and each["completedAt"] for each in goal["milestones"])
        if rule == "progress_threshold":
            return bool(100 * best >= int(bucket) * self.span(goal, goal["targetValue"]))
        if rule == "target_reached":
            target = self.targets.get(date.fromisoformat(bucket), goal["targetValue"])
            return bool(best >= self.span(goal, target))
        if rule == "goal_completed":
            return bool(goal["status"] == "completed")
        if rule in {"deadline_near", "deadline_due", "overdue"}:
            return bool(goal["targetDate"]) and bucket.startswith(goal["targetDate"])
        return True

    @staticmethod
    def turn(before: str | None, after: str | None) -> str | None:
        if after == "behind":
            return None if before == "behind" else "pace_behind"
        is_back = before in {"behind", "recovering"} and after in {"at_risk", "on_track", "ahead"}
        return "pace_recovered" if is_back else None


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = World(database_url, tmp_path)
    yield world
    world.close()


@settings(
    max_examples=2_000 if IS_SOAK else 60,
    # Shrinking would take minutes; the history that fails is printed as it is.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kind=st.sampled_from(GOALS), history=st.lists(commands, min_size=5, max_size=25))
def test_what_is_said_is_what_was_to_be_said(
    world: World, kind: dict[str, Any], history: list[tuple[Any, ...]]
) -> None:
    standing: list[dict[str, Any]] = []
    world.enter("UTC")
    goal = world.done("POST", "/goals", {"title": "A goal", "milestones": QUARTERS, **kind})
    path, model = f"/goals/{goal['id']}", Model()
    model.look(goal, [], START.date(), undone=False)
    for name, *details in history:
        last = max([fact["dateKey"] for fact in standing], default="")
        done = perform(world, goal, name, details, [fact["id"] for fact in standing])
        today = world.clock.at.date()
        goal = world.done("GET", path)
        standing = world.done("GET", f"{path}/check-ins?limit=100&sortOrder=asc")
        is_late = name == "check_in" and str(today + timedelta(details[1])) < last
        if done:
            undone = is_late or name not in {"check_in", "pass"}
            model.look(goal, standing, today, undone=undone)
        rows = world.run(world.database.all(SAID, user_id=world.user_id))
        assert sorted(rows) == sorted((*key, status) for key, status in model.said.items()), (name, details)


def perform(world: World, goal: dict[str, Any], name: str, details: list[Any], facts: list[str]) -> bool:
    """Whether the command was taken."""
    path, today = f"/goals/{goal['id']}", world.clock.at.date()
    fact = f"{path}/check-ins/{facts[details[0] % len(facts)]}" if name in {"undo", "mend"} and facts else ""
    asked: tuple[str, str, Any]
    match name, *details:
        case "pass", days:
            world.clock.at += timedelta(days)
            return True
        case "check_in", value, ago:
            given = value + 70 if goal["checkInMode"] == "measure" else value
            asked = ("POST", f"{path}/check-in", {"value": given, "dateKey": str(today + timedelta(ago))})
        case "undo", _:
            asked = ("DELETE", fact, None)
        case "mend", _, value:
            asked = ("PATCH", fact, {"value": value + 70 if goal["checkInMode"] == "measure" else value})
        case "change", "targetDate", int(ahead):
            asked = ("PATCH", path, {"targetDate": str(today + timedelta(ahead))})
        case "change", field, value:
            asked = ("PATCH", path, {field: value})
        case _:
            asked = ("POST", f"{path}/{name}", {} if name == "complete" else None)
    return bool(asked[1]) and world.send(*asked).is_done
