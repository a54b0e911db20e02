"""What a goal must come to when tasks, habits, focus time and money feed it: counted anew from raw facts.

As oracle.py, whose fold, percent and pace it uses, it shares no code with the product and keeps no totals.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.laws.oracle import DAY, Fact, Goal, rounded

CENTS = {"USD": 2, "UZS": 2, "JPY": 0}
FLOWS = {
    "expense": {"expense": 1, "income": -1},
    "income": {"income": 1, "transfer": 1, "expense": -1},
    "spend": {"expense": 1, "income": -1},
    "save": {"income": 1, "transfer": 1, "expense": -1},
}
"""Which way a transaction counts in a budget of a flow, in a goal of a mode."""
PAYING = {"i_owe": {"expense", "transfer"}, "they_owe_me": {"income", "transfer"}}
FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
"""The days that there are."""
Source = tuple[str, str, date]
"""sourceType, sourceId and the day."""


@dataclass
class Task:
    id: str
    status: str = "inbox"
    status_before: str | None = None
    done_on: date | None = None
    goal_id: str | None = None
    is_deleted: bool = False


@dataclass
class Habit:
    id: str
    created_on: date
    weekdays: list[int] | None = None
    quota: int | None = None
    is_quit: bool = False
    is_numeric: bool = False
    target: Fraction | None = None
    is_paused: bool = False
    goal_id: str | None = None
    is_deleted: bool = False
    said: dict[date, tuple[str, Fraction | None]] = field(default_factory=dict)


@dataclass
class Session:
    id: str
    day: date
    minutes: int
    goal_id: str | None
    task_id: str | None
    is_deleted: bool = False


@dataclass
class Budget:
    id: str
    flow: str
    currency: str
    limit: Fraction
    created_on: date
    period: str = "none"
    is_project: bool = False
    categories: list[str] = field(default_factory=list)
    first: date = FIRST
    last: date = LAST
    carries: bool = False
    goal_id: str | None = None
    is_deleted: bool = False

    def period_of(self, day: date) -> tuple[date, date]:
        """First and last day of the period that a day is in."""
        day = max(self.first, min(day, self.last))
        first, last = self.first, self.last
        if self.period == "weekly":
            first = day - timedelta(day.weekday())
            last = first + 6 * DAY
        elif self.period == "monthly":
            first = day.replace(day=1)
            last = (first + 31 * DAY).replace(day=1) - DAY
        return max(first, self.first), min(last, self.last)


@dataclass
class Debt:
    id: str
    direction: str
    currency: str
    principal: Fraction
    goal_id: str | None = None
    is_deleted: bool = False


@dataclass
class Money:
    """A transaction, or (type "payment") what was paid of a debt by itself."""

    id: str
    type: str
    amount: Fraction
    currency: str
    day: date
    rate: Fraction | None = None
    category: str | None = None
    goal_id: str | None = None
    budget_id: str | None = None
    debt_id: str | None = None
    is_deleted: bool = False


@dataclass
class Aim(Goal):
    """A goal that other things feed; `facts` are gathered anew for each look at it."""

    currency: str | None = None
    finance_mode: str | None = None
    weights: dict[str, int] | None = None
    remembered: tuple[str | None, str | None] = (None, None)
    """The budget and the debt that a deleted goal was tied to."""
    told: set[str] = field(default_factory=set)
    """Payments made before it began to close a debt: its initial value tells of them, if it can."""
    is_whole: bool = False
    """It cannot: it would begin at its end."""
    given: set[str] = field(default_factory=set)
    """Payments that once counted."""
    manual: dict[str, Fact] = field(default_factory=dict)
    shares: dict[str, Fraction] = field(default_factory=dict)
    """Exact percents of the sources beside the ledger, where there are any."""

    @property
    def exact(self) -> Fraction:
        span = self.span
        if self.metric == "none" or span is None:
            return Fraction(0)
        return max(Fraction(0), min(Fraction(100), 100 * self.gain_of(self.current) / span))

    @property
    def terms(self) -> dict[str, tuple[Fraction, int]]:
        """Percent and weight of every source."""
        weights, found = self.weights, {}
        if self.metric != "none":
            ledger = 1 if weights is None else weights.get("finance", weights.get("metric", 0))
            found["ledger"] = (self.exact, ledger)
        for source, percent in self.shares.items():
            plain = int(self.metric == "none")
            found[source] = (percent, plain if weights is None else weights.get(source, 0))
        return found

    @property
    def earned(self) -> Fraction:
        terms = self.terms.values()
        whole = sum(weight for _, weight in terms)
        if not whole:
            return Fraction(0)
        exact = sum((percent * weight for percent, weight in terms), Fraction(0)) / whole
        return Fraction("99.99") if exact < 100 <= rounded(exact, 2) else rounded(exact, 2)

    def milestones(self) -> list[dict[str, Any]]:
        shown = super().milestones()
        if self.weights is not None:
            for each in shown:
                each.pop("completedAt", None)
        return shown


@dataclass
class Books:
    """Everything that one person told, as it stands."""

    goals: dict[str, Aim] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    habits: dict[str, Habit] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    debts: dict[str, Debt] = field(default_factory=dict)
    money: dict[str, Money] = field(default_factory=dict)
    quotes: dict[tuple[str, str], list[tuple[date, Fraction]]] = field(default_factory=dict)
    base: str = "USD"
    ties: dict[tuple[str, str], Fraction | None] = field(default_factory=dict)
    """Contribution by goal and task or habit."""
    order: list[str] = field(default_factory=list)
    """Payments as they came."""

    # Money --------------------------------------------------------------------------------

    def quote(self, one: str, other: str, on: date) -> Fraction | None:
        """The newest of a pair, straight or turned around."""
        for pair, is_inverse in (((one, other), False), ((other, one), True)):
            known = [rate for day, rate in sorted(self.quotes.get(pair, [])) if day <= on]
            if known:
                return 1 / known[-1] if is_inverse else known[-1]
        return Fraction(1) if one == other else None

    def worth(self, money: Money, currency: str) -> Fraction:
        """Its amount in a currency: its own rate speaks of what it names first."""
        if money.currency == currency:
            return money.amount
        rate = money.rate if self.primary(money) == currency else None
        rate = rate or self.quote(money.currency, currency, money.day)
        if rate is None:
            to_base = self.quote(money.currency, self.base, money.day)
            from_base = self.quote(self.base, currency, money.day)
            assert to_base is not None
            assert from_base is not None
            rate = to_base * from_base
        return rounded(money.amount * rate, CENTS[currency])

    def primary(self, money: Money) -> str | None:
        goal = self.goals[money.goal_id] if money.goal_id else None
        if goal is not None and goal.currency is not None:
            return goal.currency
        if money.debt_id is not None:
            return self.debts[money.debt_id].currency
        return self.budgets[money.budget_id].currency if money.budget_id else None

    def tied(self, goal_id: str | None) -> tuple[str | None, str | None]:
        """The budget and the debt that a goal is tied to; one that is deleted remembers them."""
        goal = self.goals.get(goal_id or "")
        if goal is None or goal.is_deleted:
            return goal.remembered if goal else (None, None)
        return _tied(self.budgets, goal), _tied(self.debts, goal)

    def way(self, budget: Budget, money: Money) -> int:
        """Whether it adds to what a budget counts, takes away, or does not belong."""
        is_off = money.is_deleted or budget.is_deleted or money.type == "payment"
        if is_off or not budget.first <= money.day <= budget.last:
            return 0
        is_of_goal = budget.is_project and self.tied(money.goal_id)[0] == budget.id
        if money.budget_id == budget.id or (money.budget_id is None and is_of_goal):
            return FLOWS[budget.flow].get(money.type, 0)
        is_listed = money.budget_id is None and money.category in budget.categories
        return int(is_listed and money.type == budget.flow)

    def is_paying(self, debt: Debt, money: Money) -> bool:
        if money.is_deleted:
            return False
        if money.debt_id is not None:
            return money.debt_id == debt.id and (
                money.type == "payment" or money.type in PAYING[debt.direction]
            )
        return self.tied(money.goal_id)[1] == debt.id and money.type in PAYING[debt.direction]

    def paid(self, debt: Debt) -> Fraction:
        paying = (each for each in self.money.values() if self.is_paying(debt, each))
        return sum((self.worth(each, debt.currency) for each in paying), Fraction(0))

    def spent(self, budget: Budget) -> dict[date, Fraction]:
        """What belongs to it, by the first day of the period."""
        found: dict[date, Fraction] = {}
        for each in self.money.values():
            way = self.way(budget, each)
            if way:
                first = budget.period_of(each.day)[0]
                found[first] = found.get(first, Fraction(0)) + way * self.worth(each, budget.currency)
        return found

    def limit(self, budget: Budget, spent: dict[date, Fraction], today: date) -> Fraction:
        """With what the periods before today's left over, where it carries that over."""
        carried = Fraction(0)
        if budget.carries and budget.period != "none":
            first, last = budget.period_of(budget.created_on if budget.first == FIRST else budget.first)
            while first < budget.period_of(today)[0]:
                carried = max(Fraction(0), carried + budget.limit - spent.get(first, 0))
                first, last = budget.period_of(last + DAY)
        return budget.limit + carried

    def share(self, goal: Aim, money: Money) -> Fraction | None:
        """What a transaction or payment gives to a goal, once, whatever ways lead there; None: nothing."""
        if goal.metric != "amount" or goal.currency is None or money.is_deleted:
            return None
        debts = [each for each in self.debts.values() if each.goal_id == goal.id and not each.is_deleted]
        pays = any(self.is_paying(debt, money) for debt in debts)
        in_budget = any(each.goal_id == goal.id and self.way(each, money) for each in self.budgets.values())
        worth = self.worth(money, goal.currency)
        if goal.finance_mode == "debt_close":
            return worth if pays and (goal.is_whole or money.id not in goal.told) else None
        if money.type != "payment" and (money.goal_id == goal.id or in_budget):
            sign = FLOWS[goal.finance_mode or "save"].get(money.type)
            return None if sign is None else sign * worth
        return worth if pays else None

    def tell(self, goal: Aim, debt: Debt) -> None:
        """Which payments a goal begins after when it is tied to the debt that it closes.

        Its initial value tells of them; all others count.
        """
        self.arrived()
        begun = goal.initial or Fraction(0)
        fresh = [each for each in self.order if self.is_paying(debt, self.money[each])]
        fresh = [each for each in fresh if each not in goal.given]
        goal.told, running = set(), Fraction(0)
        for each in fresh:
            if running == debt.principal - begun:
                break
            goal.told.add(each)
            running += self.worth(self.money[each], debt.currency)
        if running != debt.principal - begun:
            goal.told = set()

    def noted(self) -> None:
        """After every command: payments as they came, and what goals that close a debt began with."""
        self.arrived()
        for debt in self.debts.values():
            goal = self.goals.get(debt.goal_id or "")
            if goal is not None and goal.finance_mode == "debt_close":
                told = (each for each in self.money.values() if each.id in goal.told)
                standing = (self.worth(each, debt.currency) for each in told if self.is_paying(debt, each))
                left = debt.principal - sum(standing, Fraction(0))
                goal.is_whole = left <= 0
                goal.initial = debt.principal if goal.is_whole else left
                goal.given |= {each.id for each in self.money.values() if self.share(goal, each) is not None}

    def arrived(self) -> None:
        for debt in self.debts.values():
            for each in self.money.values():
                if self.is_paying(debt, each) and each.id not in self.order:
                    self.order.append(each.id)

    # The ledger ---------------------------------------------------------------------------

    def said(self, goal: Aim) -> dict[Source, Fraction]:
        """What every source gives to the goal's ledger, in the goal's unit (focus: in minutes)."""
        if goal.metric == "none":
            return {}
        given: dict[Source, Fraction] = {}
        for (goal_id, item_id), contribution in self.ties.items():
            if goal_id != goal.id or contribution is None:
                continue
            task, habit = self.tasks.get(item_id), self.habits.get(item_id)
            if task is not None and task.status == "completed" and task.done_on is not None:
                given["task", task.id, task.done_on] = contribution
            if habit is not None:
                given |= dict(_habit_days(goal, habit, contribution))
        for session in self.sessions.values():
            if not session.is_deleted and session.goal_id == goal.id and goal.metric == "duration":
                given["focus", session.id, session.day] = Fraction(session.minutes)
        for money in self.money.values():
            share = self.share(goal, money)
            if share is not None:
                given["finance", money.id, money.day] = share
        return given

    # What is linked -----------------------------------------------------------------------

    def shares(self, goal: Aim, today: date) -> dict[str, Fraction]:
        found = {}
        linked = [self.tasks[item] for owner, item in self.ties if owner == goal.id and item in self.tasks]
        tasks = [each for each in linked if each.status != "canceled" and self.ties[goal.id, each.id] is None]
        if tasks:
            done = sum(each.status == "completed" for each in tasks)
            half = Fraction(sum(each.status == "in_progress" for each in tasks), 2)
            found["tasks"] = 100 * (done + half) / len(tasks)
        rates = [
            rate
            for (owner, item), contribution in self.ties.items()
            if owner == goal.id and item in self.habits and contribution is None
            for rate in (rate_of(self.habits[item], today),)
            if rate is not None and not self.habits[item].is_paused
        ]
        if rates:
            found["habits"] = sum(rates, Fraction(0)) / len(rates)
        ticked = sum(mark.is_ticked for mark in goal.marks.values())
        is_named = goal.weights is not None and "milestones" in goal.weights
        if goal.marks and (ticked or is_named):
            found["milestones"] = Fraction(100 * ticked, len(goal.marks))
        return found

    def stats(self, goal: Aim, today: date) -> dict[str, Any]:
        linked = [item for owner, item in self.ties if owner == goal.id]
        tasks = [self.tasks[item] for item in linked if item in self.tasks]
        minutes = [
            (session.day, session.minutes)
            for session in self.sessions.values()
            if not session.is_deleted and (session.goal_id == goal.id or session.task_id in linked)
        ]
        finance = {source: value for source, value in self.said(goal).items() if source[0] == "finance"}
        alone = None
        if goal.metric != "none" and (finance or goal.finance_mode):
            added = sum(finance.values(), Fraction(0))
            base = goal.base or Fraction(0)
            there = base - added if goal.direction == "decrease" else base + added
            alone = max(Fraction(0), min(Fraction(100), goal.percent_at(there) or Fraction(0)))
        shares = {name: rounded(value, 2) for name, value in goal.shares.items()}
        return {
            "financialProgressPercent": alone,
            "tasksProgressPercent": shares.get("tasks"),
            "habitsProgressPercent": shares.get("habits"),
            "focusMinutesLast30": sum(each for day, each in minutes if day > today - 30 * DAY),
            "focusMinutesTotal": sum(each for _, each in minutes),
            "totalTasks": sum(each.status != "canceled" for each in tasks),
            "completedTasks": sum(each.status == "completed" for each in tasks),
            "totalHabits": sum(item in self.habits for item in linked),
        }

    def document(self, goal: Aim, stamps: dict[Source, Fact], today: date) -> dict[str, Any]:
        """As GET must give it; `stamps` have the id and instant that each source's fact was given."""
        given = self.said(goal)
        assert given.keys() == stamps.keys(), (goal.id, given, stamps)
        for source, value in given.items():
            assert stamps[source].value == value, (source, value, stamps[source])
        goal.facts = goal.manual | {fact.id: fact for fact in stamps.values()}
        goal.shares = self.shares(goal, today)
        linked = [item for owner, item in self.ties if owner == goal.id]
        return goal.document(today) | {
            "stats": self.stats(goal, today),
            "financeContributionCount": sum(source[0] == "finance" for source in given),
            "linkedBudgetId": _tied(self.budgets, goal),
            "linkedDebtId": _tied(self.debts, goal),
            "financeMode": goal.finance_mode,
            "linkedTaskIds": sorted(item for item in linked if item in self.tasks),
            "linkedHabitIds": sorted(item for item in linked if item in self.habits),
        }


