"""What every write promises, held against every write there is: dry runs and safe retries.

Routes are found in the application and called with their own examples, so new ones are covered by themselves.
"""

from itertools import count
from typing import Any

import httpx2
from fastapi import FastAPI
from tests.api.person import Document, Person, code_of, data_of, parsed
from tests.api.tables import contents

from waymark.clock import FrozenClock, instant
from waymark.store.database import Database
from waymark.web.goal_examples import CREATE, GOAL
from waymark.web.route import StrictRoute

NEVER_DRY = {"POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/logout"}
NEVER_KEPT = {
    *NEVER_DRY,
    "POST /auth/tokens",
    "DELETE /auth/tokens/{token_id}",
    "DELETE /auth/sessions/{session_id}",
    "DELETE /users/me",  # the keys go with the account
}
BEFORE = {
    "resume": ("POST", "/pause"),
    "reactivate": ("POST", "/complete"),
    "reopen": ("POST", "/complete"),
    "restore": ("DELETE", ""),
}
"""Step → what must be done to the record before it."""
AT_FIRST = {
    "PATCH /focus-sessions/{record_id}/resume": ("PATCH", "/pause"),
    "DELETE /goals/{goal_id}/tasks/{task_id}": ("PUT", ""),
    "DELETE /goals/{goal_id}/habits/{habit_id}": ("PUT", ""),
    "DELETE /users/me/calendar": ("POST", ""),
    "DELETE /goals/{goal_id}/pictures": ("POST", ""),
}
"""The same for routes whose step is another one elsewhere; without a step it is of the path itself."""
SECRETS = {
    "POST /users/me/calendar": ("url",),
    "POST /goals/{goal_id}/pictures": ("chartUrl", "badgeUrl"),
    "POST /webhooks": ("secret",),
    "POST /webhooks/{record_id}/rotate-secret": ("secret",),
}
"""Route → the fields that its first answer alone has."""
TOLD_BY_OTHERS = {"POST /webhooks/{record_id}/test"}
"""What comes of it another machine says, which a dry run does not ask."""
TIES = {
    "POST /goals/{goal_id}/link-budget": ("/budgets", "budgetId"),
    "POST /goals/{goal_id}/link-debt": ("/debts", "debtId"),
}
"""What must be there, under the id of the example, to be tied to a goal of money."""
MONEY = {"title": "A week in Samarkand", "metricType": "amount", "currency": "UZS", "targetValue": 1_200_000}
VARYING = {
    *("id", "version", "createdAt", "updatedAt", "deletedAt", "completedAt", "goalId", "lastCheckInAt"),
    *("milestoneId", "token", "oldSecretUntil", "nextAttemptAt"),
}
SERIAL = count()


class Write:
    """One write route with a request that it accepts, asked by a person of its own."""

    def __init__(self, person: Person, method: str, path: str, body: Any) -> None:
        self.person = person
        self.method = method
        self.path = path
        self.body = body

    async def __call__(self, *, dry: bool = False, key: str | None = None, **more: Any) -> httpx2.Response:
        body = {**self.body, **more} if self.body is not None else None
        params = {"dryRun": "true"} if dry else None
        headers = {} if key is None else {"Idempotency_Key": key}
        return await self.person(self.method, self.path, body, params=params, **headers)


def name_of(route: StrictRoute) -> str:
    return f"{route.method} {route.path.removeprefix('/api/v1')}"


def writes(app: FastAPI) -> list[StrictRoute]:
    return [route for route in app.router.routes if isinstance(route, StrictRoute) and route.is_write]


