"""`import todoist` on files made by hand from Todoist's help page on its CSV format."""

import zipfile
from pathlib import Path

import pytest
from tests.cli.conftest import EMAIL, Waymark
from tests.cli.exports import exported
from tests.cli.report import report

pytestmark = pytest.mark.usefixtures("ada")

HEADER = (
    "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,"
    "DURATION,DURATION_UNIT,DEADLINE,DEADLINE_LANG\n"
)
TRIP = (
    "meta,view_style=list,,,,,,,,,,,,\n"
    'task,Plan the trip @travel,"All of it,\nin June",1,1,Ada (1),,2026-05-01,en,Asia/Tashkent,45,minute,,\n'
    "note,Ask Bob first,,,,Ada (1),,,,,,,,\n"
    "task,Buy tickets,,2,2,Ada (1),,every monday,en,,,,,\n"
    "task,Compare prices,,3,3,Ada (1),,,en,,1,day,2026-04-01,en\n"
    "task,Book beds,,4,2,Ada (1),,2026-05-01 18:00,en,,,,,\n"
    "section,Later,,,,,,,,,,,,\n"
    "task,Buy tickets,,,1,Ada (1),,,en,,,,,\n"
    "task,Buy tickets,,,1,Ada (1),,,en,,,,,\n"
    ",,,,,,,,,,,,,\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Across Asia [2201].csv"
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + TRIP).replace("\n", "\r\n").encode())
    return path


def test_tasks_below_tasks(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    rehearsed = waymark("import", "todoist", file, "--user", EMAIL, "--dry-run")
    assert exported(waymark, tmp_path)["tasks"] == []
    done = waymark("import", "todoist", file, "--user", EMAIL)
    assert done.code == 0, done.err
    told = report(done.out)["tasks"]
    assert (told[:4], told.first, told.last) == ((6, 6, 0, 0), "2026-04-01", "2026-05-01")
    assert report(rehearsed.out) == report(done.out)
    tasks = exported(waymark, tmp_path)["tasks"]
    titles = {task["id"]: task["title"] for task in tasks}
    rows = sorted(
        (task["title"], titles.get(task["parentTaskId"]), task["priority"], task["dueDate"], task["status"])
        for task in tasks
        if task["title"] != "Buy tickets" or task["parentTaskId"]
    )
    assert rows == [
        ("Book beds", "Plan the trip @travel", "low", "2026-05-01", "planned"),
        ("Buy tickets", "Plan the trip @travel", "medium", None, "inbox"),
        ("Compare prices", "Buy tickets", "low", "2026-04-01", "planned"),
        ("Plan the trip @travel", None, "high", "2026-05-01", "planned"),
    ]
    by_title = {task["title"]: task for task in tasks if task["title"] != "Buy tickets"}
    assert by_title["Plan the trip @travel"]["notes"] == (
        "All of it,\r\nin June\n\nAsk Bob first\n\nTodoist / Across Asia"
    )
    assert by_title["Plan the trip @travel"]["estimatedMinutes"] == 45
    assert by_title["Compare prices"]["estimatedMinutes"] == 24 * 60
    below = next(task for task in tasks if task["title"] == "Buy tickets" and task["parentTaskId"])
    assert below["notes"] == "Todoist / Across Asia: every monday"
    assert "1 × date in words" in done.out


def test_a_backup_of_projects_twice_is_once(waymark: Waymark, tmp_path: Path) -> None:
    """Two projects with the same task, and a task of more letters than a title has."""
    path = tmp_path / "2026-03-10 12_00.zip"
    long = "x" * 300
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Inbox [1].csv", HEADER + f"task,Milk,,4,1,,,,,,,,,\ntask,{long},,4,1,,,,,,,,,\n")
        archive.writestr("Home [2].csv", HEADER + "task,Milk,,4,1,,,,,,,,,\n")
        archive.writestr("readme.txt", "no project")
    assert report(waymark("import", "todoist", path, "--user", EMAIL).out)["tasks"][:4] == (3, 3, 0, 0)
    before = exported(waymark, tmp_path)
    assert report(waymark("import", "todoist", path, "--user", EMAIL).out)["tasks"][:4] == (3, 0, 3, 0)
    assert exported(waymark, tmp_path) == before
    (cut,) = [task for task in before["tasks"] if task["title"] != "Milk"]
    assert (len(cut["title"]), cut["title"][-1]) == (200, "…")
    assert cut["notes"].startswith(long)


def test_tasks_of_a_goal(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    """Linked as they come in, many in one transaction, and more later."""
    paid = ("--title", "Trip", "--metric", "amount", "--currency", "USD", "--target", "100")
    log = tmp_path / "log.csv"
    log.write_text("date,value\n2026-01-01,5\n", "utf-8")
    waymark("import", "csv", log, "--user", EMAIL, *paid)
    (goal,) = exported(waymark, tmp_path)["goals"]
    assert waymark("import", "todoist", file, "--user", EMAIL, "--goal", goal["id"].upper()).code == 0
    (goal,) = exported(waymark, tmp_path)["goals"]
    assert (goal["stats"]["totalTasks"], len(goal["linkedTaskIds"])) == (6, 6)
    assert waymark("doctor").code == 0
    missing = waymark("import", "todoist", file, "--user", EMAIL, "--goal", goal["userId"])
    assert (missing.code, "has no goal" in missing.err) == (1, True)


def test_what_is_refused_is_named(waymark: Waymark, tmp_path: Path) -> None:
    path = tmp_path / "Bad.csv"
    path.write_text(
        HEADER
        + "task,,,4,1,,,,,,,,,\n"
        + "chore,Mow,,4,1,,,,,,,,,\n"
        + "task,Day that is none,,4,1,,,2026-02-30,en,,,,,\n"
        + "task,below it,,4,2,,,,,,,,,\n"
        + "task,fine,,9,x,,,,,,many,minute,,\n",
        "utf-8",
    )
    done = waymark("import", "todoist", path, "--user", EMAIL)
    assert (done.code, report(done.out)["tasks"][:4]) == (3, (5, 1, 0, 4))
    assert "Bad.csv line 2: CONTENT: " in done.err
    assert "Bad.csv line 3: TYPE: " in done.err
    assert "Bad.csv line 4: DATE: An existing day" in done.err
    assert "Bad.csv line 5: INDENT: There is no such record." in done.err


def test_what_is_no_export(waymark: Waymark, tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    done = waymark("import", "todoist", path, "--user", EMAIL)
    assert (done.code, "type, content" in done.err) == (1, True)
