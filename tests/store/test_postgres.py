"""PostgreSQL: short waits, connections that die, callers that leave, and a server that crashes.

What both databases promise is in test_database.py.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from tests.cluster import Cluster
from tests.store import samples

from waymark.app import connected
from waymark.errors import Unavailable
from waymark.settings import Settings
from waymark.store import schema
from waymark.store.columns import Text
from waymark.store.database import Put, Transaction
from waymark.store.migrate import migrate
from waymark.store.postgres import Pool, Postgres
from waymark.store.statement import Statement

POOL = 4
SETTING = Statement(sa.select(sa.func.current_setting(sa.bindparam("name", type_=Text()))))
LOCK_GOAL = Statement(
    sa.select(schema.goals.c.id)
    .where(samples.of_user(schema.goals), schema.goals.c.id == sa.bindparam("id"))
    .with_for_update()
)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Postgres]:
    database = Postgres(postgres_url, Pool(max_size=POOL))
    await database.open()
    await samples.seeded(database, Put(schema.goals, [samples.goal(2)]))
    yield database
    await database.close()


@pytest.fixture
async def beside(postgres_url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A connection of somebody else."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


async def raised_seq(tx: Transaction) -> int:
    head = await tx.one(samples.LOCKED_HEAD, user_id=samples.USER)
    assert head is not None
    await tx.apply([Put(schema.heads, [samples.head(head.seq + 1)])])
    return head.seq + 1


async def states(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """What our connections are doing."""
    rows = await connection.fetch(
        "SELECT state FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'waymark'"
    )
    return [row["state"] for row in rows]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous_commit", "on"),
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("transaction_isolation", "read committed"),
        ("TimeZone", "UTC"),
    ],
)
async def test_settings_hold_on_every_connection(database: Postgres, name: str, value: str) -> None:
    rows = await asyncio.gather(*(database.all(SETTING, name=name) for _ in range(POOL)))
    assert rows == [[(value,)]] * POOL


async def test_what_settings_bound_is_bounded(tmp_path: Path, postgres_url: str) -> None:
    settings = Settings.load(
        data_dir=tmp_path,
        database_url=postgres_url,
        secret="s" * 32,
        pool_min_size=0,
        pool_max_size=1,
        pool_timeout_ms=50,
        statement_timeout_ms=4_321,
        lock_timeout_ms=1_234,
    )
    database = connected(settings)
    await database.open()
    for name, value in (("statement_timeout", "4321ms"), ("lock_timeout", "1234ms")):
        assert await database.all(SETTING, name=name) == [(value,)]

    async def held(_: Transaction) -> None:
        with pytest.raises(Unavailable):
            await database.check()

    await database.write(held)
    await database.close()


async def test_a_lock_is_not_waited_for_for_long(
    database: Postgres, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with beside.transaction():
        await beside.execute("SELECT 1 FROM heads FOR UPDATE")
        with pytest.raises(Unavailable) as refused:
            await database.write(raised_seq)
    assert refused.value.retry_after == 1
    assert await database.write(raised_seq) == 1


async def test_a_deadlock_is_somebody_elses_turn(database: Postgres) -> None:
    both = asyncio.Barrier(2)

    async def crossing(tx: Transaction, first: int, second: int) -> None:
        await tx.one(LOCK_GOAL, user_id=samples.USER, id=samples.uuid(first))
        await both.wait()
        await tx.one(LOCK_GOAL, user_id=samples.USER, id=samples.uuid(second))

    outcomes = await asyncio.gather(
        database.write(lambda tx: crossing(tx, 1, 2)),
        database.write(lambda tx: crossing(tx, 2, 1)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", "Unavailable"]


async def test_cancelled_callers_give_their_connections_back_clean(
    database: Postgres, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with beside.transaction():
        await beside.execute("SELECT 1 FROM heads FOR UPDATE")
        tasks = [asyncio.create_task(database.write(raised_seq)) for _ in range(200)]
        for task in tasks:
            await asyncio.sleep(0.001)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert all(task.cancelled() for task in tasks)
    for turn in range(100):  # and at any other moment: while connecting, beginning, writing, committing
        task = asyncio.create_task(database.write(raised_seq))
        await asyncio.sleep(turn / 20_000)
        task.cancel()
        await asyncio.wait([task])
    seqs = await asyncio.gather(*(database.write(raised_seq) for _ in range(8)))
    assert sorted(seqs) == list(range(min(seqs), min(seqs) + 8))
    now = await states(beside)
    assert set(now) == {"idle"}
    assert len(now) <= POOL


async def test_all_connections_taken(
    database: Postgres, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    impatient = Postgres(database.url, Pool(max_size=POOL, timeout_ms=200))
    await impatient.open()
    async with beside.transaction():
        await beside.execute("SELECT 1 FROM heads FOR UPDATE")
        waiting = [asyncio.create_task(impatient.write(raised_seq)) for _ in range(POOL)]
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable) as refused:
            await impatient.one(samples.HEAD, user_id=samples.USER)
        assert refused.value.retry_after == 1
    assert sorted(await asyncio.gather(*waiting)) == [1, 2, 3, 4]
    await impatient.check()
    await impatient.close()


async def test_connections_that_die(database: Postgres, beside: "asyncpg.Connection[asyncpg.Record]") -> None:
    async def kill() -> None:
        await beside.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE application_name = 'waymark'"
        )

    async def killed(tx: Transaction) -> None:
        await raised_seq(tx)
        await kill()
        await raised_seq(tx)

    with pytest.raises(Unavailable):
        await database.write(killed)
    for _ in range(POOL):
        try:
            await database.check()
        except Unavailable:
            continue
    assert await database.write(raised_seq) == 1


async def test_a_server_that_is_not_there(cluster: Cluster) -> None:
    with pytest.raises(Unavailable, match='"nowhere" does not exist'):
        await Postgres(cluster.url("nowhere")).open()
    with pytest.raises(Unavailable, match="refused"):
        await Postgres("postgresql://postgres@127.0.0.1:1/x").open()


async def test_documents_stay_in_their_rows(
    database: Postgres, beside: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """4 KB bodies neither move out of line nor, rewritten, touch an index."""

    async def rewritten(tx: Transaction) -> None:
        await tx.apply([Put(schema.goal_documents, [samples.document(body="ab" * 1_900)])])

    for _ in range(20):
        await database.write(rewritten)
    size = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'goal_documents'"
    assert await beside.fetchval(size) == 0
    storage = "SELECT pg_column_size(body), pg_column_compression(body) FROM goal_documents"
    assert tuple(await beside.fetchrow(storage) or ()) == (3_804, None)


@pytest.fixture
def durable() -> Iterator[Cluster]:
    """A cluster that waits for its disk, to be crashed."""
    cluster = Cluster.started(durable=True)
    yield cluster
    cluster.remove()


async def test_a_crash_loses_nothing_and_passes(durable: Cluster) -> None:
    url = durable.create("waymark")
    await migrate(url)
    database = Postgres(url, Pool(max_size=POOL))
    await database.open()
    await samples.seeded(database)
    for seq in (1, 2):
        assert await database.write(raised_seq) == seq
        durable.stop("immediate")
        with pytest.raises(Unavailable):
            await database.write(raised_seq)
        with pytest.raises(Unavailable):
            await database.check()
        durable.start()
        await database.check()
        head = await database.one(samples.HEAD, user_id=samples.USER)
        assert head == samples.head(seq)
    await database.close()
