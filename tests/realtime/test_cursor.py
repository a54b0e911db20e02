"""Cursors: what they are held against, and how each way of being wrong is answered (SYNC)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from tests.api.person import COUNT, Person
from tests.realtime.site import Site

from waymark.domain.days import format_instant
from waymark.domain.records import Head, JournalRow
from waymark.errors import CursorGone, Invalid, NotFound
from waymark.realtime.cursor import Cursors, cursor_of, place_of, position
from waymark.store.database import Database, Put
from waymark.store.schema import heads, journal
from waymark.store.statement import Statement
from waymark.store.statements import HEAD, JOURNAL_AFTER

UNKNOWN = "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"
PRUNED = Statement(
    sa.delete(journal).where(
        journal.c.user_id == sa.bindparam("user_id"), journal.c.seq <= sa.bindparam("last")
    )
)


@pytest.fixture
def database(site: Site) -> Database:
    return site.services.database


@pytest.fixture
async def lived(ada: Person) -> str:
    """A user with seven rows or more."""
    goal = await ada.goal(**COUNT)
    for value in range(3):
        await ada.check_in(goal, value)
    user_id: str = ada.user["id"]
    return user_id


async def known(database: Database, user_id: str) -> tuple[Head, list[JournalRow]]:
    head = await database.one(HEAD, user_id=user_id)
    assert head is not None
    return head, await database.all(JOURNAL_AFTER, user_id=user_id, seq=0, limit=100)


async def change(database: Database, head: Head, **fields: object) -> None:
    await database.write(lambda tx: tx.apply([Put(heads, [replace(head, **fields)])]))


async def test_every_row_is_a_place_to_come_back_to(database: Database, lived: str) -> None:
    head, rows = await known(database, lived)
    cursors = Cursors(lived, head.epoch)
    assert len({cursors.after(row) for row in rows}) == len(rows) >= 7
    for row in rows:
        assert await position(database, lived, cursors.after(row)) == row.seq
        assert await place_of(database, lived, row.seq) == (row.seq, cursor_of(head, row))
        assert await position(database, lived, format_instant(row.at)) == row.seq
        assert (
            await position(database, lived, format_instant(row.at - timedelta(microseconds=1))) == row.seq - 1
        )
    assert (await place_of(database, lived)).seq == head.seq
    start = await place_of(database, lived, 0)
    assert await position(database, lived, start.cursor) == 0
    assert await position(database, lived, "1999-01-01T00:00:00+02:00") == 0


async def test_what_is_no_cursor_of_this_user(database: Database, lived: str, eve: Person) -> None:
    _, rows = await known(database, lived)
    head, _ = await known(database, lived)
    good = cursor_of(head, rows[0])
    raw = urlsafe_b64decode(good)
    foreign = (await place_of(database, eve.user["id"])).cursor
    spelled_otherwise = good[:-1] + ("B" if good[-1] == "A" else "A")
    for since in (
        *("", "x", "12", good[:-4], good + "AAAA", good.replace("A", "!", 1), "é" * 44, "\x00" * 44),
        *(urlsafe_b64encode(b"\x02" + raw[1:]).decode(), foreign, spelled_otherwise[:0] + good[:43] + " "),
        *("2026-03-02", "2026-03-02T12:00:00", "12:00", "1772452800:0", ":"),
    ):
        with pytest.raises(Invalid) as refused:
            await position(database, lived, since)
        assert [fault.field for fault in refused.value.details] == ["since"], since


async def test_what_was_never_or_is_no_more_in_this_journal(database: Database, lived: str) -> None:
    head, rows = await known(database, lived)
    for other in (
        Cursors(lived, "another epoch").after(rows[0]),
        Cursors(lived, head.epoch).at_floor(head.seq + 1),
        Cursors(lived, head.epoch).at_floor(1),
        *(
            cursor_of(head, replace(rows[2], **said))
            for said in ({"id": UNKNOWN}, {"txn": 1}, {"at": rows[2].at + timedelta(seconds=1)})
        ),
        format_instant(head.at + timedelta(microseconds=1)),
    ):
        with pytest.raises(CursorGone):
            await position(database, lived, other)
    with pytest.raises(CursorGone):
        await place_of(database, lived, head.seq + 1)


async def test_the_floor(database: Database, lived: str) -> None:
    """Rows up to it are pruned; whoever has them all may go on, nobody else."""
    head, rows = await known(database, lived)
    await database.write(lambda tx: tx.run(PRUNED, user_id=lived, last=4))
    await change(database, head, floor=4)
    for row in rows[:3]:
        for since in (cursor_of(head, row), format_instant(row.at)):
            with pytest.raises(CursorGone):
                await position(database, lived, since)
    with pytest.raises(CursorGone):
        await position(database, lived, Cursors(lived, head.epoch).at_floor(0))
    for row in rows[3:]:
        assert await position(database, lived, cursor_of(head, row)) == row.seq
    place = await place_of(database, lived, 4)
    assert await position(database, lived, place.cursor) == 4


async def test_an_idle_user_whose_whole_journal_is_pruned(database: Database, lived: str) -> None:
    head, rows = await known(database, lived)
    await database.write(lambda tx: tx.run(PRUNED, user_id=lived, last=head.seq))
    await change(database, head, floor=head.seq)
    newest = await place_of(database, lived)
    for since in (newest.cursor, cursor_of(head, rows[-1]), format_instant(head.at)):
        assert await position(database, lived, since) == head.seq


async def test_a_restored_backup(database: Database, lived: str) -> None:
    head, rows = await known(database, lived)
    await change(database, head, epoch="after the restore")
    with pytest.raises(CursorGone):
        await position(database, lived, cursor_of(head, rows[0]))


async def test_who_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound):
        await place_of(database, UNKNOWN)
