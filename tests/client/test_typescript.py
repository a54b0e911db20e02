"""The TypeScript client: its types are those of the document, and its own tests pass on Node.

Its scenarios are those of test_vectors.py; here it also meets a real server, on each database.
"""

import asyncio
import os
import re
import runpy
import shutil
from pathlib import Path
from typing import Final

import pytest
from tests.docs.pages import fences
from tests.realtime.site import Site

ROOT: Final = Path(__file__).parents[2]
CLIENT: Final = ROOT / "clients/typescript"
PAGE: Final = ROOT / "docs/how-to/typescript-client.md"
OLDEST: Final = 20
PATIENCE_SECONDS: Final = 100.0


def test_the_types_are_those_of_the_document() -> None:
    script = runpy.run_path(str(ROOT / "scripts/typescript.py"))
    assert (CLIENT / "src/api.d.ts").read_text("utf-8") == script["written"](), "run: make types"


@pytest.fixture
async def node() -> str:
    """A Node that is new enough; there need not be one on every machine."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("no node on this machine")
    version = await said(found, "--version")
    if int(re.findall(r"\d+", version)[0]) < OLDEST:
        pytest.skip(f"node {version.strip()} is older than {OLDEST}")
    return found


async def said(*command: str, folder: Path = CLIENT, **environment: str) -> str:
    """What a command prints; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_on_node(node: str, database_url: str, tmp_path: Path) -> None:
    async with Site.running(database_url, tmp_path) as site:
        # Node 20 knows sockets only by this name; later ones know them anyway.
        output = await said(
            *(node, "--experimental-websocket", "--test", "--test-reporter=tap", "test/"),
            WAYMARK_ADDRESS=f"http://127.0.0.1:{site.port}",
        )
    assert "\n# skipped 0\n" in output


async def test_what_the_page_shows(node: str, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/waymark-client").symlink_to(CLIENT)
    programs = fences(PAGE.read_text("utf-8"), "js")
    assert len(programs) == 2
    async with Site.running(database_url, tmp_path) as site:
        for program in programs:
            path = tmp_path / "program.mjs"
            path.write_text(program.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}"))
            output = await said(node, str(path), folder=tmp_path)
            shown = re.findall(r"console\.log\(.*// (.*)", program)
            assert [line.strip() for line in output.splitlines()] == shown
