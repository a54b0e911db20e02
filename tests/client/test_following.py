"""Following over real sockets: both kinds of device hear what others do, and mend what breaks.

Frames that a server would never send in that order are told to `Following` by themselves.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.api.person import Person
from tests.realtime.site import PATIENCE, Site

from waymark.client import AsyncDevice, AsyncWaymark, Device, Waymark
from waymark.client.following import Following


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  # what is waited for lies on the device's disk
            await asyncio.sleep(0.02)


async def test_both_kinds_hear_what_another_does(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path) as site:
        ada = await Person.registered(site.client, "ada")
        address = f"http://127.0.0.1:{site.port}"
        heard: list[tuple[str, str]] = []
        async with AsyncWaymark(address, ada.token) as waymark:
            phone = AsyncDevice(waymark, ":memory:", on_change=lambda *what: heard.append(what))
            following = asyncio.create_task(phone.follow())
            watch = asyncio.create_task(asyncio.to_thread(followed_until, address, ada.token, "Heard"))
            await until(lambda: phone.cursor is not None)
            goal = await ada.goal("A goal")
            await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "Heard"})
            await until(lambda: [each["title"] for each in phone.all("goals")] == ["Heard"])
            assert ("goals", goal["id"]) in heard
            async with asyncio.timeout(PATIENCE):
                assert await watch == ["Heard"]
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            assert (await phone.sync()).pulled == 0


def followed_until(address: str, token: str, title: str) -> list[str]:
    """What a device that waits holds, once it heard of that title."""
    with Waymark(address, token) as waymark:
        watch = Device(waymark, ":memory:")

        def titles() -> list[str]:
            return [each["title"] for each in watch.all("goals")]

        watch.follow(until=lambda: titles() == [title])
        found = titles()
        watch.close()
        return found


@pytest.fixture
def phone() -> AsyncDevice:
    phone = AsyncDevice(AsyncWaymark("http://test", "token"), ":memory:")
    phone.begin_snapshot()
    phone.end_snapshot()
    phone.cursor = "begun"
    return phone


def frame(event: str, **more: Any) -> str:
    return json.dumps({"event": event, **more})


def updated(seq: int, prev_seq: int) -> str:
    goal = {"id": "g", "version": seq, "showStatus": "active"}
    data = {"entity": "goals", "id": "g", "operation": "update", "data": goal}
    return frame("entity:updated", data=data, prevSeq=prev_seq, seq=seq, cursor=f"c{seq}")


def test_a_gap_begins_again(phone: AsyncDevice) -> None:
    following = Following(phone, "token")
    hello = {"event": "hello", "data": {"token": "token", "since": "begun"}}
    assert json.loads(following.hello()) == hello
    start = {"seq": 4, "cursor": "c4", "resumed": True, "reset": False}
    told = [
        following.hear(each)
        for each in (
            frame("ready", data=start),
            updated(5, 4),
            updated(5, 4),
            frame("live", data={"seq": 6, "cursor": "c6"}),
            updated(7, 6),
            updated(9, 8),
        )
    ]
    assert told == ["go on", "go on", "go on", "live", "go on", "begin again"]
    assert (phone.cursor, phone.get("goals", "g")["version"]) == ("c7", 7)


def test_a_reset_asks_for_a_snapshot(phone: AsyncDevice) -> None:
    start = {"seq": 4, "cursor": "c4", "resumed": False, "reset": True}
    assert Following(phone, "token").hear(frame("ready", data=start)) == "snapshot"


def test_a_snapshot_keeps_its_own_place(phone: AsyncDevice) -> None:
    phone.begin_snapshot()
    following = Following(phone, "token")
    following.hear(frame("ready", data={"seq": 4, "cursor": "c4", "resumed": False, "reset": False}))
    following.hear(updated(5, 4))
    assert phone.cursor is None
