"""Reading goals: one, many, and what explains them. Documents are streamed as they were settled.

Totals are read, history is not: no query here grows with the number of facts but those that list them.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from waymark.domain.account import (
    Account,
    goal_document,
    milestone_documents,
    progress_of,
    way_of,
    window_start,
)
from waymark.domain.amounts import CONTEXT, ZERO, percent2
from waymark.domain.days import EARLIEST_ON, LATEST_ON
from waymark.domain.documents import (
    AttentionItem,
    DeadlineItem,
    GoalCounts,
    LatestFact,
    MilestoneDocument,
    ProgressDocument,
    SummaryDocument,
    TermDocument,
    check_in_document,
    encoded,
    joined,
)
from waymark.domain.ledger import base_of, rule_of
from waymark.domain.pace import Pace
from waymark.domain.progress import standing_in_percent
from waymark.domain.records import CheckIn, Goal, Milestone, TargetVersion
from waymark.domain.series import History, Series, marks, points, projection, target_changes
from waymark.domain.text import folded
from waymark.domain.vocabulary import Bucket, GoalStatus
from waymark.errors import Invalid, NotFound
from waymark.store import statements
from waymark.store.database import Reader
from waymark.store.link_statements import LATEST_COMPLETED_TASKS, WORLD
from waymark.store.listing import Asked, Cursors, ListMeta
from waymark.store.lists import CHECK_INS, GOALS
from waymark.store.statements import Page

MOST_DAYS = timedelta(days=3_660)
"""Longest span of a chart."""


def is_fresh(page: Page, now: datetime) -> bool:
    """Whether the document is of the owner's local day at `now`."""
    return page.fresh_from <= now < page.fresh_until


async def find_page(reader: Reader, user_id: str, goal_id: str) -> Page | None:
    """The stored document of a goal that is not deleted, fresh or not."""
    page = await reader.one(statements.PAGE, user_id=user_id, goal_id=goal_id)
    return None if page is None or page.show_status == "deleted" else page


async def goal_list(
    reader: Reader,
    cursors: Cursors,
    user_id: str,
    asked: Asked,
    given: Mapping[str, Any],
    *,
    show_status: str,
    now: datetime,
) -> tuple[str, ListMeta, int]:
    """A page of goals as a JSON array; its meta; how many goals of the list are not of today."""
    given = dict(given)
    if "search" in given:
        words = folded(given["search"])
        for mark in ("\\", "%", "_"):
            words = words.replace(mark, "\\" + mark)
        given["search"] = f"%{words}%"
    rows, meta, stale = await GOALS.rows(
        reader, cursors, user_id, asked, given, within={"show_status": show_status}, now=now
    )
    return joined([row[0] for row in rows]), meta, stale


async def check_in_list(
    reader: Reader,
    cursors: Cursors,
    user_id: str,
    goal_id: str,
    asked: Asked,
    given: Mapping[str, Any],
    *,
    show_status: str,
) -> tuple[str, ListMeta]:
    """A page of a goal's check-ins as a JSON array."""
    goal = await standing_goal(reader, user_id, goal_id)
    within = {"show_status": show_status, "goal_id": goal_id}
    rows, meta, _ = await CHECK_INS.rows(reader, cursors, user_id, asked, given, within=within)
    facts = (CheckIn(**dict(zip(CHECK_INS.names, row, strict=True))) for row in rows)
    return joined(encoded(check_in_document(fact, goal)) for fact in facts), meta


async def check_in(reader: Reader, user_id: str, goal_id: str, check_in_id: str) -> tuple[str, str]:
    """One check-in as JSON, and its ETag."""
    goal = await standing_goal(reader, user_id, goal_id)
    fact = await reader.one(statements.CHECK_IN, user_id=user_id, id=check_in_id)
    if fact is None or fact.goal_id != goal_id or fact.show_status == "deleted":
        raise NotFound
    return encoded(check_in_document(fact, goal)), f'"{fact.version}"'


