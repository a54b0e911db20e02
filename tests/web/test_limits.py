"""Rate limits: exact for one process, never more than one limit for several, in every order of calls.

The headers that show them are tested with the routes.
"""

import asyncio
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waymark.errors import RateLimited
from waymark.store.database import Database
from waymark.store.windows import SharedWindows
from waymark.web.limits import Grant, Limits, OwnWindows


class Time:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def allowed(limits: Limits, calls: int, key: str = "ada") -> int:
    """How many of so many calls get through."""
    passed = 0
    for _ in range(calls):
        try:
            await limits.hit("read", key)
            passed += 1
        except RateLimited:
            pass
    return passed


@pytest.mark.parametrize("limit", [1, 7, 10, 19, 20, 21, 100, 999])
async def test_one_process_allows_the_limit_exactly(limit: int) -> None:
    limits = Limits({"read": limit}, OwnWindows(Time()))
    assert await allowed(limits, 2 * limit + 5) == limit
    assert await allowed(limits, limit, key="bob") == limit


async def test_a_window_ends_a_minute_after_its_first_call() -> None:
    time = Time()
    limits = Limits({"read": 10}, OwnWindows(time))
    assert await allowed(limits, 11) == 10
    time.now += 59.5
    with pytest.raises(RateLimited) as refused:
        await limits.hit("read", "ada")
    assert refused.value.retry_after == 1
    time.now += 0.5
    assert await allowed(limits, 11) == 10


async def test_what_remains_counts_down_to_nothing() -> None:
    limits = Limits({"read": 45}, OwnWindows(Time()))
    standings = [await limits.hit("read", "ada") for _ in range(45)]
    assert [standing and standing.remaining for standing in standings] == list(range(44, -1, -1))


async def test_no_limit_is_no_standing() -> None:
    assert await Limits({}, OwnWindows()).hit("read", "ada") is None


@given(st.integers(1, 200), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60)), max_size=12))
def test_several_nodes_never_allow_more_and_waste_at_most_their_leases(
    limit: int, bursts: list[tuple[int, int]]
) -> None:
    async def run() -> tuple[int, int]:
        windows = OwnWindows(Time())
        nodes = [Limits({"read": limit}, windows) for _ in range(3)]
        return sum([await allowed(nodes[node], calls) for node, calls in bursts]), sum(
            calls for _, calls in bursts
        )

    passed, asked = asyncio.run(run())
    assert passed <= limit
    assert passed >= min(asked, limit - 2 * max(1, limit // 20))


async def test_calls_that_wait_together_share_what_they_get() -> None:
    class Slow(OwnWindows):
        async def take(self, key: str, permits: int, limit: int) -> Grant:
            await asyncio.sleep(0)
            return await super().take(key, permits, limit)

    limits = Limits({"read": 100}, Slow(Time()))
    passed = await asyncio.gather(*(allowed(limits, 10) for _ in range(20)))
    assert sum(passed) == 100


async def test_forgotten_keys_do_not_fill_the_memory() -> None:
    time = Time()
    limits = Limits({"auth": 5}, OwnWindows(time))
    tracemalloc.start()
    for key in range(20_000):
        time.now += 0.1
        await limits.hit("auth", f"stranger{key}@example.org")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000


async def test_nodes_share_one_limit_through_the_database(database: Database) -> None:
    time = Time()
    nodes = [Limits({"read": 60}, SharedWindows(database, time)) for _ in range(2)]
    passed = await asyncio.gather(*(allowed(node, 50) for node in nodes))
    assert 57 <= sum(passed) <= 60
    time.now += 60
    assert await allowed(nodes[0], 100) == 60
