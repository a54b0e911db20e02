"""Routes that read requests strictly and answer bytes: the one way into the application over HTTP.

No endpoint, no rule and no SQL; FastAPI describes these routes, it does not run them.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_type_hints

import msgspec
from fastapi import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from waymark.actions.faults import modelled
from waymark.errors import Fault, Invalid, MalformedRequest, NotFound, Problem, RateLimited
from waymark.web.call import Answer, Call, Right, Services
from waymark.web.envelope import JSON, success, with_dry_run
from waymark.web.limits import Kind, Standing
from waymark.web.problems import ALWAYS, Headers, Output, failed, unexpected
from waymark.web.reading import (
    ClientGone,
    body_bytes,
    check_media_type,
    parsed,
    query_values,
    unknown,
)
from waymark.web.whole import answer

Endpoint: TypeAlias = Callable[..., Awaitable[Answer | Response]]
E_ = TypeVar("E_", bound=Endpoint)

MAX_KEY: Final = 200
QUERIES: Final = 64
"""How many query strings a route keeps as they were read."""
_KEY: Final = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")


class Nature(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of a route beside its path and method; the OpenAPI document says all of it."""

    reply: Any = None
    """Type of `data`: a msgspec Struct, or `list[…]` of one. None: `data` is null."""
    errors: tuple[type[Problem], ...] = ()
    """What the endpoint itself may raise; what reading and access raise is added."""
    example: Any = None
    """An example of `data`."""
    body_example: Any = None
    public: bool = False
    """Answers without a token. Everything else is denied without one."""
    right: Right | None = None
    """What the token must allow; by default `read` for GET and `write` for all else."""
    limit: Kind | None = None
    """The rate limit it counts against; by default its right's. Public routes count by themselves."""
    has_dry_run: bool = True
    """Writes only: whether `?dryRun=true` is taken."""
    is_retryable: bool = True
    """Writes only: whether an idempotency key is taken."""
    has_etag: bool = False
    has_if_match: bool = False
    media_type: str = "application/json"
    takes_token_in_query: bool = False
    """For browsers, which cannot set a header everywhere."""


