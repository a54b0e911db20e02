"""Draws docs/pictures/rules-*.svg: goals lived through the API as docs/reference/rules.md tells of them.

Charts are the server's own `chart.svg`; bars and strips of days are drawn here, from its answers alone, so
that no picture can show what the product does not say. `make format` runs it; tests/docs holds the result.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2

from waymark.app import create_app
from waymark.clock import FrozenClock
from waymark.settings import Settings
from waymark.store.migrate import migrate

FOLDER: Final = Path(__file__).parents[1] / "docs" / "pictures"
FIRST: Final = date(2026, 1, 1)
MONEY: Final = {"goalType": "financial", "metricType": "amount"}
Body: TypeAlias = dict[str, Any]


class Life:
    """A person's calls to a server of their own, and the day on which they are made."""

    def __init__(self, client: httpx2.AsyncClient, clock: FrozenClock) -> None:
        self._client, self._clock = client, clock

    def on(self, number: int) -> str:
        """Let it be noon of that day of 2026; the day as it is written."""
        day = FIRST + timedelta(days=number - 1)
        self._clock.at = datetime.combine(day, time(12), UTC)
        return day.isoformat()

    async def ask(self, path: str, body: Body | None = None, method: str = "") -> Any:
        """The `data` of an answer; httpx2.HTTPStatusError for a refusal."""
        response = await self._client.request(method or ("GET" if body is None else "POST"), path, json=body)
        return response.raise_for_status().json(parse_float=Decimal)["data"]

    async def goal(self, **fields: Any) -> str:
        made: Body = await self.ask("/goals", {"startDate": FIRST.isoformat(), **fields})
        return str(made["id"])

    async def measure(self, goal: str, values: dict[int, float]) -> None:
        """A check-in at noon of each of the days."""
        for number, value in values.items():
            day = self.on(number)
            await self.ask(f"/goals/{goal}/check-in", {"value": value, "dateKey": day})

    async def chart(self, goal: str) -> str:
        link = await self.ask(f"/goals/{goal}/pictures", method="POST")
        return (await self._client.get(link["chartUrl"])).raise_for_status().text

    async def money(self, goal: str, kind: str, amount: int, currency: str, day: int, **fields: Any) -> None:
        told = {"type": kind, "amount": amount, "currency": currency, "goalId": goal, **fields}
        await self.ask("/transactions", {**told, "date": self.on(day)})


async def pace(life: Life) -> str:
    """Behind: eight pages a day where ten are planned and twelve are needed by now."""
    life.on(1)
    goal = await life.goal(
        title="A hundred pages", metricType="count", targetValue=100, unit="pages", targetDate="2026-01-11"
    )
    await life.measure(goal, dict.fromkeys(range(2, 7), 8))
    return await life.chart(goal)


async def dip(life: Life) -> str:
    """Down, and up again: the milestone that was reached stays so."""
    life.on(1)
    goal = await life.goal(
        title="Down to 80 kg",
        goalType="health",
        metricType="weight",
        unit="kg",
        initialValue=92,
        targetValue=80,
        targetDate="2026-06-30",
        milestones=[{"title": title} for title in ("a quarter", "half", "three quarters", "there")],
    )
    await life.measure(goal, {4: 91.6, 11: 90.8, 18: 90.1, 26: 89.4, 33: 88.9, 41: 89.6, 48: 90.2, 56: 89.3})
    return await life.chart(goal)


async def saved(life: Life) -> str:
    """Two deposits, one of them in another currency at its own rate."""
    life.on(1)
    goal = await life.goal(
        **MONEY,
        title="A week in Samarkand",
        currency="UZS",
        targetValue=1_200_000,
        financeMode="save",
        targetDate="2026-02-28",
    )
    await life.money(goal, "income", 300_000, "UZS", 10)
    await life.money(goal, "income", 40, "USD", 24, rate=12_500)
    return await life.chart(goal)


async def spent(life: Life) -> str:
    """What may be spent is a way too: expenses go along it, a refund comes back."""
    life.on(1)
    goal = await life.goal(
        **MONEY,
        title="Furniture for 600",
        currency="EUR",
        targetValue=600,
        financeMode="spend",
        targetDate="2026-01-31",
    )
    for day, amount in {4: 80, 9: 145, 13: 60, 21: 120}.items():
        await life.money(goal, "expense", amount, "EUR", day)
    await life.money(goal, "income", 45, "EUR", 23)
    return await life.chart(goal)


