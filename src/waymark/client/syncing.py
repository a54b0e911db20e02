"""Syncing as plans: push what waits, pull what is new, prove that both hold the same, decide conflicts.

Each answer is taken in by one local transaction, so a device may die at any moment and go on.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from waymark.client.calls import Calls
from waymark.client.nouns import wired
from waymark.client.replica import MAX_BYTES, MAX_CHANGES, Conflict, Document, Replica, is_seen, parsed
from waymark.client.store import StoredChange
from waymark.client.wire import Plan, Request
from waymark.domain import documents
from waymark.domain.days import format_instant
from waymark.domain.digests import shown
from waymark.domain.documents import encoded
from waymark.domain.vocabulary import ChangeStatus, Operation, Resolution
from waymark.errors import Conflict as ConflictProblem
from waymark.errors import CursorGone

PAGE: Final = 500
NOTHING: Final = shown(0)
_ABSENT: Final = msgspec.Raw(b"null")


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `differing`: entities that are not as the server has them even after a snapshot."""

    pushed: int = 0
    refused: int = 0
    pulled: int = 0
    differing: tuple[str, ...] = ()


class _Pulled(msgspec.Struct, kw_only=True, rename="camel"):
    entity: str
    id: str
    operation: Operation
    data: msgspec.Raw


class _Page(msgspec.Struct, kw_only=True, rename="camel"):
    changes: list[_Pulled]
    cursor: str
    has_more: bool
    digest: dict[str, str] = {}


class _Result(msgspec.Struct, kw_only=True):
    id: str
    status: ChangeStatus
    record: msgspec.Raw = _ABSENT
    conflict: msgspec.Raw = _ABSENT
    error: msgspec.Raw = _ABSENT


class _Pushed(msgspec.Struct, kw_only=True):
    results: list[_Result]


class _Resolved(msgspec.Struct, kw_only=True):
    conflict: msgspec.Raw
    record: msgspec.Raw


