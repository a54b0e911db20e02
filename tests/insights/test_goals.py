"""The rules that watch goals: what each says, once, and what takes it back. Through HTTP, on both databases.

The clock is in the test's hand; what a worker does with it is in tests/worker.
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.api.person import COUNT, PACED, SAVING, WEIGHT, Document, Person, code_of, shown
from tests.api.tables import journal
from tests.insights.said import insights, run, said_of, told

from waymark.clock import FrozenClock
from waymark.store.database import Database

QUARTERS = [{"title": f"{percent} %", "targetPercent": percent} for percent in (25, 50, 75, 100)]
THREE_AND_ONE = [("milestone_reached", "new")] * 3 + [("progress_threshold", "new")]


async def undo(ada: Person, goal: Document, told: Document) -> None:
    await ada.data("DELETE", f"/goals/{goal['id']}/check-ins/{told['checkIn']['id']}")


async def test_a_jump_from_10_to_80_percent(ada: Person, database: Database) -> None:
    """Three milestones, one threshold, one goal update, in one transaction; undoing takes them back."""
    goal = await ada.goal(**COUNT, milestones=QUARTERS)
    await ada.check_in(goal, 10)
    reply = await ada.check_in(goal, 70)
    assert told(reply["insights"]) == THREE_AND_ONE
    assert [each["payload"].get("threshold") for each in reply["insights"]] == [None, None, None, 75]
    rows = await journal(database, ada.user["id"])
    last = [row for row in rows if row.txn == rows[-1].txn]
    entities = [row.entity for row in last]
    assert entities.count("goals") == 1
    news = [row for row in last if row.entity == "insights"]
    assert [(row.id, row.operation) for row in news] == [(each["id"], "create") for each in reply["insights"]]
    await undo(ada, goal, reply)
    assert await said_of(ada, goal) == [(rule, "dismissed") for rule, _ in THREE_AND_ONE]
    again = await ada.check_in(goal, 70)
    assert {each["id"] for each in again["insights"]} == {each["id"] for each in reply["insights"]}
    assert told(again["insights"]) == THREE_AND_ONE
    rows = await journal(database, ada.user["id"])
    news = [row for row in rows if row.txn == rows[-1].txn and row.entity == "insights"]
    assert [row.operation for row in news] == ["create"] * 4


async def test_a_jump_that_is_only_tried(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=QUARTERS)
    dry = await ada.data("POST", f"/goals/{goal['id']}/check-in", {"value": 80}, params={"dryRun": "true"})
    assert told(dry["insights"]) == THREE_AND_ONE
    assert await said_of(ada, goal) == []


async def test_once(ada: Person) -> None:
    """A dip takes nothing back, and coming back says nothing twice."""
    goal = await ada.goal(**WEIGHT)
    assert told((await ada.check_in(goal, 85))["insights"]) == [("progress_threshold", "new")]
    for value in (88, 85, 91, 85.5):
        assert (await ada.check_in(goal, value))["insights"] == []
    assert await said_of(ada, goal) == [("progress_threshold", "new")]


async def test_a_dip_keeps_what_still_stands(ada: Person) -> None:
    """After the dip, undoing another fact leaves what was said; undoing the one that said it does not."""
    goal = await ada.goal(**WEIGHT)
    first = await ada.check_in(goal, 91, dateKey="2026-02-27")
    peak = await ada.check_in(goal, 85, dateKey="2026-02-28")
    await ada.check_in(goal, 89, dateKey="2026-03-01")
    await undo(ada, goal, first)
    assert await said_of(ada, goal) == [("progress_threshold", "new")]
    await undo(ada, goal, peak)
    assert await said_of(ada, goal) == [("progress_threshold", "dismissed")]


async def test_a_mended_fact(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=QUARTERS)
    reply = await ada.check_in(goal, 80)
    path = f"/goals/{goal['id']}/check-ins/{reply['checkIn']['id']}"
    await ada.data("PATCH", path, {"value": 60})
    by_rule = {each["payload"].get("targetPercent"): each["status"] for each in await insights(ada)}
    assert by_rule == {25: "new", 50: "new", 75: "dismissed", None: "dismissed"}
    assert told(await ada.get("/insights", status="dismissed")) == [
        ("progress_threshold", "dismissed"),
        ("milestone_reached", "dismissed"),
    ]


@pytest.mark.parametrize(
    ("users", "own", "expected"),
    [
        (None, None, 75),
        ([33, 66], None, 66),
        (None, [20, 80], 80),
        ([33, 66], [10], 10),
        ([33, 66], [], None),
        ([], None, None),
    ],
)
async def test_whose_thresholds(
    ada: Person, users: list[int] | None, own: list[int] | None, expected: int | None
) -> None:
    await ada.data("PATCH", "/users/me", {"insightThresholds": users})
    goal = await ada.goal(**COUNT, insightThresholds=own)
    news = (await ada.check_in(goal, 80))["insights"]
    assert [each["payload"]["threshold"] for each in news] == ([] if expected is None else [expected])


async def test_thresholds_are_whole_percents(ada: Person) -> None:
    for value in ([0], [101], ["50"], [50.5], [True], [90, 10], [10, 10]):
        answer = await ada("POST", "/goals", {"title": "x", **COUNT, "insightThresholds": value})
        assert code_of(answer) == (422, "VALIDATION_ERROR"), value


async def test_target_reached_offers_to_complete(ada: Person) -> None:
    goal = await ada.goal(**SAVING, createBudget=False)
    reply = await ada.check_in(goal, 1200)
    assert told(reply["insights"]) == [("target_reached", "new"), ("progress_threshold", "new")]
    (offer,) = [each for each in reply["insights"][0]["actions"] if each["type"] == "complete_goal"]
    assert await run(ada, offer) == 200
    assert (await ada.now(goal))["status"] == "completed"
    assert await said_of(ada, goal, rule="goal_completed") == [("goal_completed", "new")]


async def test_a_higher_target_is_another_one(ada: Person, clock: FrozenClock) -> None:
    """On the same day it replaces the first, which no longer holds; on a later one it stands beside it."""
    goal = await ada.goal(**COUNT)
    fact = await ada.check_in(goal, 100)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 200})
    assert await said_of(ada, goal, rule="target_reached") == [("target_reached", "dismissed")]
    await ada.check_in(goal, 100)
    assert await said_of(ada, goal, rule="target_reached") == [("target_reached", "new")]
    clock.at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetValue": 300})
    assert await said_of(ada, goal, rule="target_reached") == [("target_reached", "new")]
    await ada.check_in(goal, 100)
    assert await said_of(ada, goal, rule="target_reached") == [("target_reached", "new")] * 2
    await undo(ada, goal, fact)
    assert await said_of(ada, goal, rule="target_reached") == [
        ("target_reached", "new"),
        ("target_reached", "dismissed"),
    ]


async def test_completing_by_hand_says_only_that(ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=QUARTERS)
    await ada.check_in(goal, 10)
    path = f"/goals/{goal['id']}"
    await ada.data("POST", f"{path}/complete", {})
    assert await said_of(ada, goal) == [("goal_completed", "new")]
    await ada.data("POST", f"{path}/reactivate")
    assert await said_of(ada, goal) == [("goal_completed", "dismissed")]
    await ada.data("POST", f"{path}/complete", {})
    assert await said_of(ada, goal) == [("goal_completed", "new")]


async def test_completing_by_itself(ada: Person) -> None:
    goal = await ada.goal(**COUNT, autoComplete=True)
    reply = await ada.check_in(goal, 100)
    assert told(reply["insights"]) == [("goal_completed", "new"), ("progress_threshold", "new")]
    await undo(ada, goal, reply)
    assert await said_of(ada, goal) == [("goal_completed", "dismissed"), ("progress_threshold", "dismissed")]


async def test_pace_turns(ada: Person, clock: FrozenClock) -> None:
    """Behind, back on its way, and behind no more often than it is undone (DOMAIN §6, §7)."""
    clock.at = datetime(2026, 1, 6, 12, tzinfo=UTC)
    goal = await ada.goal(**COUNT, startDate="2026-01-01", targetDate="2026-01-11")
    assert goal["pace"]["status"] == "insufficient_data"
    reply = await ada.check_in(goal, 40, dateKey="2026-01-02")
    assert reply["goal"]["pace"]["status"] == "behind"
    assert told(reply["insights"]) == [("progress_threshold", "new"), ("pace_behind", "new")]
    (offer,) = [each for each in reply["insights"][1]["actions"] if each["type"] == "check_in"]
    assert offer["body"] == {"value": 10}
    caught_up = await ada.check_in(goal, 55)
    assert "pace_recovered" in {each["rule"] for each in caught_up["insights"]}
    await undo(ada, goal, caught_up)
    rows = await said_of(ada, goal)
    assert ("pace_behind", "new") in rows
    assert ("pace_recovered", "dismissed") in rows
    assert len([rule for rule, _ in rows if rule.startswith("pace")]) == 2


async def test_what_brings_a_count_back_is_whole(ada: Person, clock: FrozenClock) -> None:
    clock.at = datetime(2026, 1, 6, 12, tzinfo=UTC)
    goal = await ada.goal(**COUNT, startDate="2026-01-01", targetDate="2026-01-10")
    reply = await ada.check_in(goal, 40, dateKey="2026-01-02")
    assert reply["goal"]["pace"]["nextNeeded"]["amount"] == Decimal("15.555556")
    behind = reply["insights"][1]
    assert behind["rule"] == "pace_behind"
    assert " 16 by 2026-01-06 bring it back to its line." in behind["body"]
    assert behind["actions"][0]["body"] == {"value": 16}


async def test_the_days_of_a_deadline(ada: Person, clock: FrozenClock) -> None:
    """7 days and 1 day before it, on the day, and after it: each once, the day after day by reading."""
    goal = await ada.goal("A marathon", **PACED)
    said: list[tuple[int, str, str]] = []
    for day in range(2, 32):
        clock.at = datetime(2026, 3, day, 0, 30, tzinfo=UTC)
        news = [each for each in await insights(ada) if each["createdAt"].startswith(f"2026-03-{day:02}")]
        said += [(day, each["rule"], each["kind"]) for each in news if each["rule"] != "pace_behind"]
    assert said == [
        (14, "deadline_near", "insight"),
        (16, "stalled", "insight"),
        (20, "deadline_near", "insight"),
        (21, "deadline_due", "reminder"),
        (22, "overdue", "insight"),
    ]
    assert len(await said_of(ada, goal)) == 6
    near = (await insights(ada, rule="deadline_near"))[0]
    assert near["title"] == "A marathon is due in 7 days"
    assert shown(near, "level", "validUntil") == ["warning", "2026-03-22T00:00:00Z"]


async def test_another_deadline_takes_back_the_first(ada: Person) -> None:
    goal = await ada.goal(**COUNT, startDate="2026-03-01", targetDate="2026-03-05")
    assert await said_of(ada, goal) == [("deadline_near", "new")]
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetDate": "2026-04-05"})
    assert await said_of(ada, goal) == [("deadline_near", "dismissed")]
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetDate": "2026-03-05"})
    assert await said_of(ada, goal) == [("deadline_near", "new")]


async def test_a_paused_goal_is_left_in_peace(ada: Person, clock: FrozenClock) -> None:
    goal = await ada.goal(**COUNT, startDate="2026-03-01", targetDate="2026-03-12")
    await ada.data("POST", f"/goals/{goal['id']}/pause")
    clock.at = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert await said_of(ada, goal) == []
    await ada.data("POST", f"/goals/{goal['id']}/resume")
    assert ("overdue", "new") in await said_of(ada, goal)


async def test_a_milestone_that_is_due(ada: Person, clock: FrozenClock) -> None:
    due = [{"title": "half", "targetPercent": 50, "dueDate": "2026-03-04"}]
    goal = await ada.goal(**PACED, milestones=due)
    reached = await ada.goal(**PACED, milestones=due)
    await ada.check_in(reached, 60)
    clock.at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    reminders = await insights(ada, kind="reminder")
    assert [(each["rule"], each["related"]) for each in reminders] == [
        ("milestone_due", {"goalId": goal["id"], "milestoneId": goal["milestones"][0]["id"]})
    ]


async def test_stalled(ada: Person, clock: FrozenClock) -> None:
    """14 days after the last fact, or after the beginning; not where tasks are what moves it."""
    task = await ada.data("POST", "/tasks", {"title": "one step"})
    quiet, active = await ada.goal("quiet", **COUNT), await ada.goal("active", **COUNT)
    moved = await ada.goal("by tasks", linkedTaskIds=[task["id"]])
    clock.at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    await ada.check_in(active, 1)
    clock.at = datetime(2026, 3, 16, 12, tzinfo=UTC)
    assert await said_of(ada, quiet) == [("stalled", "new")]
    clock.at = datetime(2026, 3, 23, 12, tzinfo=UTC)
    assert await said_of(ada, active) == []
    clock.at = datetime(2026, 3, 24, 12, tzinfo=UTC)
    assert await said_of(ada, active) == [("stalled", "new")]
    assert await said_of(ada, moved) == []
    (pause,) = [each for each in (await insights(ada))[0]["actions"] if each["type"] == "pause_goal"]
    assert await run(ada, pause) == 200


async def test_goals_without_a_metric(ada: Person) -> None:
    """Tasks move the number; reopening one takes back what it made hold."""
    tasks = [await ada.data("POST", "/tasks", {"title": f"step {number}"}) for number in range(2)]
    goal = await ada.goal(linkedTaskIds=[task["id"] for task in tasks], milestones=QUARTERS)
    await ada.data("POST", f"/tasks/{tasks[0]['id']}/complete")
    half = [("milestone_reached", "new")] * 2 + [("progress_threshold", "new")]
    assert await said_of(ada, goal) == half
    await ada.data("POST", f"/tasks/{tasks[0]['id']}/reopen")
    assert await said_of(ada, goal) == [(rule, "dismissed") for rule, _ in half]
    for task in tasks:
        await ada.data("POST", f"/tasks/{task['id']}/complete")
    assert ("target_reached", "new") in await said_of(ada, goal)


async def test_ticked_milestones(ada: Person) -> None:
    goal = await ada.goal(milestones=[{"title": "first"}, {"title": "second"}])
    path = f"/goals/{goal['id']}/milestones/{goal['milestones'][0]['id']}"
    await ada.data("PATCH", path, {"completed": True})
    assert ("milestone_reached", "new") in await said_of(ada, goal)
    await ada.data("PATCH", path, {"completed": False})
    assert ("milestone_reached", "dismissed") in await said_of(ada, goal)


async def test_deleted_goals_say_nothing(ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 30)
    before = await said_of(ada, goal)
    await ada.data("DELETE", f"/goals/{goal['id']}")
    assert await said_of(ada, goal) == before
    await ada.data("POST", f"/goals/{goal['id']}/restore")
    assert await said_of(ada, goal) == before


async def test_what_a_person_did_with_it(ada: Person) -> None:
    """Dismissed by hand it is not said again, unless it was undone in between; deleted it never is."""
    goal = await ada.goal(**COUNT)
    reply = await ada.check_in(goal, 30)
    (first,) = reply["insights"]
    await ada.data("PATCH", f"/insights/{first['id']}/dismiss")
    await ada.check_in(goal, -10)
    assert (await ada.check_in(goal, 10))["insights"] == []
    await undo(ada, goal, reply)
    reply = await ada.check_in(goal, 30)
    assert [each["id"] for each in reply["insights"]] == [first["id"]]
    await ada.data("DELETE", f"/insights/{first['id']}")
    await undo(ada, goal, reply)
    assert (await ada.check_in(goal, 30))["insights"] == []


async def test_every_action_runs(ada: Person, clock: FrozenClock) -> None:
    """Whatever an insight offers is a request that succeeds as it stands."""
    clock.at = datetime(2026, 1, 6, 12, tzinfo=UTC)
    span = {"startDate": "2026-01-01", "targetDate": "2026-01-11"}
    kinds: list[Document] = [
        {**COUNT, **span},
        {**SAVING, **span, "createBudget": False, "targetValue": 333},
        {**WEIGHT, **span},
        {"metricType": "duration", "unit": "hours", "targetValue": 7, **span},
        span,
    ]
    for fields in kinds:
        goal = await ada.goal(**fields, milestones=[{"title": "soon", "targetPercent": 1}])
        await ada.check_in(goal, *([] if fields is span else [91 if fields.get("unit") == "kg" else 3]))
    for day in (7, 10, 11, 12, 25):
        clock.at = datetime(2026, 1, day, 12, tzinfo=UTC)
        await ada.get("/goals")
    tried = set()
    for insight in await insights(ada):
        for action in insight["actions"]:
            tried.add(action["type"])
            assert await run(ada, action, dryRun="true") == 200, (insight["rule"], action)
    wanted = {"check_in", "complete_goal", "view_goal", "pause_goal", "move_target_date", "explain_progress"}
    assert tried == wanted
