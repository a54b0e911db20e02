"""The baseline's engine: pooled, and on SQLite with the write-ahead log that every guide recommends.

No table and no query here.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine


def connected(url: str) -> tuple[AsyncEngine, async_sessionmaker[AsyncSession]]:
    """An engine and its sessions; SQLite waits for its write lock rather than failing under load."""
    is_sqlite = url.startswith("sqlite")
    engine = create_async_engine(
        url, pool_size=10, max_overflow=10, connect_args={"timeout": 60} if is_sqlite else {}
    )
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _prepare)
    return engine, async_sessionmaker(engine, expire_on_commit=False)


def _prepare(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
