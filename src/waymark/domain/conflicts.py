"""The record of what a device and the server could not agree on, until a person decides.

Field names are the column names. Nothing here decides.
"""

from datetime import datetime

from waymark.domain.records import Record
from waymark.domain.vocabulary import ConflictStatus, Operation, Resolution


class SyncConflict(Record, frozen=True, kw_only=True):
    """A pushed change of which nothing was written. Images are JSON, in the fields that clients know."""

    entity: str
    entity_id: str
    status: ConflictStatus = "open"
    operation: Operation
    """What the device asked for."""
    fields: tuple[str, ...]
    """Names of the fields that both sides edited; of a deletion, those edited on the other side."""
    base: str | None
    """The record as the device had seen it; None where that is unknown."""
    server: str
    """The record as it was here when the change came."""
    local: str | None
    """The fields that the device edited; None for a deletion."""
    server_version: int
    edited_at: datetime
    """When the device edited, corrected by its clock's error."""
    client_id: str | None = None
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
