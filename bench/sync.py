"""The rows about devices: pulling a long journal, pulling all that stands, pushing what was done offline.

Sites are given, running; nothing is started or stopped here.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from time import perf_counter, process_time
from typing import Any, NamedTuple
from uuid import uuid4

import apsw
import asyncpg
import msgspec
import uvloop

from bench import load
from bench.contests import OK, Crew
from bench.dataset import Client, Person, Scale, person
from bench.measure import Effort, Row, figure, rates, speed
from bench.replay import Replayed
from bench.sites import Ground, Site, Waymark
from waymark.store.columns import Dialect
from waymark.store.sync_statements import PAGE

PULL_RATIO, PULLED_PER_SECOND, PUSHED_PER_SECOND = 0.8, 100_000, 5_000
"""What TRUST.md asks for; the last on SQLite."""
ROWS, CHANGES = 1_000, 500
"""Of a page, of a push."""
LANES = 4
"""Devices at a time, each of another person where it pushes."""
PUSHES, GOALS, TASKS = 2, 5, 100
EPOCH = "1970-01-01T00:00:00Z"
COLUMNS = "seq, txn, at, entity, id, operation, version, body"


class Part(msgspec.Struct, frozen=True):
    """A page of a journal: the query that asks for it, and the seqs that it lies between."""

    query: str
    after: int
    last: int
    rows: int


class Speeds(NamedTuple):
    """A rate by the clock, and by the time that the server computed."""

    per_second: float
    per_cpu_second: float


class Rejected(Exception):
    """A push that is measured must be taken in."""


def sync(crew: Crew, on: Ground, ours: Waymark, _: Site, scale: Scale, effort: Effort) -> list[Row]:
    """Everything about devices."""
    port = ours.site.port
    return [
        *_pull(crew, on, port, ours.long, scale, effort),
        *_snapshot(crew, on, port, ours.long, effort),
        *_push(crew, on, port, effort),
    ]


def _pull(crew: Crew, on: Ground, port: int, owner: Person, scale: Scale, effort: Effort) -> list[Row]:
    parts = list(_parts(port, owner, EPOCH))
    user_id = Client(port, owner.token).get("/api/v1/auth/me")["id"]
    same = PAGE.compiled(on.name).text
    plain = f"SELECT {COLUMNS} {same[same.index('FROM journal') :]}"  # our own text
    spans = [(part.after, part.last) for part in parts]
    where = on.url("waymark") if on.cluster else str(on.path("waymark"))
    bare = {"the same SELECT, bare driver": same, "a SELECT of the columns, bare driver": plain}
    work = _Work(crew, port, owner, parts)
    rows: list[Row] = []
    what = f"GET /sync/pull?limit={ROWS}, {scale.long:,} rows"
    for about, by_cpu in (("", False), (", CPU time", True)):
        measured = rates(
            {
                "ours": work.by_cpu if by_cpu else work.by_clock,
                **{
                    name: crew.bare(selected, on.name, where, text, user_id, spans, first_step=0, cpu=by_cpu)
                    for name, text in bare.items()
                },
            },
            effort,
        )
        goals = [None if by_cpu else PULL_RATIO, None]
        rows += [
            speed(what + about, on.name, measured, name, goal) for name, goal in zip(bare, goals, strict=True)
        ]
        if not by_cpu:
            rows.append(figure(what, on.name, measured["ours"], "rows/s", PULLED_PER_SECOND))
    return rows


def _snapshot(crew: Crew, on: Ground, port: int, owner: Person, effort: Effort) -> list[Row]:
    work = _Work(crew, port, owner, list(_parts(port, owner, None)))
    what = f"GET /sync/pull?limit={ROWS}, all that stands"
    return _figures(what, on.name, work.pulled, "rows", effort, None)


def _push(crew: Crew, on: Ground, port: int, effort: Effort) -> list[Row]:
    pushers = [_Pusher(port, f"pusher-{number}") for number in range(LANES)]

    def pushed(_: float) -> Speeds:
        lanes = [[pusher.request() for _ in range(PUSHES)] for pusher in pushers]
        before = _cpu(port)
        per_second = crew.http(load.Job(port=port, lanes=lanes, status=OK)) * CHANGES
        return Speeds(per_second, LANES * PUSHES * CHANGES / (_cpu(port) - before))

    what = f"POST /sync/push, {CHANGES} changes: check-ins, edits and new tasks"
    goal = PUSHED_PER_SECOND if on.name == "sqlite" else None
    rows = _figures(what, on.name, pushed, "changes", effort, goal)
    for pusher in pushers:
        pusher.check()
    return rows


class _Work:
    """Pages asked for again and again."""

    def __init__(self, crew: Crew, port: int, owner: Person, parts: Sequence[Part]) -> None:
        self._crew = crew
        self._port = port
        self._requests = [
            load.request("GET", f"/api/v1/sync/pull?{part.query}", token=owner.token) for part in parts
        ]
        self._rows = sum(part.rows for part in parts) / len(parts)

    def pulled(self, seconds: float) -> Speeds:
        lanes = [self._requests[lane:] + self._requests[:lane] for lane in range(LANES)]
        before, began = _cpu(self._port), perf_counter()
        job = load.Job(port=self._port, lanes=lanes, status=OK, seconds=seconds)
        per_second = self._crew.http(job) * self._rows
        busy = (_cpu(self._port) - before) / (perf_counter() - began)
        return Speeds(per_second, per_second / busy)

    def by_clock(self, seconds: float) -> float:
        return self.pulled(seconds).per_second

    def by_cpu(self, seconds: float) -> float:
        return self.pulled(seconds).per_cpu_second


class _Pusher:
    """Somebody with goals and tasks, whose device was offline."""

    def __init__(self, port: int, name: str) -> None:
        self._owner = person(port, name, goals=GOALS)
        self._client = Client(port, self._owner.token)
        self._tasks = [str(uuid4()) for _ in range(TASKS)]
        self._numbers = count()
        self._send([_change("tasks", "create", task, title="Begun") for task in self._tasks])

    def request(self) -> bytes:
        body = json.dumps({"changes": self._changes()}).encode()
        return load.request("POST", "/api/v1/sync/push", token=self._owner.token, body=body)

    def check(self) -> None:
        """Raises Rejected when such pushes are answered, but not taken in."""
        self._send(self._changes())

    def _send(self, changes: Sequence[dict[str, Any]]) -> None:
        results = self._client.post("/api/v1/sync/push", {"changes": changes})["results"]
        if refused := [each for each in results if each["status"] not in {"applied", "merged"}]:
            raise Rejected(refused[0])

    def _changes(self) -> list[dict[str, Any]]:
        """Of ten changes five are check-ins, three edits and two new tasks."""
        return [self._one(place) for place in range(CHANGES)]

    def _one(self, place: int) -> dict[str, Any]:
        number = next(self._numbers)
        match place % 10:
            case 0 | 1 | 2 | 3 | 4:
                goal = self._owner.goals[place // 10 % GOALS]
                return _change("goal_check_ins", "create", goalId=goal, value=3, note="On the train.")
            case 5 | 6 | 7:
                task = self._tasks[number % TASKS]
                return _change("tasks", "update", task, title=f"Step {number}", priority="high")
            case _:
                return _change("tasks", "create", title=f"Step {number}", status="planned")


def _change(entity: str, operation: str, record_id: str | None = None, **data: Any) -> dict[str, Any]:
    return {
        "entity": entity,
        "id": record_id or str(uuid4()),
        "operation": operation,
        "data": data,
        "localUpdatedAt": datetime.now(UTC).isoformat(),
        "idempotencyKey": str(uuid4()),
    }


def _parts(port: int, owner: Person, since: str | None) -> Iterator[Part]:
    """Every page from a place on."""
    client = Client(port, owner.token)
    after = 0
    while True:
        query = f"limit={ROWS}" if since is None else f"limit={ROWS}&since={since}"
        page = client.get(f"/api/v1/sync/pull?{query}")
        last = max((change["seq"] for change in page["changes"]), default=after)
        yield Part(query, after, last, len(page["changes"]))
        if not page["hasMore"]:
            return
        since, after = page["cursor"], last


def _cpu(port: int) -> float:
    """Seconds that the server has computed."""
    return float(Client(port).content("/bench/cpu"))


def _figures(
    what: str,
    database: str,
    measure: Callable[[float], Speeds],
    unit: str,
    effort: Effort,
    goal: float | None,
) -> list[Row]:
    """So many a second, and so many a second of the server's computing."""
    measure(effort.seconds / 2)
    speeds = [measure(effort.seconds) for _ in range(effort.rounds)]
    return [
        figure(what, database, [each.per_second for each in speeds], f"{unit}/s", goal),
        figure(what, database, [each.per_cpu_second for each in speeds], f"{unit}/s of CPU", None),
    ]


