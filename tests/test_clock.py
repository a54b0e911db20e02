"""The clock of the data: real, frozen, or turned by another process through a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from waymark.clock import open_clock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_real_clock_goes_and_is_utc() -> None:
    with capture_logs() as lines:
        clock = open_clock()
    before = datetime.now(UTC)
    now = clock.now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)
    assert lines == []


def test_the_frozen_clock_stands_and_says_so() -> None:
    with capture_logs() as lines:
        clock = open_clock(frozen_at=NOON.astimezone())
    assert [clock.now(), clock.now()] == [NOON, NOON]
    assert clock.now().tzinfo is UTC
    assert [(line["log_level"], line["setting"]) for line in lines] == [("warning", "WAYMARK_CLOCK")]


def test_the_file_is_read_at_every_use(tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text("2026-03-02T12:00:00Z\n")
    with capture_logs() as lines:
        clock = open_clock(file=path)
    seen = []
    for minutes in range(50):  # far more often than a file system's clock ticks
        path.write_text((NOON + timedelta(minutes=minutes)).isoformat())
        seen.append(clock.now() - NOON)
    assert seen == [timedelta(minutes=minutes) for minutes in range(50)]
    assert [line["setting"] for line in lines] == ["WAYMARK_CLOCK_FILE"]


def test_a_half_written_file_leaves_the_last_instant(tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text("2026-03-02T12:00:00Z")
    clock = open_clock(file=path)
    whole = "2026-03-03T08:15:30.250000+05:30"
    for length in range(len(whole)):
        path.write_text(whole[:length])
        assert clock.now() == NOON
    path.unlink()
    assert clock.now() == NOON
    path.write_bytes(b"\xff")
    assert clock.now() == NOON
    path.write_text(whole)
    assert clock.now() == datetime(2026, 3, 3, 2, 45, 30, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-02",
        "2026-03-02T12:00:00",
        "2026-03-02T12:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-02T12:00:00+05",
        "0001-01-01T00:00:00+05:00",
        "٢٠٢٦-03-02T12:00:00Z",
    ],
)
def test_a_file_without_an_instant_does_not_start(text: str, tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        open_clock(file=path)
