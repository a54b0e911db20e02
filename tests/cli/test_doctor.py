"""`doctor` finds whatever was put wrong behind the door's back, and mends what can be computed again."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from tests.cli.conftest import EMAIL, Waymark, on

from waymark.actions.budgets import create_budget
from waymark.actions.commands import ReplaceMilestones
from waymark.actions.milestones import replace_milestones
from waymark.actions.money_commands import CreateBudget, CreateTransaction
from waymark.actions.perform import Door
from waymark.actions.transactions import create_transaction
from waymark.clock import RealClock
from waymark.store import inspection, schema, statements
from waymark.store.database import Add, Change, Database, Drop, Put, Transaction
from waymark.store.neighbours import budget_period_totals
from waymark.store.statement import Statement


@pytest.fixture
def goal(waymark: Waymark, ada: str, tmp_path: Path, database_url: str) -> tuple[str, str]:
    """User and goal id: 0 → 100 USD, 10 a day for a week, milestones at 25, 50, 75 and 100."""
    path = tmp_path / "log.csv"
    path.write_text("date,value\n" + "".join(f"2026-03-0{day},10\n" for day in range(1, 8)))
    options = ("--title", "Save", "--metric", "amount", "--currency", "USD", "--target", "100", "-q")
    assert waymark("import", "csv", path, "--user", ada, *options).code == 0
    bodies = [{"title": title} for title in ("a quarter", "half", "most", "all")]
    command = ReplaceMilestones.model_validate({"milestones": bodies})

    async def body(database: Database) -> tuple[str, str]:
        ((user_id, _),) = await database.all(inspection.USERS)
        ((goal_id,),) = await database.all(statements.GOAL_IDS, user_id=user_id)
        await Door(database, RealClock()).perform(user_id, replace_milestones, goal_id, command)
        return user_id, goal_id

    found: tuple[str, str] = on(database_url, body)
    return found


async def _day(tx: Transaction, key: dict[str, str]) -> Change:
    total = await tx.one(statements.LAST_DAY, **key)
    assert total is not None
    return Put(schema.goal_day_totals, [replace(total, sum_after=Decimal(11), closing=Decimal(71))])


async def _no_day(_: Transaction, key: dict[str, str]) -> Change:
    return Drop(schema.goal_day_totals, [(*key.values(), date(2026, 3, 3))])


async def _ghost_day(tx: Transaction, key: dict[str, str]) -> Change:
    total = await tx.one(statements.LAST_DAY, **key)
    assert total is not None
    return Add(schema.goal_day_totals, [replace(total, day=total.day + timedelta(days=1))])


async def _source(tx: Transaction, key: dict[str, str]) -> Change:
    (total,) = await tx.all(statements.SOURCE_TOTALS, **key)
    return Put(schema.goal_source_totals, [replace(total, added=Decimal("70.01"))])


async def _milestone(tx: Transaction, key: dict[str, str]) -> Change:
    milestone = (await tx.all(statements.MILESTONES, **key))[1]
    return Put(schema.goal_milestones, [replace(milestone, completed_at=None, reached_on=None)])


async def _early_milestone(tx: Transaction, key: dict[str, str]) -> Change:
    first, *_, last = await tx.all(statements.MILESTONES, **key)
    wrong = replace(last, completed_at=first.completed_at, reached_on=first.reached_on)
    return Put(schema.goal_milestones, [wrong])


async def _body(tx: Transaction, key: dict[str, str]) -> Change:
    row = await tx.one(inspection.DOCUMENT_ROW, **key)
    assert row is not None
    return Put(
        schema.goal_documents, [replace(row, body=row.body.replace('"currentValue":70', '"currentValue":7'))]
    )


async def _no_document(_: Transaction, key: dict[str, str]) -> Change:
    return Drop(schema.goal_documents, [tuple(key.values())])


async def _column(tx: Transaction, key: dict[str, str]) -> Change:
    row = await tx.one(inspection.DOCUMENT_ROW, **key)
    assert row is not None
    return Put(schema.goal_documents, [replace(row, progress_percent=Decimal(71))])


async def _freshness(tx: Transaction, key: dict[str, str]) -> Change:
    row = await tx.one(inspection.DOCUMENT_ROW, **key)
    assert row is not None
    later = row.fresh_until + timedelta(days=1)
    return Put(schema.goal_documents, [replace(row, fresh_until=later)])


async def _target(tx: Transaction, key: dict[str, str]) -> Change:
    (version,) = await tx.all(statements.TARGETS, **key)
    return Put(schema.goal_targets, [replace(version, target_value=Decimal(90))])


Damage = Callable[[Transaction, dict[str, str]], Any]
MENDED: dict[str, tuple[Damage, str]] = {
    "a day's sum": (_day, "total of 2026-03-07"),
    "a day is missing": (_no_day, "total of 2026-03-03"),
    "a day without facts": (_ghost_day, "total of 2026-03-08: stored DayTotal"),
    "a source's sum": (_source, "total of source manual"),
    "a milestone was reached": (_milestone, "milestone "),
    "a milestone was not reached": (_early_milestone, "milestone "),
    "the document's text": (_body, "document currentValue: stored 7, expected 70"),
    "no document": (_no_document, "document: stored nothing"),
    "the document's column": (_column, "document column progress_percent: stored 71, expected 70"),
    "freshness": (_freshness, "document is fresh from, until"),
    "the target": (_target, "newest target"),
}


def damage(url: str, goal: tuple[str, str], done: Damage) -> None:
    key = dict(zip(("user_id", "goal_id"), goal, strict=True))

    async def body(database: Database) -> None:
        async def unit(tx: Transaction) -> None:
            await tx.apply([await done(tx, key)])

        await database.write(unit)

    on(url, body)


@pytest.mark.parametrize("name", MENDED)
def test_damage_is_found_and_mended(
    waymark: Waymark, goal: tuple[str, str], database_url: str, name: str
) -> None:
    done, said = MENDED[name]
    damage(database_url, goal, done)
    found = waymark("doctor")
    assert found.code == 1
    assert f"{EMAIL} goal {goal[1]}: {said}" in found.out
    mended = waymark("doctor", "--repair", "--user", EMAIL)
    assert (mended.code, said in mended.out) == (0, True)
    assert mended.out.endswith("Everything agrees with the facts.\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(
            sa.update(schema.heads).values(digests={"goals": 1}), "digest of goals: stored 1, ", id="digest"
        ),
        pytest.param(
            sa.update(budget_period_totals).values(spent=Decimal(11)),
            "stored {'spent': Decimal('11')}, expected {'spent': Decimal('12')}",
            id="a budget's sum",
        ),
        pytest.param(sa.delete(budget_period_totals), "expected PeriodTotal", id="a budget without its sum"),
    ],
)
def test_an_account_is_mended(
    waymark: Waymark, goal: tuple[str, str], database_url: str, wrong: Any, said: str
) -> None:
    async def body(database: Database) -> None:
        door = Door(database, RealClock())
        budget = {"name": "Food", "currency": "USD", "limitAmount": 100, "categoryIds": ["food"]}
        spent = {"type": "expense", "amount": 12, "currency": "USD", "categoryId": "food"}
        await door.perform(goal[0], create_budget, CreateBudget.model_validate(budget))
        await door.perform(goal[0], create_transaction, CreateTransaction.model_validate(spent))
        await database.write(lambda tx: tx.run(Statement(wrong)))

    on(database_url, body)
    found = waymark("doctor")
    assert (found.code, said in found.out) == (1, True), found.out
    mended = waymark("doctor", "--repair")
    assert (mended.code, said in mended.out) == (0, True), mended.out
    assert waymark("doctor").out == "Everything agrees with the facts.\n"


def test_a_sound_goal_is_left_alone(waymark: Waymark, goal: tuple[str, str], database_url: str) -> None:
    async def head(database: Database) -> Any:
        return await database.one(statements.HEAD, user_id=goal[0])

    before = on(database_url, head)
    assert waymark("doctor").out == "Everything agrees with the facts.\n"
    assert waymark("doctor", "--repair", "-q").out == ""
    assert on(database_url, head) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param(sa.delete(schema.journal).where(schema.journal.c.seq == 4), "journal (rows", id="gap"),
        pytest.param(sa.update(schema.heads).values(seq=5), "version", id="head behind"),
        pytest.param(sa.update(schema.heads).values(seq=99), "journal (rows", id="head ahead"),
        pytest.param(
            sa.update(schema.goal_check_ins).values(version=1), "goal_check_ins", id="a version of another"
        ),
    ],
)
@pytest.mark.usefixtures("goal")
def test_a_broken_log_is_found_and_not_hidden(
    waymark: Waymark, database_url: str, wrong: Any, said: str
) -> None:
    async def body(database: Database) -> None:
        await database.write(lambda tx: tx.run(Statement(wrong)))

    on(database_url, body)
    found = waymark("doctor", "--repair")
    assert found.code == 1
    assert said in found.out
