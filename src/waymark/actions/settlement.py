"""A goal inside one transaction: what is stored of it, what changes, and the settling of both.

`settle` is the single place where progress is recomputed, whatever moved it. No rule is decided
here: the domain folds, judges and measures; this brings records, totals and document in line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.documents import put_document
from waymark.actions.facts import Facts, Folded
from waymark.actions.judging import judged_by_percent, judged_by_value
from waymark.actions.noticing import notice, notice_again, queue
from waymark.actions.tallies import follow
from waymark.actions.versions import kept_target
from waymark.actions.worlds import gathered_world
from waymark.domain.account import (
    Account,
    goal_document,
    is_judged_by_percent,
    is_there,
    progress_of,
    was_there,
    window_start,
)
from waymark.domain.amounts import ZERO, stored
from waymark.domain.days import EARLIEST_ON
from waymark.domain.documents import (
    GoalDocument,
    MilestoneDocument,
    check_in_document,
    encoded,
    milestone_document,
)
from waymark.domain.insights import Look, Reach, due_on
from waymark.domain.ledger import rule_of
from waymark.domain.lifecycle import is_completed, reopened, stepped
from waymark.domain.milestones import realigned
from waymark.domain.neighbours import World
from waymark.domain.progress import HUNDRED
from waymark.domain.records import CheckIn, DayEnds, Goal, Milestone, TargetVersion
from waymark.domain.units import converted
from waymark.domain.vocabulary import Operation, SourceType
from waymark.errors import Invalid, NotFound
from waymark.store import schema, statements
from waymark.store.link_statements import WORLD
from waymark.store.work import Work

MAX_DOCUMENT_BYTES: Final = 65_536
"""Largest goal, as every follower gets it (CONTRACT §3)."""


class Settlement:
    """One goal of one transaction: change it through its methods, then `settle` once."""

    def __init__(self, work: Work, goal: Goal, stored: Goal | None) -> None:
        self._work = work
        self.goal = goal
        self._stored = stored
        self._shown: statements.Shown | None = None
        self.facts = Facts(work, goal.id)
        self.milestones: dict[str, Milestone] = {}
        """Standing milestones by id."""
        self._stored_milestones: dict[str, Milestone] = {}
        self.versions: Sequence[TargetVersion] = []
        self._stored_versions: Sequence[TargetVersion] = []
        self._operation: Operation | None = None
        self.is_settled = False
        self.removed: dict[str, str] = {}
        """JSON of the milestones that were taken away, by id; once settled."""
        self.world: World | None = None
        """What is linked; None: nothing ever was."""
        self._is_world_moved = False
        self._is_defined = False
        """Whether its owner changed what it is, so that it may be refused; facts never are."""
        self._folded: Folded
        self.document: GoalDocument
        self.body: str
        """The goal's JSON, once settled."""
        self.insights: list[str] = []
        """JSON of what was said of it, once settled."""

    @classmethod
    def begun(cls, work: Work, goal: Goal) -> "Settlement":
        """A new goal."""
        settlement = work.settlements[goal.id] = cls(work, goal, None)
        settlement._operation = "create"
        # What is linked to it may have to be written before it is settled.
        work.put(schema.goals, goal.id, goal)
        return settlement

    @classmethod
    async def find(cls, work: Work, goal_id: str) -> "Settlement | None":
        """The goal with what its rules need, deleted or not; the same object for the same goal."""
        known = work.settlements.get(goal_id)
        if isinstance(known, cls):
            return known
        row = await work.one(statements.GOAL_AND_SHOWN, goal_id=goal_id)
        if row is None:
            return None
        width = len(Goal.__struct_fields__)
        goal = Goal(**dict(zip(Goal.__struct_fields__, row[:width], strict=True)))
        settlement = cls(work, goal, goal)
        if row[width] is not None:
            settlement._shown = statements.Shown(*row[width:])
        stored = await work.all(statements.MILESTONES, goal_id=goal_id)
        settlement._stored_milestones = {milestone.id: milestone for milestone in stored}
        settlement.milestones = dict(settlement._stored_milestones)
        settlement._stored_versions = await work.all(statements.TARGETS, goal_id=goal_id)
        settlement.versions = settlement._stored_versions
        await settlement.facts.load()
        settlement.world = await work.one(WORLD, goal_id=goal_id)
        work.settlements[goal_id] = settlement
        return settlement

    @classmethod
    async def of(cls, work: Work, goal_id: str, *, even_deleted: bool = False) -> "Settlement":
        """As `find`; NotFound for an unknown goal, and for a deleted one unless asked for."""
        settlement = await cls.find(work, goal_id)
        if settlement is None or (settlement.goal.show_status == "deleted" and not even_deleted):
            raise NotFound
        return settlement

    @property
    def ordered(self) -> list[Milestone]:
        """The standing milestones, 1…n."""
        return sorted(self.milestones.values(), key=lambda milestone: milestone.ordinal)

    async def base(self) -> Decimal | None:
        """The value that gains are counted from, as it stands before this transaction's facts."""
        return await self.facts.base(rule_of(self.goal))

    # What can change ----------------------------------------------------------------------

    def define(self, goal: Goal, operation: Operation = "update") -> None:
        """Another definition or state of the goal."""
        self.goal = goal
        self._is_defined = True
        if self._operation != "create":
            self._operation = operation

    def tell_targets_in(self, unit: str, before: str) -> None:
        """Targets of the past in the goal's new unit: its facts are told in that from now on."""

        def told(value: Decimal | None) -> Decimal | None:
            return None if value is None else stored(converted(value, before, unit))

        self.versions = [
            replace(
                version,
                target_value=told(version.target_value),
                progress_target_value=told(version.progress_target_value),
            )
            for version in self.versions
        ]

    def place(self, milestones: Iterable[Milestone]) -> None:
        """The standing milestones from now on."""
        self._keep(milestones)
        self._is_defined = True
        self._touch()

    def record(self, fact: CheckIn) -> CheckIn:
        """A new fact; returns it as stored."""
        fact = self._work.write(schema.goal_check_ins, fact, self.check_in_body)
        self.facts.add(fact)
        self._touch()
        return fact

    def mend(self, before: CheckIn, after: CheckIn, operation: Operation = "update") -> CheckIn:
        """A fact in another form, or (showStatus deleted) taken out; returns it as stored."""
        after = self._work.write(
            schema.goal_check_ins, after, self.check_in_body, before=before, operation=operation
        )
        self.facts.mend(before, after)
        self._touch()
        return after

    async def say(
        self,
        source_type: SourceType,
        source_id: str,
        date_key: date,
        value: Decimal | None,
        *,
        per_day: bool = False,
        unit: str | None = None,
    ) -> CheckIn | None:
        """What a source gives to the ledger: said again it replaces, None takes it out (DOMAIN §2).

        A source has one fact, or with `per_day` one for each of its days. `unit` is the goal's unless
        told. Returns the fact that stands.
        """
        known = await self.facts.of_source(source_type, source_id)
        if per_day:
            known = [fact for fact in known if fact.date_key == date_key]
        if value is None:
            for fact in known:
                self._take_out(fact)
            return None
        return self._said(source_type, source_id, known[0] if known else None, date_key, value, unit)

    async def say_days(self, source_type: SourceType, source_id: str, values: Mapping[date, Decimal]) -> None:
        """All that a source gives, by day: what it said of other days is taken out."""
        known = {fact.date_key: fact for fact in await self.facts.of_source(source_type, source_id)}
        for day, fact in known.items():
            if day not in values:
                self._take_out(fact)
        for day in sorted(values):
            self._said(source_type, source_id, known.get(day), day, values[day], None)

    async def silence(self, source_type: SourceType, source_id: str) -> None:
        """Take out everything that a source gave."""
        await self.say_days(source_type, source_id, {})

    def _said(
        self,
        source_type: SourceType,
        source_id: str,
        known: CheckIn | None,
        date_key: date,
        value: Decimal,
        unit: str | None,
    ) -> CheckIn:
        unit = unit or self.goal.unit
        if known is not None:
            after = replace(known, value=value, unit=unit, date_key=date_key)
            return known if after == known else self.mend(known, after)
        return self.record(
            CheckIn(
                user_id=self.goal.user_id,
                id=str(uuid7()),
                created_at=self._work.now,
                updated_at=self._work.now,
                goal_id=self.goal.id,
                value=value,
                unit=unit,
                mode="increment",
                source_type=source_type,
                source_id=source_id,
                date_key=date_key,
            )
        )

    def _take_out(self, fact: CheckIn) -> None:
        self.mend(fact, replace(fact, show_status="deleted", deleted_at=self._work.now), "delete")

    def relink(self) -> None:
        """Something linked to the goal, or a link itself, changed: its world is gathered anew."""
        self._is_world_moved = True
        self._touch()

    def check_in_body(self, fact: CheckIn) -> str:
        return encoded(check_in_document(fact, self.goal))

    def _touch(self) -> None:
        if self.is_settled:
            message = "a settled goal was changed again in the same transaction"
            raise RuntimeError(message)
        self._operation = self._operation or "update"

    # Settling -----------------------------------------------------------------------------

    async def settle(self) -> None:
        """Bring totals, milestones, lifecycle and document in line with facts and definition."""
        if self._operation is None or self.is_settled:
            return
        self.is_settled = True
        await self._gather()
        self.versions = kept_target(self._work, self.goal, self.versions, self._stored_versions)
        account = await self._account()
        self._complete_by_itself(account)
        self._judge_by_percent(account)
        self._write_milestones(account)
        self.goal = self._work.write(
            schema.goals,
            self.goal,
            lambda goal: self._document_of(goal, account),
            before=self._stored,
            operation=self._operation,
        )
        if self._is_defined and len(self.body.encode()) > MAX_DOCUMENT_BYTES:
            raise Invalid.of("milestones", "too_long", "With its texts the goal is larger than 64 KiB.")
        put_document(self._work, self.goal, self.document, self.body)
        await self._notice(account)
        await follow(self._work, self._stored, self.goal)

    async def refresh(self) -> None:
        """Make the document for today; the goal moves (origin `clock`) only if its percent does."""
        if self._operation is not None:
            return
        await self._gather()
        account = await self._account()
        self._document_of(self.goal, account)
        if self._shown is not None and self._shown.percent != self.document.progress_percent:
            self.goal = self._work.write(
                schema.goals, self.goal, lambda goal: self._document_of(goal, account), before=self._stored
            )
        put_document(self._work, self.goal, self.document, self.body)
        await self._notice(account)

    async def _gather(self) -> None:
        """Look at what is linked, if it changed or its windows moved with the day."""
        is_old = self.world is not None and self.world.day != self._work.today
        if not self._is_world_moved and not is_old:
            return
        await self._work.write_through()
        work = self._work
        self.world = await gathered_world(work.reader, work.user_id, self.goal.id, work.today)
        self._work.put(schema.neighbours.goal_worlds, self.goal.id, self.world)

    async def _account(self) -> Account:
        """Where the goal stands after this transaction's facts; milestones judged by them."""
        rule = rule_of(self.goal)
        was = rule_of(self._stored) if self._stored else None
        # Whether the fact that completed the goal still stands takes a look at all of them.
        is_reopening = bool(self.facts.dirty) and self.goal.auto_completed
        folded = self._folded = await self.facts.fold(rule, was, again=self._is_rejudged or is_reopening)
        if not is_judged_by_percent(self.goal):
            self._keep(
                await judged_by_value(self.milestones.values(), rule, self.versions, folded, self.facts)
            )
        if is_reopening and not was_there(self.goal, folded.base, folded.days):
            self.goal = reopened(self.goal)
        window_on = window_start(self.goal, self._work.today)
        window: list[DayEnds] = [total for total in folded.days if total.day >= window_on]
        if self._stored is not None and window_on < folded.since:
            earlier = await self._work.all(
                statements.WINDOW_ENDS, goal_id=self.goal.id, first=window_on, end=folded.since
            )
            window = [*earlier, *window]
        return Account(
            base=folded.base,
            current=folded.current,
            sources=self.facts.sources,
            window=window,
            world=self.world,
        )

    @property
    def _is_rejudged(self) -> bool:
        """Whether targets, milestones or their measure changed, so that the past must be judged again."""
        was = self._stored
        return (
            self.versions != self._stored_versions
            or _places(self.milestones) != _places(self._stored_milestones)
            or (was is not None and is_judged_by_percent(was) != is_judged_by_percent(self.goal))
        )

    def _judge_by_percent(self, account: Account) -> None:
        """Milestones without a value to compare are reached as facts arrive, not by another's tick."""
        is_undoing = bool(self.facts.dirty) or self._is_world_moved or self._is_rejudged
        if not is_judged_by_percent(self.goal) or not (
            is_undoing or self.facts.fresh or self.goal != self._stored
        ):
            return
        fresh = self.facts.fresh
        at, on = (fresh[-1].created_at, fresh[-1].date_key) if fresh else (self._work.now, self._work.today)
        percent = progress_of(self.goal, self.ordered, account).earned_percent
        self._keep(judged_by_percent(self.ordered, percent, at, on, is_undoing=is_undoing))

    def _keep(self, milestones: Iterable[Milestone]) -> None:
        self.milestones = {milestone.id: milestone for milestone in milestones}

    def _complete_by_itself(self, account: Account) -> None:
        """autoComplete, after the batch in which the whole way was gone."""
        moved = self.facts.fresh or self.facts.dirty
        is_waiting = self.goal.auto_complete and self.goal.status in {"active", "paused"} and moved
        if is_waiting and is_there(self.goal, self.ordered, account):
            self.goal = stepped(self.goal, "complete", self._work.today, automatic=True)

    # Noticing -----------------------------------------------------------------------------

    async def _notice(self, account: Account) -> None:
        """Say what this made hold, take back what it undid, and queue what the clock will bring."""
        goal, shown, work = self.goal, self._shown, self._work
        percent = self.document.progress_percent
        if is_completed(goal):
            percent = progress_of(goal, self.ordered, account).earned_percent
        now = Look(
            goal=goal,
            day=work.today,
            milestones=self.ordered,
            percent=percent,
            is_there=is_there(goal, self.ordered, account),
            pace=self.document.pace.status,
            versions=self.versions,
            last_fact_on=await self.facts.last_on(self._folded),
            world=self.world,
        )
        queue(work, "goals", goal.id, None if shown is None else shown.due_at, due_on(now))
        before = self._look_before()
        is_lower = before is not None and is_judged_by_percent(goal) and percent < before.percent
        is_undoing = self.facts.has_another_past or self._is_defined or (self._is_world_moved and is_lower)
        if before is None or not is_undoing:
            self.insights = await notice(work, before, now, self.document)
        else:
            self.insights = await notice_again(work, before, now, self.document, self._reach)

    def _look_before(self) -> Look | None:
        """The goal as it was when it was last settled."""
        goal, shown = self._stored, self._shown
        if goal is None or shown is None:
            return None
        return Look(
            goal=goal,
            day=shown.day,
            milestones=list(self._stored_milestones.values()),
            percent=shown.percent,
            is_there=shown.percent >= HUNDRED and goal.progress_weights is None,
            pace=shown.pace,
            versions=self._stored_versions,
            last_fact_on=self.facts.stored_last_on,
            world=self.world,
        )

    async def _reach(self) -> Reach:
        """How far the standing facts ever got."""
        folded, goal = self._folded, self.goal
        earlier = await self._work.all(
            statements.WINDOW, goal_id=goal.id, first=EARLIEST_ON, end=folded.since
        )
        return Reach.of(goal.direction, folded.base, [*earlier, *folded.days])

    # Writing ------------------------------------------------------------------------------

    def _write_milestones(self, account: Account) -> None:
        # Only a definition, or a first measurement, moves the way on which they are placed.
        is_moved = self._stored is None or self._is_defined or rule_of(self.goal).initial is None
        placed = realigned(self.ordered, self.goal, account.base) if is_moved else self.ordered
        self._keep(placed)
        begin = ZERO
        for milestone in placed:
            before, from_percent = self._stored_milestones.get(milestone.id), begin
            begin = milestone.target_percent
            if milestone != before:
                self.milestones[milestone.id] = self._work.write(
                    schema.goal_milestones, milestone, _milestone_body(from_percent), before=before
                )
        for gone in self._stored_milestones.values():
            if gone.id not in self.milestones:
                deleted = self._work.write(
                    schema.goal_milestones,
                    replace(gone, show_status="deleted", deleted_at=self._work.now),
                    _milestone_body(ZERO),
                    before=gone,
                    operation="delete",
                )
                self.removed[gone.id] = _milestone_body(ZERO)(deleted)

    def _document_of(self, goal: Goal, account: Account) -> str:
        self.document = goal_document(goal, self.ordered, account, self._work.today)
        self.body = encoded(self.document)
        return self.body

    @property
    def percent_before(self) -> Decimal | None:
        """The percent as it was last shown; None for a new goal."""
        return None if self._shown is None else self._shown.percent

    @property
    def etag(self) -> str:
        """As reads carry it: the version, and the day because pace moves with it."""
        return f'"{self.goal.version}-{self._work.today}"'

    @property
    def reached(self) -> list[MilestoneDocument]:
        """The milestones that this transaction reached, in their order; once settled."""
        before = self._stored_milestones
        return [
            document
            for document in self.document.milestones
            if document.completed_at is not None
            and (document.id not in before or before[document.id].completed_at is None)
        ]


def _places(milestones: dict[str, Milestone]) -> dict[str, object]:
    return {each.id: (each.target_percent, each.target_value) for each in milestones.values()}


def _milestone_body(from_percent: Decimal) -> Callable[[Milestone], str]:
    return lambda milestone: encoded(milestone_document(milestone, from_percent))
