"""What was said to a person, as tests compare it.

Reading only; what should have been said each test knows.
"""

from collections.abc import Iterable
from typing import Any

from tests.api.person import Document, Person


async def said_of(person: Person, goal: Document, **filters: Any) -> list[tuple[str, str]]:
    """Rule and status of everything about a goal, oldest first."""
    return told(await insights(person, goalId=goal["id"], **filters))


async def insights(person: Person, **filters: Any) -> list[Document]:
    """Every insight, oldest first."""
    found: list[Document] = await person.get("/insights", limit="100", sortOrder="asc", **filters)
    return found


def told(found: Iterable[Document]) -> list[tuple[str, str]]:
    return [(each["rule"], each["status"]) for each in found]


async def run(person: Person, action: Document, **params: str) -> int:
    """Send an action as it stands; its status code."""
    path = action["path"].removeprefix("/api/v1")
    body = {name: str(value) for name, value in action["body"].items()} if "body" in action else None
    if action["method"] == "GET":
        params = {}
    return (await person(action["method"], path, body, params=params)).status_code
