"""Following the server's stream: what each frame means for the device's copy.

Sockets are opened elsewhere; nothing waits here.
"""

from typing import Any, Literal, TypeAlias

from waymark.client.replica import Replica, parsed
from waymark.domain.documents import encoded

Told: TypeAlias = Literal["go on", "live", "begin again", "snapshot"]
"""What the one who listens does next."""


class Following:
    """One connection, from its hello to its end."""

    def __init__(self, replica: Replica, token: str) -> None:
        self._replica = replica
        self._token = token
        self._seq: int | None = None
        """Up to there this stream has told everything."""

    def hello(self) -> str:
        """What to say first."""
        data: dict[str, Any] = {"token": self._token}
        if self._replica.cursor is not None:
            data["since"] = self._replica.cursor
        return encoded({"event": "hello", "data": data})

    def hear(self, text: str) -> Told:
        """Take in a frame."""
        frame = parsed(text)
        match frame["event"]:
            case "ready":
                self._seq = frame["data"]["seq"]
                return "snapshot" if frame["data"]["reset"] else "go on"
            case "live" | "pong":
                self._seq = max(self._seq or 0, frame["data"]["seq"])
                with self._replica.hearing():
                    self._come_to(frame["data"]["cursor"])
                return "live" if frame["event"] == "live" else "go on"
            case "entity:updated":
                return self._take(frame, frame["data"]["entity"], frame["data"]["data"])
            case "insight:new" | "reminder":
                return self._take(frame, "insights", frame["data"])
            case _:
                return "go on"

    def _take(self, frame: dict[str, Any], entity: str, document: dict[str, Any]) -> Told:
        if self._seq is None or frame["prevSeq"] > self._seq:
            return "begin again"
        if frame["seq"] > self._seq:
            self._seq = frame["seq"]
            with self._replica.hearing():
                self._replica.hear(entity, document)
                self._come_to(frame["cursor"])
        return "go on"

    def _come_to(self, cursor: str) -> None:
        """While a snapshot is under way its own place is the one to keep."""
        if not self._replica.is_in_snapshot:
            self._replica.cursor = cursor
