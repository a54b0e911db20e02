"""The safeguards of streams, switched off one at a time: what stands for each must turn red.

Followers are asked directly; that sockets tell what followers are given is tested with the sockets.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from tests.planted.stage import Stage

from waymark.domain.records import JournalRow
from waymark.errors import CursorGone
from waymark.realtime import cursor, follow
from waymark.realtime.conversation import Conversation
from waymark.realtime.follow import Follower
from waymark.realtime.frames import Frame
from waymark.realtime.streams import Streams
from waymark.realtime.wakes import Bell, Listener
from waymark.store.database import Database
from waymark.store.schema import journal
from waymark.store.statement import Statement

Check: TypeAlias = Callable[[Stage], Awaitable[None]]
Plant: TypeAlias = Callable[[pytest.MonkeyPatch], None]

BEGINNING = "1999-01-01T00:00:00Z"
PATIENCE = 2.0

pytestmark = pytest.mark.planted


@pytest.fixture
async def stage(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(database, database_url, tmp_path)
    await stage.enter()
    yield stage
    await stage.close()


async def told(follower: Follower) -> list[Frame]:
    """What comes next, which must not take long."""
    try:
        return await asyncio.wait_for(follower.next(), PATIENCE)
    except TimeoutError:
        raise AssertionError("nothing came") from None


# Checks --------------------------------------------------------------------------------------


async def a_journal_is_its_owners(stage: Stage) -> None:
    await stage.ada.goal()
    own = await stage.eve.goal()
    journals = stage.services.streams.journals
    follower = journals.join(stage.eve.user["id"])
    await follower.begin(BEGINNING)
    assert [frame.id for frame in await told(follower)] == [own["id"]]
    journals.leave(follower)


async def nothing_falls_between(stage: Stage) -> None:
    """Not even what is committed after the place was read and before anybody waits."""
    journals = stage.services.streams.journals
    follower = journals.join(stage.ada.user["id"])
    await follower.begin(None)
    goal = await stage.ada.goal()
    assert [frame.id for frame in await told(follower)] == [goal["id"]]
    journals.leave(follower)


async def a_foreign_log_is_noticed(stage: Stage) -> None:
    """A cursor of a row that this journal never had under that number."""
    goal = await stage.ada.goal()
    place = await cursor.place_of(stage.database, stage.ada.user["id"])

    async def rewritten(tx: Any) -> None:
        await tx.run(
            Statement[Any](
                sa.update(journal)
                .where(journal.c.user_id == sa.bindparam("user_id"))
                .values(id=sa.bindparam("other"))
            ),
            user_id=stage.ada.user["id"],
            other=stage.eve.user["id"],
        )

    assert goal["version"] == place.seq
    await stage.database.write(rewritten)
    try:
        await cursor.position(stage.database, stage.ada.user["id"], place.cursor)
    except CursorGone:
        return
    raise AssertionError("taken for one of ours")


async def a_revoked_token_ends_its_streams(stage: Stage) -> None:
    class Silence:
        """A client that only listens."""

        def __init__(self) -> None:
            self.is_closed = asyncio.Event()

        async def receive(self) -> None:
            await self.is_closed.wait()

        async def send(self, *_: object) -> None:
            """Heard."""

        async def pass_on(self, *_: object) -> None:
            """Heard as well."""

        def pass_on_at_once(self, *_: object) -> bool:
            return False

        async def close(self, _: object) -> None:
            self.is_closed.set()

    async with stage.services.streams.running():
        talk = Conversation(stage.services.streams, Silence()).hold(stage.ada.token, None)
        task = asyncio.create_task(talk)
        while not stage.services.streams.count(stage.ada.user["id"]):  # noqa: ASYNC110  # until it is let in
            await asyncio.sleep(0.01)
        await stage.ada.data("POST", "/auth/logout")
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        task.cancel()
    assert done


# Plants --------------------------------------------------------------------------------------


def everybodys_journal(patch: pytest.MonkeyPatch) -> None:
    rows = sa.select(journal).where(journal.c.seq > sa.bindparam("seq")).limit(sa.bindparam("limit"))
    patch.setattr(follow, "JOURNAL_AFTER", Statement(rows, JournalRow))


def registered_after_reading(patch: pytest.MonkeyPatch) -> None:
    attach = Bell.attach

    def later(bell: Bell, user_id: str, ear: Listener) -> None:
        asyncio.get_running_loop().call_later(PATIENCE / 4, attach, bell, user_id, ear)

    patch.setattr(Bell, "attach", later)
    patch.setattr(Bell, "detach", lambda *_: None)


def unchecked_rows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cursor, "_check", lambda _row: bytes(8))


def revocation_unheard(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Streams, "_check", lambda _streams, _conversations: None)


PLANTS: list[tuple[Plant, Check]] = [
    (everybodys_journal, a_journal_is_its_owners),
    (registered_after_reading, nothing_falls_between),
    (unchecked_rows, a_foreign_log_is_noticed),
    (revocation_unheard, a_revoked_token_ends_its_streams),
]


@pytest.mark.parametrize("check", [check for _, check in PLANTS], ids=lambda check: check.__name__)
async def test_intact(check: Check, stage: Stage) -> None:
    await check(stage)


@pytest.mark.parametrize(("plant", "check"), PLANTS, ids=[plant.__name__ for plant, _ in PLANTS])
async def test_switched_off(
    plant: Plant, check: Check, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        await check(stage)
