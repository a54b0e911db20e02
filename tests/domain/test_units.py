"""Convertible units: exact factors, rounding to an amount's decimals, and what refuses to convert."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.units import converted, is_convertible
from waymark.domain.vocabulary import DURATION_UNITS, WEIGHT_UNITS


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "result"),
    [
        ("1000000", "lb", "kg", "453592.37"),
        ("1000000", "oz", "kg", "28349.523125"),
        ("1000000", "st", "kg", "6350293.18"),
        ("1", "st", "lb", "14"),
        ("1", "lb", "oz", "16"),
        ("1", "kg", "g", "1000"),
        ("200", "lb", "kg", "90.718474"),
        ("90.5", "kg", "lb", "199.518347"),
        ("1", "g", "kg", "0.001"),
        ("90", "minutes", "hours", "1.5"),
        ("1", "days", "seconds", "86400"),
        ("10", "minutes", "days", "0.006944"),
        ("-2", "hours", "minutes", "-120"),
        ("0", "lb", "kg", "0"),
    ],
)
def test_units_of_a_kind_convert_exactly(value: str, from_unit: str, to_unit: str, result: str) -> None:
    assert str(converted(Decimal(value), from_unit, to_unit)) == result


@pytest.mark.parametrize("unit", ["kg", "minutes", "pages", "USD", None])
def test_the_same_unit_keeps_the_value_itself(unit: str | None) -> None:
    value = Decimal("1.2345678")
    assert converted(value, unit, unit) is value


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [
        ("kg", "hours"),
        ("kg", "pages"),
        ("kg", None),
        (None, "kg"),
        ("KG", "kg"),
        ("USD", "EUR"),
        ("ton", "kg"),
    ],
)
def test_other_units_do_not_convert(from_unit: str | None, to_unit: str | None) -> None:
    assert not is_convertible(from_unit, to_unit)
    with pytest.raises(ValueError, match="cannot be converted"):
        converted(Decimal(1), from_unit, to_unit)


@given(
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([*product(WEIGHT_UNITS, repeat=2), *product(DURATION_UNITS, repeat=2)]),
)
def test_a_conversion_is_undone_within_its_rounding(value: Decimal, pair: tuple[str, str]) -> None:
    one, other = pair
    assert is_convertible(one, other)
    rounding = converted(Decimal("0.000001"), other, one) + Decimal("0.000001")
    assert abs(converted(converted(value, one, other), other, one) - value) <= rounding
