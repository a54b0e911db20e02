"""One's own record: reading, changing, another password, erasing, exporting (CONTRACT §2).

Logging in and tokens are tested elsewhere.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from tests.accounts.node import NOON, PASSWORD, Caller, Node, code_of, data_of, fields_of

from waymark.actions.account_commands import LogIn
from waymark.actions.accounts import add_user, create_token, log_in, set_password
from waymark.actions.check_ins import record_check_in
from waymark.actions.commands import CreateGoal, RecordCheckIn
from waymark.actions.goals import create_goal
from waymark.actions.perform import Door
from waymark.actions.sessions import Client
from waymark.errors import AlreadyExists, Invalid, InvalidCredentials, NotFound
from waymark.queries.export import SECTIONS, ExportDocument
from waymark.store import schema
from waymark.store.database import Add, Database, Transaction
from waymark.store.export_statements import PAGE
from waymark.store.statement import Statement
from waymark.store.statements import PAGE as DOCUMENT

NEW = "an even longer passphrase"


async def made_goal(node: Node, user_id: str, facts: int = 0) -> str:
    """A goal of the user's with check-ins; its id."""
    command = CreateGoal.model_validate(
        {"title": "Run", "metricType": "count", "targetValue": 10_000, "milestones": [{"title": "Half"}]}
    )
    outcome = await node.door.perform(user_id, create_goal, command)
    goal_id: str = msgspec.json.decode(outcome.data)["id"]
    for number in range(facts):
        fact = RecordCheckIn.model_validate({"value": number})
        await node.door.perform(user_id, record_check_in, goal_id, fact)
    return goal_id


async def logged_in(call: Caller, password: str) -> int:
    body = {"email": "ada@example.com", "password": password}
    return (await call("POST", "/auth/login", body)).status_code


async def rows_with(database: Database, user_id: str) -> set[str]:
    """Names of the tables that hold the id anywhere."""
    found = set()
    for table in schema.metadata.sorted_tables:
        for row in await database.all(Statement(sa.select(table))):
            if any(user_id in str(value) for value in row):
                found.add(table.name)
    return found


class Window(msgspec.Struct):
    key: str
    window_start: datetime = NOON
    used: int = 1
    expires_at: datetime = NOON


async def counted(database: Database, user_id: str) -> None:
    """A rate-limit window of the user's, as a node of several keeps it."""

    async def unit(tx: Transaction) -> None:
        await tx.apply([Add(schema.rate_windows, [Window(f"write:{user_id}")])])

    await database.write(unit)


# Changing ------------------------------------------------------------------------------------


async def test_a_patch_changes_what_it_names(call: Caller) -> None:
    answer = await call.registered(fullName="Ada")
    token, before = answer["accessToken"], answer["user"]
    place = {"timezone": "Asia/Tashkent", "dayStartsAt": 4, "baseCurrency": "UZS"}
    patch = {**place, "insightThresholds": [50, 10, 50]}
    changed = {**place, "insightThresholds": [10, 50]}
    response = await call("PATCH", "/users/me", patch, token=token)
    after = data_of(response)
    assert after == {**before, **changed, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] != before["updatedAt"]
    assert data_of(await call("GET", "/auth/me", token=token)) == after
    cleared = await call("PATCH", "/users/me", {"fullName": None, "insightThresholds": None}, token=token)
    assert (data_of(cleared)["fullName"], data_of(cleared)["insightThresholds"]) == (None, None)
    same = await call("PATCH", "/users/me", {"dayStartsAt": 4}, token=token)
    assert data_of(same) == data_of(cleared)
    assert same.headers["etag"] == cleared.headers["etag"]


REFUSED_CHANGES = [
    ("dayStartsAt", 24, "out_of_range"),
    ("dayStartsAt", -1, "out_of_range"),
    ("dayStartsAt", 4.0, "wrong_type"),
    ("dayStartsAt", "4", "wrong_type"),
    ("dayStartsAt", True, "wrong_type"),
    ("dayStartsAt", None, "wrong_type"),
    ("timezone", None, "wrong_type"),
    ("timezone", "Europe/Nowhere", "not_allowed"),
    ("baseCurrency", "EURO", "not_allowed"),
    ("insightThresholds", [0], "out_of_range"),
    ("insightThresholds", [101], "out_of_range"),
    ("insightThresholds", [1] * 21, "too_many"),
    ("insightThresholds", 50, "wrong_type"),
    ("fullName", "", "required"),
    ("email", "bob@example.com", "unknown_field"),
    ("password", PASSWORD, "unknown_field"),
]


