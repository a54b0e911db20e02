"""Debts over HTTP: payments, states, and the goals that close them."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import pytest
from tests.api.person import Document, Person, code_of, fields_of, shown
from tests.neighbours.money import LOAN, closing, debt, moved, paid

from waymark.clock import FrozenClock

pytestmark = pytest.mark.anyio
STATE = ("status", "totalPaid", "remainingAmount", "percentPaid")


async def state(person: Person, owed: Document) -> list[object]:
    return shown(await person.get(f"/debts/{owed['id']}"), *STATE)


async def stands(person: Person, goal: Document) -> list[object]:
    return shown(await person.now(goal), "initialValue", "currentValue", "progressPercent")


async def test_payments_settle_a_debt_and_undoing_them_brings_it_back(ada: Person) -> None:
    owed = await debt(ada, principalAmount=500, principalCurrency="USD")
    assert await state(ada, owed) == ["active", 0, 500, 0]
    first = await paid(ada, owed, 125, currency="USD")
    assert shown(first, "debtId", "rate", "convertedAmount", "transactionId") == [owed["id"], 1, 125, None]
    assert await state(ada, owed) == ["active", 125, 375, 25]
    settled = await ada.data("POST", f"/debts/{owed['id']}/settle", {"note": "done"})
    assert shown(settled, *STATE) == ["paid", 500, 0, 100]
    assert code_of(await ada("POST", f"/debts/{owed['id']}/settle")) == (409, "INVALID_STATE")
    assert [each["id"] for each in await ada.get("/debts", status="paid")] == [owed["id"]]
    await ada.data("PATCH", f"/debts/{owed['id']}/payments/{first['id']}", {"amount": 25})
    assert await state(ada, owed) == ["active", 400, 100, 80]
    for payment in await ada.get(f"/debts/{owed['id']}/payments"):
        await ada.data("DELETE", f"/debts/{owed['id']}/payments/{payment['id']}")
    assert await state(ada, owed) == ["active", 0, 500, 0]


async def test_a_debt_becomes_overdue_by_the_day_alone(ada: Person, clock: FrozenClock) -> None:
    owed = await debt(ada, dueDate="2026-03-02")
    etag = (await ada("GET", f"/debts/{owed['id']}")).headers["ETag"]
    assert await ada.get("/debts", status="overdue") == []
    clock.at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert (await ada("GET", f"/debts/{owed['id']}", If_None_Match=etag)).status_code == 200
    assert (await state(ada, owed))[0] == "overdue"
    assert len(await ada.get("/debts", status="overdue")) == 1
    assert await ada.get("/debts", status="active") == []
    await ada.data("PATCH", f"/debts/{owed['id']}", {"status": "canceled"})
    assert len(await ada.get("/debts", status="canceled")) == 1


async def test_a_goal_closes_its_debt(ada: Person) -> None:
    owed = await debt(ada)
    goal = await closing(ada, owed)
    names = ("currency", "initialValue", "targetValue", "direction", "linkedDebtId")
    assert shown(goal, *names) == ["UZS", 5_000_000, 0, "decrease", owed["id"]]
    await paid(ada, owed, 1_250_000)
    assert await stands(ada, goal) == [5_000_000, 3_750_000, 25]
    there = await ada.get(f"/debts/{owed['id']}")
    assert [there["linkedGoalId"], there["goals"][0]["progressPercent"]] == [goal["id"], 25]
    progress = await ada.get(f"/goals/{goal['id']}/finance-progress")
    told = ("debtTotalPaid", "debtPrincipalAmount", "contributionCount", "contributionTotal")
    assert shown(progress, *told) == [1_250_000, 5_000_000, 1, 1_250_000]
    (given,) = await ada.get(f"/goals/{goal['id']}/contributions")
    assert shown(given, "via", "sign", "amount") == ["debt", 1, 1_250_000]
    await ada.data("POST", f"/debts/{owed['id']}/settle")
    assert await stands(ada, goal) == [5_000_000, 0, 100]


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
async def test_a_transaction_pays_once_and_is_undone_in_any_order(
    ada: Person, order: tuple[int, ...]
) -> None:
    owed = await debt(ada)
    goal = await closing(ada, owed)
    made = [
        await moved(ada, 500_000, type="expense", debtId=owed["id"]),
        await moved(
            ada, 40, type="expense", currency="USD", rate=12_500, goalId=goal["id"], debtId=owed["id"]
        ),
        await moved(ada, 250_000, type="expense", goalId=goal["id"], date="2026-02-01"),
    ]
    assert await state(ada, owed) == ["active", 1_250_000, 3_750_000, 25]
    assert await stands(ada, goal) == [5_000_000, 3_750_000, 25]
    payments = await ada.get(f"/debts/{owed['id']}/payments")
    assert sorted(each["transactionId"] for each in payments) == sorted(each["id"] for each in made)
    held = f"/debts/{owed['id']}/payments/{payments[0]['id']}"
    assert code_of(await ada("DELETE", held)) == (409, "CONFLICT")
    for index in order:
        await ada.data("DELETE", f"/transactions/{made[index]['id']}")
    assert await state(ada, owed) == ["active", 0, 5_000_000, 0]
    assert await stands(ada, goal) == [5_000_000, 5_000_000, 0]
    for index in order:
        await ada.data("POST", f"/transactions/{made[index]['id']}/restore")
    assert await stands(ada, goal) == [5_000_000, 3_750_000, 25]
    assert len(await ada.get(f"/debts/{owed['id']}/payments")) == 3


async def test_what_was_paid_before_is_in_the_initial_value(ada: Person) -> None:
    owed = await debt(ada)
    old = await paid(ada, owed, 1_000_000)
    goal = await closing(ada, owed)
    assert await stands(ada, goal) == [4_000_000, 4_000_000, 0]
    await paid(ada, owed, 1_000_000)
    assert await stands(ada, goal) == [4_000_000, 3_000_000, 25]
    await ada.data("PATCH", f"/debts/{owed['id']}/payments/{old['id']}", {"amount": 3_000_000})
    assert await stands(ada, goal) == [2_000_000, 1_000_000, 50]
    # Less than was paid before the goal began: it begins with all that was owed, and that counts.
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 3_000_000})
    assert await stands(ada, goal) == [3_000_000, -1_000_000, 100]
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 5_000_000})
    assert await stands(ada, goal) == [2_000_000, 1_000_000, 50]
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 1_500_000})
    too_small = await ada("PATCH", f"/debts/{owed['id']}", {"principalAmount": 1_500_000})
    assert fields_of(too_small) == {"principalAmount"}
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 0})
    await ada.data("DELETE", f"/debts/{owed['id']}/payments/{old['id']}")
    assert await stands(ada, goal) == [5_000_000, 4_000_000, 20]
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 6_000_000})
    assert await stands(ada, goal) == [6_000_000, 5_000_000, Decimal("16.67")]


async def test_an_old_payment_that_pays_it_all_counts(ada: Person) -> None:
    """Told by the initial value, the goal would begin at its end; mended again, it is told by it again."""
    owed = await debt(ada)
    old = await paid(ada, owed, 1_000_000)
    older = await moved(ada, 500_000, type="expense", debtId=owed["id"])
    goal = await closing(ada, owed)
    before = await ada.now(goal)
    assert await stands(ada, goal) == [3_500_000, 3_500_000, 0]
    await paid(ada, owed, 700_000)
    path = f"/debts/{owed['id']}/payments/{old['id']}"
    for _ in range(2):
        await ada.data("PATCH", path, {"amount": 4_500_000})
        assert await stands(ada, goal) == [5_000_000, -700_000, 100]
        assert (await ada.now(goal))["financeContributionCount"] == 3
        await ada.data("PATCH", path, {"amount": 1_000_000})
        assert await stands(ada, goal) == [3_500_000, 2_800_000, 20]
    # The same by a transaction, and by what is owed.
    await ada.data("PATCH", f"/transactions/{older['id']}", {"amount": 4_000_000})
    assert await stands(ada, goal) == [5_000_000, -700_000, 100]
    await ada.data("DELETE", f"/transactions/{older['id']}")
    assert await stands(ada, goal) == [4_000_000, 3_300_000, Decimal("17.5")]
    await ada.data("POST", f"/transactions/{older['id']}/restore")
    await ada.data("PATCH", f"/transactions/{older['id']}", {"amount": 500_000})
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 1_000_000})
    assert await stands(ada, goal) == [1_000_000, -1_200_000, 100]
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 5_000_000})
    last = (await ada.get(f"/debts/{owed['id']}/payments"))[0]
    assert last["amount"] == 700_000
    await ada.data("DELETE", f"/debts/{owed['id']}/payments/{last['id']}")
    after = await ada.now(goal)
    assert {**after, "version": 0, "updatedAt": ""} == {**before, "version": 0, "updatedAt": ""}


async def test_what_its_owner_says_it_begins_with_is_kept(ada: Person) -> None:
    """An initial value of one's own moves with the debt, and gives way like the debt's."""
    owed = await debt(ada)
    old = await paid(ada, owed, 1_000_000)
    goal = await closing(ada, owed)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"initialValue": 4_200_000})
    assert await stands(ada, goal) == [4_200_000, 4_200_000, 0]
    path = f"/debts/{owed['id']}/payments/{old['id']}"
    await ada.data("PATCH", path, {"amount": 2_000_000})
    assert await stands(ada, goal) == [3_200_000, 3_200_000, 0]
    await ada.data("PATCH", path, {"amount": 5_200_000})
    assert await stands(ada, goal) == [5_200_000, 0, 100]
    # What counts goes on to count when its owner says another.
    await ada.data("PATCH", f"/goals/{goal['id']}", {"initialValue": 5_000_000})
    assert await stands(ada, goal) == [5_000_000, -200_000, 100]
    await ada.data("PATCH", path, {"amount": 1_000_000})
    assert await stands(ada, goal) == [5_000_000, 4_000_000, 20]


async def test_what_happens_to_a_debt_while_its_goal_is_deleted(ada: Person) -> None:
    """Restored, the goal is where it would be had it never been deleted."""
    owed = await debt(ada)
    old = await paid(ada, owed, 1_000_000)
    goal = await closing(ada, owed)
    await paid(ada, owed, 500_000)
    await ada.data("DELETE", f"/goals/{goal['id']}")
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 7_000_000})
    await ada.data("PATCH", f"/debts/{owed['id']}/payments/{old['id']}", {"amount": 2_000_000})
    await paid(ada, owed, 250_000)
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert await stands(ada, goal) == [5_000_000, 4_250_000, 15]
    assert (await ada.get(f"/debts/{owed['id']}"))["remainingAmount"] == 4_250_000


async def test_deleting_a_goal_takes_back_no_payment(ada: Person) -> None:
    """What was paid by naming the goal is paid; untying the debt takes it back, as tying it paid it."""
    owed = await debt(ada)
    goal = await closing(ada, owed)
    await moved(ada, 5_000_000, type="expense", goalId=goal["id"])
    names = ("totalPaid", "status", "linkedGoalId")
    path = f"/debts/{owed['id']}"
    assert shown(await ada.get(path), *names) == [5_000_000, "paid", goal["id"]]
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert shown(await ada.get(path), *names) == [5_000_000, "paid", None]
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(await ada.get(path), *names) == [5_000_000, "paid", goal["id"]]
    assert await stands(ada, goal) == [5_000_000, 0, 100]
    await ada.data("DELETE", f"/goals/{goal['id']}/unlink-debt")
    assert shown(await ada.get(path), *names) == [0, "active", None]
    await ada.data("POST", f"/goals/{goal['id']}/link-debt", {"debtId": owed["id"]})
    assert shown(await ada.get(path), *names) == [5_000_000, "paid", goal["id"]]
    # Another goal took the debt meanwhile: what named the first one pays it until that one is untied.
    await ada.data("DELETE", f"/goals/{goal['id']}")
    other = await closing(ada, owed, initialValue=5_000_000)
    assert await stands(ada, other) == [5_000_000, 0, 100]
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(await ada.get(path), *names) == [0, "active", other["id"]]
    assert await stands(ada, other) == [5_000_000, 5_000_000, 0]


async def test_begun_with_the_principal_every_payment_counts(ada: Person) -> None:
    owed = await debt(ada)
    old = await paid(ada, owed, 1_250_000)
    goal = await closing(ada, owed, initialValue=5_000_000)
    assert await stands(ada, goal) == [5_000_000, 3_750_000, 25]
    await ada.data("DELETE", f"/debts/{owed['id']}/payments/{old['id']}")
    assert await stands(ada, goal) == [5_000_000, 5_000_000, 0]


async def test_untying_and_tying_again_is_where_it_was(ada: Person) -> None:
    owed = await debt(ada)
    await paid(ada, owed, 1_000_000)
    goal = await closing(ada, owed)
    await paid(ada, owed, 1_000_000)
    await moved(ada, 1_000_000, type="expense", debtId=owed["id"])
    before = await ada.now(goal)
    loose = await ada.data("DELETE", f"/goals/{goal['id']}/unlink-debt")
    assert shown(loose, "linkedDebtId", "financeMode", "currentValue") == [None, None, 4_000_000]
    tied = await ada.data("POST", f"/goals/{goal['id']}/link-debt", {"debtId": owed["id"]})
    names = ("financeMode", "initialValue", "currentValue", "progressPercent", "financeContributionCount")
    assert shown(tied, *names) == shown(before, *names) == ["debt_close", 4_000_000, 2_000_000, 50, 2]
    await ada.data("DELETE", f"/goals/{goal['id']}")
    await paid(ada, owed, 1_000_000)
    back = await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert shown(back, *names) == ["debt_close", 4_000_000, 1_000_000, 75, 3]
    await ada.data("DELETE", f"/debts/{owed['id']}")
    after = await ada.now(goal)
    assert shown(after, "linkedDebtId", "financeMode", "currentValue") == [None, None, 4_000_000]
    again = await ada.data("POST", f"/debts/{owed['id']}/restore")
    assert shown(again, "remainingAmount", "linkedGoalId") == [1_000_000, None]


async def test_debts_of_others_and_other_currencies(ada: Person) -> None:
    lent = await debt(ada, direction="they_owe_me", principalCurrency="USD", principalAmount=100)
    goal = await closing(ada, lent)
    assert fields_of(
        await ada("POST", f"/debts/{lent['id']}/payments", {"amount": 1, "currency": "UZS"})
    ) == {"rate"}
    payment = await paid(ada, lent, 125_000, rate="0.00008")
    assert payment["convertedAmount"] == 10
    await moved(ada, 15, currency="USD", debtId=lent["id"])
    await moved(ada, 15, currency="USD", type="expense", debtId=lent["id"])
    assert await stands(ada, goal) == [100, 75, 25]
    await ada.data("PATCH", f"/debts/{lent['id']}/payments/{payment['id']}", {"amount": 250_000})
    assert await stands(ada, goal) == [100, 65, 35]


async def test_what_is_refused(ada: Person, eve: Person) -> None:
    owed, theirs = await debt(ada), await debt(eve)
    goal = await closing(ada, owed)
    taken = await ada("POST", "/goals", {"title": "x", **_closing(owed)})
    assert code_of(taken) == (409, "CONFLICT")
    unknown = await ada("POST", "/goals", {"title": "x", **_closing(theirs)})
    assert code_of(unknown) == (404, "RESOURCE_NOT_FOUND")
    assert unknown.json()["error"]["details"][0]["field"] == "linkedDebtId"
    assert fields_of(
        await ada("POST", "/goals", {"title": "x", **_closing(theirs), "linkedDebtId": None})
    ) >= {"linkedDebtId"}
    mismatch = await ada("POST", "/goals", {"title": "x", **_closing(await debt(ada)), "currency": "USD"})
    assert fields_of(mismatch) == {"linkedDebtId"}
    assert fields_of(await ada("PATCH", f"/debts/{owed['id']}", {"principalCurrency": "USD"})) == {
        "principalCurrency"
    }
    for field, value in (("principalAmount", 0), ("dueDate", "2025-12-31"), ("interestMode", "simple")):
        refused = fields_of(await ada("POST", "/debts", {**LOAN, field: value}))
        assert refused == {"interestRateAnnual" if field == "interestMode" else field}
    for field, value in (("amount", -1), ("paymentDate", "2026-03-04"), ("amount", "0.001")):
        body = {"amount": 1, "currency": "UZS", "paymentDate": "2026-03-02", field: value}
        assert fields_of(await ada("POST", f"/debts/{owed['id']}/payments", body)) == {field}
    assert code_of(await ada("GET", f"/debts/{theirs['id']}/payments"))[0] == 404
    assert code_of(await ada("POST", f"/debts/{theirs['id']}/settle"))[0] == 404
    assert await stands(ada, goal) == [5_000_000, 5_000_000, 0]


def _closing(owed: Document) -> Document:
    return {
        "goalType": "financial",
        "metricType": "amount",
        "financeMode": "debt_close",
        "linkedDebtId": owed["id"],
    }


async def test_the_payoff_plan(ada: Person) -> None:
    for name, amount, rate in (("Dear", 1_000, 24), ("Small", 300, 6)):
        await debt(
            ada,
            counterpartyName=name,
            principalAmount=amount,
            principalCurrency="USD",
            interestRateAnnual=rate,
            interestMode="simple",
        )
    (plan,) = await ada.get("/debts/payoff-plan", strategy="avalanche", extraPerMonth=200)
    assert [each["counterpartyName"] for each in plan["debts"]] == ["Dear", "Small"]
    assert shown(plan, "strategy", "currency", "remainingAmount", "never") == [
        "avalanche",
        "USD",
        1_300,
        False,
    ]
    (plan,) = await ada.get("/debts/payoff-plan", strategy="snowball", extraPerMonth=200)
    assert [each["counterpartyName"] for each in plan["debts"]] == ["Small", "Dear"]
    assert fields_of(await ada("GET", "/debts/payoff-plan", params={"extraPerMonth": "-1"})) == {
        "extraPerMonth"
    }
    assert fields_of(await ada("GET", "/debts/payoff-plan", params={"strategy": "x"})) == {"strategy"}


async def test_a_canceled_debt_is_not_paid(ada: Person) -> None:
    owed = await debt(ada)
    payment = await paid(ada, owed, 1_000)
    path = f"/debts/{owed['id']}"
    await ada.data("PATCH", path, {"status": "canceled"})
    for step, body in (("settle", {}), ("payments", {"amount": 5})):
        refused = await ada("POST", f"{path}/{step}", body)
        assert code_of(refused) == (409, "INVALID_STATE")
        error = refused.json()["error"]
        assert error["message"] == "A canceled debt is not paid: change its status to active first."
        assert error["context"] == {"allowed": ["change", "delete"], "status": "canceled"}
    await ada.data("DELETE", f"{path}/payments/{payment['id']}")
    assert await state(ada, owed) == ["canceled", 0, 5_000_000, 0]
    await ada.data("PATCH", path, {"status": "active"})
    await ada.data("POST", f"{path}/settle")
    assert await state(ada, owed) == ["paid", 5_000_000, 0, 100]


async def test_a_paid_debt_has_nothing_to_close(ada: Person) -> None:
    owed = await debt(ada)
    for amount in (5_000_000, 1):
        await paid(ada, owed, amount)
        body = {"title": "x", "goalType": "financial", "metricType": "amount", "financeMode": "debt_close"}
        refused = await ada("POST", "/goals", {**body, "linkedDebtId": owed["id"]})
        (fault,) = refused.json()["error"]["details"]
        assert [refused.status_code, fault["field"], fault["message"]] == [
            422,
            "linkedDebtId",
            "Nothing remains to be paid.",
        ]
    goal = await closing(ada, owed, initialValue=5_000_000)
    assert await stands(ada, goal) == [5_000_000, -1, 100]


async def test_a_debt_turned_around_and_made_small_at_once(ada: Person) -> None:
    """A transfer pays either way: told twice in one request, it still counts once."""
    owed = await debt(ada)
    old = await moved(ada, 1_000_000, type="transfer", debtId=owed["id"])
    await moved(ada, 500_000, type="expense", debtId=owed["id"])
    goal = await closing(ada, owed)
    assert await stands(ada, goal) == [3_500_000, 3_500_000, 0]
    turned = {"principalAmount": 900_000, "direction": "they_owe_me"}
    await ada.data("PATCH", f"/debts/{owed['id']}", turned)
    assert await stands(ada, goal) == [900_000, -100_000, 100]
    (fact,) = await ada.get(f"/goals/{goal['id']}/contributions")
    assert fact["transactionId"] == old["id"]
    await ada.data("PATCH", f"/debts/{owed['id']}", {"principalAmount": 5_000_000, "direction": "i_owe"})
    assert await stands(ada, goal) == [3_500_000, 3_500_000, 0]
