"""Insights that people and assistants make, and what becomes of any insight once it is read.

What the rules say noticing.py keeps.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from msgspec.structs import replace

from waymark.actions.insight_commands import (
    ActionBody,
    ChangeInsight,
    CreateInsight,
    InsightFields,
    RelatedBody,
)
from waymark.actions.nouns import answer, back, begun, found, given, gone
from waymark.actions.perform import Outcome
from waymark.domain.documents import encoded
from waymark.domain.insight_texts import InsightAction
from waymark.domain.insights import Insight
from waymark.domain.vocabulary import InsightStatus
from waymark.errors import Conflict, Fault, InvalidState, NotFound
from waymark.queries.insights import INSIGHTS
from waymark.store.insight_statements import OWN_RELATED
from waymark.store.work import Work

Reading: TypeAlias = Literal["view", "dismiss", "complete"]

_BECOMES: Final[Mapping[Reading, InsightStatus]] = {
    "view": "viewed",
    "dismiss": "dismissed",
    "complete": "completed",
}
_ALLOWED: Final[Mapping[InsightStatus, tuple[Reading, ...]]] = {
    "new": ("view", "dismiss", "complete"),
    "viewed": ("dismiss", "complete"),
    "completed": (),
    "dismissed": (),
}


async def create_insight(work: Work, command: CreateInsight) -> Outcome:
    """Something worth telling that no rule knows; its followers hear of it as of any other."""
    fields = await _given(work, command)
    insight = await begun(work, INSIGHTS, fields.pop("id", None), **_complete(command, fields))
    return await answer(work, INSIGHTS, work.put_noun(INSIGHTS, insight), created=True)


async def change_insight(work: Work, insight_id: str, command: ChangeInsight) -> Outcome:
    """A merge patch; Conflict for the words of a rule, InvalidState for a status that cannot follow."""
    before = await found(work, INSIGHTS, insight_id)
    fields = await _given(work, command)
    status = fields.pop("status", before.status)
    if fields and before.source == "rule":
        raise Conflict("What a rule said is changed where it comes from.", context={"rule": before.rule})
    after = replace(_stepped(before, status), **fields)
    if after != before:
        after = work.put_noun(INSIGHTS, after, before=before)
    return await answer(work, INSIGHTS, after)


async def read_insight(work: Work, insight_id: str, reading: Reading) -> Outcome:
    """View, dismiss or complete; doing it again changes nothing."""
    before = await found(work, INSIGHTS, insight_id)
    after = _stepped(before, _BECOMES[reading])
    if after != before:
        after = work.put_noun(INSIGHTS, after, before=before)
    return await answer(work, INSIGHTS, after)


async def remove_insight(work: Work, insight_id: str) -> Outcome:
    """Deleted; a rule does not say it again."""
    before = await found(work, INSIGHTS, insight_id)
    after = work.put_noun(INSIGHTS, gone(work, before), before=before, operation="delete")
    return await answer(work, INSIGHTS, after)


async def restore_insight(work: Work, insight_id: str) -> Outcome:
    """A deleted insight again, as it was."""
    before = await found(work, INSIGHTS, insight_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted insight can be restored.", context={"allowed": ["delete"]})
    # It was told before: to followers it is back, not news.
    after = work.put_noun(INSIGHTS, back(before), before=before, operation="update")
    return await answer(work, INSIGHTS, after)


def _stepped(insight: Insight, status: InsightStatus) -> Insight:
    if status == insight.status:
        return insight
    allowed = _ALLOWED[insight.status]
    if status not in {_BECOMES[reading] for reading in allowed}:
        raise InvalidState(
            f"An insight that is {insight.status} cannot become {status}.",
            context={"allowed": list(allowed), "status": insight.status},
        )
    return replace(insight, status=status)


async def _given(work: Work, command: InsightFields) -> dict[str, Any]:
    """The fields a command names, as a record holds them; NotFound names what is not the user's own."""
    fields = given(command, {})
    if "related" in fields:
        fields["related"] = await _related(work, command.related)
    if "actions" in fields:
        fields["actions"] = encoded([_action(body) for body in command.actions])
    if command.payload is not None:
        fields["payload"] = encoded(command.payload)
    return fields


def _complete(command: CreateInsight, fields: dict[str, Any]) -> dict[str, Any]:
    """All that a new record needs, with what a command does not name."""
    defaults = ("kind", "level", "title", "body", "priority", "source")
    return {**{name: getattr(command, name) for name in defaults}, **fields}


async def _related(work: Work, body: RelatedBody | None) -> dict[str, str]:
    named = {} if body is None else body.model_dump(by_alias=True, exclude_none=True)
    faults = [
        Fault(f"related.{name}", "not_found", "There is no such record.")
        for name, record_id in named.items()
        if await work.one(OWN_RELATED[name], id=record_id) is None
    ]
    if faults:
        raise NotFound(details=faults)
    return named


def _action(body: ActionBody) -> InsightAction:
    return InsightAction(type=body.type, label=body.label, method=body.method, path=body.path, body=body.body)