def rate_of(habit: Habit, today: date) -> Fraction | None:
    """Percent of the days asked for that were done, of the 30 ending today; None: none was asked for."""
    done = asked = 0
    for number in range(30):
        day = today - number * DAY
        is_asked = habit.weekdays is None or (day.weekday() + 1) % 7 in habit.weekdays
        status, value = habit.said.get(day, (None, None))
        is_silent_today = status is None and day == today
        if day < habit.created_on or not is_asked or status == "skip" or is_silent_today:
            continue
        asked += 1
        if status is None:
            done += habit.is_quit
        elif status == "done":
            done += habit.is_quit or habit.target is None or value is None or value >= habit.target
    if not asked:
        return None
    return min(Fraction(100), Fraction(100 * done * 7, asked * (habit.quota or 7)))


def _habit_days(goal: Aim, habit: Habit, contribution: Fraction) -> Iterator[tuple[Source, Fraction]]:
    for day, (status, told) in habit.said.items():
        value = habit.target if told is None else told
        if habit.is_numeric and status == "done" and value is not None:
            places = 6 if goal.currency is None else CENTS[goal.currency]
            yield ("habit", habit.id, day), rounded(contribution * value, places)


def _tied(things: Any, goal: Aim) -> str | None:
    return next((each.id for each in things.values() if each.goal_id == goal.id), None)
