"""Saying what the rules of insights notice and taking back what was undone, in the transaction of its cause.

When a rule speaks and what it says is the domain's; this keeps it to once, and queues what the clock brings.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime

from msgspec.structs import replace

from waymark.domain.account import is_judged_by_percent
from waymark.domain.days import day_bounds
from waymark.domain.documents import GoalDocument, encoded
from waymark.domain.insight_texts import Saying, said_of_goal
from waymark.domain.insights import (
    DEFAULT_THRESHOLDS,
    Due,
    Insight,
    Key,
    Look,
    Reach,
    noticed,
    still_holds,
    turned_back,
)
from waymark.queries.insights import insight_body
from waymark.store.insight_statements import INSIGHTS_BY_ID, SAID_OF
from waymark.store.insight_tables import dues, insights
from waymark.store.work import Work

_BY_REACH = frozenset({"progress_threshold", "target_reached"})


async def notice(work: Work, before: Look | None, now: Look, shown: GoalDocument) -> list[str]:
    """Say what begins to hold of a goal with this transaction; the JSON of what was said."""
    return await _say(work, noticed(before, now, _thresholds(work, now)), now, shown)


async def notice_again(
    work: Work,
    before: Look,
    now: Look,
    shown: GoalDocument,
    reach: Callable[[], Awaitable[Reach]],
) -> list[str]:
    """As `notice`, where something was undone or defined otherwise: what no longer holds is taken back.

    `reach` tells how far the standing facts ever got; it is asked only where that decides.
    """
    goal = now.goal
    if goal.show_status == "deleted":
        return []
    said = {key_of(row): row for row in await work.all(SAID_OF, subject_id=goal.id)}
    by_reach = goal.metric_type != "none" and any(key.rule in _BY_REACH for key in said)
    far = await reach() if by_reach else None
    aims = {version.from_on.isoformat(): version for version in now.versions}
    for key, row in said.items():
        by_threshold = by_target = now.percent
        if far is not None:
            by_target = far.percent_of(aims.get(key.bucket, goal))
            if not is_judged_by_percent(goal):
                by_threshold = far.percent_of(goal)
        if not still_holds(key, now, by_threshold, by_target):
            take_back(work, row)
    news = []
    for key in noticed(before, now, _thresholds(work, now)):
        other = turned_back(key)
        if other in said:
            take_back(work, said[other])
        else:
            news.append(key)
    return await _say(work, news, now, shown)


def _thresholds(work: Work, now: Look) -> tuple[int, ...]:
    own, users = now.goal.insight_thresholds, work.owner.insight_thresholds
    return own if own is not None else users if users is not None else DEFAULT_THRESHOLDS


async def _say(work: Work, keys: Iterable[Key], now: Look, shown: GoalDocument) -> list[str]:
    return await say(work, now.goal.id, {key: said_of_goal(key, shown, now.day) for key in keys})


async def say(work: Work, subject_id: str, sayings: Mapping[Key, Saying]) -> list[str]:
    """Say each, unless it was said before and not taken back since; the JSON of what was said."""
    if not sayings:
        return []
    ids = {key: key.id_of(subject_id) for key in sayings}
    known = {row.id: row for row in await work.all(INSIGHTS_BY_ID, ids=list(ids.values()))}
    told = []
    for key, saying in sayings.items():
        row = known.get(ids[key])
        if row is None:
            fresh = _insight(work, ids[key], subject_id, key, saying)
            told.append(insight_body(work.write(insights, fresh, insight_body)))
        elif row.is_withdrawn and row.show_status == "active":
            again = replace(
                _insight(work, row.id, subject_id, key, saying),
                created_at=row.created_at,
                provenance=row.provenance,
            )
            written = work.write(insights, again, insight_body, before=row, operation="create")
            told.append(insight_body(written))
    return told


def take_back(work: Work, row: Insight) -> None:
    """What was said no longer holds: dismissed, until it is said again."""
    work.write(insights, replace(row, status="dismissed", is_withdrawn=True), insight_body, before=row)


def key_of(row: Insight) -> Key:
    """What a rule's insight stands for."""
    return Key(row.rule, row.bucket or "")  # type: ignore[arg-type]  # of a rule, so one of their names


def queue(work: Work, entity: str, record_id: str, known: datetime | None, due_on: date | None) -> None:
    """Have the worker look at a record on that local day; None: never. `known` is what is queued already."""
    if due_on is None:
        if known is not None:
            work.drop(dues, (work.user_id, entity, record_id))
        return
    due_at, _ = day_bounds(due_on, work.owner.timezone, work.owner.day_starts_at)
    if due_at != known:
        work.put(
            dues,
            (entity, record_id),
            Due(user_id=work.user_id, entity=entity, id=record_id, due_at=due_at),
        )


def _insight(work: Work, insight_id: str, subject_id: str, key: Key, saying: Saying) -> Insight:
    until = None
    if saying.until_on is not None:
        _, until = day_bounds(saying.until_on, work.owner.timezone, work.owner.day_starts_at)
    return Insight(
        user_id=work.user_id,
        id=insight_id,
        created_at=work.now,
        updated_at=work.now,
        kind=saying.kind,
        level=saying.level,
        scope=saying.scope,
        category=saying.category,
        rule=key.rule,
        title=saying.title,
        body=saying.body,
        priority=saying.priority,
        related=saying.related,
        actions=encoded(saying.actions),
        payload=encoded(saying.payload),
        source="rule",
        valid_until=until,
        subject_id=subject_id,
        bucket=key.bucket,
    )
