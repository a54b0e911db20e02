"""Budgets: what they count, their periods, what carries over, and the state on the wire."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import NOON, day

from waymark.domain.budgets import Period, budget_state, faults, limit_in_force, period, sign
from waymark.domain.documents import encoded
from waymark.domain.neighbours import Budget, Transaction

RECORD: dict[str, Any] = {"user_id": "u", "created_at": NOON, "updated_at": NOON}
CARRYOVER: dict[str, Any] = {"period_type": "monthly", "rollover_mode": "carryover"}


def budget(**said: Any) -> Budget:
    known = {
        "id": "b",
        "name": "Food",
        "currency": "USD",
        "limit_amount": Decimal(100),
        "created_on": day(1),
        "category_ids": ("food", "drink"),
    }
    return Budget(**RECORD | known | said)


def transaction(**said: Any) -> Transaction:
    known = {"id": "t", "type": "expense", "amount": Decimal(1), "currency": "USD", "happened_on": day(10)}
    return Transaction(**RECORD | known | said)


def sums(**said: str) -> dict[date, Decimal]:
    """`m0101="40"`: 40 in the period that begins on 1 January 2026."""
    return {date(2026, int(on[1:3]), int(on[3:])): Decimal(amount) for on, amount in said.items()}


@pytest.mark.parametrize(
    ("of", "said", "counted"),
    [
        ({}, {"category_id": "food"}, 1),
        ({}, {"category_id": "rent"}, 0),
        ({}, {}, 0),
        ({"category_ids": None}, {"category_id": "food"}, 0),
        ({}, {"category_id": "food", "type": "income"}, 0),
        ({}, {"category_id": "food", "budget_id": "other"}, 0),
        ({}, {"category_id": "rent", "budget_id": "b"}, 1),
        ({}, {"budget_id": "b", "type": "income"}, -1),
        ({}, {"budget_id": "b", "type": "transfer"}, 0),
        ({"transaction_type": "income"}, {"budget_id": "b", "type": "income"}, 1),
        ({"transaction_type": "income"}, {"budget_id": "b", "type": "transfer"}, 1),
        ({"transaction_type": "income"}, {"budget_id": "b", "type": "expense"}, -1),
        ({"transaction_type": "income"}, {"category_id": "food", "type": "income"}, 1),
        ({"start_on": day(10), "end_on": day(10)}, {"budget_id": "b"}, 1),
        ({"start_on": day(11)}, {"budget_id": "b"}, 0),
        ({"end_on": day(9)}, {"category_id": "food"}, 0),
    ],
)
def test_what_a_budget_counts(of: dict[str, Any], said: dict[str, Any], counted: int) -> None:
    assert sign(budget(**of), transaction(**said)) == counted


@pytest.mark.parametrize(
    ("said", "on", "first", "last"),
    [
        ({}, date(2026, 3, 10), date(1900, 1, 1), date(2200, 12, 31)),
        ({"start_on": day(5), "end_on": day(9)}, date(2026, 3, 10), day(5), day(9)),
        ({"period_type": "weekly"}, date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 15)),
        ({"period_type": "weekly"}, date(2026, 3, 15), date(2026, 3, 9), date(2026, 3, 15)),
        ({"period_type": "monthly"}, date(2026, 2, 10), date(2026, 2, 1), date(2026, 2, 28)),
        (
            {"period_type": "monthly", "start_on": date(2026, 2, 5), "end_on": date(2026, 4, 20)},
            date(2026, 1, 1),
            date(2026, 2, 5),
            date(2026, 2, 28),
        ),
        (
            {"period_type": "monthly", "start_on": date(2026, 2, 5), "end_on": date(2026, 4, 20)},
            date(2026, 9, 1),
            date(2026, 4, 1),
            date(2026, 4, 20),
        ),
        (
            {"period_type": "custom_range", "start_on": day(5), "end_on": day(9)},
            day(7),
            day(5),
            day(9),
        ),
    ],
)
def test_periods(said: dict[str, Any], on: date, first: date, last: date) -> None:
    assert period(budget(**said), on) == Period(first, last)


@given(
    st.sampled_from(["none", "weekly", "monthly", "custom_range"]),
    st.dates(date(2025, 6, 1), date(2027, 6, 1)),
    st.dates(date(2026, 1, 10), date(2026, 3, 1)),
    st.integers(0, 400),
)
def test_every_day_of_a_budget_is_in_one_period(kind: Any, on: date, start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    of = budget(period_type=kind, start_on=start, end_on=end)
    found = period(of, on)
    assert start <= found.from_on <= found.to_on <= end
    assert found.from_on <= max(start, min(on, end)) <= found.to_on
    assert period(of, found.from_on) == period(of, found.to_on) == found


@pytest.mark.parametrize(
    ("said", "spent", "on", "limit"),
    [
        pytest.param({"rollover_mode": "none"}, {"m0101": "40"}, date(2026, 2, 1), "100", id="none"),
        pytest.param({}, {"m0101": "40"}, date(2026, 1, 31), "100", id="not in the month itself"),
        pytest.param({}, {"m0101": "40"}, date(2026, 2, 1), "160", id="what January left"),
        pytest.param({}, {"m0101": "40"}, date(2026, 3, 1), "260", id="and February, untouched"),
        pytest.param({}, {"m0101": "40", "m0201": "200"}, date(2026, 3, 1), "100", id="overspent"),
        pytest.param({}, {"m0101": "40", "m0201": "130"}, date(2026, 3, 1), "130", id="used in part"),
        pytest.param({"start_on": date(2026, 2, 5)}, {}, date(2026, 3, 1), "200", id="from startDate on"),
        pytest.param({"created_on": date(2026, 3, 1)}, {}, date(2026, 3, 1), "100", id="created this month"),
        pytest.param(
            {"created_on": date(2026, 3, 1), "start_on": date(2026, 2, 5)},
            {},
            date(2026, 3, 1),
            "200",
            id="created after its start",
        ),
        pytest.param({"end_on": date(2026, 2, 20)}, {}, date(2026, 9, 1), "200", id="ended in February"),
        pytest.param({"period_type": "none"}, {"m0101": "40"}, date(2026, 2, 1), "100", id="one period"),
        pytest.param({"period_type": "weekly"}, {}, day(12), "300", id="two weeks before"),
    ],
)
def test_carryover(said: dict[str, Any], spent: dict[str, str], on: date, limit: str) -> None:
    assert limit_in_force(budget(**CARRYOVER | said), sums(**spent), on) == Decimal(limit)


def test_the_state_as_on_the_wire() -> None:
    found = budget_state(budget(period_type="monthly"), sums(m0101="40", m0201="33.30"), date(2026, 2, 3))
    assert encoded(found) == (
        '{"spentAmount":33.3,"remainingAmount":66.7,"percentUsed":33.3,"contributionTotal":73.3,'
        '"isOverspent":false}'
    )


@pytest.mark.parametrize(
    ("spent", "remaining", "percent", "is_overspent"),
    [
        ("0", "100", "0", False),
        ("99.999", "0.001", "99.99", False),
        ("100", "0", "100", False),
        ("120", "-20", "100", True),
        ("-5", "105", "0", False),
    ],
)
def test_the_end_of_the_limit(spent: str, remaining: str, percent: str, is_overspent: bool) -> None:
    found = budget_state(budget(start_on=day(3)), {day(3): Decimal(spent)}, day(4))
    assert (found.remaining_amount, found.percent_used) == (Decimal(remaining), Decimal(percent))
    assert found.is_overspent is is_overspent


amounts = st.decimals(-50, 250, places=2)


months = st.integers(1, 5).map(lambda month: date(2026, month, 1))


@given(st.dictionaries(months, amounts), st.dates(day(1), day(150)))
def test_what_carries_over_is_counted_month_by_month(spent: dict[date, Decimal], on: date) -> None:
    carried = Decimal(0)
    for month in range(1, on.month):
        carried = max(Decimal(0), carried + 100 - spent.get(date(2026, month, 1), Decimal(0)))
    assert limit_in_force(budget(**CARRYOVER), spent, on) == 100 + carried


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        ({"limit_amount": Decimal(0)}, ["limitAmount out_of_range"]),
        ({"limit_amount": Decimal("0.001")}, ["limitAmount too_many_decimals"]),
        ({"currency": "usd"}, ["currency invalid"]),
        ({"start_on": day(2), "end_on": day(1)}, ["endDate out_of_range"]),
        ({"start_on": day(1), "end_on": day(1)}, []),
        ({"start_on": date(1899, 12, 31)}, ["startDate out_of_range"]),
        ({"period_type": "custom_range"}, ["startDate required", "endDate required"]),
        ({"period_type": "custom_range", "start_on": day(1), "end_on": day(9)}, []),
    ],
)
def test_faults(said: dict[str, Any], wrong: list[str]) -> None:
    assert [f"{fault.field} {fault.code}" for fault in faults(budget(**said))] == wrong
