"""Rates of exchange, one per pair of currencies and day.

What was converted before keeps the rate it had.
"""

from msgspec.structs import replace

from waymark.actions.money_commands import QuoteRate
from waymark.actions.nouns import answer, begun
from waymark.actions.perform import Outcome
from waymark.errors import Invalid
from waymark.queries.transactions import FX_RATES
from waymark.store.money_statements import FX_RATE
from waymark.store.work import Work


async def quote_rate(work: Work, command: QuoteRate, rate_id: str | None = None) -> Outcome:
    """The rate of a pair from a day on; saying it again replaces. `rate_id` is for one that is new."""
    if command.from_ == command.to:
        raise Invalid.of("to", "equal_to_from", "Another currency than `from`.")
    pair = {"source": command.from_, "target": command.to, "quoted_on": command.date}
    before = await work.one(FX_RATE, **pair)
    if before is None:
        work.check_absence()
        fresh = await begun(work, FX_RATES, rate_id, rate=command.rate, **pair)
        return await answer(work, FX_RATES, work.put_noun(FX_RATES, fresh))
    work.check_version(before)
    after = replace(before, rate=command.rate)
    if after != before:
        after = work.put_noun(FX_RATES, after, before=before)
    return await answer(work, FX_RATES, after)
