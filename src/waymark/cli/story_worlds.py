"""The chapters of the example story in which tasks, habits, focus time and money feed goals.

Everything follows from the teller; nothing is written here.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from pydantic import BaseModel

from waymark.actions.budgets import create_budget
from waymark.actions.debts import create_debt, create_payment
from waymark.actions.focus import create_focus
from waymark.actions.goal_links import link_item
from waymark.actions.habits import complete_habit, create_habit
from waymark.actions.links import HABIT_BINDING
from waymark.actions.money_commands import CreateBudget, CreateDebt, CreatePayment, CreateTransaction
from waymark.actions.neighbour_commands import (
    CompleteHabit,
    CreateFocus,
    CreateHabit,
    CreateTask,
    LinkTerms,
)
from waymark.actions.tasks import complete_task, create_task
from waymark.actions.transactions import create_transaction
from waymark.cli.telling import QUARTERS, Act, Moment, Teller, id_of, named_milestones


def _made(create: Callable[..., Any], model: type[BaseModel], **fields: Any) -> Act:
    """The creation of something that has one command."""
    return partial(create, command=model.model_validate(fields))


def _task(
    tell: Teller, ago: int, title: str, goal: str, *, done_ago: int | None, **fields: Any
) -> Iterator[Moment]:
    task_id = id_of("task", title)
    fields = {"id": task_id, "title": title, "goalId": id_of(goal), "status": "planned", **fields}
    yield tell.at(ago, _made(create_task, CreateTask, **fields), hour=6)
    if done_ago is not None:
        yield tell.at(done_ago, partial(complete_task, task_id=task_id))


def _habit(tell: Teller, ago: int, title: str, *goals: str, **fields: Any) -> Moment:
    linked = [id_of(goal) for goal in goals]
    fields = {"id": id_of("habit", title), "title": title, "linkedGoalIds": linked, **fields}
    return tell.at(ago, _made(create_habit, CreateHabit, **fields), hour=6)


def _day(tell: Teller, ago: int, title: str, **said: Any) -> Moment:
    command = CompleteHabit.model_validate({"status": "done", **said})
    return tell.at(ago, partial(complete_habit, habit_id=id_of("habit", title), command=command))


def _move(tell: Teller, ago: int, kind: str, amount: float, **fields: Any) -> Moment:
    fields = {"type": kind, "amount": f"{amount:g}", "currency": "USD", **fields}
    return tell.at(ago, _made(create_transaction, CreateTransaction, **fields))


def _kitchen(tell: Teller) -> Iterator[Moment]:
    """All four worlds in one weighted number, a little ahead."""
    goal, cooking = "A new kitchen", "Cook at home"
    yield tell.begin(
        210,
        goal,
        title=goal,
        description="Saved for, planned and earned by cooking in the old one.",
        goalType="financial",
        metricType="amount",
        currency="USD",
        financeMode="save",
        createBudget=False,
        targetValue="9000",
        targetDate=str(tell.day(-60)),
        progressWeights={"finance": 3, "tasks": 1, "habits": 1},
        milestones=named_milestones(goal, "plans", "fittings", "appliances", "ready to order"),
    )
    for number, ago in enumerate(range(205, 0, -14)):
        yield _move(tell, ago, "income", 460 + 20 * (number % 4), goalId=id_of(goal), name="Kitchen fund")
    yield _move(
        tell, 96, "income", 300, currency="EUR", rate="1.08", goalId=id_of(goal), name="Sold the old table"
    )
    yield _move(tell, 40, "expense", 120, goalId=id_of(goal), name="Deposit for the joiner")
    for title, ago, done_ago, due in (
        ("Measure the room", 205, 190, -200),
        ("Three offers from joiners", 180, 121, -130),
        ("Choose the worktop", 120, 64, -70),
        ("Book the electrician", 60, None, 6),
        ("Sell the old oven", 50, None, 20),
    ):
        yield from _task(
            tell,
            ago,
            title,
            goal,
            done_ago=done_ago,
            dueDate=str(tell.day(-due)),
            priority="medium" if done_ago else "high",
        )
    yield _habit(tell, 200, cooking, goal, habitType="health", frequency="custom", timesPerWeek=4)
    for ago in range(199, 0, -1):
        if tell.chance.random() < 0.58:  # noqa: PLR2004  # four evenings a week
            yield _day(tell, ago, cooking)


def _loan(tell: Teller) -> Iterator[Moment]:
    """A debt paid month by month, on its line."""
    goal, debt_id = "Free of the student loan", id_of("debt", "loan")
    debt = {
        "id": debt_id,
        "direction": "i_owe",
        "counterpartyName": "the student loan office",
        "principalAmount": "8400",
        "principalCurrency": "USD",
        "interestMode": "compound",
        "interestRateAnnual": "3.2",
        "dueDate": str(tell.day(-200)),
    }
    yield tell.at(420, _made(create_debt, CreateDebt, **debt), hour=4)
    yield tell.begin(
        420,
        goal,
        title=goal,
        goalType="financial",
        metricType="amount",
        currency="USD",
        financeMode="debt_close",
        linkedDebtId=debt_id,
        targetDate=str(tell.day(-200)),
        milestones=named_milestones(goal, *QUARTERS),
    )
    for number, ago in enumerate(range(408, 0, -29)):
        payment = CreatePayment.model_validate({"amount": "400" if number % 5 else "460"})
        yield tell.at(ago, partial(create_payment, debt_id=debt_id, command=payment))


def _household(tell: Teller) -> Iterator[Moment]:
    """Months of spending against two budgets."""
    for name, limit, category in (("Groceries", "520", "groceries"), ("Eating out", "180", "restaurants")):
        fields = {
            "id": id_of("budget", name),
            "name": name,
            "currency": "USD",
            "limitAmount": limit,
            "periodType": "monthly",
            "categoryIds": [category],
            "notifyOnExceed": True,
        }
        yield tell.at(150, _made(create_budget, CreateBudget, **fields), hour=6)
    for ago in range(149, 0, -1):
        if ago % 4 == 0:
            spent = round(tell.chance.uniform(38, 84), 2)
            yield _move(tell, ago, "expense", spent, categoryId="groceries", name="Market")
        if ago % 9 == 0:
            spent = round(tell.chance.uniform(18, 64), 2)
            yield _move(tell, ago, "expense", spent, categoryId="restaurants", name="Dinner out")


def _stillness(tell: Teller) -> Iterator[Moment]:
    """A numeric habit whose minutes are the goal's ledger; well ahead."""
    goal, habit = "Sixty hours of meditation", "Meditate"
    yield tell.begin(
        300,
        goal,
        title=goal,
        goalType="health",
        metricType="duration",
        unit="minutes",
        targetValue="3600",
        targetDate=str(tell.day(-65)),
        milestones=named_milestones(goal, *QUARTERS),
    )
    yield _habit(
        tell, 300, habit, habitType="health", completionMode="numeric", targetPerDay="10", unit="minutes"
    )
    terms = LinkTerms.model_validate({"contribution": 1})
    link = partial(
        link_item, binding=HABIT_BINDING, goal_id=id_of(goal), item_id=id_of("habit", habit), terms=terms
    )
    yield tell.at(300, link, hour=6)
    for ago in range(299, 0, -1):
        if ago < 24 or tell.chance.random() < 0.82:  # noqa: PLR2004  # a streak that holds
            yield _day(tell, ago, habit, value=tell.chance.choice([8, 10, 10, 12, 15, 20]))


