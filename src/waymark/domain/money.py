"""Currencies: their minor units, rounding, and the rate between two of them.

Where rates are kept, and which user's they are, is not known here.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

import msgspec
from iso4217 import Currency

from waymark.domain.amounts import CONTEXT
from waymark.domain.amounts import rounded as rounded_to
from waymark.domain.vocabulary import MetricType

_MINOR_DIGITS: Final[dict[str, int]] = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}
"""ISO 4217 codes that money can be counted in: metals, test codes and XXX have no minor unit."""

_ONE: Final = Decimal(1)


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """On that day one unit of `source` was worth `rate` units of `target`."""

    on: date
    source: str
    target: str
    rate: Decimal


def is_currency(code: str) -> bool:
    """Whether money can be counted in it: an upper-case ISO 4217 code with minor units."""
    return code in _MINOR_DIGITS


def minor_digits(currency: str) -> int:
    """Decimals of the currency by ISO 4217 (JPY 0, RSD 2, IQD 3); KeyError for no currency."""
    return _MINOR_DIGITS[currency]


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half-even to the currency's minor units."""
    return rounded_to(amount, minor_digits(currency))


def as_told(amount: Decimal, metric_type: MetricType, currency: str | None) -> Decimal:
    """A computed amount as a person would say it, and could check it in: whole, of a count."""
    if metric_type == "count":
        return amount.to_integral_value(ROUND_CEILING)
    if metric_type == "none":
        return rounded_to(amount, 2)
    return amount if currency is None else rounded(amount, currency)


def converted(amount: Decimal, rate: Decimal, to_currency: str) -> Decimal:
    """`amount` at `rate` units of `to_currency` per unit, half-even to its minor units."""
    return rounded(CONTEXT.multiply(amount, rate), to_currency)


def rate_between(source: str, target: str, base: str, on: date, quotes: Iterable[Quote]) -> Decimal | None:
    """Units of `target` per unit of `source` on that day, or None when nothing tells.

    Of each pair the newest quote on or before the day speaks: the direct one, else the inverse, else
    both legs through `base`. Inverses are divided at 50 digits and not rounded. (DOMAIN §2)
    """
    newest: dict[tuple[str, str], Quote] = {}
    for quote in quotes:
        pair = (quote.source, quote.target)
        if quote.on <= on and (pair not in newest or newest[pair].on < quote.on):
            newest[pair] = quote

    def leg(one: str, other: str) -> Decimal | None:
        if one == other:
            return _ONE
        if direct := newest.get((one, other)):
            return direct.rate
        if inverse := newest.get((other, one)):
            return CONTEXT.divide(_ONE, inverse.rate)
        return None

    rate = leg(source, target)
    if rate is not None:
        return rate
    to_base, from_base = leg(source, base), leg(base, target)
    return CONTEXT.multiply(to_base, from_base) if to_base is not None and from_base is not None else None
