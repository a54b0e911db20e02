"""Both sides edited: what is merged, what is decided by time, and what only a person decides.

The rules field by field have their table in test_merge.py; here they meet records and clocks.
"""

from itertools import permutations
from typing import Any

import pytest
from tests.api.person import COUNT, SAVING, Document, Person, code_of, parsed
from tests.api.tables import journal
from tests.sync.pushing import change, conflicts, new_id, pull, push, pushed, statuses

from waymark.clock import FrozenClock, instant
from waymark.store.database import Database

BEFORE, BETWEEN, AFTER = "2026-03-02T10:00:00Z", "2026-03-02T12:30:00Z", "2026-03-02T13:30:00Z"
"""Before the record was made, between making and editing it here, and after that edit."""


@pytest.fixture
async def goal(ada: Person, clock: FrozenClock) -> Document:
    """A goal of noon that was edited here at one; it is two o'clock."""
    made = await ada.goal("Old", **COUNT, description="old")
    clock.at = instant("2026-03-02T13:00:00Z")
    await ada.data("PATCH", f"/goals/{made['id']}", {"title": "Theirs"})
    clock.at = instant("2026-03-02T14:00:00Z")
    return made


async def edit(ada: Person, goal: Document, data: Document, **more: Any) -> tuple[str, Document]:
    result = await pushed(ada, "goals", goal["id"], "update", data, **more)
    return result["status"], result["record"]


@pytest.mark.parametrize(
    ("at", "title"), [(BETWEEN, "Theirs"), (AFTER, "Mine"), ("2026-03-02T13:00:00Z", "Theirs")]
)
async def test_the_later_edit_wins(ada: Person, goal: Document, at: str, title: str) -> None:
    seen = {"baseVersion": goal["version"], "localUpdatedAt": at}
    status, record = await edit(ada, goal, {"title": "Mine", "description": "mine"}, **seen)
    assert (status, record["title"], record["description"]) == ("merged", title, "mine")


async def test_what_the_device_had_seen(ada: Person, goal: Document) -> None:
    """By its version, by where it had pulled to, or by the version in the record that it holds."""
    data = {"title": "Old", "description": "mine", "version": goal["version"]}
    for seen in ({"baseVersion": goal["version"]}, {}):
        status, record = await edit(ada, goal, data, localUpdatedAt=AFTER, **seen)
        assert (status, record["title"]) == (("applied" if seen else "noop"), "Theirs")
    place = await pull(ada)
    one = change("goals", goal["id"], "update", {"title": "Mine"}, localUpdatedAt=BEFORE)
    (result,) = await push(ada, one, lastSyncedAt=place["serverTime"])
    assert (result["status"], result["record"]["title"]) == ("applied", "Mine")


async def test_nothing_is_known_of_the_base(ada: Person, goal: Document) -> None:
    """As the front end pushes: what differs is contested, if it was ever edited."""
    status, record = await edit(ada, goal, {"title": "Mine", "description": "mine"}, localUpdatedAt=BETWEEN)
    assert (status, record["title"], record["description"]) == ("merged", "Theirs", "mine")
    status, record = await edit(ada, goal, {"title": "Mine"}, localUpdatedAt=AFTER)
    assert (status, record["title"]) == ("merged", "Mine")
    status, record = await edit(ada, goal, {"title": "Mine"}, localUpdatedAt=BEFORE)
    assert status == "noop"


@pytest.mark.parametrize(
    ("at", "client_time", "title"),
    [
        # ten years ahead, and corrected to half past twelve and half past one
        ("2036-03-02T12:30:00Z", "2036-03-02T14:00:00Z", "Theirs"),
        ("2036-03-02T13:30:00Z", "2036-03-02T14:00:00Z", "Mine"),
        ("2016-03-02T13:30:00Z", "2016-03-02T14:00:00Z", "Mine"),
        # not corrected: no later than now, and no earlier than what it edited
        ("2036-03-02T12:30:00Z", None, "Mine"),
        ("2016-03-02T13:30:00Z", None, "Theirs"),
    ],
)
async def test_clocks_that_are_years_off(
    ada: Person, goal: Document, at: str, client_time: str | None, title: str
) -> None:
    one = change(
        "goals", goal["id"], "update", {"title": "Mine"}, localUpdatedAt=at, baseVersion=goal["version"]
    )
    told = {} if client_time is None else {"clientTime": client_time}
    (result,) = await push(ada, one, **told)
    assert result["record"]["title"] == title


