"""What a JSON object that others read may hold: exact numbers, sane texts, and not too much of it.

Nothing here knows what is in it.
"""

from typing import Any, Final

from waymark.domain.amounts import parse_amount
from waymark.domain.documents import encoded
from waymark.domain.refusal import Refusal
from waymark.domain.text import line, prose

MAX_PAYLOAD_BYTES: Final = 8_192
_MAX_NAME: Final = 64
_MAX_TEXT: Final = 2_000


def parse_object(given: dict[str, Any]) -> dict[str, Any]:
    """The object with every number an amount and every text normalised.

    Raises Refusal: those of amounts and texts, and `too_long` beyond 8 KiB as JSON.
    """
    value: dict[str, Any] = _plain(given)
    if len(encoded(value).encode()) > MAX_PAYLOAD_BYTES:
        raise Refusal("too_long", f"At most {MAX_PAYLOAD_BYTES} bytes of JSON.")
    return value


def _plain(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return prose(value, _MAX_TEXT)
        case dict():
            return {line(name, _MAX_NAME): _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case _:
            return parse_amount(value)
