"""A kind of record as sync sees it: how it is found, merged, made, changed and taken away.

Each does what the handlers of REST do, by calling them; a kind's own rules are in files beside.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from msgspec.structs import replace
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from waymark.actions.fields import Command
from waymark.actions.perform import Outcome
from waymark.domain.days import local_day
from waymark.domain.merge import Edit, Rules
from waymark.domain.records import Record
from waymark.domain.vocabulary import SyncStatus
from waymark.errors import Fault, NotFound
from waymark.store.journal import BORN, micros
from waymark.store.nouns import Noun
from waymark.store.work import Work
from waymark.sync.reading import command_of, comparable, read, values

R = TypeVar("R", bound=Record)

NO_RULES: Final = Rules()


class Telling(Protocol):
    """What a device says of one record."""

    @property
    def id(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def edited_at(self) -> datetime:
        """When it was said, by the server's clock."""


class Kind(ABC, Generic[R]):
    """Reading and writing records of one kind; every write leaves its Work to be flushed."""

    entity: str
    changing: type[Command]
    """What a device may change."""
    rules: Rules = NO_RULES
    columns: Mapping[str, str] = {}
    """Fields that a command and a record spell differently."""

    @abstractmethod
    async def find(self, work: Work, record_id: str) -> R | None:
        """The record, deleted or not."""

    @abstractmethod
    async def create(self, work: Work, telling: Telling) -> None:
        """A new record under the device's id."""

    @abstractmethod
    async def change(self, work: Work, record: R, writes: Mapping[str, Any]) -> None:
        """These fields of a standing record."""

    @abstractmethod
    async def remove(self, work: Work, record: R) -> None:
        """The standing record deleted."""

    @abstractmethod
    async def restore(self, work: Work, record: R) -> None:
        """The deleted record again."""

    @abstractmethod
    async def mark(self, work: Work, record: R, status: SyncStatus) -> R:
        """The record with another syncStatus and nothing else, as stored."""

    @abstractmethod
    async def body(self, work: Work, record: R) -> str:
        """The record's JSON as GET gives it now."""

    async def find_twin(self, _work: Work, _telling: Telling) -> R | None:
        """The record that says the same under another id: two devices made it without each other."""
        return None

    def is_derived(self, telling: Telling) -> bool:  # noqa: ARG002  # some look at it
        """Whether the server makes this record itself, of others that the device pushes too."""
        return False

    def said(self, record: R, data: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # some look at it
        """What a device's data says of the fields that it may change; Invalid with every fault."""
        return values(read(self.changing, data))

    async def server(self, _work: Work, record: R) -> dict[str, Any]:
        """The same fields as they are here."""
        return {
            name: comparable(getattr(record, column))
            for name in self.changing.model_fields
            if hasattr(record, column := self.columns.get(name, name))
        }

    def fields(self, _record: R) -> list[str]:
        """The fields that people edit: one of these edited elsewhere stands against a deletion."""
        return list(self.changing.model_fields)

    def provenance(self, record: R) -> dict[str, Edit]:
        """Who edited what when, by the names of fields here."""
        named = {wire_name(self.changing, name): name for name in self.changing.model_fields}
        return {named[wire]: edit for wire, edit in record.provenance.items() if wire in named}


class NounKind(Kind[R]):
    """A neighbour: its row, its document and its creation are read alike for each."""

    def __init__(
        self,
        noun: Noun[R],
        *,
        creating: type[Command],
        changing: type[Command],
        columns: Mapping[str, str] = {},
        rules: Rules = NO_RULES,
        day_field: str | None = None,
        dropped: Mapping[str, frozenset[str]] = {},
    ) -> None:
        """`day_field`: the day that is meant when none is told; `dropped`: words only the server says."""
        self.noun = noun
        self.entity = noun.name
        self.changing = changing
        self.columns = columns
        self.rules = rules
        self._creating = creating
        self._day_field = day_field
        self._dropped = dropped

    async def find(self, work: Work, record_id: str) -> R | None:
        return await work.one(self.noun.by_id, id=record_id)

    def creation(self, work: Work, telling: Telling) -> Any:
        """The command that makes it."""
        data = {**self._own(telling.data), "id": telling.id}
        if self._day_field is not None and data.get(self._day_field) is None:
            data[self._day_field] = str(day_of(work, telling))
        return read(self._creating, data)

    def said(self, record: R, data: Mapping[str, Any]) -> dict[str, Any]:
        return super().said(record, self._own(data))

    async def mark(self, work: Work, record: R, status: SyncStatus) -> R:
        return work.put_noun(self.noun, replace(record, sync_status=status), before=record)

    async def body(self, work: Work, record: R) -> str:
        return await work.shown(self.noun, record)

    def _own(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a device says without the words that only the server says."""
        return {
            name: value
            for name, value in data.items()
            if not (isinstance(value, str) and value in self._dropped.get(name, ()))
        }


class Handlers(NamedTuple):
    """What REST does with one kind of record."""

    create: Callable[[Work, Any], Awaitable[Outcome]]
    change: Callable[[Work, str, Any], Awaitable[Outcome]]
    remove: Callable[[Work, str], Awaitable[Outcome]]
    restore: Callable[[Work, str], Awaitable[Outcome]]


class PlainKind(NounKind[R]):
    """A neighbour whose handlers take what every noun's do."""

    def __init__(self, noun: Noun[R], handlers: Handlers, **told: Any) -> None:
        super().__init__(noun, **told)
        self._handlers = handlers

    async def create(self, work: Work, telling: Telling) -> None:
        await self._handlers.create(work, self.creation(work, telling))

    async def change(self, work: Work, record: R, writes: Mapping[str, Any]) -> None:
        await self._handlers.change(work, record.id, command_of(self.changing, writes))

    async def remove(self, work: Work, record: R) -> None:
        await self._handlers.remove(work, record.id)

    async def restore(self, work: Work, record: R) -> None:
        await self._handlers.restore(work, record.id)


def day_of(work: Work, telling: Telling) -> Any:
    """The person's local day when it was said: what a fact without a day is of."""
    return local_day(telling.edited_at, work.owner.timezone, work.owner.day_starts_at)


def wire_name(model: type[BaseModel], field: str) -> str:
    """A field as clients know it."""
    return model.model_fields[field].alias or to_camel(field)


def born_at(record: Record) -> int:
    """When a person made the record, in µs since 1970."""
    return record.provenance[BORN][1] if BORN in record.provenance else micros(record.created_at)


def missing(field: str) -> NotFound:
    """What a field refers to is not there."""
    return NotFound(details=[Fault(field, "not_found", "There is no such record.")])
