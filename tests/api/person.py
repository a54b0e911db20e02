"""A registered user as a client of the whole application, inside this process.

Reading answers exactly is done here; what they should be, each test says.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import httpx2

PASSWORD = "correct horse battery staple"

Document: TypeAlias = dict[str, Any]

WEIGHT: Document = {"metricType": "weight", "unit": "kg", "initialValue": 92, "targetValue": 80}
SAVING: Document = {
    "goalType": "financial",
    "metricType": "amount",
    "currency": "USD",
    "targetValue": 1000,
}
COUNT: Document = {"metricType": "count", "targetValue": 100}
PACED: Document = {**COUNT, "startDate": "2026-03-01", "targetDate": "2026-03-21"}


class Person:
    """Calls with a token; paths are below `/api/v1`, headers are given with underscores."""

    def __init__(self, client: httpx2.AsyncClient, token: str, user: Document) -> None:
        self.client = client
        self.token = token
        self.user = user

    @classmethod
    async def registered(cls, client: httpx2.AsyncClient, name: str, **fields: Any) -> "Person":
        body = {"email": f"{name}@example.com", "password": PASSWORD, **fields}
        answer = data_of(await client.post("/auth/register", json=body))
        return cls(client, answer["accessToken"], answer["user"])

    async def __call__(
        self, method: str, path: str, body: Any = None, *, params: Any = None, **headers: str
    ) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self.token}"
        return await self.client.request(method, path, json=body, params=params, headers=sent)

    async def data(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """`data` of an answer that must be a success."""
        return data_of(await self(method, path, body, **more))

    async def get(self, path: str, **params: Any) -> Any:
        return await self.data("GET", path, params=params)

    async def goal(self, title: str = "A goal", **fields: Any) -> Document:
        """A new goal as its creation answered it."""
        created: Document = await self.data("POST", "/goals", {"title": title, **fields})
        return created

    async def check_in(self, goal: Document, value: Any = None, **fields: Any) -> Document:
        """A new fact's whole answer: `checkIn`, `goal`, `milestonesReached`."""
        body = fields if value is None else {"value": value, **fields}
        told: Document = await self.data("POST", f"/goals/{goal['id']}/check-in", body)
        return told

    async def now(self, goal: Document) -> Document:
        """The goal as GET gives it."""
        shown: Document = await self.get(f"/goals/{goal['id']}")
        return shown


def parsed(response: httpx2.Response) -> Any:
    """The body with exact decimals."""
    return json.loads(response.content, parse_float=Decimal)


def data_of(response: httpx2.Response) -> Any:
    body = parsed(response)
    assert body["success"], body
    assert body["error"] is None
    return body["data"]


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Status and code of an answer that must be a failure, in the contract's envelope."""
    body = parsed(response)
    assert body["success"] is False, body
    assert body["data"] is None
    assert body["error"]["requestId"] == response.headers["X-Request-Id"]
    return response.status_code, body["error"]["code"]


def fields_of(response: httpx2.Response) -> set[str]:
    """The fields that a VALIDATION_ERROR names."""
    assert code_of(response) == (422, "VALIDATION_ERROR"), response.text
    return {fault["field"] for fault in parsed(response)["error"]["details"]}


def shown(document: Mapping[str, Any], *names: str) -> list[Any]:
    """Some fields of a document, in the order asked for."""
    return [document[name] for name in names]
