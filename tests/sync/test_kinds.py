"""Every kind of record by push: made, edited, deleted and brought back as over REST.

A kind that is added without a line here fails a test.
"""

import json
from typing import Any, NamedTuple

import pytest
from tests.api.person import COUNT, SAVING, Document, Person
from tests.sync.pushing import change, everything, new_id, pull, push, pushed, statuses

from waymark.clock import FrozenClock, instant
from waymark.sync.registry import KINDS


class Sample(NamedTuple):
    made: Document
    """What a device makes; `goal`, `debt`, `task` and `habit` stand for the ids of such."""
    edit: Document
    path: str | None = None
    """Where GET shows it."""


HABIT: Document = {"completionMode": "numeric", "targetPerDay": 10, "unit": "pages"}
SAMPLES = {
    "goals": Sample({"title": "Read", **COUNT}, {"title": "Read more", "targetValue": 50}, "/goals/{id}"),
    "goal_milestones": Sample(
        {"goalId": "goal", "title": "half", "targetPercent": 50, "targetValue": 50},
        {"title": "a half", "targetPercent": 40},
        "/goals/{goal}/milestones/{id}",
    ),
    "goal_check_ins": Sample(
        {"goalId": "goal", "value": 5, "note": "a", "link": {"type": "url", "url": "https://example.org"}},
        {"value": 6, "note": "b", "link": None},
        "/goals/{goal}/check-ins/{id}",
    ),
    "goal_tasks": Sample({"goalId": "goal", "taskId": "task", "contribution": 5}, {"contribution": 6}),
    "goal_habits": Sample({"goalId": "goal", "habitId": "habit"}, {"contribution": 2}),
    "tasks": Sample(
        {"title": "Buy", "goalId": "goal", "priority": "low"},
        {"status": "completed", "notes": "done", "dueDate": "2026-04-01"},
        "/tasks/{id}",
    ),
    "habits": Sample(
        {"title": "Read", "linkedGoalIds": ["goal"], **HABIT},
        {"title": "Read more", "daysOfWeek": [1, 3], "frequency": "custom"},
        "/habits/{id}",
    ),
    "habit_completions": Sample(
        {"habitId": "habit", "dateKey": "2026-03-01", "status": "done", "value": 5},
        {"status": "skip", "value": None},
    ),
    "focus_sessions": Sample(
        {"plannedMinutes": 25, "goalId": "goal", "taskId": "task"},
        {"status": "completed", "actualMinutes": 20, "notes": "well"},
        "/focus-sessions/{id}",
    ),
    "budgets": Sample(
        {"name": "Books", "currency": "USD", "limitAmount": 50, "categoryIds": ["books"]},
        {"limitAmount": 60, "categoryIds": ["books", "films"]},
        "/budgets/{id}",
    ),
    "debts": Sample(
        {"direction": "i_owe", "counterpartyName": "Ann", "principalAmount": 100, "principalCurrency": "USD"},
        {"counterpartyName": "Anna", "principalAmount": 90},
        "/debts/{id}",
    ),
    "debt_payments": Sample(
        {"debtId": "debt", "amount": 10, "currency": "USD"},
        {"amount": 15, "note": "by hand"},
        "/debts/{debt}/payments/{id}",
    ),
    "transactions": Sample(
        {"type": "income", "amount": 10, "currency": "USD", "goalId": "saving", "tags": ["a"]},
        {"amount": 15, "tags": ["a", "b"], "date": "2026-02-20"},
        "/transactions/{id}",
    ),
    "fx_rates": Sample({"date": "2026-03-01", "from": "USD", "to": "UZS", "rate": 12500}, {"rate": 12600}),
    "insights": Sample(
        {"title": "Well done", "body": "Go on.", "source": "ai", "related": {"goalId": "goal"}},
        {"status": "viewed", "title": "Very well done"},
        "/insights/{id}",
    ),
}
NEVER_DELETED = {"fx_rates"}
entities = pytest.mark.parametrize("entity", SAMPLES)
deletable = pytest.mark.parametrize("entity", [name for name in SAMPLES if name not in NEVER_DELETED])


def test_every_kind_has_a_sample() -> None:
    assert SAMPLES.keys() == KINDS.keys()


class Scene:
    """A person with something for each kind to hang on."""

    def __init__(self, ada: Person, clock: FrozenClock) -> None:
        self.ada = ada
        self.clock = clock
        self.ids: dict[str, str] = {}

    async def enter(self) -> None:
        for name, path, body in (
            ("goal", "/goals", {"title": "G", **COUNT}),
            ("saving", "/goals", {"title": "S", **SAVING}),
            ("task", "/tasks", {"title": "T"}),
            ("habit", "/habits", {"title": "H", **HABIT}),
            ("debt", "/debts", SAMPLES["debts"].made),
        ):
            self.ids[name] = (await self.ada.data("POST", path, body))["id"]

    def told(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.told(held) for name, held in value.items()}
        if isinstance(value, list):
            return [self.told(held) for held in value]
        return self.ids.get(value, value) if isinstance(value, str) else value

    async def make(self, entity: str) -> Document:
        record_id = new_id()
        data = self.told(SAMPLES[entity].made)
        result = await pushed(self.ada, entity, record_id, "create", data)
        assert result["status"] == "applied", result
        record: Document = result["record"]
        assert record["id"] == record_id
        return record

    async def shown(self, entity: str, record_id: str) -> Document:
        """As GET gives it, or as a snapshot does where there is no such call."""
        path = SAMPLES[entity].path
        if path is not None:
            found: Document = await self.ada.get(path.format(id=record_id, **self.ids))
            return found
        changes, _ = await everything(self.ada, entities=entity)
        return next(each["data"] for each in changes if each["id"] == record_id)


