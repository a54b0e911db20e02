"""`waymark mcp` as an assistant meets it: the protocol's own client starts the program and calls its tools.

Beside it runs the application on the same database, as a server would.
"""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent
from tests.api.conftest import SECRET
from tests.api.person import SAVING, Person

from waymark.cli import mcp as command
from waymark.cli.mcp_server import TOOLS

READING = {"list_goals", "get_goal", "explain_progress", "simulate", "list_insights"}


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "WAYMARK_DATABASE_URL": database_url,
        "WAYMARK_DATA_DIR": str(tmp_path),
        "WAYMARK_SECRET": SECRET,
        "WAYMARK_CLOCK": "2026-03-02T12:00:00Z",
        "PATH": os.environ["PATH"],
    }


@asynccontextmanager
async def assistant(environment: dict[str, str], *options: str) -> AsyncIterator[Client]:
    arguments = ["-m", "waymark", "mcp", "--user", "ada@example.com", *options]
    program = StdioServerParameters(command=sys.executable, args=arguments, env=environment)
    async with Client(program) as client:
        yield client


def told(result: CallToolResult, *, is_error: bool = False) -> Any:
    """The envelope of an answer, with exact decimals."""
    assert bool(result.is_error) == is_error, result
    (content,) = result.content
    assert isinstance(content, TextContent)
    body = json.loads(content.text, parse_float=Decimal)
    assert body["success"] is not is_error
    return body


async def test_an_assistant_reads_and_checks_in(
    ada: Person, eve: Person, environment: dict[str, str]
) -> None:
    goal = await ada.goal("Save", **SAVING)
    hers = await eve.goal("Hers")
    async with assistant(environment) as client:
        offered = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert offered.keys() == TOOLS.keys() == READING | {"check_in"}
        schema = offered["check_in"].input_schema
        assert schema["required"] == ["goalId"]
        assert {"value", "note", "dateKey", "idempotencyKey"} <= schema["properties"].keys()
        assert schema["additionalProperties"] is False

        async def call(name: str, **arguments: Any) -> Any:
            return told(await client.call_tool(name, arguments))["data"]

        async def refused(name: str, **arguments: Any) -> Any:
            answer = await client.call_tool(name, arguments)
            return told(answer, is_error=True)["error"]

        rehearsed = await call("check_in", goalId=goal["id"], value=150, dryRun=True)
        assert rehearsed["goal"]["currentValue"] == 150
        assert (await call("get_goal", goalId=goal["id"]))["currentValue"] == 0
        first = {"goalId": goal["id"], "value": 150, "idempotencyKey": "once"}
        answers = [await call("check_in", **first) for _ in range(2)]
        assert answers[0] == answers[1]
        await call("check_in", goalId=goal["id"], value=0.1)
        await call("check_in", goalId=goal["id"], value="0.2", note="by hand")
        now = await ada.now(goal)
        assert (now["currentValue"], now["progressPercent"]) == (Decimal("150.3"), Decimal("15.03"))
        assert await call("get_goal", goalId=goal["id"]) == now
        assert await call("list_goals", search="sav") == [now]
        explained = await call("explain_progress", goalId=goal["id"])
        assert explained == await ada.get(f"/goals/{goal['id']}/progress")
        would = await call("simulate", goalId=goal["id"], targetDate="2026-12-01")
        assert would == await ada.data("POST", f"/goals/{goal['id']}/simulate", {"targetDate": "2026-12-01"})
        assert await call("list_insights", goalId=goal["id"]) == await ada.get("/insights")

        conflict = await refused("check_in", **{**first, "value": 151})
        assert conflict["code"] == "IDEMPOTENCY_CONFLICT"
        for goal_id in (hers["id"], "0190a8c2-7b1e-7c3a-9a51-0d4c5a3b2f10"):
            for name in ("get_goal", "explain_progress", "simulate", "check_in"):
                unknown = await refused(name, goalId=goal_id, **({"value": 1} if name == "check_in" else {}))
                assert unknown["code"] == "RESOURCE_NOT_FOUND"
        faulty = await refused("check_in", goalId=goal["id"], value=0.1234567, mode="add", more=1)
        assert faulty["code"] == "VALIDATION_ERROR"
        assert {fault["field"] for fault in faulty["details"]} == {"value", "mode", "more"}
        assert (await refused("list_goals", limit=101))["details"][0]["field"] == "limit"
        assert (await refused("drop_tables"))["code"] == "RESOURCE_NOT_FOUND"
    rows = await ada.get(f"/goals/{goal['id']}/check-ins", sortOrder="asc")
    assert [row["value"] for row in rows] == [150, Decimal("0.1"), Decimal("0.2")]


async def test_a_reading_assistant_changes_nothing(ada: Person, environment: dict[str, str]) -> None:
    goal = await ada.goal("Save", **SAVING)
    async with assistant(environment, "--read-only") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING
        answer = await client.call_tool("check_in", {"goalId": goal["id"], "value": 1})
        assert told(answer, is_error=True)["error"]["code"] == "RESOURCE_NOT_FOUND"
    assert await ada.now(goal) == goal


def test_without_the_extra_it_says_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    with pytest.raises(typer.Exit) as ended:
        command.mcp(user="ada@example.com")
    assert ended.value.exit_code == 1
    assert "pip install 'waymark[mcp]'" in capsys.readouterr().err
