"""The protocol of a socket, frame by frame, as clients meet it (CONTRACT §5)."""

import asyncio
from pathlib import Path

import pytest
import websockets
from tests.api.person import COUNT, Person
from tests.realtime.site import PATIENCE, Line, Site

from waymark.clock import FrozenClock


async def test_from_hello_to_live_and_on(site: Site, ada: Person) -> None:
    async with site.opened() as line:
        await line.say("hello", token=ada.token)
        ready = await line.next()
        assert ready["event"] == "ready"
        assert {name: ready["data"][name] for name in ("seq", "resumed", "reset")} == {
            "seq": 0,
            "resumed": False,
            "reset": False,
        }
        assert await line.next() == {
            "event": "live",
            "data": {"cursor": ready["data"]["cursor"], "seq": 0},
        }
        goal = await ada.goal(**COUNT)
        frame = await line.next()
        assert (site.services.streams.total, site.services.streams.frames_sent) == (1, 1)
        assert frame["data"] == {"entity": "goals", "id": goal["id"], "operation": "create", "data": goal}
        assert {name: frame[name] for name in frame if name not in {"data", "cursor"}} == {
            "event": "entity:updated",
            "prevSeq": 0,
            "seq": 1,
            "txn": 1,
            "version": 1,
            "updatedAt": goal["updatedAt"],
            "origin": "api",
        }


async def test_one_transaction_is_told_whole_and_in_order(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT, milestones=[{"title": "half", "targetPercent": 50}])
    async with site.followed(ada) as line:
        told = await ada.check_in(goal, 60)
        frames = await line.reach((await ada.now(goal))["version"])
        told_of = [frame["data"]["entity"] for frame in frames if frame["event"] == "entity:updated"]
        assert told_of[:3] == ["goal_check_ins", "goal_milestones", "goals"]
        assert len({frame["txn"] for frame in frames}) == 1
        assert frames[0]["data"]["data"] == told["checkIn"]


async def test_a_token_in_the_address_needs_no_hello(site: Site, ada: Person) -> None:
    headers = {"Authorization": f"Bearer {ada.token}"}
    for path in ("/ws", "/api/v1/ws"):
        async with site.opened(f"{path}?token={ada.token}") as line:
            assert (await line.until("live"))["data"]["seq"] == 0
        async with site.opened(path, additional_headers=headers) as line:
            assert (await line.until("live"))["data"]["seq"] == 0


