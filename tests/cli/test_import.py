"""`import csv` on each database: exact, idempotent, and a bad line keeps no good one out."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import EMAIL, Waymark, goals_in
from tests.cli.exports import exported
from tests.cli.report import Row, report
from tests.cli.steps import stepped

from waymark.domain.lifecycle import Step

pytestmark = pytest.mark.usefixtures("ada")

WEIGHT = ("--title", "Down", "--metric", "weight", "--unit", "kg", "--mode", "measure")
TO_68 = (*WEIGHT, "--initial", "92", "--target", "68")
PAID = ("--title", "Paid", "--metric", "amount", "--currency", "USD", "--target", "100")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def written(path: Path, *lines: str) -> Path:
    path.write_text("date,value,note\n" + "\n".join(lines), "utf-8")
    return path


def counts(out: str) -> list[int]:
    """read, new, there already, refused."""
    return list(report(out)["check-ins"][:4])


def test_a_log_of_weights_out_of_order(waymark: Waymark, log: Path, tmp_path: Path) -> None:
    written(log, "2026-01-05,80.0,", "2026-01-02,90.5,holiday", "2026-01-05,79.85,evening")
    done = waymark("import", "csv", log, "--user", EMAIL, *TO_68)
    assert (done.code, counts(done.out)) == (0, [3, 3, 0, 0])
    # 92 → 68, now 79.85: 12.15 of 24
    assert "50.62 %, current value 79.85 kg, 3 check-ins" in done.out.replace("\n", " ")
    facts = {fact["value"]: fact for fact in exported(waymark, tmp_path)["goalCheckIns"]}
    in_file_order = [facts[value]["createdAt"] for value in (80, 90.5, 79.85)]
    assert in_file_order == sorted(set(in_file_order))
    assert facts[90.5]["note"] == "holiday"
    assert facts[80]["note"] is None


def test_a_second_import_changes_nothing_and_true_repeats_are_kept(
    waymark: Waymark, log: Path, tmp_path: Path
) -> None:
    written(log, "2026-01-01,5,", "2026-01-01,5.00,", "2026-01-01,5,thanks", "2026-01-01,5,")
    assert counts(waymark("import", "csv", log, "--user", EMAIL, *PAID).out) == [4, 4, 0, 0]
    before = exported(waymark, tmp_path)
    assert [goal.current_value for goal in goals_in(tmp_path / "export.json")] == [Decimal(20)]
    assert counts(waymark("import", "csv", log, "--user", EMAIL, *PAID).out) == [4, 0, 4, 0]
    assert exported(waymark, tmp_path) == before
    written(log, "2026-01-01,5,", "2026-01-01,5,", "2026-01-01,5,", "2026-01-01,5,", "2026-01-01,5,thanks")
    assert counts(waymark("import", "csv", log, "--user", EMAIL, *PAID).out) == [5, 1, 4, 0]


def test_refused_lines_are_named_and_the_rest_comes_in(waymark: Waymark, log: Path) -> None:
    log.write_bytes(
        b"date,value,note\n"
        b"2026-01-01,5,\n"
        b"2026-02-30,5,\n"  # 3: no such day
        b"2026-01-02,five,\n"  # 4: no number
        b",5,\n"  # 5: no date, which must not become today
        b"2026-01-03,,\n"  # 6: no value
        b"2026-03-12,5,\n"  # 7: after tomorrow
        b"2026-01-04,0.001,\n"  # 8: less than a cent
        b"2026-01-05,5,caf\xe9\n"  # 9: no UTF-8
        b"2026-01-06,1_0,\n"  # 10
        b"2026-01-07,NaN,\n"  # 11
        b"2026-01-08,1,2,3\n"  # 12: decimal comma
        b"2026-03-11,5,tomorrow\n"
    )
    done = waymark("import", "csv", log, "--user", EMAIL, *PAID)
    assert done.code == 3
    assert counts(done.out) == [12, 2, 0, 10]
    refused = [line for line in done.err.splitlines() if line.startswith("line ")]
    assert [int(line.split()[1].rstrip(":")) for line in refused] == list(range(3, 13))
    assert refused[0] == "line 3: date: An existing day such as 2026-03-02."
    assert refused[3] == "line 6: value: A measured goal's check-in needs a value."


def test_chunks_make_one_history(waymark: Waymark, log: Path) -> None:
    """More facts than one transaction takes, back and forth in time."""
    written(log, *(f"2026-01-{1 + number * 7 % 28:02d},{number % 5},{number}" for number in range(1_203)))
    done = waymark("import", "csv", log, "--user", EMAIL, *PAID)
    assert counts(done.out) == [1_203, 1_203, 0, 0]
    assert f"current value {sum(number % 5 for number in range(1_203))} USD" in done.out.replace("\n", " ")
    assert "Importing check-ins: 1000 of 1203" in done.err
    assert waymark("doctor").code == 0


@pytest.mark.parametrize("step", ["complete", "archive", "delete"])
def test_facts_enter_whatever_the_goals_state(
    waymark: Waymark, log: Path, database_url: str, step: Step
) -> None:
    goal_id = stepped(waymark, written(log, "2026-01-01,5,"), database_url, step)
    written(log, "2026-01-01,5,", "2026-01-02,6,")
    done = waymark("import", "csv", log, "--user", EMAIL, "--goal", goal_id.upper())
    assert (done.code, counts(done.out)) == (0, [2, 1, 1, 0])
    assert waymark("doctor").code == 0
    assert ("is deleted" if step == "delete" else "current value 11 USD") in done.out.replace("\n", " ")


def test_a_dry_run_writes_nothing(waymark: Waymark, log: Path, tmp_path: Path) -> None:
    before = exported(waymark, tmp_path)
    written(log, "2026-01-01,5,", "2026-01-02,x,", "2026-01-03,0.001,")
    done = waymark("import", "csv", log, "--user", EMAIL, *PAID, "--dry-run")
    assert (done.code, counts(done.out)) == (3, [3, 1, 0, 2])
    assert exported(waymark, tmp_path) == before


LOGS = Path(__file__).parents[3] / "shared" / "data"
REAL = {
    "pledges": ("--metric", "amount", "--currency", "USD", "--target", "2000000"),
    "weekly-count": ("--metric", "custom", "--unit", "times", "--target", "200"),
    "inbox-zero": (
        *("--metric", "custom", "--unit", "messages", "--mode", "measure"),
        *("--initial", "4000", "--target", "0"),
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(not LOGS.exists(), reason="no real logs beside the project")
@pytest.mark.parametrize("name", REAL)
def test_a_real_log(waymark: Waymark, tmp_path: Path, name: str) -> None:
    """Counts and sums are those of the file, and twice is once."""
    rows = [line.split(",") for line in (LOGS / f"{name}.csv").read_text("utf-8").splitlines()[1:]]
    total = sum((Decimal(value) for _, value, _ in rows), Decimal(0))
    command = ("import", "csv", LOGS / f"{name}.csv", "--user", EMAIL, "--title", name, *REAL[name])
    told = report(waymark(*command).out)["check-ins"]
    days = sorted(day for day, _, _ in rows)
    assert told == Row(len(rows), len(rows), 0, 0, total, days[0], days[-1])
    data = exported(waymark, tmp_path)
    assert sum(Decimal(str(fact["value"])) for fact in data["goalCheckIns"]) == total
    (goal,) = data["goals"]
    last = [Decimal(value) for day, value, _ in rows if day == days[-1]][-1]
    assert goal["checkInCount"] == len(rows)
    state = total if goal["checkInMode"] == "increment" else last
    assert Decimal(str(goal["currentValue"])) == state
    assert report(waymark(*command).out)["check-ins"][:4] == (len(rows), 0, len(rows), 0)


def test_quiet_says_only_what_was_refused(waymark: Waymark, log: Path) -> None:
    written(log, "2026-01-01,5,", "never,5,")
    done = waymark("import", "csv", log, "--user", EMAIL, *PAID, "--quiet")
    assert (done.code, done.out) == (3, "")
    assert done.err.count("line 3: ") == 1


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        pytest.param((*PAID, "--currency", "XXD"), 1, "--currency", id="currency"),
        pytest.param((*PAID, "--target", "a lot"), 1, "--target", id="number"),
        pytest.param((*WEIGHT, "--initial", "70", "--target", "70"), 1, "--target", id="equal"),
        pytest.param((*WEIGHT, "--target", "70"), 1, "--direction", id="no direction"),
        pytest.param(("--title", "x", "--metric", "length"), 1, "--metric", id="metric"),
        pytest.param(("--goal", "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"), 1, "has no goal", id="unknown"),
        pytest.param(("--goal", "42"), 1, "--goal", id="no id"),
        pytest.param((), 2, "--title", id="neither"),
        pytest.param((*PAID, "--goal", "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21"), 2, "--goal", id="both"),
    ],
)
def test_what_cannot_be(waymark: Waymark, log: Path, options: tuple[str, ...], code: int, said: str) -> None:
    done = waymark("import", "csv", written(log, "2026-01-01,5,"), "--user", EMAIL, *options)
    assert done.code == code
    assert said in done.err


def test_an_unknown_account_and_a_missing_file(waymark: Waymark, log: Path) -> None:
    assert waymark("import", "csv", log, "--user", EMAIL, *PAID).code == 2
    done = waymark("import", "csv", written(log), "--user", "nobody@example.com", *PAID)
    assert (done.code, done.err.splitlines()[-1]) == (
        1,
        "waymark: There is no account with this e-mail address.",
    )
