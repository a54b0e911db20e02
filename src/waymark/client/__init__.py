"""The client of Waymark: typed calls, and devices that work offline and sync.

It needs nothing of the server but the shapes of its answers.
"""

from waymark.client.access import AsyncWaymark, Waymark
from waymark.client.device import AsyncDevice, Device
from waymark.client.replica import Conflict, Document, Pending, Refused
from waymark.client.syncing import Synced
from waymark.client.wire import NoAnswer

__all__ = [
    "AsyncDevice",
    "AsyncWaymark",
    "Conflict",
    "Device",
    "Document",
    "NoAnswer",
    "Pending",
    "Refused",
    "Synced",
    "Waymark",
]
