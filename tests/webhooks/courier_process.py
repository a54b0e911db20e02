"""A courier in a process of its own, which a test may kill: it serves a database until its end.

Run with the database's address and a data folder.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from tests.api.conftest import SECRET

from waymark.app import Application
from waymark.domain.webhooks import Patience
from waymark.settings import Settings
from waymark.webhooks.courier import Courier
from waymark.webhooks.guard import Guard
from waymark.webhooks.sending import Sender

PATIENCE = Patience(waits=(timedelta(milliseconds=100),) * 30)


async def served(url: str, folder: str) -> None:
    settings = Settings.load(
        data_dir=Path(folder), database_url=url, secret=SECRET, webhook_allow=("127.0.0.1",)
    )
    services = Application(settings)
    await services.database.open()
    sender = Sender(Guard(services.webhook_targets), services.real_clock, timeout_seconds=1)
    courier = Courier(
        services.door, sender, services.seal, PATIENCE, lease_margin=timedelta(milliseconds=500)
    )
    while True:
        await courier.run_once(services.real_clock.now())
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(served(*sys.argv[1:]))