async def test_nothing_is_missed_between_two_connections(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    async with site.followed(ada) as line:
        await ada.check_in(goal, 1)
        before = await line.reach(3)
        cursor = before[0]["cursor"]
    for value in range(20):
        await ada.check_in(goal, value)
    head = (await ada.now(goal))["version"]
    async with site.followed(ada, since=cursor, live=False) as line:
        assert (line.ready["resumed"], line.ready["reset"], line.ready["seq"]) == (True, False, 2)
        after = await line.reach(head)
        assert [frame["seq"] for frame in after] == list(range(3, head + 1))
        assert after[0] == before[1]
        assert (await line.next())["event"] == "live"


async def test_since_may_be_a_server_time(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    await ada.check_in(goal, 1)
    async with site.followed(ada, since=goal["updatedAt"], live=False) as line:
        assert (line.ready["resumed"], line.ready["seq"]) == (True, 1)
        await line.reach(3)


async def test_a_cursor_that_is_gone_resets(site: Site, ada: Person) -> None:
    await ada.goal(**COUNT)
    async with site.followed(ada, since="2030-01-01T00:00:00Z") as line:
        assert (line.ready["resumed"], line.ready["reset"], line.ready["seq"]) == (False, True, 1)
        await ada.goal(**COUNT)
        await line.reach(2)


async def test_what_is_no_cursor_is_refused(site: Site, ada: Person) -> None:
    for since in ("x", "", "12", "2026-13-01T00:00:00Z", "A" * 44, "\x00", "é" * 44):
        async with site.opened() as line:
            await line.say("hello", token=ada.token, since=since)
            assert await line.ended() == (["VALIDATION_ERROR"], 4400), since


async def test_another_users_cursor_is_refused(site: Site, ada: Person, eve: Person) -> None:
    async with site.followed(eve) as line:
        cursor = line.cursor
    async with site.opened() as line:
        await line.say("hello", token=ada.token, since=cursor)
        assert await line.ended() == (["VALIDATION_ERROR"], 4400)


async def test_users_are_apart(site: Site, ada: Person, eve: Person) -> None:
    goal = await eve.goal(**COUNT)
    async with site.followed(ada) as line:
        await line.say("subscribe", ids=[goal["id"]])
        assert await line.covered() == 0
        await eve.check_in(goal, 1)
        assert await line.covered() == 0
        await ada.goal(**COUNT, id=goal["id"])
        assert (await line.next())["data"]["data"]["userId"] == ada.user["id"]


# Choosing what to follow ---------------------------------------------------------------------


async def entities(site: Site, ada: Person, line: Line) -> list[str]:
    """The entities told since the last time, save for achievements, which come when they come."""
    told = [frame["data"]["entity"] for frame in await site.caught_up(line, ada)]
    return [entity for entity in told if entity != "achievements"]


async def test_subscriptions_narrow_and_add_up(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    async with site.followed(ada) as line:
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == ["goal_check_ins", "goals"]
        await line.say("subscribe", entities=["goals"])
        await line.covered()
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == ["goals"]
        await line.say("subscribe", entities=["tasks"])
        await line.covered()
        await ada.check_in(goal, 1)
        await ada.data("POST", "/tasks", {"title": "One"})
        assert await entities(site, ada, line) == ["goals", "tasks"]
        await line.say("unsubscribe", entities=["goals"])
        await line.covered()
        await ada.check_in(goal, 1)
        await ada.data("POST", "/tasks", {"title": "Two"})
        assert await entities(site, ada, line) == ["tasks"]
        await line.say("unsubscribe", entities=["tasks"])
        await line.covered()
        await ada.data("POST", "/tasks", {"title": "Three"})
        assert await entities(site, ada, line) == []
        await line.say("unsubscribe")
        await line.covered()
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == ["goal_check_ins", "goals"]


async def test_subscriptions_by_id(site: Site, ada: Person) -> None:
    goal, other = await ada.goal(**COUNT), await ada.goal(**COUNT)
    async with site.followed(ada) as line:
        await line.say("subscribe", ids=[goal["id"].upper()])
        await line.covered()
        await ada.check_in(other, 1)
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == ["goals"]
        await line.say("subscribe", entities=["tasks"], ids=[other["id"]])
        await line.covered()
        await ada.check_in(other, 1)
        assert await entities(site, ada, line) == []
        await line.say("unsubscribe", ids=[goal["id"], other["id"]])
        await line.say("unsubscribe", entities=[])
        await line.covered()
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == []


async def test_unsubscribing_first_leaves_the_rest(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    async with site.followed(ada) as line:
        await line.say("unsubscribe", entities=["goal_check_ins"])
        await line.covered()
        await ada.check_in(goal, 1)
        assert await entities(site, ada, line) == ["goals"]


async def test_the_cursor_moves_on_while_nothing_wanted_happens(site: Site, ada: Person) -> None:
    goal = await ada.goal(**COUNT)
    async with site.followed(ada) as line:
        await line.say("subscribe", entities=["tasks"])
        for _ in range(3):
            await ada.check_in(goal, 1)
        head = (await ada.now(goal))["version"]
        await line.say("ping")
        pong = await line.until("pong")
        assert pong["data"]["seq"] == head
        await ada.data("POST", "/tasks", {"title": "One"})
        # Nothing that is followed lies between: prevSeq stays where the last frame was.
        assert (await line.next())["prevSeq"] == 1
    async with site.followed(ada, since=pong["data"]["cursor"], live=False) as line:
        assert (await line.next())["data"]["entity"] == "tasks"


# What is not understood ----------------------------------------------------------------------


NO_FRAMES = [
    ('{"event":"shout"}', "event"),
    ('{"event":null}', "event"),
    ('{"event":5}', "event"),
    ('{"data":{}}', "event"),
    ("{}", "event"),
    ('{"event":"ping","more":1}', "event"),
    ('{"event":"ping","data":[]}', "data"),
    ('{"event":"subscribe"}', "event"),
    ('{"event":"subscribe","data":{"entity":"goals"}}', "data"),
    ('{"event":"subscribe","data":{"entities":"goals"}}', "data.entities"),
    ('{"event":"subscribe","data":{"entities":["goals","users"]}}', "data.entities[1]"),
    ('{"event":"subscribe","data":{"ids":["x"]}}', "data.ids[0]"),
    ('{"event":"subscribe","data":{"ids":["{0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21}"]}}', "data.ids[0]"),
    ('{"event":"subscribe","data":{"ids":[1]}}', "data.ids[0]"),
    ('{"event":"auth","data":{}}', "data"),
    ('{"event":"hello","data":{"token":"x","since":1}}', "data.since"),
]
NO_OBJECTS = [
    *("", "hello", "{", "[]", "5", "null", '"ping"', '{"event":"ping"} {}'),
    *('{"event":"ping","event":"ping"}', "[" * 60_000, '{"a":' * 10_000, '{"event":"ping","data":{"a":NaN}'),
]


async def test_a_frame_that_is_none_is_said_and_forgiven(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        for text, field in NO_FRAMES:
            await line.socket.send(text)
            error = await line.next()
            assert (error["event"], error["data"]["code"]) == ("error", "VALIDATION_ERROR"), text
            assert [fault["field"] for fault in error["data"]["details"]] == [field], text
        await ada.goal(**COUNT)
        assert (await line.next())["seq"] == 1


async def test_what_is_no_json_object_ends_it(site: Site, ada: Person) -> None:
    for text in NO_OBJECTS:
        async with site.followed(ada) as line:
            await line.socket.send(text)
            assert await line.ended() == (["MALFORMED_REQUEST"], 4400), text[:50]


async def test_binary_frames_and_giants_end_it(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        await line.socket.send(b'{"event":"ping"}')
        assert await line.ended() == ([], 1003)
    async with site.followed(ada) as line:
        await line.socket.send('{"event":"ping","data":{"a":"' + "x" * 70_000 + '"}}')
        assert await line.ended() == ([], 1009)


async def test_frames_may_come_in_fragments_of_a_byte(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        await line.socket.send(iter('{"event":"ping"}'))
        assert (await line.next())["event"] == "pong"


async def test_many_ids_are_too_many(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        for number in range(2):
            await line.say(
                "subscribe", ids=[f"0198c0de-7a11-7c3e-9d52-{number:08}{n:04}" for n in range(600)]
            )
        assert (await line.next())["data"]["details"][0]["field"] == "data.ids"


async def test_who_talks_without_end_is_stopped(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        talking = asyncio.create_task(chatter(line))
        errors, code = await line.ended()
        talking.cancel()
        assert (errors, code) == (["RATE_LIMIT_EXCEEDED"], 4429)


async def chatter(line: Line) -> None:
    for _ in range(5_000):
        await line.say("presence:active")


async def test_presence_is_taken_and_not_answered(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        await line.say("presence:active")
        await line.say("ping")
        assert (await line.next())["event"] == "pong"


# Who may come, and until when ----------------------------------------------------------------


async def test_hello_is_waited_for_and_must_come_first(site: Site, ada: Person) -> None:
    site.services.streams.hello_seconds = 0.3
    async with site.opened() as line:
        assert await line.ended() == ([], 4408)
    async with site.opened() as line:
        await line.say("ping")
        assert (await line.next())["data"]["code"] == "INVALID_STATE"
        await line.say("hello", token=ada.token, name="Ada")
        assert (await line.next())["data"]["code"] == "VALIDATION_ERROR"
        await line.say("hello", token=ada.token)
        assert (await line.next())["event"] == "ready"
        await line.until("live")
        await line.say("hello", token=ada.token)
        assert (await line.next())["data"]["code"] == "INVALID_STATE"
        await asyncio.sleep(0.4)
        assert await line.covered() == 0


async def test_bad_tokens(site: Site) -> None:
    for token in ("", "x", "wm_" + "x" * 43, "eyJ.eyJ.x", "ü", "\x00", "x" * 30_000):
        async with site.opened() as line:
            await line.say("hello", token=token)
            assert await line.ended() == (["AUTH_TOKEN_INVALID"], 4401), token[:20]
    async with site.opened("/ws?token=x") as line:
        assert await line.ended() == (["AUTH_TOKEN_INVALID"], 4401)


async def test_a_token_must_allow_reading(site: Site, ada: Person) -> None:
    made = await ada.data("POST", "/auth/tokens", {"name": "only writes", "scopes": ["write"]})
    async with site.opened() as line:
        await line.say("hello", token=made["token"])
        assert await line.ended() == (["FORBIDDEN"], 4403)


async def test_pages_of_other_origins_are_kept_out(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path, cors_origins="https://app.example.org") as site:
        ada = await Person.registered(site.client, "ada")
        path, own = f"/ws?token={ada.token}", f"127.0.0.1:{site.port}"
        for origin in (f"http://{own}", f"https://{own}", "https://app.example.org"):
            async with site.opened(path, additional_headers={"Origin": origin}) as line:
                assert (await line.next())["event"] == "ready", origin
        for origin in (
            *("https://evil.example", "https://app.example.org.evil.example", "http://app.example.org"),
            *("http://127.0.0.1", f"https://{own}.evil.example", "null", ""),
        ):
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with site.opened(path, additional_headers={"Origin": origin}):
                    pass
            assert refused.value.response.status_code == 403, origin


async def test_a_token_ends_and_may_be_renewed(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path, access_token_seconds=10) as site:
        ada = await Person.registered(site.client, "ada")
        eve = await Person.registered(site.client, "eve")
        streams = site.services.streams
        async with site.followed(ada) as dropped, site.followed(ada) as kept:
            await kept.say("auth", token=eve.token)
            assert (await kept.next())["data"]["code"] == "FORBIDDEN"
            await kept.say("auth", token="x")
            assert (await kept.next())["data"]["code"] == "AUTH_TOKEN_INVALID"
            made = await ada.data("POST", "/auth/tokens", {"name": "lasting", "scopes": ["read"]})
            await kept.say("auth", token=made["token"])
            assert await kept.covered() == 0
            streams.clock = FrozenClock(streams.clock.now().replace(year=2100))
            assert await dropped.ended() == (["AUTH_TOKEN_EXPIRED"], 4401)
            assert await kept.covered() == 0


async def test_what_ends_a_token_ends_its_sockets(site: Site, ada: Person) -> None:
    login = {"email": "ada@example.com", "password": "correct horse battery staple"}
    answer = (await site.client.post("/auth/login", json=login)).json()["data"]
    other = Person(site.client, answer["accessToken"], answer["user"])
    made = await ada.data("POST", "/auth/tokens", {"name": "a program", "scopes": ["read"]})
    program = Person(site.client, made["token"], ada.user)
    async with site.followed(ada) as own, site.followed(other) as second, site.followed(program) as third:
        await ada.data("DELETE", f"/auth/tokens/{made['id']}")
        assert await third.ended() == (["AUTH_TOKEN_INVALID"], 4401)
        body = {"current": login["password"], "new": "another horse battery staple"}
        await ada.data("POST", "/users/me/password", body)
        assert await second.ended() == (["AUTH_TOKEN_INVALID"], 4401)
        assert await own.covered() == 0
        await ada.data("POST", "/auth/logout")
        assert await own.ended() == (["AUTH_TOKEN_INVALID"], 4401)


async def test_an_erased_account_is_followed_no_more(site: Site, ada: Person) -> None:
    async with site.followed(ada) as line:
        await ada.data("DELETE", "/users/me", {"password": "correct horse battery staple"})
        assert await line.ended() == (["AUTH_TOKEN_INVALID"], 4401)


async def test_a_token_revoked_elsewhere_is_noticed(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path) as site:
        site.services.streams.recheck_seconds = 1
        ada = await Person.registered(site.client, "ada")
        async with site.followed(ada) as line:
            session = (await ada.get("/auth/sessions"))[0]
            site.services.sessions._ended = lambda _: None  # noqa: SLF001  # as if another node had ended it
            await ada.data("DELETE", f"/auth/sessions/{session['id']}")
            assert await line.ended() == (["AUTH_TOKEN_INVALID"], 4401)


async def test_streams_of_one_user_are_bounded(database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path, streams_per_user=2) as site:
        ada = await Person.registered(site.client, "ada")
        eve = await Person.registered(site.client, "eve")
        async with site.followed(ada), site.followed(ada) as second:
            async with site.opened() as line:
                await line.say("hello", token=ada.token)
                assert await line.ended() == (["RATE_LIMIT_EXCEEDED"], 4429)
            answer = await site.client.get("/events", params={"token": ada.token})
            assert answer.status_code == 429
            async with site.followed(eve):
                pass
            await second.socket.close()
            async with asyncio.timeout(PATIENCE), site.followed(ada):
                pass


async def test_no_token_gets_into_the_log(
    site: Site, ada: Person, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    async with site.opened(f"/ws?token={ada.token}") as line:
        await line.until("live")
        await line.socket.send(b"\xff\xff")
    async with site.opened(f"/ws?token=x{ada.token}") as line:
        await line.ended()
    with pytest.raises(websockets.InvalidStatus):
        async with site.opened(f"/nowhere?token={ada.token}"):
            pass
    shown = "".join(capfd.readouterr()) + caplog.text
    assert ada.token not in shown
