"""Pushes: the changes that devices made offline, taken in one after the other, each by itself.

How a change is merged changing.py says; here are transactions, retries and what is answered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from waymark.actions.perform import REMEMBERED, Conditions, Door, IdempotencyRow, Outcome, replayed
from waymark.actions.several import Several, perform_several
from waymark.domain.merge import edit_time
from waymark.errors import IdempotencyConflict, Invalid, Problem
from waymark.store import schema
from waymark.store.database import Put
from waymark.store.statements import ANSWER
from waymark.store.sync_statements import ANSWERS
from waymark.store.work import Work
from waymark.sync.changing import Verdict, make
from waymark.sync.commands import Change, PushChanges, fields_of, fingerprint
from waymark.sync.devices import Device, Place, answered, is_forgotten, key_of, marker_of, place_for, seen_by
from waymark.sync.links_ahead import LinksAhead
from waymark.sync.registry import KINDS
from waymark.sync.results import done, rejected, reply
from waymark.sync.together import Known, make_together

CHUNK: Final = 50
"""Changes in one transaction: what others of the same user wait for at most."""


class _Answer(msgspec.Struct, frozen=True):
    """The result that a change key has."""

    fingerprint: str
    text: str


async def push(door: Door, user_id: str, conditions: Conditions, command: PushChanges) -> Outcome:
    """Take in a device's changes; data is a PushReply, with a result for each in their order.

    Some at a time are committed; one that is refused leaves nothing of itself and holds up no other.
    Raises Invalid for a `lastSyncedAt` that nobody was given.
    """
    if conditions.retry is not None and not conditions.dry_run:
        stored = await door.database.one(ANSWER, user_id=user_id, key=conditions.retry.key)
        if stored is not None:
            outcome = replayed(stored, conditions.retry)
            if isinstance(outcome, Problem):
                raise outcome
            return outcome
    pushed = _Push(user_id, command, door.clock.now())
    size = CHUNK if not conditions.dry_run else max(CHUNK, len(command.changes))
    starts = range(0, max(1, len(command.changes)), size)
    for start in starts[:-1]:
        part = replace(conditions, origin="sync", retry=None)
        await perform_several(door, user_id, part, partial(pushed.take, start, start + size))
    last = replace(conditions, origin="sync")
    return await perform_several(door, user_id, last, partial(pushed.finish, starts[-1]))


class _Push:
    """One push on its way: what was read of it, and what its changes were answered so far."""

    def __init__(self, user_id: str, command: PushChanges, now: datetime) -> None:
        self._user_id = user_id
        self._command = command
        self._now = now
        self._skew = now - command.client_time if command.client_time is not None else timedelta(0)
        self._changes = [self._read(place, each) for place, each in enumerate(command.changes)]
        self._links = LinksAhead()
        self._links.expect([each for each in self._changes if isinstance(each, Change)])
        self._answers: dict[str, _Answer] = {}
        self._results: list[str] = []
        self._device: Device
        self._place: Place
        self._is_forgotten = False

    def _read(self, place: int, told: Mapping[str, Any]) -> Change | str:
        """A change, or the result of one that cannot be read."""
        try:
            fields = fields_of(told)
        except Invalid as problem:
            entity, record_id = told.get("entity"), told.get("id")
            return rejected(
                entity if isinstance(entity, str) else None,
                record_id if isinstance(record_id, str) else None,
                problem,
            )
        return Change(
            entity=fields.entity,
            id=fields.id,
            operation=fields.operation,
            data=fields.data or {},
            local_at=fields.local_updated_at,
            base_version=fields.base_version,
            key=key_of(self._command, place, fields.idempotency_key),
            fingerprint=fingerprint(fields),
        )

    # Transactions -------------------------------------------------------------------------

    async def finish(self, start: int, several: Several) -> Outcome:
        """Take in what is left, remember that the push was answered, and answer it."""
        await self.take(start, len(self._changes), several)
        row = await answered(several.reader, self._user_id, self._command, self._now)
        marker = marker_of(self._command)
        if row is not None and marker is not None:
            several.keep(row)
            several.keep(Put(schema.idempotency, [self._kept(marker, _Answer("", ""))]))
        return Outcome(data=reply(self._results, self._place.server_time, self._place.cursor))

    async def take(self, start: int, end: int, several: Several) -> Outcome:
        """Take in some changes in one transaction; a run of those that go together is one command."""
        if start == 0:
            await self._begin(several)
        changes = self._changes[start:end]
        known = await self._look_up(several, changes)
        before = set(self._answers)
        run: list[Change] = []
        for change in changes:
            if isinstance(change, Change) and self._is_new(change, run) and known.take(change):
                run.append(change)
                continue
            await self._record(several, run)
            run = []
            self._results.append(change if isinstance(change, str) else await self._taken(several, change))
        await self._record(several, run)
        fresh = [self._kept(key, answer) for key, answer in self._answers.items() if key not in before]
        several.keep(Put(schema.idempotency, fresh))
        return Outcome(data="null")

    async def _begin(self, several: Several) -> None:
        reader, user_id = several.reader, self._user_id
        seen_seq = await seen_by(reader, user_id, self._command)
        self._device = Device(self._command.client_id, seen_seq)
        self._place = await place_for(reader, user_id, seen_seq)
        self._is_forgotten = await is_forgotten(reader, user_id, self._command)

    async def _look_up(self, several: Several, changes: Sequence[Change | str]) -> Known:
        """Answers that some of them had before, and what of theirs is there already."""
        read = [change for change in changes if isinstance(change, Change)]
        keys = [change.key for change in read if change.key is not None]
        if keys:
            rows = await several.reader.all(ANSWERS, user_id=self._user_id, keys=keys)
            self._answers |= {key: _Answer(told, answer) for key, told, answer in rows}
        known = Known()
        await known.look_up(several.reader, self._user_id, read)
        return known

    # Changes ------------------------------------------------------------------------------

    def _is_new(self, change: Change, run: Sequence[Change]) -> bool:
        """Whether it was never answered, nor has the key of one that is just being taken in.

        What a goal waits for is something else.
        """
        if self._is_forgotten or self._links.is_awaited(change):
            return False
        return change.key is None or (
            change.key not in self._answers and all(change.key != other.key for other in run)
        )

    async def _record(self, several: Several, run: Sequence[Change]) -> None:
        """Take in a run of new changes as one command; one by one where they do not go together."""
        if not run:
            return
        work = several.work()
        timed = [self._timed(change, work) for change in run]
        try:
            made = await several.attempt(
                lambda: several.perform_with(work, make_together, timed, self._device)
            )
        except REMEMBERED:
            for change in run:
                self._results.append(await self._made(several, change))
            return
        bodies = {(row.entity, row.id): row.body for row in made.rows}
        names = {(change.entity, change.id) for change in run}
        self._device.own.update(row.seq for row in made.rows if (row.entity, row.id) in names)
        for change, verdict in zip(run, made.result, strict=True):
            if isinstance(verdict, Problem):
                text = rejected(change.entity, change.id, verdict)
            else:
                body = bodies.get((change.entity, verdict.record_id))
                text = await self._told(several, change, verdict, body)
            self._links.has_come(change)
            self._results.append(self._keep(change, text))

    async def _taken(self, several: Several, change: Change) -> str:
        """The result of a change: the one that it had before, or what comes of it."""
        before = None if change.key is None else self._answers.get(change.key)
        if before is not None:
            if before.fingerprint == change.fingerprint:
                return before.text
            problem = IdempotencyConflict("This change key was used before with another change.")
            return rejected(change.entity, change.id, problem)
        kind = KINDS.get(change.entity)
        if kind is None:
            return self._keep(change, done(change.entity, change.id, "noop", None, None))
        if self._is_forgotten:
            work = several.work()
            record = await kind.find(work, change.id)
            body = None if record is None else await kind.body(work, record)
            return done(change.entity, change.id, "noop", body, None)
        return await self._made(several, change)

    async def _made(self, several: Several, change: Change) -> str:
        try:
            text = await several.attempt(lambda: self._command_of(several, change))
        except REMEMBERED as problem:
            text = rejected(change.entity, change.id, problem)
        self._links.has_come(change)
        return self._keep(change, text)

    async def _command_of(self, several: Several, change: Change) -> str:
        work, kind = several.work(), KINDS[change.entity]
        timed = self._timed(await self._links.without(work, change), work)
        made = await several.perform_with(work, make, kind, timed, self._device)
        verdict = made.result
        self._device.own.update(
            row.seq for row in made.rows if (row.entity, row.id) == (kind.entity, verdict.record_id)
        )
        if self._links.has_come(change):
            await several.perform(self._links.tie, change)
        return await self._told(several, change, verdict, made.find_body(kind.entity, verdict.record_id))

    async def _told(self, several: Several, change: Change, verdict: Verdict, body: str | None) -> str:
        """The result of a change that was made, with the record as it went out, if it was written."""
        status = verdict.status
        if body is None:
            # What asks for nothing that can be written, such as a day of completion, changes nothing.
            status = "noop" if status == "applied" else status
            kind, found = KINDS[change.entity], several.work()
            record = await kind.find(found, verdict.record_id)
            body = None if record is None else await kind.body(found, record)
        return done(change.entity, change.id, status, body, verdict.conflict)

    def _timed(self, change: Change, work: Work) -> Change:
        """The change with the time of its edit by the server's clock."""
        return replace(
            change, edited_at=edit_time(change.local_at, skew=self._skew, base_at=None, now=work.at)
        )

    # Answers ------------------------------------------------------------------------------

    def _keep(self, change: Change, text: str) -> str:
        if change.key is not None:
            self._answers[change.key] = _Answer(change.fingerprint, text)
        return text

    def _kept(self, key: str, answer: _Answer) -> IdempotencyRow:
        return IdempotencyRow(
            user_id=self._user_id,
            key=key,
            fingerprint=answer.fingerprint,
            created_at=self._now,
            status=HTTPStatus.OK,
            answer=answer.text,
            location=None,
            etag=None,
        )
