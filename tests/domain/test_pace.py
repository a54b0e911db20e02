"""Pace: DOMAIN §6's worked numbers, every status, pauses, and numbers that must never overflow."""

import time
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import day, fact, goal, row

from waymark.domain.ledger import day_total, entered, rule_of
from waymark.domain.pace import (
    NextNeeded,
    Pace,
    PaceFacts,
    active_days,
    day_gain,
    expected_value,
    pace,
    window_days,
)
from waymark.domain.progress import standing, standing_in_percent
from waymark.domain.records import Goal, Pause

ZERO = Decimal(0)
TEN_DAYS: dict[str, Any] = {"start_on": day(1), "target_on": day(11)}


def told(
    of: Goal, today: int, gains: Mapping[int, str], *, base: str | None = "0", first_fact: int | None = 1
) -> Pace:
    """Pace of a goal that gained what `gains` says on its n-th days, since it began."""
    sign = -1 if of.direction == "decrease" else 1
    gained = sum(map(Decimal, gains.values()), ZERO)
    start = None if base is None else Decimal(base)
    return pace(
        PaceFacts(
            goal=of,
            way=standing(of, start, None if start is None else start + sign * gained),
            gains={day(on): Decimal(gain) for on, gain in gains.items()},
            first_fact_on=None if first_fact is None else day(first_fact),
            today=day(today),
        )
    )


def test_the_worked_example() -> None:
    found = told(goal(**TEN_DAYS), 6, {2: "8", 3: "8", 4: "8", 5: "8", 6: "8"})
    assert found == Pace(
        status="behind",
        required_per_day=Decimal(12),
        actual_per_day=Decimal(8),
        expected_value=Decimal(50),
        expected_percent=Decimal(50),
        days_left=5,
        safe_days=-1,
        next_needed=NextNeeded(Decimal(10), day(6)),
        projected_date=day(14),
        projected_value=Decimal(80),
        confidence=Decimal(1),
    )


def test_the_same_downward_and_either_way() -> None:
    gains = {2: "8", 3: "8", 4: "8", 5: "8", 6: "8"}
    down = told(goal(**TEN_DAYS, direction="decrease", target_value="50"), 6, gains, base="150")
    assert row(down.required_per_day, down.actual_per_day, down.expected_value) == (12, 8, 100)
    assert row(down.projected_value, down.projected_date, down.next_needed) == (
        70,
        day(14),
        NextNeeded(Decimal(10), day(6)),
    )
    neutral = told(goal(**TEN_DAYS, direction="neutral"), 6, gains)
    assert row(neutral.required_per_day, neutral.expected_value, neutral.projected_value) == (12, 50, 80)


def test_a_neutral_goal_that_went_down_is_projected_down() -> None:
    swing = goal(**TEN_DAYS, direction="neutral", check_in_mode="measure", initial_value="0")
    way = standing(swing, ZERO, Decimal(-40))
    gains = {day(2): Decimal(40)}
    found = pace(PaceFacts(goal=swing, way=way, gains=gains, first_fact_on=day(2), today=day(6)))
    assert found.projected_value == -80


@pytest.mark.parametrize(
    ("said", "today", "gains", "status"),
    [
        pytest.param({"show_status": "deleted"}, 6, {}, None, id="deleted"),
        pytest.param({"show_status": "archived", "status": "archived"}, 6, {}, None, id="archived"),
        pytest.param({"status": "completed"}, 6, {}, "completed", id="completed"),
        pytest.param({"status": "paused"}, 6, {}, "paused", id="paused"),
        pytest.param({"start_on": day(7)}, 6, {}, "not_started", id="before the start"),
        pytest.param({}, 12, {}, "overdue", id="after the target date"),
        pytest.param({"target_on": None}, 6, {}, "no_deadline", id="no deadline"),
        pytest.param({}, 3, {2: "50"}, "insufficient_data", id="two days"),
        pytest.param({}, 4, {2: "50"}, "ahead", id="three days"),
        pytest.param({}, 6, {2: "100"}, "ahead", id="the whole way"),
        pytest.param({}, 6, {2: "52.380953"}, "ahead", id="1.1 of the rate"),
        pytest.param({}, 6, {2: "52.380952"}, "on_track", id="a little less than 1.1"),
        pytest.param({}, 6, {2: "48.717949"}, "on_track", id="0.95 of the rate"),
        pytest.param({}, 6, {2: "48.717948"}, "at_risk", id="a little less than 0.95"),
        pytest.param({}, 6, {2: "42.857143"}, "at_risk", id="0.75 of the rate"),
        pytest.param({}, 6, {2: "42.857142"}, "behind", id="a little less than 0.75"),
        pytest.param({}, 6, {2: "3", 4: "37"}, "recovering", id="three good days"),
        pytest.param({}, 6, {3: "1", 4: "36"}, "behind", id="three days not good enough"),
    ],
)
def test_status(said: dict[str, Any], today: int, gains: dict[int, str], status: str | None) -> None:
    assert told(goal(**TEN_DAYS | said), today, gains).status == status


