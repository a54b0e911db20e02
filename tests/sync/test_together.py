"""What a push takes in together comes to what it would have come to change by change.

Which changes go together is not told to anybody: only their number of transactions is.
"""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from tests.api.person import COUNT, Document, Person
from tests.api.tables import journal
from tests.sync.pushing import change, new_id, push, statuses

from waymark.store.database import Database

STAMPS = frozenset(
    {"version", "serverVersion", "createdAt", "updatedAt", "userId", "completedAt", "lastCheckInAt", "id"}
)
"""What differs between two that did the same."""


@pytest.fixture
async def grace(client: httpx2.AsyncClient) -> Person:
    return await Person.registered(client, "grace")


def same(document: Any, names: dict[str, str]) -> Any:
    """A document without its stamps, and with ids by what they stand for."""
    match document:
        case dict():
            return {name: same(held, names) for name, held in document.items() if name not in STAMPS}
        case list():
            return [same(each, names) for each in document]
        case str():
            return names.get(document, document)
        case _:
            return document


class Life:
    """A goal fed by check-ins and by two tasks, a task that nothing hangs on, and one that was deleted."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.names: dict[str, str] = {}

    async def begun(self) -> "Life":
        person = self.person
        goal = await person.goal(**COUNT, milestones=[{"title": "half"}, {"title": "all"}])
        self.names[goal["id"]] = "goal"
        self.names[person.user["id"]] = "user"
        for name in ("tied", "counted", "loose", "gone"):
            self.names[(await person.data("POST", "/tasks", {"title": name}))["id"]] = name
        for name, body in (("tied", {}), ("counted", {"contribution": 5})):
            await person.data("PUT", f"/goals/{self.id_of('goal')}/tasks/{self.id_of(name)}", body)
        await person.data("DELETE", f"/tasks/{self.id_of('gone')}")
        return self

    def id_of(self, name: str) -> str:
        if name not in self.names.values():
            self.names[new_id()] = name
        return next(record_id for record_id, told in self.names.items() if told == name)

    def changes(self) -> list[Document]:
        """What a device did: much that goes together, and what does not between it."""
        goal = self.id_of("goal")

        def of(entity: str, name: str, operation: str, **data: Any) -> Document:
            return change(entity, self.id_of(name), operation, data)

        return [
            of("goal_check_ins", "first fact", "create", goalId=goal, value=30),
            of("tasks", "tied", "update", status="completed"),
            of("tasks", "gone", "update", title="Not that it was gone"),
            of("tasks", "fresh", "create", title="Fresh"),
            of("tasks", "fresh", "update", title="Fresh again", notes="twice in one push"),
            of("tasks", "nowhere", "update", title="Nobody made this"),
            of("tasks", "counted", "update", status="completed", priority="high"),
            of("goal_check_ins", "second fact", "create", goalId=goal, value=25),
            of("goal_check_ins", "refused fact", "create", goalId=goal, value="much"),
            of("tasks", "refused", "create", title=""),
            of("tasks", "loose", "update", title="Looser"),
            of("tasks", "loose", "update", title="Loosest"),
            of("tasks", "above", "create", title="Above"),
            of("tasks", "below", "create", title="Below", parentTaskId=self.id_of("above")),
            of("tasks", "above", "update", parentTaskId=self.id_of("below")),
            of("tasks", "counted", "update", status="planned"),
            of("tasks", "at home", "create", title="At home", goalId=goal),
            of("goals", "goal", "update", title="Another title"),
            of("goal_check_ins", "third fact", "create", goalId=goal, value=50),
            of("tasks", "fresh", "delete"),
            of("tasks", "fresh", "update", title="Too late"),
            of("tasks", "loose", "update", title="Loosest"),
        ]

    async def shown(self) -> Any:
        person, goal = self.person, self.id_of("goal")
        tasks = same(await person.get("/tasks", limit=100), self.names)
        facts = same(await person.get(f"/goals/{goal}/check-ins"), self.names)
        return (
            same(await person.now({"id": goal}), self.names),
            sorted(tasks, key=lambda task: str(task["title"])),
            sorted(facts, key=lambda fact: str(fact["value"])),
            sorted(each["title"] for each in await person.get("/insights", limit=100)),
        )


def told(results: Sequence[Document], names: dict[str, str]) -> list[Any]:
    """What became of each; errors without what is said of the request."""
    return [
        (each["status"], names.get(each["id"]), same([each.get("error"), each.get("conflict")], names))
        for each in results
    ]


async def test_together_as_one_by_one(ada: Person, grace: Person) -> None:
    """Between any two of the others stands something that goes with nothing."""
    together, apart = await Life(ada).begun(), await Life(grace).begun()
    at_once = await push(ada, *together.changes())
    nothing = change("achievements", new_id(), "update")
    between = await push(grace, *(each for one in apart.changes() for each in (one, nothing)))
    assert told(at_once, together.names) == told(between[::2], apart.names)
    assert {"applied", "rejected", "conflict"} <= set(statuses(at_once))
    assert await together.shown() == await apart.shown()


async def test_what_goes_together_is_one_transaction(ada: Person, database: Database) -> None:
    """And a goal is told once of all that it was given."""
    goal = await ada.goal(**COUNT)
    before = len(await journal(database, ada.user["id"]))
    changes = []
    for value in range(1, 21):
        changes.append(change("goal_check_ins", new_id(), "create", {"goalId": goal["id"], "value": value}))
        changes.append(change("tasks", new_id(), "create", {"title": str(value)}))
    assert set(statuses(await push(ada, *changes))) == {"applied"}
    rows = (await journal(database, ada.user["id"]))[before:]
    assert len({row.txn for row in rows}) == 1
    assert [row.id for row in rows if row.entity == "goals"] == [goal["id"]]
    assert (await ada.now(goal))["currentValue"] == sum(range(1, 21))


async def test_an_answer_is_the_record_as_it_went_out(ada: Person) -> None:
    task = await ada.data("POST", "/tasks", {"title": "As it is"})
    results = await push(
        ada,
        change("tasks", new_id(), "create", {"title": "New"}),
        change("tasks", task["id"], "update", {"title": "As it is"}),
        change("tasks", new_id(), "create", {"title": "Newer"}),
    )
    assert statuses(results) == ["applied", "noop", "applied"]
    for each in results:
        assert each["record"] == await ada.get(f"/tasks/{each['id']}")
