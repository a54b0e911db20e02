"""Random commands and passing days: SQLite answers as PostgreSQL does, and both as the oracle says.

After each step every document of the person is read from both and held against a count from the facts.
"""

import faulthandler
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.hypothesis_profiles import IS_SOAK
from tests.laws.oracle import Fact, Goal, Mark, rounded, told_in
from tests.laws.telling import (
    ALLOWED,
    OTHER_UNITS,
    body_of,
    complete_by_itself,
    decimal,
    differing,
    fraction,
    reopen,
    retarget,
    standing,
    stepped,
    value_for,
)
from tests.laws.world import OF_ONE_USER, World

from waymark.store import schema

ZONES = ("UTC", "Asia/Tashkent", "America/New_York", "Europe/Berlin", "Pacific/Apia", "America/St_Johns")
KINDS: dict[str, dict[str, Any]] = {
    "amount": {"metricType": "amount", "currency": "USD"},
    "weight": {"metricType": "weight", "unit": "kg"},
    "count": {"metricType": "count"},
    "duration": {"metricType": "duration", "unit": "minutes"},
    "custom": {"metricType": "custom", "unit": "pages"},
    "none": {"metricType": "none"},
}
STEPS = ("pause", "resume", "complete", "reactivate", "archive", "restore", "delete")

amounts = st.decimals(-200, 500, places=2) | st.sampled_from([Decimal(0), Decimal(5), Decimal("0.1")])
percents = st.sampled_from([10, 25, "33.33", 50, "66.67", 75, 90, 100])


