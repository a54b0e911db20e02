"""The calendar: what is in it, who may read it, and that it stays the same while nothing changes.

Read by the icalendar package, as by a calendar that subscribes.
"""

import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from icalendar import Calendar
from tests.api.conftest import SECRET
from tests.api.person import COUNT, PACED, Person, code_of, data_of

from waymark.app import create_app
from waymark.clock import FrozenClock, instant
from waymark.logs import configure_logs
from waymark.settings import Settings
from waymark.store.database import Database
from waymark.store.shared_links import SHARED_LINK, link_id

LINK = "/users/me/calendar"


async def subscribed(person: Person) -> str:
    """The path of a person's calendar."""
    made = await person("POST", LINK)
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1{LINK}"
    url: str = data_of(made)["url"]
    assert url.startswith("http://test/calendar/wml_")
    assert url.endswith(".ics")
    return url


async def read(client: httpx2.AsyncClient, url: str, **headers: str) -> httpx2.Response:
    return await client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def events(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """Events by what their uid begins with; one of each in these tests."""
    answer = await read(client, url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    feed = Calendar.from_ical(answer.content)
    assert feed.errors == []
    found = list(feed.walk("VEVENT"))
    by_kind = {str(event["uid"]).partition("-")[0]: event for event in found}
    assert len(by_kind) == len(found)
    return by_kind


def told(event: Any) -> list[Any]:
    return [event.decoded("dtstart"), event.decoded("dtend"), str(event["summary"])]


async def test_what_a_goal_gives_to_the_calendar(ada: Person, client: httpx2.AsyncClient) -> None:
    due = [{"title": "Half; of, it\\", "targetPercent": 50, "dueDate": "2026-03-10"}]
    goal = await ada.goal("Run, a lot; say \\n", description="Line one\r\nline two", **PACED, milestones=due)
    await ada.check_in(goal, 1)
    url = await subscribed(ada)
    found = await events(client, url)
    assert told(found["deadline"]) == [date(2026, 3, 21), date(2026, 3, 22), "Run, a lot; say \\n"]
    assert str(found["deadline"]["description"]) == "1 %\n\nLine one\nline two"
    assert told(found["milestone"]) == [
        *(date(2026, 3, 10), date(2026, 3, 11), "Half; of, it\\ (Run, a lot; say \\n)")
    ]
    # The line asks for 5 a day from 1 March on: 5 by the second, of which 1 is there.
    assert told(found["next"]) == [date(2026, 3, 2), date(2026, 3, 3), "Run, a lot; say \\n: 4"]
    now = await ada.now(goal)
    assert now["pace"]["nextNeeded"] == {"amount": 4, "by": "2026-03-02"}
    assert found["deadline"]["sequence"] == now["version"]
    assert str(found["deadline"]["uid"]) == f"deadline-{goal['id']}@waymark"
    assert found["deadline"].decoded("last-modified") == instant(now["updatedAt"]).replace(microsecond=0)


async def test_what_a_goal_without_a_number_needs_is_in_percent(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    await ada.goal("Learn", startDate="2026-03-01", targetDate="2026-03-31")
    found = await events(client, await subscribed(ada))
    assert told(found["next"]) == [date(2026, 3, 2), date(2026, 3, 3), "Learn: 3.33 %"]


async def test_what_is_done_is_ticked_and_needs_nothing_more(ada: Person, client: httpx2.AsyncClient) -> None:
    due = [{"title": "Half", "targetPercent": 50, "dueDate": "2026-03-10"}]
    goal = await ada.goal("Run", **PACED, milestones=due)
    await ada.check_in(goal, 60)
    await ada.data("POST", f"/goals/{goal['id']}/complete")
    url = await subscribed(ada)
    found = await events(client, url)
    assert {kind: str(event["summary"]) for kind, event in found.items()} == {
        "deadline": "✓ Run",
        "milestone": "✓ Half (Run)",
    }
    await ada.data("POST", f"/goals/{goal['id']}/archive")
    assert await events(client, url) == {}


async def test_the_same_state_is_the_same_bytes_and_is_not_sent_twice(
    ada: Person, client: httpx2.AsyncClient, clock: FrozenClock
) -> None:
    goal = await ada.goal("Run", **PACED)
    url = await subscribed(ada)
    first = await read(client, url)
    clock.at += timedelta(hours=1)
    again = await read(client, url, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (await read(client, url)).content == first.content
    before = (await events(client, url))["next"]
    clock.at += timedelta(days=1)
    moved = await read(client, url, If_None_Match=first.headers["ETag"])
    assert moved.status_code == 200
    after = (await events(client, url))["next"]
    assert (before["uid"], str(after["summary"])) == (after["uid"], "Run: 10")
    assert after["sequence"] > before["sequence"]
    assert after.decoded("last-modified") > before.decoded("last-modified")
    await ada.data("PATCH", f"/goals/{goal['id']}", {"targetDate": "2026-04-01"})
    assert (await events(client, url))["deadline"].decoded("dtstart") == date(2026, 4, 1)


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 3), ("Pacific/Niue", 2)])
async def test_days_are_the_users_own(
    client: httpx2.AsyncClient, clock: FrozenClock, zone: str, day: int
) -> None:
    person = await Person.registered(client, "far", timezone=zone)
    await person.goal("Walk", **PACED)
    found = await events(client, await subscribed(person))
    assert found["next"].decoded("dtstart") == date(2026, 3, day)
    assert clock.at.day == 2


async def test_another_address_ends_the_one_before(
    ada: Person, client: httpx2.AsyncClient, database: Database
) -> None:
    assert await ada.get(LINK) == {"exists": False, "createdAt": None}
    first = await subscribed(ada)
    kept = {"exists": True, "createdAt": "2026-03-02T12:00:00Z"}
    assert await ada.get(LINK) == kept
    second = await subscribed(ada)
    assert code_of(await read(client, first)) == (404, "RESOURCE_NOT_FOUND")
    assert (await read(client, second)).status_code == 200
    row = await database.one(SHARED_LINK, user_id=ada.user["id"], id=link_id("calendar"))
    assert row is not None
    assert second.rpartition("/")[2].removesuffix(".ics") not in str(row)
    assert await ada.data("DELETE", LINK) == {"exists": False, "createdAt": None}
    assert code_of(await read(client, second)) == (404, "RESOURCE_NOT_FOUND")
    assert code_of(await ada("DELETE", LINK)) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    "path",
    [
        "wml_" + "x" * 43 + ".ics",
        "wml_" + "x" * 43,
        "wml_short.ics",
        "calendar",
        "%00.ics",
        "wml_" + "x" * 43 + ".ics.ics",
        "wml_" + "é" * 43 + ".ics",
        "wml_" + "x" * 10_000 + ".ics",
    ],
)
async def test_what_opens_nothing_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    answer = await read(client, f"http://test/calendar/{path}")
    assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")


