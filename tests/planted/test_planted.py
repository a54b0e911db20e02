"""Each safeguard is switched off by itself, and the check that stands for it must turn red.

Intact, every check is green: a check that is always red would prove nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeAlias, TypeVar, cast
from uuid import uuid4

import apsw
import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from tests.planted import checks
from tests.planted.stage import Stage

from waymark.actions import noticing, settlement
from waymark.actions.documents import put_document
from waymark.actions.facts import Facts
from waymark.actions.several import Several
from waymark.domain import targets
from waymark.domain.documents import GoalDocument
from waymark.domain.insights import Key
from waymark.domain.merge import Merged
from waymark.domain.records import Goal, Head
from waymark.queries import goals as queries
from waymark.store import postgres, statements
from waymark.store.database import Change, Database, Transaction
from waymark.store.schema import goal_documents, goals, idempotency, journal
from waymark.store.statement import Statement
from waymark.store.statements import Page
from waymark.store.work import MICROSECOND, Work
from waymark.sync import changing
from waymark.webhooks.guard import Guard

T = TypeVar("T")
Check: TypeAlias = Callable[[Stage], Awaitable[None]]
Plant: TypeAlias = Callable[[pytest.MonkeyPatch, Stage], None]

pytestmark = pytest.mark.planted


@pytest.fixture
async def stage(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(database, database_url, tmp_path)
    await stage.enter()
    yield stage
    await stage.close()


def everybodys_rows(patch: pytest.MonkeyPatch, _: Stage) -> None:
    row = sa.select(*statements.GOAL_COLUMNS).where(goals.c.id == statements.GOAL)
    shown = statements.GOALS_AND_SHOWN.where(goals.c.id == statements.GOAL)
    patch.setattr(statements, "GOAL_ROW", Statement(row, Goal))
    patch.setattr(statements, "GOAL_AND_SHOWN", Statement(shown))


def everybodys_documents(patch: pytest.MonkeyPatch, _: Stage) -> None:
    page = sa.select(*(goal_documents.c[name] for name in Page.__struct_fields__))
    patch.setattr(
        statements, "PAGE", Statement(page.where(goal_documents.c.goal_id == statements.GOAL), Page)
    )


def no_head_lock(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(statements, "LOCK_HEAD", statements.HEAD)


class _Late:
    """A database that keeps the rows of one table back until the rest is committed."""

    def __init__(self, inner: Database, table: sa.Table) -> None:
        self._inner = inner
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        late: list[Change] = []
        result = await self._inner.write(lambda tx: body(_Withholding(tx, self._table, late)))
        if late:
            await self._inner.write(lambda tx: tx.apply(late))
        return result


class _Withholding:
    def __init__(self, inner: Transaction, table: sa.Table, late: list[Change]) -> None:
        self._inner = inner
        self._table = table
        self._late = late

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def apply(self, changes: Sequence[Change]) -> None:
        self._late += [change for change in changes if change.table is self._table]
        await self._inner.apply([change for change in changes if change.table is not self._table])


def journal_after_commit(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    patch.setattr(stage.services.door, "database", _Late(stage.failing, journal))


def answer_after_commit(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    patch.setattr(stage.services.door, "database", _Late(stage.failing, idempotency))


def if_match_ignored(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(Work, "check_version", lambda _work, _record: None)


class _Hurried(apsw.Connection):
    def pragma(self, name: str, *value: Any) -> Any:  # type: ignore[override]  # enough for who calls it
        """Claims FULL and sets NORMAL."""
        if name != "synchronous":
            return super().pragma(name, *value)
        if value:
            super().pragma(name, 1)
        return 2


def commits_unsynced(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(apsw, "Connection", _Hurried)
    patch.setitem(postgres.SETTINGS, "synchronous_commit", "off")


def days_only_forward(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(queries, "is_fresh", lambda page, now: now < page.fresh_until)


def document_left_behind(patch: pytest.MonkeyPatch, _: Stage) -> None:
    def put(work: Work, goal: Goal, document: GoalDocument, body: str) -> None:
        if not document.check_in_count:
            put_document(work, goal, document, body)

    patch.setattr(settlement, "put_document", put)


def undo_without_folding(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(Facts, "mend", lambda _facts, _before, _after: None)


def insights_of_any_id(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(Key, "id_of", lambda _key, _subject_id: str(uuid4()))


def nothing_taken_back(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(noticing, "take_back", lambda _work, _row: None)


def wake_before_commit(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    flushed = Work.flushed

    async def and_woken(work: Work, *extra: Change) -> bool:
        if await flushed(work, *extra):
            stage.services.door.wake(work.user_id)
        return False

    patch.setattr(Work, "flushed", and_woken)


def dry_runs_written(patch: pytest.MonkeyPatch, _: Stage) -> None:
    settle = Work.settle

    async def and_flushed(work: Work) -> None:
        await settle(work)
        await work.flushed()

    patch.setattr(Work, "settle", and_flushed)
    patch.setattr(Work, "has_written", property(lambda _: False, lambda _, __: None), raising=False)


def clock_believed(patch: pytest.MonkeyPatch, _: Stage) -> None:
    opened = Work.__init__

    def begun(work: Work, *args: Any, **kwargs: Any) -> None:
        opened(work, *args, **kwargs)
        work._last_at = work.now - MICROSECOND  # noqa: SLF001  # the safeguard itself

    patch.setattr(Work, "__init__", begun)


def inside_taken_for_outside(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(targets, "is_out_there", lambda _address: True)


def looked_up_again_to_connect(patch: pytest.MonkeyPatch, _: Stage) -> None:
    checked = Guard.addresses

    async def and_again(guard: Guard, target: targets.Target) -> list[targets.Address]:
        await checked(guard, target)
        return [ip_address(text) for text in await guard._resolve(target.host, target.port)]  # noqa: SLF001  # the safeguard itself

    patch.setattr(Guard, "addresses", and_again)


def result_after_commit(patch: pytest.MonkeyPatch, stage: Stage) -> None:
    answer_after_commit(patch, stage)


def no_savepoint(patch: pytest.MonkeyPatch, _: Stage) -> None:
    patch.setattr(Several, "attempt", lambda _several, body: body())


def blind_last_write_wins(patch: pytest.MonkeyPatch, _: Stage) -> None:
    def overwritten(_rules: Any, *, local: Mapping[str, Any], **_more: Any) -> Merged:
        return Merged(writes=dict(local), edits=dict(local))

    patch.setattr(changing, "merged", overwritten)


PLANTS: list[tuple[Plant, Check]] = [
    (everybodys_rows, checks.tenants_are_apart),
    (everybodys_documents, checks.tenants_are_apart),
    (journal_after_commit, checks.a_failed_write_leaves_nothing),
    (answer_after_commit, checks.a_failed_write_leaves_nothing),
    (result_after_commit, checks.a_failed_push_leaves_nothing),
    (no_savepoint, checks.a_rejected_change_leaves_nothing),
    (blind_last_write_wins, checks.nobody_overwrites_blindly),
    (if_match_ignored, checks.one_of_two_wins),
    (commits_unsynced, checks.a_commit_waits_for_the_disk),
    (days_only_forward, checks.a_document_is_of_today),
    (document_left_behind, checks.a_document_is_settled_with_its_facts),
    (undo_without_folding, checks.undoing_takes_out),
    (insights_of_any_id, checks.what_is_said_is_said_once),
    (nothing_taken_back, checks.what_is_undone_is_taken_back),
    (wake_before_commit, checks.a_wake_follows_its_commit),
    (dry_runs_written, checks.a_dry_run_writes_nothing),
    (clock_believed, checks.updated_at_rises),
    (inside_taken_for_outside, checks.webhooks_stay_outside),
    (looked_up_again_to_connect, checks.webhooks_stay_outside),
]


@pytest.mark.parametrize(
    "check",
    [*dict.fromkeys(check for _, check in PLANTS), checks.no_check_in_is_lost],
    ids=lambda it: it.__name__,
)
async def test_intact(check: Check, stage: Stage) -> None:
    await check(stage)


@pytest.mark.parametrize(("plant", "check"), [pytest.param(*pair, id=pair[0].__name__) for pair in PLANTS])
async def test_switched_off(
    plant: Plant, check: Check, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch, stage)
    with pytest.raises(AssertionError):
        await check(stage)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_without_head_lock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where writers are many: SQLite has one."""
    no_head_lock(monkeypatch, stage)
    with pytest.raises(AssertionError):
        await checks.no_check_in_is_lost(stage)


