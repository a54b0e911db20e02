"""Values come back from both databases as they went in, at the ends of their ranges and in one form.

Only what a column promises; tables and transactions have tests of their own.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.store import samples

from waymark.domain.records import DayTotal, Pause, SourceDay, Weights
from waymark.store import schema
from waymark.store.columns import Amount, ColumnType, Day, Instant, Total, any_of
from waymark.store.database import Database, Put, Transaction
from waymark.store.statement import Statement

AMOUNTS = st.decimals(-(10**12), 10**12, places=6)
TEXTS = [
    "",
    "ZÜRICH",
    "دویدن\u200cها",
    "🏃🏽\u200d♀️",
    "'; DROP TABLE goals; --",
    '%_\\"',
    "two\nlines\ttab",
    "$1 ? :x",
]


async def stored_goal(database: Database, **fields: Any) -> Any:
    await samples.seeded(database, Put(schema.goals, [samples.goal(2, **fields)]))
    return (await database.all(samples.GOALS, user_id=samples.USER))[1]


async def test_every_field_of_a_record_comes_back(database: Database) -> None:
    written = samples.goal(
        2,
        title="Save ÄÖ",
        description="line\nline",
        goal_type="financial",
        initial_value=Decimal("-0.000001"),
        target_value=Decimal(10**12),
        progress_target_value=Decimal("999999999.999999"),
        linked_budget_id=samples.uuid(7),
        start_on=date(1900, 1, 1),
        target_on=date(2200, 12, 31),
        position=2**63 - 1,
        progress_weights=Weights(metric=Decimal("0.1"), tasks=Decimal(3)),
        insight_thresholds=(25, 50),
        auto_complete=True,
        pauses=(Pause(date(2026, 1, 1), date(2026, 2, 1)), Pause(date(2026, 3, 1))),
        provenance={"title": (5, 1_772_443_800_000_000)},
        deleted_at=datetime(1900, 1, 1, tzinfo=UTC),
        updated_at=datetime(2200, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    )
    await samples.seeded(database, Put(schema.goals, [written]))
    assert (await database.all(samples.GOALS, user_id=samples.USER))[1] == written


@pytest.mark.parametrize("text", TEXTS)
async def test_text_is_taken_literally(database: Database, text: str) -> None:
    assert (await stored_goal(database, title=text)).title == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1.50", "1.5"),
        ("1E+3", "1000"),
        ("-0", "0"),
        ("0.000001", "0.000001"),
        ("1000000000000", "1000000000000"),
        ("-999999999999.999999", "-999999999999.999999"),
    ],
)
async def test_amounts_have_one_form(database: Database, given: str, kept: str) -> None:
    assert str((await stored_goal(database, target_value=Decimal(given))).target_value) == kept


@pytest.mark.parametrize("number", ["0.0000001", "1.2345678", "NaN", "Infinity", "-sNaN"])
async def test_no_amount_is_rounded_to_fit(database: Database, number: str) -> None:
    with pytest.raises(ValueError, match=r"decimals|no number"):
        await stored_goal(database, target_value=Decimal(number))
    assert await database.all(samples.GOALS, user_id=samples.USER) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1E+40", "1" + "0" * 40),
        ("-1.10", "-1.1"),
        ("0." + "3" * 50, "0." + "3" * 50),
        ("-0.0", "0"),
        ("9" * 60 + ".5", "9" * 60 + ".5"),
    ],
)
async def test_totals_are_exact_at_any_size(database: Database, given: str, kept: str) -> None:
    total = DayTotal(
        user_id=samples.USER,
        goal_id=samples.uuid(1),
        day=samples.DAY,
        count=1,
        by_source={"manual": SourceDay(Decimal(given), 1)},
        first_measurement=None,
        last_measurement=None,
        sum_after=Decimal(given),
        rel_high=None,
        rel_low=None,
        abs_high=None,
        abs_low=None,
        newest_at=samples.AT,
        opening=None,
        closing=Decimal(given),
    )
    await samples.seeded(database, Put(schema.goal_day_totals, [total]))
    (read,) = await database.all(samples.DAYS, user_id=samples.USER)
    assert str(read.sum_after) == str(read.closing) == kept
    assert read.by_source == {"manual": SourceDay(Decimal(given), 1)}


async def test_an_instant_keeps_its_moment_whatever_its_offset(database: Database) -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    read = await stored_goal(database, deleted_at=samples.AT.astimezone(tehran))
    assert (read.deleted_at, read.deleted_at.utcoffset()) == (samples.AT, timedelta(0))


async def test_text_and_amounts_sort_the_same_everywhere(database: Database) -> None:
    titles = ["b", "B", "a", "ä", "Z", "é", "ا", "🏃"]
    percents = [Decimal("9.5"), Decimal(100), Decimal(-3), Decimal("33.33"), Decimal("9.49")]
    await samples.seeded(
        database,
        Put(schema.goals, [samples.goal(place, title=title) for place, title in enumerate(titles, start=2)]),
        Put(
            schema.goal_documents,
            [samples.document(place, progress_percent=each) for place, each in enumerate(percents, start=2)],
        ),
    )
    by_title = Statement(
        sa.select(schema.goals.c.title).where(samples.of_user(schema.goals)).order_by(schema.goals.c.title)
    )
    read = [row[0] for row in await database.all(by_title, user_id=samples.USER)]
    assert read == sorted([*titles, "Run"])
    documents = await database.all(samples.DOCUMENTS, user_id=samples.USER)
    assert [row.progress_percent for row in documents] == sorted(percents)


async def test_a_computed_column_follows_its_record(database: Database) -> None:
    await samples.seeded(
        database, Put(schema.goals, [samples.goal(2, title="ÉCOLE Straße", description="İÇ")])
    )
    columns = (schema.goals.c.title_folded, schema.goals.c.search_folded)
    statement = Statement(
        sa.select(*columns).where(samples.of_user(schema.goals)).order_by(schema.goals.c.id)
    )
    assert (await database.all(statement, user_id=samples.USER))[1] == ("école strasse", "école strasse\ni̇ç")


async def test_constants_and_lists_in_statements(database: Database) -> None:
    await samples.seeded(
        database, Put(schema.goals, [samples.goal(2, auto_complete=True), samples.goal(3, title="it's")])
    )
    among = Statement(
        sa.select(
            schema.goals.c.id, schema.goals.c.auto_complete.label("flag"), sa.literal("x'y").label("text")
        )
        .where(
            samples.of_user(schema.goals),
            any_of(schema.goals.c.id, "ids"),
            schema.goals.c.show_status == "active",
        )
        .order_by(schema.goals.c.id.desc())
        .limit(2)
    )
    ids = [samples.uuid(number) for number in (2, 3, 99)]
    rows = await database.all(among, user_id=samples.USER, ids=ids)
    assert rows == [(samples.uuid(3), False, "x'y"), (samples.uuid(2), True, "x'y")]
    assert await database.all(among, user_id=samples.USER, ids=[]) == []
    assert await database.all(among, user_id=samples.uuid(9), ids=ids) == []
    quoted = Statement(
        sa.select(schema.goals.c.id).where(samples.of_user(schema.goals), schema.goals.c.title == "it's")
    )
    assert await database.all(quoted, user_id=samples.USER) == [(samples.uuid(3),)]


async def test_a_missing_parameter_is_named(database: Database) -> None:
    with pytest.raises(KeyError, match="user_id"):
        await database.all(samples.HEAD)


async def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="no zone"):
        await stored_goal(database, deleted_at=samples.AT.replace(tzinfo=None))


def through_sqlite(kind: ColumnType, value: Any) -> Any:
    encode, decode = kind.encoder("sqlite"), kind.decoder("sqlite")
    assert encode is not None
    assert decode is not None
    return decode(encode(value))


@given(AMOUNTS)
def test_sqlite_keeps_any_amount(amount: Decimal) -> None:
    assert through_sqlite(Amount(), amount) == amount


@given(AMOUNTS, AMOUNTS)
def test_sqlite_sorts_amounts_as_numbers(one: Decimal, other: Decimal) -> None:
    encode = Amount().encoder("sqlite")
    assert encode is not None
    assert (encode(one) < encode(other)) == (one < other)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_sqlite_keeps_any_total(total: Decimal) -> None:
    read = through_sqlite(Total(), total)
    assert read == total
    assert "E" not in str(read) or read.adjusted() < -6  # Decimal itself writes 1E-7


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001  # bounds of the strategy are naive
def test_sqlite_keeps_any_instant(instant: datetime) -> None:
    assert through_sqlite(Instant(), instant) == instant.astimezone(UTC)


@given(st.dates())
def test_sqlite_keeps_any_day(day: date) -> None:
    assert through_sqlite(Day(), day) == day


async def test_a_transaction_reads_its_own_writes(database: Database) -> None:
    async def body(tx: Transaction) -> int:
        await samples.add_user(tx)
        await tx.apply([Put(schema.heads, [samples.head(41)])])
        assert await tx.run(samples.RAISE_SEQ, user_id=samples.USER) == 1
        head = await tx.one(samples.HEAD, user_id=samples.USER)
        assert head is not None
        return head.seq

    assert await database.write(body) == 42
