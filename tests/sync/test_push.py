"""Pushing: each change by itself, in order, whole or not at all, and never twice.

How both sides' edits are merged, test_contested.py shows.
"""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.person import COUNT, Document, Person, code_of, fields_of
from tests.api.tables import contents, journal
from tests.sync.pushing import change, new_id, pull, push, pushed, statuses

from waymark.clock import FrozenClock
from waymark.store.database import Database, Drop
from waymark.store.schema import idempotency


def fact(goal_id: str, value: Any = 1, **more: Any) -> Document:
    return change("goal_check_ins", new_id(), "create", {"goalId": goal_id, "value": value, **more})


async def test_a_change_may_refer_to_one_before(ada: Person) -> None:
    goal_id, task_id, habit_id = new_id(), new_id(), new_id()
    results = await push(
        ada,
        change("goals", goal_id, "create", {"title": "Read", **COUNT, "milestones": [{"title": "half"}]}),
        fact(goal_id, 60),
        change("tasks", task_id, "create", {"title": "Buy a book", "goalId": goal_id}),
        change("habits", habit_id, "create", {"title": "Ten pages", "linkedGoalIds": [goal_id]}),
        change("habit_completions", new_id(), "create", {"habitId": habit_id, "status": "done"}),
        change("tasks", task_id, "update", {"status": "completed"}),
    )
    assert statuses(results) == ["applied"] * 6
    assert results[4]["record"]["dateKey"] == "2026-03-02"
    goal = await ada.get(f"/goals/{goal_id}")
    assert (goal["currentValue"], goal["linkedTaskIds"], goal["linkedHabitIds"]) == (
        60,
        [task_id],
        [habit_id],
    )
    assert goal["stats"]["tasksProgressPercent"] == 100


async def test_ties_to_what_comes_later(ada: Person) -> None:
    """A goal names a task that names the goal: one of them has to come first."""
    goal_id, task_id = new_id(), new_id()
    goal = change("goals", goal_id, "create", {"title": "Read", "linkedTaskIds": [task_id.upper()]})
    assert statuses(await push(ada, goal, change("tasks", task_id, "create", {"title": "Buy"}))) == [
        "applied",
        "applied",
    ]
    assert (await ada.get(f"/goals/{goal_id}"))["linkedTaskIds"] == [task_id]
    stranger = change("goals", new_id(), "create", {"title": "Read", "linkedTaskIds": [new_id()]})
    (result,) = await push(ada, stranger)
    assert (result["error"]["code"], result["error"]["details"][0]["field"]) == (
        "RESOURCE_NOT_FOUND",
        "linkedTaskIds[0]",
    )


async def test_a_rejection_leaves_nothing_and_holds_up_nothing(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT)
    before = await contents(database)
    bad = [
        fact(goal["id"], 1.5),
        fact(new_id()),
        change("goals", new_id(), "create", {"title": "", "targetValue": "many"}),
        change("goals", goal["id"], "update", {"status": "running"}),
        change("goals", goal["id"], "update", {"linkedBudgetId": new_id()}),
        change("transactions", new_id(), "create", {"type": "expense", "currency": "USD"}),
        change("goal_milestones", new_id(), "create", {"title": "nowhere"}),
        change("goals", new_id(), "update", {"title": "unknown"}),
        change("goals", new_id(), "delete"),
        change("fx_rates", new_id(), "delete"),
    ]
    bad = [{**each, "idempotencyKey": None} for each in bad]
    results = await push(ada, *bad)
    assert statuses(results) == ["rejected"] * len(bad)
    assert [each["error"]["code"] for each in results[:3]] == [
        "VALIDATION_ERROR",
        "RESOURCE_NOT_FOUND",
        "VALIDATION_ERROR",
    ]
    assert [fault["field"] for fault in results[2]["error"]["details"]] == ["targetValue", "title"]
    assert await contents(database) == before
    good = fact(goal["id"], 5)
    mixed = await push(ada, bad[0], good, bad[1], fact(goal["id"], 6), bad[3])
    assert statuses(mixed) == ["rejected", "applied", "rejected", "applied", "rejected"]
    assert (await ada.now(goal))["currentValue"] == 11


