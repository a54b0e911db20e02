"""Bringing a database to the current schema: all missing steps in one transaction, once.

Alembic writes the SQL, our own drivers execute it: the interpreter's sqlite3 may be one that loses pages.
"""

from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Final

import apsw
import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from waymark.store import postgres, sqlite
from waymark.store.columns import Dialect
from waymark.store.connect import is_postgresql, sqlite_path

MIGRATIONS: Final = Path(__file__).parent / "migrations"
VERSION: Final = "SELECT version_num FROM alembic_version"
LOCK: Final = 0x5741594D41524B
"""The advisory lock that two nodes starting together meet at."""


async def migrate(url: str) -> list[str]:
    """Apply what is missing; the revisions that were applied, oldest first. Unavailable when it cannot be.

    Killed half-way it leaves the schema as it was; called twice, or by two nodes at once, it happens once.
    """
    if is_postgresql(url):
        return await _migrate_postgres(url)
    return _migrate_sqlite(sqlite_path(url))


async def pending(url: str) -> list[str]:
    """The revisions that the database lacks, oldest first."""
    if is_postgresql(url):
        connection = await postgres.connection_to(url)
        try:
            return missing(await _postgres_version(connection))
        finally:
            await connection.close()
    if not sqlite_path(url).exists():
        return missing(None)
    with closing(sqlite.connection_to(sqlite_path(url))) as database:
        return missing(_sqlite_version(database))


def missing(version: str | None) -> list[str]:
    """The revisions after `version` (None: of an empty database), oldest first.

    A version from after our time lacks nothing: migrations only add, so that the nodes of the version
    before go on while an upgrade rolls.
    """
    script = ScriptDirectory(str(MIGRATIONS))
    if version is not None and version not in {step.revision for step in script.walk_revisions()}:
        return []
    return [step.revision for step in script.iterate_revisions("head", version or "base")][::-1]


def upgrade_text(dialect: Dialect, version: str | None) -> str:
    """The SQL that leads from `version` to the current schema and records it."""
    text = StringIO()
    config = Config(output_buffer=text, attributes={"dialect": dialect})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, f"{version or 'base'}:head", sql=True)
    return text.getvalue()


def _migrate_sqlite(path: Path) -> list[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite.connection_to(path)) as connection, sqlite.in_our_words():
        connection.execute("BEGIN IMMEDIATE")
        version = _sqlite_version(connection)
        if steps := missing(version):
            # apsw stops at the first statement that returns a row, as Alembic's own do, until it is fetched.
            connection.execute(upgrade_text("sqlite", version)).fetchall()
        connection.execute("COMMIT")
    return steps


def _sqlite_version(connection: apsw.Connection) -> str | None:
    with sqlite.in_our_words():
        # Asked by a query: apsw's table_exists looks at a schema read before the lock was had.
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchall():
            return None
        row = connection.execute(VERSION).fetchone()
    return str(row[0]) if row else None


async def _migrate_postgres(url: str) -> list[str]:
    connection = await postgres.connection_to(url)
    try:
        with postgres.in_our_words():
            async with connection.transaction():
                await connection.execute("SET LOCAL statement_timeout = 0")
                await connection.execute("SET LOCAL lock_timeout = 0")
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                version = await _postgres_version(connection)
                if steps := missing(version):
                    await connection.execute(upgrade_text("postgresql", version))
                return steps
    finally:
        await connection.close()


async def _postgres_version(connection: "asyncpg.Connection[asyncpg.Record]") -> str | None:
    with postgres.in_our_words():
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        version: str | None = await connection.fetchval(VERSION)
    return version