class _Unhurried:
    """A database whose writers commit in any order."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self._chance = Random(1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, body: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        async def unit(tx: Transaction) -> T:
            result = await body(tx)
            await asyncio.sleep(self._chance.random() / 50)
            return result

        return await self._inner.write(unit)


def numbers_from_a_sequence(patch: pytest.MonkeyPatch, _: Stage) -> None:
    """As a database's sequence gives them: to whoever asks, without waiting for who asked before."""
    numbers = count(1_000, 10)
    opened = Work.__init__
    written: Callable[[Work], Head] = vars(Work)["head"].fget

    def begun(work: Work, tx: Transaction, head: Head, *args: Any, **more: Any) -> None:
        opened(work, tx, replace(head, seq=next(numbers)), *args, **more)

    def furthest(work: Work) -> Head:
        head = written(work)
        return replace(head, seq=max(head.seq, next(numbers) - 10))

    no_head_lock(patch, _)
    patch.setattr(Work, "__init__", begun)
    patch.setattr(Work, "head", property(furthest))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("is_planted", [False, True])
async def test_numbers_from_a_sequence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_planted: bool
) -> None:
    """Only where writers are many."""
    stage.services.door.database = cast("Database", _Unhurried(stage.database))
    if not is_planted:
        await checks.a_follower_misses_nothing(stage)
        return
    numbers_from_a_sequence(monkeypatch, stage)
    with pytest.raises(AssertionError):
        await checks.a_follower_misses_nothing(stage)
