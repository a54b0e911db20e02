"""What each safeguard is for, as a check that fails when it is gone; the large tests do the same at length.

Every check goes through the doors that clients use, and fails by AssertionError alone.
"""

import asyncio

from tests.api.person import PACED
from tests.api.tables import contents, journal
from tests.planted.stage import Stage

from waymark.store import postgres, sqlite
from waymark.store.connect import is_postgresql, sqlite_path

CROWD = 30


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
    seqs = [row.seq for row in await journal(stage.database, stage.ada.user["id"])]
    assert seqs == list(range(1, 2 * CROWD + 2))


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
