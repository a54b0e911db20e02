"""The whole application on each database, for the nouns beside goals: as for goals."""

from tests.api.conftest import ada, app, client, clock, eve

__all__ = ["ada", "app", "client", "clock", "eve"]
