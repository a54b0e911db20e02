"""Exact decimals: what counts as an amount, a rate and a percentage, and how they are rounded.

No binary float ever enters or leaves; units and currencies have their own modules.
"""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, Subnormal
from typing import Final

from waymark.domain.refusal import Refusal

MAX_AMOUNT: Final = 10**12
MAX_DECIMALS: Final = 6
MAX_DIGITS: Final = 15
MAX_RATE_DECIMALS: Final = 12

CONTEXT: Final = Context(prec=50, rounding=ROUND_HALF_EVEN)
"""The context of every division and rounding; the thread's own context is never relied on."""
ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)

_EXACT: Final = Context(prec=50, traps=[Inexact, Subnormal])
_STORED: Final = Context(prec=MAX_DIGITS, rounding=ROUND_HALF_EVEN)
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class AmountError(Refusal):
    """A number that is none, or lies outside the bounds of amounts or rates."""


def parse_amount(value: object) -> Decimal:
    """An amount as the contract takes it: an integer, a Decimal or a plain decimal string.

    |x| ≤ 10¹², at most 6 decimals and 15 significant digits (trailing zeros do not count), so that
    JavaScript clients hold every amount exactly. The result has no exponent and no negative zero.
    Raises AmountError: `invalid`, `out_of_range`, `too_many_decimals`, `too_many_digits`. (DOMAIN, head)
    """
    amount = _bounded(_number(value), MAX_DECIMALS)
    if len(amount.as_tuple().digits) > MAX_DIGITS:
        raise AmountError("too_many_digits", f"At most {MAX_DIGITS} significant digits.")
    return amount


def parse_rate(value: object) -> Decimal:
    """An exchange rate: 0 < x ≤ 10¹², at most 12 decimals; errors as of `parse_amount`."""
    rate = _bounded(_number(value), MAX_RATE_DECIMALS)
    if rate <= 0:
        raise AmountError("out_of_range", "A rate is greater than 0.")
    return rate


def plain(value: Decimal) -> Decimal:
    """The same number as people write it: 1E+3 → 1000, 1.50 → 1.5, -0 → 0 (50 digits kept)."""
    if not value:
        return ZERO
    short = value.normalize(CONTEXT)
    return short.quantize(_ONE, context=CONTEXT) if short == short.to_integral_value() else short


def decimals(value: Decimal) -> int:
    """How many decimals the number really has: 1.50 has one."""
    return max(0, -_exponent(plain(value)))


def rounded(value: Decimal, places: int) -> Decimal:
    """Half-even to `places` decimals, in plain form."""
    return plain(value.quantize(_ONE.scaleb(-places), ROUND_HALF_EVEN, CONTEXT))


def percent2(value: Decimal) -> Decimal:
    """A percentage as the wire shows it: 2 decimals, half-even, in plain form."""
    return rounded(value, 2)


def stored(value: Decimal) -> Decimal:
    """The nearest number with an amount's decimals and digits: for computed values that are kept.

    The range is not checked.
    """
    return rounded(value.normalize(_STORED), MAX_DECIMALS)


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        # Compared before converting: the cost of a conversion grows with the square of the digits.
        if abs(value) > MAX_AMOUNT:
            raise _out_of_range()
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return Decimal(value)
    raise AmountError("invalid", 'A number, or a plain decimal string such as "12.50".')


def _bounded(value: Decimal, places: int) -> Decimal:
    """The number in plain form, once its magnitude is known to be small enough to compute with."""
    if not value.is_finite():
        raise AmountError("invalid", "A finite number.")
    if not value:
        return ZERO
    if value.copy_abs() > MAX_AMOUNT:  # compares without expanding 1E+999999999
        raise _out_of_range()
    try:
        short = value.normalize(_EXACT)
    except (Inexact, Subnormal):
        raise _too_many_decimals(places) from None
    if _exponent(short) < -places:
        raise _too_many_decimals(places)
    return plain(short)


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _out_of_range() -> AmountError:
    return AmountError("out_of_range", "At most 10^12 in magnitude.")


def _too_many_decimals(places: int) -> AmountError:
    return AmountError("too_many_decimals", f"At most {places} decimals.")
