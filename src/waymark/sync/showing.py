"""Records of every entity as GET gives them, by their ids: for whoever reads all that stands.

Nothing is written here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

from waymark.actions.links import HABIT_BINDING, TASK_BINDING, Binding
from waymark.domain.documents import check_in_document, encoded
from waymark.domain.neighbours import Contribution
from waymark.domain.records import CheckIn, Goal, Milestone, Record
from waymark.queries.achievements import ACHIEVEMENTS
from waymark.queries.budgets import BUDGETS
from waymark.queries.conflicts import CONFLICTS
from waymark.queries.debts import DEBT_PAYMENTS, DEBTS
from waymark.queries.finance import contribution_body
from waymark.queries.focus import FOCUS
from waymark.queries.habits import COMPLETIONS, HABITS
from waymark.queries.insights import INSIGHTS
from waymark.queries.tasks import TASKS
from waymark.queries.transactions import FX_RATES, TRANSACTIONS
from waymark.store import schema
from waymark.store.database import Reader
from waymark.store.neighbours import goal_finance_contributions
from waymark.store.nouns import Noun
from waymark.store.standing import GOAL_BODIES, by_ids
from waymark.sync.reading import parsed

R = TypeVar("R", bound=Record)

Showing: TypeAlias = Callable[[Reader, str, date, Sequence[str]], Awaitable[Mapping[str, str]]]
"""The JSON of some records of a user on a day, by id."""


def _of_noun(noun: Noun[R]) -> Showing:
    records = by_ids(noun.table, noun.record)

    async def shown(reader: Reader, user_id: str, today: date, ids: Sequence[str]) -> Mapping[str, str]:
        found = await reader.all(records, user_id=user_id, ids=list(ids))
        bodies = await noun.shown(reader, user_id, today, found)
        return {record.id: body for record, body in zip(found, bodies, strict=True)}

    return shown


def _of_tie(binding: Binding[Any, Any]) -> Showing:
    records = by_ids(binding.tie.table, binding.tie.record)

    async def shown(reader: Reader, user_id: str, _today: date, ids: Sequence[str]) -> Mapping[str, str]:
        found = await reader.all(records, user_id=user_id, ids=list(ids))
        return {link.id: binding.body(link) for link in found}

    return shown


_GOALS: Final = by_ids(schema.goals, Goal)
_MILESTONES: Final = by_ids(schema.goal_milestones, Milestone)
_CHECK_INS: Final = by_ids(schema.goal_check_ins, CheckIn)
_CONTRIBUTIONS: Final = by_ids(goal_finance_contributions, Contribution)


async def _goals(reader: Reader, user_id: str, _today: date, ids: Sequence[str]) -> Mapping[str, str]:
    return {
        str(goal_id): body for goal_id, body in await reader.all(GOAL_BODIES, user_id=user_id, ids=list(ids))
    }


async def _milestones(reader: Reader, user_id: str, today: date, ids: Sequence[str]) -> Mapping[str, str]:
    """As their goal shows them: where one begins, the one before it says."""
    found = await reader.all(_MILESTONES, user_id=user_id, ids=list(ids))
    goals = await _goals(reader, user_id, today, list({each.goal_id for each in found}))
    documents = [each for body in goals.values() for each in parsed(body)["milestones"]]
    return {each["id"]: encoded(each) for each in documents if each["id"] in ids}


async def _check_ins(reader: Reader, user_id: str, _today: date, ids: Sequence[str]) -> Mapping[str, str]:
    found = await reader.all(_CHECK_INS, user_id=user_id, ids=list(ids))
    goal_ids = list({each.goal_id for each in found})
    goals = {goal.id: goal for goal in await reader.all(_GOALS, user_id=user_id, ids=goal_ids)}
    return {each.id: encoded(check_in_document(each, goals[each.goal_id])) for each in found}


async def _contributions(reader: Reader, user_id: str, _today: date, ids: Sequence[str]) -> Mapping[str, str]:
    found = await reader.all(_CONTRIBUTIONS, user_id=user_id, ids=list(ids))
    return {each.id: contribution_body(each) for each in found}


SHOWN: Final[Mapping[str, Showing]] = {
    "goals": _goals,
    "goal_milestones": _milestones,
    "goal_check_ins": _check_ins,
    "goal_tasks": _of_tie(TASK_BINDING),
    "goal_habits": _of_tie(HABIT_BINDING),
    "goal_finance_contributions": _contributions,
    "tasks": _of_noun(TASKS),
    "habits": _of_noun(HABITS),
    "habit_completions": _of_noun(COMPLETIONS),
    "focus_sessions": _of_noun(FOCUS),
    "budgets": _of_noun(BUDGETS),
    "debts": _of_noun(DEBTS),
    "debt_payments": _of_noun(DEBT_PAYMENTS),
    "transactions": _of_noun(TRANSACTIONS),
    "fx_rates": _of_noun(FX_RATES),
    "insights": _of_noun(INSIGHTS),
    "achievements": _of_noun(ACHIEVEMENTS),
    "sync_conflicts": _of_noun(CONFLICTS),
}
MOVING: Final = frozenset({"goals", "goal_milestones", "tasks", "habits", "budgets", "debts", "transactions"})
"""Those that show what is joined or of the day: the JSON of their last change may be of another day."""