async def test_what_a_patch_refuses(call: Caller) -> None:
    answer = await call.registered()
    for field, value, fault in REFUSED_CHANGES:
        response = await call("PATCH", "/users/me", {field: value}, token=answer["accessToken"])
        assert code_of(response) == (422, "VALIDATION_ERROR"), (field, value)
        assert {name.partition("[")[0]: code for name, code in fields_of(response).items()} == {field: fault}
    assert data_of(await call("GET", "/auth/me", token=answer["accessToken"])) == answer["user"]


async def test_two_patches_of_one_version_have_one_winner(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    etag = (await call("GET", "/auth/me", token=token)).headers["etag"]
    responses = await asyncio.gather(
        *(call("PATCH", "/users/me", {"dayStartsAt": hour}, token=token, If_Match=etag) for hour in (1, 2, 3))
    )
    assert sorted(response.status_code for response in responses) == [200, 412, 412]


async def test_a_patch_is_replayed_and_rehearsed(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    rehearsed = await call("PATCH", "/users/me?dryRun=true", {"dayStartsAt": 3}, token=token)
    assert (data_of(rehearsed)["dayStartsAt"], rehearsed.json()["meta"]) == (3, {"dryRun": True})
    assert data_of(await call("GET", "/auth/me", token=token))["dayStartsAt"] == 0
    first = await call("PATCH", "/users/me", {"dayStartsAt": 5}, token=token, Idempotency_Key="a")
    await call("PATCH", "/users/me", {"dayStartsAt": 6}, token=token)
    again = await call("PATCH", "/users/me", {"dayStartsAt": 5}, token=token, Idempotency_Key="a")
    assert again.json() == first.json()
    other = await call("PATCH", "/users/me", {"dayStartsAt": 7}, token=token, Idempotency_Key="a")
    assert code_of(other) == (409, "IDEMPOTENCY_CONFLICT")
    assert data_of(await call("GET", "/auth/me", token=token))["dayStartsAt"] == 6


@pytest.mark.parametrize(
    ("change", "is_stale"),
    [
        ({"timezone": "Pacific/Auckland"}, True),
        ({"dayStartsAt": 23}, True),
        ({"fullName": "Ada"}, False),
        ({"timezone": "UTC"}, False),
    ],
)
async def test_another_day_makes_every_document_stale(
    call: Caller, node: Node, change: dict[str, Any], is_stale: bool
) -> None:
    answer = await call.registered()
    stranger = await call.registered("bob@example.com")
    ids = [await made_goal(node, each["user"]["id"]) for each in (answer, stranger)]
    await call("PATCH", "/users/me?dryRun=true", change, token=answer["accessToken"])
    await call("PATCH", "/users/me", change, token=answer["accessToken"])
    stale = []
    for each, goal_id in zip((answer, stranger), ids, strict=True):
        page = await node.door.database.one(DOCUMENT, user_id=each["user"]["id"], goal_id=goal_id)
        assert page is not None
        stale.append(page.fresh_until <= NOON)
    assert stale == [is_stale, False]


# Password ------------------------------------------------------------------------------------


async def test_another_password_ends_the_other_sessions(call: Caller) -> None:
    first = await call.registered()
    login = {"email": "ada@example.com", "password": PASSWORD}
    other = data_of(await call("POST", "/auth/login", login))
    assert (await call("GET", "/auth/me", token=other["accessToken"])).status_code == 200
    body = {"current": PASSWORD, "new": NEW}
    assert (await call("POST", "/users/me/password", body, token=first["accessToken"])).status_code == 200
    assert (await call("GET", "/auth/me", token=first["accessToken"])).status_code == 200
    assert (await call("GET", "/auth/me", token=other["accessToken"])).status_code == 401
    refresh = await call("POST", "/auth/refresh", {"refreshToken": other["refreshToken"]})
    assert code_of(refresh) == (401, "AUTH_TOKEN_INVALID")
    assert [await logged_in(call, PASSWORD), await logged_in(call, NEW)] == [401, 200]


async def test_a_wrong_current_password_changes_nothing(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    response = await call("POST", "/users/me/password", {"current": "wrong", "new": NEW}, token=token)
    assert code_of(response) == (401, "AUTH_INVALID_CREDENTIALS")
    assert fields_of(response) == {"current": "invalid"}
    short = await call("POST", "/users/me/password", {"current": PASSWORD, "new": "short"}, token=token)
    assert fields_of(short) == {"new": "too_short"}
    rehearsal = await call(
        "POST", "/users/me/password?dryRun=true", {"current": PASSWORD, "new": NEW}, token=token
    )
    assert rehearsal.status_code == 200
    assert await logged_in(call, PASSWORD) == 200


async def test_a_lost_reply_to_a_password_change_can_be_asked_again(call: Caller, database: Database) -> None:
    token = (await call.registered())["accessToken"]
    body = {"current": PASSWORD, "new": NEW}
    first = await call("POST", "/users/me/password", body, token=token, Idempotency_Key="once")
    again = await call("POST", "/users/me/password", body, token=token, Idempotency_Key="once")
    assert (again.status_code, again.json()) == (200, first.json())
    other = {"current": PASSWORD, "new": "something else entirely"}
    conflict = await call("POST", "/users/me/password", other, token=token, Idempotency_Key="once")
    assert code_of(conflict) == (409, "IDEMPOTENCY_CONFLICT")
    kept = str(await database.all(Statement(sa.select(schema.idempotency))))
    assert PASSWORD not in kept
    assert NEW not in kept


async def test_of_two_password_changes_at_once_one_wins(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    bodies = [{"current": PASSWORD, "new": f"{NEW} {number}"} for number in range(4)]
    responses = await asyncio.gather(
        *(call("POST", "/users/me/password", body, token=token) for body in bodies)
    )
    assert sorted(response.status_code for response in responses) == [200, 401, 401, 401]


async def test_an_old_password_opens_no_session_beside_its_change(node: Node, database: Database) -> None:
    await add_user(node.door, "ada@example.com", PASSWORD)

    class ChangedMeanwhile:
        """The database, where the password changes after it was compared."""

        one = database.one

        async def write(self, body: Any) -> Any:
            await set_password(node.door, "ada@example.com", NEW, node.clock.now())
            return await database.write(body)

    slow: Any = ChangedMeanwhile()
    command = LogIn.model_validate({"email": "ada@example.com", "password": PASSWORD})
    with pytest.raises(InvalidCredentials):
        await log_in(Door(slow, node.data_clock), node.sessions, command, Client())
    assert await database.all(Statement(sa.select(schema.sessions))) == []


async def test_no_secret_is_stored_in_the_clear(call: Caller, database: Database) -> None:
    answer = await call.registered()
    created = await call("POST", "/auth/tokens", {"name": "widget"}, token=answer["accessToken"])
    secrets = [PASSWORD, answer["accessToken"], answer["refreshToken"], data_of(created)["token"]]
    for table in schema.metadata.sorted_tables:
        stored = str(await database.all(Statement(sa.select(table))))
        assert not [secret for secret in secrets if secret in stored]


# Erasing -------------------------------------------------------------------------------------


async def test_erasing_leaves_no_trace(call: Caller, node: Node) -> None:
    database = node.door.database
    answer = await call.registered()
    token, user_id = answer["accessToken"], answer["user"]["id"]
    stranger = await call.registered("bob@example.com")
    for each in (answer, stranger):
        await made_goal(node, each["user"]["id"], facts=3)
        await call("POST", "/auth/tokens", {"name": "widget"}, token=each["accessToken"])
        await call("PATCH", "/users/me", {"dayStartsAt": 1}, token=each["accessToken"], Idempotency_Key="k")
        await counted(database, each["user"]["id"])
    known = await rows_with(database, user_id)
    assert known >= {"users", "api_tokens", "goal_check_ins", "goal_documents", "journal", "rate_windows"}
    # What has no row here yet goes the same way: by its owner's column.
    assert {name for name, table in schema.metadata.tables.items() if "user_id" not in table.c} == {
        "users", "rate_windows",
    }  # fmt: skip
    rehearsal = await call("DELETE", "/users/me?dryRun=true", {"password": PASSWORD}, token=token)
    assert rehearsal.status_code == 200
    assert await rows_with(database, user_id) == known
    response = await call("DELETE", "/users/me", {"password": PASSWORD}, token=token)
    assert data_of(response)["email"] == "ada@example.com"
    assert await rows_with(database, user_id) == set()
    assert await rows_with(database, stranger["user"]["id"]) == known
    assert (await call("GET", "/auth/me", token=token)).status_code == 401
    assert await logged_in(call, PASSWORD) == 401
    again = await call.registered("ada@example.com")
    assert again["user"]["id"] != user_id


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [({}, 422, "password"), (None, 422, "password"), ({"password": "wrong"}, 401, "password")],
)
async def test_erasing_needs_the_password(
    call: Caller, body: dict[str, str] | None, status: int, field: str
) -> None:
    token = (await call.registered())["accessToken"]
    response = await call("DELETE", "/users/me", body, token=token)
    assert response.status_code == status
    assert list(fields_of(response)) == [field]
    assert (await call("GET", "/auth/me", token=token)).status_code == 200


async def test_erasing_while_refreshing_and_writing_ends_in_nothing(call: Caller, node: Node) -> None:
    answer = await call.registered()
    token, user_id = answer["accessToken"], answer["user"]["id"]
    goal_id = await made_goal(node, user_id)
    fact = RecordCheckIn.model_validate({"value": 1})
    writes = [node.door.perform(user_id, record_check_in, goal_id, fact) for _ in range(5)]
    refreshes = [call("POST", "/auth/refresh", {"refreshToken": answer["refreshToken"]}) for _ in range(5)]
    erasure = call("DELETE", "/users/me", {"password": PASSWORD}, token=token)
    outcomes = await asyncio.gather(erasure, *writes, *refreshes, return_exceptions=True)
    assert {type(each) for each in outcomes if isinstance(each, BaseException)} <= {NotFound}
    assert await rows_with(node.door.database, user_id) == set()


# Exporting -----------------------------------------------------------------------------------


async def test_an_export_holds_everything_of_one_user(call: Caller, node: Node) -> None:
    answer = await call.registered()
    token, user_id = answer["accessToken"], answer["user"]["id"]
    stranger = await call.registered("bob@example.com")
    await made_goal(node, stranger["user"]["id"], facts=2)
    ids = [await made_goal(node, user_id, facts=PAGE + 1), await made_goal(node, user_id, facts=1)]
    created = data_of(await call("POST", "/auth/tokens", {"name": "widget"}, token=token))
    response = await call("GET", "/users/me/export", token=token)
    assert response.headers["content-type"] == "application/json"
    assert "attachment" in response.headers["content-disposition"]
    data = data_of(response)
    export = msgspec.convert(data, ExportDocument)
    assert (export.format, export.version) == ("waymark-export", 1)
    assert data["user"] == answer["user"]
    assert sorted(goal["id"] for goal in data["goals"]) == sorted(ids)
    assert len({each["id"] for each in data["goalMilestones"]}) == 2
    facts = data["goalCheckIns"]
    assert len({fact["id"] for fact in facts}) == len(facts) == PAGE + 2
    assert {fact["userId"] for fact in facts} == {user_id}
    assert sum(fact["value"] for fact in facts) == PAGE * (PAGE + 1) / 2
    assert len(data["goalTargets"]) == 2
    assert [row["seq"] for row in data["journal"]] == list(range(1, len(data["journal"]) + 1))
    assert stranger["user"]["id"] not in response.text
    assert created["token"] not in response.text
    assert "$argon2" not in response.text


async def test_an_export_of_nothing_is_whole(call: Caller) -> None:
    token = (await call.registered())["accessToken"]
    data = data_of(await call("GET", "/users/me/export", token=token))
    assert all(data[name] == [] for name in SECTIONS)


# The command line's --------------------------------------------------------------------------


async def test_what_the_operator_can_do(call: Caller, node: Node) -> None:
    door, now = node.door, node.clock.now()
    user = await add_user(door, " ada@example.com", PASSWORD)
    with pytest.raises(AlreadyExists):
        await add_user(door, "ADA@example.com", PASSWORD)
    login = {"email": "ada@example.com", "password": PASSWORD}
    session = data_of(await call("POST", "/auth/login", login))
    assert session["user"]["id"] == user.id
    node.pass_seconds(10)
    await set_password(door, "Ada@example.com ", NEW, now + timedelta(seconds=10))
    assert (await call("GET", "/auth/me", token=session["accessToken"])).status_code == 401
    assert [await logged_in(call, PASSWORD), await logged_in(call, NEW)] == [401, 200]
    secret = await create_token(door, "ada@example.com", "backup", ["read"], now)
    assert (await call("GET", "/auth/me", token=secret)).status_code == 200


async def test_what_the_operator_cannot_do(node: Node) -> None:
    door, now = node.door, node.clock.now()
    await add_user(door, "ada@example.com", PASSWORD)
    for email, password, field in [("ada", PASSWORD, "email"), ("bob@example.com", "short", "password")]:
        with pytest.raises(Invalid) as refused:
            await add_user(door, email, password)
        assert [fault.field for fault in refused.value.details] == [field]
    with pytest.raises(Invalid):
        await set_password(door, "ada@example.com", "short", now)
    with pytest.raises(NotFound):
        await set_password(door, "bob@example.com", PASSWORD, now)
    with pytest.raises(NotFound):
        await create_token(door, "bob@example.com", "backup", ["read"], now)