async def debt(life: Life) -> str:
    """A debt of 5,000,000 of which a quarter is paid."""
    life.on(1)
    owed = await life.ask(
        "/debts",
        {
            "direction": "i_owe",
            "counterpartyName": "The bank",
            "startDate": FIRST.isoformat(),
            "principalAmount": 5_000_000,
            "principalCurrency": "UZS",
        },
    )
    goal = await life.goal(
        **MONEY,
        title="Pay the loan off",
        currency="UZS",
        financeMode="debt_close",
        linkedDebtId=owed["id"],
        targetDate="2026-12-31",
    )
    for month in range(1, 6):
        await life.money(goal, "expense", 250_000, "UZS", 30 * month - 15)
    return await life.chart(goal)


async def raised(life: Life) -> str:
    """A target that was raised half-way: what was reached before is judged by the old one."""
    life.on(1)
    goal = await life.goal(
        title="Kilometres on foot",
        metricType="custom",
        unit="km",
        targetValue=100,
        targetDate="2026-02-10",
        milestones=[{"title": "half"}, {"title": "all"}],
    )
    await life.measure(goal, dict.fromkeys(range(2, 20, 2), 6.5))
    life.on(20)
    await life.ask(f"/goals/{goal}", {"targetValue": 160}, "PATCH")
    await life.measure(goal, dict.fromkeys(range(22, 26, 2), 6.5))
    return await life.chart(goal)


async def paused(life: Life) -> str:
    """Ten days of rest in the middle: the plan waits too."""
    life.on(1)
    goal = await life.goal(
        title="Thirty lessons", metricType="count", unit="lessons", targetValue=30, targetDate="2026-02-09"
    )
    await life.measure(goal, dict.fromkeys(range(2, 13), 1))
    life.on(13)
    await life.ask(f"/goals/{goal}/pause", {})
    life.on(23)
    await life.ask(f"/goals/{goal}/resume", {})
    await life.measure(goal, dict.fromkeys(range(23, 29), 1))
    return await life.chart(goal)


async def weights(life: Life) -> str:
    """Finance 3, tasks 1, habits 5, of which no habit is there."""
    life.on(6)
    goal = await life.goal(
        **MONEY,
        title="Move house",
        currency="UZS",
        targetValue=3_000_000,
        financeMode="save",
        progressWeights={"finance": 3, "tasks": 1, "habits": 5},
    )
    await life.money(goal, "income", 1_250_000, "UZS", 6)
    for status in ("completed", "completed", "in_progress"):
        await life.ask("/tasks", {"title": "Pack", "goalId": goal, "status": status})
    return bar(await life.ask(f"/goals/{goal}/progress"))


async def habits(life: Life) -> str:
    """Ten days of three habits, and what they come to."""
    told = {
        "nine of ten days": ("create", ["done"] * 4 + ["miss"] + ["done"] * 5),
        "five done, five skipped": ("create", ["done", "skip"] * 5),
        "quit, and one miss": ("quit", ["", "", "", "miss", "", "", "", "", "", ""]),
    }
    rows: list[tuple[str, list[str], object]] = []
    for title, (kind, days) in told.items():
        life.on(1)
        habit = await life.ask("/habits", {"title": title, "countingType": kind})
        for number, status in enumerate(days, 1):
            day = life.on(number)
            if status:
                await life.ask(f"/habits/{habit['id']}/complete", {"dateKey": day, "status": status})
        life.on(len(days))
        shown = await life.ask(f"/habits/{habit['id']}")
        said = {each["dateKey"]: each["status"] for each in await life.ask(f"/habits/{habit['id']}/history")}
        dates = [(FIRST + timedelta(days=number)).isoformat() for number in range(len(days))]
        rows.append((title, [said.get(day, "") for day in dates], shown["completionRate30d"]))
    return strips(rows)


STORIES: Final[Sequence[Callable[[Life], Awaitable[str]]]] = (
    *(pace, dip, saved, spent, debt, raised, paused),
    *(weights, habits),
)


