"""The first view's modules as one: each runs once, in order, and gives what it gave alone."""

import re
from pathlib import Path

import waymark.web.page
from waymark.web.first_view import one_file

APP = Path(waymark.web.page.__file__).parent / "static" / "app"

SOURCES = {
    "main.js": """
import { twice } from "./sums.js";
import tell from "lib";
export const four = twice(2);
tell(four);
""",
    "sums.js": """
import {
  base,
  k as factor,
} from "./base.js";
export function twice(x) { return base + factor * x; }
""",
    "base.js": """
const own = 0;
export const base = own;
export { k } from "lib";
""",
    "lib.mjs": (
        "const a=2;export default function(x){return x}export{a as k,a as again};"
        "//# sourceMappingURL=lib.map\n"
    ),
}


def find(name: str) -> str:
    return {"lib": "lib.mjs"}.get(name, name.removeprefix("./"))


def test_what_a_module_stands_on_comes_before_it_and_once() -> None:
    text, names = one_file("main.js", SOURCES.__getitem__, find)
    assert names == ["lib.mjs", "base.js", "sums.js", "main.js"]
    assert [text.count(f'modules["{name}"] = ') for name in names] == [1, 1, 1, 1]
    assert re.search(r"^\s*import\b|sourceMappingURL|\bfrom\s*\"", text, re.MULTILINE) is None


def test_names_go_in_and_out_as_they_were_written() -> None:
    text, _ = one_file("main.js", SOURCES.__getitem__, find)
    assert 'const { base: base, k: factor } = modules["base.js"];' in text
    assert 'const { default: tell } = modules["lib.mjs"];' in text
    assert "return { k: a, again: a, default: itself };" in text
    assert 'return { k: modules["lib.mjs"].k, base: base };' in text
    assert text.endswith(
        'export const { k, base } = modules["base.js"];\n'
        'export const { twice } = modules["sums.js"];\n'
        'export const { four } = modules["main.js"];\n'
    )


def test_every_imported_name_is_given_and_used() -> None:
    texts = {path.name: path.read_text("utf-8") for path in APP.glob("*.js")}
    faults = []
    for name, text in texts.items():
        for names, source in re.findall(r'^import \{([^}]*)\} from "\./([^"]+)";', text, re.MULTILINE):
            given = set(
                re.findall(
                    r"^export (?:const|class|function|async function) (\w+)", texts[source], re.MULTILINE
                )
            )
            for listed in re.findall(r"^export \{([^}]*)\}", texts[source], re.MULTILINE):
                given |= set(re.findall(r"\w+", listed))
            for each in re.findall(r"\w+", names):
                faults += [f"{name}: {source} does not give {each}"] if each not in given else []
                faults += [f"{name}: {each} is not used"] if len(re.findall(rf"\b{each}\b", text)) < 2 else []
    assert faults == []