async def test_the_winners_time_is_kept(ada: Person, goal: Document) -> None:
    """A third device's edit is held against when the second was made, not against when it came."""
    seen = {"baseVersion": goal["version"]}
    await edit(ada, goal, {"title": "Second"}, localUpdatedAt="2026-03-02T13:20:00Z", **seen)
    status, record = await edit(ada, goal, {"title": "Third"}, localUpdatedAt="2026-03-02T13:40:00Z", **seen)
    assert (status, record["title"]) == ("merged", "Third")
    status, record = await edit(ada, goal, {"title": "Late"}, localUpdatedAt="2026-03-02T13:30:00Z", **seen)
    assert (status, record["title"]) == ("merged", "Third")


async def test_a_devices_own_edits_are_no_news_to_it(ada: Person, goal: Document) -> None:
    """Two edits of one moment, and one taken back: each was made from the one before."""
    seen = {"baseVersion": goal["version"], "localUpdatedAt": AFTER}
    for told in (seen, {"localUpdatedAt": "2026-03-02T13:40:00Z"}):
        titles = ["One", "Two", "Old"]
        results = await push(
            ada, *(change("goals", goal["id"], "update", {"title": each}, **told) for each in titles)
        )
        assert [each["record"]["title"] for each in results] == titles


async def test_the_target_moves_whole(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT)
    clock.at = instant("2026-03-02T13:00:00Z")
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 200, "targetDate": "2026-06-01"})
    clock.at = instant("2026-03-02T14:00:00Z")
    data = {"targetDate": "2026-05-01"}
    seen = {"baseVersion": goal["version"]}
    status, record = await edit(ada, goal, data, localUpdatedAt=BETWEEN, **seen)
    assert (status, record["targetValue"], record["targetDate"]) == ("merged", 200, "2026-06-01")
    status, record = await edit(ada, goal, data, localUpdatedAt=AFTER, **seen)
    assert (status, record["targetValue"], record["targetDate"]) == ("merged", 100, "2026-05-01")


async def test_links_are_sets(ada: Person) -> None:
    tasks = [await ada.data("POST", "/tasks", {"title": str(place)}) for place in range(4)]
    one, two, three, four = (task["id"] for task in tasks)
    goal = await ada.goal(linkedTaskIds=[one, two])
    await ada.data("PUT", f"/goals/{goal['id']}/tasks/{three}", {})
    await ada.data("DELETE", f"/goals/{goal['id']}/tasks/{one}")
    status, record = await edit(ada, goal, {"linkedTaskIds": [one, four]}, baseVersion=goal["version"])
    assert (status, set(record["linkedTaskIds"])) == ("merged", {three, four})
    status, record = await edit(ada, goal, {"linkedTaskIds": [two]})
    assert (status, set(record["linkedTaskIds"])) == ("merged", {two, three, four})


async def test_tags_are_sets(ada: Person) -> None:
    body = {"type": "expense", "amount": 5, "currency": "USD", "tags": ["a", "b"]}
    made = await ada.data("POST", "/transactions", body)
    await ada.data("PATCH", f"/transactions/{made['id']}", {"tags": ["b", "theirs"]})
    data = {"tags": ["a", "b", "mine"]}
    result = await pushed(ada, "transactions", made["id"], "update", data, baseVersion=made["version"])
    assert (result["status"], result["record"]["tags"]) == ("merged", ["b", "theirs", "mine"])


