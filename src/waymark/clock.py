"""The clock of the data: which instant a change carries and which local day it is, therefore.

Never used for token expiry, rate limits or back-off: those keep the machine's own clock.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

import structlog

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Clock(Protocol):
    """Tells the time to the data; `now()` is an aware UTC datetime."""

    def now(self) -> datetime: ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """Always the same instant, until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at


class FileClock:
    """The instant written in a file, read at every use, so that another process can turn it.

    Raises OSError or ValueError when the file has no instant to begin with; later on a missing or
    half-written file leaves the last good instant standing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = path.read_text("ascii")
        self._at = instant(self._text)

    def now(self) -> datetime:
        # Neither size nor mtime tell two instants written within one tick apart: only reading does.
        try:
            text = self._path.read_text("ascii")
            if text != self._text:
                self._at = instant(text)
                self._text = text
        except (OSError, ValueError):
            pass
        return self._at


def instant(text: str) -> datetime:
    """An RFC 3339 instant as aware UTC datetime; ValueError for everything else.

    Complete or nothing: a zone is required, so that a file caught while it is written is noticed.
    """
    text = text.strip()
    if not _RFC3339.fullmatch(text):
        raise ValueError("not an RFC 3339 instant such as 2026-03-02T09:30:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this instant lies outside the calendar") from error


def open_clock(*, frozen_at: datetime | None = None, file: Path | None = None) -> Clock:
    """The clock that the settings ask for; one that is not real is said loudly in the log."""
    if frozen_at is None and file is None:
        return RealClock()
    clock = FrozenClock(frozen_at) if frozen_at is not None else FileClock(file or Path())
    structlog.get_logger().warning(
        "THE CLOCK IS NOT REAL: days, createdAt and updatedAt do not follow the time",
        now=clock.now().isoformat(),
        setting="WAYMARK_CLOCK" if frozen_at is not None else "WAYMARK_CLOCK_FILE",
    )
    return clock
