"""The project's pages as a reader and a shell meet them: links, headings, JSON, and stories that run.

Markers are HTML comments right before a fenced block: `<!-- run: NAME -->` before `sh`, where blocks of
one page and name are one story, and `<!-- answer -->` before `json`, what the story's last call answered.
Nothing here runs a block.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted(
    path.relative_to(ROOT) for place in ("*.md", "docs/**/*.md", "bench/*.md") for path in ROOT.glob(place)
)
REST: Final = "…"
"""Stands for any value; as the last of a list, or as a member of an object, for whatever else is there."""

_MARKER: Final = re.compile(r"<!-- (?:run: (?P<name>[a-z-]+)|answer) -->")
_LEFT_OUT: Final = re.compile(r'("(?:[^"\\]|\\.)*")|(?P<member>[{,]\s*)…(?=\s*\})|…')
_ADDRESS: Final = re.compile(r"(?:[a-z]+:|#)")
_NOT_IN_ANCHORS: Final = re.compile(r"[^\w\- ]")


class Step(msgspec.Struct):
    """One block of a story, and the JSON that its last call answers, if the page shows it."""

    script: str
    answer: Any = None


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def stories(text: str) -> dict[str, list[Step]]:
    """The stories of a page by name; ValueError for a marker without its block."""
    found: dict[str, list[Step]] = {}
    steps: list[Step] = []
    for comment, block in pairwise([*tokens(text), None]):
        marker = _MARKER.fullmatch(comment.content.strip()) if comment else None
        if marker is None:
            continue
        language = "sh" if marker["name"] else "json"
        is_first_answer = language == "json" and not steps
        if block is None or block.type != "fence" or block.info != language or is_first_answer:
            raise ValueError(f"{marker[0]} wants a block of {language} right behind it")
        if language == "sh":
            steps = found.setdefault(marker["name"], [])
            steps.append(Step(block.content))
        else:
            steps[-1].answer = parsed(block.content)
    return found


def fences(text: str, language: str) -> list[str]:
    return [token.content for token in tokens(text) if token.type == "fence" and token.info == language]


def parsed(text: str) -> Any:
    """A JSON block with its `…`; numbers are exact."""

    def spelled(found: re.Match[str]) -> str:
        if found["member"]:
            return f'{found["member"]}"{REST}":"{REST}"'
        return found[1] or f'"{REST}"'

    return json.loads(_LEFT_OUT.sub(spelled, text), parse_float=Decimal, parse_int=Decimal)


def documents(output: str) -> Iterator[dict[str, Any]]:
    """Every JSON object that a script printed, whatever stands between them."""
    decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)
    start = output.find("{")
    while start >= 0:
        document, end = decoder.raw_decode(output, start)
        yield document
        start = output.find("{", end)


def differences(told: Any, shown: Any, at: str = "") -> Iterator[str]:
    """Where an answer is not as its page shows it."""
    if shown == REST:
        return
    if isinstance(told, dict) and isinstance(shown, dict):
        for name in shown.keys() - {REST}:
            if name in told:
                yield from differences(told[name], shown[name], f"{at}.{name}")
            else:
                yield f"{at}.{name} is not there"
        if REST not in shown:
            yield from (f"{at}.{name} is not shown" for name in told.keys() - shown.keys())
    elif isinstance(told, list) and isinstance(shown, list):
        is_open = shown[-1:] == [REST]
        wanted = shown[:-1] if is_open else shown
        if len(told) < len(wanted) or (len(told) > len(wanted) and not is_open):
            yield f"{at} has {len(told)} items"
        for index, (one, other) in enumerate(zip(told, wanted, strict=False)):
            yield from differences(one, other, f"{at}[{index}]")
    elif told != shown:
        yield f"{at} is {told!r}, not {shown!r}"


def links(page: Path, text: str) -> Iterator[tuple[Path, str]]:
    """Where the page leads inside the project: a path from its root, and an anchor or nothing."""
    for token in tokens(text):
        for child in token.children or ():
            address = child.attrGet("href") or child.attrGet("src")
            if isinstance(address, str) and (address.startswith("#") or not _ADDRESS.match(address)):
                path, _, anchor = address.partition("#")
                target = (ROOT / page).parent / path if path else ROOT / page
                yield Path(*target.resolve().relative_to(ROOT).parts), anchor


def anchors(text: str) -> set[str]:
    """What links may name in a page, as forges spell it."""
    headings = (
        inline.content for opening, inline in pairwise(tokens(text)) if opening.type == "heading_open"
    )
    return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def reachable(start: Path) -> set[Path]:
    """The pages that links lead to from `start`; a link to a folder leads to every page right in it."""
    seen, waiting = {start}, deque([start])
    while waiting:
        page = waiting.popleft()
        for target, _ in links(page, (ROOT / page).read_text("utf-8")):
            inside = [each for each in PAGES if target in {each, each.parent}]
            waiting += [each for each in inside if each not in seen]
            seen.update(inside)
    return seen