async def prepared(app: FastAPI, client: httpx2.AsyncClient, clock: FrozenClock, route: StrictRoute) -> Write:
    """A person who has what the route is about, in the state that its step asks for."""
    clock.at = instant("2026-03-10T12:00:00Z")
    person = await Person.registered(client, f"user{next(SERIAL)}")
    milestones = [{"title": "a quarter", "targetPercent": 25}]
    tie = TIES.get(name_of(route))
    goal = await person.goal(**{**(MONEY if tie else CREATE), "id": GOAL["id"], "milestones": milestones})
    known = {
        "goal_id": goal["id"],
        "check_in_id": (await person.check_in(goal, 91))["checkIn"]["id"],
        "milestone_id": goal["milestones"][0]["id"],
        "session_id": (await person.get("/auth/sessions"))[0]["id"],
    }
    creations = {each.path.removeprefix("/api/v1"): each for each in writes(app) if each.method == "POST"}
    if tie is not None:
        where, name = tie
        tied = {**creations[where].nature.body_example, "id": route.nature.body_example[name]}
        await person.data("POST", where, tied)
    template = path = ""
    for segment in route.path.removeprefix("/api/v1/").split("/"):
        if segment.startswith("{"):
            record_id = known.get(segment[1:-1])
            if record_id is None and segment == "{completion_id}":
                said = await person.data("POST", path.replace("/history", "/complete"), {"status": "done"})
                record_id = said["completion"]["id"]
            elif record_id is None and segment == "{delivery_id}":
                # Of a change; that its receiver is nowhere to be found does not matter.
                await person.goal("told to others")
                await app.state.services.courier.run_once(clock.at)
                record_id = (await person.get(path))[0]["id"]
            elif record_id is None:
                # Any other record is made by the route that makes such ones, from its own example.
                creation = creations.get(template) or creations["/" + template.rpartition("/")[2]]
                where = path if template in creations else creation.path.removeprefix("/api/v1")
                record_id = (await person.data("POST", where, creation.nature.body_example))["id"]
            path += f"/{record_id}"
        else:
            path += f"/{segment}"
        template += f"/{segment}"
    record, _, last = path.rpartition("/")
    if name_of(route) in AT_FIRST:
        method, step = AT_FIRST[name_of(route)]
        await person.data(method, record + step if step else path)
    elif last in BEFORE:
        method, step = BEFORE[last]
        await person.data(method, record + step)
    body = route.nature.body_example
    if name_of(route) == "POST /sync/resolve-conflict":
        body = await deciding(person)
    return Write(person, route.method, path, body)


async def deciding(person: Person) -> Document:
    """The decision of a conflict, which is there: an amount was edited here and on a device."""
    paid = await person.data("POST", "/transactions", {"type": "expense", "amount": 5, "currency": "USD"})
    await person.data("PATCH", f"/transactions/{paid['id']}", {"amount": 6})
    change = {"entity": "transactions", "id": paid["id"], "operation": "update", "data": {"amount": 7}}
    body = {"changes": [{**change, "baseVersion": paid["version"]}]}
    (result,) = (await person.data("POST", "/sync/push", body))["results"]
    return {"conflictId": result["conflict"]["id"], "resolution": "use_local"}


def lasting(data: Any) -> Any:
    """An answer without what differs from one run to the next."""
    if isinstance(data, dict):
        return {name: lasting(value) for name, value in data.items() if name not in VARYING}
    return [lasting(value) for value in data] if isinstance(data, list) else data


async def test_which_writes_are_left_out(app: FastAPI) -> None:
    assert {name_of(route) for route in writes(app) if not route.has_dry_run} == NEVER_DRY
    assert {name_of(route) for route in writes(app) if not route.is_retryable} == NEVER_KEPT


async def test_dry_runs(
    app: FastAPI, client: httpx2.AsyncClient, clock: FrozenClock, database: Database
) -> None:
    """They say what would happen, change no row and keep no key; then it happens."""
    walked = [route for route in writes(app) if route.has_dry_run]
    assert len(walked) > 15
    for route in walked:
        name, write = name_of(route), await prepared(app, client, clock, route)
        before = await contents(database)
        dry = await write(dry=True, key="once" if route.is_retryable else None)
        assert dry.status_code == 200, (name, dry.text)
        assert parsed(dry)["meta"] == {"dryRun": True}, name
        assert await contents(database) == before, name
        real = await write(key="once" if route.is_retryable else None)
        assert real.status_code == route.status, (name, real.text)
        assert await contents(database) != before, name
        told = data_of(real)
        for field in SECRETS.get(name, ()):
            del told[field]
        if name not in TOLD_BY_OTHERS:
            assert lasting(data_of(dry)) == lasting(told), name


async def test_retries(
    app: FastAPI, client: httpx2.AsyncClient, clock: FrozenClock, database: Database
) -> None:
    """The same key gets the first answer and does nothing more; another request with it is refused."""
    walked = [route for route in writes(app) if route.is_retryable]
    assert len(walked) > 15
    for route in walked:
        name, write = name_of(route), await prepared(app, client, clock, route)
        first = await write(key="once")
        assert first.status_code == route.status, (name, first.text)
        after = await contents(database)
        again = [await write(key="once")]
        if write.body is not None:
            again.append(await write(idempotencyKey="once"))
        told = facts_of(first)
        for field in SECRETS.get(name, ()):
            del told[1]["data"][field]
        for answer in again:
            assert facts_of(answer) == told, name
        other = await write.person("POST", "/goals", {"title": "Else"}, Idempotency_Key="once")
        assert code_of(other) == (409, "IDEMPOTENCY_CONFLICT"), name
        assert await contents(database) == after, name


def facts_of(response: httpx2.Response) -> tuple[int, Document, str | None, str | None]:
    headers = response.headers
    return response.status_code, parsed(response), headers.get("ETag"), headers.get("Location")
