"""From an address to a database: the one place that chooses between the two drivers.

Nothing is opened here.
"""

from pathlib import Path
from urllib.parse import urlsplit

from waymark.store.database import Database
from waymark.store.hints import Hints, PostgresHints, SQLiteHints
from waymark.store.postgres import DEFAULT_POOL, Pool, Postgres
from waymark.store.sqlite import SQLite


def connect(url: str, pool: Pool = DEFAULT_POOL) -> Database:
    """The database of `sqlite:///file` (`sqlite:////absolute/file`) or `postgresql://…`, not yet open.

    ValueError for any other address. `pool` bounds what is asked of PostgreSQL.
    """
    if is_postgresql(url):
        return Postgres(url, pool)
    return SQLite(sqlite_path(url))


def is_postgresql(url: str) -> bool:
    return urlsplit(url).scheme in {"postgresql", "postgres"}


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///` address; ValueError for any other."""
    head, separator, path = url.partition("sqlite:///")
    if head or not separator or not path:
        raise ValueError("a database address begins with sqlite:/// or postgresql://")
    return Path(path)


def hints_for(url: str) -> Hints:
    """What tells this process of the writes of others to the database of that address."""
    return PostgresHints(url) if is_postgresql(url) else SQLiteHints(sqlite_path(url))
