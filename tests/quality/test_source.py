"""House rules that no linter knows, held over every Python file of the project.

Each rule is shown to bite on a planted sample before it is trusted with the source.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path.relative_to(ROOT)
    for room in ("src", "tests", "bench", "scripts")
    for path in ROOT.glob(f"{room}/**/*.py")
)
MAX_LINES = 500
MAY_IMPORT_LATE = {
    (
        "src/waymark/domain/units.py",
        "pint",
    ): "loading its unit registry costs a start 0.3 s; few goals convert",
}
DOMAIN_MAY_IMPORT = (
    {"__future__", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "enum"}
    | {
        "fractions",
        "functools",
        "hashlib",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "statistics",
    }
    | {"string", "types", "typing", "unicodedata", "uuid", "zoneinfo"}
    | {"iso4217", "msgspec", "pint", "tzdata"}
)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|H[A]CK)\b|#\s*X{3}\b")
SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|mypy:|pragma)")
REASONED = re.compile(r"#\s*(?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[\w, -]+\])\s+(?:[#-]\s*)?\w")
EMPTY_NAME = re.compile(r"(?:Service|Manager|Helper|Util|Utils|Base)$")
EMPTY_MODULES = {
    "base",
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "service",
    "services",
    "util",
    "utils",
}


def too_long(_path: Path, text: str) -> Iterator[str]:
    length = text.count("\n")
    if length >= MAX_LINES:
        yield f"{length} lines"


def unfinished(_path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"line {number}: {line.strip()}"


def silenced_without_reason(path: Path, text: str) -> Iterator[str]:
    if path == Path("tests/quality/test_source.py"):
        return  # its patterns and samples look like what it looks for
    for number, line in enumerate(text.splitlines(), 1):
        if SUPPRESSION.search(line) and not REASONED.search(line):
            yield f"line {number}: {line.strip()}"


def without_opening(path: Path, text: str) -> Iterator[str]:
    docstring = ast.get_docstring(ast.parse(text)) or ""
    wanted = 2 if path.is_relative_to("src") and path.name != "__init__.py" else 1
    if text.strip() and len([line for line in docstring.splitlines() if line.strip()]) < wanted:
        yield f"a module opens with {wanted} line(s): what lives here, what never does"


def empty_names(path: Path, text: str) -> Iterator[str]:
    if path.stem in EMPTY_MODULES:
        yield f"{path.stem} says nothing"
    if path.is_relative_to("bench/baseline"):
        return  # written as most would, SQLAlchemy's Base included
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and EMPTY_NAME.search(node.name):
            yield f"{node.name} says nothing"


def imported_late(path: Path, text: str) -> Iterator[str]:
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and path.is_relative_to("src"):
            for name in imported(function):
                if (path.as_posix(), name) not in MAY_IMPORT_LATE:
                    yield f"{function.name} imports {name}"


def impure(path: Path, text: str) -> Iterator[str]:
    if path.is_relative_to("src/waymark/domain"):
        for name in imported(ast.parse(text)):
            own = name in {"waymark.domain", "waymark.errors"} or name.startswith("waymark.domain.")
            if not own and name.partition(".")[0] not in DOMAIN_MAY_IMPORT:
                yield f"imports {name}"


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


Rule = Callable[[Path, str], Iterator[str]]
RULES: dict[Rule, list[tuple[str, str]]] = {
    too_long: [("src/a.py", "x = 1\n" * MAX_LINES)],
    unfinished: [("src/a.py", "x = 1  # TO" + "DO later"), ("tests/a.py", "# FIX" + "ME")],
    silenced_without_reason: [
        ("src/a.py", "x = 1  # noqa"),
        ("src/a.py", "x = 1  # noqa: S101"),
        ("src/a.py", "x = 1  # type: ignore"),
        ("src/a.py", "x = 1  # type: ignore[misc]"),
    ],
    without_opening: [("src/a.py", "x = 1"), ("src/a.py", '"""One line."""'), ("tests/a.py", "x = 1")],
    empty_names: [
        ("src/a.py", "class GoalService: ..."),
        ("src/a.py", "class Base: ..."),
        ("src/utils.py", ""),
    ],
    imported_late: [
        ("src/a.py", "def f():\n    import json"),
        ("src/a.py", "async def f():\n    if x:\n        from json import loads"),
    ],
    impure: [
        ("src/waymark/domain/a.py", "import os"),
        ("src/waymark/domain/a.py", "from waymark.store import work"),
        ("src/waymark/domain/a.py", "from ..store import work"),
        ("src/waymark/domain/a.py", "from waymark.domainish import x"),
    ],
}


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        pytest.param(rule, name, text, id=f"{rule.__name__}-{number}")
        for rule, samples in RULES.items()
        for number, (name, text) in enumerate(samples)
    ],
)
def test_the_rule_bites(rule: Rule, name: str, text: str) -> None:
    assert list(rule(Path(name), text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_obeys(rule: Rule) -> None:
    texts = {path: (ROOT / path).read_text("utf-8") for path in SOURCES}
    assert Path("src/waymark/errors.py") in texts
    assert [f"{path}: {fault}" for path, text in texts.items() for fault in rule(path, text)] == []


def test_every_exception_to_the_late_imports_is_used() -> None:
    for name, module in MAY_IMPORT_LATE:
        tree = ast.parse((ROOT / name).read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert any(module in imported(function) for function in functions)
