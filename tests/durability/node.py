"""A server as people start it, `waymark serve`, in a process of its own that a test may kill.

Clients speak HTTP to it; what a test expects of the answers it says itself.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import anyio
import httpx2

PASSWORD = "correct horse battery staple"
BUSY = 503


class Node:
    """One process of the product; `address` is its API.

    `within` is a command that starts it elsewhere, `chosen` are variables of its environment.
    """

    def __init__(self, url: str, folder: Path, *within: str, **chosen: str) -> None:
        self._folder = folder
        self._within = within
        self._environment = {
            **os.environ,
            "WAYMARK_DATABASE_URL": url,
            "WAYMARK_DATA_DIR": str(folder),
            "WAYMARK_SECRET": "a secret of at least thirty-two characters",
            "WAYMARK_RATE_LIMITS": "off",
            **chosen,
        }
        self._process: subprocess.Popen[str]
        self.address = ""

    def __enter__(self) -> Self:
        self.launch()
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def launch(self) -> None:
        """Begin to start; a test that starts several lets them start side by side."""
        with (self._folder / "node.log").open("a") as log:
            self._process = subprocess.Popen(
                [*self._within, sys.executable, "-m", "waymark", "serve", "--port", "0"],
                env=self._environment,
                cwd=self._folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self) -> Self:
        """Returns when it has said that it is ready."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "ready at" in line:
                self.address = line.split("ready at ")[1].split()[0] + "/api/v1"
                return self
        raise RuntimeError((self._folder / "node.log").read_text("utf-8"))

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Returns when the process is gone."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        self._process.communicate()


class Client:
    """Somebody who asks again, with the same key, when a node says that it is too busy."""

    def __init__(self, node: Node, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx2.AsyncClient(base_url=node.address, headers=headers, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, if_match: str | None = None
    ) -> httpx2.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        headers |= {} if if_match is None else {"If-Match": if_match}
        while (response := await self.once(method, path, body, headers)).status_code == BUSY:
            assert int(response.headers["Retry-After"]) > 0
            await anyio.sleep(0.1)
        return response

    async def once(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        return await self._http.request(method, path, json=body, headers=headers)


class Person:
    """An account on a node, with as many goals as a test wants."""

    def __init__(self, user_id: str, token: str) -> None:
        self.user_id = user_id
        self.token = token

    @classmethod
    async def registered(cls, node: Node) -> Self:
        async with Client(node) as client:
            sent = {"email": f"{uuid4()}@example.com", "password": PASSWORD}
            told = (await client("POST", "/auth/register", sent)).json()["data"]
        return cls(told["user"]["id"], told["accessToken"])

    async def goal(self, node: Node) -> str:
        """The id of a new goal that sums up."""
        body = {
            "title": "A thousand pages",
            "metricType": "custom",
            "unit": "pages",
            "targetValue": 1000,
            "milestones": [{"title": "half"}, {"title": "whole"}],
        }
        async with Client(node, self.token) as client:
            response = await client("POST", "/goals", body)
        assert response.status_code == 201, response.text
        goal_id: str = response.json()["data"]["id"]
        return goal_id
