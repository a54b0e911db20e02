"""Long histories through Waymark's own door, hundreds of facts in a transaction: years of use in seconds.

Run as `python -m bench.fill FILE`, beside the server; nothing is measured here.
"""

import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import uvloop

from bench.dataset import CURRENCY, history
from waymark.actions.commands import RecordCheckIn
from waymark.actions.contributions import tell
from waymark.actions.imports import Entry, entries, import_check_ins
from waymark.actions.nouns import begun
from waymark.actions.perform import Conditions, Outcome, perform
from waymark.app import Application
from waymark.queries.transactions import TRANSACTIONS
from waymark.settings import Settings
from waymark.store.work import Work

CHUNK = 500
"""Facts in a transaction, as `waymark import` has it."""
BY_IMPORT = Conditions(origin="import")


class Past(msgspec.Struct, frozen=True):
    """What a goal has behind it: check-ins, or transactions of its budget."""

    token: str
    """Of its owner."""
    goal_id: str
    length: int
    budget_id: str | None = None


async def filled(application: Application, past: Past) -> None:
    """Give a goal its past."""
    door, user_id = application.door, (await application.authenticate(past.token)).user_id
    days = history(past.length)
    for begin in range(0, past.length, CHUNK):
        chunk = days[begin : begin + CHUNK]
        if past.budget_id is None:
            facts = _facts(past.goal_id, begin, chunk)
            await perform(door, user_id, BY_IMPORT, import_check_ins, past.goal_id, facts)
        else:
            await perform(door, user_id, BY_IMPORT, import_transactions, past.budget_id, chunk)


def _facts(goal_id: str, begin: int, days: Sequence[tuple[date, int, str]]) -> list[Entry[RecordCheckIn]]:
    commands = (
        RecordCheckIn.model_validate({"value": value, "note": note, "dateKey": str(day)})
        for day, value, note in days
    )
    return list(entries(goal_id, ((str(at), command) for at, command in enumerate(commands, start=begin))))


async def import_transactions(work: Work, budget_id: str, days: Sequence[tuple[date, int, str]]) -> Outcome:
    """What as many calls of `create_transaction` would leave, in one transaction."""
    made = [
        work.put_noun(
            TRANSACTIONS,
            await begun(
                work,
                TRANSACTIONS,
                None,
                type="income",
                amount=Decimal(value),
                currency=CURRENCY,
                happened_on=day,
                budget_id=budget_id,
                name=name,
            ),
        )
        for day, value, name in days
    ]
    await tell(work, made, afresh=True)
    return Outcome(data="null")


async def main(pasts: Sequence[Past]) -> None:
    application = Application(Settings.load())
    await application.database.open()
    for past in pasts:
        await filled(application, past)
    await application.database.close()


if __name__ == "__main__":
    uvloop.run(main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=list[Past])))
