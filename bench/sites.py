"""Waymark and the baseline, started, peopled and pinned for a measurement; and copies of their databases.

Nothing is measured here.
"""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from bench import load
from bench.baseline.history import fill
from bench.capture import Template, Transcript, is_alike, templates, transaction
from bench.dataset import Client, Person, Scale, check_in, person, saver
from bench.fill import Past
from bench.postgres import Cluster, cluster
from bench.processes import free_port, server
from bench.report import RESULTS

DatabaseName: TypeAlias = Literal["sqlite", "postgresql"]
SECRET = "a-secret-that-lives-for-one-benchmark-run"
LISTED = 20
TRIES = 12
"""Check-ins that are listened to until two in a row ran the same statements."""


class Site(msgspec.Struct, frozen=True):
    """A running server and who lives there."""

    port: int
    reader: Person
    """Has LISTED goals; the first with the history that is read, the rest with the listed one."""
    writers: tuple[Person, ...]


class Ground(msgspec.Struct, frozen=True):
    """Where one run keeps the databases of one kind."""

    name: DatabaseName
    folder: Path
    cluster: Cluster | None

    def url(self, database: str) -> str:
        if self.cluster is not None:
            return self.cluster.url(database)
        return f"sqlite:///{self.path(database)}"

    def path(self, database: str) -> Path:
        """The file of an embedded database."""
        return self.folder / f"{database}.db"

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Nothing that is done inside would survive a power cut, so it is faster; afterwards all does."""
        if self.cluster is None:
            yield
            return
        self.cluster.set_durable(durable=False)
        yield
        self.cluster.set_durable(durable=True)

    def create(self, database: str) -> None:
        if self.cluster is not None:
            self.cluster.create(database)

    def copy(self, database: str, to: str) -> None:
        """A copy of a database that no server has open."""
        if self.cluster is not None:
            self.cluster.create(to, template=database)
            return
        for part in ("", "-wal"):
            source = self.path(database)
            if (file := source.with_name(source.name + part)).exists():
                target = self.path(to)
                shutil.copyfile(file, target.with_name(target.name + part))


@contextmanager
def ground(name: DatabaseName) -> Iterator[Ground]:
    """A folder, and for PostgreSQL a cluster in it, for as long as the run takes.

    When the run fails, the logs of all that ran there are kept beside the results.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-bench-")))
        stack.push(lambda kind, _, __: kind is not None and _keep_logs(folder))
        running = stack.enter_context(cluster(folder)) if name == "postgresql" else None
        yield Ground(name, folder, running)


def _keep_logs(folder: Path) -> bool:
    """False: the error goes on."""
    RESULTS.mkdir(exist_ok=True)
    for log in folder.rglob("*.log"):
        shutil.copyfile(log, RESULTS / f"failed-{log.name}")
    return False


def _lengths(reader: Person, writers: Sequence[Person], scale: Scale) -> dict[str, tuple[Person, int]]:
    return {
        reader.goals[0]: (reader, scale.read),
        **dict.fromkeys(reader.goals[1:], (reader, scale.listed)),
        **{writer.goals[0]: (writer, scale.written) for writer in writers},
    }


# The baseline ---------------------------------------------------------------------------------


@contextmanager
def baseline(on: Ground, scale: Scale) -> Iterator[Site]:
    """The baseline, ready to be measured."""
    on.create("baseline")
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}[on.name]
    url = on.url("baseline").replace(on.name, driver, 1)
    port = free_port()
    command = [
        "uvicorn",
        "bench.baseline.app:app",
        f"--port={port}",
        "--no-access-log",
        "--log-level=warning",
    ]
    environment = {"BASELINE_DATABASE_URL": url, "BASELINE_SECRET": SECRET}
    with server(command, port, environment, on.folder / "baseline.log"):
        reader = person(port, "reader", goals=LISTED)
        writers = [person(port, f"writer-{number}") for number in range(scale.people)]
        fill(url, {goal: length for goal, (_, length) in _lengths(reader, writers, scale).items()})
        yield Site(port, reader, tuple(writers))


