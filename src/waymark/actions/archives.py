"""An account's export coming back: its records as they were, and all that follows from them made anew.

How a file is read is not known here; whether its records may be kept, archive_faults.py says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, DecimalException
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import replace

from waymark.actions.noticing import queue
from waymark.actions.perform import Outcome
from waymark.actions.worlds import gathered_world
from waymark.domain import goal as rules
from waymark.domain.amounts import ZERO, plain
from waymark.domain.days import day_bounds, local_day
from waymark.domain.doctor import computed_afresh
from waymark.domain.documents import encoded
from waymark.domain.neighbours import BudgetEntry, PeriodTotal, World
from waymark.domain.records import CheckIn, Goal, GoalDocumentRow, Milestone, Record, TargetVersion
from waymark.errors import Conflict, Fault, Invalid
from waymark.queries.accounts import get_user
from waymark.store import neighbours, schema
from waymark.store.export_statements import PARTS
from waymark.store.import_statements import known
from waymark.store.statement import Row, Statement
from waymark.store.work import Work

Advance: TypeAlias = Callable[[int], None]
"""Tells how many more are kept."""

PAGE: Final = 500
"""Rows for each write."""
_KNOWN: Final[Mapping[str, Statement[Row]]] = {
    name: known(table) for name, (table, _) in PARTS.items() if "id" in table.c
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an account says of itself that its days and money depend on, and its name."""

    full_name: str | None = None
    base_currency: str = "USD"
    timezone: str = "UTC"
    day_starts_at: int = 0
    insight_thresholds: tuple[int, ...] | None = None


class Archive(msgspec.Struct, frozen=True):
    """An export: settings, and records by their name in it."""

    settings: Settings
    records: Mapping[str, Sequence[Any]]

    @property
    def ids(self) -> Iterator[tuple[str, list[str]]]:
        """Of each kind that has them."""
        for name in _KNOWN:
            yield name, [record.id for record in self.records[name]]


class Restored(msgspec.Struct, frozen=True):
    """How many records of each kind came back, or were there already."""

    new: dict[str, int]
    known: dict[str, int]


async def restore_archive(work: Work, archive: Archive, advance: Advance) -> Outcome:
    """Everything of an export into an account in which nothing was ever written, all of it or nothing.

    Records keep their ids, versions and instants, so that the digests of both accounts are equal; the log
    goes on above them, and those who follow it start again from a snapshot. Where all of it is there
    already, nothing changes. Conflict for an account that holds anything else. Data is `Restored`.
    """
    counts = {name: len(records) for name, records in archive.records.items()}
    if work.head.seq > 0:
        await _check_known(work, archive)
        return Outcome(data=encoded(Restored({}, counts)))
    today = await _settle_in(work, archive.settings)
    for name in PARTS:
        await _write(work, name, archive.records[name], advance)
    _add_up(work, archive.records["budgetEntries"])
    await work.write_through()
    await _make_documents(work, archive, today)
    entities = [each for records in archive.records.values() for each in records if isinstance(each, Record)]
    seq = max((each.version for each in entities), default=0)
    at = max((each.updated_at for each in entities), default=work.at)
    work.put(
        schema.heads,
        work.user_id,
        replace(work.head, seq=seq, floor=seq, at=max(at, work.at), digests=None),
    )
    return Outcome(data=encoded(Restored(counts, {})))


async def _check_known(work: Work, archive: Archive) -> None:
    """Conflict unless every record is there, as it is or deleted."""
    for name, ids in archive.ids:
        for begin in range(0, len(ids), PAGE):
            some = ids[begin : begin + PAGE]
            if len(await work.all(_KNOWN[name], ids=some)) < len(some):
                raise Conflict(
                    "The account holds other things already: an export comes back into an account in which"
                    " nothing was ever written."
                )


async def _settle_in(work: Work, settings: Settings) -> date:
    """The account with the archive's settings; its local day by them."""
    user = await get_user(work.reader, work.user_id)
    changed = replace(
        user,
        full_name=settings.full_name or "",
        base_currency=settings.base_currency,
        timezone=settings.timezone,
        day_starts_at=settings.day_starts_at,
        insight_thresholds=settings.insight_thresholds,
    )
    if changed != user:
        work.put(schema.users, user.id, replace(changed, version=user.version + 1, updated_at=work.at))
    work.owner = replace(
        work.owner,
        timezone=settings.timezone,
        day_starts_at=settings.day_starts_at,
        base_currency=settings.base_currency,
        insight_thresholds=settings.insight_thresholds,
    )
    return local_day(work.now, settings.timezone, settings.day_starts_at)


