"""Holding what is stored against the facts, user by user and goal by goal, and mending it.

What should be stored is computed in the domain; nothing here knows a rule of progress.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

from waymark.actions.accounts import LONG_AGO
from waymark.actions.perform import Outcome
from waymark.actions.settlement import Settlement
from waymark.actions.worlds import gathered_world
from waymark.domain.amounts import ZERO, plain
from waymark.domain.days import EARLIEST_ON, day_bounds
from waymark.domain.doctor import Afresh, computed_afresh
from waymark.domain.documents import encoded
from waymark.domain.insights import Due, Look, due_on
from waymark.domain.neighbours import PeriodTotal, World
from waymark.domain.progress import HUNDRED
from waymark.domain.records import DayTotal, Goal, GoalDocumentRow, Milestone, SourceTotal, TargetVersion
from waymark.store import inspection, schema, statements
from waymark.store.database import Put, Reader, Transaction
from waymark.store.insight_statements import DUE_OF
from waymark.store.link_statements import WORLD
from waymark.store.neighbours import budget_period_totals
from waymark.store.standing import digests_of
from waymark.store.statements import Owner
from waymark.store.work import Work


class Difference(msgspec.Struct, frozen=True):
    """Something that is stored otherwise than it should be; None: it is not there."""

    what: str
    stored: Any
    expected: Any


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is stored of a goal, and what should be."""

    goal: Goal
    row: GoalDocumentRow | None
    due: Due | None
    world: World | None
    milestones: list[Milestone]
    versions: list[TargetVersion]
    days: dict[date, DayTotal]
    sources: dict[str, SourceTotal]
    fresh: Afresh


async def kept(reader: Reader, user_id: str, goal_id: str, today: date) -> Kept | None:
    """The goal as stored and as it should be on the day of its document, else `today`; None: it is gone."""
    key = {"user_id": user_id, "goal_id": goal_id}
    goal = await reader.one(statements.GOAL_ROW, **key)
    if goal is None:
        return None
    row = await reader.one(inspection.DOCUMENT_ROW, **key)
    milestones = await reader.all(statements.MILESTONES, **key)
    versions = await reader.all(statements.TARGETS, **key)
    days = await reader.all(statements.DAYS_FROM, day=EARLIEST_ON, **key)
    sources = await reader.all(statements.SOURCE_TOTALS, **key)
    facts = await reader.all(statements.FACTS, **key)
    due: Due | None = await reader.one(DUE_OF, user_id=user_id, entity="goals", id=goal_id)
    day = row.day if row else today
    world: World | None = await gathered_world(reader, user_id, goal_id, day)
    if world == World(user_id=user_id, goal_id=goal_id, day=day) and await reader.one(WORLD, **key) is None:
        world = None  # nothing was ever linked
    return Kept(
        goal=goal,
        row=row,
        due=due,
        world=world,
        milestones=milestones,
        versions=versions,
        days={total.day: total for total in days},
        sources={total.source_type: total for total in sources},
        fresh=computed_afresh(goal, facts, milestones, versions, world, day),
    )


async def goal_differences(reader: Reader, user_id: str, goal_id: str, today: date) -> list[Difference]:
    """Where the goal's totals, milestones, target or document differ; `reader` should be a snapshot."""
    found = await kept(reader, user_id, goal_id, today)
    owner = await reader.one(statements.OWNER, user_id=user_id)
    if found is None or owner is None:
        return []
    fresh = found.fresh
    return [
        *_between("total of", found.days, fresh.days),
        *_between("total of source", found.sources, fresh.sources),
        *_between("milestone", _by_id(found.milestones), _by_id(fresh.milestones)),
        *_target_differences(found),
        *_document_differences(found, owner),
        *_due_differences(found, owner),
    ]


async def log_differences(reader: Reader, user_id: str) -> list[Difference]:
    """Where the journal has a gap, a record a version that the journal does not know, or a digest errs."""
    head = await reader.one(statements.HEAD, user_id=user_id)
    if head is None:
        return [Difference("journal head", None, "a head")]
    found = []
    span = await reader.one(inspection.JOURNAL_SPAN, user_id=user_id, floor=head.floor)
    whole = (head.seq - head.floor, head.floor + 1, head.seq) if head.seq > head.floor else (0, None, None)
    if span != whole:
        found.append(Difference("journal (rows, first, last)", span, whole))
    for entity, statement in inspection.UNJOURNALLED.items():
        rows = await reader.all(statement, user_id=user_id, head=head.seq, floor=head.floor)
        found += [Difference(f"{entity} {row[0]} version", row[1], "one in the journal") for row in rows]
    if head.digests is not None:
        counted = await digests_of(reader, user_id)
        stored = {entity: digest for entity, digest in head.digests.items() if digest}
        found += _between(
            "digest of", stored, {entity: digest for entity, digest in counted.items() if digest}
        )
    return found


async def count_anew(tx: Transaction, user_id: str) -> None:
    """Have the user's digests counted from the records at the next write."""
    head = await tx.one(statements.LOCK_HEAD, user_id=user_id)
    if head is not None:
        await tx.apply([Put(schema.heads, [msgspec.structs.replace(head, digests=None)])])


async def money_differences(reader: Reader, user_id: str) -> list[Difference]:
    """Where the sum of a budget's period is not that of its transactions."""
    stored, expected = await _period_totals(reader, user_id)
    return list(_between("sum of budget and period", stored, expected))


async def mend_money(work: Work) -> Outcome:
    """Write the sums of all budgets as they should be."""
    stored, expected = await _period_totals(work.reader, work.user_id)
    for budget_id, from_on in stored.keys() - expected.keys():
        work.drop(budget_period_totals, (work.user_id, budget_id, from_on))
    for key, total in expected.items():
        work.put(budget_period_totals, key, total)
    return Outcome(data="null")


