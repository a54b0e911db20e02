"""Pushes under a failing database and beside each other: what was told twice is done once.

Larger drills, with kills and many nodes, are tests of durability.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.person import COUNT, Document
from tests.api.tables import journal
from tests.planted.stage import Stage
from tests.sync.pushing import change, new_id, push, statuses

from waymark.store.database import Database

MANY = 120
"""More than two transactions take."""


@pytest.fixture
async def stage(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(database, database_url, tmp_path)
    await stage.enter()
    yield stage
    await stage.close()


async def some_changes(stage: Stage, *, with_keys: bool) -> tuple[Document, list[Document]]:
    """A goal, and many changes of it: runs of facts with other things between."""
    goal = await stage.ada.goal(**COUNT)
    changes = []
    for place in range(MANY):
        if place % 7:
            data = {"goalId": goal["id"], "value": 1}
            changes.append(change("goal_check_ins", new_id(), "create", data))
        else:
            changes.append(change("tasks", new_id(), "create", {"title": str(place), "goalId": goal["id"]}))
    return goal, changes if with_keys else [{**each, "idempotencyKey": None} for each in changes]


@pytest.mark.parametrize("with_keys", [True, False])
async def test_a_push_that_broke_off_is_told_again(stage: Stage, *, with_keys: bool) -> None:
    goal, changes = await some_changes(stage, with_keys=with_keys)
    facts = sum(each["entity"] == "goal_check_ins" for each in changes)
    number, breaks = 5, 0
    body = {"changes": changes, "clientId": "phone", "clientSeq": 1}
    while True:
        stage.failing.arm(number)
        answer = await stage.ada("POST", "/sync/push", body)
        if not stage.failing.has_failed:
            break
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
        assert (await stage.ada.now(goal))["checkInCount"] <= facts
        breaks, number = breaks + 1, number + 23
    stage.failing.disarm()
    assert breaks > 3
    assert statuses(answer.json()["data"]["results"]) == ["applied"] * MANY
    now = await stage.ada.now(goal)
    assert (now["checkInCount"], now["currentValue"]) == (facts, facts)
    assert len(now["linkedTaskIds"]) == MANY - facts
    rows = await journal(stage.database, stage.ada.user["id"])
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len({row.id for row in rows if row.entity == "goal_check_ins"}) == facts


async def test_the_same_push_at_the_same_time(stage: Stage) -> None:
    goal, changes = await some_changes(stage, with_keys=True)
    answers = await asyncio.gather(*(push(stage.ada, *changes) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert statuses(answers[0]) == ["applied"] * MANY
    assert (await stage.ada.now(goal))["checkInCount"] == MANY - len(range(0, MANY, 7))


async def test_devices_beside_each_other(stage: Stage) -> None:
    """Each tells of its own facts and edits; all of it counts."""
    goal = await stage.ada.goal(**COUNT)

    async def device(number: int) -> list[Document]:
        data = {"goalId": goal["id"], "value": 1}
        facts = [change("goal_check_ins", new_id(), "create", data) for _ in range(60)]
        return await push(stage.ada, *facts, change("goals", goal["id"], "update", {"title": str(number)}))

    answers = await asyncio.gather(*(device(number) for number in range(4)))
    assert {status for answer in answers for status in statuses(answer)} <= {"applied", "merged"}
    now = await stage.ada.now(goal)
    assert (now["checkInCount"], now["currentValue"]) == (240, 240)
