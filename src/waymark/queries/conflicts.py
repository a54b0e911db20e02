"""Conflicts of sync as readers see them: three images of a record, and what became of it.

Nothing here writes.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from waymark.domain.conflicts import SyncConflict
from waymark.domain.documents import encoded, head
from waymark.domain.neighbour_documents import ConflictDocument
from waymark.store.database import Reader
from waymark.store.nouns import Noun
from waymark.store.sync_tables import sync_conflicts


def conflict_document(conflict: SyncConflict) -> ConflictDocument:
    return ConflictDocument(
        **head(conflict),
        entity=conflict.entity,
        entity_id=conflict.entity_id,
        status=conflict.status,
        operation=conflict.operation,
        fields=conflict.fields,
        base=_raw(conflict.base),
        server=msgspec.Raw(conflict.server.encode()),
        local=_raw(conflict.local),
        server_version=conflict.server_version,
        local_updated_at=conflict.edited_at,
        client_id=conflict.client_id,
        resolution=conflict.resolution,
        resolved_at=conflict.resolved_at,
    )


def conflict_body(conflict: SyncConflict) -> str:
    return encoded(conflict_document(conflict))


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())


async def shown_conflicts(
    _reader: Reader, _user_id: str, _today: date, records: Sequence[SyncConflict]
) -> list[str]:
    return [conflict_body(each) for each in records]


CONFLICTS: Final = Noun(
    sync_conflicts,
    SyncConflict,
    shown_conflicts,
    filters={"status": "status", "entity": "entity"},
)
