"""A goal's facts inside one transaction: what is new, undone or mended, and the totals after it.

The fold itself is the domain's; this finds out from which day on it must be done again.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from waymark.domain.amounts import ZERO, plain
from waymark.domain.days import EARLIEST_ON
from waymark.domain.ledger import (
    Rule,
    base_of,
    day_total,
    effects,
    extended,
    order_of,
    refolded,
)
from waymark.domain.records import CheckIn, DayTotal, SourceTotal
from waymark.domain.vocabulary import SourceType
from waymark.store import schema, statements
from waymark.store.work import Work

TWO_DAYS = timedelta(days=2)
_FOLDED: Final = ("value", "unit", "mode", "date_key", "show_status")
"""What of a fact the fold looks at: a note mended moves no number."""


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a fold, and the part of it that was done again."""

    base: Decimal | None
    current: Decimal | None
    since: date
    """First day that was folded again; after all of them when none was."""
    days: Sequence[DayTotal]
    """The days from `since` on, entered and in order."""
    is_append: bool
    """The new facts come after all others and nothing was undone: what stood before still stands."""

    @property
    def is_whole(self) -> bool:
        return self.since == EARLIEST_ON


class Facts:
    """The facts of one goal. Tell it what changed, then fold once."""

    def __init__(self, work: Work, goal_id: str) -> None:
        self._work = work
        self._goal_id = goal_id
        self._key = (work.user_id, goal_id)
        self.fresh: list[CheckIn] = []
        self._changed: dict[str, CheckIn] = {}
        """Facts of this transaction as they will stand; the database does not have them yet."""
        self.dirty: set[date] = set()
        """Days on which a fact was taken out or mended: their totals are made anew."""
        self.sources: dict[SourceType, SourceTotal] = {}
        self._last: DayTotal | None = None

    async def load(self) -> None:
        """Read the totals of a goal that is stored already."""
        sources = await self._work.all(statements.SOURCE_TOTALS, goal_id=self._goal_id)
        self.sources = {total.source_type: total for total in sources}
        if sources:
            self._last = await self._work.one(statements.LAST_DAY, goal_id=self._goal_id)

    @property
    def count(self) -> int:
        return sum(total.count for total in self.sources.values()) + len(self.fresh)

    def add(self, fact: CheckIn) -> None:
        self.fresh.append(fact)
        self._changed[fact.id] = fact

    def mend(self, before: CheckIn, after: CheckIn) -> None:
        self._changed[after.id] = after
        if any(getattr(before, name) != getattr(after, name) for name in _FOLDED):
            self.dirty |= {before.date_key, after.date_key}

    # Folding ------------------------------------------------------------------------------

    async def fold(self, rule: Rule, was: Rule | None, *, again: bool) -> Folded:
        """Totals after this transaction, buffered to be written.

        `was` is the rule under which the stored totals were made, None for a new goal; `again`
        asks for the whole history because the past is judged anew.
        """
        is_append = not self.dirty and all(fact.date_key >= self._last_on for fact in self.fresh)
        since = self._since(rule, was, is_append=is_append, again=again)
        stored = await self._stored_days(since)
        days = await self._days_after(rule, was, stored)
        opening = await self._opening(rule, since)
        folded = refolded((days[day] for day in sorted(days)), opening)
        base = await self._base(rule, since, folded)
        await self._write(stored, {total.day: total for total in folded})
        current = folded[-1].closing if folded else opening
        return Folded(
            base=base,
            current=base if current is None else current,
            since=since,
            days=folded,
            is_append=is_append and since > EARLIEST_ON,
        )

    @property
    def stored_last_on(self) -> date | None:
        """The day of the last fact before this transaction."""
        return None if self._last is None else self._last.day

    @property
    def has_another_past(self) -> bool:
        """Whether something was undone or mended, or told of only after what came later."""
        return bool(self.dirty) or any(fact.date_key < self._last_on for fact in self.fresh)

    async def last_on(self, folded: Folded) -> date | None:
        """The day of the last fact, once folded."""
        if folded.days:
            return folded.days[-1].day
        if self._last is None or self._last.day < folded.since:
            return self.stored_last_on
        before = await self._work.one(statements.LAST_DAY_BEFORE, goal_id=self._goal_id, day=folded.since)
        return None if before is None else before.day

    @property
    def _last_on(self) -> date:
        return EARLIEST_ON if self._last is None else self._last.day

    def _since(self, rule: Rule, was: Rule | None, *, is_append: bool, again: bool) -> date:
        if self._last is None or again or rule != was:
            return EARLIEST_ON
        if rule.initial is None and not is_append:
            return EARLIEST_ON  # the measurement that everything is counted from may be another
        touched = self.dirty | {fact.date_key for fact in self.fresh}
        return min(touched, default=max(self._last.day, self._work.today) + TWO_DAYS)

    async def _stored_days(self, since: date) -> dict[date, DayTotal]:
        if self._last is None or since > self._last.day:
            return {}
        if since == self._last.day:
            return {since: self._last}
        totals = await self._work.all(statements.DAYS_FROM, goal_id=self._goal_id, day=since)
        return {total.day: total for total in totals}

    async def _days_after(
        self, rule: Rule, was: Rule | None, stored: dict[date, DayTotal]
    ) -> dict[date, DayTotal]:
        """The totals of the stored days with this transaction's facts in them."""
        if was is not None and stored and not _is_same_reading(rule, was):
            # Each fact now reads differently: every day is made anew from its facts.
            facts = self._standing(await self._work.all(statements.FACTS, goal_id=self._goal_id))
            by_day: dict[date, list[CheckIn]] = {}
            for fact in facts:
                by_day.setdefault(fact.date_key, []).append(fact)
            return {day: day_total(rule, *self._key, day, by_day[day]) for day in by_day}
        days = dict(stored)
        for day in self.dirty:
            facts = await self.of_day(day)
            days.pop(day, None)
            if facts:
                days[day] = day_total(rule, *self._key, day, facts)
        for fact in self.fresh:
            if fact.date_key not in self.dirty:
                days[fact.date_key] = extended(rule, days.get(fact.date_key), fact)
        return days

    async def _opening(self, rule: Rule, since: date) -> Decimal | None:
        """The value at the end of the last day before `since`."""
        last = self._last
        if last is None or since == EARLIEST_ON:
            return rule.initial
        if since > last.day:
            return last.closing
        if since == last.day:
            return last.opening
        before = await self._work.one(statements.LAST_DAY_BEFORE, goal_id=self._goal_id, day=since)
        return before.closing if before else rule.initial

    async def _base(self, rule: Rule, since: date, folded: Sequence[DayTotal]) -> Decimal | None:
        stored = None if since == EARLIEST_ON else await self.base(rule)
        return base_of(rule, folded) if stored is None else stored

    async def base(self, rule: Rule) -> Decimal | None:
        """The value that gains are counted from, as stored: the initial one or the first measurement."""
        if rule.initial is not None or self._last is None:
            return rule.initial
        first = await self._work.one(statements.FIRST_MEASURED_DAY, goal_id=self._goal_id)
        return first.first_measurement if first else None

    async def of_day(self, day: date) -> list[CheckIn]:
        """The facts of a day as they stand after this transaction, in order."""
        stored = await self._work.all(statements.FACTS_OF_DAY, goal_id=self._goal_id, day=day)
        return [fact for fact in self._standing(stored) if fact.date_key == day]

    async def of_source(self, source_type: SourceType, source_id: str) -> list[CheckIn]:
        """What a source gives as it stands after this transaction, in order."""
        stored = await self._work.all(
            statements.FACTS_OF_SOURCE, goal_id=self._goal_id, source_type=source_type, source_id=source_id
        )
        source = (source_type, source_id)
        return [fact for fact in self._standing(stored) if (fact.source_type, fact.source_id) == source]

    def _standing(self, stored: Iterable[CheckIn]) -> list[CheckIn]:
        facts = {fact.id: fact for fact in stored} | self._changed
        return sorted((fact for fact in facts.values() if fact.show_status == "active"), key=order_of)

    # Totals -------------------------------------------------------------------------------

    async def _write(self, stored: dict[date, DayTotal], after: dict[date, DayTotal]) -> None:
        """Buffer the day totals that moved and bring the totals per source in line with them."""
        sources = dict(self.sources)
        for day in stored.keys() | after.keys():
            was, now = stored.get(day), after.get(day)
            if was == now:
                continue
            if now is None:
                self._work.drop(schema.goal_day_totals, (*self._key, day))
            else:
                self._work.put(schema.goal_day_totals, (self._goal_id, day), now)
            for side, sign in ((was, -1), (now, 1)):
                if side is not None:
                    self._count(sources, side, sign)
        for source, total in list(sources.items()):
            if not total.count:
                del sources[source]
                if source in self.sources:
                    self._work.drop(schema.goal_source_totals, (*self._key, source))
                continue
            sources[source] = replace(total, newest_at=await self._newest(total))
            if sources[source] != self.sources.get(source):
                self._work.put(schema.goal_source_totals, (self._goal_id, source), sources[source])
        self.sources = sources

    def _count(self, sources: dict[SourceType, SourceTotal], total: DayTotal, sign: int) -> None:
        moved = effects(total)
        user_id, goal_id = self._key
        for source, done in total.by_source.items():
            known = sources.get(source) or SourceTotal(
                user_id=user_id, goal_id=goal_id, source_type=source, added=ZERO, count=0, newest_at=None
            )
            sources[source] = replace(
                known, added=plain(known.added + sign * moved[source]), count=known.count + sign * done.count
            )

    async def _newest(self, total: SourceTotal) -> datetime | None:
        """When the source's newest standing fact was recorded; looked up only if that one was undone."""
        of_source = [fact for fact in self._changed.values() if fact.source_type == total.source_type]
        gone = {fact.id: fact.created_at for fact in of_source if fact.show_status != "active"}
        standing = [fact.created_at for fact in of_source if fact.show_status == "active"]
        newest = total.newest_at
        if newest is not None and newest in gone.values():
            stored = await self._work.all(
                statements.NEWEST_FACTS,
                goal_id=self._goal_id,
                source_type=total.source_type,
                limit=len(gone) + 1,
            )
            newest = next((at for fact_id, at in stored if fact_id not in gone), None)
        return max([*standing, *([] if newest is None else [newest])], default=None)


def _is_same_reading(one: Rule, other: Rule) -> bool:
    """Whether two rules read each fact alike, so that day totals made by one serve the other."""
    return (one.direction, one.mode, one.unit) == (other.direction, other.mode, other.unit)
