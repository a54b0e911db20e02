"""A demonstration: three devices edit one goal offline and come back, in each of the six orders.

`python -m waymark.client.three_devices http://127.0.0.1:8000` tells how each ended. Nothing else uses this.
"""

import asyncio
import sys
from collections.abc import Sequence
from itertools import permutations
from typing import Any, Final
from uuid import uuid4

import msgspec

from waymark.client.access import AsyncWaymark
from waymark.client.device import AsyncDevice
from waymark.client.replica import Clock, Conflict, Document
from waymark.domain.vocabulary import ENTITIES, Resolution

NAMES: Final = ("phone", "laptop", "watch")
ORDERS: Final = tuple(permutations(NAMES))


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended: what every device shows, and what had to be decided on the way."""

    title: str
    target: Any
    value: Any
    check_ins: int
    milestones: tuple[str, ...]
    offered: tuple[int, ...]
    """Open conflicts on each device, once all were back."""
    left: tuple[int, ...]
    """Open conflicts on each device after one of them was told what to do."""
    are_equal: bool
    """Whether all devices hold the same records in the same versions, and nothing waits on any."""


async def come_back(waymark: AsyncWaymark, order: Sequence[str], clock: Clock | None = None) -> Ending:
    """Let three devices edit a new goal offline, and return in this order."""
    goal = await waymark.goals.create(title="Read", metric_type="count", target_value=100)
    half = await waymark.milestones(goal.id).create(title="Half", target_percent=50)
    devices = {name: AsyncDevice(waymark, ":memory:", clock=clock) for name in NAMES}
    for device in devices.values():
        await device.sync()

    phone, laptop, watch = devices.values()
    phone.edit("goals", goal.id, title="Read more")
    phone.create("goal_check_ins", goal_id=goal.id, value=5)
    phone.delete("goal_milestones", half.id)
    laptop.edit("goals", goal.id, target_value=200)
    laptop.create("goal_check_ins", goal_id=goal.id, value=7)
    laptop.edit("goal_milestones", half.id, title="Half of it")
    watch.create("goal_check_ins", goal_id=goal.id, value=11)

    for name in order:
        await devices[name].sync()
    for device in devices.values():
        await device.sync()
    offered = tuple(len(_of(half.id, device)) for device in devices.values())

    (conflict,) = _of(half.id, watch)
    # The milestone stays: if it was deleted before the laptop came, by the edit that the laptop brought.
    resolution: Resolution = "use_server" if conflict.operation == "delete" else "use_local"
    await watch.resolve(conflict, resolution)
    for device in devices.values():
        await device.sync()

    held = [{entity: device.all(entity) for entity in ENTITIES} for device in devices.values()]
    shown = phone.get("goals", goal.id)
    facts: list[Document] = [each for each in phone.all("goal_check_ins") if each["goalId"] == goal.id]
    ending = Ending(
        title=shown["title"],
        target=shown["targetValue"],
        value=shown["currentValue"],
        check_ins=len(facts),
        milestones=tuple(each["title"] for each in shown["milestones"]),
        offered=offered,
        left=tuple(len(_of(half.id, device)) for device in devices.values()),
        are_equal=held[0] == held[1] == held[2]
        and phone.digest() == laptop.digest() == watch.digest()
        and not any(device.pending() or device.refused() for device in devices.values()),
    )
    for device in devices.values():
        device.close()
    return ending


def _of(record_id: str, device: AsyncDevice) -> list[Conflict]:
    return [conflict for conflict in device.conflicts() if conflict.entity_id == record_id]


async def _told(address: str) -> bool:
    """All six, for a person of their own; whether they ended alike."""
    endings = []
    async with AsyncWaymark(address) as waymark:
        await waymark.register(f"{uuid4()}@example.com", str(uuid4()))
        for order in ORDERS:
            endings.append(await come_back(waymark, order))
            sys.stdout.write(f"{', '.join(order):22} {_line(endings[-1])}\n")
    return len(set(endings)) == 1 and endings[0].are_equal


def _line(ending: Ending) -> str:
    return (
        f"“{ending.title}” {ending.value} of {ending.target}, {ending.check_ins} check-ins,"
        f" milestone “{', '.join(ending.milestones)}”; devices {'equal' if ending.are_equal else 'DIFFER'};"
        f" conflicts offered {ending.offered}, left {ending.left}"
    )


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(_told(*sys.argv[1:])) else 1)
