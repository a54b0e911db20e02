"""schemathesis over the served OpenAPI document: nothing fails on our side, every answer is as described.

What the application should answer, beside that it fits, is tested elsewhere.
"""

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.adversarial.conftest import SECRET
from tests.hypothesis_profiles import IS_SOAK

from waymark.app import create_app
from waymark.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HOST = "http://testserver"
OF_NO_JSON = {"GET /metrics", "GET /api/v1/events"}
"""Texts in formats of their own; tests/web and tests/realtime hold them to these."""
EXAMPLES = 600 if IS_SOAK else 1
"""Of each operation, right and wrong ones each."""


def test_every_answer_is_as_described(database_url: str, tmp_path: Path) -> None:
    settings_ = Settings.load(data_dir=tmp_path, database_url=database_url, secret=SECRET, rate_limits=False)
    asked = 0
    app = create_app(settings_)
    with get_client(app) as client:  # type: ignore[arg-type]  # ASGI in narrower types
        schema = schemathesis.openapi.from_asgi("/openapi.json", app)
        account = {"email": "ada@example.com", "password": "correct horse battery staple"}
        client.post(f"{HOST}/api/v1/auth/register", json=account)

        for result in schema.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            if operation.label in OF_NO_JSON:
                continue
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if mode is GenerationMode.NEGATIVE and not (
                    operation.body or list(operation.iter_parameters())
                ):
                    continue
                # Whatever ended the session before, each operation begins with a new one.
                session = client.post(f"{HOST}/api/v1/auth/login", json=account).json()["data"]
                bearer = {"Authorization": f"Bearer {session['accessToken']}"}

                @seeded(20260302)
                @settings(
                    max_examples=EXAMPLES,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode))
                def check(case: schemathesis.Case[Any]) -> None:
                    nonlocal asked
                    asked += 1
                    case.call_and_validate(base_url=HOST, session=client, headers=bearer, checks=CHECKS)  # noqa: B023  # called at once

                check()
    assert asked > 100
