"""The hints of PostgreSQL by themselves: many words at once all arrive, and whoever is told to end, ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.realtime.site import PATIENCE

from waymark.store.hints import Heard, PostgresHints

NEVER = 3_600.0


@asynccontextmanager
async def listening(hints: PostgresHints, heard: Heard) -> AsyncIterator[asyncio.Task[None]]:
    begun = asyncio.Event()

    def noted(user_id: str | None) -> None:
        begun.set()
        heard(user_id)

    task = asyncio.create_task(hints.listen(noted))
    async with asyncio.timeout(PATIENCE):
        await begun.wait()
    yield task
    task.cancel()
    await asyncio.wait([task], timeout=PATIENCE)


async def test_words_said_at_once_all_arrive(postgres_url: str) -> None:
    """No poll is there to heal a word that was lost because another was under way."""
    users = {f"0198c0de-7a11-7c3e-9d52-{number:012}" for number in range(100)}
    heard: set[str | None] = set()
    mouth, ear = PostgresHints(postgres_url, NEVER), PostgresHints(postgres_url, NEVER)
    async with listening(mouth, lambda _: None), listening(ear, heard.add):
        await asyncio.gather(*(mouth.tell({user_id}) for user_id in users))
        async with asyncio.timeout(PATIENCE):
            while users - heard:  # noqa: ASYNC110  # what comes by the wire is only seen by looking
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("turns", range(6))
async def test_a_listener_ends_though_its_connection_goes_at_that_moment(
    postgres_url: str, turns: int
) -> None:
    """Cancelled in whichever turn of the loop it learns of the loss, it ends all the same."""
    hints = PostgresHints(postgres_url, NEVER)
    async with listening(hints, lambda _: None) as task:
        connection = hints._connection  # noqa: SLF001  # from outside that turn cannot be hit on purpose
        assert connection is not None
        connection.terminate()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=PATIENCE)
        assert done == {task}
