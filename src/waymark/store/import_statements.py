"""The SQL of imports: which of many records are there already, by their ids or their days.

No statement here touches two users: each is bound to `user_id`, which a test holds.
"""

from collections.abc import Mapping

from sqlalchemy import Table, bindparam, select

from waymark.store.columns import any_of
from waymark.store.neighbours import habit_completions, tasks, transactions
from waymark.store.schema import goal_check_ins
from waymark.store.statement import Row, Statement
from waymark.store.statements import USER


def known(table: Table) -> Statement[Row]:
    """Which of the parameter `ids` are taken in a table, by deleted records too."""
    return Statement(select(table.c.id).where(table.c.user_id == USER, any_of(table.c.id, "ids")))


KNOWN: Mapping[str, Statement[Row]] = {
    str(table.name): known(table) for table in (goal_check_ins, tasks, transactions)
}
"""By the table's name."""
DAYS_SAID = Statement(
    select(habit_completions.c.date_key).where(
        habit_completions.c.user_id == USER,
        habit_completions.c.habit_id == bindparam("habit_id"),
        any_of(habit_completions.c.date_key, "days"),
    )
)
"""On which of many days something is or was said of a habit."""