@pytest.fixture
async def scene(ada: Person, clock: FrozenClock) -> Scene:
    scene = Scene(ada, clock)
    await scene.enter()
    return scene


@entities
async def test_made_and_edited(scene: Scene, entity: str) -> None:
    made = await scene.make(entity)
    assert await scene.shown(entity, made["id"]) == made
    edit = SAMPLES[entity].edit
    edited = await pushed(scene.ada, entity, made["id"], "update", edit, baseVersion=made["version"])
    assert edited["status"] == "applied", edited
    record = edited["record"]
    assert await scene.shown(entity, made["id"]) == record
    assert {name: record.get(name) for name in edit} == edit
    assert record["version"] > made["version"]
    assert (await pushed(scene.ada, entity, made["id"], "update", edit))["status"] == "noop"
    held = json.loads(json.dumps(record, default=float))
    whole = await pushed(scene.ada, entity, made["id"], "update", held)
    assert (whole["status"], whole["record"]) == ("noop", record)


@entities
async def test_a_retry_without_a_key(scene: Scene, entity: str) -> None:
    made = await scene.make(entity)
    again = await pushed(scene.ada, entity, made["id"], "create", scene.told(SAMPLES[entity].made))
    assert (again["status"], again["record"]) == ("noop", made)


@deletable
async def test_deleted(scene: Scene, entity: str) -> None:
    before, _ = await everything(scene.ada)
    made = await scene.make(entity)
    gone = await pushed(scene.ada, entity, made["id"], "delete", baseVersion=made["version"])
    assert (gone["status"], gone["record"]["showStatus"]) == ("applied", "deleted")
    assert (await pushed(scene.ada, entity, made["id"], "delete"))["status"] == "noop"
    after, _ = await everything(scene.ada)
    assert made["id"] not in {each["id"] for each in after}
    goals = [each["data"]["currentValue"] for each in before if each["entity"] == "goals"]
    assert [each["data"]["currentValue"] for each in after if each["entity"] == "goals"][
        : len(goals)
    ] == goals


@deletable
@pytest.mark.parametrize("resolution", ["use_server", "use_local"])
async def test_edited_here_and_deleted_there(scene: Scene, entity: str, resolution: str) -> None:
    """The conflict is decided either way; what is brought back has what was edited."""
    made = await scene.make(entity)
    gone = await pushed(scene.ada, entity, made["id"], "delete", baseVersion=made["version"])
    edit = SAMPLES[entity].edit
    told = await pushed(scene.ada, entity, made["id"], "update", edit, baseVersion=made["version"])
    assert (told["status"], told["record"]["syncStatus"]) == ("conflict", "conflict"), told
    body = {"entity": entity, "id": made["id"], "resolution": resolution}
    record = (await scene.ada.data("POST", "/sync/resolve-conflict", body))["record"]
    assert record["syncStatus"] == "synced"
    if resolution == "use_server":
        assert record["showStatus"] == gone["record"]["showStatus"] == "deleted"
        return
    assert record["showStatus"] == "active"
    assert {name: record.get(name) for name in edit} == edit
    assert await scene.shown(entity, made["id"]) == record
    page = await pull(scene.ada)
    assert [each["data"] for each in page["changes"] if each["id"] == made["id"]] == [record]


@deletable
async def test_deleted_here_and_edited_there(scene: Scene, entity: str) -> None:
    made = await scene.make(entity)
    scene.clock.at = instant("2026-03-02T13:00:00Z")
    edit = SAMPLES[entity].edit
    edited = await pushed(scene.ada, entity, made["id"], "update", edit, baseVersion=made["version"])
    told = await pushed(scene.ada, entity, made["id"], "delete", baseVersion=made["version"])
    assert told["status"] == "conflict", (edited, told)
    body = {"entity": entity, "id": made["id"], "resolution": "use_local"}
    record = (await scene.ada.data("POST", "/sync/resolve-conflict", body))["record"]
    assert (record["showStatus"], record["syncStatus"]) == ("deleted", "synced")


@pytest.mark.parametrize("status", ["paused", "canceled"])
async def test_a_session_that_was_left(scene: Scene, status: str) -> None:
    result = await pushed(
        scene.ada, "focus_sessions", new_id(), "create", {"plannedMinutes": 25, "status": status}
    )
    assert (result["status"], result["record"]["status"]) == ("applied", status)


async def test_words_that_only_the_server_says(scene: Scene) -> None:
    """A debt that is paid tells so in a record that was pushed back whole."""
    debt = await scene.ada.get(f"/debts/{scene.ids['debt']}")
    payment = {"debtId": debt["id"], "amount": 100, "currency": "USD"}
    results = await push(
        scene.ada,
        change("debt_payments", new_id(), "create", payment),
        change("debts", debt["id"], "update", {**debt, "status": "paid", "counterpartyName": "Anna"}),
    )
    assert statuses(results) == ["applied", "applied"]
    assert results[1]["record"]["status"] == "paid"