async def test_the_address_is_told_once(ada: Person, client: httpx2.AsyncClient) -> None:
    dry = await ada("POST", LINK, params={"dryRun": "true"})
    assert (dry.status_code, "url" in data_of(dry)) == (200, False)
    assert (await ada.get(LINK))["exists"] is False
    made = await ada("POST", LINK, Idempotency_Key="once")
    again = await ada("POST", LINK, Idempotency_Key="once")
    assert again.status_code == 201
    assert data_of(again) == {"exists": True, "createdAt": "2026-03-02T12:00:00Z"}
    assert (await read(client, data_of(made)["url"])).status_code == 200


async def test_no_token_can_make_what_outlives_it(ada: Person, client: httpx2.AsyncClient) -> None:
    token = await ada.data("POST", "/auth/tokens", {"name": "script", "scopes": ["read", "write"]})
    script = Person(client, token["token"], ada.user)
    assert code_of(await script("POST", LINK)) == (403, "FORBIDDEN")
    url = await subscribed(ada)
    assert code_of(await script("DELETE", LINK)) == (403, "FORBIDDEN")
    assert (await read(client, url)).status_code == 200
    assert (await script.get(LINK))["exists"] is True


async def test_a_calendar_has_nothing_of_another(
    ada: Person, eve: Person, client: httpx2.AsyncClient
) -> None:
    await ada.goal("Secret plan", **PACED)
    hers = await subscribed(eve)
    await eve.goal("Mine", **COUNT, targetDate="2026-05-01")
    answer = await read(client, hers)
    assert b"Secret" not in answer.content
    assert b"Mine" in answer.content


async def test_erasing_the_account_ends_its_calendar(ada: Person, client: httpx2.AsyncClient) -> None:
    url = await subscribed(ada)
    await ada.data("DELETE", "/users/me", {"password": "correct horse battery staple"})
    assert code_of(await read(client, url)) == (404, "RESOURCE_NOT_FOUND")


async def test_no_log_has_the_address(
    app: FastAPI,
    ada: Person,
    client: httpx2.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = await subscribed(ada)
    secret = url.rpartition("/")[2].removesuffix(".ics")
    monkeypatch.setattr(app.state.services.door, "database", None)  # so that reading fails unforeseen
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs("json")
    try:
        broken = await read(client, url)
        root.error("asked for %s", url)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    assert broken.status_code == 500
    said = capsys.readouterr().err
    assert "/calendar/" in said
    assert secret not in said


async def test_reading_is_limited_by_address(database: Database, database_url: str, tmp_path: Path) -> None:
    settings = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, reads_per_minute=20)
    transport = httpx2.ASGITransport(app=create_app(settings, database=database))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        url = await subscribed(await Person.registered(client, "ada"))
        answers = [await read(client, url) for _ in range(21)]
        assert {answer.status_code for answer in answers[:20]} == {200}
        assert code_of(answers[20]) == (429, "RATE_LIMIT_EXCEEDED")
        assert 1 <= int(answers[20].headers["Retry-After"]) <= 60
