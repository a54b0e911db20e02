"""The steps of a goal's life: which are allowed when, and what each changes.

Progress, linked records and the instant of deletion follow elsewhere.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from msgspec.structs import replace

from waymark.domain.days import EARLIEST_ON
from waymark.domain.records import Goal, Pause
from waymark.domain.vocabulary import GoalStatus
from waymark.errors import Invalid, InvalidState

Step: TypeAlias = Literal["pause", "resume", "complete", "reactivate", "archive", "restore", "delete"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)

_ALLOWED: Final[dict[GoalStatus, tuple[Step, ...]]] = {
    "active": ("pause", "complete", "archive", "delete"),
    "paused": ("resume", "complete", "archive", "delete"),
    "completed": ("reactivate", "archive", "delete"),
    "archived": ("restore", "delete"),
}


def allowed(goal: Goal) -> list[Step]:
    """The steps that the goal's state allows (DOMAIN §5)."""
    return ["restore"] if goal.show_status == "deleted" else list(_ALLOWED[goal.status])


def stepped(  # noqa: PLR0911 - one return per step; mypy sees that none is missing
    goal: Goal, step: Step, today: date, completed_on: date | None = None, *, automatic: bool = False
) -> Goal:
    """The goal after one step of its life, taken on the owner's local day `today`.

    `completed_on` (default today) and `automatic` (by autoComplete, not by hand) are of `complete` alone.
    Raises InvalidState with `context.allowed`, and Invalid on `completedDate` when that lies in the future.
    Undoing steps are exact: restore after archive or delete, resume on the day of the pause, and reactivate
    of a goal that was active give back what was.
    """
    if step not in allowed(goal):
        state = "deleted" if goal.show_status == "deleted" else goal.status
        raise InvalidState(
            f"A goal that is {state} does not allow the step {step}.",
            context={"allowed": allowed(goal), "status": goal.status},
        )
    match step:
        case "pause":
            return replace(goal, status="paused", pauses=_paused(goal.pauses, today))
        case "resume":
            return replace(goal, status="active", pauses=_resumed(goal.pauses, today))
        case "complete":
            return _completed(goal, today, completed_on or today, automatic=automatic)
        case "reactivate":
            return replace(goal, status="active", completed_on=None, auto_completed=False)
        case "archive":
            return replace(goal, status="archived", show_status="archived", status_before=goal.status)
        case "restore":
            return _restored(goal)
        case "delete":
            return replace(goal, show_status="deleted", show_before=goal.show_status)


def is_completed(goal: Goal) -> bool:
    """Whether a goal was completed, be it archived since."""
    return goal.status == "completed" or (goal.status == "archived" and goal.status_before == "completed")


def reopened(goal: Goal) -> Goal:
    """A completed goal without the fact that completed it: active again, or so once it is restored."""
    before = replace(goal, completed_on=None, auto_completed=False)
    if goal.status == "archived":
        return replace(before, status_before="active")
    return replace(before, status="active")


def step_for_status(goal: Goal, wanted: GoalStatus) -> Step | None:
    """The step that a patch of `status` asks for; None when nothing changes.

    Whether the step is allowed, `stepped` says.
    """
    if wanted == goal.status:
        return None
    if goal.status == "archived" and wanted == (goal.status_before or "active"):
        return "restore"
    match wanted:
        case "active":
            return "reactivate" if goal.status == "completed" else "resume"
        case "paused":
            return "pause"
        case "completed":
            return "complete"
        case "archived":
            return "archive"


def _completed(goal: Goal, today: date, completed_on: date, *, automatic: bool) -> Goal:
    if not EARLIEST_ON <= completed_on <= today:
        raise Invalid.of("completedDate", "out_of_range", "Not in the future, nor before 1900.")
    pauses = _resumed(goal.pauses, today) if goal.status == "paused" else goal.pauses
    return replace(
        goal, status="completed", completed_on=completed_on, auto_completed=automatic, pauses=pauses
    )


def _restored(goal: Goal) -> Goal:
    if goal.show_status == "deleted":
        return replace(goal, show_status=goal.show_before or "active", show_before=None)
    return replace(goal, status=goal.status_before or "active", show_status="active", status_before=None)


def _paused(pauses: tuple[Pause, ...], today: date) -> tuple[Pause, ...]:
    """A pause that ended today goes on, so that the days of pauses never touch or overlap."""
    if pauses and pauses[-1].to_on is not None and pauses[-1].to_on >= today:
        return (*pauses[:-1], Pause(pauses[-1].from_on))
    return (*pauses, Pause(today))


def _resumed(pauses: tuple[Pause, ...], today: date) -> tuple[Pause, ...]:
    """A pause that began today held back no day and leaves no trace."""
    if not pauses or pauses[-1].to_on is not None:
        return pauses  # paused without a known first day, as an import may say
    *earlier, last = pauses
    return (*earlier, Pause(last.from_on, today)) if last.from_on < today else tuple(earlier)
