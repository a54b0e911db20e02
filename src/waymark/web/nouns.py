"""The routes that every noun has: list, create, get, change, delete, restore.

A kind's own actions and parameters are in its own file; no rule lives here.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from waymark.actions.fields import Id
from waymark.actions.fresh import refresh_all
from waymark.actions.perform import Outcome
from waymark.domain.documents import encoded
from waymark.domain.records import Record
from waymark.domain.vocabulary import ShowStatus
from waymark.errors import AlreadyExists, InvalidState, NotFound
from waymark.queries import nouns as queries
from waymark.store.nouns import Noun
from waymark.web.asking import LOCATED, Paging, Request, asked, filters, performed
from waymark.web.call import Answer
from waymark.web.route import Router

R = TypeVar("R", bound=Record)
Action = Callable[..., Awaitable[Outcome]]
Needs = Callable[[Request], tuple[Any, ...]]


class NounList(Paging):
    """What every list of neighbours takes."""

    show_status: ShowStatus = "active"
    sort_by: str = "createdAt"


async def settled_today(call: Request) -> None:
    """Settle the goals that the clock moved: neighbours show how far their goals are."""
    door = call.services.door
    await refresh_all(door, call.user_id, door.clock.now())


def _nothing(_: Request) -> tuple[Any, ...]:
    return ()


def add_routes(  # noqa: PLR0913 - what is a noun's own
    router: Router,
    noun: Noun[R],
    *,
    path: str,
    one: str,
    many: str,
    reply: Any,
    query: type[NounList],
    creating: type[BaseModel],
    changing: type[BaseModel],
    create: Action,
    change: Action,
    remove: Action,
    restore: Action | None,
    example: Any,
    create_example: Any,
    change_example: Any,
    removal: str = "What it gave to goals is taken back.",
    creation: Mapping[str, Any] = {},
    for_creation: Needs = _nothing,
    for_change: Needs = _nothing,
) -> None:
    """CRUD of one noun; `one` and `many` name it in operations and summaries.

    `removal` says what follows from deleting one. `creation` is what is true of the creating route alone;
    `for_…` what an action takes of the application.
    """
    names = tuple(name for name in query.model_fields if name not in NounList.model_fields)
    operation, plural = one.replace(" ", "_"), many.replace(" ", "_")

    async def list_all(call: Request, query: Any) -> Answer:
        await settled_today(call)
        bodies, meta = await queries.listed(
            call.services.door.database,
            noun,
            call.services.cursors,
            call.user_id,
            asked(query, query.sort_by),
            filters(query, *names),
            show_status=query.show_status,
            now=call.services.door.clock.now(),
        )
        return Answer(bodies, encoded(meta))

    async def get_one(call: Request, record_id: Id) -> Answer:
        await settled_today(call)
        body, etag = await queries.one(
            call.services.door.database, noun, call.user_id, record_id, call.services.door.clock.now()
        )
        return Answer(body, etag=etag)

    async def create_one(call: Request, body: Any) -> Answer:
        return await performed(call, create, body, *for_creation(call))

    async def change_one(call: Request, record_id: Id, body: Any) -> Answer:
        return await performed(call, change, record_id, body, *for_change(call))

    async def remove_one(call: Request, record_id: Id) -> Answer:
        return await performed(call, remove, record_id)

    async def restore_one(call: Request, record_id: Id) -> Answer:
        return await performed(call, restore, record_id)

    list_all.__annotations__["query"] = query
    create_one.__annotations__["body"] = creating
    change_one.__annotations__["body"] = changing
    common: dict[str, Any] = {"reply": reply, "example": example, "has_etag": True}
    located = {**common, "errors": LOCATED, "has_if_match": True}
    at = f"{path}/{{record_id}}"

    _named(
        list_all, f"list_{plural}", f"List {many}.\n\nNewest first unless asked otherwise; nulls come last."
    )
    router.get(path, reply=list[reply], example=[example])(list_all)
    _named(create_one, f"create_{operation}", f"Create a {one}.")
    created = {**common, "errors": (AlreadyExists, NotFound), "body_example": create_example, **creation}
    router.post(path, status_code=201, **created)(create_one)
    _named(get_one, f"get_{operation}", f"Get a {one}.")
    router.get(at, errors=(NotFound,), **common)(get_one)
    _named(change_one, f"change_{operation}", f"Change a {one}.\n\nA merge patch: null clears, absent keeps.")
    router.patch(at, body_example=change_example, **located)(change_one)
    _named(remove_one, f"delete_{operation}", f"Delete a {one}.\n\n{removal}")
    router.delete(at, **located)(remove_one)
    if restore is not None:
        _named(restore_one, f"restore_{operation}", f"Restore a deleted {one}.")
        router.post(f"{at}/restore", **{**located, "errors": (*LOCATED, InvalidState)})(restore_one)


def _named(endpoint: Callable[..., Any], name: str, about: str) -> None:
    """What the OpenAPI document calls an endpoint and says of it."""
    endpoint.__name__ = name
    endpoint.__doc__ = about
