"""A goal computed afresh, from its facts alone, to hold what is stored against it.

Nothing here takes part in settling: it walks the whole history, which settling never does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from waymark.domain.account import Account, goal_document, is_judged_by_percent, window_start
from waymark.domain.amounts import ZERO, plain
from waymark.domain.documents import GoalDocument
from waymark.domain.ledger import Rule, base_of, day_total, effects, refolded, rule_of
from waymark.domain.milestones import (
    find_reaching_fact,
    first_reached,
    realigned,
    target_in_force,
    threshold,
)
from waymark.domain.neighbours import World
from waymark.domain.records import CheckIn, DayTotal, Goal, Milestone, SourceTotal, TargetVersion
from waymark.domain.vocabulary import SourceType


class Afresh(msgspec.Struct, frozen=True, kw_only=True):
    """What should be stored of a goal."""

    days: dict[date, DayTotal]
    sources: dict[SourceType, SourceTotal]
    milestones: list[Milestone]
    document: GoalDocument


def computed_afresh(
    goal: Goal,
    facts: Sequence[CheckIn],
    milestones: Sequence[Milestone],
    versions: Sequence[TargetVersion],
    world: World | None,
    today: date,
) -> Afresh:
    """Totals, milestones and the document of local day `today` from the standing facts, in any order.

    `world` is what is linked to the goal, as of that day. Milestones judged by percent keep when they were
    reached: that depends on when facts arrived.
    """
    rule = rule_of(goal)
    by_day: dict[date, list[CheckIn]] = {}
    for fact in facts:
        by_day.setdefault(fact.date_key, []).append(fact)
    totals = (day_total(rule, goal.user_id, goal.id, day, by_day[day]) for day in sorted(by_day))
    days = refolded(totals, rule.initial)
    base = base_of(rule, days)
    current = days[-1].closing if days else None
    if versions and not is_judged_by_percent(goal):
        milestones = _judged(rule, base, milestones, days, by_day, versions)
    milestones = realigned(milestones, goal, base)
    since = window_start(goal, today)
    account = Account(
        base=base,
        current=base if current is None else current,
        sources=_sources(goal, days, facts),
        window=[total for total in days if total.day >= since],
        world=world,
    )
    return Afresh(
        days={total.day: total for total in days},
        sources=dict(account.sources),
        milestones=milestones,
        document=goal_document(goal, milestones, account, today),
    )


def _judged(
    rule: Rule,
    base: Decimal | None,
    milestones: Sequence[Milestone],
    days: Sequence[DayTotal],
    facts_of: Mapping[date, Sequence[CheckIn]],
    versions: Sequence[TargetVersion],
) -> list[Milestone]:
    """The milestones with the fact that reached each."""
    first = first_reached(milestones, rule.direction, base, days, versions)
    judged = []
    for milestone in milestones:
        total, fact = first.get(milestone.id), None
        if total is not None and base is not None:
            aim = target_in_force(versions, total.day)
            gain = threshold(milestone, rule.direction, base, aim)
            if gain is not None:
                fact = find_reaching_fact(rule, base, total, facts_of[total.day], gain)
        judged.append(
            replace(
                milestone,
                completed_at=fact.created_at if fact else None,
                reached_on=fact.date_key if fact else None,
                completed_by_hand=False,
            )
        )
    return judged


def _sources(goal: Goal, days: Iterable[DayTotal], facts: Iterable[CheckIn]) -> dict[SourceType, SourceTotal]:
    """What each source moved the value by, how often and when last."""
    added: dict[str, Decimal] = {}
    for total in days:
        for source, moved in effects(total).items():
            added[source] = added.get(source, ZERO) + moved
    told: dict[SourceType, list[datetime]] = {}
    for fact in facts:
        told.setdefault(fact.source_type, []).append(fact.created_at)
    return {
        source: SourceTotal(
            user_id=goal.user_id,
            goal_id=goal.id,
            source_type=source,
            added=plain(added[source]),
            count=len(instants),
            newest_at=max(instants),
        )
        for source, instants in told.items()
    }
