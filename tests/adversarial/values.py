"""The values of TRUST's table "Bad inputs", by the kind of field that must refuse them.

What is accepted as it is, or in another form, is told by the tests of behaviour.
"""

from typing import Any, Final

from tests.adversarial.surface import SAMPLES, Field

MARK: Final = "zq7x"
"""Part of every refused text that has room for it: no answer may contain it."""

Refused = list[tuple[str, Any]]

TOKENS: Final = ("NaN", "Infinity", "-Infinity", "1e309", "-1E+999999999", "9" * 4_301, "1e-999999999")
"""Numbers that are none, or none that one can compute with, as they stand in a JSON text."""

NO_TEXT: Final[Refused] = [
    ("NUL", f"{MARK}\0"),
    ("half a surrogate pair", f"{MARK}\ud800"),
    ("the other half", f"\udfff{MARK}"),
]
NO_LINE: Final[Refused] = [
    *NO_TEXT,
    ("nothing", ""),
    ("white space only", " \u00a0\u3000\t"),
    ("a line feed", f"{MARK}\n{MARK}"),
    ("an escape", f"\x1b[2J{MARK}"),
    ("DEL", f"{MARK}\x7f"),
    ("a C1 control", f"{MARK}\x9b"),
    ("a line separator", f"{MARK}\u2028{MARK}"),
]
NO_NUMBER: Final[Refused] = [
    ("NaN", "NaN"),
    ("Infinity", "Infinity"),
    ("nothing", ""),
    ("a space", " 1"),
    ("a new line", "1\n"),
    ("an underscore", "1_000"),
    ("a comma", "1,5"),
    ("an exponent", "1e3"),
    ("hexadecimal", "0x10"),
    ("Arabic digits", "١٢"),
    ("full-width digits", "１２"),
    ("a bare point", "1."),
    ("a formula", f"=1+1 {MARK}"),
    ("many digits", "9" * 4_301),
    ("16 digits", 1_234_567_890.123_456),
    ("7 decimals", "0.0000001"),
    ("too much", 10**12 + 1),
    ("far too much", 10**400),
    ("too little", -(10**12) - 1),
]
REFUSED: Final[dict[str, Refused]] = {
    "text": NO_LINE,
    "email": [
        *NO_LINE,
        ("no at", MARK),
        ("two at", f"{MARK}@{MARK}@example.com"),
        ("no dot", f"{MARK}@example"),
        ("a list", f"{MARK}@example.com,b@example.com"),
        ("a header", f"{MARK}@example.com\r\nBcc: b@example.com"),
    ],
    "password": [*NO_TEXT, ("nothing", "")],
    "prose": [*NO_TEXT, ("a bell", f"{MARK}\x07"), ("an escape", f"\x1b[2J{MARK}")],
    "uuid": [
        *NO_TEXT,
        ("nothing", ""),
        ("nil", "00000000-0000-0000-0000-000000000000"),
        ("braces", "{" + SAMPLES["uuid"] + "}"),
        ("a name", f"urn:uuid:{SAMPLES['uuid']}"),
        ("no hyphens", SAMPLES["uuid"].replace("-", "")),
        ("a space", f" {SAMPLES['uuid']}"),
        ("a new line", f"{SAMPLES['uuid']}\n"),
        ("a path", f"../{MARK}"),
        ("Arabic digits", SAMPLES["uuid"].replace("1", "١")),
    ],
    "amount": NO_NUMBER,
    "rate": [
        *(each for each in NO_NUMBER if each[0] not in {"16 digits", "7 decimals"}),
        ("13 decimals", "0.0000000000001"),
        ("zero", 0),
        ("less than nothing", -1),
    ],
    "day": [
        *NO_TEXT,
        ("nothing", ""),
        ("no such day", "2026-02-30"),
        ("no leap year", "2026-02-29"),
        ("before 1900", "1899-12-31"),
        ("after 2200", "2201-01-01"),
        ("year 0", "0000-01-01"),
        ("five digits", "12026-01-01"),
        ("short", "2026-3-2"),
        ("basic", "20260302"),
        ("a week", "2026-W10-1"),
        ("an instant", "2026-03-02T00:00:00Z"),
        ("Arabic digits", "٢٠٢٦-٠٣-٠٢"),
        ("an epoch", "1767225600"),
        ("a new line", "2026-03-02\n"),
        ("words", MARK),
    ],
    "instant": [
        *NO_TEXT,
        ("nothing", ""),
        ("a day", "2026-03-02"),
        ("no zone", "2026-03-02T00:00:00"),
        ("no such day", "2026-02-30T00:00:00Z"),
        ("hour 24", "2026-03-02T24:00:00Z"),
        ("second 61", "2026-03-02T23:59:61Z"),
        ("a leap second at noon", "2026-03-02T12:00:60Z"),
        ("far east", "2026-03-02T00:00:00+14:01"),
        ("before 1900", "1899-12-31T23:59:59Z"),
        ("after 2200", "2200-12-31T23:59:59-00:01"),
        ("year 1", "0001-01-01T00:00:00+14:00"),
        ("an epoch", "1767225600"),
        ("Arabic digits", "٢٠٢٦-٠٣-٠٢T00:00:00Z"),
        ("words", MARK),
    ],
    "url": [
        *NO_LINE,
        ("a script", f"javascript:alert('{MARK}')"),
        ("data", f"data:text/html,{MARK}"),
        ("a file", f"file:///etc/{MARK}"),
        ("relative", f"//{MARK}/"),
        ("no host", "https://"),
        ("a broken host", f"https://[{MARK}"),
        ("no such port", f"https://{MARK}:99999/"),
        ("a space", f"https://{MARK}/ x"),
        ("a header", f"https://{MARK}/\r\nX: y"),
        ("long", "https://" + MARK * 600),
    ],
    "currency": [
        *NO_TEXT,
        ("nothing", ""),
        ("lower case", "usd"),
        ("none", "XXX"),
        ("testing", "XTS"),
        ("gold", "XAU"),
        ("two", "US"),
        ("words", MARK),
        ("a sign", "€"),
        ("Cyrillic", "USД"),
    ],
    "zone": [
        *NO_TEXT,
        ("nothing", ""),
        ("a path", f"../../etc/{MARK}"),
        ("an absolute path", "/etc/localtime"),
        ("the machine's", "localtime"),
        ("nowhere", f"Mars/{MARK}"),
        ("an offset", "+05:00"),
        ("case", "asia/tashkent"),
    ],
    "token": [
        *NO_TEXT,
        ("nothing", ""),
        ("a space", f"{MARK} {MARK}"),
        ("a new line", f"{MARK}\n"),
        ("beyond ASCII", f"{MARK}é"),
        ("long", MARK * 200),
    ],
    "integer": [
        ("a text", "5"),
        ("a fraction", 1.5),
        ("a whole fraction", 1.0),
        ("too long for 64 bits", 2**63),
        ("too long", 10**400),
        ("too little", -(2**63) - 1),
    ],
    "enum": [*NO_TEXT, ("nothing", ""), ("unknown", MARK), ("SQL", f"'; DROP TABLE goals; --{MARK}")],
    "boolean": [("1", 1), ("0", 0), ("a text", "true"), ("nothing", "")],
    "object": [("a text of one", "{}")],
    "list": [("a text of one", "[]"), ("an object of one", {"0": MARK})],
}
"""What each kind refuses, with the reason."""

