"""The command line as its users meet it, inside this process, on each database.

Nothing here belongs to a single test.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest
import structlog

from waymark.__main__ import main
from waymark.domain.documents import GoalDocument
from waymark.store.connect import connect
from waymark.store.database import Database

EMAIL = "ada@example.com"
NOW = "2026-03-10T12:00:00Z"


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Waymark: TypeAlias = Callable[..., Done]


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment of its own; the clock stands still at NOW."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAYMARK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WAYMARK_SECRET", "a secret of at least thirty-two characters")
    monkeypatch.setenv("WAYMARK_CLOCK", NOW)
    return monkeypatch


@pytest.fixture
def waymark(settings: pytest.MonkeyPatch, database_url: str, capfd: pytest.CaptureFixture[str]) -> Waymark:
    """Runs a command on the test's database."""
    settings.setenv("WAYMARK_DATABASE_URL", database_url)

    def run(*arguments: str | Path) -> Done:
        return ran(capfd, *arguments)

    return run


def ran(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Done:
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    code = ended.value.code
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return Done(code if isinstance(code, int) else 0, out, err)


@pytest.fixture
def ada(waymark: Waymark) -> str:
    """An account's address."""
    assert waymark("user", "add", EMAIL, "--generate").code == 0
    return EMAIL


def on(url: str, body: Callable[[Database], Any]) -> Any:
    """What `body` comes to on an open database of that address."""

    async def opened() -> Any:
        database = connect(url)
        await database.open()
        try:
            return await body(database)
        finally:
            await database.close()

    return asyncio.run(opened())


def goals_in(export: Path) -> list[GoalDocument]:
    """The goals of an exported account."""
    goals = msgspec.json.decode(export.read_bytes())["goals"]
    return msgspec.convert(msgspec.json.decode(msgspec.json.encode(goals)), list[GoalDocument])
