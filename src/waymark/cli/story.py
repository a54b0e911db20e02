"""Two believable years of somebody's goals, as moments at which something was done.

Everything follows from the last day and the seed; nothing is written here.
"""

from collections.abc import Iterator
from datetime import date

from waymark.cli.story_worlds import CHAPTERS
from waymark.cli.telling import QUARTERS, Moment, Teller, named_milestones


def story(today: date) -> list[Moment]:
    """What happened until yesterday, in order; every day is a day in UTC."""
    teller = Teller(today)
    chapters = (_weight, _trip, _books, _running, _language, _inbox, _flat, *CHAPTERS)
    moments = [moment for chapter in chapters for moment in chapter(teller)]
    return sorted(moments, key=lambda moment: moment.at)


def _weight(tell: Teller) -> Iterator[Moment]:
    """Measured nearly daily, with the ups and downs that a scale has."""
    goal = "Down to 80 kg"
    yield tell.begin(
        500,
        goal,
        title=goal,
        goalType="health",
        metricType="weight",
        unit="kg",
        initialValue="92.4",
        targetValue="80",
        targetDate=str(tell.day(-120)),
        milestones=named_milestones(goal, *QUARTERS),
    )
    for ago in range(499, 0, -1):
        if tell.chance.random() < 0.8:  # noqa: PLR2004  # four mornings of five
            holidays = 1.6 if 300 <= ago <= 330 else 0.0  # noqa: PLR2004  # a month of good food
            trend = 92.4 - 11.1 * (1 - ago / 500)
            yield tell.log(ago, goal, round(trend + holidays + tell.chance.gauss(0, 0.45), 1))


def _trip(tell: Teller) -> Iterator[Moment]:
    """Saved week by week; in the middle the aim was raised."""
    goal = "Across Central Asia by train"
    yield tell.begin(
        430,
        goal,
        title=goal,
        description="Almaty to Ashgabat, six weeks.",
        goalType="financial",
        metricType="amount",
        currency="USD",
        targetValue="6000",
        targetDate=str(tell.day(-90)),
        milestones=named_milestones(goal, "tickets", "beds", "food", "a cushion"),
    )
    for ago in range(428, 0, -7):
        yield tell.log(ago, goal, tell.chance.choice([50, 75, 100, 120.5, 150]), note="weekly transfer")
        if ago % 91 < 7:  # noqa: PLR2004  # once a quarter
            yield tell.log(ago, goal, -round(tell.chance.uniform(40, 180), 2), note="had to take some out")
    yield tell.change(200, goal, targetValue="7000", description="Almaty to Ashgabat, eight weeks after all.")


def _books(tell: Teller) -> Iterator[Moment]:
    """One year's goal reached and completed by itself, the next one under way."""
    first, second = "24 books", "30 books, ten of them long"
    for goal, begin, target, every in ((first, 720, 24, 14), (second, 350, 30, 12)):
        yield tell.begin(
            begin,
            goal,
            title=goal,
            goalType="education",
            metricType="count",
            unit="books",
            targetValue=str(target),
            targetDate=str(tell.day(begin - 364)),
            autoComplete=True,
            milestones=named_milestones(goal, *QUARTERS),
        )
        for number, ago in enumerate(range(begin - 6, 0, -every)):
            if number < target:
                yield tell.log(ago, goal, 1)
    yield tell.step(300, first, "archive")


def _running(tell: Teller) -> Iterator[Moment]:
    """Paused for an injury: those weeks leave the clock of its pace."""
    goal = "Run 2,000 km"
    yield tell.begin(
        600,
        goal,
        title=goal,
        goalType="health",
        metricType="custom",
        unit="km",
        targetValue="2000",
        targetDate=str(tell.day(-30)),
        milestones=named_milestones(goal, "500", "1,000", "1,500", "2,000"),
    )
    for ago in range(598, 0, -1):
        is_hurt = 250 <= ago <= 292  # noqa: PLR2004  # six weeks with a bad knee
        if not is_hurt and tell.chance.random() < 0.38:  # noqa: PLR2004  # two or three runs a week
            yield tell.log(ago, goal, round(tell.chance.triangular(3, 16, 6.5), 1))
    yield tell.step(292, goal, "pause")
    yield tell.step(250, goal, "resume")


def _language(tell: Teller) -> Iterator[Moment]:
    """Counted in hours, told in minutes; a little behind."""
    goal = "220 hours of Uzbek"
    yield tell.begin(
        320,
        goal,
        title=goal,
        goalType="education",
        metricType="duration",
        unit="hours",
        targetValue="220",
        targetDate=str(tell.day(-45)),
        milestones=named_milestones(goal, *QUARTERS),
    )
    for ago in range(319, 0, -1):
        if tell.chance.random() < 0.69:  # noqa: PLR2004  # most evenings
            yield tell.log(ago, goal, tell.chance.choice([30, 45, 60, 60, 75, 90]), unit="minutes")


def _inbox(tell: Teller) -> Iterator[Moment]:
    """Measured down, then given up for a while."""
    goal = "An empty inbox"
    left = 3042
    yield tell.begin(
        240,
        goal,
        title=goal,
        goalType="productivity",
        metricType="count",
        unit="mails",
        checkInMode="measure",
        initialValue=str(left),
        targetValue="0",
        milestones=named_milestones(goal, "below 2,300", "half", "below 800", "empty"),
    )
    for ago in range(238, 60, -3):
        left = max(0, left + tell.chance.randint(-62, 18))
        yield tell.log(ago, goal, left)
    yield tell.step(58, goal, "pause")


def _flat(tell: Teller) -> Iterator[Moment]:
    """Nothing to measure: steps ticked by hand, then done."""
    goal, steps = "Move to the new flat", ("find it", "sign", "pack", "move", "hang the pictures")
    yield tell.begin(180, goal, title=goal, milestones=named_milestones(goal, *steps))
    for ago, milestone in zip((150, 131, 118, 110, 83), steps, strict=True):
        yield tell.tick(ago, goal, milestone)
    yield tell.step(82, goal, "complete")
