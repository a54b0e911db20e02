"""Debts: what is left, the state that follows, and payoff plans worked out month by month by hand."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import NOON, day, goal, row

from waymark.domain.debts import (
    DebtPayoff,
    PayoffPlan,
    begun,
    debt_state,
    faults,
    is_payment,
    payoff_plans,
    status_of,
)
from waymark.domain.documents import encoded
from waymark.domain.neighbours import Beginning, Debt, Transaction

RECORD: dict[str, Any] = {"user_id": "u", "created_at": NOON, "updated_at": NOON}
ZERO = Decimal(0)
TODAY = date(2026, 1, 31)


def debt(name: str = "d", principal: str = "1000", **said: Any) -> Debt:
    known = {
        "id": name,
        "direction": "i_owe",
        "counterparty_name": name.upper(),
        "principal_amount": Decimal(principal),
        "principal_currency": "USD",
        "start_on": day(1),
    }
    return Debt(**RECORD | known | said)


def interest(rate: str, mode: str = "compound") -> dict[str, Any]:
    return {"interest_mode": mode, "interest_rate_annual": Decimal(rate)}


def plan(*debts: Debt, extra: str = "100", strategy: Any = "avalanche") -> PayoffPlan:
    (found,) = payoff_plans([(each, ZERO) for each in debts], strategy, Decimal(extra), TODAY)
    return found


def months(found: PayoffPlan) -> dict[str, int | None]:
    return {each.debt_id: each.months for each in found.debts}


# State ------------------------------------------------------------------------------------------


def test_the_worked_example() -> None:
    found = debt_state(debt(principal="5000000", principal_currency="UZS"), Decimal(1_250_000), day(2))
    assert encoded(found) == (
        '{"totalPaid":1250000,"remainingAmount":3750000,"percentPaid":25,"status":"active"}'
    )


@pytest.mark.parametrize(
    ("said", "paid", "today", "status"),
    [
        ({}, "999.99", 5, "active"),
        ({}, "1000", 5, "paid"),
        ({}, "1000.01", 5, "paid"),
        ({"status": "paid"}, "999.99", 5, "active"),
        ({"due_on": day(5)}, "0", 5, "active"),
        ({"due_on": day(4)}, "0", 5, "overdue"),
        ({"due_on": day(4)}, "1000", 5, "paid"),
        ({"status": "overdue", "due_on": day(9)}, "0", 5, "active"),
        ({"status": "canceled", "due_on": day(4)}, "1000", 5, "canceled"),
    ],
)
def test_status(said: dict[str, Any], paid: str, today: int, status: str) -> None:
    assert status_of(debt(**said), Decimal(paid), day(today)) == status


def test_a_remainder_is_never_rounded_away() -> None:
    nearly = debt_state(debt(principal="1000000"), Decimal("999999.99"), day(2))
    assert row(nearly.remaining_amount, nearly.percent_paid) == (Decimal("0.01"), Decimal("99.99"))
    over = debt_state(debt(), Decimal(1_200), day(2))
    assert row(over.remaining_amount, over.percent_paid, over.status) == (-200, 100, "paid")


@pytest.mark.parametrize(
    ("said", "of", "closing", "is_paying"),
    [
        ({}, {"debt_id": "d"}, None, True),
        ({}, {"debt_id": "d", "type": "transfer"}, None, True),
        ({}, {"debt_id": "d", "type": "income"}, None, False),
        ({"direction": "they_owe_me"}, {"debt_id": "d", "type": "income"}, None, True),
        ({"direction": "they_owe_me"}, {"debt_id": "d"}, None, False),
        ({}, {"debt_id": "other"}, None, False),
        ({}, {"goal_id": "g"}, {"linked_debt_id": "d"}, True),
        ({}, {"goal_id": "g"}, {"linked_debt_id": "d", "show_status": "deleted"}, True),
        ({}, {"goal_id": "g", "debt_id": "other"}, {"linked_debt_id": "d"}, False),
        ({}, {"goal_id": "g", "debt_id": "d"}, {"linked_debt_id": "other"}, True),
        ({"linked_goal_id": "g"}, {"goal_id": "g"}, {}, False),
        ({}, {}, None, False),
    ],
)
def test_what_pays_a_debt(
    said: dict[str, Any], of: dict[str, Any], closing: dict[str, Any] | None, is_paying: bool
) -> None:
    known = {"id": "t", "type": "expense", "amount": Decimal(1), "currency": "USD", "happened_on": day(1)}
    named = None if closing is None else goal(**closing)
    assert is_payment(debt(**said), Transaction(**RECORD | known | of), named) is is_paying


@pytest.mark.parametrize(
    ("own", "payments", "target", "initial", "is_whole"),
    [
        ("0", {}, "0", "1000", False),
        ("0", {"a": "300", "later": "500"}, "0", "700", False),
        ("0", {"a": "300", "b": "699.99"}, "0", "0.01", False),
        ("0", {"a": "300", "b": "700"}, "0", "1000", True),
        ("0", {"a": "300"}, "700", "1000", True),
        ("50", {"a": "300", "b": "700"}, "0", "50", False),
        ("-50", {"a": "300", "b": "700"}, "0", "950", True),
    ],
)
def test_what_a_goal_that_closes_a_debt_begins_with(
    own: str, payments: dict[str, str], target: str, initial: str, is_whole: bool
) -> None:
    beginning = Beginning(user_id="u", goal_id="g", debt_id="d", payment_ids=("a", "b"), own=Decimal(own))
    paid = {name: Decimal(amount) for name, amount in payments.items()}
    assert begun(debt(), beginning, paid, Decimal(target)) == (Decimal(initial), is_whole)


# Plans ------------------------------------------------------------------------------------------


def test_without_interest_it_is_a_division() -> None:
    found = plan(debt(principal="1200"))
    assert row(found.months, found.payoff_date, found.total_interest, found.total_paid) == (
        12,
        date(2027, 1, 31),
        0,
        1200,
    )


@pytest.mark.parametrize("mode", ["simple", "compound"])
def test_interest_month_by_month(mode: str) -> None:
    # 1010 − 100, 919.10 − 100, 827.29, 734.56, 640.91, 546.32, 450.78, 354.29, 256.83, 158.40, 58.98
    found = plan(debt(**interest("12", mode)))
    assert row(found.months, found.payoff_date) == (11, date(2026, 12, 31))
    assert row(found.total_interest, found.total_paid, found.never) == (
        Decimal("58.98"),
        Decimal("1058.98"),
        False,
    )


@pytest.mark.parametrize(
    ("due", "due_in"),
    [(date(2026, 4, 30), 3), (date(2026, 4, 29), 2), (date(2026, 2, 27), 1), (date(2026, 1, 1), 1)],
    ids=["a month's last day", "a day too short", "less than a month", "overdue"],
)
def test_a_due_date_is_kept(due: date, due_in: int) -> None:
    found = plan(debt(due_on=due, **interest("12")), extra="0")
    assert found.months == due_in


def test_equal_parts_until_the_due_date() -> None:
    # 303 / 3 = 101, 204.02 / 2 = 102.01, 103.03
    found = plan(debt(principal="300", due_on=date(2026, 4, 30), **interest("12")), extra="0")
    assert row(found.total_interest, found.total_paid) == (Decimal("6.04"), Decimal("306.04"))


def test_money_that_is_free_goes_on_to_the_next() -> None:
    due = debt("a", "600", due_on=date(2026, 7, 31))
    assert months(plan(due, debt("b", "1000"), extra="0")) == {"a": 6, "b": 16}
    assert months(plan(due, debt("b", "1000"), extra="100", strategy="snowball")) == {"a": 3, "b": 8}


def test_what_is_due_at_once_frees_nothing() -> None:
    found = plan(debt("a", "500", due_on=day(1)), debt("b", "300"), extra="0")
    assert months(found) == {"a": 1, "b": None}


def test_the_strategy_is_the_order() -> None:
    large, small = debt("a", "1000", **interest("24")), debt("b", "300", **interest("6"))
    first, second = plan(small, large), plan(large, small, strategy="snowball")
    assert [(each.debt_id, each.order) for each in first.debts] == [("a", 1), ("b", 2)]
    assert [(each.debt_id, each.order) for each in second.debts] == [("b", 1), ("a", 2)]
    assert first.total_interest < second.total_interest


def test_unpaid_interest_bears_interest_only_where_it_compounds() -> None:
    # b first: 206, 210.12 − …, 12.57 in its 4th month; meanwhile a gathers 40, or 40.60
    b = debt("b", "300", **interest("24"))
    simple = plan(b, debt("a", "1000", **interest("12", "simple")))
    compound = plan(b, debt("a", "1000", **interest("12")))
    for found in (simple, compound):
        assert row(found.debts[0].months, found.debts[0].total_interest) == (4, Decimal("12.57"))
    assert simple.debts[1].total_interest < compound.debts[1].total_interest


@pytest.mark.parametrize(
    ("said", "extra"),
    [({}, "0"), (interest("12"), "10"), (interest("12", "simple"), "10"), (interest("1000"), "1")],
    ids=["nothing paid", "interest only", "simple interest only", "at a horrible rate"],
)
def test_never(said: dict[str, Any], extra: str) -> None:
    found = plan(debt(**said), extra=extra)
    assert (found.never, found.months, found.payoff_date) == (True, None, None)
    assert found.debts[0].never
    assert found.total_paid == Decimal(extra)  # told after a month, not after a hundred years


def test_a_hundred_years_are_the_end_of_a_plan() -> None:
    assert plan(debt(principal="12000"), extra="10").months == 1_200
    assert plan(debt(principal="12000.01"), extra="10").never


def test_numbers_stay_bounded_while_others_are_paid() -> None:
    # snowball feeds the small one for 1,000 months while the other grows by 83 % a month
    found = plan(debt("a"), debt("b", "1001", **interest("1000")), extra="1", strategy="snowball")
    assert months(found) == {"a": 1_000, "b": None}
    assert found.total_interest < Decimal(10) ** 16


def test_a_plan_for_each_currency_that_is_owed() -> None:
    owed = [
        (debt("a"), ZERO),
        (debt("b", principal_currency="EUR"), Decimal(900)),
        (debt("c", principal_currency="EUR"), Decimal(1000)),
        (debt("d", principal_currency="GBP", status="canceled"), ZERO),
        (debt("e", principal_currency="JPY", direction="they_owe_me"), ZERO),
    ]
    found = payoff_plans(owed, "snowball", Decimal(100), TODAY)
    assert [(each.currency, each.months, months(each)) for each in found] == [
        ("EUR", 1, {"b": 1}),
        ("USD", 10, {"a": 10}),
    ]
    assert payoff_plans([], "snowball", ZERO, TODAY) == []


def test_the_plan_as_on_the_wire() -> None:
    assert encoded(plan(debt(principal="50"))) == (
        '{"months":1,"payoffDate":"2026-02-28","totalInterest":0,"totalPaid":50,"never":false,'
        '"strategy":"avalanche","currency":"USD","extraPerMonth":100,"remainingAmount":50,"debts":['
        '{"months":1,"payoffDate":"2026-02-28","totalInterest":0,"totalPaid":50,"never":false,'
        '"debtId":"d","counterpartyName":"D","order":1,"remainingAmount":50}]}'
    )


rates = st.one_of(
    st.just({}), st.builds(interest, st.integers(0, 40).map(str), st.sampled_from(["simple", "compound"]))
)
dues = st.one_of(st.none(), st.dates(date(2025, 6, 1), date(2028, 1, 1)))
owed = st.lists(st.tuples(st.integers(1, 5_000), rates, dues), min_size=1, max_size=4)


@given(owed, st.integers(0, 500), st.sampled_from(["avalanche", "snowball"]))
def test_what_is_paid_is_what_was_owed_and_its_interest(
    some: Sequence[tuple[int, dict[str, Any], date | None]], extra: int, strategy: Any
) -> None:
    debts = [debt(str(i), str(amount), due_on=due, **said) for i, (amount, said, due) in enumerate(some)]
    found = plan(*debts, extra=str(extra), strategy=strategy)
    for each in found.debts:
        if not each.never:
            assert each.total_paid == each.remaining_amount + each.total_interest
    for name in ("remaining_amount", "total_interest", "total_paid"):
        assert getattr(found, name) == sum(getattr(each, name) for each in found.debts)
    by_id: dict[str, DebtPayoff] = {each.debt_id: each for each in found.debts}
    for one in debts:
        ends_on = by_id[one.id].payoff_date
        if one.due_on is not None and one.due_on >= date(2026, 2, 28):
            assert ends_on is not None
            assert ends_on <= one.due_on


@given(owed, st.integers(0, 300), st.integers(0, 300))
def test_more_each_month_is_never_later(
    some: Sequence[tuple[int, dict[str, Any], date | None]], extra: int, more: int
) -> None:
    debts = [debt(str(i), str(amount), **said) for i, (amount, said, _) in enumerate(some)]
    slow, fast = plan(*debts, extra=str(extra)), plan(*debts, extra=str(extra + more))
    assert (fast.months or 9_999) <= (slow.months or 9_999)


@given(owed, st.integers(50, 500))
def test_the_highest_rate_first_costs_least(
    some: Sequence[tuple[int, dict[str, Any], date | None]], extra: int
) -> None:
    debts = [
        debt(str(i), str(amount), **said | ({"interest_mode": "compound"} if said else {}))
        for i, (amount, said, _) in enumerate(some)
    ]
    avalanche, snowball = plan(*debts, extra=str(extra)), plan(*debts, extra=str(extra), strategy="snowball")
    if not snowball.never:
        cents = Decimal("0.01") * len(debts) * (snowball.months or 0)  # of rounding, one a month and debt
        assert avalanche.total_interest <= snowball.total_interest + cents


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, []),
        ({"principal_amount": Decimal(0)}, ["principalAmount out_of_range"]),
        ({"principal_amount": Decimal("0.001")}, ["principalAmount too_many_decimals"]),
        ({"principal_currency": "XAU"}, ["principalCurrency invalid"]),
        ({"due_on": date(2025, 12, 31)}, ["dueDate out_of_range"]),
        ({"interest_mode": "simple"}, ["interestRateAnnual required"]),
        ({"interest_rate_annual": Decimal(-1)}, ["interestRateAnnual out_of_range"]),
        ({"interest_rate_annual": Decimal(1001)}, ["interestRateAnnual out_of_range"]),
        (interest("0"), []),
        ({"interest_rate_annual": Decimal(12)}, []),
    ],
)
def test_faults(said: dict[str, Any], wrong: list[str]) -> None:
    assert [f"{fault.field} {fault.code}" for fault in faults(debt(**said))] == wrong