async def test_the_same_day_from_two_devices(ada: Person, clock: FrozenClock) -> None:
    """The first id is kept, the later edit wins."""
    numeric = {"completionMode": "numeric", "targetPerDay": 10, "unit": "pages"}
    habit = await ada.data("POST", "/habits", {"title": "Read", **numeric})
    clock.at = instant("2026-03-02T14:00:00Z")

    async def say(value: int, at: str) -> Document:
        data = {"habitId": habit["id"], "dateKey": "2026-03-02", "status": "done", "value": value}
        return await pushed(ada, "habit_completions", new_id(), "create", data, localUpdatedAt=at)

    first = await say(5, "2026-03-02T13:00:00Z")
    earlier = await say(6, "2026-03-02T12:30:00Z")
    later = await say(7, "2026-03-02T13:30:00Z")
    assert statuses([first, earlier, later]) == ["applied", "merged", "merged"]
    assert {each["record"]["id"] for each in (first, earlier, later)} == {first["id"]}
    assert [each["record"]["value"] for each in (first, earlier, later)] == [5, 5, 7]
    data = {"habitId": habit["id"], "dateKey": "2026-03-02", "value": 8}
    mended = await pushed(
        ada, "habit_completions", earlier["id"], "update", data, localUpdatedAt="2026-03-02T13:50:00Z"
    )
    assert (mended["record"]["id"], mended["record"]["value"]) == (first["id"], 8)
    days = await ada.get(f"/habits/{habit['id']}/history")
    assert [(day["id"], day["value"]) for day in days] == [(first["id"], 8)]


async def test_the_same_tie_and_rate_from_two_devices(ada: Person) -> None:
    goal, task = await ada.goal(**COUNT), await ada.data("POST", "/tasks", {"title": "Buy"})
    ends = {"goalId": goal["id"], "taskId": task["id"]}
    first = await pushed(ada, "goal_tasks", new_id(), "create", ends)
    second = await pushed(ada, "goal_tasks", new_id(), "create", {**ends, "contribution": 5})
    assert statuses([first, second]) == ["applied", "merged"]
    assert first["record"]["id"] == second["record"]["id"] == first["id"]
    quote = {"date": "2026-03-01", "from": "USD", "to": "UZS", "rate": 12500}
    one = await pushed(ada, "fx_rates", new_id(), "create", quote)
    other = await pushed(ada, "fx_rates", new_id(), "create", {**quote, "rate": 12600})
    assert statuses([one, other]) == ["applied", "merged"]
    assert other["record"]["id"] == one["id"]
    assert len(await ada.get("/fx-rates")) == 1


# Money --------------------------------------------------------------------------------------

PAID = {"type": "expense", "amount": 100, "currency": "USD", "name": "Lunch"}


@pytest.fixture
async def paid(ada: Person) -> Document:
    """A transaction whose amount was edited here since."""
    made: Document = await ada.data("POST", "/transactions", PAID)
    await ada.data("PATCH", f"/transactions/{made['id']}", {"amount": 110})
    return made


async def contest(ada: Person, paid: Document, data: Document, **more: Any) -> Document:
    seen = {"baseVersion": paid["version"], **more}
    result = await pushed(ada, "transactions", paid["id"], "update", data, **seen)
    assert result["status"] == "conflict"
    conflict: Document = result["conflict"]
    return conflict


async def test_an_amount_that_both_edited_is_a_conflict(
    ada: Person, paid: Document, database: Database
) -> None:
    result = await pushed(
        ada,
        "transactions",
        paid["id"],
        "update",
        {"amount": 120, "name": "Dinner"},
        baseVersion=paid["version"],
    )
    conflict = result["conflict"]
    assert result["status"] == "conflict"
    assert (conflict["entity"], conflict["entityId"]) == ("transactions", paid["id"])
    assert (conflict["status"], conflict["operation"], conflict["fields"]) == ("open", "update", ["amount"])
    assert conflict["local"] == {"amount": 120, "name": "Dinner"}
    assert (conflict["base"]["amount"], conflict["server"]["amount"]) == (100, 110)
    shown = await ada.get(f"/transactions/{paid['id']}")
    assert (shown["amount"], shown["name"], shown["syncStatus"]) == (110, "Lunch", "conflict")
    assert conflict["serverVersion"] == shown["version"]
    assert result["record"] == shown
    assert await conflicts(ada) == [conflict]
    page = await pull(ada)
    assert [each["data"] for each in page["changes"] if each["entity"] == "sync_conflicts"] == [conflict]
    entities = [row.entity for row in await journal(database, ada.user["id"])][-2:]
    assert entities == ["transactions", "sync_conflicts"]