def test_a_goal_that_is_over_tells_only_its_status() -> None:
    for said in ({"status": "completed"}, {"show_status": "deleted"}):
        found = told(goal(**TEN_DAYS, **said), 6, {2: "40"})
        assert found == Pace(status=found.status)


@pytest.mark.parametrize(
    ("today", "first_fact", "status"),
    [(7, None, "insufficient_data"), (7, 8, "insufficient_data"), (8, None, "behind"), (7, 5, "behind")],
)
def test_a_silent_goal_is_judged_after_a_week(today: int, first_fact: int | None, status: str) -> None:
    assert told(goal(**TEN_DAYS), today, {}, first_fact=first_fact).status == status


def test_on_the_line_and_before_it() -> None:
    on_it = told(goal(**TEN_DAYS), 6, {2: "50"})
    assert (on_it.safe_days, on_it.next_needed) == (0, NextNeeded(Decimal(10), day(7)))
    before = told(goal(**TEN_DAYS), 6, {2: "75"})
    assert (before.safe_days, before.next_needed) == (2, NextNeeded(Decimal(5), day(9)))
    there = told(goal(**TEN_DAYS), 6, {2: "120"})
    assert row(there.required_per_day, there.next_needed, there.projected_date) == (0, None, day(6))


def test_backwards() -> None:
    found = told(goal(**TEN_DAYS), 6, {3: "-5"})
    assert row(found.actual_per_day, found.projected_date, found.confidence) == (-1, None, 0)
    assert row(found.safe_days, found.required_per_day, found.projected_value) == (-6, 21, -10)


def test_past_the_target_date() -> None:
    found = told(goal(**TEN_DAYS), 13, {12: "40"})
    assert row(found.days_left, found.required_per_day, found.expected_value) == (-2, 60, 100)
    assert row(found.projected_value, found.next_needed) == (40, NextNeeded(Decimal(60), day(13)))


def test_before_the_start_the_line_has_not_begun() -> None:
    found = told(goal(start_on=day(4), target_on=day(14)), 1, {})
    assert row(found.expected_value, found.expected_percent, found.safe_days) == (0, 0, 3)
    assert found.next_needed == NextNeeded(Decimal(10), day(5))


def test_without_a_deadline_the_rate_still_leads_somewhere() -> None:
    found = told(goal(start_on=day(1)), 6, {2: "40"})
    assert found == Pace(
        status="no_deadline", actual_per_day=Decimal(8), projected_date=day(14), confidence=ZERO
    )


def test_before_the_first_measurement_only_the_calendar_is_known() -> None:
    losing = goal(**TEN_DAYS, direction="decrease", check_in_mode="measure")
    found = told(losing, 9, {}, base=None, first_fact=None)
    assert row(found.status, found.days_left, found.expected_percent) == ("insufficient_data", 2, 80)
    assert (found.required_per_day, found.expected_value, found.projected_value) == (None, None, None)
    near = told(goal(**TEN_DAYS, progress_target_value="10"), 9, {}, base=None, first_fact=None)
    assert row(near.status, near.required_per_day, near.expected_value, near.projected_value) == (
        "behind",
        5,
        None,
        None,
    )


def test_a_goal_without_a_metric_is_paced_in_percent() -> None:
    unmeasured = goal(**TEN_DAYS, metric_type="none", target_value=None)
    way = standing_in_percent(Decimal(40))
    gains = {day(3): Decimal(40)}
    found = pace(PaceFacts(goal=unmeasured, way=way, gains=gains, first_fact_on=day(3), today=day(6)))
    assert row(found.expected_value, found.required_per_day, found.projected_value) == (50, 12, 80)


