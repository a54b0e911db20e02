"""Everything that can feed a goal, told at random to both databases, and what the books then hold.

What must hold after each step test_worlds.py says.
"""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from tests.laws.oracle import DAY, Fact, Mark
from tests.laws.telling import ALLOWED, retarget, stepped
from tests.laws.worlds_money import (
    ZONES,
    Moving,
    any_budget,
    any_debt,
    any_goal,
    any_money,
    any_of,
    days,
    id_of,
    is_free,
    picked,
    picks,
    sums,
    told,
)
from tests.laws.worlds_oracle import Aim, Budget, Debt, Habit, Money, Session, Task

STEPS = ("pause", "resume", "complete", "reactivate", "archive", "restore", "delete", "delete")
MONEY: dict[str, Any] = {"goalType": "financial", "metricType": "amount", "createBudget": False}
KINDS: dict[str, dict[str, Any]] = {
    "save": MONEY | {"financeMode": "save", "currency": "UZS", "targetValue": 1_000_000},
    "spend": MONEY | {"financeMode": "spend", "currency": "USD", "targetValue": 500},
    "amount": MONEY | {"currency": "USD", "targetValue": 400, "initialValue": 50},
    "debt_close": MONEY | {"financeMode": "debt_close"},
    "duration": {"metricType": "duration", "unit": "hours", "targetValue": 10},
    "custom": {"metricType": "custom", "unit": "pages", "targetValue": 100},
    "none": {"metricType": "none"},
}
HABITS: dict[str, dict[str, Any]] = {
    "daily": {"frequency": "daily"},
    "weekdays": {"frequency": "weekly", "daysOfWeek": [1, 3, 5]},
    "weekly": {"frequency": "weekly"},
    "quota": {"frequency": "custom", "timesPerWeek": 3},
    "quit": {"frequency": "daily", "countingType": "quit"},
    "numeric": {"frequency": "daily", "completionMode": "numeric", "targetPerDay": "2.5"},
}
STATUSES = ("inbox", "planned", "in_progress", "completed", "canceled", "moved", "overdue")
WEIGHTS = (None, None, {"tasks": 1}, {"metric": 3, "tasks": 1, "habits": 2}, {"metric": 1, "milestones": 1})
contributions = st.sampled_from([None, None, Fraction(1), Fraction("2.5")])
any_task = any_of("tasks")
any_habit = any_of("habits")
any_session = any_of("sessions")


