"""Bad paths and bad queries: an address is right or it leads nowhere, and nothing is written either way.

Which parameters there are the application's own document says.
"""

from urllib.parse import quote

from tests.adversarial.people import Owner, fields_of, stored, unsigned
from tests.adversarial.surface import SAMPLES, Surface
from tests.adversarial.values import IDS, MARK, QUERY

from waymark.store.database import Database


async def test_what_is_no_id_answers_like_an_unknown_one(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    asked = 0
    for operation in surface.operations:
        for slot in operation.slots:
            unknown = operation.at({**ada.ids, slot: SAMPLES["uuid"]})
            expected = unsigned(await ada(operation.route.method, unknown, body=operation.body))
            assert expected[0] == 404, operation.name
            for bad in IDS:
                path = operation.at({**ada.ids, slot: bad})
                response = await ada(operation.route.method, path, body=operation.body)
                assert response.status_code == 404, (operation.name, bad, response.text)
                if bad not in {"%2E%2E", "%00"}:
                    assert unsigned(response)[:2] == expected[:2], (operation.name, bad)
                asked += 1
    assert asked > 500
    assert await stored(database) == before


async def test_an_id_may_be_in_upper_case(ada: Owner, surface: Surface) -> None:
    shouted = {name: value.upper() for name, value in ada.ids.items()}
    for operation in surface.operations:
        if operation.slots and not operation.route.is_write:
            loud = unsigned(await ada("GET", operation.at(shouted)))
            assert loud == unsigned(await ada("GET", operation.at(ada.ids))), operation.name
            assert loud[0] == 200


async def test_paths_cannot_be_climbed_or_bent(ada: Owner, database: Database) -> None:
    before = await stored(database)
    goal = f"/api/v1/goals/{ada.ids['goals']}"
    for path in (
        f"{goal}/..%2f..%2fusers/me",
        f"{goal}/",
        f"{goal}//check-ins",
        f"{goal}/check-ins/",
        f"{goal};a=1",
        f"{goal}%20",
        f"{goal}%3Fx=1",
        f"{goal}%23",
        f"/{goal}",
        "/api/v1/GOALS",
        "/API/V1/goals",
        "/api/v1//goals",
        "/api/v2/goals",
        "/api/v1/goals/%2e%2e/users/me",
        "/api/v1",
        "/%00",
        "/..%2f..%2fetc/passwd",
        "/.env",
        "/%c0%ae%c0%ae/etc/passwd",
    ):
        for method in ("GET", "DELETE", "PATCH", "POST"):
            response = await ada(method, path, body={})
            assert response.status_code in {404, 405}, (method, path, response.text)
            assert response.json()["error"]["code"] in {"RESOURCE_NOT_FOUND", "METHOD_NOT_ALLOWED"}
    assert await stored(database) == before


async def test_every_query_parameter_is_held_to_its_kind(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    asked = 0
    for operation in surface.operations:
        method, path = operation.route.method, operation.at(ada.ids)
        for field in operation.parameters:
            for text in QUERY[field.kind]:
                response = await ada(method, f"{path}?{field.name}={text}")
                assert response.status_code == 422, (operation.name, field.name, text, response.text)
                named = {name.partition("[")[0] for name in fields_of(response)}
                assert named == {field.name}
                assert MARK not in response.text
                asked += 1
            twice = await ada(method, f"{path}?{field.name}=1&{field.name}=1")
            assert (twice.status_code, fields_of(twice)) == (422, {field.name})
    assert asked > 150
    assert await stored(database) == before


async def test_no_route_takes_a_parameter_that_it_does_not_know(
    ada: Owner, surface: Surface, database: Database
) -> None:
    before = await stored(database)
    for operation in surface.operations:
        method, path = operation.route.method, operation.at(ada.ids)
        for query, field in (
            (f"nonsense={MARK}", "nonsense"),
            ("limit[]=5", "limit\ufffd\ufffd"),
            ("user_id=1", "user_id"),
            ("%00=1", "\ufffd"),
            ("a=%ff", "query"),
            (quote("ï") + "=%C0%AF", "query"),
            ("&".join(f"p{n}=1" for n in range(101)), "query"),
        ):
            response = await ada(method, f"{path}?{query}", body=operation.body)
            assert response.status_code == 422, (operation.name, query, response.text)
            assert field in fields_of(response), (operation.name, query, response.text)
            assert MARK not in response.text
        if operation.route.has_dry_run:
            for text in ("", "1", "TRUE", "yes", "true%00", "true&dryRun=true"):
                response = await ada(method, f"{path}?dryRun={text}", body=operation.body)
                assert (response.status_code, fields_of(response)) == (422, {"dryRun"}), operation.name
    assert await stored(database) == before


async def test_a_forged_or_borrowed_cursor_is_refused(ada: Owner, eve: Owner, database: Database) -> None:
    for owner in (ada, eve):
        for number in range(3):
            await owner.made("POST", "/goals", {"title": f"goal {number}"})
    before = await stored(database)
    first = await ada("GET", "/api/v1/goals?limit=1")
    cursor = first.json()["meta"]["nextCursor"]
    assert (await ada("GET", f"/api/v1/goals?limit=2&cursor={cursor}")).status_code == 200
    bent = [cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(0, 40, 3)]
    for query in (
        *(f"limit=1&cursor={each}" for each in (*bent, cursor[:-4], cursor + "AAAA", cursor[::-1], "AAAA")),
        f"limit=1&sortBy=title&cursor={cursor}",
        f"limit=1&sortOrder=asc&cursor={cursor}",
        f"limit=1&search=goal&cursor={cursor}",
        f"limit=1&showStatus=deleted&cursor={cursor}",
        f"limit=1&page=1&cursor={cursor}",
    ):
        response = await ada("GET", f"/api/v1/goals?{query}")
        assert (response.status_code, fields_of(response)) == (422, {"cursor"}), query
    forged = unsigned(await eve("GET", f"/api/v1/goals?limit=1&cursor={bent[0]}"))
    assert unsigned(await eve("GET", f"/api/v1/goals?limit=1&cursor={cursor}")) == forged
    assert await stored(database) == before