async def test_a_conflict_of_a_goal_is_in_its_document(ada: Person) -> None:
    goal = await ada.goal(**SAVING)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"currency": "EUR"})
    result = await pushed(
        ada, "goals", goal["id"], "update", {"currency": "UZS"}, baseVersion=goal["version"]
    )
    assert (result["status"], result["record"]["syncStatus"]) == ("conflict", "conflict")
    assert (await ada.now(goal))["syncStatus"] == "conflict"
    await ada.data(
        "POST", "/sync/resolve-conflict", {"entity": "goals", "id": goal["id"], "resolution": "use_local"}
    )
    now = await ada.now(goal)
    assert (now["syncStatus"], now["currency"]) == ("synced", "UZS")


async def test_the_same_conflict_once(ada: Person, paid: Document) -> None:
    first = await contest(ada, paid, {"amount": 120}, localUpdatedAt=BEFORE)
    assert await contest(ada, paid, {"amount": 120}, localUpdatedAt=AFTER) == first
    other = await contest(ada, paid, {"amount": 130})
    assert [each["id"] for each in await conflicts(ada)] == [other["id"], first["id"]]


async def test_a_device_edits_on_while_its_conflict_is_open(ada: Person, paid: Document) -> None:
    told = {"clientId": "phone"}
    one = change(
        "transactions", paid["id"], "update", {"amount": 120, "name": "x"}, baseVersion=paid["version"]
    )
    two = change("transactions", paid["id"], "update", {"amount": 130}, baseVersion=paid["version"])
    first = (await push(ada, one, **told))[0]["conflict"]
    second = (await push(ada, two, **told))[0]["conflict"]
    assert (second["id"], second["local"]) == (first["id"], {"amount": 130, "name": "x"})
    free = await pushed(ada, "transactions", paid["id"], "update", {"description": "with Ann"})
    assert (free["status"], free["record"]["syncStatus"]) == ("applied", "conflict")


@pytest.mark.parametrize(
    ("resolution", "more", "amount", "name"),
    [
        ("use_server", {}, 110, "Lunch"),
        ("use_local", {}, 120, "Dinner"),
        ("merge", {}, 120, "Dinner"),
        ("merge", {"data": {"amount": 115}}, 115, "Dinner"),
    ],
)
async def test_resolving(
    ada: Person, paid: Document, clock: FrozenClock, resolution: str, more: Document, amount: int, name: str
) -> None:
    clock.at = instant("2026-03-02T14:00:00Z")
    conflict = await contest(ada, paid, {"amount": 120, "name": "Dinner"}, localUpdatedAt=AFTER)
    body = {
        "conflictId": conflict["id"],
        "resolution": resolution,
        "serverVersion": conflict["serverVersion"],
    }
    told = await ada.data("POST", "/sync/resolve-conflict", {**body, **more})
    assert (told["conflict"]["status"], told["conflict"]["resolution"]) == ("resolved", resolution)
    shown = await ada.get(f"/transactions/{paid['id']}")
    assert told["record"] == shown
    assert (shown["amount"], shown["name"], shown["syncStatus"]) == (amount, name, "synced")
    assert await conflicts(ada) == []
    assert [each["id"] for each in await conflicts(ada, status="resolved")] == [conflict["id"]]
    answer = await ada("POST", "/sync/resolve-conflict", body)
    assert code_of(answer) == (409, "CONFLICT")
    assert parsed(answer)["error"]["context"]["conflict"]["status"] == "resolved"


async def test_the_earlier_amount_loses_a_merge(ada: Person, clock: FrozenClock) -> None:
    made = await ada.data("POST", "/transactions", PAID)
    clock.at = instant("2026-03-02T13:00:00Z")
    await ada.data("PATCH", f"/transactions/{made['id']}", {"amount": 110})
    clock.at = instant("2026-03-02T14:00:00Z")
    await contest(ada, made, {"amount": 120, "name": "Dinner"}, localUpdatedAt=BETWEEN)
    body = {"entity": "transactions", "id": made["id"], "resolution": "merge"}
    record = (await ada.data("POST", "/sync/resolve-conflict", body))["record"]
    assert (record["amount"], record["name"]) == (110, "Dinner")


