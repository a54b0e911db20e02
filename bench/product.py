"""Waymark as `waymark serve` runs it, with a bare Starlette application beside it in the same process.

Started as `python -m bench.product [--record]`; recording notes every statement for /bench/transcript.
"""

import pickle
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.capture import Transcript, record
from waymark.app import create_app
from waymark.cli.serve import served
from waymark.settings import Settings


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


def beside(waymark: ASGIApp, bare: ASGIApp) -> ASGIApp:
    """Both under one roof: a route added to Waymark's own would carry its middleware, too."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        is_bare = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (bare if is_bare else waymark)(scope, receive, send)

    return application


def main() -> None:
    heard = record() if "--record" in sys.argv[1:] else None
    settings = Settings.load()
    routes = [static(), *([] if heard is None else [transcript(heard)])]
    config = served(beside(create_app(settings), Starlette(routes=routes)))
    config.host, config.port = settings.host, settings.port
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