# Waymark --------------------------------------------------------------------------------------


@contextmanager
def node(on: Ground, port: int, *, records: bool = False) -> Iterator[None]:
    """A process of Waymark, ready, on the database of that name."""
    environment = _environment(on, port)
    if records:  # with one connection the third check-in meets prepared statements and known types
        environment |= {"WAYMARK_POOL_MIN_SIZE": "1", "WAYMARK_POOL_MAX_SIZE": "1"}
    command = ["bench.product", *(["--record"] if records else [])]
    with server(command, port, environment, on.folder / "waymark.log"):
        yield


def _environment(on: Ground, port: int = 0) -> dict[str, str]:
    return {
        "WAYMARK_DATA_DIR": str(on.folder),
        "WAYMARK_DATABASE_URL": on.url("waymark"),
        "WAYMARK_SECRET": SECRET,
        "WAYMARK_PORT": str(port),
        "WAYMARK_RATE_LIMITS": "off",
        "WAYMARK_ACCESS_TOKEN_SECONDS": "7200",
    }


class Waymark(msgspec.Struct, frozen=True):
    """Waymark running, the people of the growth rows, and what a check-in of each writer runs."""

    site: Site
    long: Person
    """Has one goal with the long history."""
    savers: tuple[Person, ...]
    """Have LISTED goals, the first with many transactions, with few."""
    check_ins: tuple[tuple[Template, ...], ...]
    """Per writer; empty when they were not asked for."""


@contextmanager
def waymark(on: Ground, scale: Scale, *, grows: bool, saves: bool, records: bool) -> Iterator[Waymark]:
    """Waymark, ready to be measured; what its check-ins run is on record, in a copy named "copy"."""
    on.create("waymark")
    _run([sys.executable, "-m", "waymark", "migrate"], on)
    port = free_port()
    with on.filling(), node(on, port):
        reader = person(port, "reader", goals=LISTED)
        writers = tuple(person(port, f"writer-{number}") for number in range(scale.people))
        long = person(port, "long")
        lengths = _lengths(reader, writers, scale)
        if grows:
            lengths[long.goals[0]] = (long, scale.long)
        pasts = [Past(owner.token, goal, length) for goal, (owner, length) in lengths.items()]
        savers: tuple[Person, ...] = ()
        if saves:
            savers = tuple(saver(port, f"saver-{number}", goals=LISTED) for number in range(2))
            pasts += [
                Past(each.token, each.goals[0], length, each.budget)
                for each, length in zip(savers, (scale.money, scale.short), strict=True)
            ]
        _fill(on, pasts)
    recorded: tuple[tuple[Template, ...], ...] = ()
    if records:
        with node(on, port, records=True):
            recorded = tuple(_recorded(port, writer) for writer in writers)
        on.copy("waymark", "copy")
    with node(on, port):
        yield Waymark(Site(port, reader, writers), long, savers, recorded)


def _fill(on: Ground, pasts: Sequence[Past]) -> None:
    file = on.folder / "pasts.json"
    file.write_bytes(msgspec.json.encode(pasts))
    _run([sys.executable, "-m", "bench.fill", str(file)], on)


def _recorded(port: int, writer: Person) -> tuple[Template, ...]:
    client = Client(port, writer.token)
    heard: list[Transcript] = []
    for _ in range(TRIES):
        client.put("/bench/transcript", b"")
        load.run(load.Job(port=port, lanes=[[check_in(writer, writer.goals[0])]], status=201))
        heard.append(transaction(pickle.loads(client.content("/bench/transcript"))))  # noqa: S301  our own child's
        # The first one is none like any other, and one that reaches a threshold says so.
        if len(heard) > 2 and is_alike(heard[-2], heard[-1]):  # the first is left out
            return templates(heard[-2], heard[-1])
    raise ValueError(f"of {TRIES} check-ins no two in a row ran the same statements")


def _run(command: Sequence[str], on: Ground) -> None:
    done = subprocess.run(
        command, env={**os.environ, **_environment(on)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:])}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