def test_a_way_of_no_length() -> None:
    stay = goal(**TEN_DAYS, direction="decrease", check_in_mode="measure")
    assert told(stay, 6, {}, base="100").status == "ahead"
    drifted = told(stay, 6, {3: "-5"}, base="100")
    assert (drifted.status, drifted.next_needed) == ("behind", NextNeeded(Decimal(5), day(6)))


def test_a_day_that_is_start_and_target() -> None:
    found = told(goal(start_on=day(6), target_on=day(6)), 6, {6: "40"})
    assert row(found.days_left, found.required_per_day, found.expected_value) == (0, 60, 0)
    assert row(found.actual_per_day, found.projected_date) == (40, day(8))


def test_the_creation_day_starts_the_clock_when_nothing_else_does() -> None:
    assert told(goal(created_on=day(3), target_on=day(13)), 8, {}).expected_percent == 50


def test_confidence_is_the_evenness_of_the_window() -> None:
    assert told(goal(**TEN_DAYS), 5, {2: "8", 3: "8", 4: "8", 5: "8"}).confidence is None
    uneven = told(goal(**TEN_DAYS), 6, {2: "6", 3: "7", 4: "8", 5: "7", 6: "12"})
    assert uneven.confidence == Decimal("0.74")
    assert told(goal(**TEN_DAYS), 6, {2: "40"}).confidence == 0


def test_the_window_is_thirty_days() -> None:
    year = goal(start_on=day(1), target_on=day(366))
    found = told(year, 61, {31: "70", 32: "30"})
    assert found.actual_per_day == 1
    assert window_days(year, day(61)) == [day(on) for on in range(32, 62)]


# Pauses -----------------------------------------------------------------------------------------


def test_paused_days_leave_the_clock() -> None:
    paused = goal(**TEN_DAYS | {"target_on": day(21)}, pauses=(Pause(day(4), day(14)),))
    found = told(paused, 16, {2: "8", 3: "8", 14: "8", 15: "8", 16: "8"})
    unpaused = told(goal(**TEN_DAYS), 6, {2: "8", 3: "8", 4: "8", 5: "8", 6: "8"})
    assert found.next_needed == NextNeeded(Decimal(10), day(16))
    assert found.projected_date == day(24)
    for name in ("status", "required_per_day", "actual_per_day", "expected_value", "days_left", "safe_days"):
        assert getattr(found, name) == getattr(unpaused, name)
    assert window_days(paused, day(16)) == [day(on) for on in (2, 3, 14, 15, 16)]


def test_an_open_pause_holds_the_clock_where_it_was() -> None:
    of = goal(**TEN_DAYS | {"target_on": day(31)}, status="paused", pauses=(Pause(day(6)),))
    for today in (6, 11, 21):
        found = told(of, today, {2: "40"})
        assert (found.status, found.days_left) == ("paused", 31 - today)
        assert active_days(of, day(today), day(1), day(today)) == 5


def test_a_planned_pause_moves_what_comes_after_it() -> None:
    of = goal(**TEN_DAYS | {"target_on": day(21)}, pauses=(Pause(day(8), day(18)),))
    early = told(of, 6, {2: "75"})
    assert (early.days_left, early.next_needed) == (5, NextNeeded(Decimal(5), day(19)))
    assert told(of, 6, {2: "50"}).projected_date == day(21)


pauses = st.lists(st.integers(1, 60), unique=True, max_size=6).map(
    lambda ends: tuple(
        Pause(day(begin), day(end)) for begin, end in zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False)
    )
)


@given(pauses, st.integers(1, 70), st.integers(1, 70), st.integers(1, 70))
def test_active_days_are_counted_one_by_one(
    some: tuple[Pause, ...], one: int, other: int, third: int
) -> None:
    of = goal(pauses=some)
    running = [
        on for on in range(one, other) if not any(p.from_on <= day(on) < (p.to_on or date.max) for p in some)
    ]
    if one <= other:
        assert active_days(of, day(70), day(one), day(other)) == len(running)
    to_third = active_days(of, day(70), day(one), day(third))
    assert to_third == active_days(of, day(70), day(one), day(other)) + active_days(
        of, day(70), day(other), day(third)
    )


