"""The product on one database, inside this process; one person's requests are handed to it as by a server.

Synchronous, because Hypothesis's machines are, and without a client between, because they ask millions of
times; no rule and no expectation lives here.
"""

import asyncio
import json
from collections.abc import Coroutine
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
import uvloop
from starlette.types import Message, Scope

from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store import schema
from waymark.store.connect import connect
from waymark.store.statement import Statement

T = TypeVar("T")

SECRET = "a secret of at least thirty-two characters"
PASSWORD = "correct horse battery staple"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
OF_ONE_USER = [table for table in schema.metadata.sorted_tables if table.name.startswith("goal")]
OF_ONE_USER += [schema.journal, schema.idempotency]
"""Everything that a goal's history leaves behind."""


class Reply(NamedTuple):
    """An answer: its status, and `data` with numbers as fractions, or `error`; the person's id is `me`."""

    status: int
    body: Any

    @property
    def is_done(self) -> bool:
        return self.status < 300


class World:
    """One node with a clock that the test turns; `enter` begins anew as another person."""

    def __init__(self, url: str, folder: Path) -> None:
        self.clock = FrozenClock(START)
        self.database = connect(url)
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.run(self.database.open())
        settings = Settings.load(
            data_dir=folder,
            database_url=url,
            secret=SECRET,
            rate_limits=False,
            access_token_seconds=86_400,  # a person of the soak stays for longer than a quarter of an hour
        )
        self._app = create_app(settings, database=self.database, clock=self.clock)
        self._token = ""
        self._persons = 0
        self.user_id = ""

    def close(self) -> None:
        self.run(self.database.close())
        self._runner.close()

    def run(self, task: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(task)

    def enter(self, zone: str) -> None:
        self.clock.at, self.user_id, self._token = START, "", ""
        self._persons += 1
        email = f"person-{self._persons}@example.com"
        reply = self.send("POST", "/auth/register", {"email": email, "password": PASSWORD, "timezone": zone})
        assert reply.is_done, reply
        self.user_id = reply.body["user"]["id"]
        self._token = reply.body["accessToken"]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Header names are given with underscores."""
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        content = b""
        if body is not None:
            sent["content-type"], content = "application/json", json.dumps(body).encode()
        status, text = self.run(self._asked(method, path, sent, content))
        if self.user_id:
            text = text.replace(self.user_id, "me")
        told = json.loads(text, parse_float=exact, parse_int=exact)
        return Reply(status, told["data"] if status < 300 else told["error"])

    async def _asked(
        self, method: str, target: str, headers: dict[str, str], content: bytes
    ) -> tuple[int, str]:
        path, _, query = f"/api/v1{target}".partition("?")
        answered: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            answered.append(message)

        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"test"), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
        }
        await self._app(scope, receive, send)
        begun, *parts = answered
        return int(begun["status"]), b"".join(part.get("body", b"") for part in parts).decode()

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to what nothing may refuse."""
        reply = self.send(method, path, body)
        assert reply.is_done, reply
        return reply.body

    def rows(self, table: sa.Table) -> list[tuple[Any, ...]]:
        """The person's rows in the order of their key, without the one thing that worlds differ in."""
        statement = Statement(
            sa.select(table).where(table.c.user_id == sa.bindparam("user_id")).order_by(*table.primary_key)
        )
        found = self.run(self.database.all(statement, user_id=self.user_id))
        return [
            tuple(cell.replace(self.user_id, "me") if isinstance(cell, str) else cell for cell in row)
            for row in found
        ]


def exact(text: str) -> Fraction:
    return Fraction(Decimal(text))
