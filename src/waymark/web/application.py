"""The ASGI application made of routers: dispatch, fallbacks and CORS around FastAPI.

It knows no endpoint; which routers and services there are is told by the composition root.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from waymark import __version__
from waymark.web.call import Services
from waymark.web.dispatch import Dispatch
from waymark.web.envelope import ENCODER
from waymark.web.openapi import document
from waymark.web.problems import not_foreseen, not_found
from waymark.web.route import Router, StrictRoute
from waymark.web.system import system_router
from waymark.web.whole import in_parts

_EXPOSED: Final = (
    "ETag",
    "Location",
    "Retry-After",
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)
"""Headers that a page of another origin may read."""


def application(
    routers: Iterable[Router],
    services: Services,
    *,
    sockets: Mapping[str, ASGIApp] = {},
    cors_origins: Sequence[str] = (),
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Everything under one ASGI callable; `services` is found as `app.state.services`.

    `sockets` are what answers WebSockets, by path.
    """

    @cache
    def openapi() -> bytes:
        return ENCODER.encode(document(all_routers))

    all_routers = [*routers, system_router(openapi)]
    app = _Application(
        title="Waymark",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Asking at every request whether somebody listens costs a read a tenth.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers={HTTPException: not_found, Exception: not_foreseen},
    )
    app.state.services = services
    routes = [route for router in all_routers for route in router.routes]
    app.router.routes.extend(routes)
    app.own_routes, app.sockets, app.cors_origins = routes, sockets, cors_origins
    return app


class _Application(FastAPI):
    """FastAPI behind our own dispatch: a request of ours passes none of its layers."""

    own_routes: Sequence[StrictRoute] = ()
    sockets: Mapping[str, ASGIApp] = {}
    cors_origins: Sequence[str] = ()

    def build_middleware_stack(self) -> ASGIApp:
        stack: ASGIApp = Dispatch(super().build_middleware_stack(), self.own_routes, self.sockets)
        if not self.cors_origins:
            return stack
        return _OtherOrigins(
            stack,
            allow_origins=self.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=86_400,
        )


class _OtherOrigins(CORSMiddleware):
    """Adds its headers to every answer: also to those that would be written past it."""

    async def simple_response(
        self, scope: Scope, receive: Receive, send: Send, request_headers: Headers
    ) -> None:
        in_parts(scope)
        await super().simple_response(scope, receive, send, request_headers)
