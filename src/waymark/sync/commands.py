"""What devices ask of sync, read leniently: one bad change never holds up the others.

No change is made here.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from pydantic import ConfigDict, Field

from waymark.actions.fields import Command, Id, Instant, Line, WholeNumber
from waymark.domain.vocabulary import Entity, Operation, Resolution
from waymark.store.journal import EPOCH
from waymark.sync.reading import read

MAX_CHANGES: Final = 500
MAX_SEQ: Final = 2**53 - 1
"""Largest integer that JavaScript clients hold exactly."""

Key: TypeAlias = Annotated[Line, Field(max_length=200)]


class ChangeFields(Command):
    """One change as devices send it; `data` is a patch or the whole record."""

    entity: Entity
    id: Id
    operation: Operation
    data: dict[str, Any] | None = None
    local_updated_at: Instant | None = None
    base_version: Annotated[WholeNumber, Field(ge=0, le=MAX_SEQ)] | None = None
    idempotency_key: Key | None = None


class PushChanges(Command):
    """Up to 500 changes in the order in which they were made; each gets its own result.

    All but `changes` is optional. `clientTime` is the device's clock as it sends, by which edit times are
    corrected; `lastSyncedAt` the last `serverTime` or cursor it was given, up to which it has seen
    everything; `clientSeq` numbers the pushes of a `clientId`: one that is repeated is not done again.
    """

    model_config = ConfigDict(extra="ignore")

    changes: Annotated[list[dict[str, Any]], Field(max_length=MAX_CHANGES)]
    client_id: Key | None = None
    client_seq: Annotated[WholeNumber, Field(ge=1, le=MAX_SEQ)] | None = None
    client_time: Instant | None = None
    last_synced_at: Annotated[str, Field(max_length=200)] | None = None


class ResolveConflict(Command):
    """Decide an open conflict, named by its id or by its record.

    `use_server` keeps what is here, `use_local` writes what the device had, `merge` takes the later edit of
    each field; `data` overrides what merging takes. `serverVersion`: only if the record still has it.
    """

    conflict_id: Id | None = None
    entity: Entity | None = None
    id: Id | None = None
    resolution: Resolution
    data: dict[str, Any] | None = None
    server_version: Annotated[WholeNumber, Field(ge=0, le=MAX_SEQ)] | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change that could be read."""

    entity: str
    id: str
    operation: Operation
    data: Mapping[str, Any]
    local_at: datetime | None
    """When it was made, as the device tells."""
    edited_at: datetime = EPOCH
    """When it was made by the server's clock: known once its command begins."""
    base_version: int | None
    key: str | None
    """Under which its result is kept."""
    fingerprint: str


def fields_of(change: Mapping[str, Any]) -> ChangeFields:
    """The parts of a change; Invalid with every fault, before its data is looked at."""
    return read(ChangeFields, change)


def fingerprint(fields: ChangeFields) -> str:
    """What a change key stands for: the same with whatever base or time a retry tells."""
    asked = msgspec.json.encode([fields.entity, fields.id, fields.operation, fields.data], order="sorted")
    return hashlib.sha256(asked).hexdigest()
