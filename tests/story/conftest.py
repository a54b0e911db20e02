"""The people and the clock of the API tests."""

from tests.api.conftest import ada, app, client, clock

__all__ = ["ada", "app", "client", "clock"]
