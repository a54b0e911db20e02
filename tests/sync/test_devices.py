"""Three devices, offline and back in any order, with lost replies, repeated pushes and clocks years off.

When all is told and decided they hold what the server holds, and nothing was lost or done twice.
"""

import os
from datetime import timedelta
from random import Random

import pytest
from tests.api.person import COUNT, Document, Person
from tests.api.tables import journal
from tests.sync.device import Device
from tests.sync.pushing import conflicts, everything, pull

from waymark.clock import FrozenClock
from waymark.domain.records import JournalRow
from waymark.store.database import Database

SEEDS = range(200 if os.environ.get("WAYMARK_SOAK") else 4)
STEPS = 40
SKEWS = [timedelta(0), timedelta(days=3_650), timedelta(days=-3_650)]


class Drill:
    """Random people on random networks; the seed tells it all."""

    def __init__(self, ada: Person, clock: FrozenClock, seed: int) -> None:
        self.chance = Random(seed)
        self.ada = ada
        self.clock = clock
        names = ("phone", "tablet", "desk")
        self.devices = [
            Device(ada, clock, name, skew, self.chance) for name, skew in zip(names, SKEWS, strict=True)
        ]
        self.habit_id = ""

    async def run(self) -> None:
        habit = await self.ada.data("POST", "/habits", {"title": "Read"})
        self.habit_id = habit["id"]
        for _ in range(STEPS):
            self.clock.at += timedelta(minutes=self.chance.randint(1, 90))
            device = self.chance.choice(self.devices)
            match self.chance.choice(["do", "do", "do", "push", "lost", "pull", "repeat", "elsewhere"]):
                case "do":
                    self.act(device)
                case "push":
                    await device.push()
                case "lost":
                    await device.push(is_reply_lost=True)
                case "pull":
                    await device.pull()
                case "repeat":
                    await device.repeat()
                case _:
                    await self.act_online()
        await self.quiet()

    def act(self, device: Device) -> None:
        """Something that a person does offline."""
        chance = self.chance
        goals = device.known("goals")
        if not goals or chance.random() < 0.15:
            device.do("goals", "create", {"title": f"{device.name} {device.now}", **COUNT})
            return
        chance.choice([self.edit, self.edit, self.count, self.count, self.spend, self.plan])(
            device, chance.choice(goals)
        )

    def edit(self, device: Device, goal_id: str) -> None:
        edits: list[Document] = [
            {"title": f"by {device.name}"},
            {"description": f"by {device.name}"},
            {"targetValue": self.chance.choice([50, 200])},
            {"targetDate": self.chance.choice(["2026-08-01", "2026-09-01"])},
            {"status": self.chance.choice(["paused", "active"])},
        ]
        if self.chance.random() < 0.15:
            device.do("goals", "delete", {}, goal_id)
        else:
            device.do("goals", "update", {**self.chance.choice(edits), **self.chance.choice(edits)}, goal_id)

    def count(self, device: Device, goal_id: str) -> None:
        facts, value = device.known("goal_check_ins"), self.chance.randint(1, 9)
        match self.chance.choice(["more", "more", "other", "none"]) if facts else "more":
            case "other":
                device.do("goal_check_ins", "update", {"value": value}, self.chance.choice(facts))
            case "none":
                device.do("goal_check_ins", "delete", {}, self.chance.choice(facts))
            case _:
                device.do("goal_check_ins", "create", {"goalId": goal_id, "value": value})

    def spend(self, device: Device, _goal_id: str) -> None:
        if paid := device.known("transactions"):
            amount = {"amount": self.chance.randint(1, 9)}
            device.do("transactions", "update", amount, self.chance.choice(paid))
        else:
            device.do("transactions", "create", {"type": "expense", "amount": 5, "currency": "USD"})

    def plan(self, device: Device, goal_id: str) -> None:
        day = {
            "dateKey": f"2026-03-0{self.chance.randint(1, 2)}",
            "status": self.chance.choice(["done", "skip"]),
        }
        device.do("habit_completions", "create", {"habitId": self.habit_id, **day})
        device.do("tasks", "create", {"title": f"of {device.name}", "goalId": goal_id})
        place = {"title": f"at {device.now}", "targetPercent": self.chance.randint(1, 99)}
        device.do("goal_milestones", "create", {"goalId": goal_id, **place})

    async def act_online(self) -> None:
        goals = await self.ada.get("/goals", limit=100)
        if goals:
            body = {"title": f"over REST at {self.clock.at.isoformat()}"}
            await self.ada("PATCH", f"/goals/{self.chance.choice(goals)['id']}", body)

    async def quiet(self) -> None:
        """All is told, all conflicts are decided, all is heard."""
        while True:
            for device in self.devices:
                await device.push()
                await device.pull()
            open_ = await conflicts(self.ada, limit=100)
            if not open_:
                break
            for conflict in open_:
                resolution = self.chance.choice(["use_server", "use_local", "merge"])
                body = {"conflictId": conflict["id"], "resolution": resolution}
                answer = await self.ada("POST", "/sync/resolve-conflict", body)
                if answer.status_code not in {200, 409}:
                    # What the device wanted can be no more: then what is here stays.
                    await self.ada.data(
                        "POST", "/sync/resolve-conflict", {**body, "resolution": "use_server"}
                    )
        for device in self.devices:
            await device.pull()


