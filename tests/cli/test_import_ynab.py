"""`import ynab` on files made by hand in the form of YNAB's export."""

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.conftest import EMAIL, Waymark, on
from tests.cli.exports import exported
from tests.cli.report import report

from waymark.actions.budgets import create_budget
from waymark.actions.money_commands import CreateBudget
from waymark.actions.perform import Door
from waymark.clock import RealClock
from waymark.doors.ynab import amount
from waymark.store import inspection
from waymark.store.database import Database

pytestmark = pytest.mark.usefixtures("ada")

REGISTER = (
    '"Account","Flag","Date","Payee","Category Group/Category","Category Group","Category","Memo",'
    '"Outflow","Inflow","Cleared"\n'
    '"Cash","","02/28/2026","Starting Balance","Inflow: Ready to Assign","Inflow","Ready to Assign","",'
    '$0.00,"$1,250.00","Reconciled"\n'
    '"Cash","Red","03/01/2026","Café","Fun: Dining","Fun","Dining","two\nlines",$4.50,$0.00,"Cleared"\n'
    '"Cash","","03/01/2026","Café","Fun: Dining","Fun","Dining","",$4.50,$0.00,"Cleared"\n'
    '"Cash","","03/01/2026","Café","Fun: Dining","Fun","Dining","",$4.50,$0.00,"Cleared"\n'
    '"Cash","","03/02/2026","Shop","Fun: Dining","Fun","Dining","a refund",-$2.25,$0.00,"Cleared"\n'
    '"Cash","","03/03/2026","Transfer : Bank","","","","",$100.00,$0.00,"Cleared"\n'
    '"Bank","","03/03/2026","Transfer : Cash","","","","",$0.00,$100.00,"Cleared"\n'
    '"Bank","","03/04/2026","Transfer : Gone","","","","",$0.00,$7.00,"Cleared"\n'
    '"Bank","","03/05/2026","Nothing","","","","",$0.00,$0.00,"Cleared"\n'
)
PLAN = (
    '"Month","Category Group/Category","Category Group","Category","Assigned","Activity","Available"\n'
    '"Feb 2026","Fun: Dining","Fun","Dining",$40.00,$0.00,$40.00\n'
    '"Mar 2026","Fun: Dining","Fun","Dining",$50.00,-$11.25,$78.75\n'
    '"Apr 2026","Fun: Dining","Fun","Dining",$60.00,$0.00,$60.00\n'
    '"Mar 2026","Fun: Books","Fun","Books",$0.00,$0.00,$0.00\n'
)
USD = ("--currency", "USD")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("My Plan as of 2026-03-10 - Register.csv", b"\xef\xbb\xbf" + REGISTER.encode())
        archive.writestr("My Plan as of 2026-03-10 - Plan.csv", b"\xef\xbb\xbf" + PLAN.encode())
    return path


