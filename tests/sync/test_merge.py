"""The rules of merging, each with its table, and the laws that hold for all of them.

Values only: what the rules do to records over HTTP, the other tests of sync show.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.domain.merge import Merged, Rules, Seen, Values, edit_time, edited_since, merged

RULES = Rules(
    groups=(("status", "done_on"), ("target", "unit")),
    sets=frozenset({"tags"}),
    links=frozenset({"tasks"}),
    manual=frozenset({"amount"}),
)
SEEN, LATER = 10, 20
"""Seqs: what the device had seen, and an edit after that."""
EARLY, NOON, LATE = 1_000, 2_000, 3_000


def merge(
    local: Values,
    server: Values,
    base: Values | None,
    *,
    edits: dict[str, tuple[int, int]] | None = None,
    edited_at: int = LATE,
    seen: int | None = SEEN,
) -> Merged:
    """`edits` are the server's, by field; by default each was made at noon, after what the device saw."""
    return merged(
        RULES,
        base=Seen(seq=seen, image=base),
        server=server,
        local=local,
        provenance=dict.fromkeys(server, (LATER, NOON)) if edits is None else edits,
        edited_at=edited_at,
    )


@pytest.mark.parametrize(
    ("local", "server", "base", "edited_at", "writes", "contested"),
    [
        # equal here and there
        ({"title": "a"}, {"title": "a"}, {"title": "b"}, LATE, {}, ()),
        # equal to base: no edit of the device
        ({"title": "a"}, {"title": "b"}, {"title": "a"}, LATE, {}, ()),
        # changed here and back again: nobody stands against it
        ({"title": "b"}, {"title": "a"}, {"title": "a"}, EARLY, {"title": "b"}, ()),
        # both: the later edit wins, a tie is the server's
        ({"title": "b"}, {"title": "c"}, {"title": "a"}, LATE, {"title": "b"}, ("title",)),
        ({"title": "b"}, {"title": "c"}, {"title": "a"}, EARLY, {}, ("title",)),
        ({"title": "b"}, {"title": "c"}, {"title": "a"}, NOON, {}, ("title",)),
        # a group moves whole: what the device had seen of it comes along
        (
            {"target": 5},
            {"target": 1, "unit": "lb"},
            {"target": 1, "unit": "kg"},
            LATE,
            {"target": 5, "unit": "kg"},
            ("target",),
        ),
        ({"target": 5}, {"target": 1, "unit": "lb"}, {"target": 1, "unit": "kg"}, EARLY, {}, ("target",)),
        # sets, three-way
        (
            {"tags": ("a", "mine")},
            {"tags": ("a", "b", "theirs")},
            {"tags": ("a", "b")},
            EARLY,
            {"tags": ("a", "theirs", "mine")},
            ("tags",),
        ),
        ({"tags": ("b", "a")}, {"tags": ("a", "b")}, None, LATE, {}, ()),
        ({"tags": None}, {"tags": ("a",)}, {"tags": ("a",)}, EARLY, {"tags": ()}, ()),
        # without what it was before: a union
        ({"tags": ("mine",)}, {"tags": ("theirs",)}, None, LATE, {"tags": ("theirs", "mine")}, ("tags",)),
        ({"tasks": ("mine",)}, {"tasks": ("theirs",)}, None, LATE, {"tasks": ("theirs", "mine")}, ("tasks",)),
        # the same edit of money by both is none
        ({"amount": 5}, {"amount": 5}, {"amount": 1}, LATE, {}, ()),
    ],
)
def test_fields(
    local: Values, server: Values, base: Values | None, edited_at: int, writes: Values, contested: Any
) -> None:
    outcome = merge(local, server, base, edited_at=edited_at)
    assert (outcome.writes, outcome.contested, outcome.undecided) == (writes, contested, ())


def test_unchanged_here_since_is_applied_whatever_the_clocks_say() -> None:
    outcome = merge(
        {"title": "b", "amount": 7},
        {"title": "a", "amount": 5},
        None,
        edits={"title": (SEEN, LATE), "amount": (SEEN - 1, LATE)},
        edited_at=EARLY,
    )
    assert outcome.writes == {"title": "b", "amount": 7}


def test_money_of_both_writes_nothing_of_the_change() -> None:
    outcome = merge(
        {"amount": 7, "title": "b"},
        {"amount": 6, "title": "a"},
        {"amount": 5, "title": "a"},
        edits={"amount": (LATER, NOON)},
    )
    assert (outcome.writes, outcome.undecided) == ({}, ("amount",))
    assert outcome.edits == {"amount": 7, "title": "b"}


