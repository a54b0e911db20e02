"""Habits: which days count, DOMAIN §3's rate, streaks over skips and gaps, and what a schedule may be."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import NOON, day

from waymark.domain.documents import encoded
from waymark.domain.habits import (
    completion_faults,
    faults,
    habit_stats,
    is_done,
    is_scheduled,
    ledger_value,
    rate,
    streaks,
)
from waymark.domain.neighbours import Habit, HabitCompletion

RECORD: dict[str, Any] = {"user_id": "u", "created_at": NOON, "updated_at": NOON}
MON_WED_FRI: dict[str, Any] = {"frequency": "weekly", "days_of_week": (1, 3, 5)}
THRICE: dict[str, Any] = {"frequency": "custom", "times_per_week": 3}
QUIT: dict[str, Any] = {"counting_type": "quit"}
STATUS = {"d": "done", "m": "miss", "s": "skip"}


def habit(**said: Any) -> Habit:
    """Created on day 1, a Thursday."""
    known = {"id": "h", "title": "Read", "frequency": "daily", "created_on": day(1)}
    return Habit(**RECORD | known | said)


def said_of(on: date, status: Any = "done", value: str | None = None) -> HabitCompletion:
    amount = None if value is None else Decimal(value)
    return HabitCompletion(
        **RECORD, id=str(on), habit_id="h", date_key=on, status=STATUS.get(status, status), value=amount
    )


def week(letters: str, first: int = 1) -> list[HabitCompletion]:
    """One letter a day: d done, m miss, s skip, anything else not a word."""
    return [said_of(day(on), letter) for on, letter in enumerate(letters, first) if letter in STATUS]


# Days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "weekdays"),
    [
        ({}, {0, 1, 2, 3, 4, 5, 6}),
        (MON_WED_FRI, {1, 3, 5}),
        ({"frequency": "custom", "days_of_week": (0,)}, {0}),
        (THRICE, {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_scheduled_days(said: dict[str, Any], weekdays: set[int]) -> None:
    sunday = 4  # 4 January 2026
    assert {number for number in range(7) if is_scheduled(habit(**said), day(sunday + number))} == weekdays


@pytest.mark.parametrize(
    ("said", "status", "value", "done"),
    [
        ({}, "done", None, True),
        ({}, "miss", None, False),
        ({}, "skip", None, False),
        ({"target_per_day": Decimal(8)}, "done", "8", True),
        ({"target_per_day": Decimal(8)}, "done", "7.999999", False),
        ({"target_per_day": Decimal(8)}, "done", None, True),
        ({"target_per_day": Decimal(8)}, "miss", "9", False),
        ({}, "done", "0", True),
        ({"target_per_day": Decimal(8)} | QUIT, "done", "2", True),
    ],
)
def test_a_done_day(said: dict[str, Any], status: str, value: str | None, done: bool) -> None:
    assert is_done(habit(completion_mode="numeric", **said), said_of(day(1), status, value)) is done


# Rate -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "days", "today", "percent"),
    [
        pytest.param({}, "dddd-ddddd", 10, "90", id="nine of ten"),
        pytest.param({}, "ddddddddd-", 10, "100", id="today not yet recorded"),
        pytest.param({}, "dddddddddm", 10, "90", id="today recorded"),
        pytest.param({}, "dddddsssss", 10, "100", id="skips leave both sides"),
        pytest.param({}, "ssss", 4, None, id="only skips"),
        pytest.param({}, "-", 1, None, id="created today"),
        pytest.param({}, "d", 1, "100", id="created and done today"),
        pytest.param({"created_on": day(6)}, "dddddd---d", 10, "40", id="days before creation"),
        pytest.param(MON_WED_FRI, "-d--d---dd", 9, "75", id="all but a Wednesday"),
        pytest.param(QUIT, "---m------", 10, str(Decimal(800) / 9), id="quit: all but a miss"),
        pytest.param(QUIT, "-s-m-----d", 10, str(Decimal(800) / 9), id="quit: skips leave, today counts"),
        pytest.param(THRICE, "d--d----------", 15, str(Decimal(200) / 6), id="two of six in two weeks"),
        pytest.param(THRICE, "ddddddd-------", 15, "100", id="at most 100"),
        pytest.param({"frequency": "weekly"}, "d-------------", 15, "50", id="weekly: once a week"),
        pytest.param({}, "d" * 10 + "-" * 30, 40, str(Decimal(0)), id="thirty days only"),
    ],
)
def test_rate(said: dict[str, Any], days: str, today: int, percent: str | None) -> None:
    found = rate(habit(**said), week(days), day(today))
    shown = None if found is None else round(found, 20)
    assert shown == (None if percent is None else round(Decimal(percent), 20))


@given(
    st.dictionaries(st.integers(-20, 60), st.sampled_from("dms")),
    st.integers(1, 50),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from(["create", "quit"]),
)
def test_the_rate_is_counted_day_by_day(
    said: Mapping[int, str], today: int, weekdays: set[int], counting: Any
) -> None:
    of = habit(frequency="custom", days_of_week=tuple(weekdays), counting_type=counting)
    done = asked = 0
    for on in range(max(1, today - 29), today + 1):
        silent = "" if on == today else "d" if counting == "quit" else "m"
        letter = said.get(on, silent) if int(day(on).strftime("%w")) in weekdays else ""
        done += letter == "d"
        asked += letter in {"d", "m"}
    found = rate(of, [said_of(day(on), letter) for on, letter in said.items()], day(today))
    if found is None:
        assert not asked
    else:
        assert abs(Fraction(found) - Fraction(100 * done, asked)) < Fraction(1, 10**40)


# Streaks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "days", "today", "streak"),
    [
        pytest.param({}, "", 5, (0, 0), id="nothing yet"),
        pytest.param({}, "ddddd", 5, (5, 5), id="five"),
        pytest.param({}, "ddddd", 6, (5, 5), id="today is not over"),
        pytest.param({}, "ddddd", 7, (0, 5), id="a day without a word"),
        pytest.param({}, "dddmd", 5, (1, 3), id="a miss"),
        pytest.param({}, "ddddm", 5, (0, 4), id="missed today"),
        pytest.param({}, "dssd", 4, (2, 2), id="skips do not break"),
        pytest.param({"created_on": day(5)}, "ddddd", 5, (5, 5), id="recorded before creation"),
        pytest.param(MON_WED_FRI, "-d--d-d-d", 9, (4, 4), id="days not asked for do not break"),
        pytest.param(MON_WED_FRI, "-d-dddd-d", 9, (4, 4), id="nor count"),
        pytest.param(MON_WED_FRI, "-d--d---d", 9, (1, 2), id="a missed Wednesday"),
        pytest.param(QUIT, "", 8, (7, 7), id="quit: every day since creation"),
        pytest.param(QUIT, "---m", 8, (3, 3), id="quit: since the miss"),
        pytest.param(QUIT, "-------d", 8, (8, 8), id="quit: today once said"),
        pytest.param({"created_on": day(5)} | QUIT, "dd", 8, (3, 3), id="quit: silence before creation"),
        # Thursday 1 January; Mondays are days 5, 12, 19
        pytest.param({"created_on": day(5)} | THRICE, "----d-dd---ddd-", 15, (6, 6), id="both quotas met"),
        pytest.param({"created_on": day(5)} | THRICE, "----dd-----ddd-", 15, (3, 3), id="two of three"),
        pytest.param({"created_on": day(5)} | THRICE, "----ddd", 18, (3, 3), id="the week is not over"),
        pytest.param({"created_on": day(5)} | THRICE, "----ddd", 19, (0, 3), id="an empty week"),
        pytest.param({"created_on": day(5)} | THRICE, "----dssssss", 12, (1, 1), id="skips lower the quota"),
        pytest.param({"created_on": day(26)} | THRICE, "----ddd" + "-" * 11 + "ddd", 25, (3, 3), id="a gap"),
        pytest.param({"created_on": day(4)} | THRICE, "----ddd", 11, (3, 3), id="a first week of one day"),
    ],
)
def test_streaks(said: dict[str, Any], days: str, today: int, streak: tuple[int, int]) -> None:
    assert streaks(habit(**said), week(days), day(today)) == streak


def test_tomorrow_counts_tomorrow() -> None:
    found = habit_stats(habit(), week("dd"), day(1))
    assert (found.streak_current, found.total) == (1, 1)


def test_a_part_of_today_does_not_break_the_streak() -> None:
    of = habit(completion_mode="numeric", target_per_day=Decimal(8))
    parts = [said_of(day(1), value="8"), said_of(day(2), value="3")]
    assert streaks(of, parts, day(2)) == (1, 1)
    assert streaks(of, parts, day(3)) == (0, 1)


schedules = st.sampled_from([{}, MON_WED_FRI, THRICE, {"frequency": "weekly"}, QUIT, QUIT | MON_WED_FRI])
records = st.dictionaries(st.integers(-10, 60), st.sampled_from("dms"))


@given(schedules, records, st.integers(1, 60))
def test_the_best_streak_never_falls_as_days_pass(
    said: dict[str, Any], days: Mapping[int, str], today: int
) -> None:
    known = [said_of(day(on), letter) for on, letter in days.items() if on <= today]
    current, best = streaks(habit(**said), known, day(today))
    later, later_best = streaks(habit(**said), known, day(today + 1))
    assert 0 <= current <= best <= later_best
    assert later <= current + (said.get("counting_type") == "quit")


@given(schedules, records, st.integers(1, 60), st.data())
def test_a_skip_instead_of_a_miss_never_hurts(
    said: dict[str, Any], days: Mapping[int, str], today: int, data: st.DataObject
) -> None:
    on = data.draw(st.integers(1, 60))
    missed = streaks(habit(**said), [said_of(day(k), v) for k, v in ({**days, on: "m"}).items()], day(today))
    skipped = streaks(habit(**said), [said_of(day(k), v) for k, v in ({**days, on: "s"}).items()], day(today))
    assert skipped >= missed


# Stats, ledger ----------------------------------------------------------------------------------


def test_stats_as_on_the_wire() -> None:
    found = habit_stats(habit(), week("ddsddm-ddd"), day(10))
    assert encoded(found) == (
        '{"streakCurrent":3,"streakBest":4,"completionRate30d":77.78,"scheduled30":9,"done30":7,'
        '"skipped30":1,"total":7}'
    )


def test_stats_of_free_days_keep_parts_of_a_day() -> None:
    found = habit_stats(habit(**THRICE), week("d--d------"), day(11))
    assert (found.scheduled30, found.done30, found.total) == (Decimal("4.29"), 2, 2)
    assert found.completion_rate30d == Decimal("46.67")


def test_the_total_of_a_quit_habit_counts_silent_days() -> None:
    assert habit_stats(habit(**QUIT), week("-m-s----"), day(100)).total == 97
    assert habit_stats(habit(), week("dd", first=-1), day(3)).total == 2


@pytest.mark.parametrize(
    ("said", "status", "value", "added"),
    [
        ({}, "done", "20", "30"),
        ({"target_per_day": Decimal(30)}, "done", "20", "30"),
        ({"target_per_day": Decimal(30)}, "done", None, "45"),
        ({}, "done", None, None),
        ({}, "skip", "20", None),
        ({}, "miss", "20", None),
        ({"completion_mode": "boolean"}, "done", None, None),
    ],
)
def test_what_a_day_adds_to_the_ledger(
    said: dict[str, Any], status: str, value: str | None, added: str | None
) -> None:
    of = habit(**{"completion_mode": "numeric"} | said)
    found = ledger_value(of, Decimal("1.5"), said_of(day(1), status, value))
    assert found == (None if added is None else Decimal(added))


# Faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        (MON_WED_FRI, []),
        (THRICE, []),
        ({"frequency": "weekly"}, []),
        ({"frequency": "weekly", "times_per_week": 7}, []),
        ({"days_of_week": (1,)}, ["daysOfWeek not_allowed"]),
        ({"times_per_week": 3}, ["timesPerWeek not_allowed"]),
        ({"frequency": "custom"}, ["daysOfWeek required"]),
        (MON_WED_FRI | {"times_per_week": 3}, ["timesPerWeek not_allowed"]),
        (MON_WED_FRI | {"days_of_week": ()}, ["daysOfWeek out_of_range"]),
        (MON_WED_FRI | {"days_of_week": (1, 7)}, ["daysOfWeek out_of_range"]),
        (MON_WED_FRI | {"days_of_week": (-1,)}, ["daysOfWeek out_of_range"]),
        (MON_WED_FRI | {"days_of_week": (1, 1)}, ["daysOfWeek duplicate"]),
        (THRICE | {"times_per_week": 0}, ["timesPerWeek out_of_range"]),
        (THRICE | {"times_per_week": 8}, ["timesPerWeek out_of_range"]),
        ({"target_per_day": Decimal(1)}, ["targetPerDay not_allowed"]),
        ({"completion_mode": "numeric", "target_per_day": Decimal(0)}, ["targetPerDay out_of_range"]),
        ({"completion_mode": "numeric", "target_per_day": Decimal("0.5")}, []),
        ({"completion_mode": "numeric"}, []),
    ],
)
def test_faults(said: dict[str, Any], wrong: list[str]) -> None:
    assert [f"{fault.field} {fault.code}" for fault in faults(habit(**said))] == wrong


@pytest.mark.parametrize(
    ("mode", "status", "value", "on", "wrong"),
    [
        ("boolean", "done", None, 11, []),
        ("boolean", "done", None, 12, ["dateKey out_of_range"]),
        ("boolean", "done", "1", 10, ["value not_allowed"]),
        ("numeric", "done", "0", 10, []),
        ("numeric", "done", "-1", 10, ["value out_of_range"]),
        ("numeric", "done", None, 10, ["value required"]),
        ("numeric", "skip", None, -60_000, ["dateKey out_of_range"]),
    ],
)
def test_completion_faults(mode: str, status: Any, value: str | None, on: int, wrong: list[str]) -> None:
    amount = None if value is None else Decimal(value)
    of = habit(completion_mode=mode)
    found = completion_faults(of, status=status, value=amount, date_key=day(on), today=day(10))
    assert [f"{fault.field} {fault.code}" for fault in found] == wrong
