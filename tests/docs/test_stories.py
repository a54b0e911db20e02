"""Every story that the pages tell, told to a server as people start it: it runs, and answers what they show.

Stories run in bash with `curl` and `python3`, line by line as they are printed but for the port.
"""

import os
import re
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pytest
from tests.docs.pages import PAGES, ROOT, Step, differences, documents, parsed, stories

STORIES: Final = [
    pytest.param(page, steps, id=f"{page}: {name}")
    for page in PAGES
    for name, steps in stories((ROOT / page).read_text("utf-8")).items()
]
PORTS: Final = re.compile(r"127\.0\.0\.1:80\d\d")
TOLD: Final = re.compile(r"(WAYMARK_(?:CLOCK|METRICS|WEBHOOK_ALLOW))=([^\s`]+)")
"""Settings that a page asks its server to be started with."""
READY: Final = re.compile(r"ready at http://(\S+)")
END_OF_STEP: Final = "\x1e"
SECONDS: Final = 120


Told: TypeAlias = frozenset[tuple[str, str]]


class Server(NamedTuple):
    address: str
    folder: Path
    environment: dict[str, str]


@contextmanager
def served(folder: Path, told: Told) -> Iterator[Server]:
    """`waymark serve` in a folder of its own, where a checkout's `.venv` seems to lie too."""
    scripts = sysconfig.get_path("scripts")
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(scripts)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
        "PATH": f"{scripts}:{os.environ['PATH']}",
        "WAYMARK_DATA_DIR": str(folder / "data"),
        "WAYMARK_RATE_LIMITS": "off",  # they register more people in a minute than an address may
        **dict(told),
    }
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "waymark", "serve", "--port", "0"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            ready = READY.search(process.stdout.readline())
            assert ready, (folder / "server.log").read_text("utf-8")
            yield Server(ready[1], folder, environment)
        finally:
            process.send_signal(signal.SIGTERM)


Serving: TypeAlias = Callable[[Told], Server]


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server with the settings that a page tells; one for all pages that tell the same."""
    with ExitStack() as running:
        yield cache(lambda told: running.enter_context(served(tmp_path_factory.mktemp("server"), told)))


@pytest.mark.slow
@pytest.mark.parametrize(("page", "steps"), STORIES)
def test_a_story_runs_as_it_is_told(page: Path, steps: list[Step], serving: Serving) -> None:
    told = frozenset(TOLD.findall((ROOT / page).read_text("utf-8")))
    outputs = printed(serving(told), steps)
    for step, output in zip(steps, outputs, strict=True):
        answers = list(documents(output))
        last = answers.pop() if step.answer is not None and answers else None
        assert [each for each in answers if each.get("success") is False] == []
        if step.answer is not None:
            assert list(differences(last, step.answer)) == []


def test_the_first_goal_is_a_story() -> None:
    readme = stories((ROOT / "README.md").read_text("utf-8"))
    assert readme["first-goal"][0].answer is not None


def printed(server: Server, steps: list[Step]) -> list[str]:
    """What each step printed; every command in it has to succeed."""
    script = f"\nprintf '{END_OF_STEP}'\n".join(step.script for step in steps)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", PORTS.sub(server.address, script)],
        cwd=server.folder,
        env=server.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.split(END_OF_STEP)


@pytest.mark.parametrize(
    ("told", "shown", "wrong"),
    [
        ('{"a":40.00,"b":[1,2]}', '{"a":40,"b":[…]}', []),
        ('{"a":"x","b":2}', '{"a":"…",…}', []),
        ('{"a":[{"b":1},2]}', '{"a":[{"b":…},…]}', []),
        ('{"a":[]}', '{"a":[…]}', []),
        ('{"a":8.33}', '{"a":8.34}', [".a is Decimal('8.33'), not Decimal('8.34')"]),
        ('{"a":1,"b":2}', '{"a":1}', [".b is not shown"]),
        ('{"a":1}', '{"a":1,"b":…}', [".b is not there"]),
        ('{"a":[1,2]}', '{"a":[1]}', [".a has 2 items"]),
        ('{"a":[1]}', '{"a":[1,2,…]}', [".a has 1 items"]),
        ('{"a":[{"b":"…"}]}', '{"a":[{"b":"x … y"}]}', [".a[0].b is '…', not 'x … y'"]),
    ],
)
def test_an_answer_is_held_against_what_is_shown(told: str, shown: str, wrong: list[str]) -> None:
    assert list(differences(parsed(told), parsed(shown))) == wrong


@pytest.mark.parametrize(
    "text",
    [
        "<!-- run: one -->\n\nprose\n",
        "<!-- run: one -->\n```json\n{}\n```\n",
        "<!-- answer -->\n```json\n{}\n```\n",
        "text\n\n<!-- run: one -->\n",
    ],
)
def test_a_marker_without_its_block_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="right behind it"):
        stories(text)


def test_blocks_of_a_name_are_one_story() -> None:
    block = "<!-- run: {} -->\n```sh\n{}\n```\n"
    answer = '<!-- answer -->\n```json\n{"a":…}\n```\n'
    text = block.format("one", "1") + answer + block.format("two", "2") + block.format("one", "3")
    steps: dict[str, Any] = {"one": [Step("1\n", {"a": "…"}), Step("3\n")], "two": [Step("2\n")]}
    assert stories(text) == steps
