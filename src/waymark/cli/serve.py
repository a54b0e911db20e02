"""`serve` and `migrate`: starting the service and ending it cleanly.

What is served, the composition root decides.
"""

import asyncio
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Annotated, Any, Final

import typer
import uvicorn

from waymark.app import create_app
from waymark.cli.demo import make_demo
from waymark.cli.running import FAILED, DataDir, prepare, run, say, settled
from waymark.errors import Unavailable
from waymark.settings import Settings
from waymark.store.connect import sqlite_path
from waymark.store.migrate import migrate as apply_migrations
from waymark.store.sqlite import hold_lock
from waymark.web.connections import Answers, Sockets

GRACE_SECONDS: Final = 6
"""What requests under way get before they are cut off; closing the database fits into the rest of ten."""
MAX_FRAME_BYTES: Final = 64 * 1024
"""Largest frame of a client (CONTRACT §5)."""
PING_SECONDS: Final = 25
STALLED_SECONDS: Final = 60
"""After which a client that reads nothing of what it was sent is dropped."""
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the proxies in front keep a connection, so that they never write into one just closed."""
_SHOWN_AS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what a person can open instead


class Server(uvicorn.Server):
    """uvicorn that says when it is ready, and for which a signal to stop is no failure."""

    def __init__(self, config: uvicorn.Config, address: str, stopping: Callable[[], None]) -> None:
        """`stopping` ends what would go on for ever, before connections are waited for."""
        super().__init__(config)
        self._address = address
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say(f"Waymark is ready at {self._address}  (docs: {self._address}/docs)")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default="8000")
    ] = None,
    data_dir: DataDir = None,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Migrate PostgreSQL first; an embedded database always is.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Make the example account first.")] = False,
) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    Prints one line with the address when ready. An embedded database is migrated by itself and takes one
    server; with PostgreSQL start as many as you like.

    Example: waymark serve --port 9000 --data-dir ~/waymark
    """
    settings = settled(host=host, port=port, data_dir=data_dir)
    with ExitStack() as held:
        if settings.is_embedded:
            path = sqlite_path(settings.database_url.get_secret_value())
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(hold_lock(path))
        listener = held.enter_context(listening(settings))
        asyncio.run(prepare(settings, may_migrate=migrate))
        if demo:
            run(make_demo, data_dir)
        address = _address(listener)
        raise_file_limit()
        application = create_app(settings)
        server = Server(served(application), address, application.state.services.streams.stop)
        server.run([listener])
    if not server.started:
        raise typer.Exit(FAILED)


def listening(settings: Settings) -> socket.socket:
    """Bound before anything else starts, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Else whoever reads nothing and is still there would keep its connection for ever.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_SECONDS * 1000)
        return listener  # noqa: TRY300  # what follows is about the failure
    except OSError as error:
        raise Unavailable(
            f"Cannot listen on {settings.host} port {settings.port}: {_reason(error)}."
            " Choose another with --host and --port."
        ) from error


def raise_file_limit() -> None:
    """Allow as many sockets as the system does: the soft limit is for programs that call select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # macOS says that there is no limit, and has one
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _reason(error: OSError) -> str:
    """Without the address that create_server repeats; names that do not resolve have numbers below 0."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else str(error.strerror)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = _SHOWN_AS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def served(application: Callable[..., Any]) -> uvicorn.Config:
    """How an application is served, but for the address."""
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=Answers,
        ws=Sockets,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        # Whose word counts for a client's address is told by the settings, not by a header.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's schema; running it again changes nothing."""
    settings = settled(data_dir=data_dir)
    steps = asyncio.run(_migrated(settings))
    say(f"Applied {', '.join(steps)}." if steps else "The database is up to date.")


async def _migrated(settings: Settings) -> list[str]:
    if settings.is_embedded:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return await apply_migrations(settings.database_url.get_secret_value())
