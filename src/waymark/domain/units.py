"""Convertible units of weight and duration, with exact factors.

Units that a person makes up convert to nothing and are no business of this module.
"""

from decimal import Decimal, localcontext
from functools import cache
from typing import Final

from waymark.domain.amounts import CONTEXT, MAX_DECIMALS, rounded
from waymark.domain.vocabulary import DURATION_UNITS, WEIGHT_UNITS

_KINDS: Final = (WEIGHT_UNITS, DURATION_UNITS)
_PINT_NAMES: Final = {"st": "stone"}


def is_convertible(from_unit: str | None, to_unit: str | None) -> bool:
    """Whether values in one unit can be told in the other; a unit can always be told in itself."""
    return from_unit == to_unit or any(from_unit in kind and to_unit in kind for kind in _KINDS)


def converted(value: Decimal, from_unit: str | None, to_unit: str | None) -> Decimal:
    """`value` told in another unit of its kind, half-even to 6 decimals; the same unit keeps it exactly.

    Raises ValueError when the units are not of one kind.
    """
    if from_unit == to_unit:
        return value
    if from_unit is None or to_unit is None or not is_convertible(from_unit, to_unit):
        message = f"{from_unit} cannot be converted to {to_unit}"
        raise ValueError(message)
    factors = _factors()
    in_common_unit = CONTEXT.multiply(value, factors[from_unit])
    return rounded(CONTEXT.divide(in_common_unit, factors[to_unit]), MAX_DECIMALS)


@cache
def _factors() -> dict[str, Decimal]:
    """How many kilograms or seconds each unit is, exactly."""
    # Imported at the first conversion: Pint takes half a second that most processes never need.
    from pint import UnitRegistry  # noqa: PLC0415 - as said above

    with localcontext(CONTEXT):
        registry: UnitRegistry[Decimal] = UnitRegistry(non_int_type=Decimal)
        return {
            unit: registry.Quantity(Decimal(1), _PINT_NAMES.get(unit, unit)).to(kind[0]).magnitude
            for kind in _KINDS
            for unit in kind
        }
