"""DOMAIN §5: every step from every state, what it changes, and that it can be taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from waymark.domain.lifecycle import STEPS, Step, allowed, step_for_status, stepped
from waymark.domain.records import Goal, Pause
from waymark.domain.vocabulary import GoalStatus
from waymark.errors import Invalid, InvalidState

TODAY = date(2026, 3, 10)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ACTIVE = Goal(
    user_id="u", id="g", created_at=LONG_AGO, updated_at=LONG_AGO, title="t", created_on=date(2026, 1, 1)
)


def on(day: int) -> date:
    return date(2026, 3, day)


def after(*steps: Step, start: Goal = ACTIVE) -> Goal:
    goal = start
    for step in steps:
        goal = stepped(goal, step, TODAY)
    return goal


STATES: dict[str, tuple[Goal, set[Step]]] = {
    "active": (ACTIVE, {"pause", "complete", "archive", "delete"}),
    "paused": (after("pause"), {"resume", "complete", "archive", "delete"}),
    "completed": (after("complete"), {"reactivate", "archive", "delete"}),
    "archived": (after("archive"), {"restore", "delete"}),
    "deleted": (after("delete"), {"restore"}),
    "archived, deleted": (after("archive", "delete"), {"restore"}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_each_state_allows_its_steps_and_refuses_the_others(state: str, step: Step) -> None:
    goal, steps = STATES[state]
    assert set(allowed(goal)) == steps
    if step in steps:
        assert stepped(goal, step, TODAY) != goal
        return
    with pytest.raises(InvalidState) as refused:
        stepped(goal, step, TODAY)
    assert refused.value.context == {"allowed": allowed(goal), "status": goal.status}


@pytest.mark.parametrize(
    ("steps", "status", "show_status"),
    [
        (["pause"], "paused", "active"),
        (["pause", "resume"], "active", "active"),
        (["complete"], "completed", "active"),
        (["pause", "complete"], "completed", "active"),
        (["pause", "complete", "reactivate"], "active", "active"),
        (["pause", "archive"], "archived", "archived"),
        (["pause", "archive", "restore"], "paused", "active"),
        (["complete", "archive", "restore"], "completed", "active"),
        (["complete", "delete"], "completed", "deleted"),
        (["complete", "delete", "restore"], "completed", "active"),
        (["archive", "delete"], "archived", "deleted"),
        (["archive", "delete", "restore"], "archived", "archived"),
        (["complete", "archive", "delete", "restore", "restore"], "completed", "active"),
    ],
)
def test_where_steps_lead(steps: list[Step], status: str, show_status: str) -> None:
    goal = after(*steps)
    assert (goal.status, goal.show_status) == (status, show_status)


def test_completing_stamps_the_day() -> None:
    assert stepped(ACTIVE, "complete", TODAY).completed_on == TODAY
    assert stepped(ACTIVE, "complete", TODAY, on(1)).completed_on == on(1)
    assert not stepped(ACTIVE, "complete", TODAY).auto_completed
    assert stepped(ACTIVE, "complete", TODAY, automatic=True).auto_completed
    reopened = stepped(stepped(ACTIVE, "complete", TODAY, automatic=True), "reactivate", TODAY)
    assert (reopened.completed_on, reopened.auto_completed) == (None, False)


@pytest.mark.parametrize("completed_on", [TODAY + timedelta(days=1), date(1899, 12, 31)])
def test_completion_lies_neither_in_the_future_nor_in_another_age(completed_on: date) -> None:
    with pytest.raises(Invalid) as refused:
        stepped(ACTIVE, "complete", TODAY, completed_on)
    assert [(fault.field, fault.code) for fault in refused.value.details] == [
        ("completedDate", "out_of_range")
    ]


def test_paused_days_are_remembered() -> None:
    paused = stepped(ACTIVE, "pause", on(3))
    assert paused.pauses == (Pause(on(3)),)
    resumed = stepped(paused, "resume", on(7))
    assert resumed.pauses == (Pause(on(3), on(7)),)
    again = stepped(stepped(resumed, "pause", on(9)), "complete", on(12))
    assert again.pauses == (Pause(on(3), on(7)), Pause(on(9), on(12)))


def test_a_pause_taken_up_on_the_day_it_ended_goes_on() -> None:
    resumed = stepped(stepped(ACTIVE, "pause", on(3)), "resume", on(7))
    assert stepped(resumed, "pause", on(7)).pauses == (Pause(on(3)),)


def test_an_archived_goal_is_paused_only_if_it_was() -> None:
    from_active = stepped(stepped(ACTIVE, "archive", on(3)), "restore", on(7))
    assert from_active.pauses == ()
    paused = stepped(ACTIVE, "pause", on(3))
    from_paused = stepped(stepped(stepped(paused, "archive", on(4)), "restore", on(7)), "resume", on(8))
    assert from_paused.pauses == (Pause(on(3), on(8)),)


def test_a_goal_that_arrived_paused_can_be_resumed() -> None:
    assert stepped(replace(ACTIVE, status="paused"), "resume", TODAY) == ACTIVE


@pytest.mark.parametrize(
    ("steps", "wanted", "step"),
    [
        ([], "active", None),
        ([], "paused", "pause"),
        ([], "completed", "complete"),
        ([], "archived", "archive"),
        (["pause"], "paused", None),
        (["pause"], "active", "resume"),
        (["pause"], "completed", "complete"),
        (["complete"], "completed", None),
        (["complete"], "active", "reactivate"),
        (["complete"], "archived", "archive"),
        (["archive"], "archived", None),
        (["archive"], "active", "restore"),
        (["pause", "archive"], "paused", "restore"),
        (["complete", "archive"], "completed", "restore"),
    ],
)
def test_a_wanted_status_is_a_step(steps: list[Step], wanted: GoalStatus, step: Step | None) -> None:
    goal = after(*steps)
    assert step_for_status(goal, wanted) == step
    if step is not None:
        assert stepped(goal, step, TODAY).status == wanted


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        (["complete"], "paused"),
        (["archive"], "paused"),
        (["archive"], "completed"),
        (["pause", "archive"], "active"),
        (["complete", "archive"], "active"),
    ],
)
def test_a_status_that_no_single_step_reaches_is_refused(steps: list[Step], wanted: GoalStatus) -> None:
    goal = after(*steps)
    step = step_for_status(goal, wanted)
    assert step is not None
    with pytest.raises(InvalidState):
        stepped(goal, step, TODAY)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Goal, date]:
    """A goal after any allowed steps on days that rise, and a day not before the last of them."""
    goal, today = ACTIVE, date(2026, 1, 1)
    for days in draw(st.lists(st.integers(0, 3), max_size=12)):
        today += timedelta(days=days)
        step: Step = draw(st.sampled_from(allowed(goal)))
        goal = stepped(goal, step, today)
    return goal, today + timedelta(days=draw(st.integers(0, 3)))


@given(lives())
def test_archiving_and_deleting_can_be_taken_back(life: tuple[Goal, date]) -> None:
    goal, today = life
    for step in ("archive", "delete"):
        if step in allowed(goal):
            assert stepped(stepped(goal, step, today), "restore", today + timedelta(days=9)) == goal


@given(lives())
def test_completing_an_active_goal_can_be_taken_back(life: tuple[Goal, date]) -> None:
    goal, today = life
    assume(goal.status == "active" and goal.show_status == "active")
    assert stepped(stepped(goal, "complete", today, automatic=True), "reactivate", today) == goal


@given(lives(), st.integers(0, 5))
def test_a_pause_leaves_its_days_and_nothing_else(life: tuple[Goal, date], length: int) -> None:
    goal, today = life
    assume(goal.status == "active" and goal.show_status == "active")
    resumed = stepped(stepped(goal, "pause", today), "resume", today + timedelta(days=length))
    assert replace(resumed, pauses=goal.pauses) == goal
    assert (resumed == goal) == (length == 0)
    assert paused_days(resumed) == paused_days(goal) | {today + timedelta(days=day) for day in range(length)}


@given(lives())
def test_pauses_stay_in_order_and_apart(life: tuple[Goal, date]) -> None:
    goal, _ = life
    for earlier, later in zip(goal.pauses, goal.pauses[1:], strict=False):
        assert earlier.to_on is not None
        assert earlier.from_on < earlier.to_on < later.from_on
    is_open = bool(goal.pauses) and goal.pauses[-1].to_on is None
    assert is_open == ("paused" in {goal.status, goal.status_before})


def paused_days(goal: Goal) -> set[date]:
    days: set[date] = set()
    for pause in goal.pauses:
        assert pause.to_on is not None
        length = (pause.to_on - pause.from_on).days
        days |= {pause.from_on + timedelta(days=day) for day in range(length)}
    return days
