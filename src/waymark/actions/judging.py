"""Which milestones a transaction reached or took back, once its facts are folded.

When a milestone counts as reached the domain says; this looks up the fact that did it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec.structs import replace

from waymark.actions.facts import Facts, Folded
from waymark.domain.ledger import Rule
from waymark.domain.milestones import find_reaching_fact, first_reached, target_in_force, threshold
from waymark.domain.records import CheckIn, Milestone, TargetVersion


async def judged_by_value(
    milestones: Iterable[Milestone],
    rule: Rule,
    versions: Sequence[TargetVersion],
    folded: Folded,
    facts: Facts,
) -> list[Milestone]:
    """The milestones as some prefix of the fold reached them, on the days that were folded again."""
    given = list(milestones)
    waiting = [
        each
        for each in given
        if each.reached_on is None or not (folded.is_append or each.reached_on < folded.since)
    ]
    found = first_reached(waiting, rule.direction, folded.base, folded.days, versions)
    facts_of: dict[date, Sequence[CheckIn]] = {}
    judged: dict[str, Milestone] = {}
    for milestone in waiting:
        total, fact = found.get(milestone.id), None
        if total is not None and folded.base is not None:
            if folded.is_append and len(facts.fresh) == 1:
                fact = facts.fresh[0]  # what came before it was judged before
            else:
                if total.day not in facts_of:
                    facts_of[total.day] = await facts.of_day(total.day)
                aim = target_in_force(versions, total.day)
                gain = threshold(milestone, rule.direction, folded.base, aim)
                if gain is not None:
                    fact = find_reaching_fact(rule, folded.base, total, facts_of[total.day], gain)
        judged[milestone.id] = replace(
            milestone,
            completed_at=fact.created_at if fact else None,
            reached_on=fact.date_key if fact else None,
            completed_by_hand=False,
        )
    return [judged.get(milestone.id, milestone) for milestone in given]


def judged_by_percent(
    milestones: Iterable[Milestone], percent: Decimal, at: datetime, on: date, *, is_undoing: bool
) -> list[Milestone]:
    """The milestones of a goal without a value to compare, at a progress of `percent`.

    Those ticked by hand stay; a dip takes nothing back unless something was undone.
    """
    judged = []
    for milestone in milestones:
        is_reached = percent >= milestone.target_percent
        if not milestone.completed_by_hand and is_reached != (milestone.completed_at is not None):
            if is_reached:
                milestone = replace(milestone, completed_at=at, reached_on=on)  # noqa: PLW2901 - the same, judged
            elif is_undoing:
                milestone = replace(milestone, completed_at=None, reached_on=None)  # noqa: PLW2901 - likewise
        judged.append(milestone)
    return judged
