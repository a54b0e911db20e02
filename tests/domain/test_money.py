"""Currencies: minor units as ISO 4217 has them, half-even rounding, and which rate speaks."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.money import Quote, as_told, converted, is_currency, minor_digits, rate_between, rounded
from waymark.domain.vocabulary import MetricType

TODAY = date(2026, 3, 10)


def quote(source: str, target: str, rate: str, on: date = TODAY) -> Quote:
    return Quote(on=on, source=source, target=target, rate=Decimal(rate))


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("RSD", 2), ("IQD", 3), ("UZS", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)],
)
def test_minor_units_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert is_currency(currency)
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "usd", "US", "USDX", "", "ZZZ", "$", "ＵＳＤ"])
def test_what_money_cannot_be_counted_in_is_no_currency(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(KeyError):
        minor_digits(code)


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [
        ("2.345", "USD", "2.34"),
        ("2.355", "USD", "2.36"),
        ("-2.345", "USD", "-2.34"),
        ("0.5", "JPY", "0"),
        ("1.5", "JPY", "2"),
        ("1.0005", "IQD", "1"),
    ],
)
def test_money_is_rounded_half_even_to_minor_units(amount: str, currency: str, result: str) -> None:
    assert rounded(Decimal(amount), currency) == Decimal(result)


@pytest.mark.parametrize(
    ("amount", "metric_type", "currency", "told"),
    [
        ("5.789474", "count", None, "6"),
        ("5", "count", None, "5"),
        ("2.040816", "none", None, "2.04"),
        ("12.345678", "amount", "USD", "12.35"),
        ("12.345678", "amount", "JPY", "12"),
        ("0.128205", "weight", None, "0.128205"),
    ],
)
def test_a_computed_amount_is_told_as_it_could_be_checked_in(
    amount: str, metric_type: MetricType, currency: str | None, told: str
) -> None:
    assert str(as_told(Decimal(amount), metric_type, currency)) == told


def test_forty_dollars_at_12500_are_500_000_sum() -> None:
    assert converted(Decimal(40), Decimal(12_500), "UZS") == 500_000


@pytest.mark.parametrize(
    ("quotes", "rate"),
    [
        ([quote("USD", "UZS", "12500")], "12500"),
        ([quote("UZS", "USD", "0.00008")], "12500"),
        ([quote("UZS", "USD", "0.5"), quote("USD", "UZS", "12500", date(2020, 1, 1))], "12500"),
        ([quote("USD", "EUR", "0.8"), quote("EUR", "UZS", "15000")], "12000"),
        ([quote("EUR", "USD", "1.25"), quote("UZS", "EUR", "0.0001")], "8000"),
        ([quote("USD", "UZS", "1", date(2026, 3, 1)), quote("USD", "UZS", "2", TODAY)], "2"),
        ([quote("USD", "UZS", "2", TODAY), quote("USD", "UZS", "1", date(2026, 3, 1))], "2"),
        ([quote("USD", "UZS", "2", date(2026, 3, 11)), quote("USD", "UZS", "1", date(2026, 3, 9))], "1"),
    ],
    ids=[
        "direct",
        "inverse",
        "direct before inverse",
        "base",
        "base, inverted",
        "newest",
        "any order",
        "no later one",
    ],
)
def test_the_rate_is_the_newest_direct_inverse_or_through_the_base(quotes: list[Quote], rate: str) -> None:
    assert rate_between("USD", "UZS", "EUR", TODAY, quotes) == Decimal(rate)


@pytest.mark.parametrize(
    "quotes",
    [
        [],
        [quote("USD", "UZS", "12500", date(2026, 3, 11))],
        [quote("USD", "EUR", "0.8")],
        [quote("USD", "GBP", "0.8"), quote("GBP", "UZS", "1")],
    ],
    ids=["no quotes", "only later", "half a way", "not through the base"],
)
def test_without_a_quote_there_is_no_rate(quotes: list[Quote]) -> None:
    assert rate_between("USD", "UZS", "EUR", TODAY, quotes) is None


def test_a_currency_is_worth_itself() -> None:
    assert rate_between("USD", "USD", "EUR", TODAY, []) == 1


def test_an_inverse_is_divided_at_fifty_digits() -> None:
    assert rate_between("EUR", "USD", "EUR", TODAY, [quote("USD", "EUR", "3")]) == Decimal("0." + "3" * 50)


@given(st.decimals("0.0001", 10**6, places=6), st.decimals(-(10**6), 10**6, places=2))
def test_there_and_back_again_is_the_same_money(rate: Decimal, amount: Decimal) -> None:
    there = rate_between("USD", "UZS", "USD", TODAY, [Quote(on=TODAY, source="USD", target="UZS", rate=rate)])
    back = rate_between("UZS", "USD", "USD", TODAY, [Quote(on=TODAY, source="USD", target="UZS", rate=rate)])
    assert there is not None
    assert back is not None
    assert converted(amount * there, back, "USD") == amount
