"""Many clients at once, on two nodes with PostgreSQL and on one with SQLite: nothing lost, nothing twice.

Real processes, real sockets; what came of it is read from the database.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from decimal import Decimal
from uuid import UUID

import anyio
import httpx2
import pytest
from tests.cluster import Cluster
from tests.conftest import DIALECTS
from tests.durability.node import Client, Node, Person
from tests.durability.records import check_whole, opened
from tests.hypothesis_profiles import IS_SOAK

from waymark.store.migrate import migrate

CLIENTS = 64
EACH = 200 if IS_SOAK else 6
KEYS = 1_000 if IS_SOAK else 20
SENDERS = 10
PAIRS = 2_000 if IS_SOAK else 25

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database for all tests here: starting servers takes longer than the tests do."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('shared') / 'waymark.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create("shared")
    asyncio.run(migrate(url))
    return url


@pytest.fixture(scope="module")
def nodes(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """As many as the database allows: two, or one."""
    folder = tmp_path_factory.mktemp("nodes")
    with ExitStack() as held:
        count = 1 if database_url.startswith("sqlite") else 2
        launched = [held.enter_context(Node(database_url, folder)) for _ in range(count)]
        yield [node.wait() for node in launched]


@pytest.fixture
async def ada(nodes: list[Node], database_url: str, request: pytest.FixtureRequest) -> Person:
    request.node.user_properties.append(("database", database_url.split(":", maxsplit=1)[0]))
    return await Person.registered(nodes[0])


@pytest.fixture
async def clients(nodes: list[Node], ada: Person) -> AsyncIterator[list[Client]]:
    """Spread over the nodes."""
    async with AsyncExitStack() as held:
        yield [
            await held.enter_async_context(Client(nodes[number % len(nodes)], ada.token))
            for number in range(CLIENTS)
        ]


async def test_no_check_in_is_lost(
    nodes: list[Node], ada: Person, clients: list[Client], database_url: str
) -> None:
    goal_id = await ada.goal(nodes[0])
    sent: dict[str, Decimal] = {}

    async def keep_checking_in(number: int) -> None:
        for turn in range(EACH):
            id_, value = str(UUID(int=number * EACH + turn + 1)), Decimal(number * EACH + turn) / 100
            sent[id_] = value
            response = await clients[number](
                "POST", f"/goals/{goal_id}/check-in", {"id": id_, "value": str(value)}, key=id_
            )
            assert response.status_code == 201, response.text

    async with anyio.create_task_group() as group:
        for number in range(CLIENTS):
            group.start_soon(keep_checking_in, number)
    async with opened(database_url) as database:
        assert await check_whole(database, ada.user_id, goal_id) == sent
    shown = (await clients[0]("GET", f"/goals/{goal_id}")).json()["data"]
    assert shown["checkInCount"] == CLIENTS * EACH


async def test_a_retry_has_one_effect_and_one_answer(
    nodes: list[Node], ada: Person, clients: list[Client], database_url: str
) -> None:
    goal_id = await ada.goal(nodes[0])
    for key in range(KEYS):
        answers: list[httpx2.Response] = []

        async def send(number: int, key: int = key, answers: list[httpx2.Response] = answers) -> None:
            answers.append(
                await clients[number]("POST", f"/goals/{goal_id}/check-in", {"value": key}, key=f"key-{key}")
            )

        async with anyio.create_task_group() as group:
            for number in range(SENDERS):
                group.start_soon(send, number)
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert {answer.headers["ETag"] for answer in answers} == {answers[0].headers["ETag"]}
    async with opened(database_url) as database:
        facts = await check_whole(database, ada.user_id, goal_id)
    assert sorted(value for value in facts.values() if value is not None) == list(range(KEYS))


async def test_of_two_who_hold_one_version_one_wins(
    nodes: list[Node], ada: Person, clients: list[Client]
) -> None:
    path = f"/goals/{await ada.goal(nodes[0])}"
    for turn in range(PAIRS):
        etag = (await clients[0]("GET", path)).headers["ETag"]
        answers: dict[str, int] = {}

        async def change(
            number: int, etag: str = etag, turn: int = turn, answers: dict[str, int] = answers
        ) -> None:
            title = f"{turn} by {number}"
            response = await clients[number]("PATCH", path, {"title": title}, if_match=etag)
            answers[title] = response.status_code

        async with anyio.create_task_group() as group:
            group.start_soon(change, 0)
            group.start_soon(change, 1)
        assert sorted(answers.values()) == [200, 412]
        winner = next(title for title, status in answers.items() if status == 200)
        assert (await clients[0]("GET", path)).json()["data"]["title"] == winner
