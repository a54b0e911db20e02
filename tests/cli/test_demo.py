"""The example account: told alike every time, and what it leaves agrees with its facts."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import goals_in, ran

from waymark.cli.demo import EMAIL, LONGEST, PASSWORD
from waymark.cli.story import story

TODAY = date(2026, 3, 10)


def test_the_story_is_told_alike_in_order_and_ends_yesterday() -> None:
    moments = story(TODAY)
    instants = [moment.at for moment in moments]
    assert instants == sorted(instants)
    assert instants == [moment.at for moment in story(TODAY)]
    assert instants[-1].date() == TODAY - timedelta(days=1)
    assert instants[0] > datetime.combine(TODAY, time(23, 59), UTC) - LONGEST


@pytest.mark.slow
@pytest.mark.usefixtures("settings")
def test_the_account_is_made_once_and_sound(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    done = ran(capfd, "demo", "-q")
    assert (done.code, done.err.count("\n")) == (0, 1)  # the clock's warning
    assert PASSWORD in done.out
    assert ran(capfd, "doctor", "-q").code == 0
    assert ran(capfd, "export", tmp_path / "before.json", "--user", EMAIL).code == 0
    assert "is there" in ran(capfd, "demo").out
    goals = goals_in(tmp_path / "before.json")
    assert {goal.metric_type for goal in goals} == {"none", "amount", "weight", "count", "duration", "custom"}
    assert {goal.status for goal in goals} == {"active", "paused", "completed", "archived"}
    assert all(0 < goal.progress_percent <= 100 for goal in goals)
    assert any(milestone.completed_at for goal in goals for milestone in goal.milestones)
