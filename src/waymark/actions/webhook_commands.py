"""What a person can ask of webhooks: one frozen model per intention.

Where one may lead is decided in the domain.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from waymark.actions.fields import REFUSED, Command, Id, Line, Prose, Url
from waymark.domain.vocabulary import ENTITIES
from waymark.domain.webhooks import EVENTS, MAX_GOALS, WebhookEvent

MAX_WEBHOOK_DESCRIPTION = 500


def _entity(name: str) -> str:
    if name not in ENTITIES:
        context = {"code": "not_allowed", "reason": f"One of {', '.join(ENTITIES)}."}
        raise PydanticCustomError(REFUSED, "{reason}", context)
    return name


Entity: TypeAlias = Annotated[
    str, AfterValidator(_entity), WithJsonSchema({"type": "string", "enum": list(ENTITIES)})
]
"""A journalled entity by the name of its table."""


class WebhookFields(Command):
    """What both creation and change of a webhook take; of a filter, null is all."""

    description: Annotated[Prose, Field(max_length=MAX_WEBHOOK_DESCRIPTION)] | None = None
    events: list[WebhookEvent] = Field(
        default_factory=lambda: list(EVENTS), min_length=1, max_length=len(EVENTS)
    )
    entities: Annotated[list[Entity], Field(min_length=1, max_length=len(ENTITIES))] | None = None
    goal_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_GOALS)] | None = None


class CreateWebhook(WebhookFields):
    """A new webhook, which hears of what happens from now on."""

    id: Id | None = None
    url: Url


class ChangeWebhook(WebhookFields):
    """A merge patch; `active` lets a paused or disabled one go on where it stood."""

    url: Url = ""
    status: Literal["active", "paused"] = "active"


class ReplayWebhook(Command):
    """From where on everything is to be sent again: a cursor or a serverTime."""

    since: Annotated[Line, Field(max_length=200)]
