"""What a push is answered: a result for each change, as JSON that is kept for retries.

Nothing is decided here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from waymark.domain.documents import encoded, joined
from waymark.domain.vocabulary import ChangeStatus
from waymark.errors import Fault, Problem


class ChangeError(msgspec.Struct, frozen=True):
    """Why a change was rejected: as the error of an answer, without the id of a request."""

    code: str
    message: str
    details: tuple[Fault, ...]
    context: dict[str, Any] | None


class ChangeResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one change.

    `record` is the record as it stands now; its id differs from `id` where another device's record of the
    same was there first. `conflict` comes with status `conflict`, `error` with `rejected`.
    """

    entity: str | None
    id: str | None
    status: ChangeStatus
    record: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    conflict: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: ChangeError | msgspec.UnsetType = msgspec.UNSET


class PushReply(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Results in the order of the changes, and a place in the journal from which pulling misses nothing.

    That is where the device said that it was, else where the journal stood before this push: what the push
    itself moved comes with the next pull.
    """

    results: list[ChangeResult]
    server_time: datetime
    cursor: str


TEXT_RESULT: Final = '{{"entity":"{}","id":"{}","status":"{}","record":{}}}'
"""The most frequent result, written without a detour."""


def done(entity: str, record_id: str, status: ChangeStatus, record: str | None, conflict: str | None) -> str:
    """A change that was taken in, with the JSON of what it came to."""
    if record is not None and conflict is None:
        return TEXT_RESULT.format(entity, record_id, status, record)
    return encoded(ChangeResult(entity, record_id, status, record=_raw(record), conflict=_raw(conflict)))


def reply(results: Iterable[str], server_time: datetime, cursor: str) -> str:
    """A PushReply of results that are JSON already."""
    return f'{{"results":{joined(results)},"serverTime":{encoded(server_time)},"cursor":"{cursor}"}}'


def rejected(entity: str | None, record_id: str | None, problem: Problem) -> str:
    """A change that was refused, as a request alone would have been."""
    error = ChangeError(problem.code, problem.message, problem.details, problem.context)
    return encoded(ChangeResult(entity, record_id, "rejected", error=error))


def _raw(text: str | None) -> msgspec.Raw | msgspec.UnsetType:
    return msgspec.UNSET if text is None else msgspec.Raw(text.encode())
