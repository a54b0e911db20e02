"""`import beeminder` on a file made by hand from the public documentation of Beeminder's API."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import EMAIL, Waymark
from tests.cli.exports import exported
from tests.cli.report import Row, report

pytestmark = pytest.mark.usefixtures("ada")

JANUARY = 1_767_225_600  # 2026-01-01T00:00:00Z
WEIGHT: dict[str, Any] = {
    "slug": "weight",
    "id": "4f9dd9fd86f22478d3000001",
    "title": "Weight Loss",
    "fineprint": "Mornings, before breakfast",
    "goal_type": "fatloser",
    "yaw": -1,
    "dir": -1,
    "kyoom": False,
    "aggday": "min",
    "gunits": "kgs",
    "initday": JANUARY,
    "initval": 80.5,
    "goaldate": None,
    "goalval": 70,
    "rate": -0.5,
    "runits": "w",
    "mathishard": [JANUARY + 86_400 * 120, 70, -0.5],
    "datapoints": [  # newest first, as the API has them
        {"id": "d4", "timestamp": JANUARY + 259_200, "daystamp": "20260103", "value": 78.0, "comment": ""},
        {"id": "d3", "timestamp": JANUARY + 200_001, "daystamp": "20260103", "value": 79.123456789},
        {"id": "d2", "timestamp": JANUARY + 200_000, "daystamp": "20260102", "value": 80.1, "comment": "é"},
        {"id": "d1", "timestamp": JANUARY, "value": 80.5, "is_initial": True},  # no daystamp: its local day
        {"id": "d0", "timestamp": JANUARY, "daystamp": "20260101", "value": 99, "is_dummy": True},
    ],
}
PAGES: dict[str, Any] = {
    "slug": "pages",
    "title": "",
    "yaw": 1,
    "dir": 1,
    "kyoom": True,
    "aggday": "sum",
    "gunits": "pages",
    "goalval": 300,
    "datapoints": [
        {"daystamp": "20260102", "timestamp": 1, "value": 12},
        {"daystamp": "20260102", "timestamp": 2, "value": 12},
        {"daystamp": "20260103", "timestamp": 3, "value": 0.5},
    ],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "goal.json"


def written(file: Path, content: Any) -> Path:
    file.write_text(json.dumps(content), "utf-8")
    return file


def test_a_goal_with_its_datapoints(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    done = waymark("import", "beeminder", written(file, WEIGHT), "--user", EMAIL)
    assert done.code == 0, done.err
    told = report(done.out)
    assert told["goals"] == Row(1, 1, 0, 0)
    # 80.5 + 80.1 + 79.123457 + 78, the dummy left out
    assert told["check-ins"] == Row(4, 4, 0, 0, told["check-ins"].sum, "2026-01-01", "2026-01-03")
    assert str(told["check-ins"].sum) == "317.723457"
    data = exported(waymark, tmp_path)
    (goal,) = data["goals"]
    shown = ("title", "description", "metricType", "unit", "checkInMode", "direction", "goalType")
    assert [goal[name] for name in shown] == [
        *("Weight Loss", "Mornings, before breakfast", "weight", "kg", "measure", "decrease", "health")
    ]
    assert (goal["initialValue"], goal["targetValue"]) == (80.5, 70)
    assert (goal["startDate"], goal["targetDate"]) == ("2026-01-01", "2026-05-01")
    assert (goal["currentValue"], goal["progressPercent"]) == (78, 23.81)  # 2.5 of 10.5
    facts = sorted(data["goalCheckIns"], key=lambda fact: str(fact["createdAt"]))
    assert [(fact["dateKey"][-2:], fact["value"], fact["note"]) for fact in facts] == [
        *[("01", 80.5, None), ("02", 80.1, "é"), ("03", 79.123457, None), ("03", 78, None)]
    ]
    for note in ("made up", "rounded", "aggregates"):
        assert f"1 × {note}" not in done.out
        assert note in done.out
    assert waymark("doctor").code == 0


def test_twice_is_once_and_more_is_more(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    waymark("import", "beeminder", written(file, [WEIGHT, PAGES]), "--user", EMAIL)
    before = exported(waymark, tmp_path)
    again = report(waymark("import", "beeminder", file, "--user", EMAIL).out)
    assert (again["goals"][:4], again["check-ins"][:4]) == ((2, 0, 2, 0), (7, 0, 7, 0))
    assert exported(waymark, tmp_path) == before
    more = {"daystamp": "20260103", "timestamp": 4, "value": 0.5}
    written(file, [WEIGHT, {**PAGES, "datapoints": [*PAGES["datapoints"], more]}])
    again = report(waymark("import", "beeminder", file, "--user", EMAIL).out)
    assert again["check-ins"][:4] == (8, 1, 7, 0)
    pages = next(goal for goal in exported(waymark, tmp_path)["goals"] if goal["title"] == "pages")
    assert (pages["currentValue"], pages["unit"], pages["checkInMode"]) == (25, "pages", "increment")


def test_a_dry_run_says_the_same_and_writes_nothing(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    before = exported(waymark, tmp_path)
    rehearsed = waymark("import", "beeminder", written(file, WEIGHT), "--user", EMAIL, "--dry-run")
    assert exported(waymark, tmp_path) == before
    done = waymark("import", "beeminder", file, "--user", EMAIL)
    assert report(rehearsed.out) == report(done.out)


def test_what_does_not_fit_is_named_and_the_rest_comes_in(
    waymark: Waymark, file: Path, tmp_path: Path
) -> None:
    bad = [
        {"daystamp": "20260230", "value": 1},
        {"daystamp": "20260102", "value": "many"},
        {"daystamp": "20260102"},
        {"value": 1},
        7,
        {"daystamp": "20260102", "value": 1e13},
        {"daystamp": "20260102", "value": 5},
    ]
    sinking = {**PAGES, "slug": "sinking", "dir": -1}
    aimless = {**PAGES, "slug": "aimless", "goalval": None}
    written(file, [{**PAGES, "datapoints": bad}, sinking, aimless])
    done = waymark("import", "beeminder", file, "--user", EMAIL)
    assert done.code == 3
    told = report(done.out)
    assert told["goals"][:4] == (2, 1, 0, 1)
    assert told["check-ins"][:4] == (8, 1, 0, 7)
    lines = done.err.splitlines()
    assert [line for line in lines if line.startswith("goals[0].datapoints[0]: daystamp: An existing day")]
    assert [line for line in lines if line.startswith("goals[0].datapoints[2]: value: ")]
    assert [line for line in lines if line.startswith("goals[1].sinking: dir: ")]
    assert [line for line in lines if line.startswith("goals[2].aimless: goalval: ")]
    assert len(exported(waymark, tmp_path)["goals"]) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"slug": "a",', "line 1 column"),
        ('{"slug": "a"}', "datapoints=true"),
        ("[1]", "datapoints"),
        ('{"slug": "a", "datapoints": 1}', "datapoints"),
        ("", "no JSON"),
    ],
)
def test_what_is_no_export(waymark: Waymark, file: Path, content: str, said: str) -> None:
    file.write_text(content, "utf-8")
    done = waymark("import", "beeminder", file, "--user", EMAIL)
    assert done.code == 1
    assert said in done.err