class Agreement(RuleBasedStateMachine):
    """One person with up to three goals in two worlds, and what the oracle knows of them."""

    worlds: tuple[World, World]
    goals = Bundle("goals")
    facts = Bundle("facts")
    marks = Bundle("marks")

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Goal] = {}
        self.made = 0
        self.zone, self.day_starts_at = "UTC", 0

    # Saying the same to both --------------------------------------------------------------

    @initialize(zone=st.sampled_from(ZONES))
    def enter(self, zone: str) -> None:
        self.zone = zone
        for world in self.worlds:
            world.enter(zone)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of both; None when both refuse it in the same words."""
        one, other = (world.send(method, path, body) for world in self.worlds)
        assert one.status == other.status, (one, other)
        if not one.is_done:
            assert one.status in {404, 409, 422}, one
            assert {**one.body, "requestId": ""} == {**other.body, "requestId": ""}
            return None
        return one.body

    def new_id(self) -> str:
        self.made += 1
        return f"{self.made:08x}-0000-4000-8000-000000000000"

    @property
    def today(self) -> date:
        local = self.worlds[0].clock.now().astimezone(ZoneInfo(self.zone))
        return (local.replace(tzinfo=None) - timedelta(hours=self.day_starts_at)).date()

    # Rules --------------------------------------------------------------------------------

    @precondition(lambda self: len(self.known) < 3)
    @rule(
        target=goals,
        kind=st.sampled_from(sorted(KINDS)),
        initial=st.none() | st.integers(0, 100),
        way=st.integers(1, 200),
        direction=st.sampled_from([None, "increase", "decrease", "neutral"]),
        mode=st.sampled_from([None, "increment", "measure"]),
        span_days=st.none() | st.tuples(st.integers(-40, 3), st.integers(4, 90)),
        distance=st.none() | st.integers(1, 150),
        places=st.lists(percents, unique=True, max_size=4),
        is_automatic=st.booleans(),
    )
    def create(  # noqa: PLR0913  # a goal has many sides
        self,
        kind: str,
        initial: int | None,
        way: int,
        direction: str | None,
        mode: str | None,
        span_days: tuple[int, int] | None,
        distance: int | None,
        places: list[Any],
        *,
        is_automatic: bool,
    ) -> Any:
        body: dict[str, Any] = {"id": self.new_id(), "title": kind, **KINDS[kind], "checkInMode": mode}
        if kind != "none":
            sign = -1 if direction == "decrease" else 1
            body |= {"initialValue": initial, "targetValue": (initial or 0) + sign * way}
            body |= {"direction": direction, "progressTargetValue": distance, "autoComplete": is_automatic}
        if span_days is not None:
            first, last = (self.today + timedelta(days) for days in span_days)
            body |= {"startDate": first.isoformat(), "targetDate": last.isoformat()}
        body["milestones"] = [
            {"id": self.new_id(), "title": f"{place} %", "targetPercent": place} for place in places
        ]
        told = self.send("POST", "/goals", body)
        if told is None:
            return multiple()
        goal = Goal(
            id=body["id"],
            metric=kind,
            direction=told["direction"],
            mode=told["checkInMode"],
            created_on=self.today,
            unit=body.get("unit"),
            initial=fraction(body.get("initialValue")),
            target=fraction(body.get("targetValue")),
            distance=fraction(body.get("progressTargetValue")),
            start_on=span_days and self.today + timedelta(span_days[0]),
            target_on=span_days and self.today + timedelta(span_days[1]),
            auto_complete=body.get("autoComplete", False),
            marks={
                each["id"]: Mark(each["id"], fraction(each["targetPercent"])) for each in body["milestones"]
            },
        )
        self.known[goal.id] = goal
        goal.initial = goal.beginning
        retarget(goal, self.today)
        return goal

    @rule(
        target=facts,
        goal=goals,
        value=amounts,
        day=st.integers(-35, 1),
        mode=st.sampled_from([None, None, "increment", "measure"]),
        unit=st.integers(0, 3),
        is_undone=st.sampled_from([False, False, False, True]),
    )
    def check_in(
        self, goal: Goal, value: Decimal, day: int, mode: str | None, unit: int, *, is_undone: bool
    ) -> Any:
        before = self.documents().get(goal.id)
        fact = self.fact(goal, value, self.today + timedelta(day), mode, unit)
        told = self.send("POST", f"/goals/{goal.id}/check-in", body_of(fact))
        is_open = not goal.is_deleted and goal.status in {"active", "paused"}
        assert (told is not None) == is_open
        if told is None:
            return multiple()
        fact.at = told["checkIn"]["createdAt"]
        was_completed_before = goal.status == "completed"
        goal.facts[fact.id] = fact
        complete_by_itself(goal, self.today)
        reached = {each["id"] for each in told["milestonesReached"]}
        assert all(each["completedAt"] for each in told["milestonesReached"])
        assert reached <= goal.marks.keys()
        if not is_undone:
            return (goal, fact.id)
        self.undo((goal, fact.id))
        if not was_completed_before:
            assert standing(self.documents()[goal.id]) == standing(before)
        return multiple()

    @rule(
        known=facts,
        value=st.none() | amounts,
        day=st.none() | st.integers(-35, 1),
        mode=st.sampled_from(["", None, "increment", "measure"]),
    )
    def mend(self, known: tuple[Goal, str], value: Decimal | None, day: int | None, mode: str | None) -> None:
        goal, fact_id = known
        fact = goal.facts.get(fact_id)
        wanted = self.fact(goal, value or Decimal(1), self.today + timedelta(day or 0), mode or None, 0)
        body: dict[str, Any] = {"note": "mended"}
        if value is not None and goal.metric != "none":
            body["value"] = str(value_for(goal, value, measured=True))
        if day is not None:
            body["dateKey"] = wanted.day.isoformat()
        if mode != "" and not (fact and fact.value is not None and fact.value < 0):
            body["mode"] = mode
        told = self.send("PATCH", f"/goals/{goal.id}/check-ins/{fact_id}", body)
        if goal.is_deleted or fact is None:
            assert told is None
        if told is None or fact is None:
            return
        fact.value = fraction(body["value"]) if "value" in body else fact.value
        fact.day = wanted.day if day is not None else fact.day
        fact.mode = body.get("mode", fact.mode)
        reopen(goal, self.today)
        complete_by_itself(goal, self.today)

    @rule(known=facts)
    def undo(self, known: tuple[Goal, str]) -> None:
        goal, fact_id = known
        told = self.send("DELETE", f"/goals/{goal.id}/check-ins/{fact_id}")
        assert (told is not None) == (fact_id in goal.facts and not goal.is_deleted)
        if told is not None:
            del goal.facts[fact_id]
            reopen(goal, self.today)
            complete_by_itself(goal, self.today)

    @rule(goal=goals, value=st.integers(-50, 400), name=st.sampled_from(["target", "initial", "distance"]))
    def aim(self, goal: Goal, value: int, name: str) -> None:
        wire = {"target": "targetValue", "initial": "initialValue", "distance": "progressTargetValue"}[name]
        if self.send("PATCH", f"/goals/{goal.id}", {wire: value}) is not None:
            setattr(goal, name, Fraction(value))
            retarget(goal, self.today)

    @rule(goal=goals, mode=st.sampled_from(["increment", "measure"]))
    def read_facts_as(self, goal: Goal, mode: str) -> None:
        if self.send("PATCH", f"/goals/{goal.id}", {"checkInMode": mode}) is not None:
            goal.mode = mode
            goal.initial = goal.beginning
            retarget(goal, self.today)

    @rule(
        goal=goals, direction=st.sampled_from(["increase", "decrease", "neutral"]), value=st.integers(1, 300)
    )
    def turn(self, goal: Goal, direction: str, value: int) -> None:
        if goal.metric == "none":
            return
        target = (goal.beginning or Fraction(0)) + (-value if direction == "decrease" else value)
        told = self.send(
            "PATCH", f"/goals/{goal.id}", {"direction": direction, "targetValue": str(decimal(target))}
        )
        if told is not None:
            goal.direction, goal.target = direction, target
            retarget(goal, self.today)

    @rule(goal=goals, index=st.integers(0, 3))
    def tell_in(self, goal: Goal, index: int) -> None:
        if goal.metric not in OTHER_UNITS:
            return
        unit = OTHER_UNITS[goal.metric][index]
        if self.send("PATCH", f"/goals/{goal.id}", {"unit": unit}) is None:
            return
        for told in (goal, *goal.targets):
            for name in ("initial", "target", "value", "distance"):
                amount = getattr(told, name, None)
                if amount is not None:
                    setattr(told, name, told_in(amount, goal.unit, unit))
        for mark in goal.marks.values():
            mark.value = None if mark.value is None else told_in(mark.value, goal.unit, unit)
        goal.unit = unit
        retarget(goal, self.today)

    @rule(goal=goals, days=st.tuples(st.integers(-60, 10), st.integers(-5, 120)) | st.none())
    def plan(self, goal: Goal, days: tuple[int, int] | None) -> None:
        first, last = (None, None) if days is None else (self.today + timedelta(each) for each in days)
        body = {"startDate": first and first.isoformat(), "targetDate": last and last.isoformat()}
        if self.send("PATCH", f"/goals/{goal.id}", body) is not None:
            goal.start_on, goal.target_on = first, last
            retarget(goal, self.today)

    @rule(target=marks, goal=goals, place=percents, as_value=st.booleans())
    def mark(self, goal: Goal, place: Any, *, as_value: bool) -> Any:
        mark = Mark(self.new_id(), fraction(place))
        body: dict[str, Any] = {"id": mark.id, "title": "further", "targetPercent": place}
        if as_value and goal.base is not None and goal.initial is not None and goal.span:
            way = rounded(goal.span * Fraction(place) / 100, 2)
            mark.percent = None
            mark.value = goal.base - way if goal.direction == "decrease" else goal.base + way
            body |= {"targetPercent": None, "targetValue": str(decimal(mark.value))}
        if self.send("POST", f"/goals/{goal.id}/milestones", body) is None:
            return multiple()
        goal.marks[mark.id] = mark
        return (goal, mark.id)

    @rule(known=marks, place=percents)
    def move_mark(self, known: tuple[Goal, str], place: Any) -> None:
        goal, mark_id = known
        told = self.send("PATCH", f"/goals/{goal.id}/milestones/{mark_id}", {"targetPercent": place})
        if told is not None:
            goal.marks[mark_id] = Mark(mark_id, fraction(place), None, goal.marks[mark_id].is_ticked)

    @rule(known=marks, is_ticked=st.booleans())
    def tick(self, known: tuple[Goal, str], *, is_ticked: bool) -> None:
        goal, mark_id = known
        if goal.metric != "none":
            return
        path = f"/goals/{goal.id}/milestones/{mark_id}"
        if self.send("PATCH", path, {"completed": is_ticked}) is not None:
            shown = self.documents().get(goal.id) or {"milestones": []}
            for each in shown["milestones"]:
                if each["id"] == mark_id:
                    assert (each["completedAt"] is not None) or not is_ticked
            goal.marks[mark_id].is_ticked = is_ticked

    @rule(known=marks)
    def unmark(self, known: tuple[Goal, str]) -> None:
        goal, mark_id = known
        told = self.send("DELETE", f"/goals/{goal.id}/milestones/{mark_id}")
        assert (told is not None) == (mark_id in goal.marks and not goal.is_deleted)
        if told is not None:
            del goal.marks[mark_id]

    @rule(goal=goals, step=st.sampled_from(STEPS))
    def step(self, goal: Goal, step: str) -> None:
        how = ("DELETE", f"/goals/{goal.id}") if step == "delete" else ("POST", f"/goals/{goal.id}/{step}")
        told = self.send(*how)
        can = {"restore"} if goal.is_deleted else ALLOWED[goal.status]
        assert (told is not None) == (step in can)
        if told is not None:
            stepped(goal, step, self.today)

    @rule(goal=goals, is_automatic=st.booleans())
    def complete_automatically(self, goal: Goal, *, is_automatic: bool) -> None:
        if goal.metric == "none":
            return
        if self.send("PATCH", f"/goals/{goal.id}", {"autoComplete": is_automatic}) is not None:
            goal.auto_complete = is_automatic

    @rule(hours=st.sampled_from([1, 7, 13, 24, 31, 72, 29 * 24, -5, -26, -60 * 24]))
    def pass_time(self, hours: int) -> None:
        for world in self.worlds:
            world.clock.at += timedelta(hours=hours)

    @rule(zone=st.sampled_from(ZONES), day_starts_at=st.sampled_from([0, 3, 4]))
    def travel(self, zone: str, day_starts_at: int) -> None:
        assert self.send("PATCH", "/users/me", {"timezone": zone, "dayStartsAt": day_starts_at}) is not None
        self.zone, self.day_starts_at = zone, day_starts_at

    # What must hold -----------------------------------------------------------------------

    def documents(self) -> dict[str, Any]:
        """Every goal of the person by id, deleted ones too, as both worlds tell it."""
        told = []
        for world in self.worlds:
            found: dict[str, Any] = {}
            for show in ("active", "archived", "deleted"):
                reply = world.send("GET", f"/goals?showStatus={show}")
                assert reply.is_done, reply
                found |= {each["id"]: each for each in reply.body}
            told.append(found)
        assert told[0] == told[1]
        return told[0]

    @invariant()
    def documents_are_never_stale(self) -> None:
        shown = self.documents()
        assert shown.keys() == self.known.keys()
        for goal in self.known.values():
            differences = list(differing(goal.document(self.today), shown[goal.id]))
            assert not differences, (goal, self.today, differences)
            # Where a moved target leaves two at one percent, they keep the order that they had.
            goal.marks = {each["id"]: goal.marks[each["id"]] for each in shown[goal.id]["milestones"]}

    def teardown(self) -> None:
        if not self.worlds[0].user_id:
            return
        one, other = self.worlds
        for table in OF_ONE_USER:
            assert one.rows(table) == other.rows(table), table.name
        self.journal_is_whole()
        for goal in self.known.values():
            self.totals_add_up(goal)
            if not goal.is_deleted and goal.metric != "none":
                self.months_add_up(goal)

    def journal_is_whole(self) -> None:
        seq, at = (list(schema.journal.c.keys()).index(name) for name in ("seq", "at"))
        rows = self.worlds[0].rows(schema.journal)
        assert [row[seq] for row in rows] == list(range(1, len(rows) + 1))
        instants = [row[at] for row in rows]
        assert instants == sorted(set(instants)), "updatedAt rises strictly"
        heads = self.worlds[0].rows(schema.heads)
        assert heads[0][1] == len(rows)

    def totals_add_up(self, goal: Goal) -> None:
        columns = schema.goal_day_totals.c.keys()
        rows = [dict(zip(columns, row, strict=True)) for row in self.worlds[0].rows(schema.goal_day_totals)]
        days = {row["day"]: row for row in rows if row["goal_id"] == goal.id}
        assert days.keys() == {fact.day for fact in goal.facts.values()}
        for day, row in days.items():
            assert row["count"] == sum(fact.day == day for fact in goal.facts.values())
            if goal.metric != "none" and row["closing"] is not None:
                assert Fraction(row["closing"]) == goal.value_on(day)
        columns = schema.goal_source_totals.c.keys()
        rows = [
            dict(zip(columns, row, strict=True)) for row in self.worlds[0].rows(schema.goal_source_totals)
        ]
        sources = [row for row in rows if row["goal_id"] == goal.id]
        assert sum(row["count"] for row in sources) == len(goal.facts)
        if sources and goal.base is not None and goal.metric != "none":
            assert sum(Fraction(row["added"]) for row in sources) == (goal.current or 0) - goal.base

    def months_add_up(self, goal: Goal) -> None:
        first, last = self.today - timedelta(70), self.today + timedelta(1)
        reply = self.worlds[0].send("GET", f"/goals/{goal.id}/series?from={first}&to={last}")
        assert reply.is_done, reply
        expected = goal.months(first, last)
        assert [{name: point[name] for name in expected[0]} for point in reply.body["points"]] == expected

    # What is said ---------------------------------------------------------------------------

    def fact(self, goal: Goal, value: Decimal, day: date, mode: str | None, unit: int) -> Fact:
        """A valid fact for the goal."""
        if goal.metric == "none":
            return Fact(self.new_id(), None, None, mode, day, "")
        told_unit = OTHER_UNITS[goal.metric][unit] if goal.metric in OTHER_UNITS else None
        amount = value_for(goal, value, measured=(mode or goal.mode) == "measure")
        return Fact(self.new_id(), Fraction(amount), told_unit or goal.unit, mode, day, "")


@pytest.fixture
def worlds(sqlite_url: str, postgres_url: str, tmp_path: Path) -> Iterator[tuple[World, World]]:
    opened = World(sqlite_url, tmp_path), World(postgres_url, tmp_path)
    yield opened
    for world in opened:
        world.close()


@pytest.mark.slow
def test_both_databases_agree_with_the_oracle(worlds: tuple[World, World]) -> None:
    faulthandler.cancel_dump_traceback_later()  # a failure may take longer to shrink than a test may hang
    run_state_machine_as_test(
        type("OnBoth", (Agreement,), {"worlds": worlds}),
        settings=settings(
            max_examples=2_000 if IS_SOAK else 25,
            stateful_step_count=50 if IS_SOAK else 20,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
