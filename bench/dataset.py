"""The people and goals that are measured, made through the public API, the same on every server.

Histories come in bulk; how is the server's affair.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import msgspec

from bench.load import request

HISTORY_DAYS = 3_600
"""Histories lie within ten years that end yesterday, so that what a run adds is the newest."""
CURRENCY = "USD"
PASSWORD = "correct horse battery staple"
NOTE = "Read on the train, both ways."


TASKS, HABITS = 50, 10
"""Linked to the goal that saves."""


class Scale(msgspec.Struct, frozen=True):
    """How much history, in check-ins (`money`: transactions) per goal."""

    read: int = 10_000
    listed: int = 1_000
    written: int = 1_000
    short: int = 10
    long: int = 100_000
    money: int = 20_000
    sockets: int = 5_000
    people: int = 32
    """Each with one goal to check in on, from a connection of its own."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who may ask, and their goals, newest first."""

    token: str
    goals: tuple[str, ...]
    budget: str | None = None
    """Tied to the first goal."""


class Refused(Exception):
    """The server refused what a dataset needs."""


class Client:
    """The few calls that prepare a measurement, one after the other."""

    def __init__(self, port: int, token: str = "") -> None:
        self.token = token
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def content(self, path: str) -> bytes:
        return self._call("GET", path, None)

    def get(self, path: str) -> Any:
        return json.loads(self._call("GET", path, None))["data"]

    def post(self, path: str, body: object) -> Any:
        return json.loads(self._call("POST", path, json.dumps(body).encode()))["data"]

    def put(self, path: str, body: bytes) -> None:
        self._call("PUT", path, body)

    def _call(self, method: str, path: str, body: bytes | None) -> bytes:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201, 204}:
            raise Refused(f"{method} {path}: {answer.status} {content[:600]!r}")
        return content


def person(port: int, name: str, *, goals: int = 1) -> Person:
    """Register somebody and give them goals, each with a description and twelve milestones."""
    client = _registered(port, name)
    return Person(client.token, _goals(client, goals))


def saver(port: int, name: str, *, goals: int = 1) -> Person:
    """As `person`, but the first goal saves money in a budget, with fifty tasks and ten habits.

    Only Waymark has that; the transactions come in bulk.
    """
    client = _registered(port, name)
    others = _goals(client, goals - 1)
    saving = client.post("/api/v1/goals", savings())
    for number in range(TASKS):
        status = "completed" if number % 3 else "planned"
        client.post("/api/v1/tasks", {"title": f"Step {number}", "status": status, "goalId": saving["id"]})
    for number in range(HABITS):
        habit = {"title": f"Habit {number}", "linkedGoalIds": [saving["id"]]}
        client.post(
            f"/api/v1/habits/{client.post('/api/v1/habits', habit)['id']}/complete", {"status": "done"}
        )
    return Person(client.token, (saving["id"], *others), saving["linkedBudgetId"])


def _registered(port: int, name: str) -> Client:
    email = f"{name}@example.org"
    account = {"email": email, "password": PASSWORD, "fullName": name, "timezone": "UTC"}
    return Client(port, Client(port).post("/api/v1/auth/register", account)["accessToken"])


def _goals(client: Client, number: int) -> tuple[str, ...]:
    return tuple(client.post("/api/v1/goals", goal(each))["id"] for each in range(number))[::-1]


def goal(number: int) -> dict[str, object]:
    today = datetime.now(UTC).date()
    return {
        "title": f"Read the long shelf, part {number + 1}",
        "description": "Every book that has waited for years, a few pages at a time. " * 6,
        "goalType": "personal",
        "metricType": "custom",
        "unit": "pages",
        "targetValue": 12_000_000,
        "startDate": str(today - timedelta(days=HISTORY_DAYS + 1)),
        "targetDate": str(today + timedelta(days=365)),
        "milestones": [
            {"title": f"Shelf {shelf} of 12", "description": "From the top left to the bottom right.",
             "targetPercent": share}
            for shelf, share in enumerate((8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 90, 100), start=1)
        ],
    }  # fmt: skip


def savings() -> dict[str, object]:
    return goal(0) | {
        "title": "A year off",
        "goalType": "financial",
        "metricType": "amount",
        "unit": None,
        "currency": CURRENCY,
        "financeMode": "save",
    }


def transaction(owner: Person) -> bytes:
    """The request of money saved today."""
    body = {"type": "income", "amount": 3, "currency": CURRENCY, "budgetId": owner.budget, "name": NOTE}
    return request("POST", "/api/v1/transactions", token=owner.token, body=json.dumps(body).encode())


def check_in(owner: Person, goal_id: str, value: int = 3, note: str = NOTE, day: date | None = None) -> bytes:
    """The request of a check-in, today's unless told."""
    body = {"value": value, "note": note} | ({} if day is None else {"dateKey": str(day)})
    path = f"/api/v1/goals/{goal_id}/check-in"
    return request("POST", path, token=owner.token, body=json.dumps(body).encode())


def history(length: int) -> Sequence[tuple[date, int, str]]:
    """(day, value, note) of past check-ins, oldest first, evenly over the days."""
    first = datetime.now(UTC).date() - timedelta(days=min(length, HISTORY_DAYS))
    days = min(length, HISTORY_DAYS)
    return [
        (first + timedelta(days=index * days // length), 1 + index % 9, f"Page {index}, before sleep.")
        for index in range(length)
    ]
