"""What if: DOMAIN §6's worked example with more a month, another target and pauses, worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import day, goal, row

from waymark.domain.pace import NextNeeded, PaceFacts, pace
from waymark.domain.progress import standing, standing_in_percent
from waymark.domain.records import Pause
from waymark.domain.series import ProjectedPoint, projection
from waymark.domain.whatif import DAYS_PER_MONTH, Scenario, scenario_faults, simulation

ZERO = Decimal(0)
TEN_DAYS: dict[str, Any] = {"start_on": day(1), "target_on": day(11)}


def facts(**said: Any) -> PaceFacts:
    """The worked example: 0 → 100 from 1 to 11 January, on the 6th at 40, gained 8 a day."""
    of = goal(**TEN_DAYS | said)
    gains = {day(on): Decimal(8) for on in range(2, 7)}
    way = standing(of, ZERO, Decimal(40))
    return PaceFacts(goal=of, way=way, gains=gains, first_fact_on=day(2), today=day(6))


def test_a_month_is_a_twelfth_of_a_gregorian_year() -> None:
    assert Decimal("30.436875") == DAYS_PER_MONTH


def test_nothing_said_changes_nothing() -> None:
    as_it_is = facts()
    found = simulation(as_it_is, Scenario())
    assert found.pace == pace(as_it_is)
    assert found.projection == projection(as_it_is.goal, as_it_is.way, found.pace, day(6))


def test_more_a_month() -> None:
    # 121.7475 a month are 4 a day: 8 + 4 = 12 a day, which is what is required
    found = simulation(facts(), Scenario(add_per_month=Decimal("121.7475")))
    assert row(found.pace.actual_per_day, found.pace.required_per_day, found.pace.status) == (
        12,
        12,
        "on_track",
    )
    assert row(found.pace.projected_date, found.pace.projected_value) == (day(11), 100)
    assert found.projection == [ProjectedPoint(day(11), Decimal(100))]
    assert found.pace.expected_value == 50


def test_less_a_month() -> None:
    found = simulation(facts(), Scenario(add_per_month=Decimal("-121.7475")))
    assert row(found.pace.actual_per_day, found.pace.projected_date, found.pace.projected_value) == (
        4,
        day(21),
        60,
    )


def test_another_target_date() -> None:
    found = simulation(facts(), Scenario(target_on=day(21)))
    assert row(found.pace.days_left, found.pace.required_per_day, found.pace.expected_value) == (15, 4, 25)
    assert row(found.pace.status, found.pace.projected_value) == ("ahead", 160)


def test_another_target_value() -> None:
    found = simulation(facts(), Scenario(target_value=Decimal(80)))
    assert row(found.pace.required_per_day, found.pace.expected_value, found.pace.safe_days) == (8, 40, 0)
    assert row(found.pace.status, found.pace.projected_date) == ("on_track", day(11))
    assert found.projection == [ProjectedPoint(day(11), Decimal(80))]


def test_a_pause() -> None:
    # 8 to 12 January are out, the last day included: 5 active days from 1 to 6, 2 left until the 13th
    scenario = Scenario(pause_from_on=day(8), pause_to_on=day(12), target_on=day(13))
    found = simulation(facts(), scenario)
    assert row(found.pace.days_left, found.pace.required_per_day) == (2, 30)
    assert found.pace.projected_date == day(19)
    assert found.pace.next_needed == NextNeeded(Decimal("31.428571"), day(6))


def test_a_pause_beside_one_that_is_open() -> None:
    paused = facts(status="paused", pauses=(Pause(day(6)),))
    found = simulation(paused, Scenario(pause_from_on=day(6), pause_to_on=day(8)))
    assert (found.pace.status, found.pace.days_left) == ("paused", 2)


def test_a_goal_without_a_metric_gains_percent() -> None:
    of = goal(**TEN_DAYS, metric_type="none", unit=None, target_value=None)
    way = standing_in_percent(Decimal(40))
    as_it_is = PaceFacts(goal=of, way=way, gains={}, first_fact_on=day(2), today=day(6))
    found = simulation(as_it_is, Scenario(add_per_month=Decimal("365.2425")))
    assert row(found.pace.actual_per_day, found.pace.projected_date) == (12, day(11))


def test_a_decrease_gains_downward() -> None:
    of = goal(**TEN_DAYS, direction="decrease", initial_value="150", target_value="50")
    way = standing(of, Decimal(150), Decimal(110))
    as_it_is = PaceFacts(goal=of, way=way, gains={}, first_fact_on=day(2), today=day(6))
    found = simulation(as_it_is, Scenario(add_per_month=Decimal("365.2425"), target_value=Decimal(100)))
    assert row(found.pace.required_per_day, found.pace.projected_date, found.pace.projected_value) == (
        2,
        day(7),
        50,
    )


def test_a_completed_goal_only_tells_that() -> None:
    found = simulation(facts(status="completed"), Scenario(add_per_month=Decimal(1)))
    assert (found.pace.status, found.pace.actual_per_day, found.projection) == ("completed", None, [])


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_a_month_is_never_later(one: int, other: int) -> None:
    less, more = (
        simulation(facts(), Scenario(add_per_month=Decimal(amount))).pace.projected_date
        for amount in sorted((one, other))
    )
    assert less is not None
    assert more is not None
    assert day(6) < more <= less


@pytest.mark.parametrize(
    ("of", "scenario", "wrong"),
    [
        ({}, {}, []),
        ({}, {"target_value": Decimal(80), "target_on": day(20), "add_per_month": Decimal(-1)}, []),
        ({}, {"target_value": Decimal(-80)}, ["targetValue invalid"]),
        ({}, {"target_value": Decimal(0)}, ["targetValue equal_to_initial"]),
        ({"metric_type": "count"}, {"target_value": Decimal("0.5")}, ["targetValue too_many_decimals"]),
        (
            {"metric_type": "none", "unit": None, "target_value": None},
            {"target_value": Decimal(1)},
            ["targetValue not_allowed"],
        ),
        ({}, {"target_on": date(2025, 12, 31)}, ["targetDate out_of_range"]),
        ({}, {"pause_from_on": day(6)}, ["pauseTo required"]),
        ({}, {"pause_to_on": day(6)}, ["pauseFrom required"]),
        ({}, {"pause_from_on": day(6), "pause_to_on": day(6)}, []),
        ({}, {"pause_from_on": day(5), "pause_to_on": day(6)}, ["pauseFrom out_of_range"]),
        ({}, {"pause_from_on": day(7), "pause_to_on": day(6)}, ["pauseTo out_of_range"]),
        ({}, {"pause_from_on": day(7), "pause_to_on": date(2201, 1, 1)}, ["pauseTo out_of_range"]),
    ],
)
def test_faults(of: dict[str, Any], scenario: dict[str, Any], wrong: list[str]) -> None:
    found = scenario_faults(
        goal(**TEN_DAYS | {"initial_value": Decimal(0)} | of)
        if of.get("metric_type") != "none"
        else goal(**TEN_DAYS | of),
        Scenario(**scenario),
        day(6),
    )
    assert [f"{fault.field} {fault.code}" for fault in found] == wrong