async def mend_totals(work: Work, goal_id: str) -> Outcome:
    """Write the goal's totals as they should be."""
    found = await kept(work.reader, work.user_id, goal_id, work.today)
    if found is not None:
        key = (work.user_id, goal_id)
        for day in found.days.keys() - found.fresh.days.keys():
            work.drop(schema.goal_day_totals, (*key, day))
        for source in found.sources.keys() - found.fresh.sources.keys():
            work.drop(schema.goal_source_totals, (*key, source))
        for total in found.fresh.days.values():
            work.put(schema.goal_day_totals, (goal_id, total.day), total)
        for each in found.fresh.sources.values():
            work.put(schema.goal_source_totals, (goal_id, each.source_type), each)
    return Outcome(data="null")


async def settle_anew(work: Work, goal_id: str) -> Outcome:
    """Settle the goal as if every day had just changed; its totals should be right already."""
    settlement = await Settlement.find(work, goal_id)
    if settlement is not None:
        days = await work.all(statements.DAYS_FROM, goal_id=goal_id, day=EARLIEST_ON)
        settlement.facts.dirty |= {total.day for total in days}
        settlement.facts.dirty |= {each.reached_on for each in settlement.ordered if each.reached_on}
        settlement.place(settlement.ordered)
        if settlement.world is not None:
            settlement.relink()
    return Outcome(data="null")


PeriodTotals: TypeAlias = dict[tuple[str, date], PeriodTotal]


async def _period_totals(reader: Reader, user_id: str) -> tuple[PeriodTotals, PeriodTotals]:
    """By budget and first day: as stored, and as the entries of standing transactions make them."""
    stored = await reader.all(inspection.PERIOD_TOTALS, user_id=user_id)
    sums: dict[tuple[str, date], tuple[Decimal, int]] = defaultdict(lambda: (ZERO, 0))
    for entry in await reader.all(inspection.ENTRIES_THAT_COUNT, user_id=user_id):
        spent, count = sums[entry.budget_id, entry.from_on]
        sums[entry.budget_id, entry.from_on] = (spent + entry.sign * entry.converted_amount, count + 1)
    expected = {
        key: PeriodTotal(user_id=user_id, budget_id=key[0], from_on=key[1], spent=plain(spent), count=count)
        for key, (spent, count) in sums.items()
    }
    return {(total.budget_id, total.from_on): total for total in stored}, expected


def _between(what: str, stored: Mapping[Any, Any], expected: Mapping[Any, Any]) -> Iterator[Difference]:
    for key in sorted(stored.keys() | expected.keys()):
        was, should_be = stored.get(key), expected.get(key)
        if was != should_be:
            yield Difference(f"{what} {key}", *_apart(was, should_be))


def _apart(stored: Any, expected: Any) -> tuple[Any, Any]:
    """Of two records only the fields that differ."""
    if not isinstance(stored, msgspec.Struct) or not isinstance(expected, msgspec.Struct):
        return stored, expected
    names = [name for name in stored.__struct_fields__ if getattr(stored, name) != getattr(expected, name)]
    return (
        {name: getattr(stored, name) for name in names},
        {name: getattr(expected, name) for name in names},
    )


def _by_id(milestones: list[Milestone]) -> dict[str, Milestone]:
    return {milestone.id: milestone for milestone in milestones}


def _target_differences(found: Kept) -> Iterator[Difference]:
    goal = found.goal
    if goal.metric_type == "none":
        return
    last = found.versions[-1] if found.versions else None
    stored = last and (last.target_value, last.progress_target_value, last.target_on)
    expected = (goal.target_value, goal.progress_target_value, goal.target_on)
    if stored != expected:
        yield Difference("newest target", stored, expected)


def _document_differences(found: Kept, owner: Owner) -> Iterator[Difference]:
    row, document = found.row, found.fresh.document
    if row is None:
        yield Difference("document", None, "a document")
        return
    body = encoded(document)
    if row.body != body:
        stored, expected = msgspec.json.decode(row.body), msgspec.json.decode(body)
        for field in expected.keys() | stored.keys():
            if stored.get(field) != expected.get(field):
                yield Difference(f"document {field}", stored.get(field), expected.get(field))
    columns = {
        "version": found.goal.version,
        "show_status": found.goal.show_status,
        "progress_percent": document.progress_percent,
        "pace_status": document.pace.status,
    }
    for name, value in columns.items():
        if getattr(row, name) != value:
            yield Difference(f"document column {name}", getattr(row, name), value)
    span = day_bounds(row.day, owner.timezone, owner.day_starts_at)
    # One that was marked as stale when the owner moved to another zone is settled when it is next read.
    if row.fresh_until != LONG_AGO and (row.fresh_from, row.fresh_until) != span:
        yield Difference("document is fresh from, until", (row.fresh_from, row.fresh_until), span)


def _due_differences(found: Kept, owner: Owner) -> Iterator[Difference]:
    """Whether the worker will look at the goal in time; sooner than it must does no harm."""
    row, document = found.row, found.fresh.document
    if row is None:
        return
    look = Look(
        goal=found.goal,
        day=row.day,
        milestones=found.fresh.milestones,
        percent=document.progress_percent,
        is_there=document.raw_percent >= HUNDRED,
        pace=document.pace.status,
        versions=found.versions,
        last_fact_on=max(found.fresh.days, default=None),
        world=found.world,
    )
    day = due_on(look)
    if day is not None:
        due_at, _ = day_bounds(day, owner.timezone, owner.day_starts_at)
        if found.due is None or found.due.due_at > due_at:
            yield Difference("due", None if found.due is None else found.due.due_at, due_at)
