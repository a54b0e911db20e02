"""The whole application on each database, for the calendar of its goals: as for goals."""

from tests.api.conftest import ada, app, client, clock, eve

__all__ = ["ada", "app", "client", "clock", "eve"]
