"""The composition root: the one file that knows every room, and puts them together.

No rule, no route and no SQL; what is wired here can be wired otherwise in a test.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network

from fastapi import FastAPI
from starlette.routing import BaseRoute

from waymark.actions.oidc import Issuer
from waymark.actions.perform import Door
from waymark.actions.sessions import Sessions
from waymark.actions.tokens import AccessTokens
from waymark.clock import Clock, RealClock, open_clock
from waymark.errors import Unavailable
from waymark.settings import Settings
from waymark.store.connect import connect
from waymark.store.database import Database
from waymark.store.listing import Cursors
from waymark.store.migrate import pending
from waymark.store.windows import SharedWindows
from waymark.web import (
    accounts,
    budgets,
    check_ins,
    debts,
    focus,
    goal_money,
    goals,
    habits,
    links,
    milestones,
    tasks,
    transactions,
)
from waymark.web.access import Access
from waymark.web.application import application
from waymark.web.call import Identity
from waymark.web.limits import Kind, Limits, OwnWindows
from waymark.web.metrics import Metrics


class Application:
    """Everything that routes and commands use, made from the settings; opened and closed as one."""

    def __init__(
        self, settings: Settings, *, database: Database | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.trusted_proxies: Sequence[IPv4Network | IPv6Network] = settings.trusted_proxies
        self.body_limit_bytes = settings.body_limit_bytes
        self.database = database or connected(settings)
        # Days and stamps may follow a test's clock; tokens and limits always follow the machine's.
        real = RealClock()
        data_clock = clock or open_clock(frozen_at=settings.clock, file=settings.clock_file)
        self.door = Door(self.database, data_clock)
        secret = settings.get_secret()
        self.cursors = Cursors(secret.encode())
        self.access_tokens = AccessTokens(secret, settings.access_token_seconds, real)
        issuer = None
        if settings.oidc_issuer is not None:
            issuer = Issuer(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks, real)
        self.access = Access(self.door, self.access_tokens, issuer, real)
        self.sessions = Sessions(
            self.database,
            self.access_tokens,
            timedelta(days=settings.refresh_token_days),
            real,
            ended=self.access.forget,
        )
        windows = OwnWindows() if settings.is_embedded else SharedWindows(self.database)
        self.limits = Limits(limits_per_minute(settings), windows)
        self.metrics = Metrics() if settings.metrics else None

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
    return connect(settings.database_url.get_secret_value(), pool_size=settings.pool_max_size)


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
            accounts.router,
        ],
        services,
        cors_origins=settings.cors_origins,
        lifespan=lifespan,
    )
    app.router.routes.extend(extra_routes)
    return app
