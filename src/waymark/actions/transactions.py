"""Creating, changing and deleting transactions; what they give to goals, budgets and debts follows.

How they count is contributions.py's.
"""

from msgspec.structs import replace

from waymark.actions.contributions import tell
from waymark.actions.money_commands import ChangeTransaction, CreateTransaction
from waymark.actions.nouns import answer, back, begun, found, given, gone, owned
from waymark.actions.perform import Outcome
from waymark.domain.finance import transaction_faults
from waymark.domain.neighbours import Transaction
from waymark.errors import Fault, Invalid, InvalidState, NotFound
from waymark.queries.budgets import BUDGETS
from waymark.queries.debts import DEBTS
from waymark.queries.transactions import TRANSACTIONS
from waymark.store import statements
from waymark.store.link_statements import OWN_RECORD
from waymark.store.work import Work

COLUMNS = {"date": "happened_on"}


async def create_transaction(work: Work, command: CreateTransaction) -> Outcome:
    """A new transaction; Invalid on `rate` when something counts it in a currency that nothing leads to."""
    transaction = await begin_transaction(work, command)
    await tell(work, [transaction], afresh=True)
    return await answer(work, TRANSACTIONS, transaction, created=True)


async def begin_transaction(work: Work, command: CreateTransaction) -> Transaction:
    """A new transaction, not told yet; what is refused is refused before anything is kept."""
    fields = {**given(command, COLUMNS), "happened_on": command.date or work.today}
    transaction = await begun(work, TRANSACTIONS, fields.pop("id", None), **fields)
    await _check(work, None, transaction)
    return work.put_noun(TRANSACTIONS, transaction)


async def change_transaction(work: Work, transaction_id: str, command: ChangeTransaction) -> Outcome:
    """A merge patch: what it gave is replaced by what it gives now; another currency needs another rate."""
    before = await found(work, TRANSACTIONS, transaction_id)
    transaction = replace(before, **given(command, COLUMNS))
    if transaction.currency != before.currency and "rate" not in command.model_fields_set:
        transaction = replace(transaction, rate=None)
    await _check(work, before, transaction)
    if transaction != before:
        transaction = work.put_noun(TRANSACTIONS, transaction, before=before)
        await tell(work, [transaction], afresh=_money(transaction) != _money(before))
    return await answer(work, TRANSACTIONS, transaction)


async def remove_transaction(work: Work, transaction_id: str) -> Outcome:
    """Deleted: all that counted it stands as if it had never been."""
    before = await found(work, TRANSACTIONS, transaction_id)
    transaction = work.put_noun(TRANSACTIONS, gone(work, before), before=before, operation="delete")
    await tell(work, [transaction])
    return await answer(work, TRANSACTIONS, transaction)


async def restore_transaction(work: Work, transaction_id: str) -> Outcome:
    """A deleted transaction again, with what it gave, at the rates it had."""
    before = await found(work, TRANSACTIONS, transaction_id, even_deleted=True)
    if before.show_status != "deleted":
        raise InvalidState("Only a deleted transaction can be restored.", context={"allowed": ["delete"]})
    transaction = work.put_noun(TRANSACTIONS, back(before), before=before, operation="create")
    await tell(work, [transaction])
    return await answer(work, TRANSACTIONS, transaction)


def _money(transaction: Transaction) -> tuple[object, ...]:
    """What its worth in another currency depends on."""
    return transaction.amount, transaction.currency, transaction.happened_on, transaction.rate


async def _check(work: Work, before: Transaction | None, transaction: Transaction) -> None:
    """What it newly refers to is the user's own, and its money and day make sense."""

    def renamed(name: str) -> str | None:
        now: str | None = getattr(transaction, name)
        return None if before is not None and getattr(before, name) == now else now

    faults = transaction_faults(transaction, work.today)
    goal_id = renamed("goal_id")
    if goal_id is not None:
        goal = await work.one(statements.GOAL_ROW, goal_id=goal_id)
        if goal is None or goal.show_status == "deleted":
            raise NotFound(details=[Fault("goalId", "not_found", "There is no such record.")])
        if goal.metric_type != "amount":
            message = "Only a goal measured by amount is fed by money."
            faults.append(Fault("goalId", "not_allowed", message))
    await owned(work, BUDGETS, "budgetId", renamed("budget_id"))
    await owned(work, DEBTS, "debtId", renamed("debt_id"))
    habit_id = renamed("habit_id")
    if habit_id is not None and await work.one(OWN_RECORD["habit"], id=habit_id) is None:
        raise NotFound(details=[Fault("habitId", "not_found", "There is no such record.")])
    if faults:
        raise Invalid(details=faults)
