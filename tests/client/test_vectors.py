"""The scenarios of clients/vectors: requests, answers and what a device shows, the same for every client.

The TypeScript client runs the same files; here they are told to plans, so nothing is sent.
"""

from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from waymark.client import NoAnswer
from waymark.client.calls import Calls, Tokens
from waymark.client.following import Following
from waymark.client.nouns import camel
from waymark.client.replica import Replica, parsed
from waymark.client.store import Store
from waymark.client.syncing import Syncing
from waymark.client.wire import Plan, Request, Response
from waymark.clock import FrozenClock
from waymark.domain.days import parse_instant
from waymark.domain.digests import shown, total
from waymark.domain.documents import encoded
from waymark.errors import Problem

T = TypeVar("T")

FOLDER = Path(__file__).parents[2] / "clients/vectors"
FILES = {path.stem: parsed(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
SCENARIOS = [
    pytest.param(scenario["steps"], id=f"{name}: {scenario['name']}")
    for name, file in FILES.items()
    for scenario in file.get("scenarios", ())
]


@pytest.mark.parametrize("each", FILES["digests"]["digests"])
def test_digests(each: Any) -> None:
    assert shown(total(map(tuple, each["records"]))) == each["digest"]


@pytest.mark.parametrize("steps", SCENARIOS)
def test_a_scenario(steps: list[dict[str, Any]]) -> None:
    device = Played()
    for number, step in enumerate(steps):
        device.do(step, f"step {number}")


class Played:
    """A device whose ids are n1, n2, … and whose clock stands still."""

    def __init__(self) -> None:
        self.store = Store(":memory:")
        self.offered: list[str] = []
        self.changed: list[list[str]] = []
        ids = count(1)
        self.replica = Replica(
            self.store,
            FrozenClock(parse_instant("2026-03-02T09:00:00Z")),
            new_id=lambda: f"n{next(ids)}",
            on_conflict=lambda conflict: self.offered.append(conflict.id),
            on_change=lambda *what: self.changed.append([*what]),
        )
        self.syncing = Syncing(Calls(Tokens("token"), tries=1), self.replica)
        self.following = Following(self.replica, "token")

    def do(self, step: dict[str, Any], at: str) -> None:
        """One step; its verb is its first name."""
        verb, told = next(iter(step.items()))
        if "raises" in step:
            with pytest.raises((Problem, NoAnswer)) as raised:
                getattr(self, verb)(told, step)
            assert getattr(raised.value, "code", "NO_ANSWER") == step["raises"], at
        else:
            assert getattr(self, verb)(told, step) == step.get("gives", step.get("told")), at

    def create(self, told: Any, _: Any) -> None:
        entity, fields = told
        self.replica.create(entity, **fields)

    def edit(self, told: Any, _: Any) -> None:
        entity, record_id, fields = told
        self.replica.edit(entity, record_id, **fields)

    def delete(self, told: Any, _: Any) -> None:
        self.replica.delete(*told)

    def again(self, told: Any, _: Any) -> None:
        key, fields = told
        self.replica.again(key, **fields)

    def forget(self, told: Any, _: Any) -> None:
        self.replica.forget(*told)

    def sync(self, exchange: Any, _: Any) -> Any:
        return builtins(played(self.syncing.sync(), exchange))

    def resolve(self, told: Any, step: Any) -> Any:
        conflict_id, resolution, fields = told
        (conflict,) = [each for each in self.replica.conflicts() if each.id == conflict_id]
        return played(self.syncing.resolve(conflict, resolution, fields), step["exchange"])

    def hello(self, told: Any, _: Any) -> None:
        self.following = Following(self.replica, "token")
        assert parsed(self.following.hello()) == told

    def hear(self, frame: Any, _: Any) -> str:
        told = self.following.hear(encoded(frame))
        if told == "snapshot":
            self.replica.begin_snapshot()
        return told

    def shows(self, told: Any, _: Any) -> None:
        """What other devices did is told once: `changed` and `offered` since they were last looked at."""
        for what, wanted in told.items():
            assert self.shown(what) == wanted, what

    def shown(self, what: str) -> Any:
        match what:
            case "pending" | "refused":
                return builtins(getattr(self.replica, what)())
            case "conflicts":
                return [conflict.id for conflict in self.replica.conflicts()]
            case "cursor":
                return self.replica.cursor
            case "digest":
                return self.replica.digest()
            case "changed" | "offered":
                found = getattr(self, what)
                setattr(self, what, [])
                return found
            case entity:
                return self.replica.all(entity)


def played(plan: Plan[T], exchange: list[Any]) -> T:
    """What comes of a plan whose requests are exactly these, and are answered so; null: with nothing."""
    waiting = iter(exchange)
    try:
        request = next(plan)
        while True:
            wanted, answer = next(waiting)
            assert asked(request) == wanted
            if answer is None:
                request = plan.throw(NoAnswer())
            else:
                request = plan.send(Response(answer.get("status", 200), {}, encoded(answer).encode()))
    except StopIteration as end:
        assert list(waiting) == []
        result: T = end.value
        return result


def asked(request: Request) -> Any:
    """A request as the scenarios spell it."""
    match request.method, request.path:
        case "GET", "/sync/pull":
            params = dict(request.params)
            verb = {"500": "pull", "1": "check"}[params.pop("limit")]
            return {verb: params}
        case "POST", path:
            return {
                path.removeprefix("/sync/").removesuffix("-conflict"): parsed((request.body or b"").decode())
            }
        case unknown:
            raise AssertionError(unknown)


def builtins(value: Any) -> Any:
    """Structs by their names on the wire."""
    found = msgspec.to_builtins(value, builtin_types=(Decimal,))
    if isinstance(found, list):
        return [{camel(name): each for name, each in one.items()} for one in found]
    return {**found, "differing": list(found["differing"])}
