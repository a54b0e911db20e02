"""What only a real socket can do: HTTP that is none, halves of requests, floods - against a real server.

It is started here on 127.0.0.1 and ended by its process id; that it is the same one at the end is checked.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 15.0
"""Seconds that any answer may take here, on a busy machine."""


class Server:
    """A running `waymark serve` and raw connections to it."""

    def __init__(self, data_dir: Path) -> None:
        environment = {**os.environ, "WAYMARK_RATE_LIMITS": "off"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "waymark", "serve", "--port", "0", "--data-dir", str(data_dir)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        assert address is not None
        self.port = int(address[1])
        answer = self.call(
            "POST", "/api/v1/auth/register", {"email": "a@example.com", "password": "12345678"}
        )
        self.token: str = json.loads(answer[1])["data"]["accessToken"]

    def connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def sent(self, raw: bytes, *, finish: bool = True) -> bytes:
        """All that comes back for these bytes until the server closes."""
        with closing(self.connected()) as line:
            # A server that has heard enough may close while the rest is on its way.
            with suppress(OSError):
                line.sendall(raw)
                if finish:
                    line.shutdown(socket.SHUT_WR)
            return received(line)

    def call(self, method: str, path: str, body: Any = None, headers: str = "") -> tuple[int, bytes]:
        content = b"" if body is None else json.dumps(body).encode()
        return answers(self.sent(self.request(method, path, content, headers), finish=False))[0]

    def request(self, method: str, path: str, content: bytes = b"", headers: str = "") -> bytes:
        token = getattr(self, "token", "none")
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
        )
        return head.encode() + content

    def goals(self) -> int:
        status, body = self.call("GET", "/api/v1/goals")
        assert status == 200
        total: int = json.loads(body)["meta"]["total"]
        return total


def received(line: socket.socket) -> bytes:
    parts = []
    with suppress(ConnectionResetError):
        while part := line.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def answers(raw: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer in a stream."""
    found = []
    while raw:
        head, _, rest = raw.partition(b"\r\n\r\n")
        status = int(head.split(b" ")[1])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        size = int(length[1]) if length else len(rest)
        found.append((status, rest[:size]))
        raw = rest[size:]
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("live"))
    yield server
    assert server.process.poll() is None  # nothing of all that ended it
    assert server.call("GET", "/healthz")[0] == 200
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 0
    assert server.process.stdout is not None
    server.process.stdout.close()


HEAD = b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n",
        b"\0" * 1_000,
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded: yes\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n{}",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",  # noqa: E501  # one request
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(5_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b"[" * 60_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_breaks_nothing(server: Server, raw: bytes) -> None:
    for status, _ in answers(server.sent(raw)):
        assert 200 <= status < 500, status
    assert server.call("GET", "/healthz")[0] == 200


def test_a_body_that_never_ends_is_cut_off(server: Server) -> None:
    head = HEAD + server.token.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    sent = 0
    with closing(server.connected()) as line:
        line.sendall(head)
        with suppress(BrokenPipeError, ConnectionResetError):
            while sent < 64 * 2**20:
                line.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
                sent += 65_536
                line.settimeout(0)
                with suppress(BlockingIOError):
                    if line.recv(12, socket.MSG_PEEK):
                        break
                line.settimeout(PATIENCE)
        line.settimeout(PATIENCE)
        assert b" 413 " in line.recv(100)
    assert sent < 16 * 2**20


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"GET /", b"a" * 65_536),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 65_536),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: a\r\n" * 9_000),
        (HEAD + b"x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: a\r\n" * 9_000),
    ],
    ids=["address", "header", "headers", "trailers"],
)
def test_a_head_that_never_ends_is_cut_off(server: Server, begun: bytes, piece: bytes) -> None:
    sent = 0
    with closing(server.connected()) as line, suppress(BrokenPipeError, ConnectionResetError):
        line.sendall(begun)
        while sent < 64 * 2**20:
            line.sendall(piece)
            sent += len(piece)
    assert sent < 16 * 2**20


