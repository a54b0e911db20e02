"""How the example story is told: moments at which something was done, by day and by chance.

What happens in it is in story.py and story_worlds.py; nothing is written here.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID, uuid5

from waymark.actions.check_ins import record_check_in
from waymark.actions.commands import ChangeGoal, ChangeMilestone, CreateGoal, RecordCheckIn
from waymark.actions.goals import change_goal, create_goal, step_goal
from waymark.actions.milestones import change_milestone
from waymark.actions.perform import Outcome
from waymark.domain.lifecycle import Step
from waymark.store.work import Work

Act: TypeAlias = Callable[[Work], Awaitable[Outcome]]

NAMESPACE: Final = UUID("3d1f0a52-5b0c-5f0e-8a77-57a3c0de0002")
SEED: Final = 8
QUARTERS: Final = ("a quarter", "half way", "three quarters", "there")


class Moment(NamedTuple):
    """Something done at an instant."""

    at: datetime
    act: Act


class Teller:
    """Makes moments: days are counted back from today, hours are left to chance."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.chance = Random(SEED)  # noqa: S311  # a story to tell again, nothing to keep secret

    def day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def at(self, ago: int, act: Act, hour: int | None = None) -> Moment:
        hour = self.chance.randint(7, 21) if hour is None else hour
        minute, second = self.chance.randint(0, 59), self.chance.randint(0, 59)
        return Moment(datetime.combine(self.day(ago), time(hour, minute, second), UTC), act)

    def begin(self, ago: int, goal: str, **fields: Any) -> Moment:
        """Early on that day, before anything else."""
        command = CreateGoal.model_validate({"id": id_of(goal), "startDate": str(self.day(ago)), **fields})
        return self.at(ago, partial(create_goal, command=command), hour=5)

    def log(self, ago: int, goal: str, value: float, **fields: Any) -> Moment:
        command = RecordCheckIn.model_validate({"value": f"{value:g}", **fields})
        return self.at(ago, partial(record_check_in, goal_id=id_of(goal), command=command))

    def step(self, ago: int, goal: str, step: Step) -> Moment:
        return self.at(ago, partial(step_goal, goal_id=id_of(goal), step=step), hour=22)

    def change(self, ago: int, goal: str, **fields: Any) -> Moment:
        command = ChangeGoal.model_validate(fields)
        return self.at(ago, partial(change_goal, goal_id=id_of(goal), command=command))

    def tick(self, ago: int, goal: str, milestone: str) -> Moment:
        command = ChangeMilestone(completed=True)
        return self.at(
            ago,
            partial(
                change_milestone, goal_id=id_of(goal), milestone_id=id_of(goal, milestone), command=command
            ),
        )


def id_of(*names: str) -> str:
    return str(uuid5(NAMESPACE, "\n".join(names)))


def named_milestones(goal: str, *titles: str) -> list[dict[str, Any]]:
    return [{"id": id_of(goal, title), "title": title} for title in titles]
