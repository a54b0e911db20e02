"""SQLite: durable settings, shared commits, a neighbour's lock, a full disk, one server only.

What both databases promise is in test_database.py.
"""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.store import samples

from waymark.errors import Unavailable
from waymark.store import schema, sqlite
from waymark.store.connect import sqlite_path
from waymark.store.database import Put, Transaction
from waymark.store.sqlite import SQLite, connection_to, hold_lock


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return sqlite_path(sqlite_url)


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SQLite]:
    database = SQLite(path)
    await database.open()
    await samples.seeded(database)
    yield database
    await database.close()


async def raised_seq(tx: Transaction) -> int:
    rows = await tx.all(samples.RAISE_SEQ, user_id=samples.USER)
    return int(rows[0][0])


async def stored_seq(database: SQLite) -> int:
    head = await database.one(samples.HEAD, user_id=samples.USER)
    assert head is not None
    return head.seq


async def writer_of(database: SQLite) -> apsw.Connection:
    """The writing connection, as the body of a transaction meets it."""

    async def body(tx: Any) -> apsw.Connection:
        connection: apsw.Connection = tx.connection
        return connection

    return await database.write(body)


async def test_commits_wait_for_the_disk(database: SQLite) -> None:
    writer = await writer_of(database)
    assert writer.pragma("journal_mode") == "wal"
    assert writer.pragma("synchronous") == 2  # FULL
    assert writer.pragma("foreign_keys") == 1
    assert tuple(map(int, writer.execute("SELECT sqlite_version()").get.split("."))) >= sqlite.OLDEST_SQLITE


def test_a_sqlite_that_loses_pages_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    with pytest.raises(Unavailable, match=r"3\.51\.2 can corrupt"):
        connection_to(path)


def test_a_file_in_memory_cannot_be_durable() -> None:
    with pytest.raises(Unavailable, match="journal_mode"):
        connection_to(Path(":memory:"))


def test_one_server_at_a_time(path: Path) -> None:
    with hold_lock(path), pytest.raises(Unavailable, match="served by another"), hold_lock(path):
        pass
    with hold_lock(path):
        pass


async def test_waiting_writers_share_a_commit(database: SQLite) -> None:
    commits = 0

    def counted() -> bool:
        nonlocal commits
        commits += 1
        return False

    (await writer_of(database)).set_commit_hook(counted)
    await asyncio.gather(*(database.write(raised_seq) for _ in range(100)))
    assert await stored_seq(database) == 100
    assert commits <= 100 // sqlite.GROUP_SIZE + 2


async def test_nobody_is_answered_before_the_commit(database: SQLite) -> None:
    """A commit that fails fails everyone who shared it, and leaves nothing."""
    writer = await writer_of(database)
    writer.set_commit_hook(lambda: True)
    outcomes = await asyncio.gather(*(database.write(raised_seq) for _ in range(20)), return_exceptions=True)
    assert {type(each) for each in outcomes} == {apsw.ConstraintError}
    writer.set_commit_hook(None)
    assert await stored_seq(database) == 0
    assert await database.write(raised_seq) == 1


async def test_what_was_answered_survives_a_power_cut(database: SQLite, path: Path, tmp_path: Path) -> None:
    """The files as they are on disk when the answer comes, without the process that wrote them."""
    for seq in range(1, 4):
        assert await database.write(raised_seq) == seq
        image = tmp_path / f"image{seq}" / path.name
        image.parent.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(path.with_name(path.name + suffix), image.with_name(image.name + suffix))
        revived = SQLite(image)
        await revived.open()
        assert await stored_seq(revived) == seq
        await revived.close()


async def test_readers_go_on_while_a_neighbour_writes(database: SQLite, path: Path) -> None:
    neighbour = connection_to(path)
    neighbour.execute("BEGIN IMMEDIATE")
    writes = [asyncio.create_task(database.write(raised_seq)) for _ in range(5)]
    for _ in range(20):
        assert await stored_seq(database) == 0
        await asyncio.sleep(0.005)
    assert not any(write.done() for write in writes)
    neighbour.execute("UPDATE heads SET seq = 10")
    neighbour.execute("COMMIT")
    assert await asyncio.gather(*writes) == [11, 12, 13, 14, 15]
    neighbour.close()