async def standing_goal(reader: Reader, user_id: str, goal_id: str) -> Goal:
    """The goal, unless it is unknown or deleted."""
    goal = await reader.one(statements.GOAL_ROW, user_id=user_id, goal_id=goal_id)
    if goal is None or goal.show_status == "deleted":
        raise NotFound
    return goal


async def milestone_list(reader: Reader, user_id: str, goal_id: str) -> list[MilestoneDocument]:
    """A goal's milestones in their order."""
    await standing_goal(reader, user_id, goal_id)
    return milestone_documents(await reader.all(statements.MILESTONES, user_id=user_id, goal_id=goal_id))


class OnlyStats(msgspec.Struct, frozen=True):
    stats: msgspec.Raw


STATS = msgspec.json.Decoder(OnlyStats)


def stats_of(page: Page) -> str:
    """The `stats` of a goal's document."""
    return bytes(STATS.decode(page.body).stats).decode()


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """A goal with everything that its explanation is made of, from one snapshot."""

    goal: Goal
    milestones: list[Milestone]
    versions: list[TargetVersion]
    account: Account


async def ledger(reader: Reader, user_id: str, goal_id: str, today: date) -> Ledger:
    """The totals of a goal as they stand; `reader` should be a snapshot."""
    goal = await standing_goal(reader, user_id, goal_id)
    key = {"user_id": user_id, "goal_id": goal_id}
    sources = await reader.all(statements.SOURCE_TOTALS, **key)
    world = await reader.one(WORLD, **key)
    rule = rule_of(goal)
    base, current = rule.initial, None
    if sources:
        last = await reader.one(statements.LAST_DAY, **key)
        current = last.closing if last else None
        if base is None:
            first = await reader.one(statements.FIRST_MEASURED_DAY, **key)
            base = base_of(rule, [first] if first else [])
    return Ledger(
        goal=goal,
        milestones=await reader.all(statements.MILESTONES, **key),
        versions=await reader.all(statements.TARGETS, **key),
        account=Account(
            base=base,
            current=base if current is None else current,
            sources={total.source_type: total for total in sources},
            window=await reader.all(
                statements.WINDOW_ENDS, first=window_start(goal, today), end=LATEST_ON, **key
            ),
            world=world,
        ),
    )


async def progress_document(reader: Reader, user_id: str, goal_id: str, today: date) -> ProgressDocument:
    """Why the number is what it is: every term with its points and the facts behind it."""
    found = await ledger(reader, user_id, goal_id, today)
    told = progress_of(found.goal, found.milestones, found.account)
    terms = []
    for term in told.terms:
        latest = None
        if term.source in {"metric", "finance"}:
            latest = [
                LatestFact(id=fact.id, at=fact.created_at, amount=fact.value)
                for fact in await reader.all(statements.LATEST_FACTS, user_id=user_id, goal_id=goal_id)
            ]
        elif term.source == "tasks":
            latest = [
                LatestFact(id=task.id, at=task.completed_at, amount=None)
                for task in await reader.all(LATEST_COMPLETED_TASKS, user_id=user_id, goal_id=goal_id)
            ]
        terms.append(TermDocument(**msgspec.structs.asdict(term), latest=latest))
    return ProgressDocument(
        goal_id=goal_id,
        as_of=today,
        progress_percent=told.percent,
        raw_percent=told.raw_percent,
        rule=told.rule,
        terms=terms,
    )


