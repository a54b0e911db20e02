"""The account routes as such: denied without a token unless listed here, and with examples that hold.

What they do is tested elsewhere.
"""

import msgspec
import pytest
from tests.accounts.node import Caller, code_of

from waymark.web.accounts import router
from waymark.web.route import StrictRoute

PUBLIC = {"/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh"}

every_route = pytest.mark.parametrize(
    "route", router.routes, ids=[f"{route.method} {route.path}" for route in router.routes]
)


async def test_everything_unlisted_is_denied_without_a_token(call: Caller) -> None:
    assert {route.path for route in router.routes if route.nature.public} == PUBLIC
    for route in router.routes:
        if route.path not in PUBLIC:
            response = await call(route.method, route.path.removeprefix("/api/v1"))
            assert code_of(response) == (401, "AUTH_TOKEN_INVALID"), route.path


@every_route
def test_examples_hold(route: StrictRoute) -> None:
    msgspec.convert(route.nature.example, route.nature.reply, strict=True)
    if route.body_model is not None:
        route.body_model.model_validate(route.nature.body_example)
