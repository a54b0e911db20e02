"""The modules of the page's first view as one file: on a slow line every request costs more than its bytes.

Each module keeps a scope of its own and runs after those it stands on. Only its import and export statements
are rewritten, in the few forms in which the page and its libraries write them; nothing is shortened here.
"""

import re
from collections.abc import Callable
from typing import Final

_NAMES: Final = r"\{(?P<names>[^}]*)\}"
_FROM: Final = r'\s*from\s*"(?P<source>[^"]+)";'
_START: Final = r"(?:^|(?<=[;}]))"
_IMPORT: Final = re.compile(rf"{_START}import\s*(?:(?P<default>\w+)|{_NAMES}){_FROM}", re.MULTILINE)
_PASSED_ON: Final = re.compile(rf"{_START}export\s*{_NAMES}{_FROM}", re.MULTILINE)
_LISTED: Final = re.compile(rf"{_START}export\s*{_NAMES};", re.MULTILINE)
_DEFAULT: Final = re.compile(rf"{_START}export default ", re.MULTILINE)
_DECLARED: Final = re.compile(
    r"^export (?=(?:const|class|function|async function) (?P<name>\w+))", re.MULTILINE
)
_MAP_OF_SOURCES: Final = re.compile(r"//# sourceMappingURL=\S+\s*$")


def one_file(begin: str, read: Callable[[str], str], find: Callable[[str], str]) -> tuple[str, list[str]]:
    """All that `begin` imports, as one module that exports what each of them does; and their names in order.

    `read` gives a module's text by its name, `find` the name behind what an import says.
    """
    written: dict[str, str] = {}
    exported: dict[str, list[str]] = {}

    def add(name: str) -> None:
        text = _MAP_OF_SOURCES.sub("", read(name))
        for match in (*_IMPORT.finditer(text), *_PASSED_ON.finditer(text)):
            if (source := find(match["source"])) not in written:
                add(source)
        written[name], exported[name] = _scope(name, text, find)

    add(begin)
    bodies = "\n".join(written.values())
    given = "\n".join(
        f'export const {{ {", ".join(names)} }} = modules["{name}"];'
        for name, names in exported.items()
        if names and name.endswith(".js")
    )
    return f"const modules = {{}};\n{bodies}\n{given}\n", list(written)


def _scope(name: str, text: str, find: Callable[[str], str]) -> tuple[str, list[str]]:
    """One module as a function that runs at once, and the names it gives."""
    given: dict[str, str] = {}

    def imported(match: re.Match[str]) -> str:
        names = [("default", match["default"])] if match["default"] else _pairs(match["names"])
        taken = ", ".join(f"{theirs}: {ours}" for theirs, ours in names)
        return f'const {{ {taken} }} = modules["{find(match["source"])}"];'

    def passed_on(match: re.Match[str]) -> str:
        source = f'modules["{find(match["source"])}"]'
        given.update((ours, f"{source}.{theirs}") for theirs, ours in _pairs(match["names"]))
        return ""

    def listed(match: re.Match[str]) -> str:
        given.update((theirs, ours) for ours, theirs in _pairs(match["names"]))
        return ""

    def declared(match: re.Match[str]) -> str:
        given[match["name"]] = match["name"]
        return ""

    def default(_: re.Match[str]) -> str:
        given["default"] = "itself"
        return "const itself = "

    for pattern, rewritten in (
        (_IMPORT, imported),
        (_PASSED_ON, passed_on),
        (_LISTED, listed),
        (_DECLARED, declared),
        (_DEFAULT, default),
    ):
        text = pattern.sub(rewritten, text)
    answer = ", ".join(f"{theirs}: {ours}" for theirs, ours in given.items())
    return f'modules["{name}"] = (() => {{\n{text}\nreturn {{ {answer} }};\n}})();', list(given)


def _pairs(names: str) -> list[tuple[str, str]]:
    """`a, b as c` as (a, a), (b, c)."""
    split = [each.split(" as ") for each in names.split(",") if each.strip()]
    return [(each[0].strip(), each[-1].strip()) for each in split]
