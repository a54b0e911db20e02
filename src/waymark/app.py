"""The composition root: the one file that knows every room, and puts them together.

No rule, no route and no SQL; what is wired here can be wired otherwise in a test.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from fastapi import FastAPI
from starlette.routing import BaseRoute

from waymark.actions.oidc import Issuer
from waymark.actions.perform import Door
from waymark.actions.pruning import EVERY, prune
from waymark.actions.sealing import Seal
from waymark.actions.sessions import Sessions
from waymark.actions.tokens import AccessTokens
from waymark.actions.waking import wake_due
from waymark.clock import Clock, RealClock, open_clock
from waymark.domain.targets import Allowed
from waymark.errors import Unavailable
from waymark.realtime.follow import Journals
from waymark.realtime.streams import Streams
from waymark.realtime.wakes import Bell
from waymark.settings import Settings
from waymark.store.connect import connect, hints_for
from waymark.store.database import Database
from waymark.store.listing import Cursors
from waymark.store.migrate import pending
from waymark.store.postgres import Pool
from waymark.store.windows import SharedWindows
from waymark.web import (
    accounts,
    achievements,
    budgets,
    calendar,
    check_ins,
    debts,
    focus,
    goal_money,
    goals,
    habits,
    insights,
    links,
    live,
    milestones,
    pictures,
    sync,
    tasks,
    transactions,
    webhooks,
)
from waymark.web.access import Access
from waymark.web.application import application
from waymark.web.call import Identity
from waymark.web.limits import Kind, Limits, OwnWindows
from waymark.web.live import HEARTBEAT_SECONDS
from waymark.web.metrics import Metrics, Reading
from waymark.webhooks.courier import LOOK_SECONDS, Courier
from waymark.webhooks.guard import Guard
from waymark.webhooks.sending import Sender
from waymark.worker import Job, Worker


class Application:
    """Everything that routes and commands use, made from the settings; opened and closed as one."""

    def __init__(
        self, settings: Settings, *, database: Database | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.trusted_proxies: Sequence[IPv4Network | IPv6Network] = settings.trusted_proxies
        self.body_limit_bytes = settings.body_limit_bytes
        self.cors_origins = settings.cors_origins
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.database = database or connected(settings)
        # Days and stamps may follow a test's clock; tokens and limits always follow the machine's.
        real = RealClock()
        data_clock = clock or open_clock(frozen_at=settings.clock, file=settings.clock_file)
        self.bell = Bell(self.database, hints_for(settings.database_url.get_secret_value()))
        self.door = Door(self.database, data_clock, self.bell.ring)
        secret = settings.get_secret()
        self.cursors = Cursors(secret.encode())
        self.access_tokens = AccessTokens(secret, settings.access_token_seconds, real)
        issuer = None
        if settings.oidc_issuer is not None:
            issuer = Issuer(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks, real)
        self.access = Access(self.door, self.access_tokens, issuer, real)
        journals = Journals(self.database, self.bell)
        self.streams = Streams(
            journals, self.authenticate, self._count_stream, real, per_user=settings.streams_per_user
        )
        self.access.on_forget(self.streams.recheck)
        self.sessions = Sessions(
            self.database,
            self.access_tokens,
            timedelta(days=settings.refresh_token_days),
            real,
            ended=self.access.forget,
        )
        windows = OwnWindows() if settings.is_embedded else SharedWindows(self.database)
        self.limits = Limits(limits_per_minute(settings), windows)
        self.real_clock = real
        self.seal = Seal(secret)
        self.webhook_targets = Allowed.of(settings.webhook_allow)
        self.courier = Courier(self.door, Sender(Guard(self.webhook_targets), real), self.seal)
        self.worker = Worker(self._jobs())
        self.metrics = Metrics(self._readings()) if settings.metrics else None
        self.bell.on_any(self._rung)

    def _readings(self) -> list[Reading]:
        """What the rooms count by themselves, by the names that operators know it by."""
        streams, load = self.streams, self.database.load
        return [
            Reading("gauge", "waymark_streams_open", "Sockets and event streams.", lambda: streams.total),
            Reading(
                "gauge",
                "waymark_stream_lag_rows",
                "Rows of a journal that the slowest open stream has yet to be sent.",
                streams.journals.furthest_behind,
            ),
            Reading(
                "counter",
                "waymark_frames_sent",
                "Frames of journals sent on sockets and event streams.",
                lambda: streams.frames_sent,
            ),
            Reading(
                "counter",
                "waymark_webhook_attempts",
                "Requests to receivers of webhooks, by what came of them.",
                lambda: self.courier.attempts,
                "outcome",
            ),
            Reading(
                "counter", "waymark_job_runs", "Runs of the worker's jobs.", lambda: self.worker.runs, "job"
            ),
            Reading(
                "counter", "waymark_job_failures", "Runs that failed.", lambda: self.worker.failures, "job"
            ),
            Reading("gauge", "waymark_database_busy", "Connections at work.", lambda: load().busy),
            Reading("gauge", "waymark_database_limit", "Connections at most.", lambda: load().limit),
            Reading("gauge", "waymark_database_waiting", "Who waits for one.", lambda: load().waiting),
        ]

    def _jobs(self) -> list[Job]:
        """What the worker does, whichever process it runs in."""
        # A clock that is not the machine's may jump: then it is looked at more often.
        clock, is_real = self.door.clock, isinstance(self.door.clock, RealClock)
        return [
            Job("clock", partial(wake_due, self.door), clock, 30 if is_real else 1),
            Job("pruning", partial(prune, self.door, self.real_clock), clock, EVERY.total_seconds()),
            Job("webhooks", self.courier.run_once, self.real_clock, LOOK_SECONDS, stop=self.courier.stop),
        ]

    def _rung(self, user_id: str | None) -> None:
        self.courier.ring(user_id)
        self.worker.poke("webhooks")

    async def _count_stream(self, user_id: str) -> None:
        await self.limits.hit("read", user_id)

    async def authenticate(self, token: str) -> Identity:
        return await self.access.authenticate(token)

    async def check_ready(self) -> None:
        """Return if the database answers and has every migration; Unavailable otherwise."""
        await self.database.check()
        missing = await pending(self.settings.database_url.get_secret_value())
        if missing:
            raise Unavailable(f"The database lacks {len(missing)} migration(s); run `waymark migrate`.")


def connected(settings: Settings) -> Database:
    """The database that the settings name, not yet open."""
    pool = Pool(
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        timeout_ms=settings.pool_timeout_ms,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
    )
    return connect(settings.database_url.get_secret_value(), pool)


def limits_per_minute(settings: Settings) -> dict[Kind, int]:
    if not settings.rate_limits:
        return {}
    return {
        "auth": settings.auth_per_minute,
        "read": settings.reads_per_minute,
        "write": settings.writes_per_minute,
        "sync": settings.syncs_per_minute,
    }


def create_app(
    settings: Settings,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    database: Database | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """The service as an ASGI application that opens its database when it starts.

    `database` and `clock` replace what the settings name; a database given is opened by its owner.
    """
    services = Application(settings, database=database, clock=clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if database is not None:
            yield
            return
        await services.database.open()
        try:
            async with (
                services.bell.running(),
                services.streams.running(),
                services.worker.running() if settings.worker else nullcontext(),
            ):
                yield
        finally:
            await services.database.close()

    app = application(
        [
            goals.router,
            check_ins.router,
            milestones.router,
            links.router,
            tasks.router,
            habits.router,
            focus.router,
            goal_money.router,
            budgets.router,
            debts.router,
            transactions.router,
            insights.router,
            achievements.router,
            calendar.router,
            calendar.feed_router,
            pictures.router,
            webhooks.router,
            sync.router,
            accounts.router,
            live.router,
        ],
        services,
        sockets=live.SOCKETS,
        cors_origins=settings.cors_origins,
        lifespan=lifespan,
    )
    app.router.routes.extend(extra_routes)
    return app
