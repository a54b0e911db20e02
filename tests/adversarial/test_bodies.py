"""TRUST's bad inputs in every field of every body: refused by name, nothing written, never repeated.

Which fields there are the application's own document says.
"""

import json
from collections.abc import AsyncIterator, Iterator
from time import process_time
from typing import Any

import httpx2
from tests.adversarial.people import Owner, fields_of, stored
from tests.adversarial.surface import Field, Operation, Surface
from tests.adversarial.values import MARK, TOKENS, refused

from waymark.store.database import Database

SECONDS = 3.0
"""Of processor time, several times what the dearest of them takes: the square of its length is minutes."""
HOLE = "a hole for a number"
TAKES_WHOLE_RECORDS = {"POST /api/v1/sync/push"}
"""Devices push what they hold: what is unknown or the server's is dropped there, and nowhere else."""


def texts(surface: Surface, operation: Operation, field: Field) -> Iterator[tuple[str, bytes]]:
    """A right body but for this field, once for every value that it must refuse."""
    for reason, value in refused(field):
        yield reason, json.dumps(surface.planted(operation, field, value)).encode()
    holed = json.dumps(surface.planted(operation, field, HOLE)).replace(f'"{HOLE}"', "%s")
    for token in TOKENS:
        yield token[:20], (holed % token).encode()


def is_named(field: Field, named: set[str]) -> bool:
    """Whether the field is named, or what is wrong inside of it, or the list that it is an item of."""
    own = {field.name, field.name.removesuffix("[0]")}
    return any(name in own or name.startswith((f"{field.name}.", f"{field.name}[")) for name in named)


async def test_every_field_refuses_what_it_must(ada: Owner, surface: Surface, database: Database) -> None:
    before = await stored(database)
    asked, failures = 0, []
    for operation in surface.writes:
        path = operation.at(ada.ids)
        for field in operation.fields:
            for reason, content in texts(surface, operation, field):
                response = await ada(operation.route.method, path, content=content)
                asked += 1
                is_right = response.status_code == 422 and is_named(field, fields_of(response))
                if not is_right or MARK in response.text:
                    failures.append((operation.name, field.name, reason, response.text[:300]))
    assert not failures, failures
    assert asked > 3_000
    assert await stored(database) == before


async def test_what_only_the_rules_refuse_is_not_repeated_either(ada: Owner) -> None:
    goal = f"/api/v1/goals/{ada.ids['goals']}"
    custom = {"title": "a", "metricType": "custom", "targetValue": 1, "unit": f"{MARK * 8}{MARK}"}
    for method, path, body, field in (
        ("POST", f"{goal}/check-in", {"value": 1, "unit": MARK}, "unit"),
        ("PATCH", f"{goal}/check-ins/{ada.ids['check-ins']}", {"unit": MARK}, "unit"),
        ("PATCH", goal, {"unit": MARK}, "unit"),
        ("POST", "/api/v1/goals", custom, "unit"),
        ("POST", "/api/v1/goals", {**custom, "metricType": "weight", "initialValue": 2}, "unit"),
        ("POST", "/api/v1/goals", {**custom, "metricType": "amount", "currency": "USD"}, "unit"),
    ):
        response = await ada(method, path, body=body)
        assert (response.status_code, fields_of(response)) == (422, {field}), (body, response.text)
        assert MARK not in response.text, response.text