def test_large_heads_are_heard_in_pieces_each_by_itself(server: Server) -> None:
    """Up to 64 KiB, and what one request took is not counted for the next."""
    padding = b"X: " + b"a" * 50_000 + b"\r\n"
    body = json.dumps({"title": "x", "description": "y" * 5_000}).encode()
    create = HEAD + server.token.encode() + b"\r\nContent-Length: %d\r\n" % len(body)
    look = b"GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n" + padding + b"\r\n"
    with closing(server.connected()) as line:
        for request in (look, look, create + padding + b"\r\n" + body, look):
            for start in range(0, len(request), 10_000):
                line.sendall(request[start : start + 10_000])
                time.sleep(0.002)
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += line.recv(1)
            assert head[9:12] == (b"404" if request is look else b"201")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            line.recv(length, socket.MSG_WAITALL)


def test_half_a_body_writes_nothing_and_holds_nobody_up(server: Server) -> None:
    before = server.goals()
    body = b'{"title":"half"}'
    head = HEAD + server.token.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    lines = [server.connected() for _ in range(50)]
    for number, line in enumerate(lines):
        line.sendall((head + body)[: len(head) * number // 50] if number % 2 else head + body[:-1])
    started = time.monotonic()
    assert server.call("GET", "/api/v1/goals")[0] == 200
    assert time.monotonic() - started < PATIENCE / 3
    for line in lines:
        line.close()
    assert server.goals() == before
    whole = server.connected()
    for byte in head + body:
        whole.sendall(bytes([byte]))
    assert b" 201 " in whole.recv(100)
    whole.close()
    assert server.goals() == before + 1


def test_requests_in_a_row_are_answered_in_their_order(server: Server) -> None:
    lines = []
    for number in range(40):
        path = "/api/v1/goals" if number % 2 else f"/api/v1/unknown/{number}"
        lines.append(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
            f"X-Request-Id: n{number}\r\n\r\n".encode()
        )
    lines.append(server.request("GET", "/healthz"))
    raw = server.sent(b"".join(lines), finish=False)
    assert [status for status, _ in answers(raw)] == [404, 200] * 20 + [200]
    ids = re.findall(rb"(?i)x-request-id: (n\d+)\r", raw)
    assert ids == [b"n%d" % number for number in range(40)]


def test_nothing_is_smuggled_behind_a_refused_body(server: Server) -> None:
    """What follows an answer given before its body was read must not be taken for a request."""
    before = server.goals()
    inner = server.request("POST", "/api/v1/goals", b'{"title":"smuggled"}')
    for refused in (
        b"POST /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner,
        b"GET /api/v1/goals HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner,
        HEAD
        + server.token.encode()
        + b"\r\nContent-Length: %d\r\n\r\n" % (2_000_000 + len(inner))
        + b" " * 2_000_000
        + inner,
    ):
        server.sent(refused)
    assert server.goals() == before


@pytest.mark.parametrize(
    "path", ["/healthz", "/api/v1/goals", "/api/v1/goals/none", "/docs", "/api/v1/users/me/export"]
)
def test_head_answers_like_get_without_a_body(server: Server, path: str) -> None:
    got, headed = (server.sent(server.request(method, path), finish=False) for method in ("GET", "HEAD"))
    assert headed.split(b" ")[1] == got.split(b" ")[1]
    assert headed.partition(b"\r\n\r\n")[2] == b""
    assert got.partition(b"\r\n\r\n")[2] != b""


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "OPTIONS", "LINK", "FOO"])
def test_methods_that_nothing_takes(server: Server, method: str) -> None:
    for path in ("/api/v1/goals", "/", "/nowhere"):
        raw = server.sent(server.request(method, path))
        assert 400 <= int(raw.split(b" ")[1]) < 500, raw[:200]
