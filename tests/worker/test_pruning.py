"""What has outlived its use is forgotten, and nothing that somebody may still ask for."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from tests.api.person import COUNT, Person, code_of, data_of
from tests.api.tables import journal

from waymark.actions.perform import Door, IdempotencyRow
from waymark.actions.pruning import prune
from waymark.clock import FrozenClock
from waymark.domain.records import Head
from waymark.errors import CursorGone
from waymark.realtime.cursor import place_of, position
from waymark.store.database import Database, Put, Transaction
from waymark.store.schema import idempotency, rate_windows, refresh_tokens, sessions
from waymark.store.statement import Statement
from waymark.store.statements import HEAD
from waymark.store.windows import SharedWindows

DAY = timedelta(1)
MUCH_LATER = FrozenClock(datetime(2040, 1, 1, tzinfo=UTC))
NEVER = FrozenClock(datetime(2000, 1, 1, tzinfo=UTC))


@pytest.fixture
def door(app: FastAPI) -> Door:
    told: Door = app.state.services.door
    return told


async def head_of(database: Database, person: Person) -> Head:
    head = await database.one(HEAD, user_id=person.user["id"])
    assert head is not None
    return head


async def test_the_journal_remembers_30_days(ada: Person, clock: FrozenClock, door: Door) -> None:
    """The floor moves with what is below it; an older cursor is gone, a newer one goes on."""
    user_id = ada.user["id"]
    goal = await ada.goal(**COUNT)
    for _ in range(3):
        await ada.check_in(goal, 1)
    old = (await place_of(door.database, user_id, 2)).cursor
    last_old = (await head_of(door.database, ada)).seq
    edge = (await place_of(door.database, user_id)).cursor
    clock.at += 20 * DAY
    await ada.check_in(goal, 1)
    fresh = (await head_of(door.database, ada)).seq
    clock.at += 10 * DAY
    await prune(door, NEVER, clock.at)
    assert (await head_of(door.database, ada)).floor == 0
    clock.at += timedelta(hours=1)
    again_at = await prune(door, NEVER, clock.at, rows_at_once=2)
    assert again_at == clock.at + timedelta(hours=1)
    assert (await head_of(door.database, ada)).floor == last_old
    assert [row.seq for row in await journal(door.database, user_id)] == list(range(last_old + 1, fresh + 1))
    assert await position(door.database, user_id, edge) == last_old
    with pytest.raises(CursorGone):
        await position(door.database, user_id, old)
    await ada.check_in(goal, 1)
    assert (await head_of(door.database, ada)).seq > fresh


async def test_what_a_webhook_has_not_read_stays(ada: Person, clock: FrozenClock, door: Door) -> None:
    await ada.goal(**COUNT)
    await ada.data("POST", "/webhooks", {"url": "https://example.com/hook"})
    read = (await head_of(door.database, ada)).seq
    await ada.goal(**COUNT)
    await prune(door, NEVER, clock.at + 60 * DAY)
    assert (await head_of(door.database, ada)).floor == read


async def keys(database: Database, person: Person) -> list[str]:
    rows = await database.all(
        Statement(sa.select(idempotency.c.key).where(idempotency.c.user_id == sa.bindparam("user_id"))),
        user_id=person.user["id"],
    )
    return sorted(key for (key,) in rows)


async def test_keys_are_kept_a_day_and_those_of_sync_as_long_as_the_journal(
    ada: Person, clock: FrozenClock, door: Door
) -> None:
    answer = data_of(await ada("POST", "/goals", {"title": "one"}, Idempotency_Key="!once"))
    await _pushed(door, ada, " sync:once", clock.at)
    clock.at += DAY
    await prune(door, NEVER, clock.at)
    assert await keys(door.database, ada) == [" sync:once", "!once"]
    again = await ada("POST", "/goals", {"title": "one"}, Idempotency_Key="!once")
    assert data_of(again)["id"] == answer["id"]
    await prune(door, NEVER, clock.at + timedelta(seconds=1))
    assert await keys(door.database, ada) == [" sync:once"]
    await prune(door, NEVER, clock.at + 29 * DAY)
    assert await keys(door.database, ada) == [" sync:once"]
    await prune(door, NEVER, clock.at + 29 * DAY + timedelta(seconds=1))
    assert await keys(door.database, ada) == []


async def _pushed(door: Door, person: Person, key: str, at: datetime) -> None:
    """As sync keeps its answers."""
    row = IdempotencyRow(
        user_id=person.user["id"],
        key=key,
        fingerprint="",
        created_at=at,
        status=200,
        answer="null",
        location=None,
        etag=None,
    )

    async def unit(tx: Transaction) -> None:
        await tx.apply([Put(idempotency, [row])])

    await door.database.write(unit)


async def test_sessions_that_ended(ada: Person, clock: FrozenClock, door: Door) -> None:
    await prune(door, NEVER, clock.at)
    assert (await ada("GET", "/auth/me")).status_code == 200
    await prune(door, MUCH_LATER, clock.at)
    for table in (sessions, refresh_tokens):
        counted = Statement(sa.select(sa.func.count()).select_from(table))
        assert await door.database.one(counted) == (0,)
    answer = await ada("GET", "/auth/me")
    assert answer.status_code == 200 or code_of(answer)[0] == 401


async def test_limits_that_ended(door: Door, clock: FrozenClock) -> None:
    windows = SharedWindows(door.database)
    await windows.take("someone", 1, 10)
    counted = Statement(sa.select(sa.func.count()).select_from(rate_windows))
    await prune(door, NEVER, clock.at)
    assert await door.database.one(counted) == (1,)
    await prune(door, MUCH_LATER, clock.at)
    assert await door.database.one(counted) == (0,)