async def test_no_route_takes_unknown_or_server_owned_fields(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    owned = ("userId", "version", "createdAt", "updatedAt", "deletedAt", "showStatus")
    foreign = ("progressPercent", "currentValue", "stats", "is_admin", "__proto__", "$where", "", "a" * 300)
    asked = 0
    for operation in surface.writes:
        if operation.name in TAKES_WHOLE_RECORDS:
            continue
        for name in (*owned, *foreign):
            body = {**(operation.body or {}), name: MARK}
            response = await ada(operation.route.method, operation.at(ada.ids), body=body)
            assert response.status_code == 422, (operation.name, name, response.text)
            assert len(fields_of(response)) >= 1
            assert MARK not in response.text
            asked += 1
    assert asked > 300
    assert await stored(database) == before


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"[" + b"]" + b"}" * (depth - 1)


WHOLE: list[tuple[str, bytes, set[int]]] = [
    ("nothing but space", b" \n", {400}),
    ("a list", b"[]", {422}),
    ("a text", b'"a"', {422}),
    ("null", b"null", {422}),
    ("a number", b"1", {422}),
    ("NaN", b"NaN", {400, 422}),
    ("half", b'{"a":', {400}),
    ("two", b"{}{}", {400}),
    ("more behind", b'{}"x"', {400}),
    ("a comment", b"{/**/}", {400}),
    ("a comma too many", b'{"a":1,}', {400}),
    ("single quotes", b"{'a':1}", {400}),
    ("depth 33", nested(33), {400}),
    ("a key twice", b'{"zq":1,"zq":1}', {400}),
    ("a key twice inside", b'{"zq":{"zq":1,"zq":2}}', {400}),
    ("a key twice, spelled differently", b'{"zq":1,"z\\u0071":1}', {400}),
    ("overlong", b'{"title":"\xc0\xaf"}', {400}),
    ("a surrogate in UTF-8", b'{"title":"\xed\xa0\x80"}', {400, 422}),
    ("beyond Unicode", b'{"title":"\xf4\x90\x80\x80"}', {400}),
    ("latin-1", '{"title":"é"}'.encode("latin-1"), {400}),
    ("UTF-16", '{"title":"a"}'.encode("utf-16"), {400}),
    ("UTF-32", '{"title":"a"}'.encode("utf-32"), {400}),
    ("a raw NUL", b'{"title":"a\0"}', {400}),
    ("a raw line feed", b'{"title":"a\n"}', {400}),
    ("two BOMs", b"\xef\xbb\xbf\xef\xbb\xbf{}", {400}),
    ("half a surrogate pair as a key", b'{"\\ud800":1}', {400, 422}),
]
HEADERS: list[tuple[dict[str, str], int]] = [
    ({"content_type": "text/plain"}, 415),
    ({"content_type": "application/jsonx"}, 415),
    ({"content_type": "application/xml, application/json"}, 415),
    ({"content_type": "application/x-www-form-urlencoded"}, 415),
    ({"content_type": "multipart/form-data; boundary=x"}, 415),
    ({"content_type": "application/json; charset=utf-16"}, 415),
    ({"content_type": "application/json; charset=utf-8; charset=latin-1"}, 415),
    ({"content_type": ""}, 415),
    ({"content_encoding": "gzip"}, 415),
    ({"content_encoding": "br"}, 415),
    ({"content_encoding": "identity, gzip"}, 415),
]


async def test_every_write_reads_one_plain_json_object(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    for operation in surface.writes:
        method, path = operation.route.method, operation.at(ada.ids)
        for reason, content, statuses in WHOLE:
            response = await ada(method, path, content=content)
            assert response.status_code in statuses, (operation.name, reason, response.text[:300])
        for headers, status in HEADERS:
            response = await ada(method, path, content=json.dumps(operation.body or {}).encode(), **headers)
            assert response.status_code == status, (operation.name, headers, response.text)
    assert await stored(database) == before


MARKS = "\u0315\u0300"  # in the wrong order, which composing sorts by insertion
LARGE: list[tuple[str, bytes, set[int]]] = [
    ("a byte too much", b'{"a":"' + b"a" * 1_048_569 + b'"}', {413}),
    ("much too much", b" " * 3_000_000, {413}),
    ("depth 100,000", nested(100_000), {400}),
    ("only brackets", b"[" * 500_000, {400}),
    ("half a text", b'{"a":"' + b'\\"' * 500_000, {400}),
    ("a flood of fields", json.dumps({f"f{n}": n for n in range(60_000)}).encode(), {422}),
    ("a flood of NaN", b'{"a":[' + b"NaN," * 250_000 + b"1]}", {422}),
    ("a flood of long numbers", b'{"a":[' + b",".join([b"9" * 4_299] * 240) + b"]}", {422}),
    ("a flood of digits", b'{"title":"a","targetValue":0.' + b"9" * 1_000_000 + b"}", {422}),
    ("a flood of digits in a text", b'{"title":"a","targetValue":"' + b"9" * 1_000_000 + b'"}', {422}),
    ("a flood of ids", json.dumps({"title": "a", "linkedTaskIds": ["x"] * 200_000}).encode(), {422}),
    ("a flood of marks", json.dumps({"title": "a", "description": MARKS * 80_000}).encode(), {422}),
    ("a title of marks", json.dumps({"title": MARKS * 80_000}).encode(), {422}),
]


async def test_the_largest_bodies_cost_little(ada: Owner, surface: Surface, database: Database) -> None:
    before = await stored(database)
    path = surface.named("POST /api/v1/goals").at(ada.ids)
    for reason, content, statuses in LARGE:
        started = process_time()
        response = await ada("POST", path, content=content)
        assert response.status_code in statuses, (reason, response.text[:300])
        assert process_time() - started < SECONDS, reason
    assert await stored(database) == before


async def test_a_password_of_marks_costs_little(ada: Owner) -> None:
    for field, path in (("password", "/api/v1/auth/login"), ("password", "/api/v1/auth/register")):
        started = process_time()
        body = {"email": "zoe@example.com", field: MARKS * 80_000}
        assert fields_of(await ada("POST", path, body=body)) == {"password"}
        assert process_time() - started < SECONDS


async def test_an_endless_body_is_cut_off(ada: Owner, surface: Surface, database: Database) -> None:
    before = await stored(database)
    pulled = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pulled
        while True:
            pulled += 1
            yield b" " * 65_536

    for operation in surface.writes:
        pulled = 0
        response = await ada.client.request(
            operation.route.method,
            operation.at(ada.ids),
            content=endless(),
            headers={"authorization": f"Bearer {ada.token}", "content-type": "application/json"},
        )
        assert (response.status_code, pulled) == (413, 17), operation.name
    assert await stored(database) == before


KEYS = ["", " ", "two words", "é".encode().decode("latin-1"), "k" * 201, "\x7f"]


async def test_a_bad_idempotency_key_is_refused_wherever_one_is_taken(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    retryable = [each for each in surface.writes if each.route.is_retryable]
    assert len(retryable) > 15
    for operation in retryable:
        for key in KEYS:
            response = await request(ada, operation, [(b"idempotency-key", key.encode("latin-1"))])
            assert response.status_code == 422, (operation.name, key, response.text)
            assert "Idempotency-Key" in fields_of(response)
        both = await request(ada, operation, [(b"idempotency-key", b"one")], idempotencyKey="other")
        assert (both.status_code, fields_of(both)) == (422, {"idempotencyKey"}), operation.name
        twice = await request(ada, operation, [(b"idempotency-key", b"one"), (b"idempotency-key", b"two")])
        assert (twice.status_code, fields_of(twice)) == (422, {"Idempotency-Key"}), operation.name
    assert await stored(database) == before


TAGS = [
    '"999999"',
    "nonsense",
    "",
    '""',
    '"-1"',
    'W/"{version}"',
    '"{version}',
    '{version}"',
    '"{version}.0"',
    '"0{version}\xe9"',
    '" {version}"',
    '"' + "9" * 400 + '"',
    ",",
]


async def test_a_tag_that_is_not_the_current_one_stops_every_conditional_write(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    conditional = [each for each in surface.writes if each.route.nature.has_if_match]
    assert len(conditional) > 12
    for operation in conditional:
        for tag in TAGS:
            # Whichever of them is the record's own.
            for version in {1, 2, 3, 4} if "version" in tag else {1}:
                written = tag.format(version=version).encode("latin-1")
                response = await request(ada, operation, [(b"if-match", written)])
                # No step leads from here to some of them, whatever the tag.
                assert response.status_code in {409, 412}, (operation.name, written, response.text)
    assert await stored(database) == before


async def request(
    owner: Owner, operation: Operation, headers: list[tuple[bytes, bytes]], **more: Any
) -> httpx2.Response:
    """A right request but for its headers; `more` are fields."""
    body = (operation.body or {}) | more
    sent = [
        (b"authorization", f"Bearer {owner.token}".encode()),
        (b"content-type", b"application/json"),
        *headers,
    ]
    return await owner.client.request(
        operation.route.method, operation.at(owner.ids), content=json.dumps(body).encode(), headers=sent
    )
