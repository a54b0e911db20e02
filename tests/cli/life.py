"""A life with something of everything in it: every noun, every state of a goal, and things undone."""

import asyncio
from typing import Any, TypeAlias

import msgspec

from waymark.actions.budgets import create_budget
from waymark.actions.check_ins import change_check_in, record_check_in, remove_check_in
from waymark.actions.commands import ChangeCheckIn, ChangeGoal, CompleteGoal, CreateGoal, RecordCheckIn
from waymark.actions.debts import create_debt, create_payment
from waymark.actions.focus import create_focus
from waymark.actions.fx_rates import quote_rate
from waymark.actions.goal_links import link_item, unlink_item
from waymark.actions.goals import change_goal, create_goal, step_goal
from waymark.actions.habits import complete_habit, create_habit
from waymark.actions.links import HABIT_BINDING, TASK_BINDING
from waymark.actions.money_commands import (
    CreateBudget,
    CreateDebt,
    CreatePayment,
    CreateTransaction,
    QuoteRate,
)
from waymark.actions.neighbour_commands import (
    CompleteHabit,
    CreateFocus,
    CreateHabit,
    CreateTask,
    LinkTerms,
)
from waymark.actions.perform import Door
from waymark.actions.tasks import complete_task, create_task, remove_task
from waymark.actions.transactions import create_transaction, remove_transaction

Record: TypeAlias = dict[str, Any]


