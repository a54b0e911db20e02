"""Amounts and rates: what is taken, what is refused and why, and how numbers are written."""

from decimal import Decimal, localcontext
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.amounts import AmountError, decimals, parse_amount, parse_rate, percent2, plain, stored

amounts = st.decimals(-(10**8), 10**8, places=6)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-5, "-5"),
        (10**12, "1000000000000"),
        (-(10**12), "-1000000000000"),
        ("12.50", "12.5"),
        ("+3", "3"),
        ("007", "7"),
        ("-0", "0"),
        ("-0.000", "0"),
        ("1000000000000.000000", "1000000000000"),
        ("999999999.999999", "999999999.999999"),
        ("0.000001", "0.000001"),
        pytest.param("0." + "0" * 5_000, "0", id="5000 zeros"),
        pytest.param("1.5" + "0" * 5_000, "1.5", id="5000 trailing zeros"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E+12"), "1000000000000"),
        (Decimal("0E+999999999"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("1.5000000"), "1.5"),
        (Decimal("123456789.123456"), "123456789.123456"),
    ],
)
def test_amounts_are_taken_exactly_and_written_plainly(value: object, written: str) -> None:
    assert str(parse_amount(value)) == written


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (True, "invalid"),
        (1.5, "invalid"),
        (None, "invalid"),
        ([1], "invalid"),
        ("", "invalid"),
        (" 1", "invalid"),
        ("1\n", "invalid"),
        ("1_000", "invalid"),
        ("1,5", "invalid"),
        (".5", "invalid"),
        ("5.", "invalid"),
        ("1e3", "invalid"),
        ("0x10", "invalid"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("١٢", "invalid"),
        (Decimal("NaN"), "invalid"),
        (Decimal("sNaN"), "invalid"),
        (Decimal("-Infinity"), "invalid"),
        (10**12 + 1, "out_of_range"),
        (-(10**12) - 1, "out_of_range"),
        pytest.param(10**4300, "out_of_range", id="integer of 4301 digits"),
        pytest.param("9" * 4301, "out_of_range", id="4301 digits"),
        (Decimal("1E+13"), "out_of_range"),
        (Decimal("1e309"), "out_of_range"),
        (Decimal("1E+999999999"), "out_of_range"),
        (Decimal("1000000000000.000001"), "out_of_range"),
        (Decimal("0.0000001"), "too_many_decimals"),
        (Decimal("1E-999999999"), "too_many_decimals"),
        ("1." + "0" * 60 + "1", "too_many_decimals"),
        pytest.param("0." + "3" * 5_000, "too_many_decimals", id="5000 decimals"),
        (Decimal("1234567890.123456"), "too_many_digits"),
        (Decimal("999999999999.999999"), "too_many_digits"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(value: object, code: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_amount(value)
    assert refused.value.code == code
    assert refused.value.message


def test_a_megabyte_of_digits_is_refused_before_it_is_converted() -> None:
    began = perf_counter()
    with pytest.raises(AmountError):
        parse_amount(1 << 3_400_000)
    assert perf_counter() - began < 1, "converting takes many seconds"


def test_bounds_hold_whatever_the_thread_computes_with() -> None:
    with localcontext(prec=3):
        assert parse_amount("123456.789012") == Decimal("123456.789012")
        with pytest.raises(AmountError):
            parse_amount(Decimal("1000000000000.000001"))


@pytest.mark.parametrize("value", ["12500", "0.000080000001", "12500.123456789012", 10**12, Decimal("1E-12")])
def test_rates_have_up_to_12_decimals(value: object) -> None:
    assert parse_rate(value) == Decimal(str(value))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (0, "out_of_range"),
        ("-1", "out_of_range"),
        (10**12 + 1, "out_of_range"),
        ("0.0000000000001", "too_many_decimals"),
        (True, "invalid"),
    ],
)
def test_what_is_no_rate_is_refused(value: object, code: str) -> None:
    with pytest.raises(AmountError) as refused:
        parse_rate(value)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("8.3333", "8.33"),
        ("41.665", "41.66"),
        ("41.675", "41.68"),
        ("25", "25"),
        ("-0.001", "0"),
        ("7.50", "7.5"),
    ],
)
def test_percentages_have_two_decimals_half_even(exact: str, shown: str) -> None:
    assert str(percent2(Decimal(exact))) == shown


@pytest.mark.parametrize(
    ("value", "count"), [("1.50", 1), ("100", 0), ("1E+3", 0), ("0.000001", 6), ("0.00", 0)]
)
def test_decimals_are_counted_without_trailing_zeros(value: str, count: int) -> None:
    assert decimals(Decimal(value)) == count


@pytest.mark.parametrize(
    ("computed", "kept"),
    [
        ("80.0000004", "80"),
        ("176.36980975", "176.36981"),
        ("123456789012.3456785", "123456789012.346"),
        ("0.0000005", "0"),
    ],
)
def test_a_computed_value_is_kept_as_an_amount(computed: str, kept: str) -> None:
    assert str(stored(Decimal(computed))) == kept


@given(amounts)
def test_an_amount_survives_being_written_and_read(amount: Decimal) -> None:
    text = str(parse_amount(amount))
    assert "E" not in text
    assert parse_amount(text) == amount


@given(
    st.decimals(allow_nan=True, allow_infinity=True) | st.integers() | st.text() | st.floats() | st.booleans()
)
def test_anything_is_either_an_amount_within_bounds_or_refused(value: Any) -> None:
    try:
        amount = parse_amount(value)
    except AmountError:
        return
    assert abs(amount) <= 10**12
    assert decimals(amount) <= 6
    assert len(amount.as_tuple().digits) <= 15
    assert amount == Decimal(value)
    assert plain(amount).as_tuple() == amount.as_tuple()