class Syncing:
    """One device's exchange with the server."""

    def __init__(self, calls: Calls, replica: Replica) -> None:
        self._calls = calls
        self._replica = replica

    def sync(self) -> Plan[Synced]:
        """Push, then pull until nothing is new, then prove it."""
        before = len(self._replica.refused())
        yield from self._check_history()
        pushed = yield from self.push()
        pulled, digest = yield from self.pull()
        differing = self._differing(digest)
        if differing:
            for entity in differing:
                pulled += yield from self._anew(entity)
            more, digest = yield from self.pull()
            pulled, differing = pulled + more, self._differing(digest)
        refused = len(self._replica.refused()) - before
        return Synced(pushed=pushed, refused=refused, pulled=pulled, differing=differing)

    def _check_history(self) -> Plan[None]:
        """Let go of the bases of changes that wait if the server's history is not the one they are of.

        In the history of a restored backup the same versions stand for what this device never saw.
        """
        replica = self._replica
        if replica.cursor is None or all(each.base_version is None for each in replica.store.waiting()):
            return
        try:
            yield from self._calls.ask("GET", "/sync/pull", params={"since": replica.cursor, "limit": "1"})
        except CursorGone:
            replica.begin_snapshot()

    # Pushing ------------------------------------------------------------------------------

    def push(self) -> Plan[int]:
        """Everything that waits; how many changes were answered."""
        count = 0
        while batch := self._batch():
            answer = yield from self._calls.ask_anew(partial(self._push_of, batch))
            results = msgspec.json.decode(answer.data, type=_Pushed).results
            with self._replica.hearing():
                for change, result in zip(batch, results, strict=True):
                    self._take_result(change, result)
            count += len(batch)
        return count

    def _batch(self) -> list[StoredChange]:
        """The changes of the push whose answer never came, else those that come next, numbered.

        A numbered push stays the same however often it is sent.
        """
        store = self._replica.store
        waiting = store.waiting()
        sent = [change for change in waiting if change.push is not None]
        if sent:
            number = min(change.push or 0 for change in sent)
            return [change for change in sent if change.push == number]
        batch: list[StoredChange] = []
        size = 0
        with store.transaction():
            number = int(store.find_fact("pushes") or 0) + 1
            for change in waiting[:MAX_CHANGES]:
                size += len(change.data.encode()) + 300
                if batch and size > MAX_BYTES:
                    break
                batch.append(replace(change, push=number))
                store.put_change(batch[-1])
            if batch:
                store.put_fact("pushes", str(number))
        return batch

    def _push_of(self, batch: list[StoredChange]) -> Request:
        body = {
            "changes": [_change(each) for each in batch],
            "clientId": self._replica.client_id,
            "clientSeq": batch[0].push,
            "clientTime": format_instant(self._replica.clock.now()),
        }
        return Request(
            method="POST",
            path="/sync/push",
            headers={"content-type": "application/json"},
            body=documents.ENCODER.encode(body),
        )

    def _take_result(self, change: StoredChange, result: _Result) -> None:
        replica, store = self._replica, self._replica.store
        if result.status == "rejected":
            store.put_change(replace(change, push=None, error=bytes(result.error).decode()))
            return
        store.drop_change(change.place)
        if result.conflict != _ABSENT:
            replica.hear("sync_conflicts", _read(result.conflict))
        if result.record == _ABSENT:
            return
        record = _read(result.record)
        replica.hear(change.entity, record, is_own=True)
        for later in store.waiting(change.entity, change.id):
            # What this device did itself is no news to it; what others did is, until it has seen that.
            based = later
            if is_seen(later, record):
                based = replace(later, base_version=record["version"])
            if later.push is None or later.push != change.push:
                store.put_change(replace(based, id=record["id"]))

    # Pulling ------------------------------------------------------------------------------

    def pull(self) -> Plan[tuple[int, Mapping[str, str]]]:
        """Everything new: how many records, and the server's digests at the end."""
        replica, count = self._replica, 0
        if replica.cursor is None and not replica.is_in_snapshot:
            replica.begin_snapshot()
        while True:
            try:
                page = yield from self._page(replica.cursor)
            except CursorGone:
                replica.begin_snapshot()
                continue
            with replica.hearing():
                for change in page.changes:
                    replica.hear(change.entity, _read(change.data))
                replica.cursor = page.cursor
                if replica.is_in_snapshot and not page.has_more:
                    replica.end_snapshot()
            count += len(page.changes)
            if not page.has_more:
                return count, page.digest

    def _page(self, since: str | None, **more: str) -> Plan[_Page]:
        params = {"limit": str(PAGE), **more}
        if since is not None:
            params["since"] = since
        answer = yield from self._calls.ask("GET", "/sync/pull", params=params)
        return msgspec.json.decode(answer.data, type=_Page)

    def _differing(self, digest: Mapping[str, str]) -> tuple[str, ...]:
        own = self._replica.digest()
        return tuple(entity for entity, told in digest.items() if own.get(entity, NOTHING) != told)

    def _anew(self, entity: str) -> Plan[int]:
        """All that stands of one entity, in place of what is here."""
        found: list[Document] = []
        since, has_more = None, True
        while has_more:
            page = yield from self._page(since, entities=entity)
            found += [_read(change.data) for change in page.changes]
            since, has_more = page.cursor, page.has_more
        replica = self._replica
        with replica.hearing():
            replica.store.sweep(replica.round + 1, entity)
            for document in found:
                replica.hear(entity, document)
        return len(found)

    # Deciding -----------------------------------------------------------------------------

    def resolve(
        self, conflict: Conflict, resolution: Resolution, fields: Mapping[str, Any]
    ) -> Plan[Document]:
        """The record as it stands after it; raises Conflict when it moved on, and it is offered anew."""
        body: Document = {"conflictId": conflict.id, "resolution": resolution}
        if fields:
            body["data"] = wired(fields)
        replica = self._replica
        record = replica.store.find_record(conflict.entity, conflict.entity_id)
        body["serverVersion"] = conflict.server_version if record is None else record.version
        try:
            answer = yield from self._calls.ask("POST", "/sync/resolve-conflict", body)
        except ConflictProblem as problem:
            fresh = (problem.context or {}).get("conflict")
            if fresh is not None:
                with replica.hearing():
                    replica.hear("sync_conflicts", parsed(encoded(fresh)))
            raise
        resolved = msgspec.json.decode(answer.data, type=_Resolved)
        document = _read(resolved.record)
        with replica.hearing():
            replica.hear("sync_conflicts", _read(resolved.conflict))
            replica.hear(conflict.entity, document, is_own=True)
        return document


def _read(raw: msgspec.Raw) -> Document:
    return parsed(bytes(raw).decode())


def _change(change: StoredChange) -> Document:
    told: Document = {
        "entity": change.entity,
        "id": change.id,
        "operation": change.operation,
        "data": msgspec.Raw(change.data.encode()),
        "localUpdatedAt": change.made_at,
        "idempotencyKey": change.key,
    }
    if change.base_version is not None:
        told["baseVersion"] = change.base_version
    return told
