"""What people do with their devices: each draws a record and a change of it by chance.

Only the device's own door is used; what comes of it on the server is not known here.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeAlias

from waymark.client import Document
from waymark.client.replica import Replica

Doing: TypeAlias = Callable[[Replica, Random], str]

WORDS: Final = ("Read", "Run", "Save", "Write", "Sleep", "Plant", "Walk", "Learn")
FEW: Final = 2
DAYS: Final = ("2026-03-01", "2026-03-02", "2026-03-03")


def _word(random: Random) -> str:
    return f"{random.choice(WORDS)} {random.randint(1, 99)}"


def _some(replica: Replica, random: Random, entity: str) -> Document | None:
    """One of the first few, so that devices meet at the same."""
    found: Sequence[Document] = replica.all(entity)
    return random.choice(found[:FEW]) if found else None


def create_goal(replica: Replica, random: Random) -> str:
    fields: dict[str, Any] = {"title": _word(random)}
    fields |= random.choice(
        [
            {"metric_type": "count", "target_value": 100},
            {"metric_type": "weight", "unit": "kg", "initial_value": 92, "target_value": 80},
            {"metric_type": "none"},
        ]
    )
    return f"goal {replica.create('goals', **fields)}"


def edit_goal(replica: Replica, random: Random) -> str:
    goal = _some(replica, random, "goals")
    if goal is None:
        return create_goal(replica, random)
    fields: dict[str, Any] = random.choice(
        [
            {"title": _word(random)},
            {"description": _word(random)},
            {"target_date": f"2026-{random.randint(4, 12):02}-01"},
            {"target_value": random.randint(20, 300)}
            if goal.get("targetValue")
            else {"title": _word(random)},
            {"title": _word(random), "description": None},
        ]
    )
    replica.edit("goals", goal["id"], **fields)
    return f"edit {goal['id']} {fields}"


def link(replica: Replica, random: Random) -> str:
    goal, task = _some(replica, random, "goals"), _some(replica, random, "tasks")
    if goal is None or task is None:
        return create_task(replica, random)
    tied = list(goal.get("linkedTaskIds", []))
    tied = [each for each in tied if each != task["id"]] if task["id"] in tied else [*tied, task["id"]]
    replica.edit("goals", goal["id"], linked_task_ids=tied)
    return f"link {goal['id']} {tied}"


def delete_goal(replica: Replica, random: Random) -> str:
    return _delete(replica, random, "goals") if random.random() < 0.3 else edit_goal(replica, random)


def _delete(replica: Replica, random: Random, entity: str) -> str:
    record = _some(replica, random, entity)
    if record is None:
        return create_goal(replica, random)
    replica.delete(entity, record["id"])
    return f"delete {entity} {record['id']}"


def create_milestone(replica: Replica, random: Random) -> str:
    goal = _some(replica, random, "goals")
    if goal is None:
        return create_goal(replica, random)
    fields: dict[str, Any] = {"title": _word(random), "target_percent": random.randint(1, 100)}
    return f"milestone {replica.create('goal_milestones', goal_id=goal['id'], **fields)}"


def edit_milestone(replica: Replica, random: Random) -> str:
    milestone = _some(replica, random, "goal_milestones")
    if milestone is None:
        return create_milestone(replica, random)
    replica.edit("goal_milestones", milestone["id"], title=_word(random))
    return f"milestone {milestone['id']}"


def delete_milestone(replica: Replica, random: Random) -> str:
    return _delete(replica, random, "goal_milestones")


def check_in(replica: Replica, random: Random) -> str:
    goal = _some(replica, random, "goals")
    if goal is None or goal.get("metricType") == "none":
        return create_goal(replica, random)
    value = random.randint(1, 9) if goal.get("metricType") == "count" else random.randint(80, 95)
    return f"check-in {replica.create('goal_check_ins', goal_id=goal['id'], value=value)}"


def edit_check_in(replica: Replica, random: Random) -> str:
    fact = _some(replica, random, "goal_check_ins")
    if fact is None:
        return check_in(replica, random)
    replica.edit("goal_check_ins", fact["id"], note=_word(random))
    return f"check-in {fact['id']}"


def delete_check_in(replica: Replica, random: Random) -> str:
    return _delete(replica, random, "goal_check_ins")


def create_task(replica: Replica, random: Random) -> str:
    return f"task {replica.create('tasks', title=_word(random))}"


def edit_task(replica: Replica, random: Random) -> str:
    task = _some(replica, random, "tasks")
    if task is None:
        return create_task(replica, random)
    fields = random.choice(
        [{"title": _word(random)}, {"status": "completed"}, {"status": "planned"}, {"notes": _word(random)}]
    )
    replica.edit("tasks", task["id"], **fields)
    return f"task {task['id']} {fields}"


def delete_task(replica: Replica, random: Random) -> str:
    return _delete(replica, random, "tasks")


def habit_day(replica: Replica, random: Random) -> str:
    habit = _some(replica, random, "habits")
    if habit is None:
        return f"habit {replica.create('habits', title=_word(random))}"
    told = {"date_key": random.choice(DAYS), "status": random.choice(["done", "miss", "skip"])}
    return f"day {replica.create('habit_completions', habit_id=habit['id'], **told)}"


def spend(replica: Replica, random: Random) -> str:
    fields: dict[str, Any] = {
        "type": "expense",
        "amount": random.randint(1, 99),
        "currency": "USD",
        "date": "2026-03-02",
    }
    return f"money {replica.create('transactions', **fields)}"


def edit_money(replica: Replica, random: Random) -> str:
    money = _some(replica, random, "transactions")
    if money is None:
        return spend(replica, random)
    fields: dict[str, Any] = random.choice(
        [
            {"amount": random.randint(1, 99)},
            {"amount": random.randint(1, 99), "name": _word(random)},
            {"tags": random.sample(WORDS, 2)},
            {"name": _word(random)},
        ]
    )
    replica.edit("transactions", money["id"], **fields)
    return f"money {money['id']} {fields}"


def delete_money(replica: Replica, random: Random) -> str:
    return _delete(replica, random, "transactions") if random.random() < 0.5 else spend(replica, random)


DOINGS: Final[Sequence[Doing]] = (
    create_goal,
    edit_goal,
    edit_goal,
    edit_goal,
    link,
    delete_goal,
    create_milestone,
    edit_milestone,
    delete_milestone,
    check_in,
    check_in,
    edit_check_in,
    delete_check_in,
    create_task,
    edit_task,
    delete_task,
    habit_day,
    habit_day,
    spend,
    edit_money,
    edit_money,
    delete_money,
)