async def series(
    reader: Reader,
    user_id: str,
    goal_id: str,
    today: date,
    from_on: date | None,
    to_on: date | None,
    bucket: Bucket,
) -> Series:
    """The goal's history as a chart draws it; by default from its beginning to today."""
    found = await ledger(reader, user_id, goal_id, today)
    goal = found.goal
    key = {"user_id": user_id, "goal_id": goal_id}
    totals = await reader.all(statements.DAYS_FROM, day=EARLIEST_ON, **key)
    first_on = min([goal.start_on or goal.created_on, *(total.day for total in totals[:1])])
    last_on = max([today, *(total.day for total in totals[-1:])])
    from_on, to_on = span_of(from_on, to_on, first_on, last_on)
    opening = found.account.base
    for total in totals:
        if total.day < from_on:
            opening = total.closing
    document = goal_document(goal, found.milestones, found.account, today)
    history = History(
        goal=goal,
        base=found.account.base,
        opening=opening,
        totals=[total for total in totals if from_on <= total.day <= to_on],
        versions=found.versions,
        today=today,
    )
    return Series(
        goal_id=goal_id,
        bucket=bucket,
        points=points(history, from_on, to_on, bucket) if found.versions else [],
        projection=projection(
            goal,
            way_of(goal, found.account) or standing_in_percent(document.progress_percent),
            document.pace,
            today,
        ),
        milestones=marks(found.milestones),
        target_changes=target_changes(found.versions, to_on),
    )


def span_of(from_on: date | None, to_on: date | None, first_on: date, last_on: date) -> tuple[date, date]:
    """The days a chart covers: as asked, else all of the history that fits; Invalid for too many."""
    to_on = to_on or max(last_on, from_on or last_on)
    from_on = from_on or max(min(first_on, to_on), to_on - MOST_DAYS)
    if from_on > to_on:
        raise Invalid.of("to", "out_of_range", "Not before `from`.")
    if to_on - from_on > MOST_DAYS:
        raise Invalid.of("from", "out_of_range", f"At most {MOST_DAYS.days} days before `to`.")
    return from_on, to_on


class Glance(msgspec.Struct, frozen=True, rename="camel"):
    """What the summary reads of a goal's document."""

    id: str
    title: str
    status: GoalStatus
    progress_percent: Decimal
    target_date: date | None
    pace: Pace


GLANCES = msgspec.json.Decoder(Glance)
ATTENTION: dict[str, int] = {"overdue": 0, "behind": 1, "at_risk": 2}
"""Pace states that need a look, the worst first."""
MOST_LISTED = 10


async def summary(reader: Reader, user_id: str) -> SummaryDocument:
    """The user's goals at a glance, from documents that should be fresh.

    `byPace`, the mean, what needs attention and deadlines are of active goals alone.
    """
    bodies = await reader.all(statements.STANDING_BODIES, user_id=user_id)
    glances = [GLANCES.decode(body) for (body,) in bodies]
    active = [glance for glance in glances if glance.status == "active"]
    by_pace = Counter(str(glance.pace.status) for glance in active)
    attention = [glance for glance in active if glance.pace.status in ATTENTION]
    attention.sort(
        key=lambda glance: (ATTENTION[str(glance.pace.status)], glance.pace.safe_days or 0, glance.id)
    )
    due = [glance for glance in active if glance.target_date and (glance.pace.days_left or 0) >= 0]
    due.sort(key=lambda glance: (str(glance.target_date), glance.id))
    return SummaryDocument(
        counts=GoalCounts(**Counter(str(glance.status) for glance in glances)),
        by_pace=dict(sorted(by_pace.items())),
        mean_progress_percent=percent2(
            CONTEXT.divide(sum((each.progress_percent for each in active), ZERO), Decimal(len(active)))
        )
        if active
        else None,
        attention=[
            AttentionItem(
                goal_id=glance.id,
                title=glance.title,
                pace_status=glance.pace.status,
                safe_days=glance.pace.safe_days,
                next_needed=glance.pace.next_needed,
            )
            for glance in attention[:MOST_LISTED]
        ],
        deadlines=[
            DeadlineItem(
                goal_id=glance.id,
                title=glance.title,
                target_date=glance.target_date,
                days_left=glance.pace.days_left or 0,
            )
            for glance in due[:MOST_LISTED]
            if glance.target_date
        ],
    )