def _thesis(tell: Teller) -> Iterator[Moment]:
    """Nothing to measure: tasks, a habit and hours of focus."""
    goal, habit = "Hand in the thesis", "Write before nine"
    yield tell.begin(
        160,
        goal,
        title=goal,
        description="Soil moisture from space, in a hundred pages.",
        goalType="education",
        targetDate=str(tell.day(-45)),
    )
    for title, ago, done_ago, due in (
        ("Outline", 158, 149, -150),
        ("Chapter one: the question", 148, 118, -120),
        ("Chapter two: what is known", 130, 84, -85),
        ("Chapter three: method", 90, 47, -45),
        ("Chapter four: results", 50, 9, -8),
        ("Chapter five: what it means", 20, None, 14),
        ("Figures at print quality", 20, None, 21),
        ("Let Mira read it", 12, None, 3),
    ):
        yield from _task(tell, ago, title, goal, done_ago=done_ago, dueDate=str(tell.day(-due)))
    yield _habit(
        tell, 158, habit, goal, habitType="productivity", frequency="custom", daysOfWeek=[1, 2, 3, 4, 5]
    )
    for ago in range(157, 0, -1):
        is_workday = tell.day(ago).isoweekday() < 6  # noqa: PLR2004  # Monday to Friday
        if is_workday and tell.chance.random() < 0.78:  # noqa: PLR2004  # not every morning is good
            yield _day(tell, ago, habit)
            minutes = tell.chance.choice([25, 50, 50, 75])
            focus = {"goalId": id_of(goal), "plannedMinutes": minutes, "actualMinutes": minutes}
            yield tell.at(ago, _made(create_focus, CreateFocus, status="completed", **focus), hour=22)


CHAPTERS: Final = (_kitchen, _loan, _household, _stillness, _thesis)
