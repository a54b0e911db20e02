"""What earns each achievement and what takes it back, through HTTP; and what it costs.

That it is so after any history is the law beside this.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.achievements.held import held, journalled
from tests.api.conftest import SECRET
from tests.api.person import COUNT, SAVING, Document, Person, shown
from tests.durability.failing import FailingDatabase

from waymark.actions import closing
from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.database import Database
from waymark.store.work import Work

THIRDS = [{"title": "a third", "targetPercent": 33}, {"title": "two thirds", "targetPercent": 66}]


async def test_a_catalogue_with_the_way_to_each(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=THIRDS)
    await ada.check_in(goal, 40)
    await ada.check_in(goal, 1)
    listed = {each["key"]: each for each in await ada.get("/achievements")}
    assert shown(listed["check_ins_1"], "value", "threshold", "unit", "progressPercent", "earnedAt") == [
        *(2, 1, "check_ins", 100, "2026-03-02T12:00:00Z")
    ]
    assert shown(listed["milestones_reached_10"], "value", "progressPercent", "earnedAt") == [1, 10, None]
    mine = await ada.get("/users/me/achievements", sortBy="createdAt", sortOrder="asc")
    assert [each["key"] for each in mine] == ["check_ins_1", "milestones_reached_1"]
    assert shown(mine[0], "id", "showStatus", "xp") == [listed["check_ins_1"]["id"], "active", 10]
    level = await ada.get("/users/me/level")
    assert level == {
        "level": 1,
        "xp": 30,
        "xpFrom": 0,
        "xpForNext": 100,
        "progressPercent": 30,
        "earned": 2,
        "total": len(listed),
    }


async def test_undoing_the_fact_takes_it_back_and_doing_it_again_gives_it_again(
    ada: Person, database: Database
) -> None:
    goal = await ada.goal(**COUNT, milestones=THIRDS)
    told = await ada.check_in(goal, 70)
    assert await held(database, ada) == {"check_ins_1", "milestones_reached_1"}
    path = f"/goals/{goal['id']}/check-ins/{told['checkIn']['id']}"
    await ada.data("DELETE", path)
    assert await held(database, ada) == set()
    await ada.check_in(goal, 35)
    assert await held(database, ada) == {"check_ins_1", "milestones_reached_1"}
    rows = await journalled(database, ada)
    assert [(row.operation, row.id) for row in rows] == [
        (operation, row_id)
        for operation in ("create", "delete", "create")
        for row_id in dict.fromkeys(row.id for row in rows)
    ]
    assert len({row.txn for row in rows}) == 3  # each in the transaction of its fact
    taken = await ada.get("/users/me/achievements", showStatus="deleted")
    assert taken == []


async def completed_goal(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    goal = await ada.goal()
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    return "goals_completed_1", f"POST /goals/{goal['id']}/reactivate"


async def archived_after_completion(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    goal = await ada.goal()
    for step in ("complete", "archive"):
        await ada.data("POST", f"/goals/{goal['id']}/{step}")
    return "goals_completed_1", f"DELETE /goals/{goal['id']}"


async def saved_goal(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    goal = await ada.goal(**SAVING, financeMode="save")
    income = {"type": "income", "currency": "USD", "goalId": goal["id"]}
    await ada.data("POST", "/transactions", {**income, "amount": 999})
    made = await ada.data("POST", "/transactions", {**income, "amount": 1})
    return "savings_reached_1", f"DELETE /transactions/{made['id']}"


async def closed_debt(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    debt = {"direction": "i_owe", "counterpartyName": "Karim", "principalAmount": 500}
    debt = await ada.data("POST", "/debts", {**debt, "principalCurrency": "USD"})
    payments = f"/debts/{debt['id']}/payments"
    await ada.data("POST", payments, {"amount": 499, "currency": "USD"})
    paid = await ada.data("POST", payments, {"amount": 1, "currency": "USD"})
    return "debts_closed_1", f"DELETE {payments}/{paid['id']}"


async def kept_habit(ada: Person, clock: FrozenClock) -> tuple[str, str]:
    habit = await ada.data("POST", "/habits", {"title": "Read"})
    said: Document = {}
    for back in (6, 5, 4, 2, 1, 0, 3):
        day = (clock.at - timedelta(days=back)).date().isoformat()
        said = await ada.data("POST", f"/habits/{habit['id']}/complete", {"status": "done", "dateKey": day})
    return "best_streak_7", f"DELETE /habits/{habit['id']}/history/{said['completion']['id']}"


async def focused(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    session = {"plannedMinutes": 30, "status": "completed", "actualMinutes": 30}
    session |= {"startedAt": "2026-03-01T10:00:00Z"}
    await ada.data("POST", "/focus-sessions", session)
    made = await ada.data("POST", "/focus-sessions", session)
    return "focus_minutes_60", f"DELETE /focus-sessions/{made['id']}"


async def reached_milestone(ada: Person, _clock: FrozenClock) -> tuple[str, str]:
    goal = await ada.goal(milestones=[{"title": "By hand"}])
    path = f"/goals/{goal['id']}/milestones/{goal['milestones'][0]['id']}"
    await ada.data("PATCH", path, {"completed": True})
    return "milestones_reached_1", f"DELETE {path}"


@pytest.mark.parametrize(
    "earn",
    [
        *(completed_goal, archived_after_completion, saved_goal, closed_debt, kept_habit),
        *(focused, reached_milestone),
    ],
)
async def test_it_is_earned_by_the_last_fact_and_lost_with_it(
    ada: Person, database: Database, clock: FrozenClock, earn: Any
) -> None:
    key, undo = await earn(ada, clock)
    assert await held(database, ada) == {key}
    method, path = undo.split(" ")
    await ada.data(method, path)
    assert await held(database, ada) == set()


async def test_completing_a_savings_goal_by_hand_saves_nothing(ada: Person, database: Database) -> None:
    goal = await ada.goal(**SAVING, financeMode="save")
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    assert await held(database, ada) == {"goals_completed_1"}


async def test_a_deleted_goal_takes_along_what_it_earned_and_brings_it_back(
    ada: Person, database: Database
) -> None:
    goal = await ada.goal(**COUNT, milestones=THIRDS)
    await ada.check_in(goal, 50)
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert await held(database, ada) == set()
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert await held(database, ada) == {"check_ins_1", "milestones_reached_1"}


async def test_a_habit_left_off_is_kept_by_the_day_alone(
    ada: Person, database: Database, clock: FrozenClock
) -> None:
    await ada.data("POST", "/habits", {"title": "No sugar", "countingType": "quit"})
    clock.at += timedelta(days=8)
    assert await held(database, ada) == set()  # nothing was written, nobody looked
    mine = await ada.get("/users/me/achievements")
    assert [each["key"] for each in mine] == ["best_streak_7"]
    (row,) = await journalled(database, ada)
    assert (row.operation, row.origin) == ("create", "clock")
    await ada.get("/achievements")
    assert len(await journalled(database, ada)) == 1


async def test_a_dry_run_earns_nothing(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT, milestones=THIRDS)
    await ada.data("POST", f"/goals/{goal['id']}/check-in", {"value": 50}, params={"dryRun": "true"})
    assert await held(database, ada) == set()


async def test_another_user_earns_nothing_by_it(ada: Person, eve: Person, database: Database) -> None:
    await ada.check_in(await ada.goal(**COUNT), 50)
    assert await held(database, eve) == set()
    assert (await eve.get("/users/me/level"))["xp"] == 0


async def test_a_plain_check_in_asks_nothing_of_the_database_for_it(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = FailingDatabase(database)
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    transport = httpx2.ASGITransport(app=create_app(settings, database=counting))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        ada = await Person.registered(client, "ada")
        goal = await ada.goal(**COUNT, milestones=THIRDS)
        calls = []
        for value in (1, 1, 1, 40):
            before = counting.calls
            await ada.check_in(goal, value)
            calls.append(counting.calls - before)
        first, plain, again, reaching = calls
        assert first > plain == again < reaching
        monkeypatch.setattr(closing, "award", _nothing)
        before = counting.calls
        await ada.check_in(goal, 1)
        assert counting.calls - before == plain


async def _nothing(_work: Work) -> None:
    """As if nothing could be earned."""
