"""What an assistant may ask of one account: tools over the same commands, door and reads as every route.

Standard output belongs to the protocol; nothing else may be printed. No rule lives here.
"""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec
import structlog
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from pydantic import BaseModel, Field
from uuid_utils import uuid7

from waymark import __version__
from waymark.actions.accounts import get_user_by_email
from waymark.actions.check_ins import record_check_in
from waymark.actions.commands import RecordCheckIn
from waymark.actions.faults import modelled
from waymark.actions.fields import Id, Line, Payload
from waymark.actions.fresh import fresh_list, fresh_page
from waymark.actions.goal_money import simulate
from waymark.actions.money_commands import Simulate
from waymark.actions.perform import Conditions, Retry, perform
from waymark.app import Application
from waymark.domain.documents import encoded
from waymark.domain.vocabulary import GoalStatus, InsightStatus
from waymark.errors import InternalError, NotFound, Problem
from waymark.queries import goals as goal_queries
from waymark.queries import nouns
from waymark.queries.insights import INSIGHTS
from waymark.store.listing import Asked
from waymark.web.envelope import failure, success
from waymark.web.route import MAX_KEY

M = TypeVar("M", bound=BaseModel)
Limit = Annotated[int, Field(ge=1, le=100)]
Key = Annotated[str, Field(pattern=rf"^[!-~]{{1,{MAX_KEY}}}$")]

_LOG: Final = structlog.get_logger()


class ListGoals(Payload):
    """Which goals; without a status all that are not archived."""

    status: GoalStatus | None = None
    search: Line | None = None
    limit: Limit = 20


class OneGoal(Payload):
    goal_id: Id


class CheckIn(RecordCheckIn):
    """A fact of one goal. The same idempotencyKey again gets the first answer and does nothing twice."""

    goal_id: Id
    idempotency_key: Key | None = None
    dry_run: bool = False


class SimulateGoal(Simulate):
    goal_id: Id


class ListInsights(Payload):
    """Which insights, newest first."""

    goal_id: Id | None = None
    status: InsightStatus | None = None
    limit: Limit = 20


Run: TypeAlias = Callable[["Account", Any], Awaitable[str]]


class Tool(NamedTuple):
    """One tool: its arguments are the fields of a model, its answer is JSON."""

    about: str
    arguments: type[Payload]
    run: Run
    changes: bool = False


class Account:
    """One user's goals, as the tools see them."""

    def __init__(self, application: Application, user_id: str) -> None:
        self._application = application
        self._door = application.door
        self._user_id = user_id

    async def list_goals(self, asked: ListGoals) -> str:
        given = asked.model_dump(include={"status", "search"}, exclude_none=True)
        goals, meta = await fresh_list(
            self._door,
            self._application.cursors,
            self._user_id,
            Asked(sort_by="createdAt", order="desc", limit=asked.limit),
            given,
            show_status="archived" if asked.status == "archived" else "active",
        )
        return success(goals, encoded(meta)).decode()

    async def get_goal(self, asked: OneGoal) -> str:
        page = await fresh_page(self._door, self._user_id, asked.goal_id)
        return success(page.body).decode()

    async def explain_progress(self, asked: OneGoal) -> str:
        page = await fresh_page(self._door, self._user_id, asked.goal_id)
        document = await self._door.database.snapshot(
            lambda reader: goal_queries.progress_document(reader, self._user_id, asked.goal_id, page.day)
        )
        return success(encoded(document)).decode()

    async def check_in(self, asked: CheckIn) -> str:
        key = asked.idempotency_key
        conditions = Conditions(
            retry=None if key is None else Retry(key, _fingerprint(asked)),
            dry_run=asked.dry_run,
            origin="mcp",
        )
        fact = _part(asked, RecordCheckIn)
        outcome = await perform(self._door, self._user_id, conditions, record_check_in, asked.goal_id, fact)
        return success(outcome.data).decode()

    async def simulate(self, asked: SimulateGoal) -> str:
        outcome = await perform(
            self._door,
            self._user_id,
            Conditions(dry_run=True, origin="mcp"),
            simulate,
            asked.goal_id,
            _part(asked, Simulate),
        )
        return success(outcome.data).decode()

    async def list_insights(self, asked: ListInsights) -> str:
        bodies, meta = await nouns.listed(
            self._door.database,
            INSIGHTS,
            self._application.cursors,
            self._user_id,
            Asked(sort_by="createdAt", order="desc", limit=asked.limit),
            asked.model_dump(include={"goal_id", "status"}, exclude_none=True),
            show_status="active",
            now=self._door.clock.now(),
        )
        return success(bodies, encoded(meta)).decode()


