"""The AsyncAPI 3 document: what goes over sockets and event streams, generated from the frames' types.

It describes what the frames are; it changes nothing of them.
"""

import inspect
from typing import Any, Final, TypeAlias, get_args

import msgspec

from waymark import __version__
from waymark.domain.documents import CheckInDocument, GoalDocument, LinkRow, MilestoneDocument
from waymark.domain.neighbour_documents import (
    BudgetDocument,
    CompletionDocument,
    ConflictDocument,
    DebtDocument,
    FocusDocument,
    FxRateDocument,
    HabitDocument,
    InsightDocument,
    PaymentDocument,
    TaskDocument,
    TransactionDocument,
)
from waymark.domain.vocabulary import Entity
from waymark.errors import PROBLEMS
from waymark.queries.achievements import AchievementDocument
from waymark.queries.finance import ContributionDocument
from waymark.realtime.frames import CLOSE_REASONS, ClientFrame, ServerFrame
from waymark.web.frame_examples import EXAMPLES
from waymark.web.openapi import with_numbers

Json: TypeAlias = dict[str, Any]

DOCUMENTS: Final[dict[Entity, type[msgspec.Struct]]] = {
    "goals": GoalDocument,
    "goal_milestones": MilestoneDocument,
    "goal_check_ins": CheckInDocument,
    "goal_tasks": LinkRow,
    "goal_habits": LinkRow,
    "goal_finance_contributions": ContributionDocument,
    "tasks": TaskDocument,
    "habits": HabitDocument,
    "habit_completions": CompletionDocument,
    "focus_sessions": FocusDocument,
    "budgets": BudgetDocument,
    "debts": DebtDocument,
    "debt_payments": PaymentDocument,
    "transactions": TransactionDocument,
    "fx_rates": FxRateDocument,
    "insights": InsightDocument,
    "achievements": AchievementDocument,
    "sync_conflicts": ConflictDocument,
}
"""What `data.data` is, by entity."""

_REF: Final = "#/components/schemas/{name}"
_ABOUT: Final = """\
Everything that happens to a user's goals and their neighbours, in order, once, and with nothing left out.

A stream begins with `ready` and its position; what was missed since the cursor that the client gave follows;
then `live`, and from there frames come as things happen. Frames of the journal carry `prevSeq`, the `seq` of
the frame before: a client that sees a `prevSeq` beyond its own position has missed something and comes back
with `since=<its cursor>`. A cursor that is too old is answered by `ready` with `reset: true`: take a fresh
snapshot by `GET /api/v1/sync/pull`, and go on from the cursor given.
"""
_ADDRESS: Final = """\
Open it with `?token=` and, to resume, `&since=`; or without, and say `hello` within 5 s. Pages of other
origins than the server's own and those allowed by its settings are refused with 403. Frames are JSON texts
of at most 64 KiB; a frame that is not understood is answered by `error`.

The server closes with: """


def document() -> Json:
    """The whole document."""
    frames = (*get_args(ServerFrame), *get_args(ClientFrame))
    _, schemas = msgspec.json.schema_components([*frames, *DOCUMENTS.values()], ref_template=_REF)
    schemas = with_numbers(schemas)
    _describe(schemas)
    said, heard = map(get_args, (ServerFrame, ClientFrame))
    closes = " ".join(f"`{close.value}` {reason}" for close, reason in CLOSE_REASONS.items())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Waymark",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/api/v1/ws",
                "title": "A WebSocket; also at `/ws`",
                "description": _ADDRESS + closes,
                "messages": _refs([*said, *heard]),
                "bindings": {"ws": {"method": "GET", "query": _QUERY}},
            },
            "events": {
                "address": "/api/v1/events",
                "title": "Server-sent events; also at `/events`",
                "description": "The same frames as the `data` of events, and their cursors as the ids. "
                "Parameters are in the OpenAPI document.",
                "messages": _refs(said),
            },
        },
        "operations": {
            "follow": _operation("send", "socket", said, "What the server says"),
            "speak": _operation("receive", "socket", heard, "What a client may say"),
            "followEvents": _operation("send", "events", said, "What the server says"),
        },
        "components": {
            "messages": {frame.__name__: _message(frame) for frame in frames},
            "schemas": schemas,
        },
    }


_QUERY: Final[Json] = {
    "type": "object",
    "properties": {
        "token": {"type": "string", "description": "An access token or API token."},
        "since": {"type": "string", "description": "The cursor to resume from."},
    },
}


def _describe(schemas: Json) -> None:
    """Say what the types leave open: which entity's data is what, and which codes there are."""
    change = schemas["Change"]
    change["properties"]["entity"]["enum"] = list(DOCUMENTS)
    names = {entity: _REF.format(name=kind.__name__) for entity, kind in DOCUMENTS.items()}
    change["properties"]["data"] = {"anyOf": [{"$ref": name} for name in dict.fromkeys(names.values())]}
    change["allOf"] = [
        {
            "if": {"properties": {"entity": {"const": entity}}},
            "then": {"properties": {"data": {"$ref": name}}},
        }
        for entity, name in names.items()
    ]
    for name in ("InsightNew", "Reminder"):
        schemas[name]["properties"]["data"] = {"$ref": names["insights"]}
    schemas["Refused"]["properties"]["code"]["enum"] = list(PROBLEMS)
    (entities,) = (
        form for form in schemas["Selection"]["properties"]["entities"]["anyOf"] if "items" in form
    )
    entities["items"]["enum"] = list(DOCUMENTS)


def _message(frame: type[msgspec.Struct]) -> Json:
    summary, _, more = inspect.cleandoc(frame.__doc__ or "").partition("\n")
    message: Json = {
        "name": EXAMPLES[frame][0]["event"],
        "title": frame.__name__,
        "summary": summary,
        "payload": {"$ref": _REF.format(name=frame.__name__)},
        "examples": [{"payload": example} for example in EXAMPLES[frame]],
    }
    if more.strip():
        message["description"] = more.strip()
    return message


def _refs(frames: tuple[Any, ...] | list[Any]) -> Json:
    return {frame.__name__: {"$ref": f"#/components/messages/{frame.__name__}"} for frame in frames}


def _operation(action: str, channel: str, frames: tuple[Any, ...], title: str) -> Json:
    return {
        "action": action,
        "title": title,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{frame.__name__}"} for frame in frames],
    }
