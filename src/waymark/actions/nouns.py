"""What every neighbour's actions share: finding, storing, answering.

Rules of a kind live in its own file of handlers and in the domain.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec.structs import replace
from pydantic import BaseModel
from uuid_utils import uuid7

from waymark.actions.perform import Outcome
from waymark.domain.records import Record
from waymark.errors import AlreadyExists, Fault, NotFound
from waymark.store.nouns import Noun
from waymark.store.work import Work

R = TypeVar("R", bound=Record)


async def begun(work: Work, noun: Noun[R], wanted_id: str | None, **fields: Any) -> R:
    """A new record with its id; AlreadyExists when a client's id is taken."""
    if wanted_id is not None and await work.one(noun.by_id, id=wanted_id) is not None:
        raise AlreadyExists(details=[Fault("id", "already_exists", "A record with this id exists.")])
    return noun.record(
        user_id=work.user_id,
        id=wanted_id or str(uuid7()),
        created_at=work.now,
        updated_at=work.now,
        **fields,
    )


async def found(work: Work, noun: Noun[R], record_id: str, *, even_deleted: bool = False) -> R:
    """The record a request names, held against its If-Match; NotFound, also for a deleted one."""
    record = await work.one(noun.by_id, id=record_id)
    if record is None or (record.show_status == "deleted" and not even_deleted):
        raise NotFound
    work.check_version(record)
    return record


async def owned(work: Work, noun: Noun[R], field: str, record_id: str | None) -> R | None:
    """The user's own record that a field refers to; NotFound naming the field, None for no reference."""
    if record_id is None:
        return None
    record = await work.one(noun.by_id, id=record_id)
    if record is None or record.show_status == "deleted":
        raise NotFound(details=[Fault(field, "not_found", "There is no such record.")])
    return record


def given(command: BaseModel, columns: Mapping[str, str]) -> dict[str, Any]:
    """The fields a command names, under their record names; lists become tuples.

    `columns` maps names that a command and a record spell differently.
    """
    values = {}
    for name in command.model_fields_set:
        value = getattr(command, name)
        values[columns.get(name, name)] = tuple(value) if isinstance(value, list) else value
    return values


def gone(work: Work, record: R) -> R:
    """The record as deleted; its links are its own handler's business."""
    return replace(record, show_status="deleted", deleted_at=work.now)


def back(record: R) -> R:
    """A deleted record as it comes back."""
    return replace(record, show_status="active", deleted_at=None)


async def answer(work: Work, noun: Noun[R], record: R, *, created: bool = False) -> Outcome:
    """The record as GET gives it, once all that it moved is settled."""
    if not work.is_answering:
        return Outcome(data="null")
    path = noun.name.replace("_", "-")
    return Outcome(
        data=await work.shown(noun, record),
        created=created,
        etag=noun.etag(record, work.today),
        location=f"/api/v1/{path}/{record.id}" if created else None,
    )