async def _write(work: Work, name: str, records: Sequence[Any], advance: Advance) -> None:
    table, _ = PARTS[name]
    key = [column.name for column in table.primary_key]
    for begin in range(0, len(records), PAGE):
        page = [replace(record, user_id=work.user_id) for record in records[begin : begin + PAGE]]
        for record in page:
            work.put(table, tuple(getattr(record, name) for name in key), record)
        await work.write_through()
        advance(len(page))


def _add_up(work: Work, entries: Sequence[BudgetEntry]) -> None:
    """What each budget's entries come to in its periods."""
    sums: dict[tuple[str, date], tuple[Decimal, int]] = {}
    for entry in entries:
        spent, count = sums.get((entry.budget_id, entry.from_on), (ZERO, 0))
        sums[entry.budget_id, entry.from_on] = (spent + entry.sign * entry.converted_amount, count + 1)
    for (budget_id, from_on), (spent, count) in sums.items():
        total = PeriodTotal(
            user_id=work.user_id, budget_id=budget_id, from_on=from_on, spent=plain(spent), count=count
        )
        work.put(neighbours.budget_period_totals, (budget_id, from_on), total)


async def _make_documents(work: Work, archive: Archive, today: date) -> None:
    """Totals, worlds and documents of all goals, from their facts."""
    linked = {link.goal_id for name in ("goalTasks", "goalHabits") for link in archive.records[name]}
    of_goal: dict[type, dict[str, list[Any]]] = {CheckIn: {}, Milestone: {}, TargetVersion: {}}
    for name in ("goalCheckIns", "goalMilestones", "goalTargets"):
        for each in archive.records[name]:
            if getattr(each, "show_status", "active") == "active":
                of_goal[type(each)].setdefault(each.goal_id, []).append(each)
    for index, archived in enumerate(archive.records["goals"]):
        goal = replace(archived, user_id=work.user_id)
        world: World | None = await gathered_world(work.reader, work.user_id, goal.id, today)
        if world == World(user_id=work.user_id, goal_id=goal.id, day=today) and goal.id not in linked:
            world = None  # nothing was ever linked
        is_tied = goal.finance_mode or goal.linked_budget_id or goal.linked_debt_id
        if not is_tied and (faults := rules.faults(rules.draft_of(goal))):
            details = [Fault(f"goals[{index}].{each.field}", each.code, each.message) for each in faults]
            raise Invalid("What is told of a goal does not fit together.", details=details)
        try:
            _make_document(work, goal, [kind.get(goal.id, []) for kind in of_goal.values()], world, today)
        except (ArithmeticError, DecimalException, LookupError, TypeError, ValueError) as error:
            message = f"What is told of this goal does not fit together: {error!r}"
            raise Invalid.of(f"goals[{index}]", "invalid", message) from error


def _make_document(
    work: Work, goal: Goal, told: Sequence[list[Any]], world: World | None, today: date
) -> None:
    facts, milestones, versions = told
    milestones.sort(key=lambda milestone: milestone.ordinal)
    versions.sort(key=lambda version: version.from_on)
    facts = [replace(fact, user_id=work.user_id) for fact in facts]
    own = [replace(milestone, user_id=work.user_id) for milestone in milestones]
    fresh = computed_afresh(goal, facts, own, versions, world, today)
    for total in fresh.days.values():
        work.put(schema.goal_day_totals, (goal.id, total.day), total)
    for source in fresh.sources.values():
        work.put(schema.goal_source_totals, (goal.id, source.source_type), source)
    if world is not None:
        work.put(neighbours.goal_worlds, goal.id, world)
    fresh_from, fresh_until = day_bounds(today, work.owner.timezone, work.owner.day_starts_at)
    work.put(
        schema.goal_documents,
        goal.id,
        GoalDocumentRow(
            user_id=work.user_id,
            goal_id=goal.id,
            body=encoded(fresh.document),
            version=goal.version,
            show_status=goal.show_status,
            day=today,
            fresh_from=fresh_from,
            fresh_until=fresh_until,
            progress_percent=fresh.document.progress_percent,
            pace_status=fresh.document.pace.status,
        ),
    )
    if goal.status in {"active", "paused"} and goal.show_status != "deleted":
        queue(work, "goals", goal.id, None, today)  # the worker finds the day from there
