"""Devices, a server and a network between them, all decided by one seed: what happens, and what goes wrong.

The server is the application itself on a real database; nothing here says what must come of it.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx2
import msgspec
from tests.api.person import Person
from tests.convergence.doings import DOINGS
from tests.durability.failing import FailingDatabase

from waymark.app import Application, create_app
from waymark.client import Synced
from waymark.client.calls import Calls, Tokens
from waymark.client.replica import Replica
from waymark.client.store import Store
from waymark.client.syncing import Syncing
from waymark.client.wire import NoAnswer, Plan, Request, Response
from waymark.clock import FrozenClock
from waymark.domain.vocabulary import Resolution
from waymark.errors import Problem
from waymark.settings import Settings
from waymark.store.database import Database
from waymark.store.statements import HEAD

BEGIN: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET: Final = "a secret of at least thirty-two characters"
ECHOES: Final = 0.3
"""How many pushes come a second time, whenever."""
FAULTS: Final = (("lost request", 8), ("lost answer", 8), ("database fails", 6), ("dies awake", 4), ("", 74))
HAPPENINGS: Final = (("do", 46), ("go on", 44), ("crash", 3), ("echo", 4), ("restart", 1), ("decide", 2))
RESOLUTIONS: Final[Sequence[Resolution]] = ("use_server", "use_local", "merge")
ROUNDS: Final = 12
"""After so many rounds without faults everything must be quiet."""


class Died(Exception):
    """The server dies right here."""


class DeviceClock:
    """Years off, and drifting; its person sets it now and then."""

    def __init__(self, real: FrozenClock, random: Random) -> None:
        self._real = real
        self._random = random
        self._drift = random.choice([0.0, 0.0, 0.02, -0.02])
        self.set()

    def set(self) -> None:
        years = self._random.choice([0, 0, -10, 10, 1, -1])
        self._offset = timedelta(days=365 * years, seconds=self._random.randint(-300, 300))

    def now(self) -> datetime:
        return self._real.at + self._offset + (self._real.at - BEGIN) * self._drift


class Acknowledged(msgspec.Struct, frozen=True):
    """A change that a device was told the result of."""

    device: str
    change: dict[str, Any]
    result: dict[str, Any]


class Phone:
    """A device: its store survives whatever happens to it."""

    def __init__(self, name: str, token: str, real: FrozenClock, random: Random) -> None:
        self.name = name
        self.random = random
        self.clock = DeviceClock(real, random)
        self.store = Store(":memory:")
        self._token = token
        self.plan: Plan[Any] | None = None
        self.request: Request | None = None
        self.start()

    def start(self) -> None:
        """From what is on its disk."""
        self.plan = self.request = None
        self.replica = Replica(self.store, self.clock, new_id=self.new_id)
        calls = Calls(Tokens(self._token), tries=1, jitter=lambda: 0)
        self.syncing = Syncing(calls, self.replica)

    def new_id(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def begin(self, plan: Plan[Any]) -> None:
        self.plan = plan
        self.request = next(plan, None)
        if self.request is None:
            self.plan = None

    def answered(self, answer: Response | NoAnswer) -> Any:
        """Go on with an answer; the plan's result at its end, None before, or the failure that ended it."""
        assert self.plan is not None
        try:
            step = self.plan.throw if isinstance(answer, NoAnswer) else self.plan.send
            self.request = step(answer)  # type: ignore[arg-type]  # each by its own
        except StopIteration as end:
            self.plan = self.request = None
            return end.value
        except (NoAnswer, Problem) as failure:
            self.plan = self.request = None
            return failure
        return None


