"""The types of single fields that come in from outside, each with its exact JSON schema.

What a value must look like is decided in the domain; nothing here knows which record it is for.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from waymark.domain.amounts import MAX_AMOUNT, AmountError, parse_amount, parse_rate
from waymark.domain.days import is_zone, parse_day, parse_instant
from waymark.domain.money import is_currency
from waymark.domain.payloads import MAX_PAYLOAD_BYTES, parse_object
from waymark.domain.refusal import Refusal
from waymark.domain.text import folded, line, parse_uuid, prose
from waymark.domain.vocabulary import MAX_DESCRIPTION, MAX_TITLE

T = TypeVar("T")

MAX_LINE: Final = 200
REFUSED: Final = "refused"
"""The type of pydantic's error when a value was refused here; its context holds `code` and `reason`."""
MAX_URL: Final = 2_048
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_OWN_PATH: Final = re.compile(r"/api/v1(/[A-Za-z0-9_-]+)+(\?[A-Za-z0-9_.,:&=%-]*)?")


class Payload(BaseModel):
    """What comes in: camelCase, every field declared, no coercion, immutable; all faults at once."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=False,
        allow_inf_nan=False,
        # The offending value never reaches an error message, so it cannot reach a log or an answer.
        hide_input_in_errors=True,
    )


class Command(Payload):
    """An intention to write, wherever it comes from. PATCH reads `model_fields_set`: absent keeps."""


class Parameters(Payload):
    """The query parameters of one read: texts, so each field's type says how its text is read."""


def _checked(parse: Callable[[Any], T], *kinds: type) -> BeforeValidator:
    """`parse` as a validator: what it refuses keeps its code; what is none of `kinds` is `wrong_type`."""
    accepted = kinds or (str,)

    def value(given: object) -> T:
        if not isinstance(given, accepted) or isinstance(given, bool):
            raise _refused("wrong_type", "Give a text." if accepted == (str,) else "Give a number.")
        try:
            return parse(given)
        except Refusal as refusal:
            raise _refused(refusal.code, refusal.message) from None

    return BeforeValidator(value)


def _refused(code: str, reason: str) -> PydanticCustomError:
    return PydanticCustomError(REFUSED, "{reason}", {"code": code, "reason": reason})


def _positive(given: object) -> Decimal:
    amount = parse_amount(given)
    if amount <= 0:
        raise AmountError("out_of_range", "Greater than 0.")
    return amount


def _url(text: str) -> str:
    address = line(text, MAX_URL)
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_web = False
    if not is_web or " " in address or "\\" in address:
        raise Refusal("invalid", "A web address that begins with http:// or https://.")
    return address


def _own_path(text: str) -> str:
    if len(text) > MAX_LINE or not _OWN_PATH.fullmatch(text):
        raise Refusal("invalid", "A path of this API such as /api/v1/goals.")
    return text


def _currency(text: str) -> str:
    if not is_currency(text):
        raise Refusal("not_allowed", "An ISO 4217 currency code such as USD.")
    return text


def _zone(text: str) -> str:
    if not is_zone(text):
        raise Refusal("not_allowed", "An IANA time zone such as Asia/Tashkent.")
    return text


def _whole(text: str) -> int:
    # int() alone would also take "+1", "1_0", " 1" and other scripts' digits.
    if not _WHOLE.fullmatch(text):
        raise Refusal("invalid", "A whole number.")
    return int(text)


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Refusal("invalid", "true or false.")
    return text == "true"


def _split(text: str) -> list[str]:
    return text.split(",")


Id: TypeAlias = Annotated[
    str,
    _checked(parse_uuid),
    WithJsonSchema(
        {"type": "string", "format": "uuid", "examples": ["0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"]}
    ),
]
"""A UUID in its 36-character form, any case; lower-case inside."""
Amount: TypeAlias = Annotated[
    Decimal,
    _checked(parse_amount, int, Decimal, str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": -MAX_AMOUNT, "maximum": MAX_AMOUNT},
                {"type": "string", "pattern": r"^[+-]?[0-9]{1,13}(\.[0-9]+)?$"},
            ],
            "description": "Exact: at most 15 significant digits and 6 decimals, at most 10^12 in magnitude.",
            "examples": [12.5, "12.50"],
        }
    ),
]
Positive: TypeAlias = Annotated[
    Decimal,
    _checked(_positive, int, Decimal, str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_AMOUNT},
                {"type": "string", "pattern": r"^\+?[0-9]{1,13}(\.[0-9]+)?$"},
            ],
            "description": "An amount greater than 0.",
            "examples": [12.5, "12.50"],
        }
    ),
]
Rate: TypeAlias = Annotated[
    Decimal,
    _checked(parse_rate, int, Decimal, str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_AMOUNT},
                {"type": "string", "pattern": r"^\+?[0-9]{1,13}(\.[0-9]+)?$"},
            ],
            "description": "Exact: greater than 0, at most 12 decimals.",
            "examples": [12500],
        }
    ),
]
Title: TypeAlias = Annotated[
    str, _checked(lambda text: line(text, MAX_TITLE)), Field(min_length=1, max_length=MAX_TITLE)
]
"""One line of 1 to 200 characters, NFC and trimmed."""
Line: TypeAlias = Annotated[str, _checked(lambda text: line(text, MAX_LINE)), Field(min_length=1)]
"""One line like a title; bound it with `Field(max_length=…)`."""
Prose: TypeAlias = Annotated[str, _checked(lambda text: prose(text, MAX_DESCRIPTION))]
"""Text of several lines; bound it with `Field(max_length=…)`."""
Day: TypeAlias = Annotated[
    date,
    _checked(parse_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-02"]}),
]
Instant: TypeAlias = Annotated[
    datetime,
    _checked(parse_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:30:00Z"]}),
]
Url: TypeAlias = Annotated[
    str,
    _checked(_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": MAX_URL}),
]
OwnPath: TypeAlias = Annotated[
    str,
    _checked(_own_path),
    WithJsonSchema({"type": "string", "pattern": "^/api/v1/", "maxLength": MAX_LINE}),
]
"""A path of this API, so that what a client sends for a record leads nowhere else."""
JsonObject: TypeAlias = Annotated[
    dict[str, Any],
    _checked(parse_object, dict),
    WithJsonSchema(
        {
            "type": "object",
            "description": f"At most {MAX_PAYLOAD_BYTES} bytes of JSON; numbers are amounts.",
            "examples": [{"streak": 12}],
        }
    ),
]
Currency: TypeAlias = Annotated[
    str,
    _checked(_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["USD"]}),
]
Zone: TypeAlias = Annotated[
    str, _checked(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Tashkent"]})
]
WholeNumber: TypeAlias = Annotated[int, Strict()]
"""A JSON integer: 5.0 and "5" are refused. Bound it with `Field(ge=…, le=…)`."""
Flag: TypeAlias = Annotated[bool, Strict()]

WholeText: TypeAlias = Annotated[int, _checked(_whole)]
"""A whole number as a query parameter; bound it with `Field(ge=…, le=…)`."""
Search: TypeAlias = Annotated[str, _checked(lambda text: folded(line(text, MAX_LINE))), Field(min_length=1)]
"""Words to find, as the folded columns hold them."""
FlagText: TypeAlias = Annotated[bool, _checked(_flag)]
"""`true` or `false` as a query parameter."""
Several: TypeAlias = Annotated[list[T], _checked(_split)]
"""Comma-separated query values: `status=active,paused`."""
