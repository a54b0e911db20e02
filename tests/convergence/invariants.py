"""What must hold after every run, whatever happened in it: the invariants of SYNC.md, by their numbers.

Each is an assertion over the journal, over what devices were told, and over what they hold.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, Final, TypeAlias

from tests.api.person import Document, code_of
from tests.api.tables import journal
from tests.convergence.world import World
from tests.sync.pushing import everything

from waymark.domain.records import JournalRow
from waymark.domain.vocabulary import ENTITIES
from waymark.realtime.conversation import Conversation
from waymark.realtime.frames import Close, Frame

Key: TypeAlias = tuple[str, str]
State: TypeAlias = dict[Key, Document]

BEFORE_ALL: Final = "1970-01-01T00:00:00Z"
REJOINED: Final = {"habit_completions", "goal_tasks", "goal_habits", "insights", "achievements"}
"""What is said again after it was taken back stands again under its first id."""
MOVING: Final = {"pace", "stats", "goals", "streakCurrent", "streakBest", "completionRate30d", "isOverspent"}
SETS: Final = {"tags", "linkedTaskIds"}
SMALL: Final = 7


async def hold(world: World) -> None:
    """All of them."""
    assert world.faults == []
    rows = await journal(world.database, world.ada.user["id"])
    for invariant in INVARIANTS:
        await invariant(world, rows)


async def seqs_have_no_gap(_: World, rows: Sequence[JournalRow]) -> None:
    """1; and 7, instants rise from one transaction to the next."""
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    instants = [next(txn).at for _, txn in groupby(rows, key=lambda row: row.txn)]
    assert all(one < next_ for one, next_ in pairwise(instants))


async def pages_come_to_the_same(world: World, rows: Sequence[JournalRow]) -> None:
    """2, 3, 4: from any place small pages come to what large ones do; none ends inside a transaction."""
    standing, _ = await everything(world.ada)
    places = [BEFORE_ALL, *world.cursors[:: max(1, len(world.cursors) // 3)][-3:]]
    for since in places:
        large, _ = await everything(world.ada, since, limit="1000")
        small: State = {}
        place, has_more = since, True
        while has_more:
            page = await world.ada.get("/sync/pull", since=place, limit=str(SMALL))
            small |= reduced(page["changes"])
            ends = [row.seq for row, after in pairwise(rows) if row.txn != after.txn] + [len(rows)]
            assert not page["changes"] or page["changes"][-1]["seq"] in ends
            place, has_more = page["cursor"], page["hasMore"]
        assert small == reduced(large), since
        if since == BEFORE_ALL:
            left = {key: each for key, each in small.items() if each["showStatus"] != "deleted"}
            assert versions(left) == versions(reduced(standing))


async def what_was_acknowledged_is_there(world: World, rows: Sequence[JournalRow]) -> None:
    """5 and 6: every answered change is in the journal, in a conflict, or was so already; facts once."""
    history: dict[Key, list[JournalRow]] = defaultdict(list)
    for row in rows:
        history[row.entity, row.id].append(row)
    for one in world.acknowledged:
        change, result = one.change, one.result
        key = (change["entity"], result.get("record", {}).get("id", change["id"]))
        bodies = [json.loads(row.body, parse_float=Decimal) for row in history[key]]
        match result["status"]:
            case "rejected":
                assert result["error"]["code"] != "INTERNAL_ERROR", result
            case "applied" if change["operation"] == "delete":
                assert any(row.operation == "delete" for row in history[key]), one
            case "applied" if change["operation"] == "update":
                assert all(
                    any(shown(body[name]) == shown(value) for body in bodies)
                    for name, value in change["data"].items()
                ), one
            case "applied" | "merged":
                assert bodies, one
            case "conflict":
                conflicts = [json.loads(row.body) for row in rows if row.entity == "sync_conflicts"]
                found = [each for each in conflicts if each["id"] == result["conflict"]["id"]]
                assert any(covers(each["local"], change["data"]) for each in found), one
    standing: set[Key] = set()
    for row in rows:
        key = (row.entity, row.id)
        assert row.operation != "create" or row.entity in REJOINED or key not in standing, row
        (standing.discard if row.operation == "delete" else standing.add)(key)


async def nothing_is_overwritten_unseen(world: World, rows: Sequence[JournalRow]) -> None:
    """6: only what its device had seen is simply replaced; the rest is merged, or offered to people."""
    history: dict[str, list[JournalRow]] = defaultdict(list)
    for row in rows:
        history[row.id].append(row)
    own: dict[str, set[int]] = defaultdict(set)
    for one in world.acknowledged:
        own[one.device].add(one.result.get("record", {}).get("version", 0))
    for one in world.acknowledged:
        change, result = one.change, one.result
        base = change.get("baseVersion")
        if result["status"] != "applied" or change["operation"] != "update" or base is None:
            continue
        between = [row for row in history[change["id"]] if base < row.seq < result["record"]["version"]]
        before = [row for row in history[change["id"]] if row.seq <= base]
        for name in change["data"].keys() - SETS:
            moves = [row for row in between if name in row.fields]
            if not before or not moves or moves[-1].seq in own[one.device]:
                continue
            was, stood, stands = (
                field(row, name) for row in (before[-1], moves[-1], rows[result["record"]["version"] - 1])
            )
            # A field that the change has as its base had it is no edit: what stands then, stays.
            assert stood in (was, stands), (name, one)


def field(row: JournalRow, name: str) -> Any:
    return json.loads(row.body, parse_float=Decimal)[name]


async def nothing_rises_from_the_dead(_: World, rows: Sequence[JournalRow]) -> None:
    """10: but by the decision of a conflict."""
    decided = {
        json.loads(row.body)["entityId"]
        for row in rows
        if row.entity == "sync_conflicts" and json.loads(row.body)["status"] == "resolved"
    }
    dead: set[Key] = set()
    for row in rows:
        key, is_deleted = (row.entity, row.id), json.loads(row.body)["showStatus"] == "deleted"
        if key in dead and not is_deleted:
            body = json.loads(row.body)
            assert row.entity in REJOINED or {row.id, body.get("goalId")} & decided, row
        (dead.add if is_deleted else dead.discard)(key)


async def a_strange_cursor_is_gone(world: World, _: Sequence[JournalRow]) -> None:
    """11: of a time that this journal has not reached."""
    assert code_of(await world.ada("GET", "/sync/pull", params={"since": "2099-01-01T00:00:00Z"})) == (
        410,
        "CURSOR_GONE",
    )


async def all_hold_the_same(world: World, _: Sequence[JournalRow]) -> None:
    """12: every device has the server's digests, and shows what the others do."""
    page = await world.ada.get("/sync/pull", since=BEFORE_ALL, limit="1000")
    while page["hasMore"]:
        page = await world.ada.get("/sync/pull", since=page["cursor"], limit="1000")
    told = {entity: digest for entity, digest in page["digest"].items() if int(digest, 16)}
    views = []
    for phone in world.phones:
        assert phone.replica.digest() == told, phone.name
        assert phone.replica.pending() == [], phone.name
        views.append({entity: [lasting(each) for each in phone.replica.all(entity)] for entity in ENTITIES})
    assert all(view == views[0] for view in views)


