"""What the store promises of reading, writing and committing, held on both databases by the same tests.

What only one of the two can do wrong is tested beside this file.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.store import samples

from waymark.errors import AlreadyExists, Unavailable
from waymark.store import schema
from waymark.store.connect import connect
from waymark.store.database import Add, Change, Database, Drop, Put, Reader, Transaction


class Mishap(Exception):
    """What a test raises inside a transaction."""


async def raised_seq(tx: Transaction) -> int:
    """Lock, read, decide, write: the shape of every write of the product."""
    head = await tx.one(samples.LOCKED_HEAD, user_id=samples.USER)
    assert head is not None
    await tx.apply(
        [
            Put(schema.heads, [samples.head(head.seq + 1)]),
            Add(schema.journal, [samples.journal_row(head.seq + 1)]),
        ]
    )
    return head.seq + 1


async def seq_of(database: Reader) -> int:
    head = await database.one(samples.HEAD, user_id=samples.USER)
    assert head is not None
    return head.seq


async def applied(database: Database, *changes: Change) -> None:
    async def body(tx: Transaction) -> None:
        await tx.apply(changes)

    await database.write(body)


async def test_what_is_not_there_is_none(database: Database) -> None:
    assert await database.one(samples.HEAD, user_id=samples.USER) is None
    assert await database.all(samples.GOALS, user_id=samples.USER) == []


async def test_a_write_is_committed_when_it_returns(database: Database, database_url: str) -> None:
    await samples.seeded(database)
    other = connect(database_url)
    await other.open()
    assert await database.write(raised_seq) == 1
    assert await seq_of(other) == await seq_of(database) == 1
    await other.close()


async def test_one_batch_of_everything(database: Database) -> None:
    """Children given before parents, nothing given at all, replaced rows, rows taken out."""
    await samples.seeded(database, Put(schema.goal_check_ins, [samples.check_in(1), samples.check_in(2)]))
    await applied(
        database,
        Put(schema.goal_milestones, [samples.milestone(1, goal_id=samples.uuid(5)), samples.milestone(2)]),
        Put(schema.goal_check_ins, [samples.check_in(1, note="mended")]),
        Put(schema.goals, [samples.goal(5), samples.goal(1, title="Swim")]),
        Drop(schema.goal_check_ins, [(samples.USER, samples.uuid(2)), (samples.USER, samples.uuid(77))]),
        Add(schema.journal, [samples.journal_row(1), samples.journal_row(2)]),
        Put(schema.goal_targets, []),
    )
    await applied(database)
    assert await database.all(samples.CHECK_INS, user_id=samples.USER) == [samples.check_in(1, note="mended")]
    assert [goal.title for goal in await database.all(samples.GOALS, user_id=samples.USER)] == ["Swim", "Run"]
    milestones = await database.all(samples.MILESTONES, user_id=samples.USER)
    assert [each.goal_id for each in milestones] == [samples.uuid(5), samples.uuid(1)]
    assert len(await database.all(samples.JOURNAL, user_id=samples.USER)) == 2


async def test_drop_a_parent_and_its_children_at_once(database: Database) -> None:
    await samples.seeded(database, Put(schema.goal_check_ins, [samples.check_in(1)]))
    await applied(
        database,
        Drop(schema.goals, [(samples.USER, samples.uuid(1))]),
        Drop(schema.goal_check_ins, [(samples.USER, samples.uuid(1))]),
    )
    assert await database.all(samples.GOALS, user_id=samples.USER) == []


@pytest.mark.parametrize(
    "changes",
    [
        [
            Put(schema.goals, [samples.goal(5)]),
            Put(schema.goal_milestones, [samples.milestone(goal_id=samples.uuid(9))]),
        ],
        [Put(schema.goals, [samples.goal(5)]), Add(schema.heads, [samples.head()])],
        [Put(schema.goals, [samples.goal(5), samples.goal(5, title="Twice")])],
        [
            Put(schema.goals, [samples.goal(1, title="Kept")]),
            Drop(schema.goals, [(samples.USER, samples.uuid(1))]),
        ],
    ],
    ids=["orphan", "add of what exists", "a row twice", "put and dropped"],
)
async def test_a_batch_happens_as_a_whole_or_not(database: Database, changes: Sequence[Change]) -> None:
    await samples.seeded(database)
    with pytest.raises(Exception):  # noqa: B017, PT011  # defects keep the driver's own error
        await applied(database, *changes)
    assert await database.all(samples.GOALS, user_id=samples.USER) == [samples.goal()]
    await database.write(raised_seq)


async def test_adding_what_exists_is_said_so(database: Database) -> None:
    await samples.seeded(database)
    with pytest.raises(AlreadyExists):
        await applied(database, Add(schema.goals, [samples.goal()]))

    async def same_address(tx: Transaction) -> None:
        await samples.add_user(tx, samples.uuid(2))

    with pytest.raises(AlreadyExists):
        await database.write(same_address)


async def test_a_source_says_a_thing_once(database: Database) -> None:
    """Manual facts repeat; a source's fact stands once a day, and again when it was taken out."""
    habit = {"source_type": "habit", "source_id": samples.uuid(9)}
    await samples.seeded(database, Put(schema.goal_check_ins, [samples.check_in(1), samples.check_in(2)]))
    await applied(database, Put(schema.goal_check_ins, [samples.check_in(3, **habit)]))
    with pytest.raises(AlreadyExists):
        await applied(database, Put(schema.goal_check_ins, [samples.check_in(4, **habit)]))
    gone = samples.check_in(3, show_status="deleted", **habit)
    await applied(database, Put(schema.goal_check_ins, [gone, samples.check_in(4, **habit)]))