async def test_a_neighbour_that_never_ends(
    database: SQLite, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0)
    neighbour = connection_to(path)
    neighbour.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(database.write(raised_seq) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unavailable] * 3
    assert isinstance(outcomes[0], Unavailable)
    assert outcomes[0].retry_after == 1
    neighbour.execute("ROLLBACK")
    neighbour.close()
    assert await database.write(raised_seq) == 1


async def test_a_full_disk_passes(database: SQLite) -> None:
    writer = await writer_of(database)
    room = writer.pragma("max_page_count")
    writer.pragma("max_page_count", writer.pragma("page_count"))
    large = samples.document(body="x" * 1_000_000)

    async def too_much(tx: Transaction) -> None:
        await tx.apply([Put(schema.goal_documents, [large])])

    with pytest.raises(Unavailable) as refused:
        await database.write(too_much)
    assert refused.value.retry_after == 1
    assert await stored_seq(database) == 0
    writer.pragma("max_page_count", room)
    await asyncio.gather(database.write(too_much), database.write(raised_seq))
    assert (await database.all(samples.DOCUMENTS, user_id=samples.USER))[0] == large
    assert writer.pragma("integrity_check") == "ok"


async def test_a_group_that_the_database_gave_up(database: SQLite) -> None:
    """Some errors end the whole transaction: those before and after in the group hear of it."""

    async def ended(tx: Any) -> None:
        tx.connection.execute("ROLLBACK")
        raise Unavailable

    bodies: list[Any] = [raised_seq, ended, raised_seq]
    first, second, third = await asyncio.gather(*map(database.write, bodies), return_exceptions=True)
    assert isinstance(first, Unavailable)
    assert isinstance(second, Unavailable)
    assert third == await stored_seq(database) == 1
    assert await database.write(raised_seq) == 2


async def test_a_body_that_waits_is_a_defect(database: SQLite) -> None:
    async def body(tx: Transaction) -> None:
        await raised_seq(tx)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="await nothing but its transaction"):
        await database.write(body)
    assert await stored_seq(database) == 0


async def test_a_caller_gone_before_its_turn_is_left_out(database: SQLite, path: Path) -> None:
    neighbour = connection_to(path)
    neighbour.execute("BEGIN IMMEDIATE")
    writes = [asyncio.create_task(database.write(raised_seq)) for _ in range(4)]
    await asyncio.sleep(0.01)
    writes[1].cancel()
    writes[2].cancel()
    await asyncio.sleep(0.01)
    neighbour.execute("COMMIT")
    neighbour.close()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [each for each in outcomes if isinstance(each, int)] == [1, 2]
    assert await stored_seq(database) == 2


async def test_a_group_whose_callers_have_all_gone(database: SQLite) -> None:
    """The next ones come while it commits nothing."""
    gone = asyncio.create_task(database.write(raised_seq))
    await asyncio.sleep(0)
    gone.cancel()
    for _ in range(10):
        late = asyncio.create_task(database.write(raised_seq))
        await asyncio.sleep(0.0002)
        late.cancel()
        await asyncio.wait([late])
    before = await stored_seq(database)
    assert await database.write(raised_seq) > before


async def test_the_loop_is_not_held_by_many_writers(database: SQLite) -> None:
    """Readers get a turn between two writes, whatever the length of the queue."""

    async def slow(tx: Transaction) -> None:
        await raised_seq(tx)
        time.sleep(0.005)  # noqa: ASYNC251  # stands for a body's computing

    writes = [asyncio.create_task(database.write(slow)) for _ in range(40)]
    turns = 0
    while not all(write.done() for write in writes):
        await stored_seq(database)
        turns += 1
        await asyncio.sleep(0)
    assert turns >= 40


async def test_a_file_that_cannot_be_had(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="unable to open"):
        await SQLite(tmp_path / "missing" / "waymark.db").open()
