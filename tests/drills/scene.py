"""Where drills are held: a database that waits for its disk, nodes on it, and what can be cut.

What goes wrong here is told in faults.py.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.cluster import Cluster
from tests.drills.disk import RELEASE_SECONDS, Disk
from tests.drills.warm import Warm
from tests.durability.points import SYNCHRONOUS

from waymark.store.migrate import migrate

POOL: Final = 4
"""Connections of a node."""
A_DAY: Final = str(24 * 60 * 60)


@dataclass
class Link:
    """A namespace of the network whose node reaches the database, and is reached, on lines of their own."""

    name: str
    here: str
    there: str
    """Addresses of the line to the database."""
    clients: str
    """The node's address for clients."""

    @classmethod
    def find_reason_against(cls) -> str | None:
        """Why none can be made here."""
        if os.geteuid() != 0 or shutil.which("ip") is None:
            return "network namespaces need root and the program ip"
        name = f"wm{os.getpid()}"
        if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
            return "this machine allows no network namespaces"
        _ip("netns", "del", name)
        return None

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Self]:
        number = os.getpid()
        block = f"198.18.{number % 256}"  # a range for tests of networks (RFC 2544)
        link = cls(f"wm{number}", f"{block}.1", f"{block}.2", f"{block}.6")
        _ip("netns", "add", link.name)
        try:
            link._lay("d", link.here, link.there)
            link._lay("c", f"{block}.5", link.clients)
            yield link
        finally:
            _ip("netns", "del", link.name)  # with it the lines

    def cut(self) -> None:
        """What either end sends to the other is gone; clients still reach the node."""
        _ip("link", "set", f"{self.name}d", "down")

    def mend(self) -> None:
        _ip("link", "set", f"{self.name}d", "up")

    def _lay(self, letter: str, here: str, there: str) -> None:
        near, far = self.name + letter, f"{self.name}{letter}x"
        inside = ("netns", "exec", self.name, "ip")
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
        _ip("addr", "add", f"{here}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip(*inside, "addr", "add", f"{there}/30", "dev", far)
        _ip(*inside, "link", "set", far, "up")
        _ip(*inside, "link", "set", "lo", "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stdout=subprocess.DEVNULL)


@dataclass
class Scene:
    """The nodes are ready: the last of them behind the link, the database on the disk, if there is one."""

    url: str
    nodes: Sequence[Warm]
    postgres: Cluster | None = None
    link: Link | None = None
    disk: Disk | None = None

    @classmethod
    @contextmanager
    def running(
        cls,
        count: int,
        folder: Path,
        link: Link | None = None,
        disk: Disk | None = None,
        *,
        durable: bool = True,
    ) -> Iterator[Self]:
        """Nodes that share a PostgreSQL; not `durable`, it forgets what it acknowledged when power is cut."""
        with ExitStack() as held:
            cluster = Cluster.started(durable=durable, within=None if disk is None else disk.home)
            held.callback(cluster.remove)
            url = cluster.create("waymark")
            asyncio.run(migrate(url))
            nodes = [_node(url, folder) for _ in range(count)]
            if link is not None:
                _let_in(cluster, link)
                far = url.replace("127.0.0.1", link.here)
                nodes[-1] = _node(far, folder, link)
            yield cls(url, _ready(nodes, held, disk), cluster, link, disk)

    @classmethod
    @contextmanager
    def embedded(cls, folder: Path, disk: Disk | None = None, *, durable: bool = True) -> Iterator[Self]:
        """One node and its SQLite file."""
        with ExitStack() as held:
            url = f"sqlite:///{(disk.home if disk else folder) / 'waymark.db'}"
            chosen = {} if durable else {SYNCHRONOUS: "normal"}
            node = _node(url, folder, None, **chosen)
            yield cls(url, _ready([node], held, disk), disk=disk)

    @classmethod
    @contextmanager
    def alone(
        cls, database: str, folder: Path, disk: Disk | None = None, *, durable: bool = True
    ) -> Iterator[Self]:
        """One node on either kind of database."""
        if database == "sqlite":
            making = cls.embedded(folder, disk, durable=durable)
        else:
            making = cls.running(1, folder, disk=disk, durable=durable)
        with making as scene:
            yield scene

    @property
    def database(self) -> str:
        return "sqlite" if self.postgres is None else "postgresql"

    @property
    def cluster(self) -> Cluster:
        assert self.postgres is not None, "this drill is about PostgreSQL"
        return self.postgres

    def lose_power(self) -> None:
        """The power goes, and with it every program; then it is back, and so is the database, but no node."""
        assert self.disk is not None
        postmaster = self.postgres and self.postgres.pid
        for node in self.nodes:  # else they would tell clients of a disk that fails
            os.kill(node.pid, signal.SIGSTOP)
        self.disk.cut()
        for node in self.nodes:
            node.end()
        if postmaster:
            os.kill(postmaster, signal.SIGQUIT)
            _await_end(postmaster)
        self.disk.mend()
        if self.postgres:
            self.postgres.start()


def _await_end(process: int) -> None:
    """Returns when somebody has taken note of its end: until then it counts as running."""
    until = time.monotonic() + RELEASE_SECONDS
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.kill(process, 0)
            time.sleep(0.01)


def _ready(nodes: Sequence[Warm], held: ExitStack, disk: Disk | None) -> Sequence[Warm]:
    for node in nodes:
        held.enter_context(node)
    for node in nodes:
        node.wait()
    if disk is not None:
        disk.keep()
    return nodes


def _node(url: str, folder: Path, link: Link | None = None, **chosen: str) -> Warm:
    within = () if link is None else ("ip", "netns", "exec", link.name)
    host = "127.0.0.1" if link is None else link.clients
    return Warm(
        url,
        folder,
        *within,
        WAYMARK_HOST=host,
        WAYMARK_METRICS="on",
        WAYMARK_POOL_MAX_SIZE=str(POOL),
        WAYMARK_ACCESS_TOKEN_SECONDS=A_DAY,
        **chosen,
    )


def _let_in(cluster: Cluster, link: Link) -> None:
    with (cluster.home / "data" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {link.there}/32 trust\n")
    cluster.sql(f"ALTER SYSTEM SET listen_addresses = '127.0.0.1,{link.here}'")
    cluster.stop("fast")
    cluster.start()
