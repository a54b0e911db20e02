"""A person who owns one of everything, and what of it is in the database.

What other people must not reach is said by the tests.
"""

import json
from typing import Any

import httpx2
import sqlalchemy as sa
from tests.adversarial.surface import Surface

from waymark.store import schema
from waymark.store.database import Database
from waymark.store.statement import Statement

PASSWORD = "correct horse battery staple"
PREFIX = "/api/v1"


class Owner:
    """A registered user with a goal, a check-in, a milestone, a second session and an API token.

    Of whatever else has an address of its own: one made as the document's example says.
    """

    def __init__(self, client: httpx2.AsyncClient, welcome: dict[str, Any]) -> None:
        self.client = client
        self.token: str = welcome["accessToken"]
        self.refresh_token: str = welcome["refreshToken"]
        self.user: dict[str, Any] = welcome["user"]
        self.ids: dict[str, str] = {}
        """An id of this person's for every noun in a path."""

    @classmethod
    async def settled(cls, client: httpx2.AsyncClient, name: str, surface: Surface) -> "Owner":
        account = {"email": f"{name}@example.com", "password": PASSWORD}
        owner = cls(client, data_of(await client.post(f"{PREFIX}/auth/register", json=account)))
        await client.post(f"{PREFIX}/auth/login", json=account)
        sessions = await owner.made("GET", "/auth/sessions")
        owner.ids["sessions"] = next(each["id"] for each in sessions if not each["current"])
        owner.ids["tokens"] = (await owner.made("POST", "/auth/tokens", {"name": "widget"}))["id"]
        goal = await owner.made(
            "POST",
            "/goals",
            {
                "title": f"A goal of {name}",
                "metricType": "weight",
                "unit": "kg",
                "initialValue": 92,
                "targetValue": 80,
                "milestones": [
                    {"title": "begun", "targetPercent": 30},
                    {"title": "nearly", "targetPercent": 90},
                ],
            },
        )
        owner.ids["goals"] = goal["id"]
        owner.ids["milestones"] = goal["milestones"][0]["id"]
        path = f"/goals/{goal['id']}/check-in"
        owner.ids["check-ins"] = (await owner.made("POST", path, {"value": 91}))["checkIn"]["id"]
        makers = {noun: surface.maker(noun) for noun in surface.nouns - owner.ids.keys()}
        for noun, making in sorted(makers.items(), key=lambda each: len(each[1].slots)):
            made = await owner("POST", making.at(owner.ids), body=making.body)
            told = data_of(made)
            # Saying how a day went answers the habit with that day in it.
            owner.ids[noun] = told.get("completion", told)["id"]
        return owner

    async def __call__(
        self, method: str, path: str, *, content: bytes | None = None, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """One request; headers are given with underscores."""
        sent = {"authorization": f"Bearer {self.token}"}
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent["content-type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, content=content, headers=sent)

    async def made(self, method: str, path: str, body: Any = None) -> Any:
        """`data` of an answer that must be a success; the path is below the base path."""
        return data_of(await self(method, PREFIX + path, body=body))


def data_of(response: httpx2.Response) -> Any:
    assert response.status_code < 300, response.text
    return response.json()["data"]


def fields_of(response: httpx2.Response) -> set[str]:
    """The fields that a failure names."""
    return {fault["field"] for fault in response.json()["error"]["details"]}


def unsigned(response: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """An answer without what differs between any two requests."""
    called = response.headers["x-request-id"]
    headers = [(name, value) for name, value in response.headers.items() if name != "x-request-id"]
    return response.status_code, response.content.replace(called.encode(), b"?"), headers


async def stored(database: Database, user_id: str | None = None) -> dict[str, list[Any]]:
    """Every row of every table, or those of one user; the journal and its head among them.

    Without when a token was last seen, which reading moves too.
    """
    rows: dict[str, list[Any]] = {}
    for table in schema.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name != "last_used_at"]
        wanted = sa.select(*columns)
        owner = table.columns.get("user_id", table.columns.get("id") if table.name == "users" else None)
        if user_id is not None and owner is not None:
            wanted = wanted.where(owner == sa.bindparam("user_id"))
            found = await database.all(Statement(wanted), user_id=user_id)
        else:
            found = await database.all(Statement(wanted))
        rows[table.name] = sorted(found, key=repr)
    return rows
