"""Years of check-ins for the baseline's goals, straight into its table.

Used before a measurement, never during one.
"""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert

from bench.baseline.database import connected
from bench.baseline.models import CheckIn
from bench.dataset import history


def fill(url: str, lengths: Mapping[str, int]) -> None:
    """Give each goal (by id) that many check-ins."""
    asyncio.run(_fill(url, lengths))


async def _fill(url: str, lengths: Mapping[str, int]) -> None:
    engine, _ = connected(url)
    async with engine.begin() as connection:
        for goal_id, length in lengths.items():
            rows = [
                {"goal_id": UUID(goal_id), "value": Decimal(value), "note": note, "date_key": day}
                for day, value, note in history(length)
            ]
            await connection.execute(insert(CheckIn), rows)
    await engine.dispose()
