"""What strings may be: titles, notes, search keys and ids, each normalised in one way.

Nothing here knows which field a string came from.
"""

import re
from typing import Final
from unicodedata import category, normalize
from uuid import UUID

from waymark.domain.refusal import Refusal

_NOT_IN_LINES: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_IN_PROSE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_MOST_COMPOSED: Final = 4
"""Of so many characters at most one can be composed (a Greek letter with three marks)."""
_NIL: Final = str(UUID(int=0))


class TextError(Refusal):
    """A string with characters that are refused, or too long, or empty where it may not be."""


def line(value: str, limit: int) -> str:
    """A title: NFC, trimmed, one line, 1 to `limit` code points, no control characters.

    Zero-width joiners, right-to-left marks and emoji stay, beside something to be seen. Raises TextError:
    `required`, `too_long`, `control_character`, `lone_surrogate`. (TRUST, Bad inputs)
    """
    text = _normalised(value, limit, _NOT_IN_LINES)
    if all(character.isspace() or category(character) == "Cf" for character in text):
        raise TextError("required", "Must not be empty.")
    return text


def prose(value: str, limit: int) -> str:
    """A note or description: as `line`, but line breaks and tabs stay and it may be empty."""
    return _normalised(value, limit, _NOT_IN_PROSE)


def folded(value: str) -> str:
    """The key under which a text is searched and sorted, whatever its case."""
    return normalize("NFC", value.casefold())


def parse_uuid(value: str) -> str:
    """A UUID in lower case. Only the hyphenated form, in any case, and not nil.

    Raises TextError `invalid`.
    """
    if not _UUID.fullmatch(value) or value == _NIL:
        raise TextError("invalid", "A UUID such as 0198c0de-7a5e-7000-8000-0123456789ab.")
    return value.lower()


def nfc(value: str, limit: int) -> str:
    """The text composed; TextError `too_long` when that could not bring it down to `limit` characters.

    Judged before composing, whose cost grows with the square of a run of combining marks.
    """
    if len(value) > limit * _MOST_COMPOSED:
        raise TextError("too_long", f"At most {limit} characters.")
    return normalize("NFC", value)


def _normalised(value: str, limit: int, refused: re.Pattern[str]) -> str:
    if _SURROGATE.search(value):
        raise TextError("lone_surrogate", "Half of a surrogate pair is no character.")
    if found := refused.search(value):
        raise TextError("control_character", f"U+{ord(found[0]):04X} is not allowed here.")
    text = nfc(value.strip(), limit).strip()
    if len(text) > limit:
        raise TextError("too_long", f"At most {limit} characters.")
    return text