@pytest.mark.parametrize(
    "broken",
    [
        {"entity": "planets"},
        {"id": "12"},
        {"operation": "upsert"},
        {"baseVersion": "7"},
        {"localUpdatedAt": "yesterday"},
        {"data": [1]},
        {"entity": None},
        {"id": {"a": []}},
        {"idempotencyKey": ""},
    ],
)
async def test_what_is_no_change_is_rejected_by_itself(ada: Person, broken: Document) -> None:
    goal = await ada.goal(**COUNT)
    body = {"changes": [{**fact(goal["id"]), **broken}, fact(goal["id"])]}
    first, second = (await ada.data("POST", "/sync/push", body))["results"]
    assert (first["status"], second["status"]) == ("rejected", "applied")
    assert first["error"]["code"] == "VALIDATION_ERROR"
    assert [fault["field"] for fault in first["error"]["details"]] == list(broken)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"changes"}),
        ({"changes": {}}, {"changes"}),
        ({"changes": [1]}, {"changes[0]"}),
        ({"changes": [{}] * 501}, {"changes"}),
        ({"changes": [], "clientSeq": 0}, {"clientSeq"}),
        ({"changes": [], "lastSyncedAt": "long ago"}, {"lastSyncedAt"}),
    ],
)
async def test_a_push_that_cannot_be_read(ada: Person, body: Document, fields: set[str]) -> None:
    assert fields_of(await ada("POST", "/sync/push", body)) == fields


async def test_whole_records_are_taken(ada: Person) -> None:
    """A client pushes what it holds: what the server owns, or nobody knows, is dropped."""
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    task = await ada.data("POST", "/tasks", {"title": "Buy", "goalId": goal["id"]})
    told = await ada.check_in(goal, 60)
    goal, milestone = told["goal"], told["goal"]["milestones"][0]
    goal_id, task_id = new_id(), new_id()
    results = await push(
        ada,
        change("goals", goal["id"], "update", {**goal, "title": "Mine", "local": True, "currentValue": 9}),
        change("goals", goal_id, "create", {**goal, "id": goal_id, "linkedTaskIds": [], "milestones": []}),
        change("tasks", task_id, "create", {**task, "id": task_id, "syncStatus": "pending"}),
        change("tasks", task["id"], "update", {**task, "notes": "hard cover"}),
        change("goal_milestones", milestone["id"], "update", {**milestone, "title": "Half of it"}),
        change("goal_check_ins", told["checkIn"]["id"], "update", {**told["checkIn"], "value": 70}),
    )
    assert statuses(results) == ["applied"] * 6
    now = await ada.now(goal)
    assert (now["title"], now["currentValue"], now["syncStatus"]) == ("Mine", 70, "synced")
    assert now["milestones"][0]["title"] == "Half of it"
    again = [each["record"] for each in results]
    assert (
        statuses(
            await push(
                ada,
                *(
                    change(each["entity"], each["id"], "update", record)
                    for each, record in zip(results, again, strict=True)
                ),
            )
        )
        == ["noop"] * 6
    )


async def test_a_goal_that_was_completed_before_it_came(ada: Person) -> None:
    done, shelved = new_id(), new_id()
    results = await push(
        ada,
        change("goals", done, "create", {"title": "a", "status": "completed", "completedDate": "2026-02-27"}),
        change("goals", shelved, "create", {"title": "b", "status": "archived"}),
    )
    assert statuses(results) == ["applied", "applied"]
    shown = results[0]["record"]
    assert (shown["status"], shown["completedDate"], shown["progressPercent"]) == (
        "completed",
        "2026-02-27",
        100,
    )
    assert (results[1]["record"]["status"], results[1]["record"]["showStatus"]) == ("archived", "archived")


