"""Percentages and the terms that explain them: DOMAIN §3's numbers, and what holds for all of them."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import goal, milestone, row

from waymark.domain.progress import (
    Progress,
    Share,
    habits_percent,
    is_completed,
    metric_percent,
    milestones_share,
    percent_alone,
    progress,
    raw_percent,
    standing,
    tasks_percent,
    value_after,
)
from waymark.domain.records import Weights

DOWN: dict[str, Any] = {
    "direction": "decrease",
    "metric_type": "weight",
    "unit": "kg",
    "check_in_mode": "measure",
}
UNMEASURED: dict[str, Any] = {"metric_type": "none", "unit": None, "target_value": None}


def D(text: str) -> Decimal:  # noqa: N802 - reads as a literal
    return Decimal(text)


@pytest.mark.parametrize(
    ("said", "base", "current", "gain", "percent", "raw"),
    [
        pytest.param(DOWN | {"target_value": "80"}, "92", "91", "1", "8.33", "8.33", id="92 to 80 kg"),
        pytest.param({"target_value": "1000"}, "0", "150.3", "150.3", "15.03", "15.03", id="save 1000 USD"),
        pytest.param({"target_value": "1200000"}, "0", "500000", "500000", "41.67", "41.67", id="save UZS"),
        pytest.param(
            {"direction": "decrease", "target_value": "0"},
            "5000000",
            "3750000",
            "1250000",
            "25",
            "25",
            id="debt",
        ),
        pytest.param(
            DOWN | {"target_value": "68"}, "92", "69.85", "22.15", "92.29", "92.29", id="a long log"
        ),
        pytest.param({"target_value": "2000000"}, "0", "2560772", "2560772", "100", "128.04", id="beyond"),
        pytest.param({"target_value": "100"}, "0", "-50", "-50", "0", "-50", id="backwards"),
        pytest.param(
            {"target_value": "100"}, "0", "99.999999", "99.999999", "99.99", "99.99", id="not quite"
        ),
        pytest.param({"target_value": "100"}, "0", "100", "100", "100", "100", id="exactly there"),
        pytest.param({"target_value": "100"}, "0", "0.125", "0.125", "0.12", "0.12", id="a tie goes to even"),
        pytest.param(
            {"target_value": "100"}, "0", "0.135", "0.135", "0.14", "0.14", id="a tie goes to even, up"
        ),
        pytest.param({"target_value": "-100"}, "-200", "-150", "50", "50", "50", id="negative ground"),
        pytest.param(
            {"progress_target_value": "40"}, "10", "20", "10", "25", "25", id="a distance of its own"
        ),
        pytest.param(
            {"direction": "neutral", "target_value": "-50"}, "10", "5", "5", "10", "10", id="neutral"
        ),
        pytest.param(DOWN | {"target_value": "80"}, "80", "80", "0", "100", "100", id="begun at the target"),
        pytest.param(DOWN | {"target_value": "80"}, None, None, "0", "0", "0", id="nothing measured"),
    ],
)
def test_percent_of_a_metric(
    said: dict[str, Any], base: str | None, current: str | None, gain: str, percent: str, raw: str
) -> None:
    way = standing(goal(**said), *(None if each is None else D(each) for each in (base, current)))
    assert (way.gained, metric_percent(way), raw_percent(way)) == (D(gain), D(percent), D(raw))
    told = progress(goal(**said), way)
    assert (told.percent, told.raw_percent) == (D(percent), D(raw))


def test_a_raw_percent_stays_a_number_that_clients_hold() -> None:
    way = standing(goal(target_value="0.000001"), D("0"), D("1000000000000"))
    assert raw_percent(way) == 10**12


@pytest.mark.parametrize(
    ("direction", "added", "percent"),
    [("increase", "25", "25"), ("decrease", "-25", "25"), ("neutral", "25", "25")],
)
def test_what_a_source_reaches_alone(direction: str, added: str, percent: str) -> None:
    base = D("200") if direction == "decrease" else D("0")
    way = standing(goal(direction=direction, target_value="100"), base, base)
    assert percent_alone(way, D(added)) == D(percent)


@pytest.mark.parametrize(
    ("completed", "in_progress", "linked", "percent"),
    [(3, 0, 4, "75"), (2, 1, 3, "83.33"), (0, 1, 2, "25"), (0, 0, 5, "0"), (4, 0, 4, "100")],
)
def test_tasks(completed: int, in_progress: int, linked: int, percent: str) -> None:
    exact = tasks_percent(completed, in_progress, linked)
    assert exact is not None
    assert round(exact, 2) == D(percent)


def test_what_is_not_there_has_no_percent() -> None:
    assert tasks_percent(0, 0, 0) is None
    assert habits_percent([]) is None
    assert milestones_share([]) is None


def test_habits_are_a_mean_and_milestones_count_what_was_ticked_off() -> None:
    assert habits_percent([D("80"), D("41")]) == D("60.5")
    ticked = [milestone("25", completed_by_hand=True), milestone("50"), milestone("75"), milestone("100")]
    assert milestones_share(ticked) == Share(D("25"), 1, 4)


# Which sources count, and for how much ---------------------------------------------------------

THREE_OF_FOUR = Share(Decimal(75), 3, 4)
EIGHTY = Share(Decimal(80), 24, 30)


def told_terms(told: Progress) -> Any:
    return [(term.source, term.percent, term.weight, term.points) for term in told.terms]


def test_an_unmeasured_goal_is_the_mean_of_what_is_linked() -> None:
    told = progress(goal(**UNMEASURED), None, tasks=THREE_OF_FOUR, habits=EIGHTY)
    assert (told.percent, told.raw_percent, told.rule) == (D("77.5"), D("77.5"), "mean")
    assert told_terms(told) == [("tasks", 75, 1, D("37.5")), ("habits", 80, 1, 40)]


def test_nothing_at_all_is_zero() -> None:
    told = progress(goal(**UNMEASURED), None)
    assert row(told.percent, told.raw_percent, told.terms) == (0, 0, ())


def test_milestones_count_once_one_is_ticked_off_by_hand() -> None:
    marks_only, ticked = Share(D("0"), 0, 4), Share(D("25"), 1, 4)
    assert progress(goal(**UNMEASURED), None, tasks=THREE_OF_FOUR, milestones=marks_only).percent == 75
    assert progress(goal(**UNMEASURED), None, tasks=THREE_OF_FOUR, milestones=ticked).percent == 50
    weighted = goal(**UNMEASURED, progress_weights=Weights(tasks=D("1"), milestones=D("1")))
    assert progress(weighted, None, tasks=THREE_OF_FOUR, milestones=marks_only).percent == D("37.5")


def test_a_measured_goal_shows_the_other_sources_without_weight() -> None:
    measured = goal(target_value="3000000")
    told = progress(measured, standing(measured, D("0"), D("1250000")), count=4, tasks=THREE_OF_FOUR)
    assert (told.percent, told.rule) == (D("41.67"), "metric")
    assert told_terms(told) == [("metric", D("41.67"), 1, D("41.67")), ("tasks", 75, 0, 0)]
    assert row(told.terms[0].value, told.terms[0].target, told.terms[0].count) == (1250000, 3000000, 4)
    assert (told.terms[1].done, told.terms[1].total) == (3, 4)


def test_weights_mix_the_sources_as_the_contract_shows() -> None:
    weights = Weights(finance=D("3"), tasks=D("1"), habits=D("5"))
    weighted = goal(target_value="3000000", progress_weights=weights)
    tasks = Share(tasks_percent(2, 1, 3) or D("0"), 2, 3)
    told = progress(weighted, standing(weighted, D("0"), D("1250000")), tasks=tasks)
    assert (told.percent, told.raw_percent, told.rule) == (D("52.08"), D("41.67"), "weighted")
    assert told_terms(told) == [("finance", D("41.67"), 3, D("31.25")), ("tasks", D("83.33"), 1, D("20.83"))]


def test_weights_of_which_no_source_is_there_are_zero() -> None:
    weighted = goal(progress_weights=Weights(habits=D("1")))
    told = progress(weighted, standing(weighted, D("0"), D("50")))
    assert row(told.percent, told_terms(told)) == (0, [("metric", 50, 0, 0)])


def test_a_goal_with_a_finance_mode_names_its_ledger_so() -> None:
    saving = goal(finance_mode="save")
    assert progress(saving, standing(saving, D("0"), D("1"))).terms[0].source == "finance"


@pytest.mark.parametrize(
    ("said", "completed"),
    [
        ({"status": "completed"}, True),
        ({"status": "archived", "status_before": "completed"}, True),
        ({"status": "archived", "status_before": "active"}, False),
        ({"status": "active"}, False),
    ],
)
def test_completion_overrides_and_says_so(said: dict[str, Any], *, completed: bool) -> None:
    done = goal(**said)
    told = progress(done, standing(done, D("0"), D("40")))
    assert is_completed(done) is completed
    assert row(told.percent, told.earned_percent, told.raw_percent) == (100 if completed else 40, 40, 40)
    override = [("override", 100, 0, 60)] if completed else []
    assert told_terms(told) == [("metric", 40, 1, 40), *override]
    assert told.rule == ("override" if completed else "metric")


def test_completion_needs_no_override_where_everything_is_done() -> None:
    done = goal(status="completed")
    assert told_terms(progress(done, standing(done, D("0"), D("100")))) == [("metric", 100, 1, 100)]


@pytest.mark.parametrize(
    ("direction", "value"), [("increase", "32.5"), ("decrease", "-12.5"), ("neutral", "32.5")]
)
def test_the_value_after_a_gain(direction: Any, value: str) -> None:
    assert value_after(direction, D("10"), D("22.5")) == D(value)
    assert value_after(direction, None, D("22.5")) is None


# Laws ---------------------------------------------------------------------------------------

amounts = st.decimals(-(10**12), 10**12, places=6)
weights = st.integers(0, 5).map(Decimal)
shares = st.one_of(
    st.none(),
    st.tuples(st.integers(0, 40), st.integers(1, 40)).map(
        lambda counts: Share(tasks_percent(min(counts), 0, counts[1]) or Decimal(0), min(counts), counts[1])
    ),
)


@given(st.decimals("0.000001", 10**12, places=6), amounts, amounts)
def test_percent_never_falls_as_more_is_gained(target: Decimal, one: Decimal, other: Decimal) -> None:
    less, more = (standing(goal(target_value=target), Decimal(0), value) for value in sorted((one, other)))
    assert raw_percent(less) <= raw_percent(more)
    assert 0 <= metric_percent(less) <= metric_percent(more) <= 100
    assert (metric_percent(more) == 100) is more.is_there


@given(amounts, amounts.filter(bool))
def test_percent_is_the_fraction_rounded_once(current: Decimal, target: Decimal) -> None:
    way = standing(goal(target_value=abs(target)), Decimal(0), current)
    exact = Fraction(current) * 10_000 / Fraction(abs(target))
    cents = round(exact)  # half to even, as Decimal does
    if exact < 10_000 <= cents:
        cents = 9_999
    bounded = max(-(10**14), min(10**14, cents))
    assert raw_percent(way) == Decimal(bounded).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


@given(weights, weights, weights, st.decimals(-10, 130, places=3), shares, shares, st.booleans())
def test_points_add_up_to_the_last_digit(
    metric: Decimal,
    tasks: Decimal,
    habits: Decimal,
    current: Decimal,
    task_share: Share | None,
    habit_share: Share | None,
    is_done: bool,
) -> None:
    weighted = goal(
        progress_weights=Weights(metric=metric, tasks=tasks, habits=habits),
        status="completed" if is_done else "active",
    )
    told = progress(weighted, standing(weighted, Decimal(0), current), tasks=task_share, habits=habit_share)
    assert sum((term.points for term in told.terms), Decimal(0)) == told.percent
    assert all(term.points >= 0 and term.points == round(term.points, 2) for term in told.terms)
    counted = [(metric, max(Fraction(0), min(Fraction(100), Fraction(current))))]
    for weight, share in ((tasks, task_share), (habits, habit_share)):
        if share is not None:
            counted.append((weight, Fraction(100 * share.done, share.total)))
    whole = sum(Fraction(weight) for weight, _ in counted)
    mean = sum(Fraction(weight) * part for weight, part in counted) / whole if whole else Fraction(0)
    rounded = Decimal(round(mean * 100)).scaleb(-2)
    assert told.earned_percent == (Decimal("99.99") if rounded == 100 and mean < 100 else rounded)
