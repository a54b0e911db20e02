"""A disk of its own for a database, an ext4 in a file, whose power can be cut and that can be full.

Cutting is the kernel's own: nothing more reaches the file, not even the file system's journal, and what no
fsync asked for is gone at the next mount. The programs that used it are ended by whoever cuts.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

SIZE: Final = 512 * 1024 * 1024
"""Bytes at most; the file has holes where nothing was written."""
SHUT_DOWN: Final = 0x8004587D
"""EXT4_IOC_SHUTDOWN, made for tests like these …"""
WITHOUT_FLUSHING: Final = struct.pack("I", 2)
"""… EXT4_GOING_FLAGS_NOLOGFLUSH."""
RELEASE_SECONDS: Final = 20
"""How long programs that were ended may take to let go of their files."""


@dataclass
class Disk:
    """`home` is where it is mounted; everybody may look into it."""

    image: Path
    home: Path

    @classmethod
    @cache
    def find_reason_against(cls) -> str | None:
        """Why none can be made here."""
        if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
            return "a disk in a file needs root, and mkfs.ext4"
        try:
            with cls.made() as disk:
                disk.cut()
                disk.mend()
        except (OSError, subprocess.CalledProcessError) as error:
            return f"this machine allows no disk in a file whose power can be cut: {error}"
        return None

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Self]:
        folder = Path(tempfile.mkdtemp(prefix="waymark-disk-"))
        disk = cls(folder / "image", folder / "home")
        try:
            folder.chmod(0o755)
            disk.home.mkdir()
            with disk.image.open("wb") as file:
                file.truncate(SIZE)
            _run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=0,nodiscard", disk.image)
            disk._mount()
            try:
                yield disk
            finally:
                disk._unmount()
        finally:
            shutil.rmtree(folder)

    def keep(self) -> None:
        """Everything that was written so far survives from now on."""
        _run("sync", "-f", self.home)

    def cut(self) -> None:
        """The power is gone: whoever reads or writes is told of an error."""
        home = os.open(self.home, os.O_RDONLY)
        try:
            fcntl.ioctl(home, SHUT_DOWN, WITHOUT_FLUSHING)
        finally:
            os.close(home)

    def mend(self) -> None:
        """The power is back, with what had reached the disk; nobody may have a file of it open."""
        self._unmount()
        self._mount()

    def fill(self) -> None:
        """Take all the space that is left."""
        with self._ballast.open("ab") as file:
            size = 1 << 26
            while size >= 1 << 10:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                except OSError:  # so much is not left
                    size //= 2

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.home / "ballast"

    def _mount(self) -> None:
        _run("mount", "-o", "loop", self.image, self.home)

    def _unmount(self) -> None:
        until = time.monotonic() + RELEASE_SECONDS
        while time.monotonic() < until:
            with suppress(subprocess.CalledProcessError):
                _run("umount", self.home)
                return
            time.sleep(0.05)
        _run("umount", self.home)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