def test_money_and_budgets(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    rehearsed = waymark("import", "ynab", file, "--user", EMAIL, *USD, "--dry-run")
    assert exported(waymark, tmp_path)["transactions"] == []
    done = waymark("import", "ynab", file, "--user", EMAIL, *USD)
    assert done.code == 0, done.err
    told = report(done.out)
    assert report(rehearsed.out) == told
    assert told["budgets"][:4] == (1, 1, 0, 0)
    assert (told["income"][:4], told["income"].sum) == ((2, 2, 0, 0), Decimal("1252.25"))
    assert (told["expense"][:4], told["expense"].sum) == ((3, 3, 0, 0), Decimal("13.50"))
    assert (told["transfer"][:4], told["transfer"].sum) == ((2, 2, 0, 0), Decimal(107))
    for note in ("1 × other side of a transfer", "1 × transaction of nothing"):
        assert note in done.out
    data = exported(waymark, tmp_path)
    flagged = next(each for each in data["transactions"] if each["description"] == "two\nlines")
    assert [
        flagged[name] for name in ("type", "amount", "currency", "categoryId", "date", "name", "tags")
    ] == [*("expense", 4.5, "USD", "Fun: Dining", "2026-03-01", "Café", ["Cash", "Red"])]
    (budget,) = data["budgets"]
    assert [budget[name] for name in ("name", "limitAmount", "periodType", "startDate")] == [
        *("Fun: Dining", 50, "monthly", "2026-03-01")
    ]
    entries = [entry["convertedAmount"] * entry["sign"] for entry in data["budgetEntries"]]
    assert sum(entries) == 3 * 4.5  # what came back is income, which a budget of expenses does not count
    assert waymark("doctor").code == 0


def test_twice_is_once(waymark: Waymark, file: Path, tmp_path: Path) -> None:
    waymark("import", "ynab", file, "--user", EMAIL, *USD)
    before = exported(waymark, tmp_path)
    told = report(waymark("import", "ynab", file, "--user", EMAIL, *USD).out)
    assert {kind: row[:4] for kind, row in told.items()} == {
        "budgets": (1, 0, 1, 0),
        "income": (2, 0, 2, 0),
        "expense": (3, 0, 3, 0),
        "transfer": (2, 0, 2, 0),
    }
    assert exported(waymark, tmp_path) == before


def test_what_a_budget_in_another_currency_cannot_count_keeps_nothing_else_out(
    waymark: Waymark, tmp_path: Path, database_url: str
) -> None:
    budget = {"name": "Eating", "categoryIds": ["Fun: Dining"], "currency": "EUR", "limitAmount": 9}

    async def made(database: Database) -> None:
        ((user_id, _),) = await database.all(inspection.USERS)
        command = CreateBudget.model_validate(budget)
        await Door(database, RealClock()).perform(user_id, create_budget, command)

    on(database_url, made)
    other = '"Cash","","03/01/2026","Shop","Fun: Books","Fun","Books","",$1.00,$0.00,"Cleared"\n'
    path = tmp_path / "Register.csv"
    path.write_text(REGISTER + other, "utf-8")
    for command in (("--dry-run",), ()):
        done = waymark("import", "ynab", path, "--user", EMAIL, *USD, *command)
        assert done.code == 3
        assert report(done.out)["expense"][:4] == (4, 1, 0, 3)
        assert done.err.count("rate: ") == 3
    assert len(exported(waymark, tmp_path)["transactions"]) == 5


@pytest.mark.parametrize(
    ("rows", "options", "days", "sums"),
    [
        pytest.param(
            "Cash\t\t28.02.2026\tx\t\t\t\t\t€1.234,56\t€0,00\t\nCash\t\t01.03.2026\tx\t\t\t\t\t12,5 €\t0\t\n",
            ("--currency", "EUR"),
            ["2026-02-28", "2026-03-01"],
            Decimal("1247.06"),
            id="tabs, points and commas, day first",
        ),
        pytest.param(
            "Cash\t\t2026-03-01\tx\t\t\t\t\t¥1,200\t¥0\t\n",
            ("--currency", "JPY"),
            ["2026-03-01"],
            Decimal(1200),
            id="no decimals",
        ),
        pytest.param(
            "Cash\t\t02/03/2026\tx\t\t\t\t\t1\t0\t\n",
            ("--currency", "USD", "--dates", "dmy"),
            ["2026-03-02"],
            Decimal(1),
            id="told order",
        ),
    ],
)
def test_ways_to_write(  # a table's columns
    waymark: Waymark,
    tmp_path: Path,
    rows: str,
    options: tuple[str, ...],
    days: list[str],
    sums: Decimal,
) -> None:
    path = tmp_path / "Register.tsv"
    header = REGISTER.splitlines()[0].replace('"', "").replace(",", "\t")
    path.write_text(f"{header}\n{rows}", "utf-16")
    done = waymark("import", "ynab", path, "--user", EMAIL, *options)
    assert done.code == 0, done.err
    assert report(done.out)["expense"].sum == sums
    assert sorted(each["date"] for each in exported(waymark, tmp_path)["transactions"]) == days


def test_an_order_that_nothing_tells_is_asked_for(waymark: Waymark, tmp_path: Path) -> None:
    path = tmp_path / "Register.csv"
    path.write_text("Account,Date,Payee,Outflow,Inflow\nCash,02/03/2026,x,1,0\n", "utf-8")
    done = waymark("import", "ynab", path, "--user", EMAIL, *USD)
    assert (done.code, "--dates" in done.err) == (1, True)


def test_what_is_refused_is_named(waymark: Waymark, tmp_path: Path) -> None:
    path = tmp_path / "Register.csv"
    path.write_text(
        "Account,Date,Payee,Outflow,Inflow\n"
        "Cash,2026-03-01,ok,1,0\n"
        "Cash,2026-02-30,x,1,0\n"
        "Cash,2026-03-01,x,one,0\n"
        "Cash,2026-03-01,x,1.2.3.4,0\n"
        "Cash,2199-03-01,x,1,0\n",
        "utf-8",
    )
    done = waymark("import", "ynab", path, "--user", EMAIL, *USD, "--dates", "ymd")
    assert done.code == 3
    assert report(done.out)["expense"][:4] == (5, 1, 0, 4)
    for said in ("line 3: Date: ", "line 4: Outflow: ", "line 5: Outflow: ", "line 6: Date: "):
        assert f"Register.csv {said}" in done.err


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("$1,234.56", "USD", "1234.56"),
        ("1.234,56 €", "EUR", "1234.56"),
        ("1 234,56", "EUR", "1234.56"),
        ("1\u202f234,56\u00a0€", "EUR", "1234.56"),
        ("CHF 1’234.50", "CHF", "1234.50"),
        ("₹12,34,567.00", "INR", "1234567"),
        ("Rs.500.00", "INR", "500"),
        ("kr 30,00", "SEK", "30"),
        ("1.234", "EUR", "1234"),
        ("1,234", "KWD", "1.234"),
        ("12,5", "EUR", "12.5"),
        (".50", "USD", "0.50"),
        ("-$2.25", "USD", "-2.25"),
        ("($2.25)", "USD", "-2.25"),
        ("", "USD", "0"),
        ("one", "USD", None),
        ("1.2.3.4", "USD", None),
        ("1 2 3", "USD", None),
        ("12.345", "USD", "12345"),
    ],
)
def test_amounts(text: str, currency: str, expected: str | None) -> None:
    assert amount(text, currency) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("options", "said"), [(("--currency", "XXX"), "--currency"), (USD, "neither a register")]
)
def test_what_cannot_be(waymark: Waymark, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n", "utf-8")
    done = waymark("import", "ynab", path, "--user", EMAIL, *options)
    assert (done.code, said in done.err) == (1, True)
