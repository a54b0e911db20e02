"""`import loop` on files made by hand as Loop Habit Tracker writes them, and on real ones where they are."""

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.conftest import EMAIL, Waymark, on
from tests.cli.exports import exported
from tests.cli.report import report

from waymark.actions.commands import CreateGoal
from waymark.actions.goal_links import link_item
from waymark.actions.goals import create_goal
from waymark.actions.links import HABIT_BINDING
from waymark.actions.neighbour_commands import LinkTerms
from waymark.actions.perform import Door
from waymark.clock import RealClock
from waymark.store import inspection
from waymark.store.database import Database

pytestmark = pytest.mark.usefixtures("ada")

HEADER = (
    "Position,Name,Type,Question,Description,FrequencyNumerator,FrequencyDenominator,Color,Unit,"
    "Target Type,Target Value,Archived?\n"
)
FILES = {
    "Habits.csv": HEADER
    + "001,Meditate,YES_NO,Did you?,,1,1,#FF8F00,,,,false\n"
    + '002,"Run, slowly",NUMERICAL,,,1,1,#00897B,km,AT_LEAST,2.5,false\n'
    + "003,Coffee,NUMERICAL,,,1,1,#00897B,cups,AT_MOST,2.0,true\n"
    + "004,Gym,YES_NO,,,3,7,#00897B,,,,false\n"
    + "005,Never begun,YES_NO,,,2,3,#00897B,,,,false\n",
    "Scores.csv": "Date,Meditate,\n2026-03-01,0.5,\n",
    # Its header breaks at the comma of a name; the habits' own files speak first.
    "Checkmarks.csv": "Date,Meditate,Run, slowly,Coffee,Gym,Never begun,\n"
    "2026-03-01,YES_MANUAL,9000,NO,NO,UNKNOWN,\n",
    "001 Meditate/Checkmarks.csv": "Date,Value,Notes\n"
    '2026-03-04,SKIP,"ill,\nin bed"\n2026-03-03,NO,\n2026-03-02,YES_AUTO,\n2026-03-01,YES_MANUAL,calm\n',
    "002 Run slowly/Checkmarks.csv": "2026-03-03,UNKNOWN\n2026-03-02,2500\n2026-03-01,1250\n2026-02-28,NO\n",
    "003 Coffee/Checkmarks.csv": "Date,Value,Notes\n2026-03-02,3000,\n2026-03-01,2000,\n",
    "004 Gym/Checkmarks.csv": "2026-03-02,2\n2026-03-01,1\n2026-02-28,0\n2026-02-27,-1\n2026-02-26,3\n",
}
DAYS = {
    "Meditate": [("03-01", "done", None), ("03-03", "miss", None), ("03-04", "skip", None)],
    "Run, slowly": [("02-28", "miss", 0), ("03-01", "done", 1.25), ("03-02", "done", 2.5)],
    "Coffee": [("03-01", "done", 2), ("03-02", "miss", 3)],
    "Gym": [("02-26", "skip", None), ("02-28", "miss", None), ("03-02", "done", None)],
    "Never begun": [],
}


def zipped(folder: Path, files: dict[str, str], encoding: str = "utf-8") -> Path:
    path = folder / "Loop Habits CSV 2026-03-05.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode(encoding))
    return path


def days_of(data: dict[str, Any]) -> dict[str, list[tuple[str, str, float | None]]]:
    titles = {habit["id"]: habit["title"] for habit in data["habits"]}
    found: dict[str, list[tuple[str, str, float | None]]] = {title: [] for title in titles.values()}
    for day in sorted(data["habitCompletions"], key=lambda day: str(day["dateKey"])):
        found[titles[day["habitId"]]].append((day["dateKey"][5:], day["status"], day["value"]))
    return found


@pytest.mark.parametrize("form", ["zip", "folder", "nested", "BOM and CRLF"])
def test_habits_and_their_days(waymark: Waymark, tmp_path: Path, form: str) -> None:
    files = FILES
    if form == "BOM and CRLF":
        files = {name: text.replace("\n", "\r\n") for name, text in FILES.items()}
    source = zipped(tmp_path, files, "utf-8-sig" if form == "BOM and CRLF" else "utf-8")
    if form in {"folder", "nested"}:
        with zipfile.ZipFile(source) as archive:
            archive.extractall(tmp_path / "out" / "Loop" if form == "nested" else tmp_path / "out")
        source = tmp_path / "out"
    done = waymark("import", "loop", source, "--user", EMAIL)
    assert done.code == 0, done.err
    told = report(done.out)
    assert told["habits"][:4] == (5, 5, 0, 0)
    assert told["days"][:4] == (11, 11, 0, 0)
    assert (str(told["days"].sum), told["days"].first, told["days"].last) == (
        "8.75",
        "2026-02-26",
        "2026-03-04",
    )
    data = exported(waymark, tmp_path)
    assert days_of(data) == DAYS
    habits = {habit["title"]: habit for habit in data["habits"]}
    assert {title: habit["createdOn"][5:] for title, habit in habits.items()} == {
        "Meditate": "03-01",
        "Run, slowly": "02-28",
        "Coffee": "03-01",
        "Gym": "02-26",
        "Never begun": "03-10",
    }
    assert [habits["Run, slowly"][name] for name in ("targetPerDay", "unit", "countingType")] == [
        *(2.5, "km", "create")
    ]
    assert [habits["Coffee"][name] for name in ("countingType", "status")] == ["quit", "archived"]
    assert [habits["Gym"][name] for name in ("frequency", "timesPerWeek")] == ["weekly", 3]
    assert [habits["Never begun"][name] for name in ("frequency", "timesPerWeek")] == ["weekly", 5]
    assert "2 × day that Loop filled in by itself" in done.out


