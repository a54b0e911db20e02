"""The account routes as a node of their own, on a real database and with clocks that tests turn.

Composition only; what the tests see is what the routes do.
"""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any

import httpx2
from fastapi import FastAPI

from waymark.actions.oidc import Issuer
from waymark.actions.perform import Door
from waymark.actions.sessions import Sessions
from waymark.actions.tokens import AccessTokens
from waymark.clock import FrozenClock
from waymark.store.database import Database
from waymark.web import accounts
from waymark.web.access import Access
from waymark.web.application import application
from waymark.web.limits import Limits, OwnWindows
from waymark.web.metrics import Metrics

SECRET = "a secret of at least thirty-two characters"
PASSWORD = "correct horse battery staple"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Node:
    """One node. `clock` is the machine's and drives the memory of tokens too; `data_clock` stands still."""

    metrics: Metrics | None = None
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    body_limit_bytes = 1_048_576

    def __init__(self, database: Database, *, attempts: int | None = None, issuer: str | None = None) -> None:
        self.clock = FrozenClock(datetime.now(UTC).replace(microsecond=0))
        self.data_clock = FrozenClock(NOON)
        self.door = Door(database, self.data_clock)
        self.limits = Limits({} if attempts is None else {"auth": attempts}, OwnWindows(self._seconds))
        self.access_tokens = AccessTokens(SECRET, 900, self.clock)
        self.issuer = Issuer(issuer, "waymark", None, self.clock) if issuer else None
        self.access = Access(self.door, self.access_tokens, self.issuer, self.clock, self._seconds)
        self.sessions = Sessions(
            database, self.access_tokens, timedelta(days=30), self.clock, self.access.forget
        )
        self.authenticate = self.access.authenticate

    async def check_ready(self) -> None:
        await self.door.database.check()

    def pass_seconds(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def _seconds(self) -> float:
        return self.clock.at.timestamp()


class Caller:
    """A client of a node, who may bear a token."""

    def __init__(self, node: Node) -> None:
        self.node = node
        app: FastAPI = application([accounts.router], node)
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://test/api/v1"
        )

    async def __call__(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Header names are given with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return await self._client.request(method, path, json=body, headers=sent)

    async def registered(self, email: str = "ada@example.com", **fields: Any) -> dict[str, Any]:
        """The answer to registering: `user`, `accessToken`, `refreshToken`, `expiresIn`."""
        response = await self("POST", "/auth/register", {"email": email, "password": PASSWORD, **fields})
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = data_of(response)
        return answer

    async def close(self) -> None:
        await self._client.aclose()


def data_of(response: httpx2.Response) -> Any:
    body = response.json()
    assert body["success"], body
    return body["data"]


def code_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def fields_of(response: httpx2.Response) -> dict[str, str]:
    """Field → code of every fault."""
    return {fault["field"]: fault["code"] for fault in response.json()["error"]["details"]}


def part(value: object) -> str:
    """JSON as one part of a compact token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
