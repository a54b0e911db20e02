"""`export` and `import archive` on each database: what goes out comes back, all of it or nothing."""

import csv
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import EMAIL, NOW, Waymark, on
from tests.cli.exports import exported
from tests.cli.life import Life

from waymark.actions.account_commands import ChangeAccount
from waymark.actions.accounts import change_account
from waymark.actions.perform import Door
from waymark.clock import FrozenClock
from waymark.domain.vocabulary import ENTITIES
from waymark.queries.export import SECTIONS
from waymark.store import inspection
from waymark.store.database import Database
from waymark.store.export_statements import PARTS
from waymark.store.standing import digests_of
from waymark.store.tables import metadata

BOB = "bob@example.com"
OF_THE_ACCOUNT = {"sessions", "apiTokens", "journal", "user"}


@pytest.fixture
def file(waymark: Waymark, ada: str, database_url: str, tmp_path: Path) -> Path:
    """The export of a life."""

    async def body(database: Database) -> None:
        ((user_id, _),) = await database.all(inspection.USERS)
        door = Door(database, FrozenClock(datetime.fromisoformat(NOW)))
        settings = ChangeAccount.model_validate(
            {"timezone": "Asia/Tashkent", "dayStartsAt": 4, "fullName": "Ada L.", "insightThresholds": [30]}
        )
        await door.perform(user_id, change_account, settings, None)
        await Life(door, user_id).live()

    on(database_url, body)
    file = tmp_path / "ada.json"
    assert waymark("export", file, "--user", ada).code == 0
    return file


def comparable(data: dict[str, Any], user_id: str) -> dict[str, Any]:
    """All that an archive holds; versions, instants and what is computed included."""
    text = json.dumps({name: data[name] for name in data if name not in OF_THE_ACCOUNT})
    told: dict[str, Any] = json.loads(text.replace(user_id, "me"))
    names = ("fullName", "baseCurrency", "timezone", "dayStartsAt", "insightThresholds")
    return {**told, "settings": {name: data["user"][name] for name in names}}


def digests(url: str) -> dict[str, dict[str, int]]:
    """Of each account by its address."""

    async def body(database: Database) -> dict[str, dict[str, int]]:
        users = await database.all(inspection.USERS)
        return {str(email): await digests_of(database, str(user_id)) for user_id, email in users}

    found: dict[str, dict[str, int]] = on(url, body)
    return found


def test_it_comes_back_as_it_was(waymark: Waymark, file: Path, database_url: str, tmp_path: Path) -> None:
    """Ids, fields, versions and instants; what is computed agrees with the facts, and so do the digests."""
    assert waymark("user", "add", BOB, "--generate").code == 0
    before, empty = exported(waymark, tmp_path), exported(waymark, tmp_path, BOB)
    rehearsed = waymark("import", "archive", file, "--user", BOB, "--dry-run")
    assert rehearsed.code == 0, rehearsed.err
    assert exported(waymark, tmp_path, BOB) == empty
    done = waymark("import", "archive", file, "--user", BOB)
    assert done.code == 0, done.err
    assert rehearsed.out.replace("A dry run: nothing was written.\n", "") == done.out
    after = exported(waymark, tmp_path, BOB)
    assert comparable(after, after["user"]["id"]) == comparable(before, before["user"]["id"])
    found = digests(database_url)
    assert found[BOB] == found[EMAIL]
    assert len(found[BOB]) > 10
    examined = waymark("doctor")
    assert (examined.code, examined.err.count("differ")) == (0, 0), examined.out


