"""The whole application on each database, its clock in the test's hand: as for goals."""

from tests.api.conftest import ada, app, client, clock, eve

__all__ = ["ada", "app", "client", "clock", "eve"]
