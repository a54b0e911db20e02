"""One check-in that goes a long way, and every channel there is: the same changes with the same ids.

From 10 % to 80 %, over milestones at 25, 50 and 75 and thresholds up to 75; then back.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.person import COUNT, Document, Person
from tests.realtime.site import Frame, Site
from tests.realtime.test_events import events
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.round import hooked

from waymark.clock import FrozenClock

MILESTONES = [{"title": "one"}, {"title": "two"}, {"title": "three"}, {"title": "four"}]
Told = list[tuple[int, str, str]]


@pytest.fixture
async def site(database_url: str, tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Site]:
    allowed: dict[str, Any] = {"webhook_allow": ("127.0.0.1/32",), "worker": True}
    async with Site.running(database_url, tmp_path, clock, **allowed) as site:
        yield site


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def told(frames: list[Frame]) -> Told:
    """Seq, entity and id of what frames tell; of a new insight the id is its own."""
    return [(frame["seq"], frame["data"].get("entity", "insights"), frame["data"]["id"]) for frame in frames]


async def pulled(ada: Person, since: str) -> list[Document]:
    changes: list[Document] = (await ada.get("/sync/pull", since=since))["changes"]
    return changes


async def test_a_jump_is_told_alike_on_every_channel(site: Site, ada: Person, receiver: Receiver) -> None:
    goal = await ada.goal("A long way", **COUNT, milestones=MILESTONES)
    await ada.check_in(goal, 10)
    hook = await hooked(ada, receiver)
    async with site.followed(ada) as line, events(site, ada) as reader:
        while (await reader.next()).event != "live":
            pass
        begin = line.cursor
        reply = await ada.check_in(goal, 70)
        frames = await site.caught_up(line, ada)
        streamed = [(await reader.next()).data for _ in frames]
        await receiver.has_got(len(frames))

        # One transaction: the fact, three milestones, the goal once, and four insights.
        assert {frame["txn"] for frame in frames} == {frames[0]["txn"]}
        kinds = sorted(entity for _, entity, _ in told(frames))
        assert kinds == sorted(
            ["goal_check_ins", "goals", *["goal_milestones"] * 3, *["insights"] * 4, *kinds_of_award(frames)]
        )
        news = [frame["data"] for frame in frames if frame["event"] == "insight:new"]
        assert sorted(each["rule"] for each in news) == ["milestone_reached"] * 3 + ["progress_threshold"]
        assert [each["payload"]["threshold"] for each in news if each["rule"] == "progress_threshold"] == [75]
        assert {each["id"] for each in reply["insights"]} == {each["id"] for each in news}

        assert told([each for each in streamed if each is not None]) == told(frames)
        changes = await pulled(ada, begin)
        assert sorted((each["seq"], each["entity"], each["id"]) for each in changes) == told(frames)
        for got in receiver.got:
            got.verify(hook["secret"])
        assert sorted(told(receiver.frames)) == told(frames)

        # Undone, all of it is taken back, on every channel too.
        fact = reply["checkIn"]["id"]
        await ada.data("DELETE", f"/goals/{goal['id']}/check-ins/{fact}")
        undone = await site.caught_up(line, ada)
        dismissed = [frame["data"]["data"] for frame in undone if frame["data"]["entity"] == "insights"]
        assert {each["id"] for each in dismissed} == {each["id"] for each in news}
        assert {each["status"] for each in dismissed} == {"dismissed"}
        await receiver.has_got(len(frames) + len(undone))
        assert sorted(told(receiver.frames)[len(frames) :]) == told(undone)


def kinds_of_award(frames: list[Frame]) -> list[str]:
    """The first milestone of somebody's life is an achievement besides."""
    return [entity for _, entity, _ in told(frames) if entity == "achievements"]
