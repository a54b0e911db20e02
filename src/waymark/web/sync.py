"""Sync over HTTP: pushing, pulling, and deciding what devices could not agree on.

No rule lives here.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from waymark.actions.fields import Parameters, Several, WholeText
from waymark.actions.perform import Conditions, Outcome, Retry
from waymark.domain.documents import encoded
from waymark.domain.neighbour_documents import ConflictDocument
from waymark.domain.vocabulary import ConflictStatus, Entity
from waymark.errors import Conflict, CursorGone, NotFound
from waymark.queries import nouns
from waymark.queries.conflicts import CONFLICTS
from waymark.sync.commands import PushChanges, ResolveConflict
from waymark.sync.conflicts import Resolved, resolve
from waymark.sync.pull import DEFAULT_ROWS, MAX_ROWS, Asked, PullReply, pulled
from waymark.sync.push import push
from waymark.sync.results import PushReply
from waymark.sync.snapshot import is_in_snapshot, snapshot
from waymark.web import sync_examples as example
from waymark.web.asking import MAX_CURSOR, Request, asked, filters
from waymark.web.call import Answer
from waymark.web.nouns import NounList
from waymark.web.route import Router

router: Final = Router(
    prefix="/api/v1",
    tag="sync",
    about="For devices that work offline: push what was done, pull what is new, decide what conflicts.",
)


class Pull(Parameters):
    """`since` is the last `cursor`, or `serverTime`; without it all that stands comes, page by page.

    A page may be longer than `limit`, for a transaction is never split. `entities` narrows what comes, and
    stays the same from page to page.
    """

    since: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    limit: Annotated[WholeText, Field(ge=1, le=MAX_ROWS)] = DEFAULT_ROWS
    entities: Several[Entity] | None = None


class ConflictList(NounList):
    """Open ones unless asked otherwise, the newest first."""

    status: ConflictStatus = "open"
    entity: Entity | None = None
    sort_by: Literal["createdAt", "updatedAt"] = "createdAt"


@router.post(
    "/sync/push",
    reply=PushReply,
    errors=(NotFound,),
    example=example.PUSHED,
    body_example=example.PUSH,
    limit="sync",
)
async def push_changes(call: Request, body: PushChanges) -> Answer:
    """Push what a device did.

    Up to 500 changes `{entity, id, operation, data, localUpdatedAt, baseVersion?, idempotencyKey}` in their
    order; always 200, with a result for each: `applied`, `merged`, `noop`, `conflict` or `rejected`. `data`
    is a patch or the whole record; unknown fields and those that the server owns are ignored. A change that
    is sent again with its key gets its first result.
    """
    return _answer(await push(call.services.door, call.user_id, _conditions(call), body))


@router.get(
    "/sync/pull",
    reply=PullReply,
    errors=(CursorGone,),
    example=example.PULLED,
    limit="sync",
)
async def pull_changes(call: Request, query: Pull) -> Answer:
    """Pull what is new.

    Each record that changed since, as it stands at the end of the page. `CURSOR_GONE` asks for all that
    stands, without `since`; what the device has not pushed yet it keeps.
    """
    door = call.services.door
    entities = None if query.entities is None else tuple(query.entities)
    if query.since is None or is_in_snapshot(query.since):
        return Answer(
            await snapshot(door, call.services.cursors, call.user_id, query.since, query.limit, entities)
        )
    wanted = Asked(since=query.since, limit=query.limit, entities=entities)
    return Answer(pieces=await pulled(door.database, call.user_id, wanted))


@router.post(
    "/sync/resolve-conflict",
    reply=Resolved,
    errors=(NotFound, Conflict),
    example=example.RESOLVED,
    body_example=example.RESOLVE,
    limit="sync",
)
async def resolve_conflict(call: Request, body: ResolveConflict) -> Answer:
    """Decide a conflict.

    By `conflictId`, or by `entity` and `id` of its record. If the record moved on meanwhile, or the conflict
    is decided already: 409 with the conflict as it is in `context`.
    """
    return _answer(await resolve(call.services.door, call.user_id, _conditions(call), body))


@router.get(
    "/sync/conflicts",
    reply=list[ConflictDocument],
    example=[example.CONFLICT],
    limit="sync",
)
async def list_conflicts(call: Request, query: ConflictList) -> Answer:
    """List conflicts."""
    door = call.services.door
    bodies, meta = await nouns.listed(
        door.database,
        CONFLICTS,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        filters(query, "status", "entity"),
        show_status=query.show_status,
        now=door.clock.now(),
    )
    return Answer(bodies, encoded(meta))


def _conditions(call: Request) -> Conditions:
    key = call.idempotency_key
    retry = None if key is None else Retry(key, call.fingerprint)
    return Conditions(retry=retry, dry_run=call.dry_run, origin="sync")


def _answer(outcome: Outcome) -> Answer:
    return Answer(outcome.data)
