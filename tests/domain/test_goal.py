"""DOMAIN §1: which definitions of a goal make sense, what is filled in, which check-ins it takes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from waymark.domain.goal import (
    DebtFacts,
    Draft,
    change_faults,
    check_in_faults,
    completed_definition,
    draft_of,
    faults,
    with_unit,
)
from waymark.domain.records import Goal, Weights
from waymark.domain.vocabulary import WEIGHT_UNITS
from waymark.errors import Fault

TODAY = date(2026, 3, 10)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

VALID: dict[str, dict[str, Any]] = {
    "none": {"metric_type": "none"},
    "amount": {"metric_type": "amount", "currency": "USD", "target_value": Decimal(1000)},
    "weight": {
        "metric_type": "weight",
        "unit": "kg",
        "initial_value": Decimal(92),
        "target_value": Decimal(80),
    },
    "count": {"metric_type": "count", "target_value": Decimal(12)},
    "duration": {"metric_type": "duration", "unit": "minutes", "target_value": Decimal(600)},
    "custom": {"metric_type": "custom", "unit": "pages", "target_value": Decimal("300.5")},
}


def draft(metric: str, **changes: Any) -> Draft:
    return completed_definition(Draft(**{**VALID[metric], **changes}))


def goal(metric: str, **changes: Any) -> Goal:
    return replace(
        Goal(user_id="u", id="g", created_at=LONG_AGO, updated_at=LONG_AGO, title="t", created_on=TODAY),
        **asdict(draft(metric, **changes)),
    )


def found(problems: list[Fault]) -> list[tuple[str, str]]:
    assert all(problem.message for problem in problems)
    return [(problem.field, problem.code) for problem in problems]


@pytest.mark.parametrize("metric", VALID)
def test_each_metric_has_a_valid_definition(metric: str) -> None:
    assert faults(draft(metric)) == []


@pytest.mark.parametrize(
    ("metric", "changes"),
    [
        ("none", {"direction": "decrease", "check_in_mode": "measure"}),
        ("amount", {"unit": "USD"}),
        ("amount", {"target_value": Decimal("999.99")}),
        ("amount", {"initial_value": Decimal(0), "target_value": Decimal(-5), "direction": "decrease"}),
        ("amount", {"currency": "IQD", "target_value": Decimal("0.125")}),
        ("amount", {"goal_type": "financial", "finance_mode": "save", "linked_budget_id": "b"}),
        ("weight", {"check_in_mode": "measure", "initial_value": None, "direction": "increase"}),
        ("weight", {"check_in_mode": "increment", "initial_value": None}),
        ("weight", {"direction": "neutral", "initial_value": Decimal(80)}),
        ("count", {"unit": "books"}),
        ("count", {"initial_value": Decimal(20), "target_value": Decimal("0.0")}),
        ("custom", {"unit": "x" * 32}),
        ("custom", {"unit": "صفحه"}),
        ("custom", {"target_value": Decimal(0), "direction": "neutral", "progress_target_value": Decimal(3)}),
        ("none", {"start_on": TODAY, "target_on": TODAY}),
        ("none", {"progress_weights": Weights(tasks=Decimal(0), habits=Decimal("0.5"))}),
        ("none", {"insight_thresholds": (1, 50, 100)}),
        ("none", {"insight_thresholds": ()}),
    ],
)
def test_definitions_that_make_sense(metric: str, changes: dict[str, Any]) -> None:
    assert faults(draft(metric, **changes)) == []


@pytest.mark.parametrize(
    ("metric", "changes", "expected"),
    [
        ("none", {"unit": "kg"}, [("unit", "not_allowed")]),
        ("none", {"initial_value": Decimal(0)}, [("initialValue", "not_allowed")]),
        ("none", {"target_value": Decimal(1)}, [("targetValue", "not_allowed")]),
        ("none", {"progress_target_value": Decimal(1)}, [("progressTargetValue", "not_allowed")]),
        ("none", {"currency": "USD"}, [("currency", "not_allowed")]),
        ("amount", {"currency": None}, [("currency", "required")]),
        ("amount", {"currency": "XXX"}, [("currency", "invalid")]),
        ("amount", {"currency": "usd"}, [("currency", "invalid")]),
        ("amount", {"unit": "EUR"}, [("unit", "invalid")]),
        ("amount", {"target_value": None}, [("targetValue", "required")]),
        ("amount", {"target_value": Decimal("1000.005")}, [("targetValue", "too_many_decimals")]),
        ("amount", {"initial_value": Decimal("0.001")}, [("initialValue", "too_many_decimals")]),
        (
            "amount",
            {"currency": "JPY", "target_value": Decimal("0.5")},
            [("targetValue", "too_many_decimals")],
        ),
        (
            "amount",
            {"progress_target_value": Decimal("0.001")},
            [("progressTargetValue", "too_many_decimals")],
        ),
        ("weight", {"unit": None}, [("unit", "required")]),
        ("weight", {"unit": "ton"}, [("unit", "invalid")]),
        ("weight", {"unit": "KG"}, [("unit", "invalid")]),
        ("weight", {"target_value": None}, [("targetValue", "required")]),
        ("weight", {"target_value": Decimal(0)}, [("targetValue", "out_of_range")]),
        ("weight", {"target_value": Decimal(-1)}, [("targetValue", "out_of_range")]),
        ("weight", {"initial_value": Decimal(-1)}, [("initialValue", "out_of_range")]),
        ("weight", {"initial_value": None}, [("direction", "required")]),
        ("weight", {"currency": "USD"}, [("currency", "not_allowed")]),
        ("count", {"target_value": Decimal("2.5")}, [("targetValue", "too_many_decimals")]),
        ("count", {"initial_value": Decimal("0.5")}, [("initialValue", "too_many_decimals")]),
        ("count", {"target_value": None}, [("targetValue", "required")]),
        ("count", {"unit": "x" * 33}, [("unit", "too_long")]),
        ("duration", {"unit": None}, [("unit", "required")]),
        ("duration", {"unit": "weeks"}, [("unit", "invalid")]),
        ("duration", {"target_value": Decimal(0)}, [("targetValue", "out_of_range")]),
        ("custom", {"unit": None}, [("unit", "required")]),
        ("custom", {"unit": " "}, [("unit", "required")]),
        ("custom", {"unit": "x" * 33}, [("unit", "too_long")]),
        ("custom", {"unit": "a\nb"}, [("unit", "control_character")]),
        ("custom", {"target_value": None}, [("targetValue", "required")]),
        ("custom", {"target_value": Decimal("1E+13")}, [("targetValue", "out_of_range")]),
        ("custom", {"progress_target_value": Decimal(0)}, [("progressTargetValue", "out_of_range")]),
        ("custom", {"progress_target_value": Decimal(-1)}, [("progressTargetValue", "out_of_range")]),
        ("custom", {"target_value": Decimal(0)}, [("targetValue", "equal_to_initial")]),
        ("weight", {"target_value": Decimal(92)}, [("targetValue", "equal_to_initial")]),
        (
            "weight",
            {"target_value": Decimal("92.0"), "direction": "increase"},
            [("targetValue", "equal_to_initial")],
        ),
        ("weight", {"direction": "increase"}, [("targetValue", "invalid")]),
        ("count", {"direction": "decrease"}, [("targetValue", "invalid")]),
        ("count", {"direction": "neutral", "target_value": Decimal(0)}, [("targetValue", "out_of_range")]),
        ("count", {"goal_type": "financial"}, [("metricType", "invalid")]),
        ("none", {"finance_mode": "save"}, [("financeMode", "not_allowed")]),
        ("none", {"linked_budget_id": "b"}, [("linkedBudgetId", "not_allowed")]),
        ("weight", {"linked_debt_id": "d"}, [("linkedDebtId", "not_allowed")]),
        ("amount", {"finance_mode": "debt_close"}, [("linkedDebtId", "required")]),
        (
            "none",
            {"start_on": TODAY, "target_on": TODAY - timedelta(days=1)},
            [("targetDate", "out_of_range")],
        ),
        ("none", {"start_on": date(1899, 12, 31)}, [("startDate", "out_of_range")]),
        ("none", {"target_on": date(2201, 1, 1)}, [("targetDate", "out_of_range")]),
        (
            "amount",
            {"progress_weights": Weights(metric=Decimal(1), finance=Decimal(0))},
            [("progressWeights", "invalid")],
        ),
        ("none", {"progress_weights": Weights()}, [("progressWeights", "invalid")]),
        ("none", {"progress_weights": Weights(tasks=Decimal(0))}, [("progressWeights", "invalid")]),
        (
            "none",
            {"progress_weights": Weights(tasks=Decimal(1), habits=Decimal("-0.1"))},
            [("progressWeights.habits", "out_of_range")],
        ),
        ("none", {"insight_thresholds": (0, 50)}, [("insightThresholds", "out_of_range")]),
        ("none", {"insight_thresholds": (50, 101)}, [("insightThresholds", "out_of_range")]),
        ("none", {"insight_thresholds": (50, 25)}, [("insightThresholds", "invalid")]),
        ("none", {"insight_thresholds": (50, 50)}, [("insightThresholds", "invalid")]),
        ("none", {"insight_thresholds": tuple(range(1, 22))}, [("insightThresholds", "too_many")]),
    ],
)
def test_definitions_that_do_not_make_sense(
    metric: str, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert found(faults(draft(metric, **changes))) == expected


def test_all_faults_are_told_at_once() -> None:
    hopeless = draft(
        "amount",
        goal_type="financial",
        currency="XTS",
        unit="kg",
        target_value=None,
        progress_target_value=Decimal(-1),
        finance_mode="debt_close",
        start_on=TODAY,
        target_on=date(2026, 1, 1),
        progress_weights=Weights(),
        insight_thresholds=(0,),
    )
    assert set(found(faults(hopeless))) == {
        ("currency", "invalid"),
        ("progressTargetValue", "out_of_range"),
        ("targetValue", "required"),
        ("linkedDebtId", "required"),
        ("targetDate", "out_of_range"),
        ("progressWeights", "invalid"),
        ("insightThresholds", "out_of_range"),
    }


def test_milestones_are_due_between_start_and_target() -> None:
    start, target = date(2026, 3, 1), date(2026, 3, 31)
    due = [None, start, target, start - timedelta(days=1), target + timedelta(days=1)]
    bounded = draft("none", start_on=start, target_on=target)
    assert found(faults(bounded, due_days=due)) == [
        ("milestones[3].dueDate", "out_of_range"),
        ("milestones[4].dueDate", "out_of_range"),
    ]
    assert found(faults(replace(bounded, start_on=None), due_days=due)) == [
        ("milestones[4].dueDate", "out_of_range")
    ]
    assert faults(draft("none"), due_days=due) == []


@pytest.mark.parametrize(
    ("metric", "changes", "filled"),
    [
        ("none", {}, {"check_in_mode": "increment", "direction": "increase", "initial_value": None}),
        ("weight", {}, {"check_in_mode": "measure", "direction": "decrease"}),
        ("weight", {"target_value": Decimal(100)}, {"direction": "increase"}),
        ("weight", {"initial_value": None, "direction": "decrease"}, {"initial_value": None}),
        ("weight", {"initial_value": None, "check_in_mode": "increment"}, {"initial_value": Decimal(0)}),
        ("amount", {}, {"check_in_mode": "increment", "initial_value": Decimal(0), "direction": "increase"}),
        ("count", {"target_value": Decimal(-3)}, {"direction": "decrease"}),
        ("count", {"direction": "neutral"}, {"direction": "neutral"}),
        ("custom", {"check_in_mode": "measure"}, {"initial_value": None, "direction": None}),
    ],
)
def test_what_is_left_out_is_filled_in(metric: str, changes: dict[str, Any], filled: dict[str, Any]) -> None:
    completed = draft(metric, **changes)
    assert {name: getattr(completed, name) for name in filled} == filled


def test_closing_a_debt_starts_at_what_remains_of_it() -> None:
    debt = DebtFacts(Decimal(5_000_000), "UZS")
    bare = Draft(goal_type="financial", metric_type="amount", finance_mode="debt_close", linked_debt_id="d")
    completed = completed_definition(bare, debt=debt)
    assert (completed.initial_value, completed.target_value) == (Decimal(5_000_000), Decimal(0))
    assert (completed.direction, completed.currency) == ("decrease", "UZS")
    assert faults(completed, debt=debt) == []

    own = completed_definition(replace(bare, initial_value=Decimal(7), target_value=Decimal(1)), debt=debt)
    assert (own.initial_value, own.target_value) == (Decimal(7), Decimal(1))

    growing = completed_definition(replace(bare, target_value=Decimal(6_000_000)), debt=debt)
    assert found(faults(growing, debt=debt)) == [("targetValue", "invalid")]


def test_an_absent_currency_is_inherited_from_the_budget_and_another_one_refused() -> None:
    linked = Draft(metric_type="amount", target_value=Decimal(5), linked_budget_id="b")
    assert completed_definition(linked, budget_currency="EUR").currency == "EUR"
    in_dollars = completed_definition(replace(linked, currency="USD"), budget_currency="EUR")
    assert found(faults(in_dollars, budget_currency="EUR")) == [("linkedBudgetId", "currency_mismatch")]
    assert found(faults(in_dollars, debt=DebtFacts(Decimal(1), "UZS"))) == [
        ("linkedDebtId", "currency_mismatch")
    ]


values = st.none() | st.decimals(-1000, 1000, places=1)


@given(
    st.sampled_from(list(VALID)),
    values,
    values,
    st.sampled_from([None, "increase", "decrease", "neutral"]),
    st.sampled_from([None, "increment", "measure"]),
)
def test_a_definition_without_faults_is_a_goal_that_completes_to_itself(
    metric: str, initial: Decimal | None, target: Decimal | None, direction: Any, mode: Any
) -> None:
    completed = draft(
        metric, initial_value=initial, target_value=target, direction=direction, check_in_mode=mode
    )
    assert completed_definition(completed) == completed
    if faults(completed):
        return
    assert completed.direction is not None
    assert completed.check_in_mode is not None
    if completed.direction != "neutral" and completed.initial_value is not None and target is not None:
        assert (target > completed.initial_value) == (completed.direction == "increase")
        assert (target < completed.initial_value) == (completed.direction == "decrease")
    standing = goal(
        metric, initial_value=initial, target_value=target, direction=direction, check_in_mode=mode
    )
    assert draft_of(standing) == completed


@pytest.mark.parametrize(
    ("metric", "changes", "check_in"),
    [
        ("none", {}, {}),
        ("amount", {}, {"value": Decimal("0.25")}),
        ("amount", {}, {"value": Decimal(-5), "unit": "USD"}),
        ("amount", {}, {"value": Decimal(0)}),
        ("weight", {}, {"value": Decimal("90.5")}),
        ("weight", {}, {"value": Decimal(200), "unit": "lb"}),
        ("weight", {}, {"value": Decimal(0)}),
        ("weight", {}, {"value": Decimal(-1), "mode": "increment"}),
        ("weight", {"check_in_mode": "increment", "initial_value": None}, {"value": Decimal(-1)}),
        ("count", {}, {"value": Decimal("-2.0")}),
        ("count", {"unit": "books"}, {"value": Decimal(1), "unit": "books"}),
        ("duration", {}, {"value": Decimal("1.5"), "unit": "hours"}),
        ("custom", {}, {"value": Decimal("0.5"), "unit": "pages"}),
        ("none", {}, {"date_key": TODAY + timedelta(days=1)}),
        ("none", {}, {"date_key": date(1900, 1, 1)}),
    ],
)
def test_check_ins_that_are_taken(metric: str, changes: dict[str, Any], check_in: dict[str, Any]) -> None:
    given_fields = {"value": None, "unit": None, "mode": None, "date_key": TODAY, **check_in}
    assert check_in_faults(goal(metric, **changes), today=TODAY, **given_fields) == []


@pytest.mark.parametrize(
    ("metric", "changes", "check_in", "expected"),
    [
        ("none", {}, {"value": Decimal(1)}, [("value", "not_allowed")]),
        (
            "none",
            {},
            {"value": Decimal(0), "unit": "kg"},
            [("value", "not_allowed"), ("unit", "not_allowed")],
        ),
        ("amount", {}, {}, [("value", "required")]),
        ("amount", {}, {"value": Decimal("0.001")}, [("value", "too_many_decimals")]),
        ("amount", {}, {"value": Decimal(1), "unit": "EUR"}, [("unit", "invalid")]),
        ("weight", {}, {"value": Decimal("-0.1")}, [("value", "out_of_range")]),
        (
            "weight",
            {"check_in_mode": "increment", "initial_value": None},
            {"value": Decimal(-1), "mode": "measure"},
            [("value", "out_of_range")],
        ),
        ("weight", {}, {"value": Decimal(1), "unit": "hours"}, [("unit", "invalid")]),
        ("weight", {"unit": "g"}, {"value": Decimal("1E+11"), "unit": "st"}, [("value", "out_of_range")]),
        ("count", {}, {"value": Decimal("0.5")}, [("value", "too_many_decimals")]),
        ("count", {}, {"value": Decimal(1), "unit": "books"}, [("unit", "invalid")]),
        ("duration", {}, {"value": Decimal(1), "unit": "weeks"}, [("unit", "invalid")]),
        ("custom", {}, {"value": Decimal(1), "unit": "books"}, [("unit", "invalid")]),
        ("custom", {}, {"unit": "books"}, [("unit", "invalid"), ("value", "required")]),
        ("none", {}, {"date_key": TODAY + timedelta(days=2)}, [("dateKey", "out_of_range")]),
        ("none", {}, {"date_key": date(1899, 12, 31)}, [("dateKey", "out_of_range")]),
        (
            "count",
            {},
            {"value": Decimal("0.5"), "unit": "kg", "date_key": date(2027, 1, 1)},
            [("dateKey", "out_of_range"), ("unit", "invalid"), ("value", "too_many_decimals")],
        ),
    ],
)
def test_check_ins_that_are_refused(
    metric: str, changes: dict[str, Any], check_in: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    given_fields = {"value": None, "unit": None, "mode": None, "date_key": TODAY, **check_in}
    assert found(check_in_faults(goal(metric, **changes), today=TODAY, **given_fields)) == expected


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        ("weight", {"unit": "lb"}, []),
        ("duration", {"unit": "hours"}, []),
        ("custom", {"target_value": Decimal(7), "direction": "neutral", "check_in_mode": "measure"}, []),
        ("count", {"unit": "books"}, []),
        ("custom", {"unit": "chapters"}, [("unit", "has_facts")]),
        ("weight", {"unit": "hours"}, [("unit", "has_facts")]),
        ("weight", {"metric_type": "custom"}, [("metricType", "has_facts")]),
        ("amount", {"currency": "EUR"}, [("currency", "has_facts")]),
        (
            "amount",
            {"metric_type": "count", "currency": None},
            [("metricType", "has_facts"), ("currency", "has_facts")],
        ),
    ],
)
def test_what_facts_forbid_to_change(
    before: str, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    standing = goal(before)
    after = replace(draft_of(standing), **changes)
    assert found(change_faults(standing, after, has_facts=True)) == expected
    assert change_faults(standing, after, has_facts=False) == []


def test_naming_the_currency_as_unit_or_not_changes_nothing() -> None:
    named, unnamed = goal("amount", unit="USD"), goal("amount")
    assert change_faults(named, draft_of(unnamed), has_facts=True) == []
    assert change_faults(unnamed, draft_of(named), has_facts=True) == []


def test_another_unit_tells_the_same_goal() -> None:
    in_pounds = with_unit(draft("weight", progress_target_value=Decimal(12)), "lb")
    assert in_pounds.unit == "lb"
    assert in_pounds.initial_value == Decimal("202.825281")
    assert in_pounds.target_value == Decimal("176.36981")
    assert in_pounds.progress_target_value == Decimal("26.455471")
    assert with_unit(draft("weight", initial_value=None), "g").initial_value is None


def test_another_kind_of_unit_cannot_tell_it() -> None:
    with pytest.raises(ValueError, match="cannot be converted"):
        with_unit(draft("weight"), "hours")


@example(Decimal("123456789.123456"), "st", "oz")
@given(st.decimals(1, 10**9, places=6), st.sampled_from(WEIGHT_UNITS), st.sampled_from(WEIGHT_UNITS))
def test_a_goal_told_in_another_unit_keeps_amounts_that_the_wire_can_hold(
    target: Decimal, one: str, other: str
) -> None:
    told = with_unit(draft("weight", unit=one, initial_value=Decimal(0), target_value=target), other)
    assert told.target_value is not None
    assert len(told.target_value.as_tuple().digits) <= 15
    assert told.direction == "increase"
