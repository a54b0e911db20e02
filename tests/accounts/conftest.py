"""A node of account routes on each database, and a client of it.

Nothing here belongs to a single test.
"""

from collections.abc import AsyncIterator

import pytest
from tests.accounts.node import Caller, Node

from waymark.store.database import Database


@pytest.fixture
def node(database: Database) -> Node:
    return Node(database)


@pytest.fixture
async def call(node: Node) -> AsyncIterator[Caller]:
    caller = Caller(node)
    yield caller
    await caller.close()
