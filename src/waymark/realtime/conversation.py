"""A conversation: one client that follows its user's journal, from its hello to its end.

What carries the frames, a socket or server-sent events, is told from outside; no framework is known here.
"""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any, Final, Protocol

import structlog

from waymark.domain.documents import encoded
from waymark.errors import (
    CursorGone,
    Forbidden,
    Invalid,
    InvalidState,
    MalformedRequest,
    NotFound,
    Problem,
    RateLimited,
    TokenExpired,
    TokenInvalid,
    Unavailable,
)
from waymark.realtime.follow import Beginning, Follower, Journals
from waymark.realtime.frames import (
    Chosen,
    Close,
    Frame,
    Hello,
    Live,
    Ping,
    Pong,
    Position,
    Presence,
    Ready,
    Renewal,
    Start,
    Subscribe,
    chosen,
    client_frame,
    error_text,
)

FRAMES_PER_SECOND: Final = 50
FRAMES_AT_ONCE: Final = 500
"""What a client may say in the long run, and in one go."""
RETRY_SECONDS: Final = 1.0


class Bearer(Protocol):
    """Whom a token names and what it allows."""

    @property
    def user_id(self) -> str: ...
    @property
    def rights(self) -> AbstractSet[str]: ...
    @property
    def expires_at(self) -> float | None:
        """Unix time."""


class Wire(Protocol):
    """What carries frames to a client and back."""

    async def receive(self) -> str | bytes | None:
        """The client's next frame; None: the client is gone, or the wire was closed."""

    async def send(self, event: str, text: str, cursor: str | None = None) -> None:
        """Send a frame of this stream; waits for as long as the client does not read. Raises Gone."""

    async def pass_on(self, frame: Frame, prev_seq: int) -> None:
        """Likewise for a frame of the journal, which others get too."""

    def pass_on_at_once(self, frame: Frame, prev_seq: int) -> bool:
        """The same if it can be done without waiting; whether it was."""

    async def close(self, code: Close) -> None:
        """End it, telling why; likewise."""


class Gone(Exception):
    """The client is not there any more."""


class Ended(Exception):
    """The server ends the conversation, for a reason that the client is told."""

    def __init__(self, close: Close, problem: Problem | None = None) -> None:
        super().__init__(close)
        self.close = close
        self.problem = problem


class Host(Protocol):
    """Where conversations are held."""

    journals: Journals
    hello_seconds: float
    frames_sent: int
    """Frames of journals, on all streams since the start."""

    async def authenticate(self, token: str) -> Bearer:
        """Who bears the token; raises TokenExpired, TokenInvalid or Unavailable."""

    async def admit(self, conversation: "Conversation") -> None:
        """Take in one that knows its user; raises RateLimited, or Ended when nobody is taken in."""

    def dismiss(self, conversation: "Conversation") -> None:
        """Forget one that was admitted."""


