"""The fold against plain loops, and the worked numbers of DOMAIN §§2–3 as far as they are quantities."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import day, fact, goal

from waymark.domain.ledger import (
    Rule,
    base_of,
    day_total,
    effects,
    entered,
    extended,
    extremes,
    order_of,
    refolded,
    rule_of,
    steps,
)
from waymark.domain.records import CheckIn, DayTotal, SourceDay

INCREMENT = Rule("increase", "increment", "pages", Decimal(0))
WEIGHT = Rule("decrease", "measure", "kg", None)


def totals_of(rule: Rule, facts: Sequence[CheckIn]) -> list[DayTotal]:
    by_day: dict[Any, list[CheckIn]] = defaultdict(list)
    for each in facts:
        by_day[each.date_key].append(each)
    return refolded([day_total(rule, "u", "g", on, by_day[on]) for on in sorted(by_day)], rule.initial)


def current_of(rule: Rule, facts: Sequence[CheckIn]) -> Decimal | None:
    totals = totals_of(rule, facts)
    return totals[-1].closing if totals else rule.initial


@pytest.mark.parametrize(
    ("said", "facts", "current"),
    [
        pytest.param(
            {"metric_type": "weight", "unit": "kg", "check_in_mode": "measure", "direction": "decrease"}
            | {"initial_value": "92", "target_value": "80"},
            [fact(1, "90.5"), fact(2, "91.0")],
            "91",
            id="the newest measurement is the state",
        ),
        pytest.param(
            {"metric_type": "amount", "currency": "USD", "unit": None, "target_value": "1000"},
            [fact(1, "150"), fact(1, "0.1", 1), fact(2, "0.2")],
            "150.3",
            id="no binary fractions",
        ),
        pytest.param(
            {"metric_type": "amount", "currency": "UZS", "unit": None, "target_value": "1200000"},
            [fact(1, "500000", source_type="finance")],
            "500000",
            id="a converted contribution",
        ),
        pytest.param(
            {"metric_type": "amount", "currency": "UZS", "direction": "decrease"}
            | {"initial_value": "5000000", "target_value": "0"},
            [fact(1, "1250000", source_type="finance")],
            "3750000",
            id="a payment brings a debt down",
        ),
        pytest.param(
            {"metric_type": "weight", "unit": "kg", "check_in_mode": "measure", "initial_value": "92"},
            [fact(1, "200", unit="lb")],
            "90.718474",
            id="pounds on a goal in kilograms",
        ),
        pytest.param(
            {"direction": "neutral"}, [fact(1, "-3"), fact(2, "4")], "7", id="neutral adds magnitudes"
        ),
        pytest.param(
            {"check_in_mode": "measure", "initial_value": "10"},
            [fact(1, "20"), fact(2, "5", source_type="task"), fact(3, "2", mode="increment")],
            "27",
            id="sources and a mode of its own add to a measurement",
        ),
        pytest.param(
            {}, [fact(1, "5"), fact(2, "30", mode="measure"), fact(3, "1")], "31", id="set, then add"
        ),
        pytest.param({}, [fact(2, "1"), fact(1, "30", mode="measure")], "31", id="back-dated: set before"),
        pytest.param({}, [fact(1, "5"), fact(2, None)], "5", id="a note alone moves nothing"),
        pytest.param({"unit": None}, [fact(1, "5", unit="books")], "5", id="a label converts to nothing"),
        pytest.param({"initial_value": "40"}, [], "40", id="nothing yet: the initial value"),
    ],
)
def test_current_value(said: dict[str, Any], facts: list[CheckIn], current: str) -> None:
    assert current_of(rule_of(goal(**said)), facts) == Decimal(current)


@pytest.mark.parametrize(
    ("said", "initial"),
    [({}, Decimal(0)), ({"check_in_mode": "measure"}, None), ({"metric_type": "none"}, None)],
)
def test_a_goal_without_initial_value_starts_where_its_mode_says(said: dict[str, Any], initial: Any) -> None:
    assert rule_of(goal(**said)).initial == initial


def test_a_measured_goal_starts_at_its_earliest_measurement() -> None:
    facts = [
        fact(1, "3", source_type="task"),
        fact(2, "1", mode="increment"),
        fact(2, "90", 1),
        fact(3, "88"),
    ]
    totals = totals_of(WEIGHT, facts)
    assert base_of(WEIGHT, totals) == 90
    assert [(total.opening, total.closing) for total in totals] == [(None, None), (None, 90), (90, 88)]
    assert [effects(total) for total in totals] == [{"task": 0}, {"manual": 0}, {"manual": -2}]
    peaks: list[Any] = [extremes(total) for total in totals]
    assert peaks == [None, (90, 90), (88, 88)]
    assert base_of(WEIGHT, totals[:1]) is None


def test_manual_answers_for_what_the_sources_do_not() -> None:
    rule = Rule("increase", "measure", None, Decimal(10))
    [total] = totals_of(
        rule, [fact(1, "4", source_type="habit"), fact(1, "12", 1), fact(1, "1", 2, source_type="task")]
    )
    assert total.by_source == {
        "habit": SourceDay(Decimal(4), 1),
        "manual": SourceDay(Decimal(0), 1),
        "task": SourceDay(Decimal(1), 1),
    }
    assert effects(total) == {"habit": 4, "manual": -2, "task": 1}
    assert (total.count, total.newest_at) == (3, fact(1, None, 2).created_at)


def test_a_day_without_facts_has_no_total() -> None:
    with pytest.raises(ValueError, match="without facts"):
        day_total(INCREMENT, "u", "g", day(1), [])


# Laws ---------------------------------------------------------------------------------------

values = st.decimals(-50, 50, places=2)
rules = st.builds(
    Rule,
    direction=st.sampled_from(["increase", "decrease", "neutral"]),
    mode=st.sampled_from(["increment", "measure"]),
    unit=st.just("kg"),
    initial=st.one_of(st.none(), values),
)


@st.composite
def ledgers(draw: st.DrawFn) -> list[CheckIn]:
    return [
        fact(
            draw(st.integers(1, 5)),
            draw(st.one_of(st.none(), values.map(str))),
            number,
            mode=draw(st.sampled_from([None, "increment", "measure"])),
            source_type=draw(st.sampled_from(["manual", "manual", "task", "finance"])),
            unit=draw(st.sampled_from([None, "kg", "lb"])),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


def told_by_plain_loops(rule: Rule, facts: Sequence[CheckIn]) -> dict[str, Any]:
    """What the rules say, fact by fact: the value, where it has been each day, what each source did."""
    value: Any = rule.initial
    base: Any = rule.initial
    seen: dict[Any, list[Decimal]] = defaultdict(list)
    moved: dict[str, Decimal] = defaultdict(Decimal)
    for each in sorted(facts, key=lambda one: (one.date_key, one.created_at, one.id)):
        if each.value is None:
            continue
        amount = each.value
        if each.unit == "lb":
            amount = round(amount * Decimal("0.45359237"), 6)
        if each.source_type == "manual" and (each.mode or rule.mode) == "measure":
            base = amount if base is None else base
            after = amount
        elif value is None:
            continue
        else:
            after = value + {"increase": amount, "decrease": -amount, "neutral": abs(amount)}[rule.direction]
        moved[each.source_type] += after - (base if value is None else value)
        value = after
        seen[each.date_key].append(value)
    peaks = {on: (min(there), max(there)) for on, there in seen.items()}
    return {"value": value, "base": base, "peaks": peaks, "moved": moved}


@given(rules, ledgers())
def test_day_totals_tell_what_plain_loops_tell(rule: Rule, facts: list[CheckIn]) -> None:
    told, totals = told_by_plain_loops(rule, facts), totals_of(rule, facts)
    assert (totals[-1].closing if totals else rule.initial) == told["value"]
    assert base_of(rule, totals) == told["base"]
    assert {total.day: extremes(total) for total in totals if extremes(total)} == told["peaks"]
    assert sum(total.count for total in totals) == len(facts)
    moved = sum((sum(effects(total).values(), Decimal(0)) for total in totals), Decimal(0))
    assert moved == sum(told["moved"].values(), Decimal(0))
    assert [value for _, value in steps(rule, rule.initial, facts)][-1:] == (
        [told["value"]] if told["peaks"] else []
    )


@given(rules.filter(lambda rule: rule.initial is not None), ledgers())
def test_sources_answer_for_their_increments_and_manual_for_the_rest(
    rule: Rule, facts: list[CheckIn]
) -> None:
    added: dict[str, Decimal] = defaultdict(Decimal)
    for total in totals_of(rule, facts):
        for source, amount in effects(total).items():
            added[source] += amount
    told = told_by_plain_loops(rule, facts)
    assert {source: amount for source, amount in added.items() if source != "manual" and amount} == {
        source: amount for source, amount in told["moved"].items() if source != "manual" and amount
    }


@given(rules, ledgers(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_does_not_matter(
    rule: Rule, facts: list[CheckIn], chance: Any
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert totals_of(rule, shuffled) == totals_of(rule, facts)


@given(rules, ledgers(), st.one_of(st.none(), values))
def test_adding_facts_one_by_one_is_the_same_as_all_at_once(
    rule: Rule, facts: list[CheckIn], opening: Decimal | None
) -> None:
    of_a_day = sorted((each for each in facts if each.date_key == day(1)), key=order_of)
    total = None
    for each in of_a_day:
        total = extended(rule, total, each)
        total = entered(total, opening) if total.count == 1 else total
    if total is not None:
        assert total == entered(day_total(rule, "u", "g", day(1), of_a_day), opening)


@given(rules, ledgers(), st.integers(0, 5))
def test_folding_from_any_day_is_the_same_as_from_the_first(
    rule: Rule, facts: list[CheckIn], split: int
) -> None:
    totals = totals_of(rule, facts)
    before, after = totals[:split], totals[split:]
    stale = [entered(total, Decimal(999)) for total in after]
    assert [*before, *refolded(stale, before[-1].closing if before else rule.initial)] == totals


@given(rules, ledgers().filter(bool), st.data())
def test_undoing_a_fact_leaves_what_was_there_without_it(rule: Rule, facts: list[CheckIn], data: Any) -> None:
    gone = data.draw(st.sampled_from(facts))
    rest = [each for each in facts if each is not gone]
    totals = {total.day: total for total in totals_of(rule, facts)}
    same_day = [each for each in rest if each.date_key == gone.date_key]
    totals.pop(gone.date_key)
    if same_day:
        totals[gone.date_key] = day_total(rule, "u", "g", gone.date_key, same_day)
    assert refolded([totals[on] for on in sorted(totals)], rule.initial) == totals_of(rule, rest)
