"""Writes docs/reference/*.md and .env.example from the code, which is the only place that knows.

`make format` runs it; tests/quality/test_reference.py fails when a committed page differs.
"""

import importlib
import json
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from typer.main import get_command

from waymark.errors import PROBLEMS
from waymark.realtime.frames import CLOSE_REASONS
from waymark.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
FOLDER = Path("docs/reference")


def pages() -> dict[Path, str]:
    """Path in the project → text, for every generated page."""
    written = {
        Path(".env.example"): env_example(),
        FOLDER / "settings.md": page(
            "Settings", SETTINGS_INTRO, ["Variable", "Default", "Meaning"], settings()
        ),
        FOLDER / "errors.md": page("Error codes", ERRORS_INTRO, ["Code", "Status", "Meaning"], errors()),
    }
    if (ROOT / "src/waymark/app.py").exists():
        app = importlib.import_module("waymark.app").create_app(Settings())
        columns = ["Method", "Path", "Does"]
        written[FOLDER / "routes.md"] = page("Routes", ROUTES_INTRO, columns, routes(app.openapi()))
        written[FOLDER / "events.md"] = events(importlib.import_module("waymark.web.asyncapi").document())
    if (ROOT / "src/waymark/cli/__init__.py").exists():
        command = get_command(importlib.import_module("waymark.cli").app)
        columns = ["Command", "Arguments and options", "Does"]
        written[FOLDER / "commands.md"] = page(
            "Commands", COMMANDS_INTRO, columns, commands(command, "waymark")
        )
    return written


SETTINGS_INTRO = """\
Each comes from a command line option, else the environment, else a `.env` file in the working folder. An
empty variable counts as absent. A wrong one stops the start with a message that names it."""
ERRORS_INTRO = """\
`error.code` of a failed answer. The table is stable: codes are added, never changed."""
ROUTES_INTRO = """\
Parameters, bodies, answers and examples are in the OpenAPI document that every server serves at
`/openapi.json` and shows at `/docs`."""
EVENTS_INTRO = """\
The frames of sockets (`/ws`) and event streams (`/events`), and the bodies of webhooks. Their schemas are in
the AsyncAPI document that every server serves at `/asyncapi.json`; which way of following to choose is told
[elsewhere](../consuming-goal-state.md)."""
COMMANDS_INTRO = """\
`waymark COMMAND --help` says more. Every command works beside a running server."""


def settings() -> Iterator[list[str]]:
    for name, field in Settings.model_fields.items():
        yield [code(PREFIX + name.upper()), code(default(field)), field.description or ""]


def errors() -> Iterator[list[str]]:
    for problem in PROBLEMS.values():
        yield [code(problem.code), str(problem.status), problem.summary]


def routes(document: dict[str, Any]) -> Iterator[list[str]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield [method.upper(), code(path), operation.get("summary", "")]


def events(document: dict[str, Any]) -> str:
    messages, schemas = document["components"]["messages"], document["components"]["schemas"]
    change = messages["EntityUpdated"]["examples"][0]["payload"]
    records = {
        condition["if"]["properties"]["entity"]["const"]: schemas[
            condition["then"]["properties"]["data"]["$ref"].rpartition("/")[2]
        ]["properties"]
        for condition in schemas["Change"]["allOf"]
    }
    common = [name for name in records["goals"] if all(name in fields for fields in records.values())]
    blocks = [
        page("Events", EVENTS_INTRO, ["Event", "Says", "Example"], frames(document, "follow")),
        f"## A change\n\n```json\n{json.dumps(change, ensure_ascii=False, indent=1)}\n```\n",
        page(
            "Entities",
            f"What `data.data` holds, by `data.entity`. In every record: {codes(common)}.",
            ["Entity", "Has besides"],
            (
                [code(entity), codes(name for name in fields if name not in common)]
                for entity, fields in records.items()
            ),
            level=2,
        ),
        page(
            "What a client may say",
            "On a socket; on an event stream only the server speaks.",
            ["Event", "Says", "Example"],
            frames(document, "speak"),
            level=2,
        ),
        page(
            "Why a stream ends",
            "The code with which a socket is closed.",
            ["Code", "Means"],
            ([code(str(close.value)), reason] for close, reason in CLOSE_REASONS.items()),
            level=2,
        ),
    ]
    return "\n".join(blocks)


def frames(document: dict[str, Any], operation: str) -> Iterator[list[str]]:
    for reference in document["operations"][operation]["messages"]:
        message = document["components"]["messages"][reference["$ref"].rpartition("/")[2]]
        example = message["examples"][-1]["payload"]
        # A record is shown below the table, in full.
        shown = "[a change](#a-change)" if "seq" in example else code(json.dumps(example, ensure_ascii=False))
        yield [code(message["name"]), f"{message['summary']} {message.get('description', '')}".strip(), shown]


def codes(names: Iterable[str]) -> str:
    return " ".join(map(code, names))


def commands(command: Any, name: str) -> Iterator[list[str]]:
    nested = getattr(command, "commands", {})
    for each in sorted(nested):
        yield from commands(nested[each], f"{name} {each}")
    if not nested:
        parts = [
            part.name.upper() if part.param_type_name == "argument" else part.opts[0]
            for part in command.params
            if part.name != "help"
        ]
        yield [code(name), " ".join(code(part) for part in parts) or "–", command.get_short_help_str(200)]


def env_example() -> str:
    blocks = ["# Copy to .env and uncomment what should differ from the default."]
    for name, field in Settings.model_fields.items():
        meaning = textwrap.fill(
            field.description or "", 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        blocks.append(f"{meaning}\n#{PREFIX}{name.upper()}={default(field)}")
    return "\n\n".join(blocks) + "\n"


def default(field: FieldInfo) -> str:
    value = None if field.default_factory else field.default
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value in {None, ()} else str(value)


def code(text: str) -> str:
    return f"`{text}`" if text else "–"


def page(title: str, intro: str, columns: list[str], rows: Iterable[list[str]], level: int = 1) -> str:
    lines = [f"{'#' * level} {title}", "", intro, ""]
    if level == 1:
        lines += ["<!-- Written by scripts/reference.py. -->", ""]
    lines += [line(columns), line(["---"] * len(columns)), *map(line, rows)]
    return "\n".join(lines) + "\n"


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def main() -> None:
    for path, text in pages().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
