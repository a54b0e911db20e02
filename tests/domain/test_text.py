"""Strings: what titles and notes may hold, how they are normalised, and which ids are ids."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.text import TextError, folded, line, parse_uuid, prose

FAMILY = "👨\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم \u200f۱۲ کیلو"


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Save for a bike ", "Save for a bike"),
        ("\u00a0\u3000x\u00a0", "x"),
        ("Cafe\u0301", "Caf\u00e9"),
        (FAMILY, FAMILY),
        (PERSIAN, PERSIAN),
        ("=1+1 100%_\\", "=1+1 100%_\\"),
        ("a" * 200, "a" * 200),
        ("e\u0301" * 200, "\u00e9" * 200),
    ],
)
def test_titles_are_trimmed_and_composed_and_otherwise_literal(given_text: str, kept: str) -> None:
    assert line(given_text, 200) == kept
    assert prose(given_text, 200) == kept


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "required"),
        (" \u3000 ", "required"),
        ("\u200b\u200f \ufeff", "required"),
        ("a" * 201, "too_long"),
        ("\U0001f600" * 201, "too_long"),
        ("\u0958" * 101, "too_long"),  # composes to two code points each
        ("a\x00b", "control_character"),
        ("a\nb", "control_character"),
        ("a\n", "control_character"),
        ("\t", "control_character"),
        ("a\x1fb", "control_character"),
        ("a\x7fb", "control_character"),
        ("a\x85b", "control_character"),
        ("a\u2028b", "control_character"),
        ("a\u2029b", "control_character"),
        ("a\ud800", "lone_surrogate"),
        ("\udfffa", "lone_surrogate"),
    ],
)
def test_titles_that_are_refused(title: str, code: str) -> None:
    with pytest.raises(TextError) as refused:
        line(title, 200)
    assert refused.value.code == code


def test_prose_keeps_its_lines_and_may_be_empty() -> None:
    assert prose("\n one\r\n\ttwo \u2028three\n ", 100) == "one\r\n\ttwo \u2028three"
    assert prose(" \n ", 100) == ""


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("a\x00b", "control_character"),
        ("a\x0bb", "control_character"),
        ("a\x1b[0m", "control_character"),
        ("a\x9fb", "control_character"),
        ("\udc00", "lone_surrogate"),
        ("a" * 11, "too_long"),
    ],
)
def test_prose_that_is_refused(note: str, code: str) -> None:
    with pytest.raises(TextError) as refused:
        prose(note, 10)
    assert refused.value.code == code


@given(st.text(st.characters(codec="utf-8")))
def test_a_taken_title_is_taken_again_unchanged(title: str) -> None:
    try:
        kept = line(title, 50)
    except TextError:
        return
    assert line(kept, 50) == kept
    assert 0 < len(kept) <= 50
    assert unicodedata.is_normalized("NFC", kept)


@pytest.mark.parametrize(
    ("one", "other"), [("ÉCOLE", "école"), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ДОМ", "дом")]
)
def test_case_does_not_matter_to_search(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_search_tells_letters_apart() -> None:
    assert len({folded(word) for word in ("resume", "résumé", "r%sum_", FAMILY)}) == 4


def test_a_uuid_is_kept_in_lower_case() -> None:
    assert parse_uuid("0198C0DE-7A5E-7000-8000-0123456789AB") == "0198c0de-7a5e-7000-8000-0123456789ab"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "00000000-0000-0000-0000-000000000000",
        "{0198c0de-7a5e-7000-8000-0123456789ab}",
        "urn:uuid:0198c0de-7a5e-7000-8000-0123456789ab",
        "0198c0de7a5e700080000123456789ab",
        "0198c0de-7a5e-7000-8000-0123456789a",
        "0198c0de-7a5e-7000-8000-0123456789ab\n",
        "0198c0de-7a5e-7000-8000-0123456789ag",
        "٠198c0de-7a5e-7000-8000-0123456789ab",
        "0198c0de-7a5e-7000-80000-123456789ab",
    ],
)
def test_what_is_no_uuid_is_refused(value: str) -> None:
    with pytest.raises(TextError) as refused:
        parse_uuid(value)
    assert refused.value.code == "invalid"
