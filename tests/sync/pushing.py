"""Pushing as a front end does: changes with an edit time and a key, and what became of each.

Reading answers exactly is the Person's business; what they should be, each test says.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from tests.api.person import Document, Person

EDITED = "2026-03-02T11:00:00Z"
"""An hour before the clock of the tests."""


def new_id() -> str:
    return str(uuid4())


def change(
    entity: str, record_id: str, operation: str, data: Mapping[str, Any] | None = None, **more: Any
) -> Document:
    """A change as documented: without a base, with an edit time and a key of its own."""
    told = {"localUpdatedAt": EDITED, "idempotencyKey": new_id(), **more}
    return {"entity": entity, "id": record_id, "operation": operation, "data": data or {}, **told}


async def push(person: Person, *changes: Document, **told: Any) -> list[Document]:
    """The results of a push, which always succeeds."""
    answer = await person.data("POST", "/sync/push", {"changes": list(changes), **told})
    assert answer.keys() == {"results", "serverTime", "cursor"}
    results: list[Document] = answer["results"]
    assert [(each["entity"], each["id"]) for each in results] == [
        (each["entity"], each["id"]) for each in changes
    ]
    return results


async def pushed(person: Person, *args: Any, **more: Any) -> Document:
    """The result of one change."""
    (result,) = await push(person, change(*args, **more))
    return result


def statuses(results: Sequence[Document]) -> list[str]:
    return [each["status"] for each in results]


async def pull(person: Person, since: str | None = None, **params: Any) -> Document:
    """One page."""
    asked = params if since is None else {"since": since, **params}
    page: Document = await person.get("/sync/pull", **asked)
    return page


async def everything(person: Person, since: str | None = None, **params: Any) -> tuple[list[Document], str]:
    """All changes page by page, and the last cursor."""
    changes: list[Document] = []
    while True:
        page = await pull(person, since, **params)
        changes += page["changes"]
        since = page["cursor"]
        if not page["hasMore"]:
            return changes, since


async def conflicts(person: Person, **params: Any) -> list[Document]:
    found: list[Document] = await person.get("/sync/conflicts", **params)
    return found