class StrictRoute(APIRoute):
    """A route whose endpoint's signature says what it reads, and reads nothing else.

    `call: Call[…]` first, then path parameters by name (what does not parse answers like an unknown id),
    `query: SomeParameters`, `body: SomeCommand`. Without `query` any parameter is refused, without `body`
    any field. A body whose fields are all optional may be left out, save on PATCH.
    """

    def __init__(
        self, path: str, endpoint: Endpoint, *, method: str, nature: Nature, **described: Any
    ) -> None:
        hints = get_type_hints(endpoint, include_extras=True)
        _call, *parameters = inspect.signature(endpoint).parameters
        self.nature = nature
        self.run = endpoint
        self.method = method
        self.is_write = method != "GET"
        self.right: Right = nature.right or ("write" if self.is_write else "read")
        self.limit: Kind = nature.limit or self.right
        self.has_dry_run = self.is_write and nature.has_dry_run
        self.is_retryable = self.is_write and nature.is_retryable
        self.query_model: type[BaseModel] | None = hints.get("query")
        # The same few queries are asked for ever; what is refused is read again each time.
        self._queried = lru_cache(maxsize=QUERIES)(self._read)
        self.body_model: type[BaseModel] | None = hints.get("body")
        names = [name for name in parameters if name not in {"query", "body"}]
        self.path_readers = [(name, TypeAdapter[Any](hints[name]).validate_python) for name in names]
        self.body_is_required = self.body_model is not None and (
            method == "PATCH" or any(field.is_required() for field in self.body_model.model_fields.values())
        )
        super().__init__(
            path,
            _description(endpoint, {name: hints[name] for name in names}, self),
            methods=[method],
            response_model=None,
            **described,
        )
        self.status: int = self.status_code or 200

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that was matched to this route (`scope["path_params"]`)."""
        started = perf_counter()
        services: Services = scope["app"].state.services
        call = Call(scope, services, self.path)
        try:
            reply = await self._reply(call, receive)
            output = self._answered(call, reply) if isinstance(reply, Answer) else reply
        except ClientGone:
            return
        except Problem as problem:
            output = failed(problem, call.headers, call.request_id)
        except Exception as error:  # noqa: BLE001 - the one place that may: nobody above answers the client
            output = failed(unexpected(error, call.request_id, self.path), call.headers, call.request_id)
        if services.metrics is not None:
            status = output.status_code if isinstance(output, Response) else output.status
            services.metrics.observe(call.method, self.path, status, perf_counter() - started)
        if isinstance(output, Response):
            said = {name for name, _ in output.raw_headers}
            output.raw_headers += [*_of_the_call(call), *(each for each in ALWAYS if each[0] not in said)]
            await output(scope, receive, send)
        else:
            await _send(send, call, output)

    async def _reply(self, call: Call[Services], receive: Receive) -> Answer | Response:
        if not self.nature.public:
            token = call.any_token if self.nature.takes_token_in_query else call.bearer_token
            call.identity = await call.services.authenticate(token)
            await self._count(call)
            call.allow(self.right)
        given: dict[str, str] = call.scope["path_params"]
        try:
            for name, read in self.path_readers:
                call.values[name] = read(given[name])
        except ValidationError:
            raise NotFound from None
        arguments = dict(call.values)
        call.dry_run, query = self._queried(call.scope["query_string"])
        if query is not None:
            arguments["query"] = query
        if self.is_write:
            await self._read_body(call, receive, arguments)
        return await self.run(call, **arguments)

    async def _count(self, call: Call[Services]) -> None:
        limits = call.services.limits
        try:
            call.standing = await limits.hit(self.limit, call.identity.user_id)
        except RateLimited as problem:
            call.standing = Standing(limits.per_minute[self.limit], 0, problem.retry_after or 1)
            raise

    def _read(self, query_string: bytes) -> tuple[bool, BaseModel | None]:
        """Whether a dry run is asked for, and the parameters; raises Invalid."""
        query = query_values(query_string)
        found: list[Fault] = []
        asked = query.pop("dryRun", "false") if self.has_dry_run else "false"
        if asked not in {"true", "false"}:
            found.append(Fault("dryRun", "invalid", "true or false."))
        if self.query_model is not None:
            return asked == "true", modelled(self.query_model, query, *found)
        if query or found:
            raise Invalid(details=[*found, *unknown(query)])
        return asked == "true", None

    async def _read_body(self, call: Call[Services], receive: Receive, arguments: dict[str, Any]) -> None:
        raw = await body_bytes(receive, call.headers, call.services.body_limit_bytes)
        if raw:
            check_media_type(call.headers)
            value = parsed(raw)
        elif self.body_is_required:
            raise MalformedRequest("A JSON body is needed.")
        else:
            value = {}
        found: list[Fault] = []
        # The one field of the server's that clients hold and send back: ignored, not refused (CONTRACT §1).
        value.pop("syncStatus", None)
        if self.is_retryable:
            in_header, in_body = call.header("Idempotency-Key"), value.pop("idempotencyKey", None)
            keys = {"Idempotency-Key": in_header, "idempotencyKey": in_body}
            call.idempotency_key = _retry_key(keys, found)
        if self.body_model is not None:
            call.body = arguments["body"] = modelled(self.body_model, value, *found)
        elif value or found:
            raise Invalid(details=[*found, *unknown(value)])

    def _answered(self, call: Call[Services], answer: Answer) -> Output:
        headers = [] if answer.etag is None else [(b"etag", answer.etag.encode())]
        if answer.etag is not None and not self.is_write and call.has_current(answer.etag):
            return Output(HTTPStatus.NOT_MODIFIED, headers, b"")
        headers.append((b"content-type", JSON))
        if call.dry_run:
            return Output(HTTPStatus.OK, headers, success(answer.data, with_dry_run(answer.meta)))
        if answer.location is not None:
            headers.append((b"location", answer.location.encode()))
        return Output(
            answer.status or self.status, headers, success(answer.pieces or answer.data, answer.meta)
        )


class Router:
    """Routes under one prefix and tag: `@router.get("/goals/{goal_id}", reply=Goal, …)`."""

    def __init__(self, *, prefix: str = "", tag: str, about: str = "") -> None:
        self.prefix = prefix
        self.tag = tag
        self.about = about
        self.routes: list[StrictRoute] = []

    def get(self, path: str, **options: Any) -> Callable[[E_], E_]:
        return self._taking("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[E_], E_]:
        return self._taking("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[E_], E_]:
        return self._taking("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[E_], E_]:
        return self._taking("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[E_], E_]:
        return self._taking("DELETE", path, options)

    def _taking(self, method: str, path: str, options: Mapping[str, Any]) -> Callable[[E_], E_]:
        """`options` are those of Nature, else of FastAPI (`status_code`, `summary`, `include_in_schema`)."""
        nature = {name: value for name, value in options.items() if name in Nature.__struct_fields__}
        described = {name: value for name, value in options.items() if name not in nature}

        def added(endpoint: E_) -> E_:
            lines = inspect.cleandoc(endpoint.__doc__ or "").partition("\n")
            described.setdefault("summary", lines[0].rstrip("."))
            self.routes.append(
                StrictRoute(
                    self.prefix + path,
                    endpoint,
                    method=method,
                    nature=Nature(**nature),
                    tags=[self.tag],
                    description=lines[2].strip(),
                    operation_id=_operation_id(endpoint.__name__),
                    **described,
                )
            )
            return endpoint

        return added


async def _send(send: Send, call: Call[Services], output: Output) -> None:
    headers = [*output.headers, *_of_the_call(call), *ALWAYS]
    if output.status != HTTPStatus.NOT_MODIFIED:
        headers.append((b"content-length", str(len(output.body)).encode()))
    await answer(call.scope, send, output.status, headers, b"" if call.method == "HEAD" else output.body)


def _of_the_call(call: Call[Services]) -> Headers:
    headers = [(b"x-request-id", call.request_id.encode())]
    return headers if call.standing is None else headers + _standing(call.standing)


def _standing(standing: Standing) -> Headers:
    return [
        (b"x-ratelimit-limit", str(standing.limit).encode()),
        (b"x-ratelimit-remaining", str(standing.remaining).encode()),
        (b"x-ratelimit-reset", str(standing.reset_seconds).encode()),
    ]


def _retry_key(keys: Mapping[str, object], found: list[Fault]) -> str | None:
    """The one key given, in the header or in the body; faults go to `found`."""
    good: set[str] = set()
    for field, key in keys.items():
        if isinstance(key, str) and _KEY.fullmatch(key):
            good.add(key)
        elif key is not None:
            found.append(Fault(field, "invalid", f"1 to {MAX_KEY} visible ASCII characters."))
    if len(good) > 1:
        found.append(Fault("idempotencyKey", "invalid", "Differs from the Idempotency-Key header."))
    return next(iter(good), None)


def _operation_id(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _description(endpoint: Endpoint, path_hints: Mapping[str, Any], route: StrictRoute) -> Callable[[], None]:
    """What FastAPI is shown instead of the endpoint: its parameters in FastAPI's terms, `call` left out."""

    def described() -> None: ...

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(name, kind, annotation=hint) for name, hint in path_hints.items()]
    if route.query_model is not None:
        parameters.append(inspect.Parameter("query", kind, annotation=Annotated[route.query_model, Query()]))
    if route.body_model is not None:
        default = inspect.Parameter.empty if route.body_is_required else None
        parameters.append(inspect.Parameter("body", kind, default=default, annotation=route.body_model))
    described.__name__ = endpoint.__name__
    described.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by inspect
    return described