async def nobody_hears_of_others(world: World, _: Sequence[JournalRow]) -> None:
    """13."""
    for body in world.bodies:
        assert world.eve.user["id"] not in body
        assert "Eve's own" not in body


class _Listening:
    """A stream that is heard until it is live."""

    def __init__(self) -> None:
        self.frames: list[Document] = []
        self._is_live = asyncio.Event()

    async def receive(self) -> None:
        await self._is_live.wait()

    async def send(self, event: str, text: str, _cursor: str | None = None) -> None:
        self.frames.append(json.loads(text, parse_float=Decimal))
        if event == "live":
            self._is_live.set()

    async def pass_on(self, frame: Frame, prev_seq: int) -> None:
        await self.send(frame.event, frame.text(prev_seq))

    def pass_on_at_once(self, _frame: Frame, _prev_seq: int) -> bool:
        return False

    async def close(self, code: Close) -> None:
        raise AssertionError(code)


async def streams_do_not_break(world: World, rows: Sequence[JournalRow]) -> None:
    """9: from a cursor that was given, every row comes, each naming the one before."""
    cursor = world.cursors[len(world.cursors) // 2]
    listening = _Listening()
    async with world.services.bell.running(), world.services.streams.running():
        await Conversation(world.services.streams, listening).hold(world.ada.token, cursor)
    begin, *told, live = listening.frames
    assert begin["data"]["resumed"], begin
    seq = begin["data"]["seq"]
    for frame in told:
        assert frame["prevSeq"] == seq
        seq = frame["seq"]
    assert (seq, live["data"]["seq"]) == (len(rows), len(rows))


def reduced(changes: Sequence[Document]) -> State:
    """Each record as its last change has it."""
    return {(each["entity"], each["id"]): each["data"] for each in changes}


def versions(state: State) -> dict[Key, int]:
    """What moves with the day, or is joined when it is read, is outside of these."""
    return {key: body["version"] for key, body in state.items()}


def lasting(document: Document) -> Document:
    """What of a record is its version's; the rest is of the day on which it was told."""
    return {name: value for name, value in document.items() if name not in MOVING}


def covers(local: Document | None, data: Document) -> bool:
    """Whether a conflict offers what the device wanted."""
    return local is None or any(shown(local.get(name)) == shown(value) for name, value in data.items())


def shown(value: Any) -> Any:
    return set(value) if isinstance(value, list) else value


INVARIANTS: Final[Sequence[Callable[[World, Sequence[JournalRow]], Awaitable[None]]]] = (
    seqs_have_no_gap,
    pages_come_to_the_same,
    what_was_acknowledged_is_there,
    nothing_is_overwritten_unseen,
    nothing_rises_from_the_dead,
    a_strange_cursor_is_gone,
    all_hold_the_same,
    nobody_hears_of_others,
    streams_do_not_break,
)
