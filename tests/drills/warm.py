"""A server that is there again in a moment: forked from a process that has read the program already.

It is `waymark serve` all the same, with fuses that a drill may lay (tests/durability/points.py).
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx2
from tests.durability import points
from tests.durability.node import Node

PROGRAM: Final = Path(points.__file__)
POINTS: Final = tuple(f"{step}:{side}" for step in points.STEPS for side in ("before", "after"))


class Warm(Node):
    """A Node that takes a quarter of the time to start again."""

    _forking: subprocess.Popen[str] | None = None
    _child = 0
    """The process of the server; 0 when there is none."""

    def __exit__(self, *_: object) -> None:
        for each in (signal.SIGTERM, signal.SIGCONT):
            os.killpg(self._told.pid, each)
        self._told.communicate()

    def launch(self) -> None:
        if self._forking is None:
            with (self._folder / "node.log").open("a") as log:
                self._forking = subprocess.Popen(
                    [*self._within, sys.executable, PROGRAM],
                    env=self._environment,
                    cwd=self._folder,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    start_new_session=True,
                )
        assert self._told.stdin is not None
        self._told.stdin.write("serve\n")
        self._told.stdin.flush()

    def wait(self) -> "Warm":
        while "ready at" not in (line := self._line()):
            if line.startswith(points.BEGUN):
                self._child = int(line.removeprefix(points.BEGUN))
            elif line in (points.GONE, ""):
                self._child = 0
                raise RuntimeError((self._folder / "node.log").read_text("utf-8"))
        self.address = line.split("ready at ")[1].split()[0] + "/api/v1"
        return self

    @property
    def pid(self) -> int:
        return self._child

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._child:
            os.kill(self._child, how)
            self.wait_for_end()

    async def lay_fuse(self, point: str, times: int) -> None:
        """At that moment of a write, when it comes for the so manyth time, the server is no more."""
        async with httpx2.AsyncClient() as http:
            await http.get(self.address, headers={points.HEADER.decode(): f"{point} {times}"})

    def wait_for_end(self) -> None:
        """Returns when the server's process is gone, however it came to that."""
        while self._line() != points.GONE:
            pass
        self._child = 0

    @property
    def _told(self) -> subprocess.Popen[str]:
        assert self._forking is not None, "launch() comes first"
        return self._forking

    def _line(self) -> str:
        assert self._told.stdout is not None
        return self._told.stdout.readline().rstrip("\n")
