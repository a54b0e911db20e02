"""The courier's round as a test walks it: until nothing is left to do, or for as long as is said.

What should have arrived, each test says.
"""

import asyncio
from typing import Any

from tests.api.person import Document, Person
from tests.webhooks.receiver import Receiver

from waymark.app import Application
from waymark.clock import Clock
from waymark.domain.targets import Allowed
from waymark.domain.webhooks import Patience
from waymark.webhooks.courier import Courier
from waymark.webhooks.guard import Guard, Resolve, resolved
from waymark.webhooks.sending import Sender


class Round:
    """Couriers of the application's own database, with a patience and a timeout of the test's."""

    def __init__(self, services: Application, patience: Patience) -> None:
        self.services = services
        self.patience = patience
        self.courier = self.another()

    def another(
        self,
        *,
        patience: Patience | None = None,
        clock: Clock | None = None,
        allowed: Allowed | None = None,
        resolve: Resolve = resolved,
        timeout_seconds: float = 5,
    ) -> Courier:
        """One more courier, as another process would have it."""
        services = self.services
        guard = Guard(services.webhook_targets if allowed is None else allowed, resolve)
        sender = Sender(guard, clock or services.real_clock, timeout_seconds=timeout_seconds)
        return Courier(services.door, sender, services.seal, patience or self.patience)

    async def once(self, courier: Courier | None = None) -> None:
        """What is due now."""
        await (courier or self.courier).run_once(self.services.real_clock.now())

    async def until_idle(self, courier: Courier | None = None) -> None:
        """Everything, however often it is to be tried again."""
        while True:
            now = self.services.real_clock.now()
            due_at = await (courier or self.courier).run_once(now)
            if due_at is None:
                return
            await asyncio.sleep(max(0.0, (due_at - self.services.real_clock.now()).total_seconds()))


async def hooked(person: Person, receiver: Receiver, **fields: Any) -> Document:
    """A new webhook of the person that leads to the receiver, with its secret."""
    made: Document = await person.data("POST", "/webhooks", {"url": receiver.url, **fields})
    return made


async def log(person: Person, hook: Document) -> list[Document]:
    """A webhook's deliveries, the oldest first."""
    told: list[Document] = await person.get(f"/webhooks/{hook['id']}/deliveries", sortOrder="asc", limit=100)
    return told


async def shown(person: Person, hook: Document) -> Document:
    """The webhook as GET gives it."""
    told: Document = await person.get(f"/webhooks/{hook['id']}")
    return told
