"""What is stored of a person's achievements, read past the routes: those would bring it in line first.

Nothing here says what should be.
"""

from tests.api.person import Person

from waymark.domain.records import JournalRow
from waymark.queries.achievements import earned
from waymark.store.database import Database
from waymark.store.statements import JOURNAL_AFTER


async def held(database: Database, person: Person) -> set[str]:
    """Keys of what is earned at present."""
    return set(await earned(database, person.user["id"]))


async def journalled(database: Database, person: Person) -> list[JournalRow]:
    """What followers were told of achievements, in order."""
    rows = await database.all(JOURNAL_AFTER, user_id=person.user["id"], seq=0, limit=10_000)
    return [row for row in rows if row.entity == "achievements"]
