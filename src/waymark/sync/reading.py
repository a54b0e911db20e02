"""What devices hold, read leniently: what a command does not know, or the server owns, is dropped.

What is left is judged as strictly as over REST. No record is touched here.
"""

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args

import jiter
import msgspec
from pydantic import BaseModel

from waymark.actions.commands import LinkBody, WeightsBody
from waymark.actions.faults import modelled
from waymark.actions.fields import Payload
from waymark.domain.records import Weights
from waymark.domain.vocabulary import LinkType
from waymark.errors import Invalid

M = TypeVar("M", bound=BaseModel)


class Pointer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a check-in points, as a value that compares."""

    type: LinkType
    id: str | None = None
    url: str | None = None


class _Place(msgspec.Struct, frozen=True):
    """One field of a model: what it is called on the wire, and what it may hold."""

    name: str
    is_nullable: bool
    inner: type[Payload] | None


def read(model: type[M], data: Mapping[str, Any]) -> M:
    """The command that `data` makes; Invalid with every fault of a field that the command knows."""
    return modelled(model, known(model, data))


def values(command: BaseModel) -> dict[str, Any]:
    """What a command names, by the names of its fields, in a form that compares: lists are tuples."""
    return {name: comparable(getattr(command, name)) for name in command.model_fields_set}


def find_image(model: type[BaseModel], body: str) -> dict[str, Any] | None:
    """A document as values of a command; None where it says what no command may say any more."""
    try:
        return values(read(model, parsed(body)))
    except Invalid:
        return None


def parsed(body: str) -> dict[str, Any]:
    """A JSON object of our own with exact numbers."""
    found: dict[str, Any] = jiter.from_json(body.encode(), float_mode="decimal")
    return found


def known(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `data` that the model knows; null for what may not be empty says nothing."""
    found = {}
    for place in _places(model):
        if place.name in data:
            value = data[place.name]
            if value is None and not place.is_nullable:
                continue
            found[place.name] = _inside(place.inner, value)
    return found


def comparable(value: Any) -> Any:
    """A value of a command or of a record in one form."""
    match value:
        case list():
            return tuple(value)
        case LinkBody():
            return Pointer(value.type, value.id, value.url)
        case WeightsBody():
            return Weights(**{name: weight for name, weight in value if weight is not None})
        case _:
            return value


def told(value: Any) -> Any:
    """A comparable value as commands take it."""
    match value:
        case Pointer():
            return LinkBody.model_construct(type=value.type, id=value.id, url=value.url)
        case Weights():
            return WeightsBody.model_construct(**msgspec.structs.asdict(value))
        case _:
            return value


def command_of(model: type[M], writes: Mapping[str, Any]) -> M:
    """The command that writes these values, which were judged before."""
    return model.model_construct(
        _fields_set=set(writes), **{name: told(value) for name, value in writes.items()}
    )


def _inside(inner: type[Payload] | None, value: Any) -> Any:
    if inner is None:
        return value
    if isinstance(value, list):
        return [known(inner, each) if isinstance(each, Mapping) else each for each in value]
    return known(inner, value) if isinstance(value, Mapping) else value


@cache
def _places(model: type[BaseModel]) -> tuple[_Place, ...]:
    return tuple(
        _Place(
            field.alias or name,
            is_nullable=NoneType in _kinds(field.annotation),
            inner=next((kind for kind in _kinds(field.annotation) if _is_payload(kind)), None),
        )
        for name, field in model.model_fields.items()
    )


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The types that an annotation is made of, however deep."""
    arguments = get_args(annotation)
    return (annotation, *(kind for argument in arguments for kind in _kinds(argument)))


def _is_payload(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Payload)
