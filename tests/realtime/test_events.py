"""Server-sent events: the same frames, as browsers read them (CONTRACT §5)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from tests.api.person import COUNT, Person, code_of, fields_of
from tests.realtime.site import PATIENCE, Frame, Site


class Event(NamedTuple):
    """What an EventSource would make of one block."""

    id: str | None
    event: str | None
    data: Frame | None
    text: str


class Reader:
    """A minimal EventSource."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        """The next block, of whatever kind."""
        fields: dict[str, str] = {}
        lines: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if not line:
                    break
                lines.append(line)
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
        if not lines:
            raise EOFError
        data = json.loads(fields["data"]) if "data" in fields else None
        return Event(fields.get("id"), fields.get("event"), data, "\n".join(lines))

    async def until(self, event: str) -> Event:
        while (found := await self.next()).event != event:
            pass
        return found


@asynccontextmanager
async def events(
    site: Site, person: Person, path: str = "/events", headers: dict[str, str] | None = None, **params: Any
) -> AsyncIterator[Reader]:
    sent = {"Authorization": f"Bearer {person.token}", **(headers or {})}
    async with site.client.stream("GET", path, params=params, headers=sent) as response:
        assert response.status_code == 200
        yield Reader(response)


async def test_the_same_frames_as_a_socket(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line, events(site, ada) as reader:
        headers = reader.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
        assert (await reader.next()).text == "retry: 2000"
        ready = await reader.next()
        assert ready.event == "ready"
        assert ready.data is not None
        assert ready.id == ready.data["data"]["cursor"]
        assert (await reader.next()).event == "live"
        goal = await ada.goal(**COUNT)
        await ada.check_in(goal, 5)
        for frame in await site.caught_up(line, ada):
            event = await reader.next()
            assert (event.event, event.id) == (frame["event"], frame["cursor"])
            assert event.data == json.loads(json.dumps(frame, default=float))


async def test_coming_back(site: Site, ada: Person) -> None:
    """What a browser remembers wins over the address it was opened with."""
    for _ in range(3):
        await ada.goal(**COUNT)
    async with events(site, ada, since="1999-01-01T00:00:00Z") as reader:
        first, second, third = [await reader.until("entity:updated") for _ in range(3)]
    assert first.id is not None
    async with events(site, ada, headers={"Last-Event-ID": first.id}, since=third.id) as reader:
        ready = await reader.until("ready")
        assert ready.data is not None
        assert (ready.data["data"]["resumed"], ready.data["data"]["seq"]) == (True, 1)
        assert (await reader.until("entity:updated")).data == second.data
    async with events(site, ada, since="2100-01-01T00:00:00Z") as reader:
        ready = await reader.until("ready")
        assert ready.data is not None
        assert (ready.data["data"]["reset"], ready.data["data"]["seq"]) == (True, 3)


async def test_what_to_follow(site: Site, ada: Person) -> None:
    goal, other = await ada.goal(**COUNT), await ada.goal(**COUNT)
    async with events(site, ada, entities="goals,tasks", ids=goal["id"]) as reader:
        await reader.until("live")
        await ada.check_in(other, 1)
        await ada.check_in(goal, 1)
        told = await reader.next()
        assert told.data is not None
        assert (told.data["data"]["entity"], told.data["data"]["id"]) == ("goals", goal["id"])


async def test_signs_of_life_move_the_cursor(site: Site, ada: Person) -> None:
    """An EventSource takes an id without data silently, and comes back with it."""
    site.services.heartbeat_seconds = 0.2
    async with events(site, ada, entities="tasks") as reader:
        live = await reader.until("live")
        await ada.goal(**COUNT)
        beat = await reader.next()
        while beat.id == live.id:
            beat = await reader.next()
        assert (beat.event, beat.data, beat.text.splitlines()[1]) == (None, None, ":")
    assert beat.id is not None
    async with events(site, ada, headers={"Last-Event-ID": beat.id}) as reader:
        ready = await reader.until("ready")
        assert ready.data is not None
        assert ready.data["data"]["seq"] == 1


async def test_who_may_come(site: Site, ada: Person) -> None:
    root = f"http://127.0.0.1:{site.port}"
    for path in ("/events", "/api/v1/events"):
        for name in ("token", "access_token"):
            async with site.client.stream("GET", root + path, params={name: ada.token}) as response:
                assert (await Reader(response).until("live")).event == "live"
        assert code_of(await site.client.get(root + path)) == (401, "AUTH_TOKEN_INVALID")
        for params in ({"token": "x"}, {"access_token": "x"}, {"token": ""}):
            refused = await site.client.get(root + path, params=params)
            assert code_of(refused) == (401, "AUTH_TOKEN_INVALID")
            assert ada.token not in refused.text
    writing = await ada.data("POST", "/auth/tokens", {"name": "only writes", "scopes": ["write"]})
    refused = await site.client.get("/events", params={"token": writing["token"]})
    assert code_of(refused) == (403, "FORBIDDEN")


async def test_wrong_parameters(site: Site, ada: Person, eve: Person) -> None:
    async with site.followed(eve) as line:
        foreign = line.cursor
    for params, field in (
        ({"since": "x"}, "since"),
        ({"since": foreign}, "since"),
        ({"entities": "goals,users"}, "entities[1]"),
        ({"ids": "x"}, "ids[0]"),
        ({"limit": "1"}, "limit"),
    ):
        assert fields_of(await ada("GET", "/events", params=params)) == {field}
    assert fields_of(await ada("GET", "/events", Last_Event_ID="x")) == {"since"}
    assert (await ada("POST", "/events")).status_code == 405
    head = await ada("HEAD", "/events")
    assert (head.status_code, head.content) == (200, b"")


async def test_it_ends_with_its_token(site: Site, ada: Person) -> None:
    made = await ada.data("POST", "/auth/tokens", {"name": "a program", "scopes": ["read"]})
    async with events(site, Person(site.client, made["token"], ada.user)) as reader:
        await reader.until("live")
        await ada.data("DELETE", f"/auth/tokens/{made['id']}")
        error = await reader.until("error")
        assert error.data is not None
        assert (error.data["data"]["code"], error.id) == ("AUTH_TOKEN_INVALID", None)
        with pytest.raises(EOFError):
            await reader.next()


async def test_who_leaves_is_forgotten(site: Site, ada: Person) -> None:
    async with events(site, ada) as reader:
        await reader.until("live")
        assert site.services.streams.count(ada.user["id"]) == 1
    async with asyncio.timeout(PATIENCE):
        while site.services.streams.count(ada.user["id"]):  # noqa: ASYNC110  # the server's side of the wire
            await asyncio.sleep(0.01)


async def test_a_stopping_server_ends_streams(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path) as site:
        ada = await Person.registered(site.client, "ada")
        async with events(site, ada) as reader, site.followed(ada) as line:
            await reader.until("live")
            site.server.should_exit = True
            with pytest.raises(EOFError):
                await reader.next()
            assert await line.ended() == ([], 1012)
