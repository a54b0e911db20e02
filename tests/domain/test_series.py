"""Charts: buckets carry the value on, add up, and show the target and the line of their own day."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import NOON, day, fact, goal, milestone, row, version

from waymark.domain.ledger import base_of, day_total, refolded, rule_of
from waymark.domain.pace import Pace
from waymark.domain.progress import standing
from waymark.domain.records import CheckIn, Goal
from waymark.domain.series import (
    History,
    Point,
    Series,
    marks,
    points,
    projection,
    target_changes,
)

ZERO = Decimal(0)
VERSIONS = [version(1, "100", on=101)]


def history(of: Goal, facts: Sequence[CheckIn], **said: Any) -> History:
    rule = rule_of(of)
    days = sorted({each.date_key for each in facts})
    of_day = {on: [each for each in facts if each.date_key == on] for on in days}
    totals = refolded([day_total(rule, "u", "g", on, of_day[on]) for on in days], rule.initial)
    known: dict[str, Any] = {
        "goal": of,
        "base": base_of(rule, totals),
        "opening": rule.initial,
        "totals": totals,
        "versions": VERSIONS,
        "today": day(90),
    }
    return History(**known | said)


def test_months_of_a_measured_goal() -> None:
    losing = goal(direction="decrease", check_in_mode="measure", unit="kg", target_value="80")
    facts = [fact(40, "92"), fact(45, "90.5"), fact(45, "91", 1), fact(75, "2", source_type="task")]
    drawn = points(history(losing, facts, versions=[version(1, "80", on=101)]), day(1), day(90), "month")
    assert drawn == [
        Point(
            from_on=date(2026, 1, 1),
            to_on=date(2026, 1, 31),
            value=None,
            added=ZERO,
            by_source={"manual": ZERO, "task": ZERO},
            expected=Decimal("88.4"),
            target=Decimal(80),
        ),
        Point(
            from_on=date(2026, 2, 1),
            to_on=date(2026, 2, 28),
            value=Decimal(91),
            added=Decimal(-1),
            by_source={"manual": Decimal(-1), "task": ZERO},
            expected=Decimal("85.04"),
            target=Decimal(80),
        ),
        Point(
            from_on=date(2026, 3, 1),
            to_on=date(2026, 3, 31),
            value=Decimal(89),
            added=Decimal(-2),
            by_source={"manual": ZERO, "task": Decimal(-2)},
            expected=Decimal("81.32"),
            target=Decimal(80),
        ),
    ]


def test_weeks_begin_on_monday_and_the_ends_are_cut() -> None:
    drawn = points(history(goal(), [fact(1, "5"), fact(9, "7")]), day(1), day(13), "week")
    assert [row(each.from_on, each.to_on, each.value) for each in drawn] == [
        (date(2026, 1, 1), date(2026, 1, 4), 5),
        (date(2026, 1, 5), date(2026, 1, 11), 12),
        (date(2026, 1, 12), date(2026, 1, 13), 12),
    ]


def test_a_span_after_the_facts_carries_their_value_on() -> None:
    drawn = points(history(goal(), [], opening=Decimal(12)), day(20), day(22), "day")
    assert [row(each.value, each.added) for each in drawn] == [(12, 0)] * 3


def test_days_outside_the_span_are_left_out() -> None:
    facts = [fact(2, "1"), fact(3, "2"), fact(4, "4")]
    [only] = points(history(goal(), facts, opening=Decimal(1)), day(3), day(3), "month")
    assert row(only.value, only.added) == (3, 2)


def test_each_bucket_shows_the_target_then_in_force() -> None:
    versions = [version(1, "100", on=11), version(5, "200", on=21)]
    drawn = points(history(goal(start_on=day(1)), [], versions=versions), day(3), day(6), "day")
    assert [row(each.target, each.expected) for each in drawn] == [(100, 20), (100, 30), (200, 40), (200, 50)]


def test_without_a_target_date_there_is_no_line() -> None:
    [only] = points(history(goal(), [], versions=[version(1, "100")]), day(3), day(3), "day")
    assert row(only.expected, only.target) == (None, 100)


@given(
    st.lists(
        st.tuples(st.integers(1, 80), st.integers(-9, 9), st.sampled_from(["manual", "task"])), max_size=15
    ),
    st.sampled_from(["day", "week", "month"]),
)
def test_buckets_add_up_to_the_way_from_base_to_current(
    given_facts: list[tuple[int, int, Any]], bucket: Any
) -> None:
    facts = [
        fact(on, str(value), number, source_type=source, mode="measure" if value > 6 else None)
        for number, (on, value, source) in enumerate(given_facts)
    ]
    of = history(goal(), facts)
    drawn = points(of, day(1), day(80), bucket)
    assert sum((each.added for each in drawn), ZERO) == drawn[-1].value
    assert drawn[-1].value == (of.totals[-1].closing if of.totals else 0)
    for before, each in pairwise(drawn):
        assert (each.from_on - before.to_on).days == 1
        assert before.value is not None
        assert each.value == before.value + sum(each.by_source.values())


@pytest.mark.parametrize(
    ("pace", "drawn"),
    [
        (
            Pace(projected_date=day(14), projected_value=Decimal(80)),
            [(day(11), Decimal(80)), (day(14), Decimal(100))],
        ),
        (Pace(projected_date=day(6), projected_value=Decimal(120)), [(day(11), Decimal(120))]),
        (Pace(), []),
    ],
)
def test_where_it_leads(pace: Pace, drawn: list[tuple[date, Decimal]]) -> None:
    of = goal(target_on=day(11))
    found = projection(of, standing(of, ZERO, Decimal(40)), pace, day(6))
    assert [(each.date, each.value) for each in found] == drawn


def test_a_past_target_date_is_no_projection() -> None:
    of = goal(target_on=day(11))
    assert projection(of, standing(of, ZERO, ZERO), Pace(projected_value=Decimal(40)), day(12)) == []


def test_the_wire_has_the_names_of_the_contract() -> None:
    series = Series(
        goal_id="g",
        bucket="day",
        points=points(history(goal(), [fact(1, "5")]), day(1), day(1), "day"),
        projection=projection(
            goal(), standing(goal(), ZERO, ZERO), Pace(projected_date=day(9), projected_value=ZERO), day(6)
        ),
        milestones=marks([milestone("25", target_value="25", completed_at=NOON)]),
        target_changes=target_changes([version(1, "100", on=101), version(5, "200")], day(4)),
    )
    encoder = msgspec.json.Encoder(decimal_format="number")
    assert encoder.encode(series).decode() == (
        '{"goalId":"g","bucket":"day","points":[{"from":"2026-01-01","to":"2026-01-01","value":5,"added":5,'
        '"bySource":{"manual":5},"expected":0,"target":100}],"projection":[{"date":"2026-01-09","value":100}],'
        '"milestones":[{"id":"25","targetValue":25,"completedAt":"2026-01-01T12:00:00Z"}],'
        '"targetChanges":[{"from":"2026-01-01","targetValue":100,"targetDate":"2026-04-11"}]}'
    )
