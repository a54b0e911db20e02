"""The whole application on each database, beside which an assistant is served: as for goals."""

from tests.api.conftest import ada, app, client, clock, eve

__all__ = ["ada", "app", "client", "clock", "eve"]