class Conversation:
    """One client. It holds its place in the journal and nothing of what it has not been told yet."""

    __slots__ = (
        "_ending",
        "_follower",
        "_host",
        "_sending",
        "_sent",
        "_wire",
        "allowance",
        "bearer",
        "token",
        "user_id",
    )

    def __init__(self, host: Host, wire: Wire) -> None:
        self.user_id = ""
        self.token = ""
        self.bearer: Bearer
        """Known once the host has admitted it."""
        self.allowance = FRAMES_AT_ONCE
        """How many frames it may still say; the host grants more as time passes."""
        self._host = host
        self._wire = wire
        self._follower: Follower
        self._sent = 0
        """Seq of the last frame: the next one's `prevSeq`."""
        self._sending: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    async def hold(self, token: str | None, since: str | None, wanted: Chosen | None = None) -> None:
        """Talk until one of the two ends it. Without a token the client's first frame brings it."""
        try:
            if token is None:
                token, since = await self._introduced()
            await self._let_in(token)
        except Gone:
            return
        except Ended as end:
            await self._say_goodbye(end)
            return
        try:
            await self._follow(since, wanted)
        except Gone:
            pass
        except Ended as end:
            self.end(end)
        finally:
            self._host.dismiss(self)
            await self._finished()

    def end(self, end: Ended) -> None:
        """End it from outside; the first reason is the one that is told."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._say_goodbye(end), name="goodbye")

    async def check_token(self) -> None:
        """End it if the token no longer stands."""
        try:
            self.bearer = await self._host.authenticate(self.token)
        except (TokenExpired, TokenInvalid) as problem:
            self.end(Ended(Close.NO_ACCESS, problem))
        except Unavailable:
            pass  # asked again soon

    # Beginning ----------------------------------------------------------------------------

    async def _introduced(self) -> tuple[str, str | None]:
        """The token and cursor of the client's hello."""
        try:
            async with asyncio.timeout(self._host.hello_seconds):
                while True:
                    frame = await self._heard()
                    if isinstance(frame, Hello):
                        return frame.data.token, frame.data.since
                    if frame is not None:
                        await self._complain(InvalidState("Say hello first.", context={"allowed": ["hello"]}))
        except TimeoutError:
            raise Ended(Close.NO_HELLO) from None

    async def _let_in(self, token: str) -> None:
        try:
            self.bearer = await self._host.authenticate(token)
            if "read" not in self.bearer.rights:
                raise Ended(Close.NOT_ALLOWED, Forbidden("This token has no right to read."))
            self.token, self.user_id = token, self.bearer.user_id
            await self._host.admit(self)
        except (TokenExpired, TokenInvalid) as problem:
            raise Ended(Close.NO_ACCESS, problem) from None
        except RateLimited as problem:
            raise Ended(Close.TOO_MANY, problem) from None
        except Unavailable as problem:
            raise Ended(Close.TRY_AGAIN, problem) from None

    async def _follow(self, since: str | None, wanted: Chosen | None) -> None:
        self._follower = follower = self._host.journals.join(self.user_id)
        try:
            if wanted is not None:
                follower.subscribe(wanted)
            begins = await self._begun(since)
            self._sent = begins.place.seq
            await self._send_ready(begins)
            follower.at_once = self._pass_on_at_once
            self._sending = asyncio.create_task(self._send_all(), name="sending")
            await self._listen()
        finally:
            self._host.journals.leave(follower)

    async def _begun(self, since: str | None) -> Beginning:
        try:
            return await self._follower.begin(since)
        except Invalid as problem:
            raise Ended(Close.MALFORMED, problem) from None
        except NotFound:
            raise Ended(Close.NO_ACCESS, TokenInvalid()) from None
        except Unavailable as problem:
            raise Ended(Close.TRY_AGAIN, problem) from None

    # Telling ------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        try:
            await self._send_what_follows()
        except Gone:
            pass  # the listening half hears of it too
        except CursorGone:
            await self._send_reset()
        except Exception as error:  # noqa: BLE001  # a task of its own: nobody else would hear of it
            structlog.get_logger().error("a stream failed", exc_info=error)
            self.end(Ended(Close.TRY_AGAIN))

    async def _send_what_follows(self) -> None:
        follower, wire, is_live = self._follower, self._wire, False
        while True:
            if follower.is_at_end and not is_live:
                await wire.send("live", encoded(Live(data=self._position())), follower.cursor)
                is_live = True
            try:
                frames = await follower.next()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for frame in frames:
                if follower.wants(frame):
                    await wire.pass_on(frame, self._sent)
                    self._told(frame)
                follower.covered(frame)

    def _pass_on_at_once(self, frame: Frame) -> bool:
        is_told = self._ending is None and self._wire.pass_on_at_once(frame, self._sent)
        if is_told:
            self._told(frame)
        return is_told

    def _told(self, frame: Frame) -> None:
        self._sent = frame.seq
        self._host.frames_sent += 1

    async def _send_ready(self, begins: Beginning) -> None:
        seq, cursor = begins.place
        start = Start(cursor=cursor, seq=seq, resumed=begins.resumed, reset=begins.reset)
        await self._wire.send("ready", encoded(Ready(data=start)), cursor)

    async def _send_reset(self) -> None:
        """What it has not been told will not be told: it must begin anew."""
        try:
            newest = await self._follower.begin(None)
            await self._send_ready(newest._replace(reset=True))
        except (Gone, NotFound, Unavailable):
            pass
        self.end(Ended(Close.TOO_FAR_BEHIND))

    async def _say_goodbye(self, end: Ended) -> None:
        if self._sending is not None:
            self._sending.cancel()
        try:
            if end.problem is not None:
                await self._complain(end.problem)
            await self._wire.close(end.close)
        except Gone:
            pass

    async def _complain(self, problem: Problem) -> None:
        await self._wire.send("error", error_text(problem))

    def _position(self) -> Position:
        return Position(cursor=self._follower.cursor, seq=self._follower.seq)

    async def _finished(self) -> None:
        """Both other tasks are over."""
        if self._sending is not None:
            self._sending.cancel()
        tasks = [task for task in (self._sending, self._ending) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    # Listening ----------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            frame = await self._heard()
            try:
                if frame is not None:
                    await self._obey(frame)
            except Problem as problem:
                await self._complain(problem)

    async def _heard(self) -> Any:
        """The client's next frame; None for one that is none of ours, of which it was told."""
        given = await self._wire.receive()
        if given is None:
            raise Gone
        if isinstance(given, bytes):
            raise Ended(Close.BINARY)
        self.allowance -= 1
        if self.allowance < 0:
            raise Ended(Close.TOO_MANY, RateLimited(f"At most {FRAMES_PER_SECOND} frames a second."))
        try:
            return client_frame(given)
        except MalformedRequest as problem:
            raise Ended(Close.MALFORMED, problem) from None
        except Invalid as problem:
            await self._complain(problem)
            return None

    async def _obey(self, frame: Any) -> None:
        if isinstance(frame, Ping):
            await self._wire.send("pong", encoded(Pong(data=self._position())), self._follower.cursor)
        elif isinstance(frame, Subscribe):
            self._follower.subscribe(chosen(frame.data))
        elif isinstance(frame, Renewal):
            await self._renew(frame.data.token)
        elif isinstance(frame, Hello):
            raise InvalidState("You have said hello.", context={"allowed": ["auth", "subscribe", "ping"]})
        elif not isinstance(frame, Presence):
            self._follower.unsubscribe(chosen(frame.data))

    async def _renew(self, token: str) -> None:
        bearer = await self._host.authenticate(token)
        if bearer.user_id != self.user_id or "read" not in bearer.rights:
            raise Forbidden("This token is not for this stream.")
        self.token, self.bearer = token, bearer