async def test_status_runs_the_step(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    steps = [
        {"status": "paused"},
        {"status": "completed", "completedDate": "2026-03-01"},
        {"status": "archived"},
    ]
    results = await push(ada, *(change("goals", goal["id"], "update", step) for step in steps))
    assert statuses(results) == ["applied"] * 3
    assert [each["record"]["completedDate"] for each in results] == [None, "2026-03-01", "2026-03-01"]
    version = results[2]["record"]["version"]
    refused = await pushed(ada, "goals", goal["id"], "update", {"status": "paused"}, baseVersion=version)
    assert refused["error"]["code"] == "INVALID_STATE"
    assert refused["error"]["context"]["allowed"] == ["restore", "delete"]


@pytest.mark.parametrize("step", ["complete", "archive"])
async def test_facts_enter_whatever_the_goals_state(ada: Person, step: str) -> None:
    goal = await ada.goal(**COUNT)
    await ada.data("POST", f"/goals/{goal['id']}/{step}")
    assert statuses(await push(ada, fact(goal["id"], 5), fact(goal["id"], 6))) == ["applied", "applied"]
    shown = await ada.now(goal)
    assert (shown["currentValue"], shown["checkInCount"]) == (11, 2)


async def test_facts_of_a_deleted_goal_enter(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert statuses(await push(ada, fact(goal["id"], 5))) == ["applied"]
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert (await ada.now(goal))["currentValue"] == 5


async def test_a_fact_without_a_day_is_of_the_day_it_was_told(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    (result,) = await push(ada, {**fact(goal["id"]), "localUpdatedAt": "2026-02-20T09:00:00Z"})
    assert result["record"]["dateKey"] == "2026-02-20"


async def test_what_follows_from_the_rest_is_ignored(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    changes = [
        change("achievements", new_id(), "create", {"key": "goals_completed_25"}),
        change("goal_finance_contributions", new_id(), "create", {"amount": 5}),
        change("sync_conflicts", new_id(), "delete"),
        change(
            "goal_check_ins", new_id(), "create", {"goalId": goal["id"], "value": 5, "sourceType": "task"}
        ),
        change("debt_payments", new_id(), "create", {"transactionId": new_id()}),
        change("insights", new_id(), "create", {"title": "25 %", "source": "rule"}),
    ]
    assert statuses(await push(ada, *changes)) == ["noop"] * 6
    assert (await ada.now(goal))["currentValue"] == 0


# Once and for ever --------------------------------------------------------------------------


async def test_a_key_has_one_answer(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT)
    sent = [
        fact(goal["id"], 5),
        change("goals", goal["id"], "update", {"title": "Mine"}),
        change("goals", new_id(), "update", {"title": "nobody's"}),
        fact(goal["id"], 1.5),
    ]
    first = await push(ada, *sent)
    after = await contents(database)
    assert await push(ada, *sent) == first
    assert await push(ada, *reversed(sent)) == first[::-1]
    assert await contents(database) == after
    other = [{**sent[0], "data": {**sent[0]["data"], "value": 7}}, {**sent[1], "data": {"title": "Yours"}}]
    results = await push(ada, *other, fact(goal["id"], 6))
    assert statuses(results) == ["rejected", "rejected", "applied"]
    assert [each["error"]["code"] for each in results[:2]] == ["IDEMPOTENCY_CONFLICT"] * 2
    assert (await ada.now(goal))["currentValue"] == 11


async def test_a_key_twice_in_one_push(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    one = fact(goal["id"], 5)
    first, again, other = await push(ada, one, one, {**one, "data": {"goalId": goal["id"], "value": 6}})
    assert first == again
    assert other["error"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert (await ada.now(goal))["currentValue"] == 5


async def test_without_a_key_the_id_makes_it_once(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    goal_id = new_id()
    sent = [
        change("goals", goal_id, "create", {"title": "Read", **COUNT}),
        fact(goal["id"], 5),
        change("transactions", new_id(), "create", {"type": "income", "amount": 5, "currency": "USD"}),
    ]
    sent = [{**each, "idempotencyKey": None} for each in sent]
    assert statuses(await push(ada, *sent)) == ["applied"] * 3
    assert statuses(await push(ada, *sent)) == ["noop"] * 3
    await ada.data("PATCH", f"/goals/{goal_id}", {"title": "Read more"})
    again = (await push(ada, sent[0]))[0]
    assert (again["status"], again["record"]["title"]) == ("noop", "Read more")


async def test_keys_of_sync_and_of_requests_are_apart(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    one = {**fact(goal["id"], 5), "idempotencyKey": "once"}
    assert statuses(await push(ada, one)) == ["applied"]
    answer = await ada("POST", "/goals", {"title": "Else"}, Idempotency_Key="once")
    assert answer.status_code == 201


async def test_numbered_pushes_are_done_once(ada: Person, database: Database) -> None:
    """Without a key for each change: a device and the number of its push tell them apart."""
    goal = await ada.goal(**COUNT)
    sent = [{**fact(goal["id"], 5), "idempotencyKey": None} for _ in range(2)]
    device = {"clientId": "phone", "clientSeq": 3}
    first = await push(ada, *sent, **device)
    after = await contents(database)
    assert await push(ada, *sent, **device) == first
    assert await contents(database) == after
    more = {**fact(goal["id"], 6), "idempotencyKey": None}
    assert statuses(await push(ada, *sent, more, **device)) == ["applied"] * 3
    assert (await ada.now(goal))["currentValue"] == 16


async def test_an_answered_push_is_not_done_again_when_its_answers_are_gone(
    ada: Person, database: Database
) -> None:
    goal = await ada.goal(**COUNT)
    title = change("goals", goal["id"], "update", {"title": "Mine"})
    await push(ada, title, fact(goal["id"], 5), clientId="phone", clientSeq=1)
    await push(ada, fact(goal["id"], 6), clientId="phone", clientSeq=3)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "Hers"})
    await forget_answers(database)
    late = [title, {**fact(goal["id"], 7)}]
    for seq in (1, 3):
        results = await push(ada, *late, clientId="phone", clientSeq=seq)
        assert statuses(results) == ["noop", "noop"]
    assert statuses(await push(ada, fact(goal["id"], 8), clientId="phone", clientSeq=2)) == ["applied"]
    shown = await ada.now(goal)
    assert (shown["title"], shown["currentValue"]) == ("Hers", 19)


async def forget_answers(database: Database) -> None:
    """As pruning does when the journal's memory ends."""
    rows = (await contents(database))["idempotency"]
    names = [column.name for column in idempotency.columns]
    keys = [(row[names.index("user_id")], row[names.index("key")]) for row in rows]
    await database.write(lambda tx: tx.apply([Drop(idempotency, keys)]))


# Transactions -------------------------------------------------------------------------------


async def test_a_goal_is_settled_once_for_its_facts(ada: Person, database: Database) -> None:
    """However many facts a transaction brings; and order is kept across transactions."""
    goal = await ada.goal(**COUNT)
    other = await ada.goal(**COUNT)
    facts = [fact((goal, other)[place % 2]["id"], 1, note=str(place)) for place in range(120)]
    before = len(await journal(database, ada.user["id"]))
    assert statuses(await push(ada, *facts)) == ["applied"] * 120
    rows = (await journal(database, ada.user["id"]))[before:]
    goals = [row for row in rows if row.entity == "goals"]
    assert len(goals) == 2 * 3
    assert len({row.txn for row in rows}) == 3
    made = [row.id for row in rows if row.entity == "goal_check_ins"]
    assert made == [each["id"] for each in facts]
    assert (await ada.now(goal))["currentValue"] == 60


async def test_facts_that_a_milestone_waits_for(ada: Person) -> None:
    """In one transaction the one that got there is found among them."""
    goal = await ada.goal(**COUNT, milestones=[{"title": "a tenth", "targetPercent": 10}])
    results = await push(ada, *(fact(goal["id"], 4) for _ in range(5)))
    reached = (await ada.now(goal))["milestones"][0]["completedAt"]
    assert reached == results[2]["record"]["createdAt"]


async def test_dry_run(ada: Person, database: Database) -> None:
    goal = await ada.goal(**COUNT)
    before = await contents(database)
    sent = [fact(goal["id"], 5), change("goals", goal["id"], "update", {"title": "Mine"}), fact(new_id())]
    dry = await ada.data("POST", "/sync/push", {"changes": sent}, params={"dryRun": "true"})
    assert statuses(dry["results"]) == ["applied", "applied", "rejected"]
    assert await contents(database) == before
    assert statuses(await push(ada, *sent)) == ["applied", "applied", "rejected"]


async def test_answers_tell_where_to_pull_from(ada: Person) -> None:
    """From there nothing is missed: neither others' changes nor what the push itself moved."""
    goal = await ada.goal(**COUNT)
    place = await pull(ada)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "Hers"})
    for since in (place["cursor"], place["serverTime"]):
        body = {"changes": [fact(goal["id"], 5)], "lastSyncedAt": since}
        told = await ada.data("POST", "/sync/push", body)
        assert (told["cursor"], told["serverTime"]) == (place["cursor"], place["serverTime"])
    told = await ada.data("POST", "/sync/push", {"changes": [fact(goal["id"], 5)]})
    page = await pull(ada, told["cursor"])
    assert {each["entity"] for each in page["changes"]} >= {"goals", "goal_check_ins"}
    assert await pull(ada, told["serverTime"]) == page


async def test_tenants_are_apart(ada: Person, eve: Person) -> None:
    goal = await ada.goal(**COUNT)
    fact_id = (await ada.check_in(goal, 5))["checkIn"]["id"]
    for entity, record_id in (("goals", goal["id"]), ("goal_check_ins", fact_id)):
        for operation in ("update", "delete"):
            hers = await pushed(eve, entity, record_id, operation, {"title": "x", "note": "x"})
            nobodys = await pushed(eve, entity, new_id(), operation, {"title": "x", "note": "x"})
            assert hers["error"] == nobodys["error"]
    assert (await push(eve, fact(goal["id"])))[0]["error"]["code"] == "RESOURCE_NOT_FOUND"
    assert statuses([await pushed(eve, "goals", goal["id"], "create", {"title": "Eve's"})]) == ["applied"]
    place = await pull(ada)
    answer = await eve("POST", "/sync/push", {"changes": [], "lastSyncedAt": place["cursor"]})
    assert fields_of(answer) == {"lastSyncedAt"}
    answer = await eve("GET", "/sync/pull", params={"since": place["cursor"]})
    assert code_of(answer) == (422, "VALIDATION_ERROR")
    assert (await ada.now(goal))["title"] == "A goal"


async def test_updated_at_rises_whatever_devices_think_of_the_time(
    ada: Person, database: Database, clock: FrozenClock
) -> None:
    goal = await ada.goal(**COUNT)
    for years in (10, -10, 0):
        local = (clock.at + timedelta(days=365 * years)).isoformat()
        for data in ({"title": f"{years}"}, {"description": f"{years}"}):
            one = {**change("goals", goal["id"], "update", data), "localUpdatedAt": local}
            assert set(statuses(await push(ada, one, clientTime=local))) <= {"applied", "merged"}
    rows = await journal(database, ada.user["id"])
    assert [row.at for row in rows] == sorted({row.at for row in rows})
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
