"""Every fenced block is of a kind that is run or checked; one of any other kind fails.

Blocks marked `run` are test_stories.py's, answers too. What is here cannot run where tests run (it needs a
name, a certificate, root), so it is held against the program's own commands, options and settings.
"""

import configparser
import csv
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml  # type: ignore[import-untyped]  # nobody ships its types with it
from tests.docs.pages import PAGES, ROOT, parsed, tokens
from typer.exceptions import TyperException
from typer.main import get_command

from waymark.cli import app
from waymark.settings import PREFIX, Settings

SETTINGS: Final = {PREFIX + name.upper() for name in Settings.model_fields}
OTHERS: Final = {"WAYMARK_SITE", "WAYMARK_NODES", "WAYMARK_SOAK"}
"""The proxy's of deploy/compose.yaml, and the tests'."""
TARGETS: Final = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def check_shell(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    for command in commands(text):
        check_command(command)


def commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a script that begin with `waymark` or `make`."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"\||&&|;|\$\(|\)", line):
            words = shlex.split(re.sub(r"<\S+", "", part), comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words and Path(words[0]).name in {"waymark", "make"}:
                yield words


def check_command(words: list[str]) -> None:
    """Of `waymark`: the command is there, and takes these arguments and options. Of `make`: the target is."""
    if words[0] == "make":
        assert {word for word in words[1:] if "=" not in word} <= TARGETS, words
        return
    command: Any = get_command(app)
    given = [word for word in words[1:] if not re.match(r"\d?>", word)]
    while hasattr(command, "commands"):
        name = given.pop(0)
        assert name in command.commands, words
        command = command.commands[name]
    try:
        command.make_context(command.name, [word for word in given if word != "&"])
    except typer.BadParameter as error:
        # A file of the example that does not lie here; nothing else may be wrong.
        if "does not exist" not in str(error):
            raise


def check_json(text: str) -> None:
    parsed(text)


def check_ini(text: str) -> None:
    """Of systemd: an environment file or a part of a unit."""
    reader = configparser.ConfigParser(strict=False, delimiters="=", interpolation=None)
    reader.read_string(text if text.startswith("[") else f"[environment]\n{text}")


def check_yaml(text: str) -> None:
    assert isinstance(yaml.safe_load(text), dict)


def check_csv(text: str) -> None:
    header, *rows = csv.reader(text.splitlines())
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def check_javascript(text: str) -> None:
    if shutil.which("node") is None:
        pytest.skip("no Node.js here")
    subprocess.run(["node", "--check", "--input-type=module", "-"], input=text, text=True, check=True)


def check_text(text: str) -> None:
    """Formulas, and what a program prints for people."""
    assert text.strip()


CHECKS: Final[dict[str, Callable[[str], None]]] = {
    "sh": check_shell,
    "json": check_json,
    "ini": check_ini,
    "yaml": check_yaml,
    "csv": check_csv,
    "js": check_javascript,
    "text": check_text,
}


def unmarked(page: Path) -> Iterator[tuple[str, str]]:
    """Language and text of the blocks that no story runs."""
    found = tokens((ROOT / page).read_text("utf-8"))
    for before, block in pairwise([None, *found]):
        is_run = before is not None and before.content.strip().startswith("<!-- run:")
        if block is not None and block.type in {"fence", "code_block"} and not is_run:
            yield block.info, block.content


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_block_is_run_or_checked(page: Path) -> None:
    for language, text in unmarked(page):
        assert language in CHECKS, f"a block of {language or 'no language'}: {text[:60]}"
        CHECKS[language](text)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_only_settings_that_exist_are_told(page: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert set(re.findall(r"\bWAYMARK_[A-Z_]*[A-Z]\b", text)) - SETTINGS - OTHERS == set()


@pytest.mark.parametrize(
    "text",
    ["waymark serv", "waymark serve --prot 1", "waymark backup", "make tset", "A=1 waymark doctor x", "if"],
)
def test_a_command_that_is_not_there_is_found(text: str) -> None:
    with pytest.raises((AssertionError, subprocess.CalledProcessError, TyperException)):
        check_shell(text)