async def test_an_error_leaves_nothing(database: Database) -> None:
    await samples.seeded(database)

    async def body(tx: Transaction) -> None:
        await raised_seq(tx)
        raise Mishap

    with pytest.raises(Mishap):
        await database.write(body)
    assert await seq_of(database) == 0
    assert await database.all(samples.JOURNAL, user_id=samples.USER) == []


async def test_one_that_fails_harms_no_other(database: Database) -> None:
    await samples.seeded(database)

    async def body(tx: Transaction, number: int) -> int:
        seq = await raised_seq(tx)
        if number % 3 == 0:
            raise Mishap
        if number % 3 == 1:
            await tx.apply([Add(schema.goals, [samples.goal()])])
        return seq

    writes = [database.write(lambda tx, n=number: body(tx, n)) for number in range(30)]  # type: ignore[misc]  # mypy cannot see the default
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, (Mishap, AlreadyExists, int)[number % 3])
    assert sorted(seq for seq in outcomes if isinstance(seq, int)) == list(range(1, 11))
    assert await seq_of(database) == 10


async def test_64_writers_lose_nothing(database: Database) -> None:
    await samples.seeded(database)

    async def client() -> list[int]:
        return [await database.write(raised_seq) for _ in range(5)]

    seqs = await asyncio.gather(*(client() for _ in range(64)))
    assert sorted(seq for each in seqs for seq in each) == list(range(1, 321))
    journal = await database.all(samples.JOURNAL, user_id=samples.USER)
    assert [row.seq for row in journal] == list(range(1, 321))


async def test_a_snapshot_stands_still(database: Database) -> None:
    """Head and journal agree in it while writers go on; they are read by two statements."""
    await samples.seeded(database)

    async def body(reader: Reader) -> tuple[int, int]:
        return await seq_of(reader), len(await reader.all(samples.JOURNAL, user_id=samples.USER))

    async def look() -> list[tuple[int, int]]:
        seen = []
        for _ in range(20):
            seen.append(await database.snapshot(body))
            await asyncio.sleep(0)
        return seen

    async def write() -> None:
        for _ in range(20):
            await database.write(raised_seq)

    *pairs, _, _ = await asyncio.gather(look(), look(), write(), write())
    assert all(seq == rows for pair in pairs for seq, rows in pair)
    assert await database.snapshot(body) == (40, 40)


async def test_an_error_in_a_snapshot_is_its_own(database: Database) -> None:
    async def body(reader: Reader) -> None:
        await reader.all(samples.JOURNAL, user_id=samples.USER)
        raise Mishap

    with pytest.raises(Mishap):
        await database.snapshot(body)
    assert await database.snapshot(lambda reader: reader.all(samples.GOALS, user_id=samples.USER)) == []


async def test_callers_that_go_away_disturb_nobody(database: Database) -> None:
    """A cancelled write happened or did not; it is never half there, and the next ones go on."""
    await samples.seeded(database)
    writes = [asyncio.create_task(database.write(raised_seq)) for _ in range(200)]
    for turn, write in enumerate(writes):
        if turn % 2:
            await asyncio.sleep(0)
            write.cancel()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    answered = [seq for seq in outcomes if isinstance(seq, int)]
    assert {type(each) for each in outcomes} <= {int, asyncio.CancelledError}
    assert len(answered) >= 100
    journal = [row.seq for row in await database.all(samples.JOURNAL, user_id=samples.USER)]
    assert journal == list(range(1, await seq_of(database) + 1))
    assert set(answered) <= set(journal)
    assert await database.write(raised_seq) == len(journal) + 1


async def test_erasing_a_user_takes_everything(database: Database) -> None:
    await samples.seeded(
        database,
        Put(schema.goal_check_ins, [samples.check_in()]),
        Put(schema.goal_milestones, [samples.milestone()]),
        Put(schema.goal_documents, [samples.document()]),
        Put(schema.journal, [samples.journal_row()]),
    )

    async def body(tx: Transaction) -> int:
        return await tx.run(samples.ERASE_USER, user_id=samples.USER)

    assert await database.write(body) == 1
    statements: list[Any] = [samples.HEAD, samples.GOALS, samples.CHECK_INS, samples.MILESTONES]
    for statement in [*statements, samples.DOCUMENTS, samples.JOURNAL]:
        assert await database.all(statement, user_id=samples.USER) == []


async def test_a_large_document_comes_back_whole(database: Database) -> None:
    body = "{" + "ä" * 32_000 + "}"
    await samples.seeded(database, Put(schema.goal_documents, [samples.document(body=body)]))
    (read,) = await database.all(samples.DOCUMENTS, user_id=samples.USER)
    assert read.body == body


async def test_closed_and_opened_again(database: Database) -> None:
    await samples.seeded(database)
    await database.close()
    with pytest.raises(Unavailable):
        await database.check()
    await database.open()
    await database.check()
    assert await database.write(raised_seq) == 1


@pytest.mark.parametrize("url", ["mysql://localhost/x", "waymark.db", "sqlite:///", "xsqlite:///a"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="begins with"):
        connect(url)