def test_life_goes_on_above_it(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    waymark("user", "add", BOB, "--generate")
    waymark("import", "archive", file, "--user", BOB, "-q")
    log = tmp_path / "log.csv"
    log.write_text("date,value\n2026-03-01,1\n", "utf-8")
    before = exported(waymark, tmp_path, BOB)
    (goal,) = [each for each in before["goals"] if each["title"] == "plain books"]
    assert waymark("import", "csv", log, "--user", BOB, "--goal", goal["id"]).code == 0
    after = exported(waymark, tmp_path, BOB)
    newest = max(each["version"] for name in PARTS for each in before[name] if "version" in each)
    (moved,) = [each for each in after["goals"] if each["id"] == goal["id"]]
    assert moved["version"] > newest
    seqs = [row["seq"] for row in after["journal"]]
    assert seqs == list(range(newest + 1, newest + 1 + len(seqs)))
    assert waymark("doctor").code == 0
    # The archive is still all there, so it changes nothing.
    again = waymark("import", "archive", file, "--user", BOB)
    assert again.code == 0
    assert exported(waymark, tmp_path, BOB) == after


def test_twice_is_once_and_its_own_account_has_it_already(
    waymark: Waymark, file: Path, tmp_path: Path
) -> None:
    before = exported(waymark, tmp_path)
    assert waymark("import", "archive", file, "--user", EMAIL).code == 0
    assert exported(waymark, tmp_path) == before


def test_an_account_that_holds_other_things_is_not_touched(
    waymark: Waymark, file: Path, tmp_path: Path
) -> None:
    waymark("user", "add", BOB, "--generate")
    log = tmp_path / "log.csv"
    log.write_text("date,value\n2026-03-01,1\n", "utf-8")
    paid = ("--title", "Paid", "--metric", "amount", "--currency", "USD", "--target", "100")
    waymark("import", "csv", log, "--user", BOB, *paid)
    before = exported(waymark, tmp_path, BOB)
    refused = waymark("import", "archive", file, "--user", BOB)
    assert (refused.code, "nothing was ever written" in refused.err) == (1, True)
    assert exported(waymark, tmp_path, BOB) == before


def test_as_the_api_answers_it(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    """In its envelope, and with a BOM."""
    waymark("user", "add", BOB, "--generate")
    answer = b'\xef\xbb\xbf{"success":true,"data":' + file.read_bytes() + b',"meta":null,"error":null}'
    (tmp_path / "answer.json").write_bytes(answer)
    assert waymark("import", "archive", tmp_path / "answer.json", "--user", BOB).code == 0


def first(name: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[name][0].update(changes)


DAMAGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "another format": (lambda data: data.update(format="x"), "no export of Waymark"),
    "another version": (lambda data: data.update(version=99), "no export of Waymark"),
    "a missing field": (lambda data: data["goals"][0].pop("pauses"), "goals[0]: "),
    "an unknown word": (first("tasks", status="lost"), "tasks[0]: "),
    "a wrong type": (first("goalCheckIns", value="five"), "goalCheckIns[0]: "),
    "too many decimals": (first("goalCheckIns", value=0.1234567), "goalCheckIns[0].value: "),
    "a control character": (first("habits", title="a\0b"), "habits[0].title: "),
    "no such year": (first("transactions", date="0001-01-01"), "transactions[0].happened_on: "),
    "no zone": (first("budgets", createdAt="2026-03-10T12:00:00"), "budgets[0]"),
    "no id": (first("debts", id="42"), "debts[0].id: "),
    "a record twice": (lambda data: data["fxRates"].append(data["fxRates"][0]), "fxRates[1].id: "),
    "a day twice": (
        lambda data: data["habitCompletions"].append(
            data["habitCompletions"][0] | {"id": data["goals"][0]["id"]}
        ),
        "habitCompletions[2].habit_id: ",
    ),
    "no parent": (lambda data: data.update(habits=[]), "habitCompletions[0].habit_id: "),
    "no list": (lambda data: data.update(tasks=5), "tasks: "),
    "no zone of the world": (lambda data: data["user"].update(timezone="Mars"), "user.timezone: "),
    "no sense": (
        lambda data: [goal.update(unit="parsecs") for goal in data["goals"] if goal["unit"] == "kg"],
        "goals[",
    ),
}


def test_what_is_damaged_is_refused_whole(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    waymark("user", "add", BOB, "--generate")
    before = exported(waymark, tmp_path, BOB)
    bad = tmp_path / "bad.json"
    for how, (damage, said) in DAMAGES.items():
        data = json.loads(file.read_bytes())
        damage(data)
        bad.write_text(json.dumps(data), "utf-8")
        refused = waymark("import", "archive", bad, "--user", BOB)
        assert (how, refused.code, said in refused.err) == (how, 1, True), refused.err
    assert exported(waymark, tmp_path, BOB) == before


def test_what_is_no_export(waymark: Waymark, ada: str, tmp_path: Path) -> None:
    for content in (b"", b"[]", b"{", b'{"data": 5, "success": true}', b"\xff\xfe"):
        (tmp_path / "x.json").write_bytes(content)
        refused = waymark("import", "archive", tmp_path / "x.json", "--user", ada)
        assert (refused.code, "no export" in refused.err) == (1, True), content


# What is in it --------------------------------------------------------------------------------


def test_every_entity_is_in_it() -> None:
    tables = {str(table.name) for table, _ in PARTS.values()}
    assert set(ENTITIES) <= tables
    assert set(PARTS) <= set(SECTIONS)


FOLLOWS = {
    "goal_day_totals",
    "goal_source_totals",
    "goal_documents",
    "goal_worlds",
    "budget_period_totals",
    "dues",
}
"""Tables whose rows are made anew from what comes back."""
OF_THE_INSTANCE = {
    "users",  # settings come back, address and password do not
    "sessions",
    "refresh_tokens",
    "api_tokens",
    "rate_windows",
    "heads",
    "journal",
    "idempotency",
    "webhooks",
    "webhook_progress",
    "webhook_deliveries",
    "sync_clients",
    "shared_links",
    "worker_leases",
}
"""Tables that belong to where they are."""


def test_every_table_is_in_it_or_is_known_not_to_be() -> None:
    told = {str(table.name) for table, _ in PARTS.values()} | FOLLOWS | OF_THE_INSTANCE
    assert set(metadata.tables) <= told


def test_tables_for_a_spreadsheet(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    done = waymark("export", path, "--user", EMAIL, "--format", "csv")
    assert done.code == 0, done.err
    data = json.loads(file.read_bytes())
    with zipfile.ZipFile(path) as archive:
        tables = {name: archive.read(name) for name in archive.namelist()}
    assert set(tables) == {f"{name}.csv" for name in SECTIONS}
    for name, content in tables.items():
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == len(data[name.removesuffix(".csv")])
        assert all(None not in row for row in rows)
        for row, record in zip(rows, data[name.removesuffix(".csv")], strict=True):
            assert set(row) == set(record)
    goals = csv.DictReader(StringIO(tables["goals.csv"].decode("utf-8-sig"), newline=""))
    (weight,) = [row for row in goals if row["title"] == "Down to 80 kg"]
    assert weight["description"] == "'=1+1 is no formula"
    assert (weight["targetValue"], weight["metricType"], weight["currency"]) == ("79", "weight", "")
    facts = csv.DictReader(StringIO(tables["goalCheckIns.csv"].decode("utf-8-sig"), newline=""))
    assert {row["note"] for row in facts} == {"'-a note", ""}
