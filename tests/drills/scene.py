"""Where drills are held: a PostgreSQL that waits for its disk, nodes on it, and a link that can be cut.

What goes wrong here is told in faults.py.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.cluster import Cluster
from tests.durability.node import Node

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
    """The nodes are ready; with a link, the last of them is behind it."""

    cluster: Cluster
    url: str
    nodes: list[Node]
    link: Link | None

    @classmethod
    @contextmanager
    def running(cls, count: int, folder: Path, link: Link | None = None) -> Iterator[Self]:
        with ExitStack() as held:
            cluster = Cluster.started(durable=True)
            held.callback(cluster.remove)
            url = cluster.create("waymark")
            asyncio.run(migrate(url))
            nodes = [_node(url, folder) for _ in range(count)]
            if link is not None:
                _let_in(cluster, link)
                far = url.replace("127.0.0.1", link.here)
                nodes[-1] = _node(far, folder, link)
            for node in nodes:
                held.enter_context(node)
            yield cls(cluster, url, [node.wait() for node in nodes], link)


def _node(url: str, folder: Path, link: Link | None = None) -> Node:
    within = () if link is None else ("ip", "netns", "exec", link.name)
    host = "127.0.0.1" if link is None else link.clients
    return Node(
        url,
        folder,
        *within,
        WAYMARK_HOST=host,
        WAYMARK_POOL_MAX_SIZE=str(POOL),
        WAYMARK_ACCESS_TOKEN_SECONDS=A_DAY,
    )


def _let_in(cluster: Cluster, link: Link) -> None:
    with (cluster.home / "data" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {link.there}/32 trust\n")
    cluster.sql(f"ALTER SYSTEM SET listen_addresses = '127.0.0.1,{link.here}'")
    cluster.stop("fast")
    cluster.start()
