"""What a world shows to its person: asked again only for what its journal, or the day, says may have moved.

What was asked for once and not moved since is held against the books at every step all the same.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from tests.laws.oracle import Fact
from tests.laws.world import World
from tests.laws.worlds_oracle import Source

from waymark.store import schema
from waymark.store.statement import Statement

_MOVED = Statement(
    sa.select(schema.journal.c.seq, schema.journal.c.entity)
    .where(schema.journal.c.user_id == sa.bindparam("user_id"), schema.journal.c.seq > sa.bindparam("seq"))
    .order_by(schema.journal.c.seq)
)
Stamps = dict[Source, Fact]


class _Told(NamedTuple):
    version: int
    stamps: Stamps


class Look:
    """All goals, budgets and debts that are not deleted, by id; and what sources gave to each goal."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shown: dict[str, dict[str, Any]] = {"goals": {}, "budgets": {}, "debts": {}}
        self._seq = -1
        self._on: date | None = None
        self._told: dict[str, _Told] = {}

    def again(self, today: date, archived: Iterable[str]) -> None:
        """Look at what may have moved; `archived` says where the books have archived things."""
        moved = self.world.run(self.world.database.all(_MOVED, user_id=self.world.user_id, seq=self._seq))
        entities = {entity for _, entity in moved}
        for noun in self.shown:
            if self._seq < 0 or noun in entities or today != self._on:
                self.shown[noun] = self._listed(noun, with_archived=noun in archived)
        self._seq, self._on = max((seq for seq, _ in moved), default=self._seq), today

    def _listed(self, noun: str, *, with_archived: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for show in ("active", "archived") if with_archived else ("active",):
            told = self.world.done("GET", f"/{noun}?showStatus={show}&limit=100")
            found |= {each["id"]: each for each in told}
        return found

    def stamps(self, goal_id: str) -> Stamps:
        """What sources gave to a goal's ledger, as its history shows it."""
        version = self.shown["goals"][goal_id]["version"]
        known = self._told.get(goal_id)
        if known is None or known.version != version:
            known = self._told[goal_id] = _Told(version, dict(self._given(goal_id)))
        return known.stamps

    def _given(self, goal_id: str) -> Stamps:
        found: Stamps = {}
        for number in range(1, 1_000):
            page = self.world.done("GET", f"/goals/{goal_id}/check-ins?limit=100&page={number}")
            for each in page:
                if each["sourceType"] == "manual":
                    continue
                day = date.fromisoformat(each["dateKey"])
                source = (each["sourceType"], each["sourceId"], day)
                assert source not in found, "one fact counts once"
                at, unit = each["createdAt"], each["unit"]
                found[source] = Fact(each["id"], each["value"], unit, each["mode"], day, at)
            if len(page) < 100:
                break
        return found
