"""What a model found wrong with what came in, in the contract's words.

The offending value never shows: neither in a message nor in a log.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from waymark.actions.fields import REFUSED
from waymark.errors import Fault, Invalid

M = TypeVar("M", bound=BaseModel)

MAX_FAULTS: Final = 100
"""A hostile body could hold a fault every few bytes; nobody mends more at once."""

_UNFIT_FOR_A_PATH: Final = re.compile(r"[^\w\-$@ ]")


def modelled(model: type[M], value: Mapping[str, Any], *more: Fault) -> M:
    """The value as an instance of the model; raises Invalid with every fault, `more` included."""
    try:
        instance = model.model_validate(value)
    except ValidationError as error:
        raise Invalid(details=[*more, *faults(error)][:MAX_FAULTS]) from None
    if more:
        raise Invalid(details=more)
    return instance


def faults(error: ValidationError) -> list[Fault]:
    """What a model found, in the contract's words."""
    return [_fault(each) for each in error.errors(include_url=False, include_input=False)]


_WORDS: Final = {
    "missing": ("required", "This field is required."),
    "extra_forbidden": ("unknown_field", "There is no such field here."),
    "string_type": ("wrong_type", "Give a text."),
    "int_type": ("wrong_type", "Give a whole number."),
    "bool_type": ("wrong_type", "Give true or false."),
    "list_type": ("wrong_type", "Give a list."),
    "dict_type": ("wrong_type", "Give an object."),
    "model_type": ("wrong_type", "Give an object."),
    "model_attributes_type": ("wrong_type", "Give an object."),
    "literal_error": ("not_allowed", "One of {expected}."),
    "greater_than_equal": ("out_of_range", "At least {ge}."),
    "greater_than": ("out_of_range", "Greater than {gt}."),
    "less_than_equal": ("out_of_range", "At most {le}."),
    "less_than": ("out_of_range", "Less than {lt}."),
    "string_too_short": ("too_short", "At least {min_length} characters."),
    "string_too_long": ("too_long", "At most {max_length} characters."),
    "too_short": ("too_few", "At least {min_length} items."),
    "too_long": ("too_many", "At most {max_length} items."),
    REFUSED: ("{code}", "{reason}"),
}
"""Kinds of pydantic's errors → our code and message, filled from their context, never from the input."""


def _fault(error: ErrorDetails) -> Fault:
    kind, context = error["type"], error.get("ctx", {})
    if context.get("field_type") == "Value":
        # A text that was read by a validator of ours is bounded as "some value with a length".
        kind = f"string_{kind}"
    code, message = _WORDS.get(kind, ("invalid", "This value is not valid."))
    return Fault(
        path_of(error["loc"]), code.format_map(context), message.format_map(context).replace("'", "")
    )


def path_of(location: tuple[int | str, ...]) -> str:
    """Where in a body: `milestones[2].dueDate`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{shown_name(step)}"
    return path.removeprefix(".") or "body"


def shown_name(name: str) -> str:
    """A name from outside, fit to be shown and logged."""
    return _UNFIT_FOR_A_PATH.sub("\ufffd", name[:64])