TOOLS: Final[Mapping[str, Tool]] = {
    "list_goals": Tool(
        "List the user's goals with progress, pace and what is needed next.", ListGoals, Account.list_goals
    ),
    "get_goal": Tool("Get one goal with all that is known of it today.", OneGoal, Account.get_goal),
    "explain_progress": Tool(
        "Explain a goal's progressPercent: every term with value, weight and points that add up to it.",
        OneGoal,
        Account.explain_progress,
    ),
    "simulate": Tool(
        "Ask how pace and projection would be with more each month, another target or a pause."
        " Changes nothing.",
        SimulateGoal,
        Account.simulate,
    ),
    "list_insights": Tool(
        "List what was noticed: milestones, deadlines, goals that fall behind.",
        ListInsights,
        Account.list_insights,
    ),
    "check_in": Tool(
        "Record a fact for a goal: a value to add, or the newest measurement. Give an idempotencyKey, so"
        " that a retry does not count twice; dryRun shows what would happen.",
        CheckIn,
        Account.check_in,
        changes=True,
    ),
}


async def serve(application: Application, email: str, *, read_only: bool) -> None:
    """Answer an assistant until it closes standard input; NotFound for an unknown address."""
    user = await get_user_by_email(application.door, email)
    account = Account(application, user.id)
    offered = {name: tool for name, tool in TOOLS.items() if not (read_only and tool.changes)}

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(name, tool) for name, tool in offered.items()])

    async def call_tool(
        _: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        return await _called(offered, account, params.name, params.arguments or {})

    server = Server(
        "waymark",
        version=__version__,
        instructions="Goals of one person. Answers are the JSON of Waymark's HTTP API.",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


async def _called(
    offered: Mapping[str, Tool], account: Account, name: str, arguments: Mapping[str, Any]
) -> types.CallToolResult:
    """A tool's answer, or its failure in the envelope that HTTP has for it."""
    called, tool = str(uuid7()), offered.get(name)
    if tool is None:
        return _result(failure(NotFound("There is no such tool."), called).decode(), is_error=True)
    try:
        return _result(await tool.run(account, modelled(tool.arguments, _exact(arguments))))
    except Problem as problem:
        return _result(failure(problem, called).decode(), is_error=True)
    except Exception as error:  # noqa: BLE001 - an assistant must be answered, whatever happened
        _LOG.error("unexpected failure", request_id=called, tool=name[:64], exc_info=error)
        return _result(failure(InternalError(), called).decode(), is_error=True)


def _result(text: str, *, is_error: bool = False) -> types.CallToolResult:
    # As text alone: structured content would pass through binary floats.
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=is_error)


def _described(name: str, tool: Tool) -> types.Tool:
    return types.Tool(
        name=name,
        description=tool.about,
        input_schema=tool.arguments.model_json_schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.changes, destructive_hint=False, open_world_hint=False
        ),
    )


def _exact(value: Any) -> Any:
    """Arguments with decimals for the floats that the protocol's reader makes: of their shortest digits."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: _exact(each) for name, each in value.items()}
    return [_exact(each) for each in value] if isinstance(value, list) else value


def _part(asked: BaseModel, model: type[M]) -> M:
    """The command among a tool's arguments."""
    names = set(model.model_fields)
    values = {name: getattr(asked, name) for name in names}
    return model.model_construct(_fields_set=asked.model_fields_set & names, **values)


def _fingerprint(asked: CheckIn) -> str:
    told = asked.model_dump(exclude_unset=True, exclude={"idempotency_key"})
    return sha256(msgspec.json.encode(["mcp", "check_in", told], order="sorted")).hexdigest()
