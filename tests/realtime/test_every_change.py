"""A client that only listens holds what a refetch would give it, after every write there is.

Routes are found in the application and called with their own examples, so new ones are covered by themselves.
"""

import json
from typing import Any

from tests.api.person import Person
from tests.api.test_every_write import name_of, prepared, writes
from tests.realtime.life import life
from tests.realtime.mirror import compared, fetched, heard
from tests.realtime.site import Frame, Site
from tests.realtime.test_asyncapi import payloads

from waymark.clock import FrozenClock

BEGINNING = "1999-01-01T00:00:00Z"
ENDS_THE_STREAM = {
    "POST /auth/logout": "its token",
    "DELETE /auth/sessions/{session_id}": "its token",
    "DELETE /users/me": "its user",
}
OF_NO_USER_YET = {"POST /auth/register", "POST /auth/login", "POST /auth/refresh"}


async def test_state_and_events_are_fresh_state(site: Site, clock: FrozenClock) -> None:
    walked, wrong = 0, dict[str, object]()
    for route in writes(site.app):
        name = name_of(route)
        if name in OF_NO_USER_YET:
            continue
        write = await prepared(site.app, site.client, clock, route)
        async with site.followed(write.person, since=BEGINNING) as line:
            answer = await write()
            if answer.status_code != route.status:
                wrong[name] = answer.text
            elif name in ENDS_THE_STREAM:
                assert (await line.ended())[1] == 4401, name
            else:
                frames = await site.caught_up(line, write.person)
                assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1)), name
                if differences := compared(heard(frames), await fetched(write.person)):
                    wrong[name] = differences
        walked += 1
    assert wrong == {}
    assert walked > 60


def as_json(frame: Frame) -> Any:
    return json.loads(json.dumps(frame, default=float))


async def test_a_goal_that_everything_feeds(site: Site, ada: Person) -> None:
    """One world in which every step moves several records; each frame is as the document says."""
    described = payloads()
    async with site.followed(ada, since=BEGINNING) as line:
        frames: list[Frame] = []
        async for step in life(ada):
            told = await site.caught_up(line, ada)
            for frame in told:
                described[frame["event"]].validate(as_json(frame))
            frames += told
            assert compared(heard(frames), await fetched(ada)) == [], step
        assert len(frames) > 100