# Laws -------------------------------------------------------------------------------------------


@given(
    st.integers(2, 40),
    st.integers(0, 60),
    st.dictionaries(st.integers(2, 60), st.integers(-5, 30), max_size=20),
)
def test_pace_is_what_the_formulas_say(length: int, passed: int, gains: dict[int, int]) -> None:
    today, end = 1 + passed, 1 + length
    of = goal(start_on=day(1), target_on=day(end))
    known = {on: str(gain) for on, gain in gains.items() if on <= today}
    found = told(of, today, known)
    gained = sum(gains[on] for on in known)
    window = max(1, min(30, passed))
    recent = sum(gains[on] for on in known if on > today - window)
    remaining = max(0, 100 - gained)
    assert found.required_per_day == round(Decimal(remaining) / max(1, end - today), 6)
    assert found.actual_per_day == round(Decimal(recent) / window, 6)
    assert found.expected_value == round(Decimal(100 * min(passed, length)) / length, 6)
    assert found.safe_days == floor(Fraction(gained * length, 100)) - passed
    days = ceil(Fraction(remaining * window, recent)) if recent > 0 else None
    assert found.projected_date == (None if days is None else day(today + days))


@given(st.integers(10, 40), st.integers(1, 9), st.integers(0, 120), pauses)
def test_what_is_needed_next_brings_the_goal_to_its_line(
    length: int, passed: int, gained: int, some: tuple[Pause, ...]
) -> None:
    of = goal(start_on=day(1), target_on=day(60 + length), pauses=some)
    today = 1 + passed
    found = told(of, today, {1: str(gained)})
    if found.next_needed is None:
        assert gained >= 100
        return
    line = expected_value(of, ZERO, of, of.target_on, found.next_needed.by, day(today))
    assert line is not None
    assert abs(line - gained - found.next_needed.amount) <= Decimal("0.000001")
    assert found.next_needed.amount > 0
    for between in range(today, (found.next_needed.by - day(1)).days + 1):
        value = expected_value(of, ZERO, of, of.target_on, day(between), day(today))
        assert value is not None
        assert value <= gained + Decimal("0.000001")


@given(
    st.sampled_from(["0.000001", "1", "1000000000000"]),
    st.sampled_from(["-1000000000000", "-0.000001", "0.000001", "1000000000000"]),
    st.sampled_from([date(1900, 1, 1), day(1), date(2200, 12, 31)]),
    st.sampled_from([date(1900, 1, 1), day(40), date(2200, 12, 31)]),
)
def test_extremes_never_overflow(target: str, gain: str, start: date, end: date) -> None:
    found = told(goal(start_on=start, target_on=end, target_value=target), 40, {40: gain})
    assert found.projected_date is None or found.projected_date.year <= 2200
    assert found.safe_days is not None
    assert abs(found.safe_days) <= 10**6


def test_a_pause_of_many_years_costs_nothing() -> None:
    of = goal(
        start_on=date(1900, 1, 1), target_on=date(2200, 12, 31), pauses=(Pause(date(1900, 1, 5), day(39)),)
    )
    began = time.perf_counter()
    assert len(window_days(of, day(40))) == 5
    assert time.perf_counter() - began < 0.1


# What a day gained ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "opening", "value", "gain"),
    [
        ("increase", "10", "15", "5"),
        ("decrease", "10", "15", "-5"),
        ("neutral", "10", "15", "5"),
        ("neutral", "-10", "-15", "5"),
        ("neutral", "-10", "4", "-6"),
        ("decrease", None, "90", "0"),
    ],
)
def test_the_gain_of_a_day(direction: Any, opening: str | None, value: str, gain: str) -> None:
    of = goal(direction=direction, check_in_mode="measure")
    total = day_total(rule_of(of), "u", "g", day(1), [fact(1, value)])
    before = None if opening is None else Decimal(opening)
    base = Decimal(value) if before is None else ZERO
    assert day_gain(entered(total, before), direction, base) == Decimal(gain)


def test_a_day_before_the_first_measurement_gained_nothing() -> None:
    of = goal(direction="decrease", check_in_mode="measure")
    total = day_total(rule_of(of), "u", "g", day(1), [fact(1, "3", source_type="task")])
    assert day_gain(total, "decrease", None) == 0