class Life:
    """Does things for one user, each through the door."""

    def __init__(self, door: Door, user_id: str) -> None:
        self._door = door
        self._user_id = user_id

    async def do(self, action: Any, *args: Any, **more: Any) -> Record:
        outcome = await self._door.perform(self._user_id, action, *args, **more)
        record: Record = msgspec.json.decode(outcome.data)
        return record

    async def make(self, action: Any, command: Any, **fields: Any) -> str:
        record_id: str = (await self.do(action, command.model_validate(fields)))["id"]
        return record_id

    async def live(self) -> None:
        weight = await self._weight()
        trip = await self._trip()
        await self._debt()
        await self._states()
        await self._links(weight, trip)

    async def _weight(self) -> str:
        goal = await self.make(
            create_goal,
            CreateGoal,
            title="Down to 80 kg",
            description="=1+1 is no formula",
            metricType="weight",
            unit="kg",
            initialValue="92",
            targetValue="80",
            startDate="2026-01-01",
            targetDate="2026-06-01",
            milestones=[{"title": "half"}, {"title": "all", "dueDate": "2026-05-01"}],
            insightThresholds=[10, 50],
            progressWeights={"metric": 3, "tasks": 1},
        )
        facts = []
        for day, value in (("2026-01-05", "91"), ("2026-02-01", "86.0"), ("2026-02-01", "87.5")):
            reply = await self._fact(goal, value=value, dateKey=day, note="-a note")
            facts.append(reply["checkIn"]["id"])
        await self.do(change_check_in, goal, facts[0], ChangeCheckIn.model_validate({"value": "91.2"}))
        await self.do(remove_check_in, goal, facts[2])
        await self._fact(goal, value="0.5", mode="increment", link={"type": "url", "url": "https://x.org/"})
        await self.do(change_goal, goal, ChangeGoal.model_validate({"targetValue": "79"}))
        return goal

    async def _fact(self, goal: str, **fields: Any) -> Record:
        return await self.do(record_check_in, goal, RecordCheckIn.model_validate(fields))

    async def _trip(self) -> str:
        await self.do(
            quote_rate,
            QuoteRate.model_validate({"date": "2026-01-01", "from": "EUR", "to": "USD", "rate": "1.1"}),
        )
        goal = await self.make(
            create_goal,
            CreateGoal,
            title="A trip",
            goalType="financial",
            metricType="amount",
            currency="USD",
            targetValue="1000",
            financeMode="save",
            autoComplete=True,
        )
        spent = {"type": "income", "amount": "100.10", "currency": "EUR", "goalId": goal, "tags": ["a"]}
        kept = await self.make(create_transaction, CreateTransaction, **spent, date="2026-02-02")
        gone = await self.make(create_transaction, CreateTransaction, **spent)
        await self.do(remove_transaction, gone)
        await self.make(
            create_budget,
            CreateBudget,
            name="Food",
            categoryIds=["food"],
            currency="USD",
            limitAmount="50",
            periodType="monthly",
        )
        for day in ("2026-02-03", "2026-03-03"):
            await self.make(
                create_transaction,
                CreateTransaction,
                type="expense",
                amount="10",
                currency="EUR",
                categoryId="food",
                date=day,
            )
        # Another rate from now on: what was converted keeps the one it had.
        await self.do(
            quote_rate,
            QuoteRate.model_validate({"date": "2026-01-01", "from": "EUR", "to": "USD", "rate": "1.5"}),
        )
        assert kept
        return goal

    async def _debt(self) -> None:
        debt = await self.make(
            create_debt,
            CreateDebt,
            direction="i_owe",
            counterpartyName="Bob",
            principalAmount="500",
            principalCurrency="USD",
        )
        await self.make(
            create_goal,
            CreateGoal,
            title="Be free",
            goalType="financial",
            metricType="amount",
            financeMode="debt_close",
            linkedDebtId=debt,
        )
        await self.do(create_payment, debt, CreatePayment.model_validate({"amount": "500", "note": "all"}))

    async def _states(self) -> None:
        """A goal in each state that it can be in."""
        count = {"metricType": "count", "unit": "books", "targetValue": "2"}
        for state in ("paused", "completed", "archived", "deleted", "auto", "plain"):
            goal = await self.make(
                create_goal, CreateGoal, title=f"{state} books", autoComplete=state == "auto", **count
            )
            await self._fact(goal, value=2 if state == "auto" else 1)
            if state == "paused":
                for step in ("pause", "resume", "pause"):
                    await self.do(step_goal, goal, step)
            if state in {"completed", "archived"}:
                on = CompleteGoal.model_validate({"completedDate": "2026-03-01"}).completed_date
                await self.do(step_goal, goal, "complete", completed_on=on)
            if state == "archived":
                await self.do(step_goal, goal, "archive")
            if state == "deleted":
                await self.do(step_goal, goal, "archive")
                await self.do(step_goal, goal, "delete")

    async def _links(self, weight: str, trip: str) -> None:
        done = await self.make(create_task, CreateTask, title="Buy a scale", goalId=weight)
        await self.do(complete_task, done)
        below = await self.make(create_task, CreateTask, title="Compare", parentTaskId=done)
        await self.do(remove_task, below)
        paid = await self.make(create_task, CreateTask, title="Sell the old bike")
        terms = LinkTerms.model_validate({"contribution": "40"})
        await self.do(link_item, TASK_BINDING, trip, paid, terms)
        await self.do(complete_task, paid)
        habit = await self.make(
            create_habit,
            CreateHabit,
            title="Run",
            completionMode="numeric",
            unit="km",
            targetPerDay="5",
            linkedGoalIds=[weight],
        )
        for day, status, value in (("2026-03-08", "done", "6"), ("2026-03-09", "skip", None)):
            said = {"dateKey": day, "status": status} | ({"value": value} if value else {})
            await self.do(complete_habit, habit, CompleteHabit.model_validate(said))
        await self.do(link_item, HABIT_BINDING, trip, habit, LinkTerms())
        await self.do(unlink_item, HABIT_BINDING, trip, habit)
        await self.make(
            create_focus,
            CreateFocus,
            goalId=weight,
            taskId=done,
            plannedMinutes=25,
            status="completed",
            actualMinutes=20,
            startedAt="2026-03-09T08:00:00Z",
        )
        await asyncio.sleep(0)