# In the process of the bare driver ---------------------------------------------------------------


def selected(
    dialect: Dialect,
    where: str,
    text: str,
    user_id: str,
    spans: Sequence[tuple[int, int]],
    step: int,
    seconds: float,
    *,
    cpu: bool,
) -> Replayed:
    """Pages of a journal as tuples, one after the other; a "transaction" is a row."""
    clock = process_time if cpu else perf_counter
    if dialect == "sqlite":
        connection = apsw.Connection(where, flags=apsw.SQLITE_OPEN_READONLY)
        until, began, rows = perf_counter() + seconds, clock(), 0
        while perf_counter() < until:
            for span in spans:
                rows += len(connection.execute(text, (user_id, *span)).fetchall())
        spent = clock() - began
        connection.close()
        return Replayed(rows, spent, step)
    return uvloop.run(_selected(where, text, user_id, spans, step, seconds, clock))


async def _selected(
    where: str,
    text: str,
    user_id: str,
    spans: Sequence[tuple[int, int]],
    step: int,
    seconds: float,
    clock: Callable[[], float],
) -> Replayed:
    connections = [await asyncpg.connect(where) for _ in range(LANES)]

    async def fetched(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        rows = 0
        while perf_counter() < until:
            for span in spans:
                rows += len(await connection.fetch(text, user_id, *span))
        return rows

    until, began = perf_counter() + seconds, clock()
    rows = sum(await asyncio.gather(*map(fetched, connections)))
    spent = clock() - began
    for connection in connections:
        await connection.close()
    return Replayed(rows, spent, step)