def test_nobody_knows_the_base() -> None:
    """Every differing field is contested; but one that was never edited has had one value only."""
    server = {"title": "a", "note": "x", "amount": 5, "tags": ("a",)}
    outcome = merge(
        {"title": "b", "note": "y", "tags": ("b",)}, server, None, edits={"title": (1, NOON)}, seen=None
    )
    assert outcome.writes == {"title": "b", "note": "y", "tags": ("b",)}
    assert outcome.contested == ("title",)
    assert merge({"amount": 7}, server, None, edits={}, seen=None).writes == {"amount": 7}
    assert merge({"amount": 7}, server, None, edits={"amount": (1, NOON)}, seen=None).undecided == ("amount",)


@pytest.mark.parametrize(
    ("seen", "edit", "edited_at", "stands_against"),
    [
        (SEEN, (LATER, NOON), LATE, True),
        (SEEN, (SEEN, NOON), EARLY, False),
        (None, (1, NOON), EARLY, True),
        (None, (1, NOON), LATE, False),
    ],
)
def test_what_stands_against_a_deletion(
    seen: int | None, edit: tuple[int, int], edited_at: int, stands_against: bool
) -> None:
    found = edited_since(
        ["title", "note"],
        base=Seen(seq=seen),
        server={"title": "a"},
        provenance={"title": edit, "syncStatus": (99, LATE)},
        edited_at=edited_at,
    )
    assert found == (("title",) if stands_against else ())


NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DECADE = timedelta(hours=1), timedelta(days=3_653)
NONE = timedelta(0)


@pytest.mark.parametrize(
    ("local", "skew", "base_at", "edited_at"),
    [
        (None, NONE, None, NOW),
        (NOW - HOUR, NONE, None, NOW - HOUR),
        (NOW - HOUR, -HOUR, None, NOW - 2 * HOUR),
        (NOW + DECADE - HOUR, -DECADE, None, NOW - HOUR),
        (NOW + DECADE, NONE, None, NOW),
        (NOW - DECADE, NONE, NOW - HOUR, NOW - HOUR + timedelta(microseconds=1)),
        (NOW - DECADE, NONE, NOW + HOUR, NOW),
        (datetime.min.replace(tzinfo=UTC), -DECADE, NOW - HOUR, NOW - HOUR + timedelta(microseconds=1)),
        (datetime.max.replace(tzinfo=UTC), DECADE, None, NOW),
    ],
)
def test_edit_times(
    local: datetime | None, skew: timedelta, base_at: datetime | None, edited_at: datetime
) -> None:
    assert edit_time(local, skew=skew, base_at=base_at, now=NOW) == edited_at


FIELDS = ["title", "note", "status", "done_on", "target", "unit"]
fields = st.sampled_from(FIELDS)
values = st.integers(0, 3)
sets = st.lists(st.sampled_from("abcd"), unique=True).map(tuple)
states = st.fixed_dictionaries(
    {**dict.fromkeys(FIELDS, values), "tags": sets, "tasks": sets, "amount": values}
)
patches = st.dictionaries(fields, values) | st.fixed_dictionaries({"tags": sets}) | states
times = st.integers(EARLY, LATE)
provenances = st.dictionaries(
    st.sampled_from([*FIELDS, "tags", "amount"]), st.tuples(st.integers(1, 30), times)
)
seens = st.none() | st.integers(0, 30)


@given(patches, states, st.none() | states, provenances, times, seens)
def test_merging_again_changes_nothing(
    local: Values, server: Values, base: Values | None, edits: Any, edited_at: int, seen: int | None
) -> None:
    """What a device sends twice is merged into the same state, and said to be decided as before."""
    once = merge(local, server, base, edits=edits, edited_at=edited_at, seen=seen)
    assert once == merge(local, server, base, edits=edits, edited_at=edited_at, seen=seen)
    if once.undecided:
        return
    stamped = {**edits, **dict.fromkeys(once.writes, (40, edited_at))}
    after = {**server, **once.writes}
    again = merge(local, after, base, edits=stamped, edited_at=edited_at, seen=seen)
    assert {**after, **again.writes} == after


@given(states, st.none() | states, provenances, times, times, seens, st.data())
def test_disjoint_patches_commute(
    server: Values, base: Values | None, edits: Any, one_at: int, other_at: int, seen: int | None, data: Any
) -> None:
    units = [("title",), ("note",), ("status", "done_on"), ("target", "unit"), ("tags",), ("tasks",)]
    mine = data.draw(st.lists(st.sampled_from(units), unique=True))
    patch = data.draw(states)
    one = {name: patch[name] for unit in mine for name in unit}
    other = {name: value for name, value in patch.items() if name not in one and name != "amount"}

    def after(state: Values, log: Any, local: Values, at: int) -> tuple[Values, Any]:
        outcome = merge(local, state, base, edits=log, edited_at=at, seen=seen)
        return {**state, **outcome.writes}, {**log, **dict.fromkeys(outcome.writes, (40, at))}

    first = after(*after(server, edits, one, one_at), other, other_at)
    second = after(*after(server, edits, other, other_at), one, one_at)
    assert first == second
