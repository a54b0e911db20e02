"""A backup is one moment of the database, and comes back into either kind, whole or not at all."""

import asyncio
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest
from tests.cli.conftest import EMAIL, Waymark, on, ran
from tests.cluster import Cluster
from tests.conftest import DIALECTS

from waymark.actions.accounts import add_user
from waymark.actions.perform import Door
from waymark.clock import RealClock
from waymark.store import inspection
from waymark.store.backup import PAGE, Manifest, back_up
from waymark.store.connect import connect
from waymark.store.database import Database
from waymark.store.migrate import migrate

PAID = ("--title", "Paid", "--metric", "amount", "--currency", "USD", "--target", "100")

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


@pytest.fixture
def file(waymark: Waymark, ada: str, tmp_path: Path) -> Path:
    """A backup of an account with a goal and more facts than one page has."""
    log = tmp_path / "log.csv"
    log.write_text("date,value,note\n" + '2026-01-01,0.1,"a, ""b"" \u0645"\n' * (PAGE + 7), "utf-8")
    assert waymark("import", "csv", log, "--user", ada, *PAID, "-q").code == 0
    assert waymark("token", "create", "--user", ada, "--name", "widget").code == 0
    file = tmp_path / "backup.zip"
    assert waymark("backup", file).code == 0
    return file


@pytest.fixture(params=DIALECTS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of another database, empty and migrated."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "other.db")
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create("other")
    asyncio.run(migrate(url))
    yield url
    cluster.drop("other")


def manifest_of(file: Path) -> Manifest:
    with zipfile.ZipFile(file) as archive:
        return msgspec.json.decode(archive.read("manifest.json"), type=Manifest)


def test_it_comes_back_into_either_kind(
    file: Path,
    empty: str,
    settings: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert file.stat().st_mode & 0o077 == 0
    settings.setenv("WAYMARK_DATABASE_URL", empty)
    restored = ran(capfd, "restore", file)
    assert restored.code == 0, restored.err
    assert restored.out.endswith("Everything agrees with the facts.\n")
    again = file.with_name("again.zip")
    assert ran(capfd, "backup", again).code == 0
    before, after = manifest_of(file).tables, manifest_of(again).tables
    assert before["goal_check_ins"].rows == PAGE + 7
    assert {name for name in before if before[name] != after[name]} == {"heads"}


def test_every_table_is_in_it(file: Path, sqlite_template: Path) -> None:
    """But the ones that are the program's own, or count a minute."""
    stored = {str(name) for (name,) in apsw.Connection(str(sqlite_template)).execute(TABLES)}
    assert set(manifest_of(file).tables) == stored - {"alembic_version", "rate_windows"}


def test_cursors_from_before_are_gone(waymark: Waymark, file: Path) -> None:
    """A log that was set back would give new changes the numbers of lost ones (SYNC)."""
    assert waymark("restore", file, "--force", "-q").code == 0
    again = file.with_name("again.zip")
    waymark("backup", again)
    (was,), (now,) = lines(file, "heads"), lines(again, "heads")
    assert was.pop("epoch") != now.pop("epoch")
    assert was == now


def lines(file: Path, table: str) -> list[dict[str, object]]:
    with zipfile.ZipFile(file) as archive, archive.open(f"{table}.jsonl") as part:
        return [msgspec.json.decode(line) for line in part]


def test_a_database_with_users_is_not_touched(waymark: Waymark, file: Path) -> None:
    assert waymark("user", "add", "bob@example.com", "--generate").code == 0
    refused = waymark("restore", file)
    assert refused.code == 1
    assert "not empty" in refused.err
    assert waymark("export", file.with_name("bob.json"), "--user", "bob@example.com").code == 0
    assert waymark("restore", file, "--force").code == 0
    assert waymark("export", file.with_name("bob.json"), "--user", "bob@example.com").code == 1


def damaged(file: Path, how: str) -> Path:
    bad = file.with_name("bad.zip")
    if how == "cut":
        bad.write_bytes(file.read_bytes()[:-200])
        return bad
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(bad, "w") as copy:
        for name in whole.namelist():
            content = whole.read(name)
            if how == "changed" and name == "users.jsonl":
                content = content.replace(b"ada@", b"eve@")
            if how == "older" and name == "manifest.json":
                content = content.replace(b'"revision": "', b'"revision": "x')
            if how != "missing" or name != "journal.jsonl":
                copy.writestr(name, content)
    return bad


@pytest.mark.parametrize("how", ["cut", "changed", "missing", "older", "none"])
def test_what_is_no_whole_backup_is_refused(waymark: Waymark, file: Path, how: str) -> None:
    bad = damaged(file, how) if how != "none" else Path(__file__)
    refused = waymark("restore", bad, "--force")
    assert refused.code == 1
    assert str(bad) in refused.err
    assert waymark("export", file.with_name("ada.json"), "--user", EMAIL).code == 0


def test_it_is_one_moment_while_others_write(
    waymark: Waymark, file: Path, database_url: str, tmp_path: Path
) -> None:
    """What is committed after the backup began is not in it, not even half."""
    other = tmp_path / "moment.zip"
    users = ["eve@example.com", "zoe@example.com"]

    def write() -> None:
        async def body(database: Database) -> None:
            for user in users:
                await add_user(Door(database, RealClock()), user, "long enough")

        on(database_url, body)

    def advance(_: int) -> None:
        if not writing.ident:
            writing.start()
            writing.join()

    writing = threading.Thread(target=write)

    async def body() -> Manifest:
        database = connect(database_url)
        await database.open()
        manifest = await back_up(database, other, RealClock().now(), advance)
        assert len(await database.all(inspection.USERS)) == 3
        await database.close()
        return manifest

    assert asyncio.run(body()).tables == manifest_of(file).tables
    assert waymark("restore", other, "--force").code == 0


def test_an_older_backup_stays_until_the_new_one_is_whole(file: Path, database_url: str) -> None:
    before = file.read_bytes()

    def advance(_: int) -> None:
        raise OSError("no space left")

    async def body(database: Database) -> None:
        with pytest.raises(OSError, match="no space"):
            await back_up(database, file, RealClock().now(), advance)

    on(database_url, body)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob("*.part")] == []
