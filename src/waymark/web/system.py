"""What is served beside the API: health, readiness, metrics, documentation and the page for people.

All of it is public and says nothing of any user.
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from starlette.responses import Response

from waymark import __version__
from waymark.errors import NotFound, Unavailable
from waymark.web.call import Answer, Call, Services
from waymark.web.docs import DOCS
from waymark.web.envelope import ENCODER
from waymark.web.metrics import CONTENT_TYPE
from waymark.web.page import PAGE
from waymark.web.route import Router


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["alive", "ready"]
    version: str


def system_router(openapi: Callable[[], bytes]) -> Router:
    """The routes outside of `/api/v1`; `openapi` gives the document's bytes."""
    router = Router(tag="system", about="Health, readiness and documentation; public.")

    @router.get("/healthz", public=True, reply=Health, example={"status": "alive", "version": __version__})
    async def get_health(_: Call[Services]) -> Answer:
        """Whether the process answers."""
        return _health("alive")

    @router.get(
        "/readyz",
        public=True,
        reply=Health,
        errors=(Unavailable,),
        example={"status": "ready", "version": __version__},
    )
    async def get_readiness(call: Call[Services]) -> Answer:
        """Whether the database is reachable and migrated."""
        await call.services.check_ready()
        return _health("ready")

    @router.get(
        "/metrics",
        public=True,
        media_type=CONTENT_TYPE,
        errors=(NotFound,),
        example='waymark_requests_total{method="GET",route="/healthz",status="200"} 1.0',
    )
    async def get_metrics(call: Call[Services]) -> Response:
        """Counts and latencies for Prometheus, when switched on."""
        if call.services.metrics is None:
            raise NotFound("Metrics are switched off.")
        return Response(call.services.metrics.text(), headers={"content-type": CONTENT_TYPE})

    @router.get("/openapi.json", public=True, include_in_schema=False)
    async def get_openapi(_: Call[Services]) -> Response:
        """The OpenAPI 3.1 document."""
        return Response(openapi(), media_type="application/json")

    @router.get("/docs", public=True, include_in_schema=False)
    async def get_docs(_: Call[Services]) -> Response:
        """A reader of the OpenAPI document."""
        return DOCS.response()

    @router.get("/", public=True, include_in_schema=False)
    async def get_page(call: Call[Services]) -> Response:
        """The page for people."""
        return PAGE.document(call.headers)

    @router.get("/app/{digest}/{name}", public=True, include_in_schema=False)
    async def get_page_file(call: Call[Services], digest: str, name: str) -> Response:
        """A file of the page."""
        return PAGE.file(digest, name, call.headers)

    @router.get("/app/{digest}/vendor/{name}", public=True, include_in_schema=False)
    async def get_library(call: Call[Services], digest: str, name: str) -> Response:
        """A file of a library that the page stands on."""
        return PAGE.file(digest, f"vendor/{name}", call.headers)

    return router


def _health(status: Literal["alive", "ready"]) -> Answer:
    return Answer(ENCODER.encode(Health(status, __version__)).decode())
