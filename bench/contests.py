"""Which contestants make which rows of the table (TRUST.md, "Speed").

Sites are given, running; nothing is started or stopped here.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from typing import Any, TypeVar

import msgspec

from bench import load, pgbench, replay
from bench.dataset import HABITS, TASKS, Client, Person, Scale, check_in, person, saver, transaction
from bench.measure import Contestant, Effort, Row, cost, rates, speed
from bench.sites import LISTED, Ground, Site, Waymark

T = TypeVar("T")

OK, CREATED = 200, 201
GROWTH_LANES, GROWTH_REQUESTS, WORLD_REQUESTS = 8, 20, 10
"""A round of the write growth rows: few enough that the short history stays short."""
GROWTH_ROUNDS = 3
"""As many times more rounds, because they are short."""


class Goals(msgspec.Struct, frozen=True):
    """What TRUST.md asks for, per database."""

    read: float
    listing: float
    read_times: float
    listing_times: float
    write_times: float
    write: float = 0.5
    read_growth: float = 1.1
    write_growth: float = 1.2


GOALS = {
    "sqlite": Goals(read=0.60, listing=0.45, read_times=50, listing_times=90, write_times=15),
    "postgresql": Goals(read=0.35, listing=0.25, read_times=25, listing_times=35, write_times=10),
}


class MissingWrites(Exception):
    """A server acknowledged more or fewer check-ins than it shows."""


class Crew:
    """The processes that measure: the load on its core, bare drivers on the servers' core."""

    def __init__(self, generator: ProcessPoolExecutor, driver: ProcessPoolExecutor, *, lanes: int) -> None:
        self.lanes = lanes
        self.acknowledged: Counter[tuple[int, int]] = Counter()
        """(port, status) → answers so far."""
        self.busiest = 0.0
        """The largest share of its core that the load generator needed in a round."""
        self._generator = generator
        self._driver = driver

    def ask(self, work: Callable[..., T], *given: Any) -> T:
        """What a function comes to in the load's process."""
        return self._generator.submit(work, *given).result()

    def http(self, job: load.Job) -> float:
        outcome = self._generator.submit(load.run, job).result()
        self.acknowledged[job.port, job.status] += outcome.answered
        self.busiest = max(self.busiest, outcome.busy)
        return outcome.answered / outcome.seconds

    def get(self, port: int, path: str, token: str = "") -> Contestant:
        lanes = [[load.request("GET", path, token=token)]] * self.lanes
        return lambda seconds: self.http(load.Job(port=port, lanes=lanes, status=OK, seconds=seconds))

    def check_ins(self, site: Site) -> Contestant:
        lanes = [[check_in(writer, writer.goals[0])] for writer in site.writers]
        return lambda seconds: self.http(
            load.Job(port=site.port, lanes=lanes, status=CREATED, seconds=seconds)
        )

    def bare(
        self, run: Callable[..., replay.Replayed], *where: Any, first_step: int, **options: int
    ) -> Contestant:
        step = first_step

        def contestant(seconds: float) -> float:
            nonlocal step
            done = self._driver.submit(run, *where, step, seconds, **options).result()
            step = done.next_step
            return done.transactions / done.seconds

        return contestant


def read(crew: Crew, on: Ground, ours: Waymark, theirs: Site, scale: Scale, effort: Effort) -> list[Row]:
    goals = GOALS[on.name]
    paths = [f"/api/v1/goals/{site.reader.goals[0]}" for site in (ours.site, theirs)]
    about = f"{scale.read:,} check-ins"
    what = "GET /goals/{id}"
    return _against_static_and_baseline(
        what, crew, on, (ours.site, theirs), paths, about, (goals.read, goals.read_times), effort
    )


def listing(crew: Crew, on: Ground, ours: Waymark, theirs: Site, scale: Scale, effort: Effort) -> list[Row]:
    goals = GOALS[on.name]
    what = f"GET /goals?limit={LISTED}"
    about = f"{scale.listed:,} check-ins each, one {scale.read:,}"
    return _against_static_and_baseline(
        what,
        crew,
        on,
        (ours.site, theirs),
        [f"/api/v1{what[4:]}"] * 2,
        about,
        (goals.listing, goals.listing_times),
        effort,
    )


def _against_static_and_baseline(
    what: str,
    crew: Crew,
    on: Ground,
    sites: tuple[Site, Site],
    paths: Sequence[str],
    about: str,
    goals: tuple[float, float],
    effort: Effort,
) -> list[Row]:
    ours, theirs = sites
    ourselves, static = _against_static(crew, ours.port, paths[0], ours.reader)
    baseline = f"baseline, {about}"
    measured = rates(
        {**ourselves, baseline: crew.get(theirs.port, paths[1], theirs.reader.token)},
        effort,
    )
    return [
        speed(what, on.name, measured, name, goal)
        for name, goal in zip((static, baseline), goals, strict=True)
    ]


def _against_static(crew: Crew, port: int, path: str, reader: Person) -> tuple[dict[str, Contestant], str]:
    """Us, and the same bytes from a bare route under the name that is returned."""
    body = Client(port, reader.token).content(path)
    Client(port).put("/bench/static", body)
    static = f"static body, {len(body):,} bytes"
    return {"ours": crew.get(port, path, reader.token), static: crew.get(port, "/bench/static")}, static


