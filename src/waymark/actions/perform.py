"""The door: every write, wherever it comes from, is one call of `perform`.

Lock, replay, decide, settle, apply, commit, wake - in that order; no rule of a goal lives here.
"""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

import msgspec

from waymark.actions.closing import close
from waymark.clock import Clock
from waymark.errors import (
    PROBLEMS,
    AlreadyExists,
    Conflict,
    Fault,
    IdempotencyConflict,
    Invalid,
    InvalidState,
    NotFound,
    Problem,
)
from waymark.store import schema
from waymark.store.database import Database, Put, Transaction
from waymark.store.statements import ANSWER, Stored
from waymark.store.work import Work

P = ParamSpec("P")

REMEMBERED = (Conflict, AlreadyExists, InvalidState, Invalid, NotFound)
"""Refusals that are decisions: a retry with the same key hears them again."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a write answers: the JSON of `data`, and where and which version the record is."""

    data: str
    created: bool = False
    location: str | None = None
    etag: str | None = None
    secret: bool = False
    """The answer carries a secret: a replay and a dry run go without it, so `replay` is told instead."""
    replay: str | None = None
    must_wake: bool = False
    """Somebody has something to do although the journal is as it was."""


class Retry(msgspec.Struct, frozen=True):
    """An idempotency key and the digest of method, path and parsed body it was sent with."""

    key: str
    fingerprint: str


class IdempotencyRow(msgspec.Struct, frozen=True, kw_only=True):
    user_id: str
    key: str
    fingerprint: str
    created_at: datetime
    status: int
    answer: str
    location: str | None
    etag: str | None


class Door:
    """The database behind the door, the clock of the data, and the bell rung after a commit."""

    def __init__(
        self, database: Database, clock: Clock, wake: Callable[[str], None] = lambda _user_id: None
    ) -> None:
        self.database = database
        self.clock = clock
        self.wake = wake

    async def perform(
        self,
        user_id: str,
        action: Callable[Concatenate[Work, P], Awaitable[Outcome]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Outcome:
        """Run one action with no client's key, precondition or dry run: see `perform`."""
        return await perform(self, user_id, Conditions(), action, *args, **kwargs)


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """How a write was asked for, beside what it asks."""

    retry: Retry | None = None
    expected_versions: frozenset[int] | None = None
    dry_run: bool = False
    origin: str = "api"


async def perform(
    door: Door,
    user_id: str,
    conditions: Conditions,
    action: Callable[Concatenate[Work, P], Awaitable[Outcome]],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Outcome:
    """One action as one transaction of one user.

    The same key with the same fingerprint gets the first answer again, a decided refusal too;
    with another one, IdempotencyConflict. A dry run decides and settles, and writes nothing.
    Raises what the action raises; then nothing is written but, for a key, the refusal itself.
    """

    async def unit(tx: Transaction) -> tuple[Outcome | Problem, bool]:
        work = await Work.opened(
            tx,
            user_id,
            door.clock.now(),
            origin=conditions.origin,
            closing=close,
            expected_versions=conditions.expected_versions,
        )
        return await _decided(work, tx, conditions, lambda: action(work, *args, **kwargs))

    return await concluded(door, user_id, conditions.retry, unit)


async def concluded(
    door: Door,
    user_id: str,
    retry: Retry | None,
    unit: Callable[[Transaction], Coroutine[Any, Any, tuple[Outcome | Problem, bool]]],
) -> Outcome:
    """Run a transaction: its outcome, or its refusal, raised and remembered for `retry`.

    `unit` also tells whether followers have something to see: then they are woken, after the commit.
    """
    is_journalled = False
    try:
        result, is_journalled = await door.database.write(unit)
    except Undone as undone:
        result = undone.result
        if isinstance(result, Problem) and retry is not None:
            result = await _refused(door, user_id, retry, result)
    if is_journalled:
        door.wake(user_id)
    if isinstance(result, Problem):
        raise result
    return result


async def _decided(
    work: Work, tx: Transaction, conditions: Conditions, act: Callable[[], Awaitable[Outcome]]
) -> tuple[Outcome | Problem, bool]:
    """What the action comes to, written unless it is refused or dry; whether followers must hear of it."""
    retry = None if conditions.dry_run else conditions.retry
    if retry is not None:
        stored = await work.one(ANSWER, key=retry.key)
        if stored is not None:
            return replayed(stored, retry), False
    try:
        outcome = await act()
        await work.settle()
    except REMEMBERED as problem:
        if work.has_written:
            raise Undone(problem) from None
        if retry is None:
            raise
        # What is buffered was never sent, so a refusal leaves nothing behind but its record.
        await tx.apply([Put(schema.idempotency, [refusal_row(work, retry, problem)])])
        return problem, False
    if conditions.dry_run:
        if outcome.replay is not None:
            outcome = msgspec.structs.replace(outcome, data=outcome.replay)
        if work.has_written:
            raise Undone(outcome)
        return outcome, False
    kept = [Put(schema.idempotency, [answer_row(work, retry, outcome)])] if retry else []
    is_journalled = await work.flushed(*kept)
    return outcome, is_journalled or outcome.must_wake


class Undone(Exception):
    """What a transaction came to that had sent rows already and must leave none behind."""

    def __init__(self, result: Outcome | Problem) -> None:
        self.result = result


async def _refused(door: Door, user_id: str, retry: Retry, problem: Problem) -> Outcome | Problem:
    """Remember a refusal by itself, unless the key got its first answer meanwhile."""

    async def unit(tx: Transaction) -> Outcome | Problem:
        work = await Work.opened(tx, user_id, door.clock.now(), origin="api", closing=close)
        stored = await work.one(ANSWER, key=retry.key)
        if stored is not None:
            return replayed(stored, retry)
        await tx.apply([Put(schema.idempotency, [refusal_row(work, retry, problem)])])
        return problem

    return await door.database.write(unit)


def answer_row(work: Work, retry: Retry, outcome: Outcome) -> IdempotencyRow:
    return IdempotencyRow(
        user_id=work.user_id,
        key=retry.key,
        fingerprint=retry.fingerprint,
        created_at=work.now,
        status=HTTPStatus.CREATED if outcome.created else HTTPStatus.OK,
        answer=outcome.data if outcome.replay is None else outcome.replay,
        location=outcome.location,
        etag=outcome.etag,
    )


class Refusal(msgspec.Struct, frozen=True):
    """A decided failure as it is kept for retries."""

    code: str
    message: str
    details: tuple[Fault, ...]
    context: dict[str, Any] | None


def refusal_row(work: Work, retry: Retry, problem: Problem) -> IdempotencyRow:
    refusal = Refusal(problem.code, problem.message, problem.details, problem.context)
    return IdempotencyRow(
        user_id=work.user_id,
        key=retry.key,
        fingerprint=retry.fingerprint,
        created_at=work.now,
        status=problem.status,
        answer=msgspec.json.encode(refusal).decode(),
        location=None,
        etag=None,
    )


def replayed(stored: Stored, retry: Retry) -> Outcome | Problem:
    """The first answer again; IdempotencyConflict when the key was sent with something else."""
    if stored.fingerprint != retry.fingerprint:
        return IdempotencyConflict()
    if stored.status >= HTTPStatus.BAD_REQUEST:
        refusal = msgspec.json.decode(stored.answer, type=Refusal)
        return PROBLEMS[refusal.code](refusal.message, details=refusal.details, context=refusal.context)
    return Outcome(
        data=stored.answer,
        created=stored.status == HTTPStatus.CREATED,
        location=stored.location,
        etag=stored.etag,
    )