async def test_the_record_moved_before_it_was_decided(ada: Person, paid: Document) -> None:
    conflict = await contest(ada, paid, {"amount": 120})
    version = conflict["serverVersion"]
    await ada.data("PATCH", f"/transactions/{paid['id']}", {"amount": 111})
    body = {"conflictId": conflict["id"], "resolution": "use_local"}
    answer = await ada("POST", "/sync/resolve-conflict", {**body, "serverVersion": version})
    assert code_of(answer) == (409, "CONFLICT")
    fresh = parsed(answer)["error"]["context"]["conflict"]
    assert (fresh["server"]["amount"], fresh["status"]) == (111, "open")
    assert fresh["serverVersion"] == (await ada.get(f"/transactions/{paid['id']}"))["version"]
    assert await conflicts(ada) == [fresh]
    assert (await ada("POST", "/sync/resolve-conflict", body)).status_code == 200, "by now it is up to date"
    assert (await ada.get(f"/transactions/{paid['id']}"))["amount"] == 120


async def test_the_field_moved_and_nobody_named_a_version(ada: Person, paid: Document) -> None:
    conflict = await contest(ada, paid, {"amount": 120})
    await ada.data("PATCH", f"/transactions/{paid['id']}", {"name": "Brunch"})
    body = {"entity": "transactions", "id": paid["id"], "resolution": "use_local"}
    dry = await ada("POST", "/sync/resolve-conflict", body, params={"dryRun": "true"})
    assert dry.status_code == 200, "another field stands against nothing"
    await ada.data("PATCH", f"/transactions/{paid['id']}", {"amount": 112})
    answer = await ada("POST", "/sync/resolve-conflict", body)
    assert code_of(answer) == (409, "CONFLICT")
    assert conflict["server"]["amount"] == 110
    assert (await conflicts(ada))[0]["server"]["amount"] == 112


async def test_what_cannot_be_resolved(ada: Person, eve: Person, paid: Document) -> None:
    conflict = await contest(ada, paid, {"amount": 120})
    body = {"conflictId": conflict["id"], "resolution": "use_local"}
    hers = await eve("POST", "/sync/resolve-conflict", body)
    nobodys = await eve("POST", "/sync/resolve-conflict", {**body, "conflictId": new_id()})
    assert code_of(hers) == code_of(nobodys) == (404, "RESOURCE_NOT_FOUND")
    for broken in (
        {"resolution": "use_local"},
        {"entity": "goals", "resolution": "merge"},
        {**body, "resolution": "x"},
    ):
        assert (await ada("POST", "/sync/resolve-conflict", broken)).status_code == 422
    assert await conflicts(eve) == []


async def test_two_conflicts_of_one_record(ada: Person, paid: Document) -> None:
    """It is in conflict until the last of them is decided."""
    await contest(ada, paid, {"amount": 120})
    await contest(ada, paid, {"amount": 130})
    body = {"entity": "transactions", "id": paid["id"], "resolution": "use_server"}
    statuses_ = []
    for _ in range(2):
        told = await ada.data("POST", "/sync/resolve-conflict", body)
        statuses_.append((told["conflict"]["local"]["amount"], told["record"]["syncStatus"]))
    assert statuses_ == [(130, "conflict"), (120, "synced")]


# Deleting -----------------------------------------------------------------------------------


async def test_a_deletion_against_an_edit(ada: Person, goal: Document) -> None:
    deleted = await pushed(ada, "goals", goal["id"], "delete", baseVersion=goal["version"])
    assert (deleted["status"], deleted["conflict"]["fields"]) == ("conflict", ["title"])
    assert (deleted["conflict"]["operation"], deleted["conflict"]["local"]) == ("delete", None)
    assert (await ada.now(goal))["syncStatus"] == "conflict"
    body = {"conflictId": deleted["conflict"]["id"], "resolution": "use_local"}
    record = (await ada.data("POST", "/sync/resolve-conflict", body))["record"]
    assert (record["showStatus"], record["syncStatus"]) == ("deleted", "synced")
    assert (await ada("GET", f"/goals/{goal['id']}")).status_code == 404


