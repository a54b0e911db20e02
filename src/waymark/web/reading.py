"""What comes in, read strictly: a body is one JSON object, a query is known parameters, once each.

Values are judged by the models; every fault comes back at once with its field, never with its value.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import jiter
from starlette.types import Receive

from waymark.actions.faults import MAX_FAULTS, path_of, shown_name
from waymark.errors import Fault, Invalid, MalformedRequest, PayloadTooLarge, Problem, UnsupportedMediaType

MAX_DEPTH: Final = 32
MAX_PARAMETERS: Final = 100
MAX_DIGITS: Final = 4_300

_BOM: Final = b"\xef\xbb\xbf"
_JSON_TYPE: Final = re.compile(
    r'application/json\s*(?:;\s*charset\s*=\s*(?:utf-?8|"utf-?8")\s*)?', re.IGNORECASE
)
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class ClientGone(Exception):
    """The connection closed before the body was complete: there is nobody left to tell."""


async def body_bytes(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body; PayloadTooLarge as soon as it is longer than `limit` bytes, whatever was announced."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:20]) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def check_media_type(headers: Mapping[bytes, bytes]) -> None:
    """Raises UnsupportedMediaType for anything but plain UTF-8 JSON."""
    if not _JSON_TYPE.fullmatch(headers.get(b"content-type", b"").decode("latin-1").strip()):
        raise UnsupportedMediaType
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise UnsupportedMediaType("Bodies are not compressed.")


def parsed(raw: bytes) -> dict[str, Any]:
    """One JSON object with exact numbers.

    Raises MalformedRequest when it is no JSON, has a key twice or is nested too deeply; Invalid when it is
    no object, or holds what JSON writers get wrong (NaN, half a surrogate pair), with the field.
    """
    raw = raw.removeprefix(_BOM)
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:
        raise MalformedRequest(f"Nested more than {MAX_DEPTH} deep.")
    try:
        value = jiter.from_json(
            raw, float_mode="decimal", catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys"
        )
    except ValueError:
        raise _diagnosis(raw) from None
    if not isinstance(value, dict):
        raise Invalid.of("body", "wrong_type", "Give a JSON object.")
    return value


def query_values(query_string: bytes) -> dict[str, str]:
    """Query parameters by name; Invalid for repeated or unreadable ones."""
    if not query_string:
        return {}
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise Invalid.of("query", "invalid", "The query string is not readable.") from None
    if names := _repeated(pairs):
        raise Invalid(
            details=[Fault(shown_name(name), "repeated", "Give this parameter once.") for name in names]
        )
    return dict(pairs)


def unknown(names: Mapping[str, Any]) -> list[Fault]:
    """Faults of fields or parameters that do not exist."""
    return [Fault(shown_name(name), "unknown_field", "There is no such field here.") for name in names]


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The request body may have at most {limit} bytes.")


def _depth(raw: bytes) -> int:
    """How deeply arrays and objects are nested, without building them."""
    depth = deepest = 0
    # A long body is nearly all text, which costs least where it is taken out in one go.
    for bracket in _STRING.sub(b"", raw).translate(None, delete=_NO_BRACKETS):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


class _Twice(dict[str, Any]):
    """An object and those of its keys that it had twice."""

    names: tuple[str, ...] = ()


def _repeated(pairs: list[tuple[str, Any]]) -> tuple[str, ...]:
    counts = Counter(name for name, _ in pairs)
    return tuple(name for name, count in counts.items() if count > 1)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = _Twice(pairs)
    members.names = _repeated(pairs)
    return members


def _number(digits: str) -> float:
    # jiter refuses integers beyond this length, and an int() of them costs the square of it.
    return 0.0 if len(digits) <= MAX_DIGITS else math.inf


def _diagnosis(raw: bytes) -> Problem:
    """Why the strict parser refused: the standard library's is laxer and gets far enough to name fields."""
    try:
        value = json.loads(raw, object_pairs_hook=_object, parse_int=_number, parse_float=str)
    except (ValueError, RecursionError):
        return MalformedRequest("The body is not one JSON document in UTF-8.")
    repeated: list[Fault] = []
    unreadable: list[Fault] = []
    _walk(value, (), repeated, unreadable)
    found = [*repeated, *unreadable][:MAX_FAULTS]
    if repeated or not unreadable:
        return MalformedRequest("The body is not one JSON document in UTF-8.", details=found)
    return Invalid(details=found)


def _walk(value: object, at: tuple[int | str, ...], repeated: list[Fault], unreadable: list[Fault]) -> None:
    if isinstance(value, dict):
        names = value.names if isinstance(value, _Twice) else ()
        repeated.extend(Fault(path_of((*at, name)), "repeated", "Give this field once.") for name in names)
        for name, held in value.items():
            _walk(held, (*at, name), repeated, unreadable)
    elif isinstance(value, list):
        for position, held in enumerate(value):
            _walk(held, (*at, position), repeated, unreadable)
    elif isinstance(value, float) and not math.isfinite(value):
        unreadable.append(Fault(path_of(at), "out_of_range", "A finite number of reasonable length."))
    elif isinstance(value, str) and _SURROGATE.search(value):
        unreadable.append(Fault(path_of(at), "lone_surrogate", "Half of a surrogate pair is no character."))