TYPES: Final[Refused] = [
    ("an object", {"$gt": MARK}),
    ("a list", [MARK]),
    ("true", True),
    ("a number", 5),
    ("a fraction", 0.5),
]
"""Values of another type than some field's."""
TAKEN: Final = {
    "object": {"an object"},
    "list": {"a list"},
    "boolean": {"true"},
    "amount": {"a number", "a fraction"},
    "rate": {"a number", "a fraction"},
    "integer": {"a number"},
}
"""Those of TYPES that are the kind's own."""


def refused(field: Field) -> Refused:
    """Everything that must not get into this field of a body, with the reason."""
    found = [*REFUSED[field.kind], *(each for each in TYPES if each[0] not in TAKEN.get(field.kind, ()))]
    found += _beyond_bounds(field.schema)
    if not field.nullable:
        found.append(("null", None))
    if field.kind not in {"object", "list"} and not isinstance(SAMPLES.get(field.kind), int):
        found.append(("a number far off", 1_767_225_600))
    if "properties" in field.schema:  # else it is its maker's own
        found.append(("an unknown field", {f"un{MARK[:1]}known": MARK}))
    return found


def _beyond_bounds(schema: dict[str, Any]) -> Refused:
    found: Refused = []
    if "maximum" in schema and schema.get("type") == "integer":
        found += [("above", schema["maximum"] + 1), ("below", schema["minimum"] - 1)]
    if "maxLength" in schema:
        found.append(("long", MARK * (schema["maxLength"] // len(MARK) + 1)))
    if "maxItems" in schema:
        found.append(("too many", [{}] * (schema["maxItems"] + 1)))
    if schema.get("minItems"):
        found.append(("too few", []))
    return found


QUERY: Final[dict[str, tuple[str, ...]]] = {
    "integer": ("0", "-1", "101x", "1.0", "%2B1", "1_0", "%D9%A1", "9" * 4_301, "", "%20", "1e1", "0x1"),
    "enum": ("", MARK, "ACTIVE", "%00"),
    "day": ("", "2026-02-30", "1899-12-31", "1767225600", "2026-3-2", "%D9%A2026-03-02", MARK),
    "instant": ("", "2026-03-02", "1767225600", "2026-03-02T00:00:00%2B14:01", MARK),
    "text": ("", "%00", "%20", "a%0Ab", MARK * 60, "%1B"),
    "uuid": ("", "%00", "00000000-0000-0000-0000-000000000000", "%7B" + SAMPLES["uuid"] + "%7D", MARK),
    "boolean": ("", "1", "TRUE", "yes", "%00"),
    "amount": ("", "NaN", "1e3", "1_0", "%D9%A1", "%201", "0.0000001", "9" * 4_301, "1000000000001", "%00"),
    "currency": ("", "usd", "XXX", "%00", MARK),
    "prose": ("", "%00", MARK, MARK * 500, "%1B", "e30"),
    "list": ("", "%00", MARK, "goals," + MARK, "GOALS", ","),
}
"""Query texts that each kind of parameter refuses."""

IDS: Final = (
    "00000000-0000-0000-0000-000000000000",
    "%7B" + SAMPLES["uuid"] + "%7D",
    SAMPLES["uuid"] + "%00",
    "%00",
    SAMPLES["uuid"] + "%0A",
    SAMPLES["uuid"].replace("-", ""),
    SAMPLES["uuid"] + "0",
    "urn:uuid:" + SAMPLES["uuid"],
    "1",
    "-1",
    "null",
    MARK,
    MARK * 200,
    "%27%20OR%201%3D1--",
    "%FF",
    "%EF%BB%BF" + SAMPLES["uuid"],
    "%2E%2E",
    "*",
    "%25",
)
"""Path segments that are no id, percent-encoded."""
