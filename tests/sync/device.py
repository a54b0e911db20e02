"""A device that works offline: what it holds, what it did and did not yet tell, and a clock of its own.

It behaves as docs/how-to/offline.md tells; what comes of it, tests hold against the server.
"""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from tests.api.person import Document, Person
from tests.sync.pushing import everything, new_id
from tests.sync.test_pull import Held, digests, reduced

from waymark.clock import FrozenClock


class Device:
    """One of several that share an account."""

    def __init__(
        self, person: Person, clock: FrozenClock, name: str, skew: timedelta, chance: Random
    ) -> None:
        self.person = person
        self.name = name
        self._clock = clock
        self._skew = skew
        self._chance = chance
        self.held: Held = {}
        """What the server told, by entity and id."""
        self.pending: list[Document] = []
        self.sent: list[Document] = []
        """Bodies of pushes, for a network that repeats them."""
        self.answered: list[tuple[Document, Document]] = []
        """Changes with their results."""
        self._cursor: str | None = None
        self._pushes = 0

    @property
    def now(self) -> str:
        return (self._clock.at + self._skew).isoformat()

    def known(self, entity: str) -> list[str]:
        """Ids of records that it holds or made."""
        made = [each["id"] for each in self.pending if each["entity"] == entity]
        return sorted({*made, *(record_id for name, record_id in self.held if name == entity)})

    def do(self, entity: str, operation: str, data: Mapping[str, Any], record_id: str | None = None) -> str:
        """Do something now, and tell of it when there is a network."""
        record_id = record_id or new_id()
        change: Document = {
            "entity": entity,
            "id": record_id,
            "operation": operation,
            "data": dict(data),
            "localUpdatedAt": self.now,
            "idempotencyKey": new_id(),
        }
        held = self.held.get((entity, record_id))
        if held is not None:
            change["baseVersion"] = held["version"]
        self.pending.append(change)
        return record_id

    async def push(self, *, is_reply_lost: bool = False) -> None:
        """Tell what was done; without a reply it stays to be told."""
        if not self.pending:
            return
        self._pushes += 1
        body = {
            "changes": list(self.pending),
            "clientId": self.name,
            "clientSeq": self._pushes,
            "clientTime": self.now,
        }
        self.sent.append(body)
        answer = await self.person.data("POST", "/sync/push", body)
        if is_reply_lost:
            return
        self.answered += zip(self.pending, answer["results"], strict=True)
        self.pending = []

    async def repeat(self) -> None:
        """A push that was sent before arrives again, its reply nowhere."""
        if self.sent:
            await self.person.data("POST", "/sync/push", self._chance.choice(self.sent))

    async def pull(self) -> None:
        changes, self._cursor = await everything(
            self.person, self._cursor, limit=self._chance.choice([3, 50])
        )
        self.held = reduced(changes, self.held)

    def digest(self) -> dict[str, str]:
        return digests(self.held)

    def of(self, entity: str) -> list[Document]:
        return [each["data"] for (name, _), each in sorted(self.held.items()) if name == entity]
