"""What each safeguard is for, as a check that fails when it is gone; the large tests do the same at length.

Every check goes through the doors that clients use, and fails by AssertionError alone.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from tests.api.person import PACED, WEIGHT
from tests.api.tables import contents, journal
from tests.planted.stage import Stage
from tests.sync.pushing import change, everything, new_id, pull, pushed
from tests.webhooks.receiver import receiving

from waymark.domain.targets import Allowed
from waymark.store import postgres, sqlite
from waymark.store.connect import is_postgresql, sqlite_path
from waymark.webhooks.guard import Guard
from waymark.webhooks.sending import Sender

CROWD = 30
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def tenants_are_apart(stage: Stage) -> None:
    goal = await stage.ada.goal()
    for method, path in (("GET", ""), ("GET", "/milestones"), ("PATCH", ""), ("DELETE", "")):
        body = {"title": "mine now"} if method == "PATCH" else None
        answer = await stage.eve(method, f"/goals/{goal['id']}{path}", body)
        assert answer.status_code == 404, (method, path)


async def no_check_in_is_lost(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    answers = await asyncio.gather(
        *(stage.ada("POST", f"/goals/{goal['id']}/check-in", {"value": 1}) for _ in range(CROWD))
    )
    assert {answer.status_code for answer in answers} == {201}
    shown = await stage.ada.now(goal)
    assert (shown["checkInCount"], shown["currentValue"]) == (CROWD, CROWD)
    rows = await journal(stage.database, stage.ada.user["id"])
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row.entity in {"goals", "goal_check_ins"} for row in rows) == 2 * CROWD + 1


async def a_failed_write_leaves_nothing(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    before, number = await contents(stage.database), 1
    while True:
        stage.failing.arm(number)
        answer = await stage.ada(
            "POST", f"/goals/{goal['id']}/check-in", {"value": 1}, Idempotency_Key="once"
        )
        if not stage.failing.has_failed:
            break
        assert await contents(stage.database) == before, number
        number += 1
    stage.failing.disarm()
    assert answer.status_code == 201
    assert (await stage.ada.now(goal))["checkInCount"] == 1


async def one_of_two_wins(stage: Stage) -> None:
    goal = await stage.ada.goal()
    path, etag = f"/goals/{goal['id']}", f'"{goal["version"]}"'
    answers = [await stage.ada("PATCH", path, {"title": title}, If_Match=etag) for title in ("one", "two")]
    assert [answer.status_code for answer in answers] == [200, 412]


async def a_commit_waits_for_the_disk(stage: Stage) -> None:
    if is_postgresql(stage.url):
        connection = await postgres.connection_to(stage.url)
        waits = await connection.fetchval("SHOW synchronous_commit")
        await connection.close()
        assert waits == "on"
    else:
        full = 2
        connection_ = sqlite.connection_to(sqlite_path(stage.url))
        waits = connection_.execute("PRAGMA synchronous").fetchall()
        connection_.close()
        assert waits == [(full,)]


async def a_document_is_of_today(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    for day, left in (("2026-03-03", 18), ("2026-03-01", 20)):  # a zone moves both ways
        stage.clock.at = stage.clock.at.replace(day=int(day[-2:]))
        answer = await stage.ada("GET", f"/goals/{goal['id']}")
        assert answer.headers["ETag"].endswith(f'-{day}"')
        assert answer.json()["data"]["pace"]["daysLeft"] == left


async def a_document_is_settled_with_its_facts(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    await stage.ada.check_in(goal, 5)
    answer = await stage.ada("GET", f"/goals/{goal['id']}")
    assert answer.status_code == 200
    assert answer.json()["data"]["currentValue"] == 5


async def undoing_takes_out(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED, milestones=[{"title": "a tenth", "targetPercent": 10}])
    first = (await stage.ada.check_in(goal, 10))["checkIn"]
    await stage.ada.check_in(goal, 2)
    await stage.ada.data("DELETE", f"/goals/{goal['id']}/check-ins/{first['id']}")
    shown = await stage.ada.now(goal)
    assert (shown["currentValue"], shown["checkInCount"]) == (2, 1)
    assert shown["milestones"][0]["completedAt"] is None


async def a_wake_follows_its_commit(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    commits, heard = stage.failing.commits, list[int]()
    stage.services.door.wake = lambda _user_id: heard.append(stage.failing.commits)
    await stage.ada.check_in(goal, 5)
    assert heard == [commits + 1]


async def a_dry_run_writes_nothing(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    before = await contents(stage.database)
    dry = {"dryRun": "true"}
    answer = await stage.ada("POST", f"/goals/{goal['id']}/check-in", {"value": 1}, params=dry)
    assert answer.status_code == 200
    assert await contents(stage.database) == before


async def updated_at_rises(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    stage.clock.at = stage.clock.at.replace(year=2016)
    await stage.ada.check_in(goal, 5)
    instants = [row.at for row in await journal(stage.database, stage.ada.user["id"])]
    assert instants == sorted(set(instants))


async def webhooks_stay_outside(stage: Stage) -> None:
    """Neither a name that leads inside is called, nor one that led outside when it was looked at."""
    async with receiving() as inside, receiving("127.0.0.2", inside.port) as outside:
        for answers in (["127.0.0.1"], ["127.0.0.2", "127.0.0.1"]):
            remaining = iter(answers)

            async def resolve(_host: str, _port: int, remaining: Iterator[str] = remaining) -> list[str]:
                return [next(remaining)]

            guard = Guard(Allowed.of(["127.0.0.2/32"]), resolve)
            sender = Sender(guard, stage.services.real_clock, timeout_seconds=3)
            await sender.send(f"https://planner.example:{inside.port}/", "an-id", b"{}", [SIGNING])
        assert (inside.connections, outside.connections) == (0, 1)


async def what_is_said_is_said_once(stage: Stage) -> None:
    goal = await stage.ada.goal(**WEIGHT)
    for value in (85, 91, 85):
        await stage.ada.check_in(goal, value)
    assert [each["rule"] for each in await stage.ada.get("/insights")] == ["progress_threshold"]


async def what_is_undone_is_taken_back(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    fact = (await stage.ada.check_in(goal, 60))["checkIn"]["id"]
    await stage.ada.data("DELETE", f"/goals/{goal['id']}/check-ins/{fact}")
    assert await stage.ada.get("/insights", status="new") == []


async def a_failed_push_leaves_nothing(stage: Stage) -> None:
    goal = await stage.ada.goal(**PACED)
    fact = change("goal_check_ins", new_id(), "create", {"goalId": goal["id"], "value": 5})
    body = {"changes": [fact, change("goals", goal["id"], "update", {"title": "Mine"})]}
    before, number = await contents(stage.database), 1
    while True:
        stage.failing.arm(number)
        answer = await stage.ada("POST", "/sync/push", body)
        if not stage.failing.has_failed:
            break
        assert await contents(stage.database) == before, number
        number += 1
    stage.failing.disarm()
    assert answer.status_code == 200
    assert (await stage.ada.now(goal))["currentValue"] == 5


async def a_rejected_change_leaves_nothing(stage: Stage) -> None:
    """Also when it was refused late, with rows on their way already."""
    task = await stage.ada.data("POST", "/tasks", {"title": "Buy"})
    before = await contents(stage.database)
    milestones = [{"title": "long", "description": "\u0416" * 500} for _ in range(100)]
    goal = {"title": "too much", "linkedTaskIds": [task["id"]], "milestones": milestones}
    result = await pushed(stage.ada, "goals", new_id(), "create", goal, idempotencyKey=None)
    assert (result["status"], result["error"]["code"]) == ("rejected", "VALIDATION_ERROR")
    assert await contents(stage.database) == before


async def nobody_overwrites_blindly(stage: Stage) -> None:
    """Neither a later edit of words, nor anybody's of money."""
    goal = await stage.ada.goal()
    stage.clock.at += timedelta(hours=2)
    await stage.ada.data("PATCH", f"/goals/{goal['id']}", {"title": "later"})
    seen = {"baseVersion": goal["version"], "localUpdatedAt": "2026-03-02T13:00:00Z"}
    result = await pushed(stage.ada, "goals", goal["id"], "update", {"title": "earlier"}, **seen)
    assert (result["status"], result["record"]["title"]) == ("merged", "later")
    paid = {"type": "expense", "amount": 5, "currency": "USD"}
    made = await stage.ada.data("POST", "/transactions", paid)
    await stage.ada.data("PATCH", f"/transactions/{made['id']}", {"amount": 6})
    seen = {"baseVersion": made["version"], "localUpdatedAt": "2036-03-02T13:00:00Z"}
    result = await pushed(stage.ada, "transactions", made["id"], "update", {"amount": 7}, **seen)
    assert (result["status"], result["record"]["amount"]) == ("conflict", 6)


async def a_follower_misses_nothing(stage: Stage) -> None:
    """Who pulls all the time holds in the end what stands, in whatever order writers commit."""
    held: dict[str, int] = {}
    since, is_done = (await pull(stage.ada))["cursor"], False

    async def follow() -> None:
        nonlocal since
        while True:
            was_done = is_done
            page = await pull(stage.ada, since)
            since = page["cursor"]
            held.update({each["id"]: each["version"] for each in page["changes"]})
            if was_done and not page["hasMore"]:
                return
            await asyncio.sleep(0.002)

    async def write(number: int) -> None:
        await asyncio.sleep(number / 500)
        await stage.ada.data("POST", "/tasks", {"title": str(number)})

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(write(number) for number in range(CROWD)))
    is_done = True
    await follower
    changes, _ = await everything(stage.ada, entities="tasks")
    assert {each["id"] for each in changes} <= held.keys()
