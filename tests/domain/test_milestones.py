"""Milestones: laying them out, who reached them, and which target they are judged by (DOMAIN §4)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import day, fact, goal, milestone, row, version

from waymark.domain.ledger import day_total, refolded, rule_of, steps
from waymark.domain.milestones import (
    MilestoneDraft,
    draft_of,
    find_reaching_fact,
    first_reached,
    laid_out,
    realigned,
    target_in_force,
    threshold,
    with_version,
)
from waymark.domain.progress import gained
from waymark.domain.records import CheckIn, Goal, Milestone, TargetVersion

ZERO = Decimal(0)
DOWN: dict[str, Any] = {"direction": "decrease", "check_in_mode": "measure", "target_value": "80"}


def drafts(*said: str | None) -> list[MilestoneDraft]:
    """`"25"` is a percent, `"=300"` a value, `"25=300"` both, None a blank."""
    found = []
    for each in said:
        percent, _, value = (each or "").partition("=")
        found.append(MilestoneDraft(Decimal(percent) if percent else None, Decimal(value) if value else None))
    return found


@pytest.mark.parametrize(
    ("given_ones", "percents"),
    [
        pytest.param([None] * 4, "25 50 75 100", id="four blanks"),
        pytest.param([None] * 3, "33.33 66.67 100", id="three blanks"),
        pytest.param([None], "100", id="one blank"),
        pytest.param([None, "50"], "25 50", id="a blank before"),
        pytest.param(["20", None, None, "80"], "20 40 60 80", id="blanks between"),
        pytest.param(["20", None, None], "20 60 100", id="a tail"),
        pytest.param([None, "30", None, "90", None], "15 30 60 90 100", id="everywhere"),
        pytest.param(["75", "25", "50"], "25 50 75", id="any order without blanks"),
        pytest.param(["33.333333", "0.01"], "0.01 33.333333", id="kept to the decimal"),
        pytest.param(["=300", "=900", "10"], "10 25 75", id="values find their percent"),
        pytest.param(["=300", None], "25 100", id="a value beside a blank"),
        pytest.param(["=1199.99"], "99.99", id="not 100 before it is"),
        pytest.param([], "", id="none"),
    ],
)
def test_percents(given_ones: list[str | None], percents: str) -> None:
    positions, faults = laid_out(drafts(*given_ones), goal(target_value="1200"), ZERO)
    assert faults == []
    expected = [Decimal(percent) for percent in percents.split()]
    assert [position.target_percent for position in positions] == expected
    assert [position.from_percent for position in positions] == [0, *expected][: len(expected)]
    assert [position.ordinal for position in positions] == list(range(1, len(expected) + 1))


def test_order_remembers_where_each_draft_stood() -> None:
    positions, _ = laid_out(drafts("75", "=300", "50"), goal(target_value="1200"), ZERO)
    assert [row(each.index, each.target_value, each.value_given) for each in positions] == [
        (1, 300, True),
        (2, 600, False),
        (0, 900, False),
    ]


@pytest.mark.parametrize(
    ("draft", "percent", "value", "value_given"),
    [
        pytest.param("33.33", "33.33", "399.96", False, id="percent given"),
        pytest.param("=400", "33.33", "400", True, id="value given"),
        pytest.param("25=300", "25", "300", False, id="both, percent exact"),
        pytest.param("33.33=400", "33.33", "400", True, id="both, as shown: the value was given"),
        pytest.param("33.33=399.96", "33.33", "399.96", False, id="both, as shown: the percent was given"),
    ],
)
def test_what_was_given_is_kept_and_the_other_computed(
    draft: str, percent: str, value: str, *, value_given: bool
) -> None:
    [position], _ = laid_out(drafts(draft), goal(target_value="1200"), ZERO)
    assert (position.target_percent, position.target_value) == (Decimal(percent), Decimal(value))
    assert position.value_given is value_given


@pytest.mark.parametrize(
    ("said", "base", "value"),
    [
        ({"direction": "decrease", "target_value": "80"}, "92", "89"),
        ({"target_value": "100", "progress_target_value": "40"}, "10", "20"),
        ({"direction": "neutral", "target_value": "-40"}, "0", "10"),
        ({"metric_type": "none", "unit": None, "target_value": None}, None, None),
        ({"direction": "decrease", "target_value": "80", "check_in_mode": "measure"}, None, None),
    ],
)
def test_a_quarter_of_the_way(said: dict[str, Any], base: str | None, value: str | None) -> None:
    [position], faults = laid_out(drafts("25"), goal(**said), None if base is None else Decimal(base))
    assert faults == []
    assert position.target_value == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("given_ones", "said", "faults"),
    [
        (["0"], {}, ["milestones[0].targetPercent out_of_range"]),
        (["-1", "100.01"], {}, [f"milestones[{i}].targetPercent out_of_range" for i in (0, 1)]),
        (["50", "50"], {}, ["milestones[1].targetPercent duplicate"]),
        (["50", "=600"], {}, ["milestones[1].targetValue duplicate"]),
        (["50", None, "20"], {}, ["milestones[2].targetPercent not_ascending"]),
        (["50", None, "50"], {}, ["milestones[2].targetPercent not_ascending"]),
        (["100", None], {}, ["milestones[1].targetPercent duplicate"]),
        (["=0"], {}, ["milestones[0].targetValue out_of_range"]),
        (["=-5"], {}, ["milestones[0].targetValue out_of_range"]),
        (["=1200.01"], {}, ["milestones[0].targetValue out_of_range"]),
        (["50=300"], {}, ["milestones[0].targetValue inconsistent"]),
        (["0=300"], {}, ["milestones[0].targetPercent out_of_range"]),
        (["=5"], {"metric_type": "none", "target_value": None}, ["milestones[0].targetValue not_allowed"]),
        ([None] * 101, {}, ["milestones too_many"]),
    ],
)
def test_faults(given_ones: list[str | None], said: dict[str, Any], faults: list[str]) -> None:
    positions, found = laid_out(drafts(*given_ones), goal(**{"target_value": "1200"} | said), ZERO)
    assert positions == []
    assert [f"{fault.field} {fault.code}" for fault in found] == faults


def test_a_hundred_milestones_fit() -> None:
    positions, faults = laid_out(drafts(*[None] * 100), goal(), ZERO)
    assert row(faults, [each.target_percent for each in positions]) == ([], list(range(1, 101)))


def test_values_wait_for_the_first_measurement() -> None:
    losing = goal(**DOWN)
    positions, faults = laid_out(drafts("=82", "=85", "=80"), losing, None)
    assert faults == []
    assert [row(each.target_value, each.target_percent) for each in positions] == [
        (85, Decimal("33.33")),
        (82, Decimal("66.67")),
        (80, 100),
    ]
    _, beyond = laid_out(drafts("=79"), losing, None)
    assert [fault.field for fault in beyond] == ["milestones[0].targetValue"]
    stored = [
        milestone(
            str(each.target_percent), target_value=each.target_value, value_given=True, ordinal=each.ordinal
        )
        for each in positions
    ]
    assert realigned(stored, losing, None) == stored
    found = [each.target_percent for each in realigned(stored, losing, Decimal(90))]
    assert found == [50, 80, 100]


def test_a_moved_target_takes_what_was_computed_along() -> None:
    by_percent = milestone("50", target_value="50", ordinal=1)
    by_value = milestone("80", target_value="80", value_given=True, ordinal=2)
    far = realigned([by_percent, by_value], goal(target_value="400"), ZERO)
    assert [row(each.id, each.ordinal, each.target_percent, each.target_value) for each in far] == [
        ("80", 1, 20, 80),
        ("50", 2, 50, 200),
    ]
    near = realigned([by_percent, by_value], goal(target_value="40"), ZERO)
    assert [row(each.id, each.target_percent, each.target_value) for each in near] == [
        ("50", 50, 20),
        ("80", 100, 80),
    ]


distinct_percents = st.lists(st.decimals("0.01", 100, places=2), max_size=8, unique=True)


@given(distinct_percents, st.lists(st.integers(1, 2000).map(Decimal), max_size=8, unique=True))
def test_laying_out_again_changes_nothing(percents: list[Decimal], values: list[Decimal]) -> None:
    wanted = [MilestoneDraft(percent) for percent in percents]
    wanted += [MilestoneDraft(target_value=value) for value in values]
    aim = goal(target_value="2000")
    positions, faults = laid_out(wanted, aim, ZERO)
    if faults:
        assert {fault.code for fault in faults} == {"duplicate"}
        return
    shown = [each.target_percent for each in positions]
    assert shown == sorted(set(shown))
    stored = [
        milestone(
            str(each.target_percent),
            target_value=each.target_value,
            value_given=each.value_given,
            ordinal=each.ordinal,
        )
        for each in positions
    ]
    assert realigned(stored, aim, ZERO) == stored
    again, _ = laid_out([draft_of(each) for each in stored], aim, ZERO)
    sent_back, _ = laid_out(
        [MilestoneDraft(each.target_percent, each.target_value) for each in stored], aim, ZERO
    )
    for other in (again, sent_back):
        assert [(each.target_percent, each.target_value) for each in other] == [
            (each.target_percent, each.target_value) for each in positions
        ]


# Reaching -------------------------------------------------------------------------------------


def reached(
    of: Goal, base: Decimal | None, facts: Sequence[CheckIn], given_ones: Sequence[Milestone], versions: Any
) -> dict[str, str]:
    """Milestone → id of the fact that reached it, found day by day as the product does."""
    rule = rule_of(of)
    by_day = {
        on: [each for each in facts if each.date_key == on] for on in sorted({f.date_key for f in facts})
    }
    totals = refolded([day_total(rule, "u", "g", on, of_day) for on, of_day in by_day.items()], rule.initial)
    found = {}
    for each, total in first_reached(given_ones, of.direction, base, totals, versions).items():
        [mark] = [one for one in given_ones if one.id == each]
        gain = threshold(mark, of.direction, base, target_in_force(versions, total.day))
        assert base is not None
        assert gain is not None
        reaching = find_reaching_fact(rule, base, total, by_day[total.day], gain)
        assert reaching is not None
        found[each] = reaching.id
    return found


@pytest.mark.parametrize(("value", "is_reached"), [("399.95", False), ("399.96", True)])
def test_a_third_of_1200_is_reached_at_399_96(value: str, *, is_reached: bool) -> None:
    facts = [fact(1, value)]
    found = reached(goal(target_value="1200"), ZERO, facts, [milestone("33.33")], [version(1, "1200")])
    assert found == ({"33.33": facts[0].id} if is_reached else {})


def test_a_later_dip_does_not_take_it_back_but_undoing_the_fact_does() -> None:
    losing = goal(**DOWN, initial_value="92")
    marks = [milestone("50"), milestone("90")]
    facts = [fact(1, "91"), fact(2, "86"), fact(2, "88", 1), fact(3, "85.9")]
    versions = [version(1, "80")]
    assert reached(losing, Decimal(92), facts, marks, versions) == {"50": facts[1].id}
    assert reached(losing, Decimal(92), [facts[0], *facts[2:]], marks, versions) == {"50": facts[3].id}


def test_a_peak_within_the_day_counts() -> None:
    facts = [fact(1, "60"), fact(1, "-50", 1)]
    assert reached(goal(), ZERO, facts, [milestone("50")], [version(1, "100")]) == {"50": facts[0].id}


def test_a_back_dated_fact_reaches_it_earlier() -> None:
    facts = [fact(5, "30"), fact(6, "30"), fact(2, "25", 9)]
    assert reached(goal(), ZERO, facts, [milestone("50")], [version(1, "100")]) == {"50": facts[0].id}


def test_the_past_is_judged_by_the_target_then_in_force() -> None:
    facts = [fact(1, "50"), fact(5, "10"), fact(8, "0")]
    raised = [version(1, "100"), version(3, "200")]
    assert reached(goal(target_value="200"), ZERO, facts, [milestone("50")], raised) == {"50": facts[0].id}
    lowered = [version(1, "200"), version(8, "100")]
    assert reached(goal(), ZERO, facts, [milestone("50")], lowered) == {"50": facts[2].id}
    by_value = milestone("50", target_value="60", value_given=True)
    assert reached(goal(), ZERO, facts, [by_value], lowered) == {"50": facts[1].id}


def test_nothing_is_reached_before_there_is_a_value() -> None:
    facts = [fact(1, "9", mode="increment"), fact(2, None, mode="increment")]
    assert reached(goal(**DOWN), None, facts, [milestone("50")], [version(1, "80")]) == {}


def test_a_neutral_goal_gets_there_either_way() -> None:
    swing = goal(direction="neutral", check_in_mode="measure", initial_value="0", target_value="10")
    facts = [fact(1, "3"), fact(2, "-5"), fact(3, "4")]
    assert reached(swing, ZERO, facts, [milestone("50")], [version(1, "10")]) == {"50": facts[1].id}


@given(
    st.sampled_from(["increase", "decrease", "neutral"]),
    st.sampled_from(["increment", "measure"]),
    st.lists(st.tuples(st.integers(1, 6), st.integers(-40, 60)), max_size=15),
    st.lists(st.integers(1, 100), unique=True, min_size=1, max_size=5),
    st.sampled_from([50, 100, 150]),
)
def test_the_day_totals_find_the_fact_that_reading_all_facts_finds(
    direction: Any, mode: Any, given_facts: list[tuple[int, int]], percents: list[int], later: int
) -> None:
    of = goal(direction=direction, check_in_mode=mode, initial_value="120", target_value="20")
    facts = [fact(on, str(value), number) for number, (on, value) in enumerate(given_facts)]
    versions = [version(1, "20"), version(4, str(later))]
    marks = [milestone(str(percent)) for percent in percents]
    expected: dict[str, str] = {}
    for each, value in steps(rule_of(of), Decimal(120), facts):
        target = 20 if each.date_key < day(4) else later
        whole = abs(target) if direction == "neutral" else abs(target - 120)
        for percent in percents:
            if 100 * gained(direction, Decimal(120), value) >= percent * whole:
                expected.setdefault(str(percent), each.id)
    assert reached(of, Decimal(120), facts, marks, versions) == expected


# Targets by day ---------------------------------------------------------------------------------


def test_the_first_target_reaches_back_for_ever() -> None:
    versions = [version(3, "100"), version(5, "200"), version(9, "300")]
    found = [target_in_force(versions, day(on)).target_value for on in (-900, 3, 4, 5, 8, 9, 900)]
    assert found == [100, 100, 100, 200, 200, 300, 300]


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        (version(9, "300"), [(1, 100), (5, 200), (9, 300)]),
        (version(5, "300"), [(1, 100), (5, 300)]),
        (version(1, "300"), [(1, 300)]),
        (version(9, "200"), [(1, 100), (5, 200)]),
        (version(5, "100"), [(1, 100)]),
        (version(9, "200", on=30), [(1, 100), (5, 200), (9, 200)]),
    ],
)
def test_an_edit_of_the_same_day_replaces(new: TargetVersion, kept: list[tuple[int, int]]) -> None:
    versions = with_version([version(1, "100"), version(5, "200")], new)
    assert [row(each.from_on, each.target_value) for each in versions] == [
        (day(on), value) for on, value in kept
    ]