@pytest.mark.parametrize("seed", SEEDS)
async def test_devices_converge(ada: Person, clock: FrozenClock, database: Database, seed: int) -> None:
    drill = Drill(ada, clock, seed)
    await drill.run()
    rows = await journal(database, ada.user["id"])
    standing, _ = await everything(ada)
    page = await pull(ada)
    for device in drill.devices:
        assert device.digest() == page["digest"], device.name
        shown = sorted(
            (each["data"] for each in standing if each["entity"] == "goals"), key=lambda goal: goal["id"]
        )
        assert lasting(device.of("goals")) == lasting(shown)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [row.at for row in rows] == sorted({row.at for row in rows})
    for device in drill.devices:
        for change, result in device.answered:
            assert_kept(change, result, rows)
    facts = [each["data"] for each in standing if each["entity"] == "goal_check_ins"]
    for goal in (each["data"] for each in standing if each["entity"] == "goals"):
        of_goal = [fact["value"] for fact in facts if fact["goalId"] == goal["id"]]
        assert (goal["currentValue"], goal["checkInCount"]) == (sum(of_goal), len(of_goal))
        assert goal["syncStatus"] == "synced"
    assert_dead_stay_dead(rows)


def lasting(goals: list[Document]) -> list[Document]:
    """Goals without what moves with the day, which is outside their versions."""
    return [{name: value for name, value in goal.items() if name != "pace"} for goal in goals]


def assert_kept(change: Document, result: Document, rows: list[JournalRow]) -> None:
    """What was acknowledged is in the journal, as a record or as a conflict."""
    if result["status"] == "applied" and change["operation"] != "delete":
        for name, value in change["data"].items():
            assert result["record"][name] == value, (change, result)
        assert result["record"]["version"] in {row.version for row in rows if row.id == change["id"]}
    if result["status"] == "conflict":
        assert any(row.id == result["conflict"]["id"] for row in rows)
        if change["operation"] == "update":
            assert (
                result["conflict"]["local"].items()
                >= {
                    name: value
                    for name, value in change["data"].items()
                    if name in result["conflict"]["fields"]
                }.items()
            )


def assert_dead_stay_dead(rows: list[JournalRow]) -> None:
    """What was deleted came back by a decision alone."""
    decided = {
        row.seq for row in rows if row.entity == "sync_conflicts" and '"status":"resolved"' in row.body
    }
    decisions = {row.seq - back for row in rows if row.seq in decided for back in range(12)}
    dead: set[tuple[str, str]] = set()
    for row in rows:
        if row.entity not in {"goals", "goal_check_ins", "transactions"}:
            continue
        key = (row.entity, row.id)
        if row.operation == "delete":
            dead.add(key)
        elif key in dead and '"showStatus":"deleted"' not in row.body:
            assert row.seq in decisions, row
            dead.discard(key)
