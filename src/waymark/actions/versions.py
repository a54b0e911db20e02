"""Keeping a goal's targets by the days on which they were in force.

Which version holds on a day the domain says; nothing here is recomputed.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from waymark.domain.milestones import with_version
from waymark.domain.records import Goal, TargetVersion
from waymark.store import schema
from waymark.store.work import Work


def kept_target(
    work: Work, goal: Goal, versions: Sequence[TargetVersion], stored: Sequence[TargetVersion]
) -> Sequence[TargetVersion]:
    """The versions with the target as it is from today on; what was in force before stays so for its days."""
    if goal.metric_type == "none":
        return versions
    version = TargetVersion(
        user_id=goal.user_id,
        goal_id=goal.id,
        from_on=work.today if versions else goal.created_on,
        target_value=goal.target_value,
        progress_target_value=goal.progress_target_value,
        target_on=goal.target_on,
    )
    if versions and replace(version, from_on=versions[-1].from_on) == versions[-1]:
        return versions
    versions = with_version(versions, version)
    kept = {version.from_on for version in versions}
    for gone in stored:
        if gone.from_on not in kept:
            work.drop(schema.goal_targets, (goal.user_id, goal.id, gone.from_on))
    for version in versions:
        if version not in stored:
            work.put(schema.goal_targets, (goal.id, version.from_on), version)
    return versions