class World:
    """One run."""

    def __init__(self, seed: int, database: Database, url: str, folder: Path) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.database = database
        self.failing = FailingDatabase(database)
        self.clock = FrozenClock(BEGIN)
        self._settings = Settings.load(
            data_dir=folder, database_url=url, secret=SECRET, rate_limits=False, access_token_seconds=10**8
        )
        self.transcript: list[str] = []
        self.acknowledged: list[Acknowledged] = []
        self.cursors: list[str] = []
        """Every place in the journal that a device was given."""
        self.answers: dict[tuple[str, int], Any] = {}
        """Results of each numbered push, as told first."""
        self.faults: list[str] = []
        """What went wrong that must never."""
        self._echoes: list[Request] = []
        self._dies_awake = False
        self.bodies: list[str] = []
        self.start_server()

    def start_server(self) -> None:
        """A fresh process over the same database."""
        app = create_app(self._settings, database=self.failing, clock=self.clock)
        self.services: Application = app.state.services
        ring = self.services.door.wake

        def wake(user_id: str) -> None:
            if self._dies_awake:
                raise Died
            ring(user_id)

        self.services.door.wake = wake
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1")

    async def enter(self, count: int) -> None:
        self.ada = await Person.registered(self.http, f"ada{self.seed}")
        self.eve = await Person.registered(self.http, f"eve{self.seed}")
        names = [f"device{number}" for number in range(count)]
        self.phones = [Phone(name, self.ada.token, self.clock, self.random) for name in names]
        await self.eve.goal("Eve's own")

    # What happens -------------------------------------------------------------------------

    async def live(self, happenings: int) -> None:
        """Let so many things happen, in an order and with faults that the seed says; then heal it all."""
        for _ in range(happenings):
            self.clock.at += timedelta(seconds=self.random.randint(1, 900))
            phone = self.random.choice(self.phones)
            match self._drawn(HAPPENINGS):
                case "do":
                    told = self.random.choice(DOINGS)(phone.replica, self.random)
                    self._note(phone.name, told)
                case "go on":
                    await self._go_on(phone)
                case "crash":
                    self._note(phone.name, "crashes")
                    phone.start()
                    if self.random.random() < 0.5:
                        phone.clock.set()
                case "echo" if self._echoes:
                    await self._echo(self.random.choice(self._echoes))
                case "restart":
                    self._note("server", "restarts")
                    self.start_server()
                case "decide":
                    self._decide(phone)
        await self._heal()

    async def _go_on(self, phone: Phone) -> None:
        if phone.plan is None:
            phone.begin(phone.syncing.sync())
        if phone.request is not None:
            await self._deliver(phone, self._drawn(FAULTS))

    def _decide(self, phone: Phone) -> None:
        conflicts = phone.replica.conflicts()
        if phone.plan is None and conflicts:
            resolution = self.random.choice(RESOLUTIONS)
            conflict = self.random.choice(sorted(conflicts, key=lambda it: it.id))
            phone.begin(phone.syncing.resolve(conflict, resolution, {}))
            self._note(phone.name, f"decides {resolution}")

    async def _heal(self) -> None:
        """Without faults: what is under way ends, then all sync until a round has no news for anybody."""
        for phone in self.phones:
            await self._finished(phone)
        results: list[Any] = []
        for _ in range(ROUNDS):
            self.clock.at += timedelta(seconds=60)
            results = [await self._synced(phone) for phone in self.phones]
            if all(result == Synced() for result in results):
                return
        self.faults.append(f"never quiet: {results}")

    async def _synced(self, phone: Phone) -> Any:
        """What a whole sync comes to."""
        phone.begin(phone.syncing.sync())
        return await self._finished(phone)

    async def _finished(self, phone: Phone) -> Any:
        result = None
        while phone.request is not None:
            result = await self._deliver(phone, "")
        return result

    # The network --------------------------------------------------------------------------

    async def _deliver(self, phone: Phone, fault: str) -> Any:
        request = phone.request
        assert request is not None
        if request.path == "/sync/push" and self.random.random() < ECHOES:
            self._echoes.append(request)
        self._note(phone.name, f"{fault or 'sends'}: {request.method} {request.path} {_text(request.body)}")
        answer = NoAnswer() if fault == "lost request" else await self._served(request, fault)
        if fault == "lost answer":
            answer = NoAnswer()
        if isinstance(answer, Response) and request.path == "/sync/push" and answer.status == 200:
            self._acknowledge(phone, request, answer)
        result = phone.answered(answer)
        if isinstance(result, Problem) and result.status == 500:
            self.faults.append(f"{request.path} failed: {result}")
        return result

    async def _served(self, request: Request, fault: str) -> Response | NoAnswer:
        if fault == "database fails":
            self.failing.arm(self.random.randint(1, 40))
        self._dies_awake = fault == "dies awake"
        answer = await self.http.request(
            request.method,
            request.path,
            params=dict(request.params),
            headers=dict(request.headers),
            content=request.body,
        )
        self.failing.disarm()
        if self._dies_awake and answer.status_code == 500:
            self._dies_awake = False
            self.start_server()
            return NoAnswer()
        self._dies_awake = False
        self.bodies.append(answer.text)
        data = answer.json()["data"]
        self._note("server", f"{answer.status_code} {_told(data)}")
        if request.path == "/sync/pull" and data and not data["cursor"].startswith("s."):
            self.cursors.append(data["cursor"])
        if request.path == "/sync/push" and data:
            self._same_again(request, data["results"])
        return Response(answer.status_code, dict(answer.headers), answer.content)

    def _same_again(self, request: Request, results: Any) -> None:
        """A push that is answered twice is answered the same."""
        body = json.loads(request.body or b"")
        first = self.answers.setdefault((body["clientId"], body["clientSeq"]), results)
        if first != results:
            self.faults.append(f"answered otherwise: {first} then {results}")

    async def _echo(self, request: Request) -> None:
        """A request that comes once more, late and out of order; what was answered before does nothing."""
        body = json.loads(request.body or b"")
        was_answered = (body["clientId"], body["clientSeq"]) in self.answers
        before = await self._head()
        self._note("network", "an echo")
        await self._served(request, "")
        if was_answered and await self._head() != before:
            self.faults.append("a push that was answered wrote again")

    async def _head(self) -> int:
        head = await self.database.one(HEAD, user_id=self.ada.user["id"])
        assert head is not None
        return head.seq

    def _acknowledge(self, phone: Phone, request: Request, answer: Response) -> None:
        changes = json.loads(request.body or b"", parse_float=Decimal)["changes"]
        results = json.loads(answer.content, parse_float=Decimal)["data"]["results"]
        for change, result in zip(changes, results, strict=True):
            self.acknowledged.append(Acknowledged(phone.name, change, result))

    # Chance, and what is kept of it -------------------------------------------------------

    def _drawn(self, choices: tuple[tuple[str, int], ...]) -> str:
        names, weights = zip(*choices, strict=True)
        drawn: str = self.random.choices(names, weights)[0]
        return drawn

    def _note(self, who: str, what: str) -> None:
        self.transcript.append(f"{self.clock.at.isoformat()} {who} {what}")

    def hash(self) -> str:
        """Of all that was said and answered."""
        return sha256("\n".join(self.transcript).encode()).hexdigest()


def _text(body: bytes | None) -> str:
    return "" if body is None else body.decode()


def _told(data: Any) -> str:
    """Without what names this very database: cursors carry its epoch."""
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if name != "cursor"}
    return json.dumps(data, sort_keys=True)


@contextmanager
def drawn_ids(random: Random) -> Iterator[None]:
    """The ids that the server makes, from the seed: still rising with time, as theirs do."""
    number = 0

    def drawn() -> UUID:
        nonlocal number
        number += 1
        return UUID(int=(0x0198 << 112) | (number << 80) | random.getrandbits(62) | (0x8 << 60) | (0x7 << 76))

    places = [
        (module, module.__dict__["uuid7"])
        for name, module in sorted(sys.modules.items())
        if name.startswith("waymark.") and "uuid7" in module.__dict__
    ]
    for module, _ in places:
        module.__dict__["uuid7"] = drawn
    try:
        yield
    finally:
        for module, made in places:
            module.__dict__["uuid7"] = made
