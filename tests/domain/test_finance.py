"""Money that moves a goal: DOMAIN §2's signs, once by whichever way, and conversions with their rate."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import NOON, day, goal

from waymark.domain.finance import (
    Conversion,
    Share,
    contribution_of,
    conversion,
    payment_faults,
    transaction_faults,
)
from waymark.domain.money import Quote
from waymark.domain.neighbours import DebtPayment, Transaction
from waymark.errors import Invalid

RECORD: dict[str, Any] = {"user_id": "u", "created_at": NOON, "updated_at": NOON}
TODAY = day(10)


def transaction(**said: Any) -> Transaction:
    known = {"id": "t", "type": "expense", "amount": Decimal(40), "currency": "USD", "happened_on": TODAY}
    return Transaction(**RECORD | known | said)


def quote(source: str, target: str, rate: str, on: date = TODAY) -> Quote:
    return Quote(on=on, source=source, target=target, rate=Decimal(rate))


@pytest.mark.parametrize(
    ("mode", "kind", "sign"),
    [
        ("save", "income", 1),
        ("save", "transfer", 1),
        ("save", "expense", -1),
        ("spend", "expense", 1),
        ("spend", "income", -1),
        ("spend", "transfer", None),
        (None, "income", 1),
        (None, "expense", -1),
    ],
)
@pytest.mark.parametrize("via", ["goal", "budget", "debt"])
def test_which_way_a_transaction_counts(mode: Any, kind: str, sign: int | None, via: Any) -> None:
    of = goal(metric_type="amount", unit=None, currency="USD", finance_mode=mode)
    found = contribution_of(
        of,
        transaction(type=kind, goal_id="g" if via == "goal" else None),
        in_budget=via == "budget",
        is_payment=via == "debt",
    )
    assert found == (None if sign is None else Share(via, sign))


@pytest.mark.parametrize(
    ("goal_id", "in_budget", "is_payment", "via"),
    [
        ("g", True, True, "goal"),
        ("other", True, True, "budget"),
        (None, False, True, "debt"),
        ("other", False, False, None),
    ],
)
def test_it_counts_once_whatever_ways_lead_there(
    goal_id: str | None, in_budget: bool, is_payment: bool, via: str | None
) -> None:
    of = goal(metric_type="amount", currency="USD", finance_mode="spend")
    found = contribution_of(of, transaction(goal_id=goal_id), in_budget=in_budget, is_payment=is_payment)
    assert (found and found.via) == via


@pytest.mark.parametrize(
    ("goal_id", "in_budget", "is_payment", "share"),
    [
        ("g", False, True, Share("goal", 1)),
        (None, True, True, Share("debt", 1)),
        ("g", True, False, None),
    ],
)
def test_a_debt_is_closed_by_payments_alone(
    goal_id: str | None, in_budget: bool, is_payment: bool, share: Share | None
) -> None:
    of = goal(metric_type="amount", currency="USD", finance_mode="debt_close")
    found = contribution_of(of, transaction(goal_id=goal_id), in_budget=in_budget, is_payment=is_payment)
    assert found == share


def test_a_goal_that_is_not_measured_in_money_takes_none() -> None:
    assert contribution_of(goal(), transaction(goal_id="g")) is None


@pytest.mark.parametrize(
    ("amount", "source", "target", "rate", "quotes", "found"),
    [
        pytest.param("40", "USD", "UZS", "12500", [], ("12500", "500000"), id="own rate"),
        pytest.param(
            "40", "USD", "UZS", "12500", [quote("USD", "UZS", "1")], ("12500", "500000"), id="own rate first"
        ),
        pytest.param("40", "USD", "UZS", None, [quote("USD", "UZS", "12600")], ("12600", "504000"), id="fx"),
        pytest.param(
            "1", "EUR", "USD", None, [quote("USD", "EUR", "3")], ("0.333333333333", "0.33"), id="inverse"
        ),
        pytest.param(
            "1000000000000",
            "UZS",
            "USD",
            None,
            [quote("USD", "UZS", "12345")],
            ("0.000081004455", "81004455.25"),
            id="converted before the rate is rounded",
        ),
        pytest.param("40", "USD", "USD", "12500", [], ("1", "40"), id="the same currency"),
        pytest.param("2.345", "IQD", "USD", "1", [], ("1", "2.34"), id="half-even"),
        pytest.param("0.5", "USD", "JPY", "1", [], ("1", "0"), id="no minor units"),
    ],
)
def test_conversion(
    amount: str, source: str, target: str, rate: str | None, quotes: list[Quote], found: tuple[str, str]
) -> None:
    own = None if rate is None else Decimal(rate)
    assert conversion(
        Decimal(amount), source, target, on=TODAY, rate=own, base="GBP", quotes=quotes
    ) == Conversion(*map(Decimal, found))


@pytest.mark.parametrize(
    ("amount", "rate", "field"), [("1", None, "rate"), ("1000000000000", "1.01", "amount")]
)
def test_what_cannot_be_converted(amount: str, rate: str | None, field: str) -> None:
    later = [quote("USD", "UZS", "1", day(11))]
    own = None if rate is None else Decimal(rate)
    with pytest.raises(Invalid) as refusal:
        conversion(Decimal(amount), "USD", "UZS", on=TODAY, rate=own, base="EUR", quotes=later)
    assert [fault.field for fault in refusal.value.details] == [field]


@given(st.decimals("0.01", 10**6, places=2), st.decimals("0.000001", 10**4, places=6))
def test_a_conversion_is_off_by_half_a_minor_unit_at_most(amount: Decimal, rate: Decimal) -> None:
    found = conversion(amount, "USD", "EUR", on=TODAY, rate=rate, base="EUR")
    assert found.rate == rate
    assert abs(found.converted_amount - amount * rate) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        ({"amount": Decimal(0)}, ["amount out_of_range"]),
        ({"amount": Decimal(-1)}, ["amount out_of_range"]),
        ({"amount": Decimal("0.001")}, ["amount too_many_decimals"]),
        ({"amount": Decimal("0.5"), "currency": "JPY"}, ["amount too_many_decimals"]),
        ({"amount": Decimal("0.001"), "currency": "IQD"}, []),
        ({"currency": "XXX"}, ["currency invalid"]),
    ],
)
def test_money_faults(said: dict[str, Any], wrong: list[str]) -> None:
    assert [f"{each.field} {each.code}" for each in transaction_faults(transaction(**said), TODAY)] == wrong
    known = {"amount": Decimal(40), "currency": "USD", "rate": Decimal(1), "converted_amount": Decimal(1)}
    payment = DebtPayment(**RECORD | known | said, id="p", debt_id="d", paid_on=TODAY)
    assert [f"{each.field} {each.code}" for each in payment_faults(payment, TODAY)] == wrong


@pytest.mark.parametrize(("on", "is_wrong"), [(11, False), (12, True), (-60_000, True)])
def test_money_moves_until_tomorrow(on: int, is_wrong: bool) -> None:
    found = transaction_faults(transaction(happened_on=day(on)), TODAY)
    assert [fault.field for fault in found] == (["date"] if is_wrong else [])
