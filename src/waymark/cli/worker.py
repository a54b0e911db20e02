"""`worker`: what nobody asks for, done by a process of its own.

Its jobs are the composition root's; only signals are dealt with here.
"""

import asyncio
import signal

from waymark.app import Application
from waymark.cli.running import DataDir, run, say


def worker(data_dir: DataDir = None) -> None:
    """Do what the clock brings, deliver webhooks and prune, until SIGTERM or Ctrl-C.

    `waymark serve` does this too unless WAYMARK_WORKER=off; any number may run beside each other.

    Example: WAYMARK_DATABASE_URL=postgresql://waymark@db/waymark waymark worker
    """
    run(_worked, data_dir)


async def _worked(application: Application) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with application.worker.running():
        say("The worker is running.")
        await stopped.wait()
