"""`serve` as a process: it says when it is ready, why it cannot be, and ends cleanly."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.cli.conftest import ran
from tests.cluster import Cluster
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

READY = "Waymark is ready at "


@pytest.fixture
def server(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "waymark", "serve", "--port", "0", "--data-dir", tmp_path / "new" / "folder"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_a_first_start_and_a_clean_end(
    server: "subprocess.Popen[str]",
    tmp_path: Path,
    settings: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line.startswith(READY), server.communicate()
    address = line.removeprefix(READY).split()[0]
    answer = httpx2.get(f"{address}/readyz")
    assert (answer.status_code, "server" in answer.headers) == (200, False)
    settings.setenv("WAYMARK_DATA_DIR", str(tmp_path / "new" / "folder"))
    second = ran(capfd, "serve", "--port", "0")
    assert second.code == 1
    assert "served by another process" in second.err
    assert ran(capfd, "user", "add", "ada@example.com", "--generate").code == 0
    with httpx2.Client() as kept_open:
        kept_open.get(f"{address}/healthz")
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=60)
    assert (server.returncode, out, err) == (0, "", "")


def test_streams_are_told_that_it_ends(server: "subprocess.Popen[str]") -> None:
    """One socket listens, one does not read, one event stream is open: none holds the end up."""
    assert server.stdout is not None
    address = server.stdout.readline().removeprefix(READY).split()[0]
    account = {"email": "ada@example.com", "password": "correct horse battery staple"}
    made = httpx2.post(f"{address}/api/v1/auth/register", json=account).json()["data"]
    token = made["accessToken"]
    url = f"{address.replace('http', 'ws', 1)}/ws?token={token}"
    milestones = [{"title": f"number {number}", "description": "x" * 480} for number in range(45)]
    with (
        httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}) as client,
        connect(url, max_size=None) as listening,
        connect(url, max_size=None, max_queue=1, close_timeout=1) as stalled,
        client.stream("GET", "/events") as events,
    ):
        goal = client.post("/api/v1/goals", json={"title": "A goal", "milestones": milestones}).json()["data"]
        for number in range(200):
            client.patch(f"/api/v1/goals/{goal['id']}", json={"title": f"title {number}"})
        server.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosedError, match="1012"):
            list(listening)
        assert list(events.iter_bytes())[-1].endswith(b"\n\n")
        out, err = server.communicate(timeout=60)
        stalled.socket.close()
    assert (server.returncode, out, err) == (0, "", "")


@pytest.mark.usefixtures("settings")
def test_a_port_in_use_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ran(capfd, "serve", "--port", str(port))
    assert (done.code, done.out) == (1, "")
    assert f"Cannot listen on 127.0.0.1 port {port}: Address already in use." in done.err


def test_wrong_settings_are_all_named(
    settings: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("WAYMARK_LOG", "loud")
    settings.setenv("WAYMARK_POOL_MAX_SIZE", "0")
    done = ran(capfd, "serve", "--port", "70000")
    assert (done.code, done.out) == (2, "")
    for name in ("WAYMARK_LOG", "WAYMARK_POOL_MAX_SIZE", "WAYMARK_PORT"):
        assert f"  {name}: " in done.err


def test_a_shared_database_is_migrated_only_when_asked(
    settings: pytest.MonkeyPatch, cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("WAYMARK_DATABASE_URL", cluster.create("unmigrated"))
    for command in (("serve", "--port", "0"), ("doctor",)):
        done = ran(capfd, *command)
        assert done.code == 1
        assert "0001" in done.err
        assert "waymark migrate" in done.err
    assert ran(capfd, "migrate").out.startswith("Applied 0001")
    assert ran(capfd, "migrate").out == "The database is up to date.\n"
    assert ran(capfd, "doctor").code == 0


def test_a_database_that_is_not_there_is_one_sentence(
    settings: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.setenv("WAYMARK_DATABASE_URL", "postgresql://nobody:s3same@127.0.0.1:1/none")
    done = ran(capfd, "serve", "--port", "0")
    assert done.code == 1
    assert "s3same" not in done.err