@pytest.mark.parametrize(("at", "status"), [(BETWEEN, "conflict"), (AFTER, "applied")])
async def test_a_deletion_without_a_base(ada: Person, goal: Document, at: str, status: str) -> None:
    """Who decided after the last edit is taken to have seen it."""
    assert (await pushed(ada, "goals", goal["id"], "delete", localUpdatedAt=at))["status"] == status


async def test_facts_do_not_stand_against_a_deletion(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=[{"title": "half"}])
    await ada.check_in(goal, 60)
    milestone = goal["milestones"][0]
    gone = await pushed(ada, "goal_milestones", milestone["id"], "delete", baseVersion=milestone["version"])
    assert gone["status"] == "applied"
    assert (await pushed(ada, "goals", goal["id"], "delete", baseVersion=goal["version"]))[
        "status"
    ] == "applied"
    assert (await pushed(ada, "goals", goal["id"], "delete"))["status"] == "noop"


@pytest.mark.parametrize(
    ("resolution", "title"), [("use_server", None), ("use_local", "Mine"), ("merge", "Mine")]
)
async def test_an_edit_against_a_deletion(
    ada: Person, goal: Document, clock: FrozenClock, resolution: str, title: str | None
) -> None:
    """Nothing rises from the dead but by a decision."""
    seen = {"baseVersion": (await ada.now(goal))["version"]}
    await ada.data("DELETE", f"/goals/{goal['id']}")
    clock.at = instant("2026-03-02T16:00:00Z")
    edited = await pushed(
        ada, "goals", goal["id"], "update", {"title": "Mine"}, localUpdatedAt="2026-03-02T15:00:00Z", **seen
    )
    assert (edited["status"], edited["record"]["showStatus"]) == ("conflict", "deleted")
    again = await pushed(ada, "goals", goal["id"], "create", {"title": "Mine", **COUNT})
    assert again["status"] == "conflict"
    assert (await ada("GET", f"/goals/{goal['id']}")).status_code == 404
    body = {"conflictId": edited["conflict"]["id"], "resolution": resolution}
    await ada.data("POST", "/sync/resolve-conflict", body)
    answer = await ada("GET", f"/goals/{goal['id']}")
    assert (parsed(answer)["data"]["title"] if answer.status_code == 200 else None) == title


async def test_an_edit_of_what_the_device_saw_deleted(ada: Person, goal: Document) -> None:
    await ada.data("DELETE", f"/goals/{goal['id']}")
    place = await pull(ada)
    one = change("goals", goal["id"], "update", {"title": "Mine"})
    (result,) = await push(ada, one, lastSyncedAt=place["cursor"])
    assert result["error"]["code"] == "RESOURCE_NOT_FOUND"


async def test_all_orders_end_the_same(ada: Person, clock: FrozenClock) -> None:
    """Title here, target there, a fact each, one takes a milestone away: whoever comes first."""
    ends = set()
    for order in permutations(range(3)):
        clock.at = instant("2026-03-02T12:00:00Z")
        goal = await ada.goal("Read", **COUNT, milestones=[{"title": "half"}, {"title": "all"}])
        seen = {"baseVersion": goal["version"]}
        half = goal["milestones"][0]
        devices = [
            [change("goals", goal["id"], "update", {"title": "Read more"}, **seen)],
            [change("goals", goal["id"], "update", {"targetValue": 200}, **seen)],
            [change("goal_milestones", half["id"], "delete", baseVersion=half["version"])],
        ]
        clock.at = instant("2026-03-02T14:00:00Z")
        for place in order:
            told = change(
                "goal_check_ins", new_id(), "create", {"goalId": goal["id"], "value": 10 * (place + 1)}
            )
            assert statuses(await push(ada, *devices[place], told)) == ["applied", "applied"]
        now = await ada.now(goal)
        ends.add(
            (now["title"], now["targetValue"], now["currentValue"], len(now["milestones"]), now["syncStatus"])
        )
    assert ends == {("Read more", 200, 60, 1, "synced")}
