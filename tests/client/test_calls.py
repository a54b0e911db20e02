"""Typed calls: trying again without doing it twice, failures as exceptions, and tokens that run out.

The server's half is told from outside, answer by answer, except where the application itself is asked.
"""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.api.conftest import SECRET
from tests.api.person import Person

from waymark.actions.tokens import AccessTokens
from waymark.client import AsyncWaymark, NoAnswer
from waymark.client.calls import Calls, Envelope, Tokens
from waymark.client.wire import Plan, Request, Response
from waymark.clock import FrozenClock
from waymark.errors import Invalid, NotFound, PreconditionFailed, RateLimited

BEGUN = datetime(2026, 3, 2, tzinfo=UTC)
OK = Response(200, {}, b'{"success":true,"data":{"id":"x"},"meta":null,"error":null}')


def refusal(status: int, code: str, **headers: str) -> Response:
    error: dict[str, Any] = {"code": code, "message": "…", "details": [], "context": None, "requestId": "r"}
    body = {"success": False, "data": None, "meta": None, "error": error}
    return Response(status, headers, json.dumps(body).encode())


def played(plan: Plan[Any], *answers: Response | NoAnswer) -> tuple[Any, list[Request]]:
    """The plan's result, and what it sent, with these answers."""
    sent = [next(plan)]
    try:
        for answer in answers:
            request = plan.throw(answer) if isinstance(answer, NoAnswer) else plan.send(answer)
            sent += [request]
    except StopIteration as end:
        return end.value, sent
    raise AssertionError(f"it wants more answers: {sent[-1]}")


def calls(**more: Any) -> Calls:
    return Calls(Tokens("old", "refresh"), jitter=lambda: 0, **more)


def test_a_lost_answer_is_asked_for_again_under_the_same_key() -> None:
    result, sent = played(calls().ask("POST", "/goals", {}), NoAnswer(), NoAnswer(), OK)
    assert isinstance(result, Envelope)
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert [request.after_seconds for request in sent] == [0, 0.5, 1]


def test_it_waits_as_it_is_told() -> None:
    limited = refusal(429, "RATE_LIMIT_EXCEEDED", **{"retry-after": "7"})
    _, sent = played(calls().ask("GET", "/goals"), limited, OK)
    assert [request.after_seconds for request in sent] == [0, 7]
    with pytest.raises(RateLimited) as raised:
        played(calls(tries=2).ask("GET", "/goals"), limited, limited)
    assert raised.value.retry_after == 7


def test_what_will_not_change_is_not_tried_again() -> None:
    with pytest.raises(Invalid):
        played(calls().ask("POST", "/goals", {}), refusal(422, "VALIDATION_ERROR"))
    with pytest.raises(NoAnswer):
        played(calls(tries=2).ask("GET", "/goals"), NoAnswer(), NoAnswer())


def test_an_expired_token_is_exchanged_once() -> None:
    kept: list[Tokens] = []
    pair = b'{"success":true,"data":{"accessToken":"new","refreshToken":"next"},"error":null}'
    expired = refusal(401, "AUTH_TOKEN_EXPIRED")
    _, sent = played(calls(keep=kept.append).ask("GET", "/goals"), expired, Response(200, {}, pair), OK)
    assert [request.headers.get("authorization") for request in sent] == ["Bearer old", None, "Bearer new"]
    assert kept == [Tokens("new", "next")]


def test_a_failed_exchange_can_be_tried_again() -> None:
    """The tokens are kept: nobody is logged out because the network failed at that moment."""
    ours = calls(tries=1)
    with pytest.raises(NoAnswer):
        played(ours.ask("GET", "/goals"), refusal(401, "AUTH_TOKEN_EXPIRED"), NoAnswer())
    assert ours.tokens == Tokens("old", "refresh")


async def test_calls_at_once_exchange_their_token_once(ada: Person, waymark: AsyncWaymark) -> None:
    """A refresh token that is used twice ends its session: calls side by side must not."""
    kept: list[Tokens] = []
    many = AsyncWaymark("http://test", http=waymark.http, keep=kept.append)
    await many.login(ada.user["email"], "correct horse battery staple")
    outdated = AccessTokens(SECRET, 1, FrozenClock(BEGUN)).token_for(ada.user["id"], ada.user["id"])
    for _ in range(2):
        many.calls.tokens = Tokens(outdated, kept[-1].refresh_token)
        await asyncio.gather(*(many.summary() for _ in range(5)))
    assert len(kept) == 3  # one of the login


async def test_typed_records(waymark: AsyncWaymark) -> None:
    goal = await waymark.goals.create(
        title="Run",
        metric_type="custom",
        unit="laps",
        target_value=Decimal("12.5"),
        target_date=date(2026, 6, 1),
    )
    assert (goal.target_value, goal.target_date) == (Decimal("12.5"), date(2026, 6, 1))
    told = await waymark.check_ins(goal.id).create(value=Decimal("2.5"), key="once")
    again = await waymark.check_ins(goal.id).create(value=Decimal("2.5"), key="once")
    assert told == again
    assert [told.goal.current_value, told.goal.progress_percent] == [Decimal("2.5"), 20]
    assert (await waymark.progress(goal.id)).progress_percent == 20
    task = await waymark.tasks.create(title="Shoes", goal_id=goal.id)
    await waymark.tasks.act(task.id, "complete")
    assert (await waymark.tasks.get(task.id)).status == "completed"
    habit = await waymark.habits.create(title="Stretch")
    done = await waymark.completions(habit.id).create(status="done")
    assert done.completion.habit_id == habit.id
    debt = await waymark.debts.create(
        direction="i_owe", counterparty_name="Bank", principal_amount=10, principal_currency="USD"
    )
    assert (await waymark.payments(debt.id).create(amount=Decimal("0.1"), currency="USD")).amount == Decimal(
        "0.1"
    )
    assert (await waymark.summary()).counts.active == 1
    await waymark.goals.delete(goal.id)
    with pytest.raises(NotFound):
        await waymark.goals.get(goal.id)
    assert (await waymark.goals.act(goal.id, "restore"))["id"] == goal.id


async def test_lists_go_on_to_their_end(waymark: AsyncWaymark) -> None:
    made = {(await waymark.tasks.create(title=str(number))).id for number in range(5)}
    listed = [task.id async for task in waymark.tasks.list(limit=2)]
    assert (len(listed), set(listed)) == (5, made)


async def test_only_if_it_is_as_it_was_seen(waymark: AsyncWaymark) -> None:
    goal = await waymark.goals.create(title="One")
    await waymark.goals.change(goal.id, title="Two", version=goal.version)
    with pytest.raises(PreconditionFailed):
        await waymark.goals.change(goal.id, title="Three", version=goal.version)


async def test_logging_in(waymark: AsyncWaymark, ada: Person) -> None:
    await waymark.login(ada.user["email"], "correct horse battery staple")
    assert waymark.calls.tokens is not None
    assert waymark.calls.tokens.refresh_token is not None
    assert [goal async for goal in waymark.goals.list()] == []


def test_it_comes_without_the_server() -> None:
    program = "import sys, waymark.client; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    servers = {"sqlalchemy", "apsw", "asyncpg", "alembic", "fastapi", "starlette", "pydantic", "uvicorn"}
    assert servers & set(loaded.stdout.split()) == set()
