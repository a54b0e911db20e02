"""What a client would hold that knows nothing but the frames it was sent, and what a refetch would give it.

The two must be the same; neither looks behind the wire.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from tests.api.person import Document, Person
from tests.realtime.site import Frame

State: TypeAlias = dict[str, dict[str, Document]]
"""Entity → id → the entity as GET gives it; deleted ones are not there."""

TOP = {
    "goals": "/goals",
    "tasks": "/tasks",
    "habits": "/habits",
    "focus_sessions": "/focus-sessions",
    "budgets": "/budgets",
    "debts": "/debts",
    "transactions": "/transactions",
    "fx_rates": "/fx-rates",
    "insights": "/insights",
    "achievements": "/users/me/achievements",
    "sync_conflicts": "/sync/conflicts",
}
BELOW = {
    "goal_milestones": ("goals", "milestones"),
    "goal_check_ins": ("goals", "check-ins"),
    "goal_finance_contributions": ("goals", "contributions"),
    "habit_completions": ("habits", "history"),
    "debt_payments": ("debts", "payments"),
}
LINKS = {"goal_tasks": ("tasks", "taskId"), "goal_habits": ("habits", "habitId")}
ALL_OF: dict[str, tuple[dict[str, str], ...]] = {
    "achievements": ({},),
    "sync_conflicts": ({"status": "open"}, {"status": "resolved"}),
}
"""What is asked for to get all of an entity, where it is not by showStatus."""
NOT_PAGED = {"goal_milestones", "achievements"}
JOINED = "goals"
"""What neighbours show of their goals: outside of their version, so it follows from the goals' own frames."""


def heard(frames: Iterable[Frame]) -> State:
    """What the frames add up to."""
    state: State = {entity: {} for entity in (*TOP, *BELOW, *LINKS)}
    for frame in frames:
        if frame["event"] == "entity:updated":
            told = frame["data"]
            entity, entity_id, operation, document = (
                told[name] for name in ("entity", "id", "operation", "data")
            )
        else:
            document = frame["data"]
            entity, entity_id, operation = "insights", document["id"], "create"
        if operation == "delete":
            state[entity].pop(entity_id, None)
        else:
            assert (operation == "create") is not (entity_id in state[entity]) or entity == "insights", frame
            state[entity][entity_id] = document
    return state


async def fetched(person: Person) -> State:
    """The same by asking for everything."""
    state: State = {}
    for entity, path in TOP.items():
        state[entity] = {}
        for params in ALL_OF.get(entity, ({"showStatus": "active"}, {"showStatus": "archived"})):
            state[entity] |= {each["id"]: each for each in await everything(person, path, **params)}
    for entity, (parents, name) in BELOW.items():
        state[entity] = {}
        for parent in state[parents]:
            for each in await everything(person, f"/{parents}/{parent}/{name}"):
                state[entity][each["id"]] = each
    for entity, (name, field) in LINKS.items():
        state[entity] = {
            f"{goal} {each['id']}": {"goalId": goal, field: each["id"], "contribution": each["contribution"]}
            for goal in state["goals"]
            for each in await everything(person, f"/goals/{goal}/{name}")
        }
    return state


async def everything(person: Person, path: str, **params: str) -> list[Document]:
    response = await person("GET", path, params=params)
    assert response.status_code == 200, (path, response.text)
    found: list[Document] = await person.get(path, **params)
    assert len(found) < 20, "the world of this test fits on a page"
    return found


def compared(told: State, asked: State) -> list[tuple[str, Any, Any]]:
    """Every difference: entity, what was heard and what was fetched."""
    differences: list[tuple[str, Any, Any]] = []
    for entity in asked:
        one, other = (shown(entity, within(entity, state)) for state in (told, asked))
        differences += [
            (f"{entity} {key}", one.get(key), other.get(key))
            for key in sorted(one.keys() | other.keys())
            if one.get(key) != other.get(key)
        ]
    return differences + [
        (f"goals of {entity} {each['id']}", goal, held)
        for entity in ("tasks", "habits", "budgets", "debts", "transactions")
        for each in asked[entity].values()
        for goal in each[JOINED]
        for held in [told["goals"].get(goal["id"], {})]
        if any(goal[name] != held.get(name) for name in goal)
    ]


def within(entity: str, state: State) -> dict[str, Document]:
    """Those of an entity whose parent is there: with a deleted goal all that is its own is out of sight."""
    parents, _ = BELOW.get(entity) or ("goals" if entity in LINKS else "", "")
    if not parents:
        return state[entity]
    field = f"{parents[:-1]}Id"
    return {key: each for key, each in state[entity].items() if each[field] in state[parents]}


def shown(entity: str, documents: dict[str, Document]) -> dict[str, Document]:
    if entity in LINKS:
        _, field = LINKS[entity]
        return {
            f"{each['goalId']} {each[field]}": {
                name: each[name] for name in ("goalId", field, "contribution")
            }
            for each in documents.values()
        }
    return {
        key: {name: value for name, value in each.items() if name != JOINED}
        for key, each in documents.items()
    }