def test_twice_is_once_and_a_later_export_adds(waymark: Waymark, tmp_path: Path) -> None:
    source = zipped(tmp_path, FILES)
    rehearsed = waymark("import", "loop", source, "--user", EMAIL, "--dry-run")
    assert exported(waymark, tmp_path)["habits"] == []
    done = waymark("import", "loop", source, "--user", EMAIL)
    assert report(rehearsed.out) == report(done.out)
    before = exported(waymark, tmp_path)
    told = report(waymark("import", "loop", source, "--user", EMAIL).out)
    assert (told["habits"][:4], told["days"][:4]) == ((5, 0, 5, 0), (11, 0, 11, 0))
    assert exported(waymark, tmp_path) == before
    gym = "004 Gym/Checkmarks.csv"
    zipped(tmp_path, {**FILES, gym: "2026-03-05,2\n" + FILES[gym]})
    told = report(waymark("import", "loop", source, "--user", EMAIL).out)
    assert told["days"][:4] == (12, 1, 11, 0)


def test_all_in_one_file(waymark: Waymark, tmp_path: Path) -> None:
    """Without the habits' own folders, as older exports have it."""
    files = {name: text for name, text in FILES.items() if "/" not in name}
    done = waymark("import", "loop", zipped(tmp_path, files), "--user", EMAIL)
    assert done.code == 0, done.err
    assert days_of(exported(waymark, tmp_path)) == {
        "Meditate": [("03-01", "done", None)],
        "Run, slowly": [("03-01", "done", 9)],
        "Coffee": [("03-01", "done", 0)],
        "Gym": [("03-01", "miss", None)],
        "Never begun": [],
    }


def test_a_goal_hears_of_days_that_come_later(waymark: Waymark, tmp_path: Path, database_url: str) -> None:
    """The habit is tied to a goal between two imports; the days of the second one count there."""
    source = zipped(tmp_path, FILES)
    waymark("import", "loop", source, "--user", EMAIL)
    habits = exported(waymark, tmp_path)["habits"]
    (habit_id,) = [habit["id"] for habit in habits if habit["title"] == "Run, slowly"]
    goal = {"title": "Far", "metricType": "custom", "unit": "km", "targetValue": 100}

    async def tied(database: Database) -> None:
        ((user_id, _),) = await database.all(inspection.USERS)
        door = Door(database, RealClock())
        made = await door.perform(user_id, create_goal, CreateGoal.model_validate(goal))
        goal_id = msgspec.json.decode(made.data)["id"]
        terms = LinkTerms.model_validate({"contribution": 2})
        await door.perform(user_id, link_item, HABIT_BINDING, goal_id, habit_id, terms)

    on(database_url, tied)
    runs = "002 Run slowly/Checkmarks.csv"
    zipped(tmp_path, {**FILES, runs: "2026-03-04,4000\n2026-03-03,500\n" + FILES[runs]})
    told = report(waymark("import", "loop", source, "--user", EMAIL).out)
    assert told["days"][:4] == (13, 2, 11, 0)
    (goal,) = exported(waymark, tmp_path)["goals"]
    assert goal["currentValue"] == 2 * (1.25 + 2.5 + 4 + 0.5)
    assert waymark("doctor").code == 0


def test_what_is_refused_is_named(waymark: Waymark, tmp_path: Path) -> None:
    files = {
        "Habits.csv": HEADER + "001,Read,YES_NO,,,1,1,#,,,,false\n002,,YES_NO,,,1,1,#,,,,false\n",
        "001 Read/Checkmarks.csv": "Date,Value,Notes\n2026-02-30,YES_MANUAL,\n2026-03-01,MAYBE,\n"
        "2026-04-01,YES_MANUAL,\n2026-03-02,YES_MANUAL,\n",
    }
    done = waymark("import", "loop", zipped(tmp_path, files), "--user", EMAIL)
    assert done.code == 3
    told = report(done.out)
    assert told["habits"][:4] == (1, 1, 0, 0)
    assert told["days"][:4] == (5, 1, 0, 4)
    errors = done.err
    assert "Habits.csv line 3: Name: " in errors
    assert "001 Read/Checkmarks.csv line 2: Date: " in errors
    assert "001 Read/Checkmarks.csv line 3: Value: MAYBE" in errors
    assert "001 Read/Checkmarks.csv line 4: Date: " in errors


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"Name\n"])
def test_what_is_no_export(waymark: Waymark, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "habits.zip"
    path.write_bytes(content)
    done = waymark("import", "loop", path, "--user", EMAIL)
    assert done.code == 1
    assert "Habits.csv" in done.err


LOGS = Path(__file__).parents[3] / "shared" / "data" / "loop-habits"


@pytest.mark.skipif(not LOGS.exists(), reason="no real export beside the project")
def test_a_real_export(waymark: Waymark, tmp_path: Path) -> None:
    done = waymark("import", "loop", LOGS, "--user", EMAIL)
    assert done.code == 0
    told = report(done.out)
    cells = [line.split(",")[1:3] for line in (LOGS / "Checkmarks.csv").read_text().splitlines()[1:]]
    marks = [mark for row in cells for mark in row if mark in {"YES_MANUAL", "NO", "SKIP"}]
    assert (told["habits"].new, told["days"].new) == (2, len(marks))
    said = [day["status"] for day in exported(waymark, tmp_path)["habitCompletions"]]
    assert said.count("done") == marks.count("YES_MANUAL")
