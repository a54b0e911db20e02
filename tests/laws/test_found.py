"""Stories that the machine, or thinking about it, found to be told wrong: kept so that they stay right.

Each on both databases; the expectations are DOMAIN's.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from tests.laws.oracle import Fact, Goal
from tests.laws.telling import retarget
from tests.laws.world import World


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    world = World(database_url, tmp_path)
    world.enter("UTC")
    yield world
    world.close()


def done(world: World, method: str, path: str, body: Any = None) -> Any:
    reply = world.send(method, path, body)
    assert reply.is_done, reply
    return reply.body


def test_a_fact_before_the_window_was_logged(world: World) -> None:
    """§6: `insufficient_data` is for goals on which nothing was logged, whatever the clock did since."""
    day = world.clock.now().date()
    goal = {"title": "x", "metricType": "count", "targetValue": 100, "startDate": str(day - timedelta(5))}
    path = f"/goals/{done(world, 'POST', '/goals', goal | {'targetDate': str(day + timedelta(9))})['id']}"
    for each in (day - timedelta(40), day + timedelta(1)):
        done(world, "POST", f"{path}/check-in", {"value": 1, "dateKey": str(each)})
    assert done(world, "GET", path)["pace"]["status"] == "behind"


def test_clearing_weights_judges_the_past(world: World) -> None:
    """§4: with a metric and no weights, a milestone is reached by the first fact that gets there."""
    goal = {"title": "x", "metricType": "count", "targetValue": 100}
    goal |= {"progressWeights": {"metric": 1, "milestones": 3}}
    goal |= {"milestones": [{"title": "half", "targetPercent": 50}, {"title": "whole"}]}
    path = f"/goals/{done(world, 'POST', '/goals', goal)['id']}"
    told = done(world, "POST", f"{path}/check-in", {"value": 60})
    assert told["goal"]["milestones"][0]["completedAt"] is None
    world.clock.at += timedelta(1)
    cleared = done(world, "PATCH", path, {"progressWeights": None})
    assert cleared["milestones"][0]["completedAt"] == told["checkIn"]["createdAt"]


def test_undoing_what_completed_an_archived_goal(world: World) -> None:
    """§5: it reopens, which shows when it is restored; undoing is no step that could be refused."""
    goal = {"title": "x", "metricType": "count", "targetValue": 100, "autoComplete": True}
    path = f"/goals/{done(world, 'POST', '/goals', goal)['id']}"
    told = done(world, "POST", f"{path}/check-in", {"value": 100})
    assert told["goal"]["status"] == "completed"
    done(world, "POST", f"{path}/archive")
    done(world, "DELETE", f"{path}/check-ins/{told['checkIn']['id']}")
    assert done(world, "GET", path)["status"] == "archived"
    restored = done(world, "POST", f"{path}/restore")
    assert (restored["status"], restored["completedDate"]) == ("active", None)


def test_the_newest_fact_is_the_latest_not_the_last_in_the_alphabet(world: World) -> None:
    """A whole second is written without a fraction, and so sorts as text behind the fractions after it."""
    owed = {"direction": "i_owe", "counterpartyName": "c", "principalAmount": 400, "principalCurrency": "USD"}
    debt = f"/debts/{done(world, 'POST', '/debts', owed)['id']}"
    paid = done(world, "POST", f"{debt}/payments", {"amount": 100})
    close = {"title": "x", "goalType": "financial", "metricType": "amount", "financeMode": "debt_close"}
    goal = done(world, "POST", "/goals", close | {"linkedDebtId": debt.removeprefix("/debts/")})
    path = f"/goals/{goal['id']}"
    world.clock.at += timedelta(hours=1)
    day = world.clock.now().date() - timedelta(5)
    first = done(world, "POST", f"{path}/check-in", {"value": 1, "dateKey": str(day)})["checkIn"]
    assert first["createdAt"] == "2026-03-02T13:00:00Z"
    # Its day is not the newest either: what was paid before counts once it pays all, and came later.
    done(world, "PATCH", f"{debt}/payments/{paid['id']}", {"amount": 400})
    facts = done(world, "GET", f"{path}/check-ins")
    assert {fact["sourceType"] for fact in facts} == {"manual", "finance"}
    shown = done(world, "GET", path)
    assert shown["lastCheckInAt"] == max((fact["createdAt"] for fact in facts), key=datetime.fromisoformat)
    assert shown["lastCheckInAt"] < first["createdAt"], "as texts, that is"
    told = Goal("x", "amount", "decrease", "increment", day, target=Fraction(0))
    retarget(told, day)
    told.facts = {
        fact["id"]: Fact(fact["id"], fact["value"], None, None, day, fact["createdAt"]) for fact in facts
    }
    assert told.document(day)["lastCheckInAt"] == shown["lastCheckInAt"]
    done(world, "PATCH", f"{debt}/payments/{paid['id']}", {"amount": 100})
    assert done(world, "GET", path)["lastCheckInAt"] == first["createdAt"]
