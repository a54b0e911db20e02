"""Right, extreme and wrong values in any combination, by seed: every answer fits the document.

`WAYMARK_STORM_SEED` replays a storm; in a soak it is fifty, 50,000 requests on each database.
"""

import json
import os
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from tests.adversarial.people import Owner
from tests.adversarial.surface import SAMPLES, Field, Operation, Surface
from tests.adversarial.values import refused
from tests.hypothesis_profiles import IS_SOAK

from waymark.clock import FrozenClock

SEED = int(os.environ.get("WAYMARK_STORM_SEED", "20260302"))
REQUESTS = 1_000
STORMS = 50 if IS_SOAK else 1

EXTREMES: dict[str, list[Any]] = {
    "amount": [
        0, "-0", 1, -1, "0.000001", "-0.000001", 0.01, 12.5, 80, 92, 100,
        10**12, -(10**12), "999999999.999999", "123456789012345"[:13], "99999999999.9999",
    ],
    "rate": [1, 12500, "0.000000000001", 10**12, "0.333333333333"],
    "day": [
        "1900-01-01", "2200-12-31", "2024-02-29", "2026-03-09", "2026-03-02", "2026-03-03", "2026-03-04",
        "2026-12-31", "2011-12-30",
    ],
    "instant": [
        "1900-01-01T00:00:00Z", "2200-12-31T23:59:59.999999Z", "2016-12-31T23:59:60Z",
        "2026-03-02T00:00:00+14:00", "2026-03-02T00:00:00-14:00", "2027-01-01T00:00:00.123456789Z",
    ],
    "text": [
        "a", "kg", "lb", "g", "st", "oz", "minutes", "days", "seconds", "USD", "JPY", "=1+1", "%_\\",
        "İstanbul ß ﬀ", "\u202eشکر\u200c🙂", "e\u0301" * 100, "a" * 200, "\u0390" * 200, "' OR 1=1--",
    ],
    "prose": ["", "a\r\nb\tc", "=1+1", "🙂" * 500, "\u200f", "ﷺ" * 300, "a" * 5_000],
    "zone": [
        "UTC", "Asia/Tashkent", "Pacific/Apia", "Pacific/Kiritimati", "Etc/GMT+12", "Africa/Casablanca",
        "Europe/Dublin", "Australia/Lord_Howe", "America/Nuuk",
    ],
    "currency": ["USD", "JPY", "BHD", "UZS", "CLF", "IQD"],
    "boolean": [True, False],
    "integer": [0, 1, 4, 23, 50, 99, 100, 1_000_000],
    "email": ["storm@example.com", "ü@exämple.com"],
    "password": ["correct horse battery staple"],
    "url": ["https://example.com/?a=%00#b", "http://[::1]:8000/", "https://" + "a" * 60 + ".example"],
    "token": ["k", "~" * 200],
}  # fmt: skip
"""Right values, mostly at an edge."""
UNTOUCHED = ("/auth/", "/users/me/password", "DELETE /api/v1/users/me")
"""What would end the session that the storm comes from, or is slow on purpose."""


