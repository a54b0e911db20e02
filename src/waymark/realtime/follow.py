"""Following a journal: every row after a place, in order and once, for as long as somebody listens.

What follows is read from the journal when it can be sent; nothing is queued here for a slow reader.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

import structlog

from waymark.domain.vocabulary import ENTITIES
from waymark.errors import CursorGone, Invalid, NotFound, Unavailable
from waymark.realtime.cursor import Cursors, Place, place_of, position
from waymark.realtime.frames import MAX_IDS, Chosen, Frame
from waymark.realtime.wakes import Bell
from waymark.store.database import Database
from waymark.store.statements import HEAD, JOURNAL_AFTER

PAGE: Final = 32
"""Rows read at once: all that a slow reader can keep alive."""
KEPT_BYTES: Final = 1 << 20
KEPT_SECONDS: Final = 1.0
"""How much of what was read stays for others who follow the same user, and how long."""
FURTHEST: Final = 20_000
"""Whoever is further behind takes a snapshot, which is less to send and to read."""
RETRY_SECONDS: Final = 1.0
TOLD_AT_ONCE: Final = 250
"""How many followers are told before others get their turn."""


class Tail:
    """The end of one user's journal: what is new is read once on this node, for all who follow it here."""

    def __init__(self, database: Database, user_id: str) -> None:
        self.database = database
        self.user_id = user_id
        self.seq = 0
        """Rows up to here are known to be there."""
        self.followers: set[Follower] = set()
        self._cursors: Cursors | None = None
        self._frames: dict[int, Frame] = {}
        self._kept_bytes = 0
        self._forgetting: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_rung = False
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Learn how far the journal reaches, before anything is read; NotFound for an erased user."""
        head = await self.database.one(HEAD, user_id=self.user_id)
        if head is None:
            raise NotFound
        if self._cursors is None:
            self._cursors, self.seq = Cursors(self.user_id, head.epoch), head.seq
        elif head.seq > self.seq:
            self.ring()

    def ring(self) -> None:
        """The journal may have grown: read on, once more if that is being done already."""
        self._is_rung = True
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_on(), name="tail")

    async def after(self, seq: int) -> list[Frame]:
        """Some frames that follow `seq`, which lies before the end; CursorGone if they are pruned.

        Many who ask for the same cost one read.
        """
        if held := self.held_after(seq):
            return held
        async with self._turn:
            if held := self.held_after(seq):
                return held
            frames = await self._read(seq)
            # A long way is gone in steps, between which others get their turn.
            await asyncio.sleep(0)
        if not frames or frames[0].seq != seq + 1:
            raise CursorGone
        return frames

    def close(self) -> None:
        """Stop; nobody follows any more."""
        if self._reading is not None:
            self._reading.cancel()
        if self._forgetting is not None:
            self._forgetting.cancel()

    async def _read_on(self) -> None:
        try:
            while self._is_rung:
                self._is_rung = False
                while frames := await self._read(self.seq):
                    self.seq = frames[-1].seq
                    await self._spread()
                    if len(frames) < PAGE:  # what comes after these rings
                        break
        except Exception as error:  # noqa: BLE001  # whatever it is, followers wait for this alone: try again
            if not isinstance(error, Unavailable):
                structlog.get_logger().error("a journal could not be followed", exc_info=error)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._retry)
        finally:
            self._reading = None

    async def _spread(self) -> None:
        """Tell all who follow, with pauses in which others get their turn."""
        for number, follower in enumerate(list(self.followers), 1):
            follower.nudge()
            if number % TOLD_AT_ONCE == 0:
                await asyncio.sleep(0)

    def _retry(self) -> None:
        if self.followers:
            self.ring()

    async def _read(self, seq: int) -> list[Frame]:
        if self._cursors is None:  # rung before anybody has begun
            await self.begin()
            return []
        rows = await self.database.all(JOURNAL_AFTER, user_id=self.user_id, seq=seq, limit=PAGE)
        frames = [Frame(row, self._cursors.after(row)) for row in rows]
        self._keep(frames)
        return frames

    def _keep(self, frames: list[Frame]) -> None:
        for frame in frames:
            if frame.seq not in self._frames:
                self._frames[frame.seq] = frame
                self._kept_bytes += frame.size
        while self._kept_bytes > KEPT_BYTES:
            self._kept_bytes -= self._frames.pop(next(iter(self._frames))).size
        if self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget)

    def held_after(self, seq: int) -> list[Frame]:
        held: list[Frame] = []
        while len(held) < PAGE and (frame := self._frames.get(seq + len(held) + 1)) is not None:
            held.append(frame)
        return held

    def _forget(self) -> None:
        self._frames.clear()
        self._kept_bytes = 0
        self._forgetting = None


class Beginning(NamedTuple):
    """Where a follower begins: resumed where it was, reset because it cannot be, or newly come."""

    place: Place
    resumed: bool = False
    reset: bool = False


class Follower:
    """One who follows a journal: where they are and what they want, and nothing of what they have not got."""

    __slots__ = ("_furthest", "_waiting", "at_once", "cursor", "entities", "ids", "seq", "tail")

    def __init__(self, tail: Tail, furthest: int) -> None:
        self.tail = tail
        self.seq = 0
        self.cursor = ""
        """Everything up to here has been dealt with; see `covered`."""
        self.entities: frozenset[str] | None = None
        self.ids: frozenset[str] | None = None
        """What is followed; None: all of them."""
        self.at_once: Callable[[Frame], bool] | None = None
        """Passes a frame on if that can be done without waiting, and tells whether it was."""
        self._furthest = furthest
        self._waiting: asyncio.Future[None] | None = None

    async def begin(self, since: str | None) -> Beginning:
        """Take the place that `since` names, or the newest if it names none or one that is gone.

        Raises Invalid (on `since`) for what is no cursor of this user's, NotFound for an erased user.
        """
        await self.tail.begin()
        resumed = None if since is None else await self._resumed(since)
        if resumed is not None:
            begins = Beginning(resumed, resumed=True)
        else:
            newest = await place_of(self.tail.database, self.tail.user_id)
            begins = Beginning(newest, reset=since is not None)
        self.seq, self.cursor = begins.place
        return begins

    async def _resumed(self, since: str) -> Place | None:
        database, user_id = self.tail.database, self.tail.user_id
        try:
            seq = await position(database, user_id, since)
            is_near = self.tail.seq - seq <= self._furthest
            return await place_of(database, user_id, seq) if is_near else None
        except CursorGone:
            return None

    @property
    def is_at_end(self) -> bool:
        return self.seq >= self.tail.seq

    async def next(self) -> list[Frame]:
        """Frames that follow, wanted or not, as soon as there are any; CursorGone when too far behind."""
        while self.is_at_end:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        if self.tail.seq - self.seq > self._furthest:
            raise CursorGone
        return await self.tail.after(self.seq)

    def wants(self, frame: Frame) -> bool:
        return (self.entities is None or frame.entity in self.entities) and (
            self.ids is None or frame.id in self.ids
        )

    def covered(self, frame: Frame) -> None:
        """Take note that a frame was sent, or was not wanted."""
        self.seq, self.cursor = frame.seq, frame.cursor

    def nudge(self) -> None:
        """The journal reaches further: pass it on at once, or wake whoever waits in `next`."""
        if self._waiting is None or self._waiting.done():
            return
        if self.at_once is not None:
            # Waking a task for each of thousands would cost as much as the sending.
            for frame in self.tail.held_after(self.seq):
                if self.wants(frame) and not self.at_once(frame):
                    break
                self.covered(frame)
        if not self.is_at_end:
            self._waiting.set_result(None)

    def subscribe(self, chosen: Chosen) -> None:
        """Follow these too; whoever never subscribed follows everything, and from then on only these."""
        entities, ids = chosen
        if entities is not None:
            self.entities = entities | (self.entities or frozenset())
        if ids is not None:
            ids |= self.ids or frozenset()
            if len(ids) > MAX_IDS:
                raise Invalid.of("data.ids", "too_long", f"At most {MAX_IDS} ids on one stream.")
            self.ids = ids

    def unsubscribe(self, chosen: Chosen) -> None:
        """Follow these no more; if none are named, follow everything again."""
        entities, ids = chosen
        if entities is None and ids is None:
            self.entities = self.ids = None
        if entities is not None:
            self.entities = (frozenset(ENTITIES) if self.entities is None else self.entities) - entities
        if ids is not None and self.ids is not None:
            self.ids -= ids


class Journals:
    """The journals that are followed on this node; each is attended to while somebody follows it."""

    def __init__(self, database: Database, bell: Bell, furthest: int = FURTHEST) -> None:
        self.database = database
        self._bell = bell
        self.furthest = furthest
        self._tails: dict[str, Tail] = {}

    def join(self, user_id: str) -> Follower:
        """A new follower of this user, from whom nothing is missed once it begins."""
        tail = self._tails.get(user_id)
        if tail is None:
            tail = self._tails[user_id] = Tail(self.database, user_id)
            # Before anything is read: what is committed in between rings.
            self._bell.attach(user_id, tail)
        follower = Follower(tail, self.furthest)
        tail.followers.add(follower)
        return follower

    def furthest_behind(self) -> int:
        """How many rows the slowest follower has yet to be told, as far as is known here."""
        return max(
            (tail.seq - each.seq for tail in self._tails.values() for each in tail.followers), default=0
        )

    def leave(self, follower: Follower) -> None:
        """The follower follows no more."""
        tail = follower.tail
        tail.followers.discard(follower)
        if not tail.followers:
            del self._tails[tail.user_id]
            self._bell.detach(tail.user_id, tail)
            tail.close()
