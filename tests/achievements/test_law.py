"""After any history, what is earned is what the facts that stand earn: counted anew from what GET shows.

The oracle knows no measure of the product: it reads goals, debts, habits and sessions as a client does.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any, Final, TypeAlias

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.achievements.held import held, journalled
from tests.api.person import COUNT, SAVING, Document, Person
from tests.hypothesis_profiles import IS_SOAK

from waymark.clock import FrozenClock
from waymark.domain.achievements import CATALOGUE
from waymark.store.database import Database

HABITS: Final[tuple[Document, ...]] = (
    {},
    {"countingType": "quit"},
    {"frequency": "weekly", "timesPerWeek": 3},
    {"completionMode": "numeric", "targetPerDay": 10},
)
STEPS: Final = ("complete", "reactivate", "pause", "resume", "archive", "restore")
MINUTES: Final = (5, 40, 300, 700, 3_000)
SERIAL: Final = count()


class History:
    """A person and what they have made so far; each deed is told by two numbers."""

    def __init__(self, ada: Person, clock: FrozenClock) -> None:
        self.ada = ada
        self.clock = clock
        self.made: dict[str, list[str]] = {"goals": [], "habits": [], "debts": [], "facts": []}

    async def _tried(self, method: str, path: str, body: Any = None) -> Any:
        """What is answered; a refusal is part of the history too."""
        answer = await self.ada(method, path, body)
        assert answer.status_code < 500, answer.text
        return answer.json()["data"]

    def _one(self, kind: str, which: int) -> str | None:
        known = self.made[kind]
        return known[which % len(known)] if known else None

    def _day(self, back: int) -> str:
        return (self.clock.at - timedelta(days=back)).date().isoformat()

    async def begin(self) -> None:
        """One of each, so that most deeds find something to be done to."""
        for which in range(3):
            await self.set_a_goal(which + 3, 0)
        await self.begin_a_habit(0, 0)
        await self.owe(0, 0)

    async def set_a_goal(self, which: int, _: int) -> None:
        parts = [{"title": f"part {part}"} for part in range(which % 7)]
        fields = ({**SAVING, "financeMode": "save"}, COUNT, {"metricType": "none"})[which % 3]
        goal = await self.ada.goal(**{**fields, "milestones": parts})
        self.made["goals"].append(f"/goals/{goal['id']}")

    async def check_in(self, which: int, how: int) -> None:
        goal = self._one("goals", which)
        body = {"value": (how % 7 - 2) * 100 // 2, "dateKey": self._day(how % 4)}
        if goal and (told := await self._tried("POST", f"{goal}/check-in", body)):
            self.made["facts"].append(f"{goal}/check-ins/{told['checkIn']['id']}")

    async def earn_money(self, which: int, how: int) -> None:
        goal = self._one("goals", which)
        body: Document = {"type": ("income", "expense")[how % 3 == 0], "amount": 1000, "currency": "USD"}
        body |= {"goalId": goal.rpartition("/")[2] if goal else None}
        if told := await self._tried("POST", "/transactions", body):
            self.made["facts"].append(f"/transactions/{told['id']}")

    async def step(self, which: int, how: int) -> None:
        if goal := self._one("goals", which):
            await self._tried("POST", f"{goal}/{STEPS[how % len(STEPS)]}")

    async def delete(self, which: int, how: int) -> None:
        if record := self._one(("goals", "habits", "debts", "facts")[how % 4], which):
            await self._tried("DELETE", record)

    async def restore(self, which: int, how: int) -> None:
        if record := self._one(("goals", "habits", "debts", "facts")[how % 4], which):
            await self._tried("POST", f"{record}/restore")

    async def begin_a_habit(self, which: int, _: int) -> None:
        habit = await self.ada.data("POST", "/habits", {"title": "H", **HABITS[which % len(HABITS)]})
        self.made["habits"].append(f"/habits/{habit['id']}")

    async def keep_a_week(self, which: int, how: int) -> None:
        habit = self._one("habits", which)
        for back in range(7) if habit else ():
            await self._say(habit, "done", back + how % 30)

    async def say_a_day(self, which: int, how: int) -> None:
        habit = self._one("habits", which)
        if habit and (told := await self._say(habit, ("done", "miss", "skip")[how % 3], how % 9)):
            self.made["facts"].append(f"{habit}/history/{told['completion']['id']}")

    async def _say(self, habit: str | None, status: str, back: int) -> Any:
        return await self._tried("POST", f"{habit}/complete", {"status": status, "dateKey": self._day(back)})

    async def focus(self, which: int, _: int) -> None:
        minutes = MINUTES[which % len(MINUTES)]
        session = {"plannedMinutes": 25, "status": "completed", "actualMinutes": minutes}
        session |= {"startedAt": (self.clock.at - timedelta(days=9)).isoformat()}
        made = await self.ada.data("POST", "/focus-sessions", session)
        self.made["facts"].append(f"/focus-sessions/{made['id']}")

    async def owe(self, _: int, __: int) -> None:
        debt = {"direction": "i_owe", "counterpartyName": "K", "principalAmount": 100}
        debt = await self.ada.data("POST", "/debts", {**debt, "principalCurrency": "USD"})
        self.made["debts"].append(f"/debts/{debt['id']}")

    async def pay(self, which: int, how: int) -> None:
        debt = self._one("debts", which)
        payment = {"amount": (50, 100)[how % 2], "currency": "USD"}
        if debt and (paid := await self._tried("POST", f"{debt}/payments", payment)):
            self.made["facts"].append(f"{debt}/payments/{paid['id']}")

    async def sleep(self, which: int, _: int) -> None:
        self.clock.at += timedelta(days=which % 5)
        await self.ada.get("/achievements")  # whoever looks on another day sees what the day moved


Deed: TypeAlias = Callable[[History, int, int], Awaitable[None]]
DEEDS: Final[tuple[Deed, ...]] = (
    History.set_a_goal,
    History.check_in,
    History.check_in,
    History.earn_money,
    History.step,
    History.step,
    History.delete,
    History.delete,
    History.restore,
    History.begin_a_habit,
    History.keep_a_week,
    History.say_a_day,
    History.focus,
    History.owe,
    History.pay,
    History.sleep,
)


async def everything(ada: Person, path: str, **params: str) -> list[Document]:
    """All of a list that stands, archived ones too."""
    found: list[Document] = []
    for status in ("active", "archived"):
        found += await ada.get(path, **{**params, "showStatus": status, "limit": "100"})
    return found


async def facts_of(ada: Person) -> dict[str, int]:
    goals = await everything(ada, "/goals")
    check_ins = [
        await ada.get(f"/goals/{goal['id']}/check-ins", sourceType="manual", limit="100")
        for goal in goals
        if goal["checkInCount"]
    ]
    sessions = await everything(ada, "/focus-sessions", status="completed")
    was = [goal for goal in goals if goal["status"] == "archived"]
    undone = 0
    for goal in was:  # an archived goal does not show whether it was completed: look behind the curtain
        path = f"/goals/{goal['id']}/restore"
        answer = await ada("POST", path, params={"dryRun": "true"})
        undone += answer.json()["data"]["status"] == "completed"
    return {
        "check_ins": sum(map(len, check_ins)),
        "milestones_reached": sum(
            part["completedAt"] is not None for goal in goals for part in goal["milestones"]
        ),
        "goals_completed": undone + sum(goal["status"] == "completed" for goal in goals),
        "savings_reached": sum(
            goal["financeMode"] == "save"
            and goal["currentValue"] - goal["initialValue"] >= goal["targetValue"] - goal["initialValue"]
            for goal in goals
        ),
        "debts_closed": sum(debt["status"] == "paid" for debt in await everything(ada, "/debts")),
        "best_streak": max((habit["streakBest"] for habit in await everything(ada, "/habits")), default=0),
        "focus_minutes": sum(session["actualMinutes"] for session in sessions),
    }


async def agreed(ada: Person, database: Database) -> tuple[set[str], dict[str, int]]:
    """What is held, which must be what the facts earn."""
    stored, measures = await held(database, ada), await facts_of(ada)
    assert stored == {
        key for key, honour in CATALOGUE.items() if measures[honour.measure] >= honour.threshold
    }
    return stored, measures


@settings(
    max_examples=400 if IS_SOAK else 8,
    phases=[Phase.generate],  # an example takes a second: making it smaller would take many minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 10_000), st.integers(0, 10_000)),
        min_size=30,
        max_size=40,
    )
)
async def test_what_is_earned_is_what_the_facts_earn(
    client: Any, database: Database, clock: FrozenClock, deeds: list[tuple[Deed, int, int]]
) -> None:
    ada = await Person.registered(client, f"ada{next(SERIAL)}")
    history = History(ada, clock)
    await history.begin()
    for number, (deed, which, how) in enumerate(deeds):
        # Before a day passes too: who looks on the next one sees all brought in line.
        if deed is History.sleep or number % 6 == 0:
            await agreed(ada, database)
        await deed(history, which, how)
    stored, measures = await agreed(ada, database)
    shown = {each["key"]: each for each in await ada.get("/achievements")}
    assert {key: each["value"] for key, each in shown.items()} == {
        key: measures[honour.measure] for key, honour in CATALOGUE.items()
    }
    told: dict[str, str] = {}
    for row in await journalled(database, ada):
        assert (row.operation == "create") == (told.get(row.id) != "create")
        told[row.id] = row.operation
    assert {honour_id for honour_id, last in told.items() if last == "create"} == {
        CATALOGUE[key].id for key in stored
    }
