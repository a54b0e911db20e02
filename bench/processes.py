"""Servers and workers in processes of their own, each on the core it is told.

Stops only what it started.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from multiprocessing import get_context
from pathlib import Path

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
"""What is measured runs on one; the load, and PostgreSQL's own processes, on the other."""
READY_SECONDS = 60
STOP_SECONDS = 20
LOG_SHOWN = 3_000
"""Characters of a server's log that a failed run shows."""


class NotReady(Exception):
    """A server did not come up."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def worker(core: int) -> ProcessPoolExecutor:
    """A process on one core that runs functions handed to it, one after the other."""
    return ProcessPoolExecutor(1, get_context("spawn"), os.sched_setaffinity, (0, {core}))


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Processes started inside run on this core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def server(module: Sequence[str], port: int, environment: Mapping[str, str], log: Path) -> Iterator[None]:
    """`python -m module…` on the server's core, from ready to stopped."""
    with log.open("wb") as out, on_core(SERVER_CORE):
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port)
        yield
    except Exception as error:
        error.add_note(f"The log of {' '.join(module)}:\n{log.read_text('utf-8', 'replace')[-LOG_SHOWN:]}")
        raise
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _is_ready(port):
            return
        time.sleep(0.05)
    code = process.poll()
    raise NotReady(f"not ready within {READY_SECONDS} s" if code is None else f"ended with {code}")


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
