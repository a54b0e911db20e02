"""One contribution: what a transaction gives to a goal, as a row and as a fact of the ledger.

Whether it counts, and what it is worth, contributions.py tells.
"""

from typing import Any

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.settlement import Settlement
from waymark.domain.finance import Conversion, Share
from waymark.domain.neighbours import Contribution, Transaction
from waymark.domain.records import CheckIn
from waymark.queries.finance import contribution_body
from waymark.store.neighbours import goal_finance_contributions
from waymark.store.work import Work


def give(
    work: Work,
    settlement: Settlement,
    source: Transaction,
    share: Share | None,
    told: Conversion | None,
    known: Contribution | None,
    fact: CheckIn | None,
) -> None:
    """One row and one fact per goal and transaction, under the same id: made, mended or taken out."""
    if share is None or told is None:
        if known is None or fact is None or known.show_status == "deleted":
            return
        gone: dict[str, Any] = {"show_status": "deleted", "deleted_at": work.now}
        settlement.mend(fact, replace(fact, **gone), "delete")
        _write(work, replace(known, **gone), known, is_gone=True)
        return
    value = share.sign * told.converted_amount
    if known is None or fact is None:
        fact = settlement.record(
            CheckIn(
                user_id=source.user_id,
                id=str(uuid7()),
                created_at=work.now,
                updated_at=work.now,
                goal_id=settlement.goal.id,
                value=value,
                mode="increment",
                source_type="finance",
                source_id=source.id,
                date_key=source.happened_on,
            )
        )
        fresh = Contribution(
            user_id=source.user_id,
            id=fact.id,
            created_at=work.now,
            updated_at=work.now,
            goal_id=settlement.goal.id,
            transaction_id=source.id,
            amount=source.amount,
            currency=source.currency,
            rate=told.rate,
            converted_amount=told.converted_amount,
            sign=share.sign,
            via=share.via,
            happened_on=source.happened_on,
        )
        _write(work, fresh, None)
        return
    standing: dict[str, Any] = {"show_status": "active", "deleted_at": None}
    after = replace(fact, value=value, date_key=source.happened_on, **standing)
    if after != fact:
        settlement.mend(fact, after, "create" if fact.show_status == "deleted" else "update")
    contribution = replace(
        known,
        amount=source.amount,
        currency=source.currency,
        rate=told.rate,
        converted_amount=told.converted_amount,
        sign=share.sign,
        via=share.via,
        happened_on=source.happened_on,
        **standing,
    )
    if contribution != known:
        _write(work, contribution, known)


def _write(work: Work, after: Contribution, before: Contribution | None, *, is_gone: bool = False) -> None:
    is_new = before is None or before.show_status == "deleted"
    work.write(
        goal_finance_contributions,
        after,
        contribution_body,
        before=before,
        operation="delete" if is_gone else "create" if is_new else "update",
    )
