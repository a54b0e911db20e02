"""Waymark as `waymark serve` runs it, with a bare Starlette application beside it in the same process.

Started as `python -m bench.product [--record]`; recording notes every statement for /bench/transcript.
"""

import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path
from time import process_time

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.capture import Transcript, record
from waymark.app import create_app
from waymark.cli.serve import raise_file_limit, served
from waymark.settings import Settings

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def static() -> Route:
    """What a framework can do at best: bytes that are there already, set by PUT."""
    body = b""

    async def endpoint(request: Request) -> Response:
        nonlocal body
        if request.method == "PUT":
            body = await request.body()
        return Response(body, media_type="application/json")

    return Route("/bench/static", endpoint, methods=["GET", "PUT"])


def transcript(heard: Transcript) -> Route:
    """The statements since the last PUT."""

    async def endpoint(request: Request) -> Response:
        if request.method == "PUT":
            heard.clear()
        return Response(pickle.dumps(heard))

    return Route("/bench/transcript", endpoint, methods=["GET", "PUT"])


def live() -> list[BaseRoute]:
    """Sockets as simple as they can be: whatever is posted goes to all of them, one after the other."""
    sockets: set[WebSocket] = set()

    async def endpoint(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        with suppress(WebSocketDisconnect):
            while True:
                await socket.receive_text()
        sockets.discard(socket)

    async def broadcast(request: Request) -> Response:
        text = (await request.body()).decode()
        for socket in list(sockets):
            await socket.send_text(text)
        return Response(str(len(sockets)))

    def memory(_: Request) -> Response:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return Response(str(pages * PAGE_BYTES // 1024))

    return [
        Route("/bench/cpu", lambda _: Response(str(process_time()))),
        WebSocketRoute("/bench/ws", endpoint),
        Route("/bench/broadcast", broadcast, methods=["POST"]),
        Route("/bench/memory", memory),
    ]


def beside(waymark: ASGIApp, bare: ASGIApp) -> ASGIApp:
    """Both under one roof: a route added to Waymark's own would carry its middleware, too."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        is_bare = scope["type"] != "lifespan" and scope["path"].startswith("/bench/")
        await (bare if is_bare else waymark)(scope, receive, send)

    return application


def main() -> None:
    heard = record() if "--record" in sys.argv[1:] else None
    settings = Settings.load()
    raise_file_limit()
    routes = [static(), *live(), *([] if heard is None else [transcript(heard)])]
    config = served(beside(create_app(settings), Starlette(routes=routes)))
    config.host, config.port = settings.host, settings.port
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
