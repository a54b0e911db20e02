"""From a request's path to its route in a few dictionary steps, however many routes there are.

Nothing is read or decided here but which route it is; what matches none goes on to the framework.
"""

from collections.abc import Iterable, Mapping, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from waymark.errors import MethodNotAllowed
from waymark.web.problems import failure_response
from waymark.web.route import StrictRoute


class _Node:
    """One segment of the paths: what may follow it, and the routes that end here by method."""

    __slots__ = ("literals", "parameter", "routes")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.routes: dict[str, StrictRoute] = {}


class Dispatch:
    """ASGI middleware that hands a request to its StrictRoute; a literal segment wins over a parameter."""

    def __init__(self, app: ASGIApp, routes: Iterable[StrictRoute], sockets: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self._sockets = sockets
        self._root = _Node()
        for route in routes:
            self._add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._found(scope["path"].split("/")[1:]) if scope["type"] == "http" else None
        if found is None:
            socket = self._sockets.get(scope["path"]) if scope["type"] == "websocket" else None
            await (socket or self.app)(scope, receive, send)
            return
        routes, values = found
        route = routes.get(scope["method"])
        if route is None:
            problem = MethodNotAllowed(context={"allowed": sorted(routes)})
            await failure_response(scope, problem)(scope, receive, send)
            return
        scope["route"] = route
        scope["path_params"] = dict(zip(route.param_convertors, values, strict=True))
        await route.handle(scope, receive, send)

    def _add(self, route: StrictRoute) -> None:
        node = self._root
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        if route.method in node.routes:
            message = f"{route.method} {route.path} has two routes"
            raise ValueError(message)
        node.routes[route.method] = route
        if route.method == "GET":
            node.routes["HEAD"] = route

    def _found(self, segments: Sequence[str]) -> tuple[dict[str, StrictRoute], list[str]] | None:
        node, values = self._root, list[str]()
        for segment in segments:
            following = node.literals.get(segment)
            if following is None:
                # No route has a parameter where a longer literal path branches off: no need to go back.
                following = node.parameter
                if following is None or not segment:
                    return None
                values.append(segment)
            node = following
        return (node.routes, values) if node.routes else None