class Telling(Moving):
    """One person whose goals are fed from everywhere."""

    @initialize(zone=st.sampled_from(ZONES), weights=st.sampled_from(WEIGHTS))
    def begin(self, zone: str, weights: Any) -> None:
        """Some of everything, so that each step after it has something to move."""
        self.enter(zone)
        self.create_debt("i_owe", "USD", 400)
        self.create_debt("they_owe_me", "UZS", 900)
        self.pay(self.books.debts[next(iter(self.books.debts))], Fraction(100), -2, "USD")
        for kind in ("save", "spend", "debt_close", "duration", "none"):
            self.create_goal(kind, weights, (-20, 40), [50], 0)
        save, spend, *_ = self.books.goals.values()
        for goal, flow, is_project in ((save, "income", True), (spend, "expense", False)):
            self.create_budget(flow, str(goal.currency), "monthly", ["food"], None, is_project=is_project)
            budget = list(self.books.budgets.values())[-1]
            self.tie_budget(goal, budget, is_cut=False, from_budget=is_project)
        for number, status in enumerate(("completed", "in_progress", "inbox")):
            self.create_task(status, number)
        for kind in ("daily", "numeric"):
            self.create_habit(kind, 4)
        self.focus(50, 3, 0)
        self.move("income", Fraction(500), "UZS", 0, None, 0, None, None, None)

    # Goals --------------------------------------------------------------------------------

    @precondition(lambda self: len(self.books.goals) < 7)
    @rule(
        kind=st.sampled_from(sorted(KINDS)),
        weights=st.sampled_from(WEIGHTS),
        span=st.none() | st.tuples(st.integers(-40, 3), st.integers(4, 90)),
        marks=st.lists(st.sampled_from([10, 25, 50, 75, 100]), unique=True, max_size=2),
        debt=picks,
    )
    def create_goal(
        self, kind: str, weights: Any, span: tuple[int, int] | None, marks: list[int], debt: int | None
    ) -> None:
        body: dict[str, Any] = {"id": self.new_id(), "title": kind, **KINDS[kind]}
        owed = picked(self.free_debts(), 0 if debt is None else debt)
        if kind == "debt_close":
            if owed is None or self.remaining(owed) <= 0:
                return
            body["linkedDebtId"] = owed.id
        if kind == "none" and weights is not None:
            weights = {"tasks": 2, "habits": 1}
        body["progressWeights"] = weights
        if span is not None:
            first, last = (self.today + timedelta(number) for number in span)
            body |= {"startDate": str(first), "targetDate": str(last)}
        body["milestones"] = [{"id": self.new_id(), "title": "x", "targetPercent": each} for each in marks]
        answer = self.done("POST", "/goals", body)
        goal = Aim(
            id=body["id"],
            metric=answer["metricType"],
            direction=answer["direction"],
            mode="increment",
            created_on=self.today,
            unit=body.get("unit"),
            initial=None if kind == "none" else Fraction(body.get("initialValue", 0)),
            target=None if kind == "none" else Fraction(body.get("targetValue", 0)),
            start_on=span and self.today + timedelta(span[0]),
            target_on=span and self.today + timedelta(span[1]),
            currency=body.get("currency"),
            finance_mode=body.get("financeMode"),
            weights=weights,
            marks={
                each["id"]: Mark(each["id"], Fraction(each["targetPercent"])) for each in body["milestones"]
            },
        )
        self.books.goals[goal.id] = goal
        if kind == "debt_close" and owed is not None:
            goal.currency, goal.initial = owed.currency, self.remaining(owed)
            owed.goal_id = goal.id
            self.books.tell(goal, owed)
        retarget(goal, self.today)

    @rule(goal=any_goal, step=st.sampled_from(STEPS))
    def step(self, goal: Aim, step: str) -> None:
        is_restored = step == "restore" and goal.is_deleted
        how = ("DELETE", f"/goals/{goal.id}") if step == "delete" else ("POST", f"/goals/{goal.id}/{step}")
        can = {"restore"} if goal.is_deleted else ALLOWED[goal.status]
        answer = self.send(*how)
        assert (answer is not None) == (step in can), (step, can)
        if answer is None:
            return
        stepped(goal, step, self.today)
        if step == "delete":
            self.let_go(goal)
        elif is_restored:
            self.regain(goal)

    def let_go(self, goal: Aim) -> None:
        budget, debt = self.budget_of(goal), self.debt_of(goal)
        goal.remembered = (id_of(budget), id_of(debt))
        if budget is not None:
            budget.goal_id = None
        if debt is not None:
            debt.goal_id = None

    def regain(self, goal: Aim) -> None:
        budget = self.books.budgets.get(goal.remembered[0] or "")
        debt = self.books.debts.get(goal.remembered[1] or "")
        if is_free(budget) and budget is not None:
            budget.goal_id = goal.id
        if is_free(debt) and debt is not None:
            debt.goal_id = goal.id
        if debt is not None and goal.finance_mode == "debt_close" and debt.goal_id != goal.id:
            goal.finance_mode = None

    @rule(goal=any_goal, value=st.integers(1, 2_000))
    def aim(self, goal: Aim, value: int) -> None:
        if goal.direction == "decrease":
            return
        if self.send("PATCH", f"/goals/{goal.id}", {"targetValue": value}) is None:
            return
        budget = self.budget_of(goal)
        if budget is not None and budget.is_project and goal.target != value:
            budget.limit = Fraction(value)
        goal.target = Fraction(value)
        retarget(goal, self.today)

    @rule(goal=any_goal, value=sums, day=days, sign=st.sampled_from([1, 1, -1]))
    def check_in(self, goal: Aim, value: Fraction, day: int, sign: int) -> None:
        body: dict[str, Any] = {"id": self.new_id(), "dateKey": str(self.today + day * DAY)}
        body["note"] = "by hand"
        amount = None if goal.metric == "none" else sign * value
        if amount is not None:
            body["value"] = told(amount)
        answer = self.send("POST", f"/goals/{goal.id}/check-in", body)
        assert (answer is not None) == (not goal.is_deleted and goal.status in {"active", "paused"})
        if answer is not None:
            at = answer["checkIn"]["createdAt"]
            goal.manual[body["id"]] = Fact(body["id"], amount, goal.unit, None, self.today + day * DAY, at)

    # Tasks and habits ---------------------------------------------------------------------

    @precondition(lambda self: len(self.books.tasks) < 6)
    @rule(status=st.sampled_from(STATUSES), goal=picks)
    def create_task(self, status: str, goal: int | None) -> None:
        task, home = Task(self.new_id()), self.open_goal(goal)
        body = {"id": task.id, "title": "t", "status": status, "goalId": id_of(home)}
        self.done("POST", "/tasks", body)
        self.books.tasks[task.id] = task
        self.set_status(task, status)
        self.rehome(task, home)

    @rule(task=any_task, status=st.sampled_from(STATUSES), goal=picks, is_moving=st.booleans())
    def change_task(self, task: Task, status: str, goal: int | None, *, is_moving: bool) -> None:
        home = self.open_goal(goal)
        body: dict[str, Any] = {"status": status} | ({"goalId": id_of(home)} if is_moving else {})
        if task.is_deleted:
            assert self.send("PATCH", f"/tasks/{task.id}", body) is None
            return
        self.done("PATCH", f"/tasks/{task.id}", body)
        self.set_status(task, status)
        if is_moving:
            self.rehome(task, home)

    @rule(task=any_task, is_done=st.booleans())
    def finish_task(self, task: Task, *, is_done: bool) -> None:
        answer = self.send("POST", f"/tasks/{task.id}/{'complete' if is_done else 'reopen'}")
        can = not task.is_deleted and (is_done or task.status in {"completed", "canceled"})
        assert (answer is not None) == can
        if answer is not None:
            self.set_status(task, "completed" if is_done else task.status_before or "planned")

    def set_status(self, task: Task, status: str) -> None:
        if status == task.status:
            return
        closed = {"completed", "canceled"}
        if status in closed and task.status not in closed:
            task.status_before = task.status
        if status not in closed:
            task.status_before = None
        task.status, task.done_on = status, self.today if status == "completed" else None

    @precondition(lambda self: len(self.books.habits) < 5)
    @rule(kind=st.sampled_from(sorted(HABITS)), goal=picks)
    def create_habit(self, kind: str, goal: int | None) -> None:
        given, home = HABITS[kind], self.open_goal(goal)
        habit = Habit(
            self.new_id(),
            self.today,
            weekdays=given.get("daysOfWeek"),
            quota=given.get("timesPerWeek", 1 if kind == "weekly" else None),
            is_quit=kind == "quit",
            is_numeric=kind == "numeric",
            target=Fraction(given["targetPerDay"]) if kind == "numeric" else None,
        )
        self.done("POST", "/habits", {"id": habit.id, "title": kind, "goalId": id_of(home), **given})
        self.books.habits[habit.id] = habit
        self.rehome(habit, home)

    @rule(
        habit=any_habit,
        back=st.lists(st.integers(-1, 35), unique=True, min_size=1, max_size=3),
        status=st.sampled_from(["done", "done", "miss", "skip"]),
        value=st.none() | sums,
    )
    def say(self, habit: Habit, back: list[int], status: str, value: Fraction | None) -> None:
        value = value if habit.is_numeric else None
        for number in back:
            day = self.today - number * DAY
            body = {"dateKey": str(day), "status": status, "value": value and told(value)}
            if habit.is_deleted:
                assert self.send("POST", f"/habits/{habit.id}/complete", body) is None
            else:
                self.done("POST", f"/habits/{habit.id}/complete", body)
                habit.said[day] = (status, value)

    @rule(habit=any_habit)
    def unsay(self, habit: Habit) -> None:
        if not habit.said or habit.is_deleted:
            return
        day = min(habit.said)
        for world in self.worlds:
            path = f"/habits/{habit.id}/history"
            (said,) = world.send("GET", f"{path}?dateFrom={day}&dateTo={day}").body
            assert world.send("DELETE", f"{path}/{said['id']}").is_done
        del habit.said[day]

    @rule(habit=any_habit, is_paused=st.booleans())
    def pause_habit(self, habit: Habit, *, is_paused: bool) -> None:
        body = {"status": "paused" if is_paused else "active"}
        if self.send("PATCH", f"/habits/{habit.id}", body) is not None:
            habit.is_paused = is_paused

    @rule(
        goal=any_goal,
        item=any_task | any_habit,
        contribution=contributions,
        is_cut=st.sampled_from([False, False, True]),
    )
    def tie(self, goal: Aim, item: Task | Habit, contribution: Fraction | None, *, is_cut: bool) -> None:
        kind = "tasks" if isinstance(item, Task) else "habits"
        path, key = f"/goals/{goal.id}/{kind}/{item.id}", (goal.id, item.id)
        is_standing = not goal.is_deleted and not item.is_deleted
        if is_cut:
            assert (self.send("DELETE", path) is not None) == (is_standing and key in self.books.ties)
            if is_standing and key in self.books.ties:
                del self.books.ties[key]
                item.goal_id = None if item.goal_id == goal.id else item.goal_id
            return
        body = {} if contribution is None else {"contribution": told(contribution)}
        answer = self.send("PUT", path, body)
        is_counting = isinstance(item, Task) or item.is_numeric
        can = is_standing and (contribution is None or (is_counting and goal.metric != "none"))
        assert (answer is not None) == can
        if answer is not None:
            self.books.ties[key] = contribution

    def rehome(self, item: Task | Habit, home: Aim | None) -> None:
        now = home.id if home else None
        if now == item.goal_id:
            return
        if item.goal_id is not None:
            self.books.ties.pop((item.goal_id, item.id), None)
        if now is not None:
            self.books.ties.setdefault((now, item.id), None)
        item.goal_id = now

    @rule(item=any_task | any_habit | any_session | any_budget | any_debt | any_money)
    def remove_or_restore(self, item: Any) -> None:
        """What anything was tied to by a thing that is deleted, it no longer is."""
        path = f"{PATHS[type(item)]}/{item.id}"
        if isinstance(item, Money) and item.type == "payment":
            return
        self.done(*(("POST", f"{path}/restore") if item.is_deleted else ("DELETE", path)))
        item.is_deleted = not item.is_deleted
        if isinstance(item, Task | Habit):
            item.goal_id = None
            for key in [key for key in self.books.ties if key[1] == item.id]:
                del self.books.ties[key]
        if isinstance(item, Budget):
            item.goal_id = None
        if isinstance(item, Debt):
            self.untie_debt(item)

    @rule(minutes=st.integers(0, 90), goal=picks, task=picks)
    def focus(self, minutes: int, goal: int | None, task: int | None) -> None:
        home = self.open_goal(goal)
        done = picked((each for each in self.books.tasks.values() if not each.is_deleted), task)
        session = Session(self.new_id(), self.today, minutes, id_of(home), id_of(done))
        body = {"id": session.id, "plannedMinutes": 25, "goalId": session.goal_id, "taskId": session.task_id}
        self.done("POST", "/focus-sessions/start", body)
        self.done("POST", f"/focus-sessions/{session.id}/complete", {"actualMinutes": minutes})
        self.books.sessions[session.id] = session

    @rule(session=any_session, minutes=st.integers(0, 90), goal=picks)
    def mend_focus(self, session: Session, minutes: int, goal: int | None) -> None:
        home = self.open_goal(goal)
        body = {"actualMinutes": minutes, "goalId": id_of(home)}
        if self.send("PATCH", f"/focus-sessions/{session.id}", body) is not None:
            session.minutes, session.goal_id = minutes, id_of(home)


PATHS = {
    Task: "/tasks",
    Habit: "/habits",
    Session: "/focus-sessions",
    Budget: "/budgets",
    Debt: "/debts",
    Money: "/transactions",
}