class Storm:
    """Requests drawn from what the document allows and from a little that it does not."""

    def __init__(self, surface: Surface, owner: Owner, seed: int) -> None:
        self.random = Random(seed)
        self.surface = surface
        self.owner = owner
        self.ids = {noun: [known] for noun, known in owner.ids.items()}
        self.operations = [
            each
            for each in surface.operations
            if not any(part in each.name for part in UNTOUCHED) and not each.route.nature.public
        ]

    def value(self, field: Field) -> Any:
        if field.nullable and self.random.random() < 0.15:
            return None
        if self.random.random() < 0.02 and field.kind not in {"object", "list"}:
            return self.random.choice(refused(field))[1]
        match field.kind:
            case "uuid":
                known = [each for ids in self.ids.values() for each in ids]
                return self.random.choice([*known, SAMPLES["uuid"]])
            case "object":
                return self.members(field.schema)
            case "list":
                item, count = self._of(field.schema["items"]), self.random.choice([0, 1, 2, 4])
                return [self.value(item) for _ in range(count)]
            case "enum":
                choices = field.schema.get("enum", [field.schema.get("const")])
            case kind:
                choices = EXTREMES[kind]
        return self.random.choice(choices)

    def members(self, schema: dict[str, Any]) -> dict[str, Any]:
        needed = set(schema.get("required", []))
        share = self.random.choice([0.1, 0.3, 0.8])
        return {
            name: self.value(self._of(inner))
            for name, inner in schema.get("properties", {}).items()
            if name in needed or self.random.random() < (share if name != "idempotencyKey" else 0.02)
        }

    def _of(self, schema: dict[str, Any]) -> Field:
        return self.surface.field(schema)

    def body(self, operation: Operation) -> Any:
        if operation.route.body_model is None:
            return None
        schema = self.surface.document["components"]["schemas"][operation.route.body_model.__name__]
        body = self.members(schema)
        if operation.body and self.random.random() < 0.5:
            # Half of them right but for a field or two: so they reach what is behind the reading.
            some = dict(
                self.random.sample(sorted(body.items()), min(len(body), self.random.choice([0, 1, 2])))
            )
            return {**operation.body, **some}
        return body

    def request(self) -> tuple[Operation, str, Any, dict[str, str]]:
        operation = self.random.choice(self.operations)
        ids = {noun: self.random.choice(ids) for noun, ids in self.ids.items()}
        query = [
            f"{field.name}={quote(str(self.value(field)), safe='', errors='replace')}"
            for field in operation.parameters
            if field.name != "cursor" and self.random.random() < 0.2
        ]
        if operation.route.has_dry_run and self.random.random() < 0.2:
            query.append("dryRun=true")
        headers = {}
        if self.random.random() < 0.05:
            headers["if_match"] = f'"{self.random.randrange(50)}"'
        if self.random.random() < 0.05:
            headers["if_none_match"] = "*"
        path = operation.at(ids) + ("?" + "&".join(query) if query else "")
        return operation, path, self.body(operation), headers

    def learn(self, response: httpx2.Response) -> None:
        """Ids of what was made, so that later requests reach it."""
        location = response.headers.get("location")
        if response.status_code != 201 or location is None:
            return
        *_, noun, made = location.split("/")
        if noun in self.ids:
            self.ids[noun] = [*self.ids[noun][-20:], made]


@pytest.mark.parametrize("seed", range(SEED, SEED + STORMS))
async def test_a_storm_breaks_nothing(ada: Owner, surface: Surface, clock: FrozenClock, seed: int) -> None:
    storm = Storm(surface, ada, seed)
    validators: dict[tuple[str, int], Any] = {}
    statuses: dict[int, int] = {}
    for number in range(REQUESTS):
        if number % 100 == 99:
            clock.at += timedelta(hours=storm.random.choice([1, 23, 24, 24 * 40]))
            await renewed(ada)
        operation, path, body, headers = storm.request()
        content = None if body is None else json.dumps(body).encode()
        response = await ada(operation.route.method, path, content=content, **headers)
        status = response.status_code
        told = (seed, number, operation.name, path, str(body)[:1_500], response.text[:1_500])
        assert status < 500, told
        assert str(status) in operation.described["responses"], told
        if status != 304:
            key = (operation.name, status)
            if key not in validators:
                validators[key] = surface.validator(operation, status)
            fault = next(iter(validators[key].iter_errors(response.json())), None)
            assert fault is None, (*told, fault)
        statuses[status] = statuses.get(status, 0) + 1
        storm.learn(response)
    assert sum(count for status, count in statuses.items() if status < 300) > REQUESTS / 5, statuses
    assert {200, 201, 404, 409, 412, 422} <= statuses.keys(), statuses
    for goal_id in storm.ids["goals"]:
        assert (await ada("GET", f"/api/v1/goals/{goal_id}")).status_code in {200, 404}
    assert (await ada("GET", "/api/v1/goals/summary")).status_code == 200


async def renewed(owner: Owner) -> None:
    """A long storm outlives an access token."""
    pair = await owner.client.post("/api/v1/auth/refresh", json={"refreshToken": owner.refresh_token})
    owner.token, owner.refresh_token = (pair.json()["data"][name] for name in ("accessToken", "refreshToken"))