def write(crew: Crew, on: Ground, ours: Waymark, theirs: Site, scale: Scale, effort: Effort) -> list[Row]:
    goals = GOALS[on.name]
    baseline = f"baseline, {scale.written:,} check-ins"
    bare = _bare(crew, on, ours)
    before = _shown(ours.site) - crew.acknowledged[ours.site.port, CREATED]
    measured = rates(
        {"ours": crew.check_ins(ours.site), **bare, baseline: crew.check_ins(theirs)},
        effort,
    )
    missing = crew.acknowledged[ours.site.port, CREATED] - (_shown(ours.site) - before)
    if missing:
        raise MissingWrites(f"{missing} check-ins were acknowledged and are not counted")
    what = "POST /goals/{id}/check-in"
    return [
        *(speed(what, on.name, measured, name, goals.write) for name in bare),
        speed(what, on.name, measured, baseline, goals.write_times),
    ]


def _shown(site: Site) -> int:
    """Check-ins that the writers' goals say they have."""
    goals = (
        Client(site.port, writer.token).get(f"/api/v1/goals/{writer.goals[0]}") for writer in site.writers
    )
    return sum(goal["checkInCount"] for goal in goals)


def _bare(crew: Crew, on: Ground, ours: Waymark) -> dict[str, Contestant]:
    """Drivers without a service around them, on a copy of the database; steps keep their new rows apart."""
    if on.cluster is None:
        path = str(on.path("copy"))
        return {
            "apsw, a commit each": crew.bare(replay.sqlite, path, ours.check_ins, first_step=1, group=1),
            f"apsw, {crew.lanes} per commit": crew.bare(
                replay.sqlite, path, ours.check_ins, first_step=10**7, group=crew.lanes
            ),
        }
    url, program = on.url("copy"), on.cluster.pgbench
    bare = {"asyncpg": crew.bare(replay.postgresql, url, ours.check_ins, first_step=1)}
    if program.exists():
        scripts = [on.folder / f"check-in-{number}.sql" for number in range(len(ours.check_ins))]
        for file, transaction in zip(scripts, ours.check_ins, strict=True):
            file.write_text(pgbench.script(url, transaction), "utf-8")
        steps = count(10**7, 10**6)
        bare["pgbench"] = lambda seconds: pgbench.rate(program, url, scripts, next(steps), seconds)
    return bare


def growth(crew: Crew, on: Ground, ours: Waymark, _: Site, scale: Scale, effort: Effort) -> list[Row]:
    """The same call on a goal with a short and one with a long history."""
    goals = GOALS[on.name]
    port, long = ours.site.port, ours.long
    short, many = f"{scale.short:,} check-ins", f"{scale.long:,} check-ins"
    numbers = count()

    def newcomer() -> Person:
        made = person(port, f"newcomer-{next(numbers)}")
        crew.http(load.Job(port=port, lanes=[[check_in(made, made.goals[0])] * scale.short], status=CREATED))
        return made

    def written(writer: Person) -> float:
        lanes = [[check_in(writer, writer.goals[0])] * GROWTH_REQUESTS] * GROWTH_LANES
        return crew.http(load.Job(port=port, lanes=lanes, status=CREATED))

    fresh = newcomer()
    reading = rates(
        {
            "ours": crew.get(port, f"/api/v1/goals/{long.goals[0]}", long.token),
            short: crew.get(port, f"/api/v1/goals/{fresh.goals[0]}", fresh.token),
        },
        effort,
    )
    # A new short history in every round: writing makes it longer.
    writing = rates(
        {"ours": lambda _: written(long), short: lambda _: written(newcomer())},
        msgspec.structs.replace(effort, rounds=GROWTH_ROUNDS * effort.rounds),
    )
    return [
        cost(f"growth: read, {many}", on.name, reading, short, goals.read_growth),
        cost(f"growth: check-in, {many}", on.name, writing, short, goals.write_growth),
    ]


def worlds(crew: Crew, on: Ground, ours: Waymark, _: Site, scale: Scale, effort: Effort) -> list[Row]:
    """A goal that tasks, habits and thousands of transactions feed (issue B)."""
    goals = GOALS[on.name]
    port = ours.site.port
    rich, poor = ours.savers
    many, few = (f"{length:,} transactions" for length in (scale.money, scale.short))
    numbers = count()

    def newcomer() -> Person:
        made = saver(port, f"newcomer-saver-{next(numbers)}")
        crew.http(load.Job(port=port, lanes=[[transaction(made)] * scale.short], status=CREATED))
        return made

    def written(owner: Person) -> float:
        lanes = [[transaction(owner)] * WORLD_REQUESTS] * GROWTH_LANES
        return crew.http(load.Job(port=port, lanes=lanes, status=CREATED))

    rows: list[Row] = []
    about = f"{TASKS} tasks, {HABITS} habits, {many}"
    every = f"/api/v1/goals?limit={LISTED}"
    for what, (path, short), goal in (
        (f"GET /goals/{{id}}: {about}", [f"/api/v1/goals/{one.goals[0]}" for one in ours.savers], goals.read),
        (f"GET /goals?limit={LISTED}: one {about}", [every, every], goals.listing),
    ):
        ourselves, static = _against_static(crew, port, path, rich)
        measured = rates({**ourselves, few: crew.get(port, short, poor.token)}, effort)
        rows.append(speed(what, on.name, measured, static, goal))
        rows.append(cost(f"growth: {what}", on.name, measured, few, goals.read_growth))
    writing = rates(
        {"ours": lambda _: written(rich), few: lambda _: written(newcomer())},
        msgspec.structs.replace(effort, rounds=GROWTH_ROUNDS * effort.rounds),
    )
    what = f"growth: POST /transactions, {many} in the budget"
    return [*rows, cost(what, on.name, writing, few, goals.write_growth)]
