"""The AsyncAPI document: in the form of its specification, complete, and true of the frames.

The specification's own schema is 370 KB and in no Python package. What it says of the objects that we
use stands below in words of JSON Schema; a misspelt or missing field is found, as the planted ones show.
"""

import copy
from collections.abc import Iterator
from typing import Any, get_args

import httpx2
import jsonschema_rs
import msgspec
import pytest
from tests.realtime.site import Site

from waymark.domain.vocabulary import ENTITIES
from waymark.errors import PROBLEMS
from waymark.realtime.frames import CLOSE_REASONS, ClientFrame, Close, ServerFrame
from waymark.web.asyncapi import DOCUMENTS, document

Json = Any

DOCUMENT = msgspec.json.decode(msgspec.json.encode(document()))
TEXT = {"type": "string", "minLength": 1}
REF = {
    "type": "object",
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "required": ["$ref"],
    "additionalProperties": False,
}


def form(required: dict[str, Json], **optional: Json) -> Json:
    """An object with these fields and no others."""
    properties = {**required, **optional}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def named(of: Json) -> Json:
    return {"type": "object", "minProperties": 1, "additionalProperties": of}


SPECIFICATION = form(
    {
        "asyncapi": {"const": "3.0.0"},
        "info": form(
            {"title": TEXT, "version": TEXT},
            description=TEXT,
            license=form({"name": TEXT}, url=TEXT),
        ),
        "channels": named(
            form(
                {"address": TEXT, "messages": named(REF)},
                title=TEXT,
                description=TEXT,
                bindings=form({"ws": form({}, method=TEXT, query={"type": "object"})}),
            )
        ),
        "operations": named(
            form(
                {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REF,
                    "messages": {"type": "array", "items": REF, "minItems": 1},
                },
                title=TEXT,
            )
        ),
        "components": form(
            {
                "messages": named(
                    form(
                        {"name": TEXT, "payload": REF, "examples": {"type": "array", "minItems": 1}},
                        title=TEXT,
                        summary=TEXT,
                        description=TEXT,
                    )
                ),
                "schemas": {"type": "object"},
            }
        ),
    },
    defaultContentType={"const": "application/json"},
)


def payloads() -> dict[str, jsonschema_rs.Draft7Validator]:
    """Event → what its frames must be like."""
    return {
        message["name"]: jsonschema_rs.Draft7Validator(
            {**message["payload"], "components": DOCUMENT["components"]}
        )
        for message in DOCUMENT["components"]["messages"].values()
    }


def refs(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from refs(each)


def resolved(ref: str) -> Json:
    found = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_it_has_the_form_of_the_specification() -> None:
    form = jsonschema_rs.Draft7Validator(SPECIFICATION)
    form.validate(DOCUMENT)
    for path in (("info", "version"), ("channels", "socket", "address"), ("operations", "speak", "channel")):
        lacking = copy.deepcopy(DOCUMENT)
        *parents, name = path
        holder = lacking
        for step in parents:
            holder = holder[step]
        holder[f"{name}s"] = holder.pop(name)
        assert not form.is_valid(lacking), path


def test_every_reference_leads_somewhere() -> None:
    found = set(refs(DOCUMENT))
    assert len(found) > 40
    for ref in found:
        assert resolved(ref), ref


def test_operations_speak_the_messages_of_their_channels() -> None:
    said = [kind.__name__ for kind in get_args(ServerFrame)]
    heard = [kind.__name__ for kind in get_args(ClientFrame)]
    for name, frames in (("follow", said), ("speak", heard), ("followEvents", said)):
        operation = DOCUMENT["operations"][name]
        for ref, frame in zip(operation["messages"], frames, strict=True):
            assert ref["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")
            assert resolved(ref["$ref"]) == {"$ref": f"#/components/messages/{frame}"}
    channels = {name: channel["address"] for name, channel in DOCUMENT["channels"].items()}
    assert channels == {"socket": "/api/v1/ws", "events": "/api/v1/events"}


@pytest.mark.parametrize("frames", [ServerFrame, ClientFrame], ids=["server", "client"])
def test_examples_are_frames(frames: Any) -> None:
    validators = payloads()
    for kind in get_args(frames):
        message = DOCUMENT["components"]["messages"][kind.__name__]
        assert message["summary"]
        for example in message["examples"]:
            validators[message["name"]].validate(example["payload"])
            assert type(msgspec.convert(example["payload"], frames)) is kind
            assert not validators[message["name"]].is_valid({**example["payload"], "event": "other"})


def test_an_entity_is_described_as_what_it_is() -> None:
    example = DOCUMENT["components"]["messages"]["EntityUpdated"]["examples"][0]["payload"]
    mislabelled = {**example, "data": {**example["data"], "entity": "tasks"}}
    assert not payloads()["entity:updated"].is_valid(mislabelled)


def test_nothing_is_left_out() -> None:
    assert tuple(DOCUMENTS) == ENTITIES
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Refused"]["properties"]["code"]["enum"] == list(PROBLEMS)
    assert set(CLOSE_REASONS) == set(Close)
    for close in Close:
        assert f"`{close.value}`" in DOCUMENT["channels"]["socket"]["description"]


async def test_it_is_served_to_anybody(site: Site) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{site.port}") as stranger:
        assert (await stranger.get("/asyncapi.json")).json() == DOCUMENT