async def pictures() -> dict[Path, str]:
    """Path → picture, for every story."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/waymark.db"
        await migrate(url)
        clock = FrozenClock(datetime.combine(FIRST, time(12), UTC))
        settings = Settings.load(data_dir=Path(folder), database_url=url, worker=False, rate_limits=False)
        app = create_app(settings, clock=clock)
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://waymark/api/v1")
        async with app.router.lifespan_context(app), client:
            life = Life(client, clock)
            told = {"email": "ada@example.com", "password": "correct horse battery"}
            access = (await life.ask("/auth/register", told))["accessToken"]
            client.headers["Authorization"] = f"Bearer {access}"
            return {FOLDER / f"rules-{story.__name__}.svg": await story(life) for story in STORIES}


WIDTH: Final = 640
STYLE: Final = """<style>
:root{--sheet:#fffdf7;--line:#dcd6c6;--ink:#1d2a24;--soft:#57625b;--done:#1f5a41;--miss:#c8451c;--rest:#dcd6c6;\
--finance:#8a6a16;--tasks:#2c6487}
@media (prefers-color-scheme:dark){:root{--sheet:#1a211d;--line:#303b35;--ink:#e9ece4;--soft:#a6b2aa;\
--done:#86cba6;--miss:#ff8f63;--rest:#3d4a43;--finance:#d8b65a;--tasks:#7fb8dc}}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
.name{fill:var(--ink)}.percent{font-weight:700;font-size:18px;fill:var(--ink)}
.sheet{fill:var(--sheet);stroke:var(--line)}.rest{fill:var(--rest)}.done{fill:var(--done)}.miss{fill:var(--miss)}
.skip{fill:none;stroke:var(--soft);stroke-dasharray:3 3}.finance{fill:var(--finance)}.tasks{fill:var(--tasks)}
</style>"""


def bar(told: Body) -> str:
    """What `GET /goals/{id}/progress` answers as one bar: a part per term, as long as its points."""
    scale = Decimal(WIDTH - 48) / 100
    parts, x = [f'<rect class="rest" x="24" y="24" width="{WIDTH - 48}" height="28" rx="4"/>'], Decimal(24)
    for row, term in enumerate(told["terms"]):
        wide, source = term["points"] * scale, escape(term["source"])
        y = 82 + 24 * row
        parts += [
            f'<rect class="{source}" x="{x:.1f}" y="24" width="{wide:.1f}" height="28"/>',
            f'<rect class="{source}" x="24" y="{y - 11}" width="12" height="12" rx="2"/>',
            f'<text class="name" x="46" y="{y}">{source}</text>',
            f'<text x="130" y="{y}">{term["percent"]} % at weight {term["weight"]}</text>',
            f'<text class="name" x="420" y="{y}" text-anchor="end">{term["points"]} points</text>',
        ]
        x += wide
    percent = told["progressPercent"]
    parts.append(f'<text class="percent" x="{WIDTH - 24}" y="88" text-anchor="end">{percent} %</text>')
    return picture(f"{percent} % and what it is made of", 76 + 24 * len(told["terms"]), parts)


def strips(rows: Sequence[tuple[str, list[str], object]]) -> str:
    """Habits, each with what was said of its days, and its rate."""
    parts: list[str] = []
    for row, (title, days, rate) in enumerate(rows):
        y = 24 + 40 * row
        parts.append(f'<text class="name" x="24" y="{y + 18}">{escape(title)}</text>')
        for number, status in enumerate(days):
            shape = f'x="{200 + 32 * number}.5" y="{y}.5" width="25" height="25" rx="4"'
            parts.append(
                f'<rect class="{status or "rest"}" {shape}><title>{status or "not a word"}</title></rect>'
            )
        parts.append(f'<text class="percent" x="{WIDTH - 24}" y="{y + 19}" text-anchor="end">{rate} %</text>')
    y = 24 + 40 * len(rows) + 10
    for number, status in enumerate(("done", "miss", "skip", "rest")):
        x = 200 + 76 * number
        parts.append(f'<rect class="{status}" x="{x}.5" y="{y - 11}.5" width="11" height="11" rx="2"/>')
        parts.append(f'<text x="{x + 18}" y="{y}">{"not a word" if status == "rest" else status}</text>')
    return picture("Days of habits, and their rates", y + 20, parts)


def picture(title: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="t"><title id="t">{escape(title)}</title>{STYLE}'
        f'<rect class="sheet" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="14"/>'
        f"{''.join(parts)}</svg>"
    )


def main() -> None:
    for path, drawn in asyncio.run(pictures()).items():
        path.write_text(f"{drawn}\n", "utf-8")


if __name__ == "__main__":
    main()
